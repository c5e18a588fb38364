"""Writes what an official answers on the pages: one unit of work an action, recorded once, kept in the audit."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import BinaryIO

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import Body, ControlPoint, Official, Request, Roadmap, Transition, lifecycle
from models.db import open_session
from models.lifecycle import Action, Refused, TransitionCommand, change, requests
from models.lifecycle.requests import KIND_RU, RequestDraft, open_request
from models.queries.officials import waiting_requests
from models.tables.request import ORDERS
from roadmap.control.extensions import may_ask
from roadmap.control.ladder import Ladder
from tasks.context.working_calendar import calendar_of
from tasks.files.evidence import FilesRefused, Incoming, all_incoming
from tasks.people.access import RECALLED, AccessiblePoint, accessible_point, away_now
from tasks.people.links import Answer, LinkHolder, actor_of, audit, link_holder

LONGEST_EXTENSION = timedelta(days=366)
NO_PROOF = "Подтвердите исполнение: укажите реквизиты документа, ссылку или приложите файл"
NOTHING_MORE = "Добавьте к отчёту пояснение, реквизиты документа, ссылку или файл"


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
    uploads: tuple[Upload, ...] = ()

    @property
    def has_proof(self) -> bool:
        """Whether anything shows the result."""
        return bool(self.evidence or self.uploads)


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
    if not report.has_proof:
        raise Refused(NO_PROOF, field="details")
    return _move(answer, point_id, "submit", report)


def supplement(answer: Answer, point_id: int, report: Report) -> str:
    """«Дополнить отчёт» while nobody has decided about it: more words or more proof, the report stays as it is."""
    if not (report.words or report.has_proof):
        raise Refused(NOTHING_MORE, field="words")
    return _move(answer, point_id, "supplement", report)


def recall(answer: Answer, point_id: int, *, reason: str) -> str:
    """«Отозвать отчёт» while nobody has decided about it; the point is the executor's again."""

    def recalled(session: Session, who: Official, own: AccessiblePoint, once: str) -> str:
        if own.point.purpose not in RECALLED:
            raise Refused("Данные не отзывают: исправьте их в форме показателей")
        lifecycle.recall(session, own.point, _the_move(answer, who, "recall", once, reason=reason))
        return ""

    return _once(answer, point_id, "recall", recalled, reason)


def recall_request(answer: Answer, point_id: int, *, request_id: int, reason: str) -> str:
    """«Отозвать просьбу» while it waits, by who asked or who stands in for him."""

    def recalled(session: Session, who: Official, own: AccessiblePoint, once: str) -> str:
        request = session.get(Request, request_id)
        if request is None or not _may_recall(session, who, request, today=answer.today):
            raise Refused("Отозвать просьбу может тот, кто её подал")
        move = _the_move(answer, who, "recall_request", once, reason=reason)
        requests.take_back(session, request_id, move, point=own.point)
        return KIND_RU[request.kind]

    return _once(answer, point_id, "recall_request", recalled, f"{request_id} {reason}")


def own_requests(session: Session, official: Official, point: ControlPoint, *, today: date) -> list[Request]:
    """The requests about a point that wait and that the official may take back."""
    assert point.id is not None
    waiting = waiting_requests(session, [point.id]).get(point.id, [])
    return [one for one in waiting if _may_recall(session, official, one, today=today)]


def _may_recall(session: Session, official: Official, request: Request, *, today: date) -> bool:
    askers = {official.id, *(one.id for one in away_now(session, official, today=today))}
    return request.kind not in ORDERS and request.official_id in askers


def file_refusals(answer: Answer, point_id: int, uploads: Sequence[Upload]) -> tuple[str, ...]:
    """Which of the files would not be taken and why, for a form that is refused anyway. Raises ``NotYours``."""
    with open_session(answer.engine) as session:
        _find(session, answer, point_id)
    try:
        with all_incoming(answer.settings, [(one.source, one.name) for one in uploads]):
            return ()
    except FilesRefused as refused:
        return refused.lines


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
            raise Refused("Выберите орган из списка", field="body")
        if to_body_id == own.point.owner_id:
            raise Refused("Назовите другой орган: за пункт уже отвечает этот", field="body")
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
    if not report.uploads:
        return _told(answer, point_id, action, report, ())
    # A stranger's file is not even read.
    with open_session(answer.engine) as session:
        _find(session, answer, point_id)
    with all_incoming(answer.settings, [(one.source, one.name) for one in report.uploads]) as files:
        return _told(answer, point_id, action, report, files)


def _told(answer: Answer, point_id: int, action: Action, report: Report, files: Sequence[Incoming]) -> str:
    def moved(session: Session, who: Official, own: AccessiblePoint, once: str) -> str:
        # What was done before its window opened counts all the same; the coordinator sees the date and decides.
        begins = session.get_one(Roadmap, own.point.roadmap_code).period_start
        if report.on is not None and not begins <= report.on <= answer.today:
            raise Refused(f"Дата исполнения — с {begins:%d.%m.%Y} по сегодняшний день", field="on")
        given = {"evidence": report.evidence, "files": tuple(file.file for file in files)}
        change(session, own.point.key, _the_move(answer, who, action, once, on=report.on, reason=report.words, **given))
        for file in files:
            file.keep()
        return ", ".join(f"файл {file.file.hash[:12]}" for file in files)

    content = f"{report.words} {report.evidence} {report.on} {' '.join(file.file.hash for file in files)}"
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
                raise Refused("Об исполнении пункта отчитывается тот, кто за него отвечает; вы сообщаете о своей части")
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
