"""Brings the control points of a roadmap in line with its plan; what people decided is never overwritten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, insert, select, update
from sqlmodel import Session, col

from models.db.rows import ids_by_code
from models.lifecycle.calendar_moves import CalendarMove, move_with_calendar
from models.tables.control_point import ControlPoint, Transition
from models.tables.roadmap import Body, Item
from roadmap.control.ladder import first_rung
from roadmap.control.planning import PlannedPoint
from roadmap.control.upcoming import upcoming
from tasks.editions.point_matching import EDITION, POINTS, duty_of, is_live, keys_of, serve, stored_points


class Moved(NamedTuple):
    """A deadline that a changed calendar moved."""

    key: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Stored:
    """How many points are new, were there already, and are history; which deadlines moved."""

    new: int
    kept: int
    history: int
    moved: tuple[Moved, ...]


def store_points(
    session: Session,
    roadmap_code: str,
    planned: Iterable[PlannedPoint],
    *,
    controlled_from: date,
    today: date,
    by: tuple[str, datetime] | None = None,
) -> Stored:
    """Insert the points that are not there yet; a live point follows its owner and the calendar.

    A point whose deadline lies before ``controlled_from`` is inserted as history. ``by``: the act and the instant, for
    the transitions of points that pass to another body; a point that people handed over stays where they put it.
    """
    wanted = list(planned)
    there = stored_points(session, roadmap_code)
    serving = serve(there, wanted)
    keys = keys_of(session, roadmap_code)
    ids = ids_by_code(session, Body, roadmap_code), ids_by_code(session, Item, roadmap_code)
    new: list[dict[str, Any]] = []
    moved: list[Moved] = []
    passing: list[Passing] = []
    moves: list[CalendarMove] = []
    handed = _handed_over_by_people(session, roadmap_code)
    for point in wanted:
        row = serving.get(duty_of(point))
        if row is None:
            fresh = _row(point, roadmap_code, *ids, is_history=point.deadline_on < controlled_from)
            new.append(fresh | {"key": _free(point.key, keys)})
            continue
        owner_id = row["owner_id"] if row["id"] in handed else ids[0][point.owner_code]
        changes = _changes(row, point, owner_id=owner_id, today=today)
        if "deadline_on" in changes:
            moved.append(Moved(row["key"], row["deadline_on"], point.deadline_on))
            if by is not None:
                move = calendar_move(row, point)
                moves.append(replace(move, opens_on=changes.get("opens_on", move.opens_on)))
        if "owner_id" in changes:
            passing.append(Passing(row, owner_id))
        if changes:
            session.execute(update(POINTS).where(POINTS.c.id == row["id"]).values(changes))
    if moves and by is not None:
        why = f"уточнены рабочие дни дорожной карты: {by[0]}"
        reasons = dict.fromkeys(upcoming(moves), why)
        move_with_calendar(session, moves, reasons=reasons, reason=why, today=today, at=by[1])
    if passing and by is not None:
        pass_on(session, passing, act=by[0], at=by[1], today=today)
    if new:
        session.execute(insert(POINTS), new)
    history = sum(standing_row.row["is_history"] for standing_row in there) + sum(row["is_history"] for row in new)
    return Stored(len(new), len(wanted) - len(new), history, tuple(moved))


class Passing(NamedTuple):
    """A live point as it stood, and the body that answers for it now."""

    row: RowMapping
    owner_id: int

    @property
    def key(self) -> str:
        return str(self.row["key"])

    @property
    def status(self) -> str:
        return str(self.row["status"])

    @property
    def due_on(self) -> date:
        due_on: date = self.row["due_on"]
        return due_on


def pass_on(session: Session, passing: Sequence[Passing], *, act: str, at: datetime, today: date) -> None:
    """Record that the points passed to other bodies by the act, and let both sides hear of it."""
    told = upcoming(passing)
    transitions = []
    for one in passing:
        reason = f"исполнение передано актом: {act}"
        if others := told.get(one.key):
            reason += f"; это касается и других сроков пункта ({others})"
        transitions.append(
            {
                "point_id": one.row["id"],
                "action": "reassign",
                "from_status": one.status,
                "to_status": one.status,
                "happened_on": today,
                "noticed_at": at,
                "actor": f"{EDITION} {act}",
                "reason": reason,
            }
        )
        if one.key in told:
            former: int = one.row["former_owner_id"] or one.row["owner_id"]
            news = {"news": "reassigned", "next_check_on": today}
            news |= {"former_owner_id": former if former != one.owner_id else None}
            session.execute(update(POINTS).where(POINTS.c.id == one.row["id"]).values(news))
    session.execute(insert(Transition), transitions)


def _handed_over_by_people(session: Session, roadmap_code: str) -> set[int]:
    found = (
        select(col(Transition.point_id))
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(ControlPoint.roadmap_code) == roadmap_code, col(Transition.action) == "reassign")
        .where(~col(Transition.actor).startswith(f"{EDITION} "))
    )
    return set(session.execute(found).scalars())


def calendar_move(row: RowMapping, point: PlannedPoint, *, edition: str = "") -> CalendarMove:
    """A stored point that gets the working day (with ``edition`` also the day) of the planned one."""
    return CalendarMove(
        id=row["id"],
        key=row["key"],
        status=row["status"],
        due_from=row["due_on"],
        due_on=point.due_on if edition else row["due_on"],
        deadline_from=row["deadline_on"],
        deadline_on=point.deadline_on,
        opens_on=min(row["opens_on"], point.opens_on) if edition else opens_with(row, point.deadline_on),
        note=point.deadline_note,
        edition=edition,
    )


def opens_with(row: RowMapping, deadline_on: date) -> date:
    """When a point begins: one to come no later than it is due."""
    opens_on: date = row["opens_on"]
    return min(opens_on, deadline_on) if row["status"] == "planned" else opens_on


def missing_points(session: Session, roadmap_code: str, planned: Iterable[PlannedPoint]) -> list[str]:
    """Keys of live points that a plan no longer has; requests to name dates may go, for the dates have been named."""
    there = stored_points(session, roadmap_code)
    served = {row["id"] for row in serve(there, planned).values()}
    return sorted(
        row["key"] for _, row in there if row["id"] not in served and is_live(row) and row["purpose"] == "result"
    )


def _free(key: str, taken: set[str]) -> str:
    """The key, or with a number after it where an earlier edition used it for a point that has left that day."""
    free, n = key, 2
    while free in taken:
        free, n = f"{key}-{n}", n + 1
    taken.add(free)
    return free


def _row(
    point: PlannedPoint, roadmap_code: str, bodies: dict[str, int], items: dict[str, int], *, is_history: bool
) -> dict[str, Any]:
    return {
        "key": point.key,
        "roadmap_code": roadmap_code,
        "item_id": items[point.item_code],
        "body_id": bodies[point.body_code] if point.body_code else None,
        "owner_id": bodies[point.owner_code],
        "purpose": point.purpose,
        "opens_on": point.opens_on,
        "due_on": point.due_on,
        "deadline_on": point.deadline_on,
        "deadline_note": point.deadline_note,
        "status": "planned",
        "is_history": is_history,
        "next_check_on": None if is_history else first_rung(point.opens_on, point.deadline_on, point.quiet_until),
        "quiet_until": point.quiet_until,
    }


def _changes(row: RowMapping, point: PlannedPoint, *, owner_id: int, today: date) -> dict[str, Any]:
    """What a point follows: its owner; the calendar, unless its term was extended; the opening, until it opened."""
    if not is_live(row):
        return {}
    wanted: dict[str, Any] = {"owner_id": owner_id}
    is_planned, is_own_term = row["status"] == "planned", row["due_on"] == point.planned_due_on
    if is_own_term:
        wanted |= {"deadline_on": point.deadline_on, "deadline_note": point.deadline_note}
        if is_planned:
            wanted |= {"quiet_until": point.quiet_until}
        elif row["quiet_until"] == row["deadline_on"]:
            wanted |= {"quiet_until": point.deadline_on}
    if is_planned:
        wanted |= {"opens_on": point.opens_on}
    changes = {name: value for name, value in wanted.items() if row[name] != value}
    if is_planned and changes.keys() & {"opens_on", "quiet_until"} and not row["news"]:
        quiet_until = wanted.get("quiet_until", row["quiet_until"])
        changes["next_check_on"] = first_rung(point.opens_on, point.deadline_on, quiet_until)
    if "deadline_on" in changes and row["status"] != "planned":
        changes["next_check_on"] = today
        if point.deadline_on >= today:
            changes["overdue_on"] = None
    return changes
