"""The only code that changes the status of a control point; ``models.lifecycle.transitions`` says what may follow what.

Every change is one guarded UPDATE («… WHERE status = what we saw») and one append-only ``Transition``: of two people
deciding at once the first wins, the other is told so by ``Refused``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlmodel
from sqlalchemy import ColumnElement, func, insert, literal, select, update
from sqlmodel import Session, col

from models.lifecycle.transitions import (
    ACTION_RU,
    ALLOWED,
    CONTROL,
    EVENT_RU,
    LIVE,
    NEEDS_REASON,
    NEWS,
    STATUS_RU,
    Action,
    File,
    Refused,
    TransitionCommand,
    event_words,
)
from models.personal import Author, known_people
from models.tables.control_point import ControlPoint, Evidence, Transition
from models.tables.request import REQUEST_KINDS, Request
from models.tables.roadmap import Roadmap

__all__ = [
    "ACTION_RU",
    "ALLOWED",
    "EVENT_RU",
    "LIVE",
    "STATUS_RU",
    "Action",
    "Done",
    "File",
    "Refused",
    "TransitionCommand",
    "accept",
    "change",
    "event_words",
    "kept",
    "mark_overdue",
    "open_due",
    "point_by_key",
    "recall",
    "record_history",
]


def point_by_key(session: Session, key: str) -> ControlPoint:
    """The point of a key; ``Refused`` when there is none."""
    found = session.exec(sqlmodel.select(ControlPoint).where(ControlPoint.key == key)).first()
    if found is None:
        raise Refused(f"Контрольной точки «{key}» нет; список: vekha points КОД")
    return found


def change(session: Session, which: str | ControlPoint, move: TransitionCommand) -> ControlPoint:
    """Carry out one move on a point (or on that of a key); returns it as it then stands.

    A point that was read before is judged as it was read: the guard meets what changed since. A move whose ``once_key``
    was recorded already changes nothing. ``Refused`` says in one line why not.
    """
    point = point_by_key(session, which) if isinstance(which, str) else which
    if move.once_key and _is_recorded(session, move.once_key):
        return point
    move = kept(session, move)
    status = status_after(point, move)
    changed = session.execute(
        update(ControlPoint)
        .where(
            *_same_mark(point, move),
            col(ControlPoint.id) == point.id,
            col(ControlPoint.status) == point.status,
            col(ControlPoint.due_on) == point.due_on,
            col(ControlPoint.owner_id) == point.owner_id,
            col(ControlPoint.submitted_on).is_not_distinct_from(point.submitted_on),
        )
        .values(status=status, **facts_of(point, move))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        session.expire(point)
        raise Refused(f"решение уже принято другим, сейчас — {STATUS_RU[point.status]}", key=point.key)
    assert point.id is not None
    session.add(Transition(**transition_of(point, move, status)))
    session.add_all(evidence_of(point.id, move))
    if point.has_open_request and move.action in SETTLES:
        settle_requests(session, point.id, move)
    session.flush()
    session.refresh(point)
    return point


def kept(session: Session, move: TransitionCommand) -> TransitionCommand:
    """The move as the history keeps it."""
    known = known_people(session)
    author = Author(move.actor, move.official_id) if move.official_id else known.author(move.actor)
    files = tuple(replace(file, name=known.without(file.name)) for file in move.files)
    reason, evidence = known.without(move.reason), known.without(move.evidence)
    if (author.words, reason, evidence, files) == (move.actor, move.reason, move.evidence, move.files):
        return move
    who = {"actor": author.words, "official_id": author.official_id}
    return replace(move, reason=reason, evidence=evidence, files=files, **who)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a move makes of the requests that wait: the kinds it carries out, and those that lose their ground."""

    granted: tuple[str, ...] = ()
    groundless: tuple[str, ...] = ()


SETTLES: dict[Action, Settled] = {
    "extend": Settled(granted=("extend", "ordered_extension")),
    "reassign": Settled(granted=("reassignment",)),
    # What was ordered by whoever controls waits for its answer though the executor has reported.
    "submit": Settled(groundless=("extend", "reassignment")),
    "accept": Settled(groundless=REQUEST_KINDS),
    "withdraw": Settled(granted=("ordered_withdrawal",), groundless=REQUEST_KINDS),
}


#: Purposes of what may come back on control; a round that is over is begun anew.
REOPENED = ("result", "name_dates")


def _same_mark(point: ControlPoint, move: TransitionCommand) -> tuple[ColumnElement[bool], ...]:
    """Of two who put the same mark at once the second finds it there."""
    if move.action not in ("take_personal", "leave_personal"):
        return ()
    return (col(ControlPoint.personal_since).is_not_distinct_from(point.personal_since),)


