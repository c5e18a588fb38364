"""Writes what an official answers on the pages: one unit of work an action, recorded once, kept in the audit."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import BinaryIO

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import Body, ControlPoint, Official, Roadmap, Transition
from models.db import open_session
from models.lifecycle import Action, Refused, TransitionCommand, change
from models.lifecycle.requests import RequestDraft, open_request
from roadmap.control.extensions import may_ask
from roadmap.control.ladder import Ladder
from tasks.context.working_calendar import calendar_of
from tasks.files.evidence import Incoming, incoming
from tasks.people.access import AccessiblePoint, accessible_point
from tasks.people.links import Answer, LinkHolder, actor_of, audit, link_holder

LONGEST_EXTENSION = timedelta(days=366)


class NotYours(LookupError):
    """There is no such point for this official: whether it exists at all is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it comes: the stream and the sender's name for it."""

    source: BinaryIO
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is said about a point: the words, the proof, the day it was done (None: today)."""

    words: str = ""
    evidence: str = ""
    on: date | None = None
    upload: Upload | None = None


def acknowledge(answer: Answer, point_id: int) -> str:
    """«Принято в работу»; returns the point's key, as every action here does."""
    return _move(answer, point_id, "acknowledge", Report())


def put_off_reminders(answer: Answer, point_id: int, *, until: date) -> str:
    """«Напомнить позже»: no reminder before that day; the deadline and what comes after it are told all the same."""

    def done(session: Session, who: Official, own: AccessiblePoint, once: str) -> str:
        change(session, own.point.key, _the_move(answer, who, "put_off", once, due_on=until))
        return f"до {until:%d.%m.%Y}"

    return _once(answer, point_id, "put_off", done, f"{until}")


def report_progress(answer: Answer, point_id: int, report: Report) -> str:
    """«Промежуточный отчёт», by a co-executor too; ``words`` say how far it has come."""
    return _move(answer, point_id, "progress", report)


def submit(answer: Answer, point_id: int, report: Report) -> str:
    """«Исполнено»: a proof is required, the day lies between the opening of the point and today."""
    with open_session(answer.engine) as session:
        if the_point(session, answer, point_id).purpose == "data":
            raise Refused("Данные сдаются формой показателей: заполните её, и они будут приняты")
    if not report.evidence and report.upload is None:
        raise Refused("Подтвердите исполнение: укажите реквизиты документа, ссылку или приложите файл")
    return _move(answer, point_id, "submit", report)


def ask_extension(answer: Answer, point_id: int, *, new_due_on: date, reason: str) -> str:
    """«Прошу перенести»; ``Refused`` when it is too late to ask, or the day is not later than the deadline."""

    def asked(session: Session, who: Official, own: AccessiblePoint, once: str) -> str:
        refusal = extension_refusal(session, own.point, today=answer.today)
        if refusal:
            raise Refused(refusal)
        wish = RequestDraft(kind="extend", official_id=who.id, reason=reason, new_due_on=new_due_on)
        open_request(session, own.point.key, wish, _the_move(answer, who, "ask", once, reason=reason))
        return f"перенести на {new_due_on:%d.%m.%Y}"

    return _once(answer, point_id, "extend", asked, f"{new_due_on} {reason}")


def say_not_mine(answer: Answer, point_id: int, *, to_body_id: int | None, reason: str) -> str:
    """«Не моё»: whose it is (None: not known) and why; the coordinator decides."""

    def asked(session: Session, who: Official, own: AccessiblePoint, once: str) -> str:
        body = session.get(Body, to_body_id) if to_body_id is not None else None
        if to_body_id is not None and (body is None or body.roadmap_code != who.roadmap_code):
            raise Refused("Выберите орган из списка")
        if to_body_id == own.point.owner_id:
            raise Refused("Назовите другой орган: за пункт уже отвечает этот")
        wish = RequestDraft(kind="reassignment", official_id=who.id, reason=reason, to_body_id=to_body_id)
        open_request(session, own.point.key, wish, _the_move(answer, who, "ask", once, reason=reason))
        return f"исполнитель: {body.short if body else 'не назван'}"

    return _once(answer, point_id, "not_mine", asked, f"{to_body_id} {reason}")


