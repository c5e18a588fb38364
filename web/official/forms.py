"""The forms of a point's card: what was typed becomes one answer. ``ACTIONS`` names them as the addresses do."""

from collections.abc import Callable
from datetime import timedelta

from starlette.datastructures import FormData

from models import Roadmap
from models.db import open_session
from tasks.control import submissions
from tasks.control.submissions import Report, Upload
from tasks.people.links import Answer
from web import forms

DAY = timedelta(days=1)


def submit(answer: Answer, point_id: int, form: FormData) -> str:
    """«Исполнено»: the proof and the day."""
    with open_session(answer.engine) as session:
        code = submissions.the_point(session, answer, point_id).roadmap_code
        begins = session.get_one(Roadmap, code).period_start
    report = Report(
        words=forms.text(form, "words", "Пояснение"),
        evidence=_proof(form),
        on=forms.day(form, "on", "Дата исполнения", earliest=min(begins, answer.today), latest=answer.today),
        upload=_upload(form),
    )
    return submissions.submit(answer, point_id, report)


def acknowledge(answer: Answer, point_id: int, form: FormData) -> str:
    """«Принято в работу»: the button alone."""
    return submissions.acknowledge(answer, point_id)


def put_off_reminders(answer: Answer, point_id: int, form: FormData) -> str:
    """«Напомнить позже»: the day."""
    with open_session(answer.engine) as session:
        deadline = submissions.the_point(session, answer, point_id).deadline_on
    until = forms.day(form, "until", "Напомнить", earliest=answer.today + DAY, latest=deadline - DAY)
    return submissions.put_off_reminders(answer, point_id, until=until)


def report_progress(answer: Answer, point_id: int, form: FormData) -> str:
    """«Промежуточный отчёт»: words, and what shows them."""
    words = forms.text(form, "words", "Что сделано", is_required=True)
    report = Report(words=words, evidence=_proof(form), upload=_upload(form))
    return submissions.report_progress(answer, point_id, report)


def ask_extension(answer: Answer, point_id: int, form: FormData) -> str:
    """«Прошу перенести»: a later day, at most a year on, and the reason."""
    with open_session(answer.engine) as session:
        first, last = submissions.extension_days(submissions.the_point(session, answer, point_id), today=answer.today)
    asked = forms.day(form, "until", "Новый срок", earliest=first, latest=last)
    reason = forms.text(form, "reason", "Причина", is_required=True)
    return submissions.ask_extension(answer, point_id, new_due_on=asked, reason=reason)


def say_not_mine(answer: Answer, point_id: int, form: FormData) -> str:
    """«Не моё»: whose it is, or «не знаю», and why."""
    body = None if form.get("body") == "unknown" else forms.number(form, "body", "Чьё это")
    reason = forms.text(form, "reason", "Почему", is_required=True)
    return submissions.say_not_mine(answer, point_id, to_body_id=body, reason=reason)


ACTIONS: dict[str, Callable[[Answer, int, FormData], str]] = {
    "submit": submit,
    "acknowledge": acknowledge,
    "remind-later": put_off_reminders,
    "progress": report_progress,
    "extend": ask_extension,
    "not-mine": say_not_mine,
}


def _proof(form: FormData) -> str:
    details = forms.text(form, "details", "Реквизиты документа")
    return "\n".join(filter(None, (details, forms.link(form, "link", "Ссылка"))))


def _upload(form: FormData) -> Upload | None:
    given = forms.file(form, "file")
    return Upload(source=given.file, name=given.filename or "") if given else None