def settle_requests(session: Session, point_id: int, move: TransitionCommand) -> None:
    """What a move makes of the requests that wait; ``has_open_request`` of the point follows."""
    settles = SETTLES[move.action]
    waiting = update(Request).where(col(Request.point_id) == point_id, col(Request.state) == "waiting")
    decided = {"decided_on": move.on, "decided_at": move.at, "decided_by": move.actor, "decision_reason": move.reason}
    for state, kinds in (("granted", settles.granted), ("settled", settles.groundless)):
        if kinds:
            session.execute(waiting.where(col(Request.kind).in_(kinds)).values(state=state, **decided))
    still = select(Request.id).where(col(Request.point_id) == point_id, col(Request.state) == "waiting")  # type: ignore[call-overload]
    has_open_request = session.execute(still).first() is not None
    session.execute(
        update(ControlPoint).where(col(ControlPoint.id) == point_id).values(has_open_request=has_open_request)
    )


def accept(session: Session, which: str | ControlPoint, move: TransitionCommand) -> ControlPoint:
    """The coordinator accepts; a result that was never reported is first recorded as reported on ``move.on``."""
    point = point_by_key(session, which) if isinstance(which, str) else which
    if point.status in ("open", "returned") and not (move.once_key and _is_recorded(session, move.once_key)):
        reported = TransitionCommand(
            action="submit",
            actor=move.actor,
            official_id=move.official_id,
            at=move.at,
            on=move.on,
            evidence=move.evidence,
            tell=False,
        )
        change(session, point, reported)
        move = replace(move, evidence="", files=(), planned_count=None, count=None, tell=True)
    return change(session, point, move)


def recall(session: Session, which: str | ControlPoint, move: TransitionCommand) -> ControlPoint:
    """The executor takes a report back while nobody has decided: the point stands as it did before it was reported."""
    point = point_by_key(session, which) if isinstance(which, str) else which
    its = (col(Transition.point_id) == point.id, col(Transition.action) == "submit")
    reported = session.execute(select(Transition).where(*its).order_by(col(Transition.id).desc()).limit(1))
    if (last := reported.scalar_one_or_none()) is not None:
        zone = session.get_one(Roadmap, point.roadmap_code).zone
        # The reminders of a day are told in its morning: before a report of that day, not after an earlier one.
        is_told = last.noticed_at.astimezone(ZoneInfo(zone)).date() >= move.on
        move = replace(move, back_to=last.from_status, look_on=move.on + timedelta(days=int(is_told)))
    return change(session, point, move)


def open_due(session: Session, roadmap_code: str, *, today: date, at: datetime) -> int:
    """Open every planned point whose day has come, set-wise; returns how many."""
    due = (
        col(ControlPoint.roadmap_code) == roadmap_code,
        col(ControlPoint.status) == "planned",
        col(ControlPoint.opens_on) <= today,
        col(ControlPoint.is_history).is_(False),
        col(ControlPoint.blocked).is_(False),
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
        literal(CONTROL),
        literal(""),
    ).where(*where)
    columns = ["point_id", "action", "from_status", "to_status", "happened_on", "noticed_at", "actor", "reason"]
    session.execute(insert(Transition).from_select(columns, rows))


def _rows(result: Any) -> int:
    return int(result.rowcount)


def _is_recorded(session: Session, once_key: str) -> bool:
    return session.execute(select(Transition.id).where(col(Transition.once_key) == once_key)).first() is not None  # type: ignore[call-overload]


def status_after(point: ControlPoint, move: TransitionCommand) -> str:
    """The status a move leads to; ``Refused`` when it is not possible or lacks what it needs."""
    status = ALLOWED.get((move.action, point.status))
    if status is None and move.action in ("supplement", "recall"):
        none = point.status in ("planned", "open")
        words = "отчёта на проверке нет" if none else "решение уже принято"
        raise Refused(f"{words}, сейчас — {STATUS_RU[point.status]}", key=point.key)
    if status is None:
        raise Refused(f"нельзя {ACTION_RU[move.action]}, сейчас — {STATUS_RU[point.status]}", key=point.key)
    if move.action in NEEDS_REASON and not move.reason.strip():
        raise Refused(f"чтобы {ACTION_RU[move.action]}, укажите основание", key=point.key)
    if move.action == "reopen":
        if point.purpose not in REOPENED:
            raise Refused("раунд мониторинга на контроль не возвращают, начните его заново", key=point.key)
        status = "open" if point.opens_on <= move.on else "planned"
    if move.action == "recall":
        status = move.back_to or status
    if move.action == "reassign" and move.owner_id in (None, point.owner_id):
        raise Refused("назовите другой орган, которому передаётся исполнение", key=point.key)
    if move.action == "extend":
        if move.due_on is None or move.deadline_on is None or move.due_on < point.opens_on:
            raise Refused(f"укажите новый срок не раньше {point.opens_on:%d.%m.%Y}", key=point.key)
        if move.due_on == point.due_on:
            raise Refused(f"новый срок совпадает с прежним, {point.due_on:%d.%m.%Y}", key=point.key)
    if move.action == "put_off" and (move.due_on is None or not move.on < move.due_on < point.deadline_on):
        raise Refused(
            f"напоминания откладывают на день до срока — позже {move.on:%d.%m.%Y} и раньше "
            f"{point.deadline_on:%d.%m.%Y}",
            key=point.key,
        )
    if move.action == "demand" and (move.due_on is None or move.due_on < move.on):
        raise Refused(f"укажите, до какого дня исполнить, не раньше {move.on:%d.%m.%Y}", key=point.key)
    if move.action == "take_personal" and point.personal_since is not None:
        raise Refused(f"уже на личном контроле, с {point.personal_since:%d.%m.%Y}", key=point.key)
    if move.action == "leave_personal" and point.personal_since is None:
        raise Refused("на личном контроле не состоит", key=point.key)
    if move.action == "correct" and move.due_on in (None, point.submitted_on) and not move.evidence:
        raise Refused("укажите другой день исполнения или другое подтверждение", key=point.key)
    return status