def extension_refusal(session: Session, point: ControlPoint, *, today: date) -> str:
    """Why another deadline cannot be asked for today, in Russian; empty when it can."""
    roadmap = session.get_one(Roadmap, point.roadmap_code)
    ladder = Ladder.from_json(roadmap.ladder)
    return may_ask(point.deadline_on, today=today, calendar=calendar_of(session, roadmap.code), ladder=ladder)


def extension_days(point: ControlPoint, *, today: date) -> tuple[date, date]:
    """The first and the last day that may be asked for: later than the deadline and than today, at most a year on."""
    after = max(point.due_on, today)
    return after + timedelta(days=1), after + LONGEST_EXTENSION


def the_point(session: Session, answer: Answer, point_id: int) -> ControlPoint:
    """The point as it stands, for checking a form against it. Raises ``NotYours``."""
    return _find(session, answer, point_id)[1].point


def _move(answer: Answer, point_id: int, action: Action, report: Report) -> str:
    if report.upload is None:
        return _told(answer, point_id, action, report, None)
    # A stranger's file is not even read.
    with open_session(answer.engine) as session:
        _find(session, answer, point_id)
    with incoming(answer.settings, report.upload.source, report.upload.name) as file:
        return _told(answer, point_id, action, report, file)


def _told(answer: Answer, point_id: int, action: Action, report: Report, file: Incoming | None) -> str:
    def moved(session: Session, who: Official, own: AccessiblePoint, once: str) -> str:
        # What was done before its window opened counts all the same; the coordinator sees the date and decides.
        begins = session.get_one(Roadmap, own.point.roadmap_code).period_start
        if report.on is not None and not begins <= report.on <= answer.today:
            raise Refused(f"Дата исполнения — с {begins:%d.%m.%Y} по сегодняшний день")
        given = {"evidence": report.evidence, "file": file.file if file else None}
        change(session, own.point.key, _the_move(answer, who, action, once, on=report.on, reason=report.words, **given))
        if file is not None:
            file.keep()
        return f"файл {file.file.hash[:12]}" if file else ""

    content = f"{report.words} {report.evidence} {report.on} {file.file.hash if file else ''}"
    return _once(answer, point_id, action, moved, content)


def _the_move(answer: Answer, who: Official, action: Action, once: str, **facts: object) -> TransitionCommand:
    on = facts.pop("on", None) or answer.today
    named = {"actor": actor_of(who), "official_id": who.id}
    return TransitionCommand(action=action, at=answer.at, on=on, once_key=once, **named, **facts)  # type: ignore[arg-type]


def _find(session: Session, answer: Answer, point_id: int) -> tuple[LinkHolder, AccessiblePoint]:
    by = link_holder(session, answer.settings, answer.token)
    own = accessible_point(session, by.official, point_id, today=answer.today)
    if own is None:
        raise NotYours
    return by, own


Change = Callable[[Session, Official, AccessiblePoint, str], str]
"""Does the thing under a once-key; returns what the audit says beside the action."""


def _once(answer: Answer, point_id: int, action: str, do: Change, content: str) -> str:
    """Do it in one unit of work. The same form with the same content is one action, pressed twice or at once."""
    digest = hashlib.sha256(f"{point_id} {action} {content}".encode()).hexdigest()[:16]
    once = f"page:{answer.once}:{digest}"
    with open_session(answer.engine) as session:
        _find(session, answer, point_id)
        _take_turn(session, point_id)
        by, own = _find(session, answer, point_id)
        if not _is_recorded(session, once):
            if not own.answers and action != "progress":
                raise Refused("Отчитывается ответственный исполнитель; соисполнитель сообщает о ходе своей части")
            detail = do(session, by.official, own, once)
            audit(session, by, action, own.point.key, detail, at=answer.at)
        return own.point.key


def _take_turn(session: Session, point_id: int) -> None:
    """Let nobody else write about the point until this unit of work ends; what was read before is read anew.

    An UPDATE that changes nothing is the lock that both engines know.
    """
    mine = (
        update(ControlPoint)
        .where(col(ControlPoint.id) == point_id)
        .values(has_open_request=ControlPoint.has_open_request)
    )
    session.execute(mine.execution_options(synchronize_session=False))
    session.expire_all()


def _is_recorded(session: Session, once: str) -> bool:
    return session.execute(select(col(Transition.id)).where(col(Transition.once_key) == once)).first() is not None
