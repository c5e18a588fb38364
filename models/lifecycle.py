"""The only code that changes the status of a control point, and the one table of what may follow what.

Every change is one guarded UPDATE («… WHERE status = what we saw») and one append-only ``Transition``: of two people
deciding at once the first wins, the other is told so by ``Refused``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlmodel
from sqlalchemy import func, insert, literal, select, update
from sqlmodel import Session, col

from models.points import ControlPoint, Evidence, Transition

Action = Literal["open", "overdue", "submit", "return", "accept", "extend", "withdraw"]
LIVE = ("planned", "open", "submitted", "returned")

#: (action, status before) → status after; what is not here is forbidden. Every «снятие» needs a ground.
ALLOWED: dict[tuple[Action, str], str] = {
    ("open", "planned"): "open",
    ("overdue", "open"): "open",
    ("overdue", "returned"): "returned",
    ("submit", "open"): "submitted",
    ("submit", "returned"): "submitted",
    ("return", "submitted"): "returned",
    ("accept", "submitted"): "accepted",
    **{("extend", status): status for status in LIVE},
    **{("withdraw", status): "withdrawn" for status in LIVE},
}
NEEDS_REASON: frozenset[Action] = frozenset({"return", "extend", "withdraw"})
NEWS: dict[Action, str] = {
    "submit": "submitted",
    "return": "returned",
    "extend": "extended",
    "accept": "accepted",
    "withdraw": "withdrawn",
}

STATUS_RU = {
    "planned": "запланировано",
    "open": "в работе",
    "submitted": "на проверке",
    "returned": "на доработке",
    "accepted": "исполнено",
    "withdrawn": "снято с контроля",
}
ACTION_RU: dict[Action, str] = {
    "open": "открыть",
    "overdue": "отметить просрочку",
    "submit": "сообщить об исполнении",
    "return": "вернуть на доработку",
    "accept": "принять",
    "extend": "перенести срок",
    "withdraw": "снять с контроля",
}
EVENT_RU: dict[str, str] = {
    "open": "открыто",
    "overdue": "срок истёк",
    "submit": "сообщено об исполнении",
    "return": "возвращено на доработку",
    "accept": "исполнение принято",
    "extend": "срок перенесён",
    "withdraw": "снято с контроля",
}


class Refused(ValueError):
    """The action is not possible for this point as it stands now; the text is one Russian line for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One wanted change. ``on`` is the day it counts from (for submit: the day the result was done)."""

    action: Action
    actor: str
    at: datetime
    on: date
    reason: str = ""
    evidence: str = ""
    due_on: date | None = None
    """For extend: the new day as decided."""
    deadline_on: date | None = None
    """For extend: ``due_on`` after the working-day rule."""
    once_key: str | None = None
    tell: bool = True
    """Off for history that nobody should hear of."""


def point_by_key(session: Session, key: str) -> ControlPoint:
    """The point of a key; ``Refused`` when there is none."""
    found = session.exec(sqlmodel.select(ControlPoint).where(ControlPoint.key == key)).first()
    if found is None:
        raise Refused(f"Контрольной точки «{key}» нет; список: vekha points КОД")
    return found


def change(session: Session, key: str, move: Move) -> ControlPoint:
    """Carry out one move; returns the point as it then stands.

    A move whose ``once_key`` was recorded already changes nothing. ``Refused`` says in one line why not.
    """
    point = point_by_key(session, key)
    if move.once_key and _is_recorded(session, move.once_key):
        return point
    status = _status_after(point, move)
    changed = session.execute(
        update(ControlPoint)
        .where(col(ControlPoint.id) == point.id, col(ControlPoint.status) == point.status)
        .values(status=status, **_facts(move))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        session.expire(point)
        raise Refused(f"«{key}»: решение уже принято другим, сейчас — {STATUS_RU[point.status]}")
    assert point.id is not None
    session.add(_transition(point, move, status))
    if move.evidence:
        session.add(Evidence(point_id=point.id, words=move.evidence, added_by=move.actor, added_at=move.at))
    session.flush()
    session.refresh(point)
    return point


def accept(session: Session, key: str, move: Move) -> ControlPoint:
    """The coordinator accepts; a result that was never reported is first recorded as reported on ``move.on``."""
    point = point_by_key(session, key)
    if point.status in ("open", "returned") and not (move.once_key and _is_recorded(session, move.once_key)):
        reported = Move(action="submit", actor=move.actor, at=move.at, on=move.on, evidence=move.evidence, tell=False)
        change(session, key, reported)
        move = Move(
            action="accept", actor=move.actor, at=move.at, on=move.on, reason=move.reason, once_key=move.once_key
        )
    return change(session, key, move)


def open_due(session: Session, roadmap_code: str, *, today: date, at: datetime) -> int:
    """Open every planned point whose day has come, set-wise; returns how many."""
    due = (
        col(ControlPoint.roadmap_code) == roadmap_code,
        col(ControlPoint.status) == "planned",
        col(ControlPoint.opens_on) <= today,
        col(ControlPoint.is_history).is_(False),
    )
    _record_all(session, "open", due, happened_on=ControlPoint.opens_on, at=at)
    return _rows(session.execute(update(ControlPoint).where(*due).values(status="open")))


def mark_overdue(session: Session, roadmap_code: str, *, today: date, at: datetime) -> int:
    """Record, set-wise, every deadline that has passed with nothing submitted; returns how many.

    Overdue is a fact, not a status; it is dated by the deadline, not by the sweep that noticed.
    """
    passed = (
        col(ControlPoint.roadmap_code) == roadmap_code,
        col(ControlPoint.status).in_(("open", "returned")),
        col(ControlPoint.overdue_on).is_(None),
        col(ControlPoint.deadline_on) < today,
    )
    _record_all(session, "overdue", passed, happened_on=ControlPoint.deadline_on, at=at)
    return _rows(session.execute(update(ControlPoint).where(*passed).values(overdue_on=today)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A point that was done before it came on control, with the days on which each step happened."""

    point_id: int
    opened_on: date
    submitted_on: date
    accepted_on: date