def facts_of(point: Any, move: TransitionCommand) -> dict[str, Any]:
    """The columns that a move of a point, a row or a ``ControlPoint``, sets beside the status."""
    facts: dict[str, Any] = {}
    if move.tell and move.action in NEWS:
        facts = {"news": NEWS[move.action], "next_check_on": move.on}
    match move.action:
        case "submit":
            facts |= {"submitted_on": move.on}
        case "acknowledge":
            facts |= {"quiet_until": point.deadline_on}
        case "put_off":
            assert move.due_on is not None
            facts |= {"quiet_until": move.due_on, "next_check_on": min(point.next_check_on or move.due_on, move.due_on)}
        case "return":
            facts |= {"submitted_on": None, "quiet_until": None}
        case "recall":
            # Of the report nobody need hear any more; what else happened meanwhile is still to be told.
            kept_news = None if point.news == "submitted" else point.news
            facts |= {"submitted_on": None, "news": kept_news, "next_check_on": move.look_on or move.on}
        case "extend":
            facts |= {"due_on": move.due_on, "deadline_on": move.deadline_on, "overdue_on": None, "quiet_until": None}
            # What was demanded was demanded by the former deadline.
            facts |= {"demanded_until": None}
        case "demand":
            facts |= {"demanded_until": move.due_on}
        case "take_personal":
            facts |= {"personal_since": move.on}
        case "leave_personal":
            facts |= {"personal_since": None}
        case "ask" | "order":
            facts |= {"has_open_request": True}
        case "reassign":
            facts |= {"owner_id": move.owner_id, "quiet_until": None}
            if move.tell:
                facts |= {"former_owner_id": _former_owner(point, move.owner_id)}
        case "accept" | "withdraw":
            facts |= {"closed_on": move.on, "demanded_until": None}
            if not move.tell:
                facts |= {"next_check_on": None, "news": None}
        case "reopen":
            facts |= {"closed_on": None, "submitted_on": None, "overdue_on": None, "quiet_until": None}
        case "correct" if move.due_on:
            facts |= {"submitted_on": move.due_on}
            # Nothing is accepted before it was done.
            facts |= {"closed_on": max(point.closed_on, move.due_on)} if point.closed_on else {}
    return facts


def _former_owner(point: Any, owner_id: int | None) -> int | None:
    """Who must still be told that a point is another's now; None when it comes back before he was."""
    former: int = point.former_owner_id or point.owner_id
    return former if former != owner_id else None


def evidence_of(point_id: int, move: TransitionCommand) -> list[Evidence]:
    """The proof that a move brings, a row a file; the words and the numbers stand in the first."""
    if not (move.evidence or move.files or move.count is not None):
        return []
    first, *more = move.files or (None,)
    facts = {"words": move.evidence, "planned_count": move.planned_count, "count": move.count}
    return [_proof(point_id, move, first, **facts), *(_proof(point_id, move, file, words="") for file in more)]


def _proof(point_id: int, move: TransitionCommand, file: File | None, **facts: Any) -> Evidence:
    return Evidence(
        point_id=point_id,
        is_interim=move.action == "progress",
        file_hash=file.hash if file else None,
        file_name=file.name if file else None,
        media_type=file.media_type if file else None,
        size=file.size if file else None,
        added_by=move.actor,
        official_id=move.official_id,
        added_at=move.at,
        **facts,
    )


def transition_of(point: Any, move: TransitionCommand, status: str) -> dict[str, Any]:
    """The columns of the transition a move makes of a point; of a correction the days are those of the result."""
    before = {"extend": point.due_on, "correct": point.submitted_on}
    return {
        "point_id": point.id,
        "action": move.action,
        "from_status": point.status,
        "to_status": status,
        "happened_on": move.on,
        "noticed_at": move.at,
        "actor": move.actor,
        "official_id": move.official_id,
        "reason": move.reason,
        "due_from": before.get(move.action) if move.due_on else None,
        "due_to": move.due_on,
        "once_key": move.once_key,
    }
