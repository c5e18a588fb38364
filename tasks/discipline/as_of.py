"""How control points stood at an earlier instant, from their append-only transitions.

To whom a point was handed over is not undone: the history says that it was, not from whom.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import ControlPoint, Transition
from models.lifecycle.calendar_moves import BY_CALENDAR
from roadmap.calendar import Roll, WorkCalendar


@dataclass(frozen=True, slots=True)
class Stood:
    """The columns of a point that transitions change."""

    status: str
    submitted_on: date | None
    deadline_on: date


def changed_since(
    session: Session, where: Iterable[Any], as_of: datetime, *, roll: Roll, calendar: WorkCalendar
) -> dict[int, Stood]:
    """Point → how it stood at ``as_of``, for those of the points that something happened to later.

    ``where``: conditions on ``ControlPoint``. A deadline that was moved later is computed again from its day.
    """
    mine = select(Transition, col(ControlPoint.deadline_on)).join(
        ControlPoint, col(ControlPoint.id) == col(Transition.point_id)
    )
    later = (
        select(col(Transition.point_id))
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(*where, col(Transition.noticed_at) > as_of)
    )
    rows = session.execute(mine.where(col(Transition.point_id).in_(later)).order_by(col(Transition.id))).all()
    histories: dict[int, list[Transition]] = {}
    deadlines: dict[int, date] = {}
    for event, deadline_on in rows:
        histories.setdefault(event.point_id, []).append(event)
        deadlines[event.point_id] = deadline_on
    return {
        point_id: _stood(events, deadlines[point_id], as_of, roll=roll, calendar=calendar)
        for point_id, events in histories.items()
    }


def _stood(
    events: list[Transition], deadline_on: date, as_of: datetime, *, roll: Roll, calendar: WorkCalendar
) -> Stood:
    known = _known_at(events)
    later = [event for event, at in zip(events, known, strict=True) if at > as_of]
    submitted_on: date | None = None
    for event in events[: len(events) - len(later)]:
        match event.action:
            case "submit":
                submitted_on = event.happened_on
            case "recall" | "return" | "reopen":
                submitted_on = None
            case "undo" if event.to_status not in ("submitted", "accepted"):
                submitted_on = None
            case "correct" if event.due_to:
                submitted_on = event.due_to
    extended = next((event for event in later if event.action == "extend" and event.due_from), None)
    status = later[0].from_status if later else events[-1].to_status
    if extended is not None and extended.due_from is not None:
        by_calendar = (extended.once_key or "").startswith(BY_CALENDAR)
        deadline_on = extended.due_from if by_calendar else calendar.roll(extended.due_from, roll)
    return Stood(status, submitted_on, deadline_on)


def _known_at(events: list[Transition]) -> list[datetime]:
    """When each was known: what a clock ahead of time dated later than the next was there before it."""
    known: list[datetime] = []
    for event in reversed(events):
        known.append(min(event.noticed_at, known[-1]) if known else event.noticed_at)
    return known[::-1]