def record_history(session: Session, done: Sequence[Done], *, actor: str, reason: str, at: datetime) -> None:
    """Record planned points as opened, reported and accepted, set-wise, so that nobody is told; all of them or none.

    ``Refused`` when one of them is not planned.
    """
    if not done:
        return
    ids = [one.point_id for one in done]
    planned = select(func.count()).where(col(ControlPoint.id).in_(ids), col(ControlPoint.status) == "planned")
    if session.execute(planned).scalar_one() != len(set(ids)):
        raise Refused("В историю можно записать только запланированные точки, а среди названных есть начатые")
    steps: list[dict[str, Any]] = []
    status = "planned"
    for action, day_of in _HISTORY:
        after = ALLOWED[action, status]
        common = {"action": action, "from_status": status, "to_status": after, "noticed_at": at, "actor": actor}
        steps += [common | {"point_id": one.point_id, "happened_on": day_of(one), "reason": reason} for one in done]
        status = after
    session.execute(insert(Transition), steps)
    closed = [
        {"id": one.point_id, "status": status, "submitted_on": one.submitted_on, "closed_on": one.accepted_on}
        | {"next_check_on": None, "news": None}
        for one in done
    ]
    session.execute(update(ControlPoint), closed)


_HISTORY: tuple[tuple[Action, Callable[[Done], date]], ...] = (
    ("open", lambda one: one.opened_on),
    ("submit", lambda one: one.submitted_on),
    ("accept", lambda one: one.accepted_on),
)


def _record_all(session: Session, action: Action, where: Any, *, happened_on: Any, at: datetime) -> None:
    rows = select(
        col(ControlPoint.id),
        literal(action),
        col(ControlPoint.status),
        literal("open") if action == "open" else col(ControlPoint.status),
        happened_on,
        literal(at, Transition.__table__.c.noticed_at.type),  # type: ignore[attr-defined]
        literal("ежедневный контроль"),
        literal(""),
    ).where(*where)
    columns = ["point_id", "action", "from_status", "to_status", "happened_on", "noticed_at", "actor", "reason"]
    session.execute(insert(Transition).from_select(columns, rows))


def _rows(result: Any) -> int:
    count: int = result.rowcount
    return count


def _is_recorded(session: Session, once_key: str) -> bool:
    return session.execute(select(Transition.id).where(col(Transition.once_key) == once_key)).first() is not None  # type: ignore[call-overload]


def _status_after(point: ControlPoint, move: Move) -> str:
    status = ALLOWED.get((move.action, point.status))
    if status is None:
        raise Refused(f"«{point.key}»: нельзя {ACTION_RU[move.action]}, сейчас — {STATUS_RU[point.status]}")
    if move.action in NEEDS_REASON and not move.reason.strip():
        raise Refused(f"«{point.key}»: чтобы {ACTION_RU[move.action]}, укажите основание")
    if move.action == "extend":
        if move.due_on is None or move.deadline_on is None or move.due_on < point.opens_on:
            raise Refused(f"«{point.key}»: укажите новый срок не раньше {point.opens_on:%d.%m.%Y}")
        if move.due_on == point.due_on:
            raise Refused(f"«{point.key}»: новый срок совпадает с прежним, {point.due_on:%d.%m.%Y}")
    return status


def _facts(move: Move) -> dict[str, Any]:
    """The columns a move sets beside the status."""
    facts: dict[str, Any] = {"news": NEWS.get(move.action), "next_check_on": move.on} if move.tell else {}
    match move.action:
        case "submit":
            facts |= {"submitted_on": move.on}
        case "return":
            facts |= {"submitted_on": None}
        case "extend":
            facts |= {"due_on": move.due_on, "deadline_on": move.deadline_on, "overdue_on": None}
        case "accept" | "withdraw":
            facts |= {"closed_on": move.on}
            if not move.tell:
                facts |= {"next_check_on": None, "news": None}
    return facts


def _transition(point: ControlPoint, move: Move, status: str) -> Transition:
    assert point.id is not None
    return Transition(
        point_id=point.id,
        action=move.action,
        from_status=point.status,
        to_status=status,
        happened_on=move.on,
        noticed_at=move.at,
        actor=move.actor,
        reason=move.reason,
        due_from=point.due_on if move.action == "extend" else None,
        due_to=move.due_on,
        once_key=move.once_key,
    )
