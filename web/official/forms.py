"""The forms of a point's card: what was typed becomes one answer. ``ACTIONS`` names them as the addresses do."""

from collections.abc import Callable
from datetime import date

from starlette.datastructures import FormData

from models import Roadmap
from models.db import open_session
from models.lifecycle import Refused
from roadmap.control.ladder import days_to_put_off
from tasks.control import submissions
from tasks.control.submissions import Report, Upload
from tasks.people.links import Answer
from web import forms
from web.forms import BadField, Faults

DONE_ON = "Дата исполнения"
PROOF = ("details", "link", "file")


def submit(answer: Answer, point_id: int, form: FormData) -> str:
    """«Исполнено»: the proof and the day."""
    with open_session(answer.engine) as session:
        code = submissions.the_point(session, answer, point_id).roadmap_code
        begins = session.get_one(Roadmap, code).period_start
    faults = Faults()
    report = _report(answer, point_id, form, faults, words="Пояснение", needs_proof=True, since=begins)
    faults.refuse()
    return submissions.submit(answer, point_id, report)


def supplement(answer: Answer, point_id: int, form: FormData) -> str:
    """«Дополнить отчёт»: words, proof, or both."""
    faults = Faults()
    report = _report(answer, point_id, form, faults, words="Пояснение")
    faults.refuse()
    return submissions.supplement(answer, point_id, report)


def recall(answer: Answer, point_id: int, form: FormData) -> str:
    """«Отозвать отчёт»: the reason, if one was given."""
    return submissions.recall(answer, point_id, reason=forms.text(form, "reason", "Причина"))


def recall_request(answer: Answer, point_id: int, form: FormData) -> str:
    """«Отозвать просьбу»: which one, and the reason, if one was given."""
    request_id = forms.number(form, "request", "Просьба")
    reason = forms.text(form, "reason", "Причина")
    return submissions.recall_request(answer, point_id, request_id=request_id, reason=reason)


def acknowledge(answer: Answer, point_id: int, form: FormData) -> str:
    """«Принято в работу»: the button alone."""
    return submissions.acknowledge(answer, point_id)


def put_off_reminders(answer: Answer, point_id: int, form: FormData) -> str:
    """«Напомнить позже»: the day."""
    with open_session(answer.engine) as session:
        deadline = submissions.the_point(session, answer, point_id).deadline_on
    if (days := days_to_put_off(answer.today, deadline)) is None:
        raise Refused("До срока не осталось дня, на который можно отложить напоминания")
    until = forms.day(form, "until", "С какого дня напоминать", earliest=days[0], latest=days[1])
    return submissions.put_off_reminders(answer, point_id, until=until)


def report_progress(answer: Answer, point_id: int, form: FormData) -> str:
    """«Промежуточный отчёт»: words, and what shows them."""
    faults = Faults()
    report = _report(answer, point_id, form, faults, words="Что сделано", needs_words=True)
    faults.refuse()
    return submissions.report_progress(answer, point_id, report)


def ask_extension(answer: Answer, point_id: int, form: FormData) -> str:
    """«Прошу перенести»: a later day, at most a year on, and the reason."""
    with open_session(answer.engine) as session:
        first, last = submissions.extension_days(submissions.the_point(session, answer, point_id), today=answer.today)
    faults = Faults()
    asked = faults.read(forms.day, form, "until", "Новый срок", earliest=first, latest=last)
    reason = faults.read(forms.text, form, "reason", "Причина", is_required=True)
    faults.refuse()
    assert asked is not None
    return submissions.ask_extension(answer, point_id, new_due_on=asked, reason=reason or "")


def say_not_mine(answer: Answer, point_id: int, form: FormData) -> str:
    """«Не моё»: whose it is, or «не знаю», and why."""
    faults = Faults()
    is_known = form.get("body") != "unknown"
    body = faults.read(forms.number, form, "body", "Чьё это") if is_known else None
    reason = faults.read(forms.text, form, "reason", "Почему", is_required=True)
    faults.refuse()
    return submissions.say_not_mine(answer, point_id, to_body_id=body, reason=reason or "")


ACTIONS: dict[str, Callable[[Answer, int, FormData], str]] = {
    "submit": submit,
    "supplement": supplement,
    "recall": recall,
    "recall-request": recall_request,
    "acknowledge": acknowledge,
    "remind-later": put_off_reminders,
    "progress": report_progress,
    "extend": ask_extension,
    "not-mine": say_not_mine,
}


def _report(
    answer: Answer,
    point_id: int,
    form: FormData,
    faults: Faults,
    *,
    words: str,
    needs_words: bool = False,
    needs_proof: bool = False,
    since: date | None = None,
) -> Report:
    """What a form says of a point; ``since``: the first day on which it may have been done, None: no day is asked.

    What is wrong with its fields is noted in ``faults``, in the order in which they stand on the page.
    """
    said = faults.read(forms.text, form, "words", words, is_required=needs_words)
    details = faults.read(forms.text, form, "details", "Реквизиты документа")
    link = faults.read(forms.link, form, "link", "Ссылка")
    chosen = faults.read(forms.files, form, "file")
    if needs_proof and not faults.about(*PROOF) and not (details or link or chosen):
        faults.append(BadField(f"{submissions.NO_PROOF}.", "details"))
    earliest = min(since, answer.today) if since else None
    on = faults.read(forms.day, form, "on", DONE_ON, earliest=earliest, latest=answer.today) if earliest else None
    uploads = tuple(Upload(source=one.file, name=one.filename or "") for one in chosen or ())
    if faults and uploads:
        lines = submissions.file_refusals(answer, point_id, uploads)
        faults.extend(BadField(line, "file") for line in lines)
    faults.sort(key=lambda one: (*(("words",) if needs_words else ()), *PROOF, "on", "words").index(one.field))
    evidence = "\n".join(filter(None, (details, link)))
    return Report(words=said or "", evidence=evidence, on=on, uploads=uploads)
