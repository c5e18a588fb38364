"""Which stored control point stands for which planned one, also after later editions moved or withdrew points.

A key names the day that was planned first, for ever. A point stands for that day, unless an edition moved it: then the
transition says so. A coordinator's extension moves the deadline, not the day the document names.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from models.db.rows import table_of
from models.lifecycle import LIVE
from models.tables.control_point import ControlPoint, Transition
from roadmap.control.planning import PlannedPoint
from roadmap.processes.renewal import RENEWAL
from tasks.editions.added_items import BY_PLAN, added_items

POINTS = table_of(ControlPoint)
EDITION = "редакция"
"""Begins the words by which a transition names an edition as its actor."""
BY_EDITION = "edition:"
"""Begins the ``once_key`` of every move that an edition makes."""


class Duty(NamedTuple):
    """What a point is for: ``place`` is roadmap, item and body (the beginning of the key), ``day`` as planned."""

    place: str
    purpose: str
    day: date


class StoredPoint(NamedTuple):
    """A stored point and the duty it stands for."""

    duty: Duty
    row: RowMapping


def duty_of(point: PlannedPoint) -> Duty:
    """The duty of a planned point."""
    return Duty(point.key.rpartition("/")[0], point.purpose, point.planned_due_on)


def stored_points(session: Session, roadmap_code: str) -> list[StoredPoint]:
    """The points of a roadmap in the order of their making, without those that an edition withdrew.

    Left out is what no term of the document gave: stages, renewals, days named by a plan, decisions of sessions.
    """
    moved, withdrawn = _by_edition(session, roadmap_code)
    of_document = (
        POINTS.c.roadmap_code == roadmap_code,
        POINTS.c.parent_id.is_(None),
        POINTS.c.item_id.not_in(added_items(session, roadmap_code).values()),
        ~POINTS.c.deadline_note.startswith(BY_PLAN),
        ~POINTS.c.deadline_note.startswith(RENEWAL),
    )
    found = []
    for row in session.execute(POINTS.select().where(*of_document).order_by(POINTS.c.id)).mappings():
        if row["id"] not in withdrawn:
            place, _, planned = row["key"].rpartition("/")
            day = moved.get(row["id"]) or date.fromisoformat(planned[:10])
            found.append(StoredPoint(Duty(place, row["purpose"], day), row))
    return found


def serve(there: Sequence[StoredPoint], planned: Iterable[PlannedPoint]) -> dict[Duty, RowMapping]:
    """The stored point of each planned duty that has one.

    A point extended by the coordinator to a day that a new edition names stands for that day.
    """
    wanted = dict.fromkeys(duty_of(point) for point in planned)
    serving = {duty: row for duty, row in there if duty in wanted}
    for duty, row in there:
        extended = duty._replace(day=row["due_on"])
        if duty not in wanted and extended in wanted and is_live(row):
            serving.setdefault(extended, row)
    return serving


def keys_of(session: Session, roadmap_code: str) -> set[str]:
    """Every key that was ever given."""
    rows = session.execute(select(col(ControlPoint.key)).where(col(ControlPoint.roadmap_code) == roadmap_code))
    return set(rows.scalars())


def is_live(row: RowMapping) -> bool:
    """On control and not closed."""
    return row["status"] in LIVE and not row["is_history"]


def _by_edition(session: Session, roadmap_code: str) -> tuple[dict[int, date], set[int]]:
    """The day each moved point was moved to last, and the points withdrawn."""
    moves = session.execute(
        select(col(Transition.point_id), col(Transition.action), col(Transition.due_to))
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(ControlPoint.roadmap_code) == roadmap_code, col(Transition.once_key).startswith(BY_EDITION))
        .order_by(col(Transition.id))
    ).all()
    moved = {point: due for point, action, due in moves if action == "extend"}
    return moved, {point for point, action, _ in moves if action == "withdraw"}
