"""What the engine did on a day that was false is reversed by counter-records, set-wise; what people did stays.

Rows of transitions are never taken back: an «undo» leads a point to where the first false step found it, and an
«undo_overdue» says that its overdue was recorded by a wrong date.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, literal, null, select, update
from sqlmodel import Session

from models.db.rows import table_of
from models.lifecycle.transitions import CONTROL
from models.tables.control_point import ControlPoint, Transition

POINTS, TRANSITIONS = table_of(ControlPoint), table_of(Transition)
#: Steps of the engine that lead a point on; what it only notes or moves is not among them.
STEPS = ("open", "submit", "accept", "withdraw")
#: The next look of a point that was led back, until it is judged.
UNJUDGED = date.max
_COLUMNS = ["point_id", "action", "from_status", "to_status", "happened_on", "noticed_at", "actor", "reason"]


def undo_false_steps(
    session: Session, roadmap_code: str, *, engines: Collection[str], today: date, at: datetime, reason: str
) -> int:
    """Lead back the points that the engine led on for days after ``today``; returns how many.

    ``engines``: who the engine is called in the history. A point that a person touched since stays as it is. The next
    look of one led back is ``UNJUDGED``.
    """
    first = _first_false(roadmap_code, engines, today).subquery("first")
    later = TRANSITIONS.alias("later")
    touched = exists().where(
        later.c.point_id == first.c.point_id, later.c.id > first.c.id, later.c.actor.not_in(engines)
    )
    before = TRANSITIONS.alias("before")
    rows = (
        _row("undo", before.c.from_status, today, at, reason)
        .join(first, first.c.point_id == POINTS.c.id)
        .join(before, before.c.id == first.c.id)
        .where(~touched)
    )
    marker = session.execute(select(func.coalesce(func.max(TRANSITIONS.c.id), 0))).scalar_one()
    session.execute(insert(TRANSITIONS).from_select(_COLUMNS, rows))
    undone = (TRANSITIONS.c.id > marker, TRANSITIONS.c.action == "undo")
    back = select(TRANSITIONS.c.to_status).where(TRANSITIONS.c.point_id == POINTS.c.id, *undone).scalar_subquery()
    led_back = select(TRANSITIONS.c.point_id).where(*undone)
    values = {
        "status": back,
        "submitted_on": case((back.in_(("submitted", "accepted")), POINTS.c.submitted_on), else_=null()),
        "closed_on": case((back.in_(("accepted", "withdrawn")), POINTS.c.closed_on), else_=null()),
        "news": null(),
        "next_check_on": literal(UNJUDGED),
    }
    mine = (POINTS.c.roadmap_code == roadmap_code, POINTS.c.id.in_(led_back))
    return _count(session.execute(update(POINTS).where(*mine).values(values)))


def undo_false_overdue(session: Session, roadmap_code: str, *, today: date, at: datetime, reason: str) -> int:
    """Take back every overdue that was recorded for a day after ``today``; returns how many.

    One that is true is recorded again by the day's own control, with the right day.
    """
    false = (POINTS.c.roadmap_code == roadmap_code, POINTS.c.overdue_on > today)
    rows = _row("undo_overdue", POINTS.c.status, today, at, reason).where(*false)
    session.execute(insert(TRANSITIONS).from_select(_COLUMNS, rows))
    return _count(session.execute(update(POINTS).where(*false).values(overdue_on=None)))


def date_overdue(session: Session, roadmap_code: str, *, since: date, today: date) -> None:
    """Overdue recorded after ``since``, of deadlines from that day on, counts from the day after the deadline.

    No control was at work on the days between by the right date, and one would have noticed it then.
    """
    recorded = POINTS.c.overdue_on.between(since + timedelta(days=1), today)
    fresh = (POINTS.c.roadmap_code == roadmap_code, recorded, POINTS.c.deadline_on >= since)
    for deadline_on in session.execute(select(POINTS.c.deadline_on).where(*fresh).distinct()).scalars().all():
        its = (*fresh, POINTS.c.deadline_on == deadline_on)
        session.execute(update(POINTS).where(*its).values(overdue_on=deadline_on + timedelta(days=1)))


def _first_false(code: str, engines: Collection[str], today: date) -> Select[Any]:
    """(point, its first false step that was not undone yet)."""
    undone = TRANSITIONS.alias("undone")
    since = select(func.coalesce(func.max(undone.c.id), 0)).where(
        undone.c.point_id == TRANSITIONS.c.point_id, undone.c.action == "undo"
    )
    false: ColumnElement[bool] = and_(
        TRANSITIONS.c.actor.in_(engines),
        TRANSITIONS.c.action.in_(STEPS),
        TRANSITIONS.c.happened_on > today,
        TRANSITIONS.c.id > since.correlate(TRANSITIONS).scalar_subquery(),
    )
    return (
        select(TRANSITIONS.c.point_id, func.min(TRANSITIONS.c.id).label("id"))
        .join(POINTS, POINTS.c.id == TRANSITIONS.c.point_id)
        .where(POINTS.c.roadmap_code == code, false)
        .group_by(TRANSITIONS.c.point_id)
    )


def _row(action: str, to_status: Any, today: date, at: datetime, reason: str) -> Select[Any]:
    """A transition of each point of the roadmap; conditions and joins follow."""
    noticed_at = literal(at, TRANSITIONS.c.noticed_at.type)
    facts = (literal(today), noticed_at, literal(CONTROL), literal(reason))
    return select(POINTS.c.id, literal(action), POINTS.c.status, to_status, *facts).select_from(POINTS)


def _count(result: Any) -> int:
    return int(result.rowcount)
