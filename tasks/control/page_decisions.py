"""Decisions taken on a page: what the person saw counts, so the second of two is told what the first did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, func, select
from sqlmodel import Session, col

from models import AuditEntry, Body, ControlPoint, Roadmap, Transition, lifecycle
from models.db import session
from models.lifecycle import EVENT_RU, STATUS_RU, Move, Refused, point_by_key, requests
from roadmap.cards.point import day
from tasks.control.decisions import Decision, Outcome, deadline_of, decide

COORDINATOR = "координатор (страница)"
#: What the daily control notes by itself is nobody's decision.
UNDECIDED = ("open", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Who decides about which point, and what the page showed when the form was made."""

    key: str
    actor: str
    seen: int
    """The newest transition on the page the person decided from; 0 for none."""
    once_key: str
    today: date
    at: datetime
    auditor: str
    """How the audit names who decides."""
    said: str
    """What the audit says was done."""


def newest(work: Session, point_id: int) -> int:
    """The newest thing that people did to a point: the ``seen`` of a form made now."""
    found = select(func.max(col(Transition.id))).where(*_decisions(point_id))
    return work.execute(found).scalar_one() or 0


def decide_point(engine: Engine, decision: Decision, by: Deciding) -> Outcome:
    """Accept, return, extend or withdraw, as the Prefect form does."""
    seen: list[ControlPoint] = []  # held on to: the row as it was read is what the guard of the change compares with

    def before(work: Session) -> None:
        seen.append(refuse_unseen(work, by))
        _audit(work, by)
        if decision.decision == "перенести":
            _refuse_foreign(work, seen[0])

    outcome = decide(
        engine, by.key, decision, once_key=by.once_key, today=by.today, at=by.at, actor=by.actor, before=before
    )
    return _unless_sent(engine, by, outcome) if outcome.refusal else outcome


def hand_over(engine: Engine, body_id: int, reason: str, by: Deciding) -> Outcome:
    """Give a point to another body of its roadmap."""

    def work_on(work: Session) -> ControlPoint:
        point = refuse_unseen(work, by)
        move = _move(by, "reassign", reason, owner_id=_body(work, point, body_id))
        return lifecycle.change(work, by.key, move)

    return _outcome(engine, by, work_on)


def refuse_request(engine: Engine, request_id: int, ground: str, by: Deciding) -> Outcome:
    """Refuse what an executor asked for; the ground is told to the executor."""

    def work_on(work: Session) -> ControlPoint:
        point = refuse_unseen(work, by, request_id)
        requests.refuse(work, request_id, _move(by, "refuse", ground))
        return point

    return _outcome(engine, by, work_on)


def grant_extension(engine: Engine, request_id: int, due_on: date, ground: str, by: Deciding) -> Outcome:
    """Move the deadline to the day decided, which may differ from the one asked for."""

    def work_on(work: Session) -> ControlPoint:
        point = refuse_unseen(work, by, request_id)
        if due_on < by.today:
            raise Refused(f"Укажите новый срок не раньше сегодняшнего дня, {day(by.today)}")
        move = _move(by, "extend", ground, due_on=due_on, deadline_on=deadline_of(work, by.key, due_on))
        requests.grant(work, request_id, move)
        return point

    return _outcome(engine, by, work_on)


def grant_hand_over(engine: Engine, request_id: int, body_id: int, ground: str, by: Deciding) -> Outcome:
    """Give the point to the body decided, which may differ from the one the executor named."""

    def work_on(work: Session) -> ControlPoint:
        point = refuse_unseen(work, by, request_id)
        return requests.grant(work, request_id, _move(by, "reassign", ground, owner_id=_body(work, point, body_id)))

    return _outcome(engine, by, work_on)


def refuse_unseen(work: Session, by: Deciding, request_id: int | None = None) -> ControlPoint:
    """The point as the person saw it. ``Refused`` when somebody did something to it since, or it is another's request.

    The row is read before its history: what changes after that meets the guard of the change itself.
    """
    point = point_by_key(work, by.key)
    assert point.id is not None
    if request_id is not None and requests.request_and_key(work, request_id)[1] != by.key:
        raise Refused(f"Просьба № {request_id} относится к другой контрольной точке")
    later = select(Transition).where(*_decisions(point.id), col(Transition.id) > by.seen)
    last = work.execute(later.order_by(col(Transition.id).desc()).limit(1)).scalar_one_or_none()
    if last is not None and last.once_key != by.once_key:
        raise Refused(
            "Ваше решение не записано: пока страница была открыта, по точке уже сделано другое — "
            f"{EVENT_RU[last.action]} "
            f"({last.actor}, {day(last.happened_on)}). Сейчас — {STATUS_RU[point.status]}."
        )
    return point


def _decisions(point_id: int) -> tuple[ColumnElement[bool], ...]:
    return (col(Transition.point_id) == point_id, col(Transition.action).not_in(UNDECIDED))


def _refuse_foreign(work: Session, point: ControlPoint) -> None:
    if work.get_one(Roadmap, point.roadmap_code).extensions_by == "controller":
        raise Refused(f"«{point.key}»: срок по этой дорожной карте переносит лицо, на которое возложен контроль")


def _body(work: Session, point: ControlPoint, body_id: int) -> int:
    body = work.get(Body, body_id)
    if body is None or body.roadmap_code != point.roadmap_code:
        raise Refused(f"«{point.key}»: такого органа в дорожной карте нет, выберите из списка")
    return body_id


def _move(by: Deciding, action: lifecycle.Action, reason: str, **facts: date | int) -> Move:
    if not reason.strip():
        raise Refused(f"«{by.key}»: чтобы {lifecycle.ACTION_RU[action]}, укажите основание")
    return Move(action=action, actor=by.actor, at=by.at, on=by.today, reason=reason, once_key=by.once_key, **facts)  # type: ignore[arg-type]


def _outcome(engine: Engine, by: Deciding, work_on: Callable[[Session], ControlPoint]) -> Outcome:
    """What cannot be carried out changes nothing."""
    try:
        with session(engine) as work:
            _audit(work, by)
            return Outcome(work_on(work).status)
    except Refused as refused:
        return _unless_sent(engine, by, Outcome("", str(refused)))


def _audit(work: Session, by: Deciding) -> None:
    """In the unit of work of the decision itself: both are written, or neither; the same form twice is one line."""
    if not _is_sent(work, by):
        work.add(AuditEntry(at=by.at, actor=by.auditor, action=by.said, subject=by.key))


def _is_sent(work: Session, by: Deciding) -> bool:
    return work.execute(select(col(Transition.id)).where(col(Transition.once_key) == by.once_key)).first() is not None


def _unless_sent(engine: Engine, by: Deciding, refused: Outcome) -> Outcome:
    """The same form sent twice is no refusal: it has been carried out, by its first copy."""
    with session(engine) as work:
        return Outcome(point_by_key(work, by.key).status, "" if _is_sent(work, by) else refused.refusal)


def note(engine: Engine, *, actor: str, action: str, at: datetime, subject: str = "", detail: str = "") -> None:
    """Write one line of the audit; on its own, so that a refusal is kept as well."""
    with session(engine) as work:
        work.add(AuditEntry(at=at, actor=actor, action=action, subject=subject, detail=detail[:500]))
