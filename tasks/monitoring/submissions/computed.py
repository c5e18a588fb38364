"""What the program counts itself: the share of a roadmap's control points that are done, so that nobody is asked."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from models import ControlPoint, Item
from roadmap.language import counted


class PointsDone(NamedTuple):
    """Control points due by a day, and how many of them were done by it."""

    done: int
    due: int
    until: date

    @property
    def words(self) -> str:
        """«исполнено 12 из 20 контрольных точек со сроком по 30.09.2026»."""
        points = counted(self.due, "контрольной точки", "контрольных точек", "контрольных точек")
        return f"исполнено {self.done} из {points} со сроком по {self.until:%d.%m.%Y}"


def points_done(session: Session, roadmap_code: str, until: date) -> PointsDone:
    """Of the results due by the day, both ends of the roadmap's span included; done: accepted, reported by that day.

    Not counted: what was taken off control, what was over before the roadmap came on control, stages, and what
    monitoring itself asks for.
    """
    done_on = func.coalesce(col(ControlPoint.submitted_on), col(ControlPoint.closed_on))
    is_done = (col(ControlPoint.status) == "accepted") & (done_on <= until)
    found = (
        select(func.count(), func.count(case((is_done, 1))))
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .where(
            col(ControlPoint.roadmap_code) == roadmap_code,
            col(ControlPoint.deadline_on) <= until,
            col(ControlPoint.purpose) == "result",
            col(ControlPoint.parent_id).is_(None),
            col(ControlPoint.status) != "withdrawn",
            col(ControlPoint.is_history).is_(False),
            col(Item.kind) != "round",
        )
    )
    due, done = session.execute(found).one()
    return PointsDone(int(done), int(due), until)
