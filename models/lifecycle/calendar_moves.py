"""Deadlines that follow the working calendar: recorded as any moved term, though nobody decided it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, insert, literal, update
from sqlmodel import Session

from models.db.rows import table_of
from models.lifecycle.transitions import CONTROL
from models.tables.control_point import ControlPoint, Transition

POINTS = table_of(ControlPoint)
BY_CALENDAR = "calendar:"
"""Begins the ``once_key`` of every such move: the day of the document stays, only its working day is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarMove:
    """A live point whose last working day became another.

    ``due_on`` differs from ``due_from`` only where the words themselves count working days; then ``edition`` begins
    its ``once_key``, and the point stands for the new day.
    """

    id: int
    key: str
    status: str
    due_from: date
    due_on: date
    deadline_from: date
    deadline_on: date
    opens_on: date
    note: str
    edition: str = ""

    @property
    def once_key(self) -> str:
        """Without the day of the move."""
        return f"{self.edition}{BY_CALENDAR}"


def move_with_calendar(
    session: Session, moves: Sequence[CalendarMove], *, reasons: dict[str, str], reason: str, today: date, at: datetime
) -> None:
    """Record the moves, set the days, and let the owners hear of them as of any moved term.

    ``reasons``: by key, for the points whose owner is told; the others have ``reason``. News that has not been told yet
    stays: its letter names the new deadline. Overdue is taken back where the deadline has not passed any more.
    """
    if not moves:
        return
    session.execute(
        insert(Transition),
        [
            {
                "point_id": one.id,
                "action": "extend",
                "from_status": one.status,
                "to_status": one.status,
                "happened_on": today,
                "noticed_at": at,
                "actor": CONTROL,
                "reason": reasons.get(one.key, reason),
                "due_from": one.due_from if one.edition else one.deadline_from,
                "due_to": one.due_on if one.edition else one.deadline_on,
                "once_key": f"{one.once_key}{today}:{one.id}",
            }
            for one in moves
        ],
    )
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("due_on", "deadline_on", "deadline_note")}
    # A point that opened stays open; one to come opens no later than it is due.
    begins = bindparam("new_opens_on", type_=POINTS.c.opens_on.type)
    values |= {"opens_on": begins}
    # What is quiet until its deadline stays so.
    follows = bindparam("new_deadline_on", type_=POINTS.c.deadline_on.type)
    is_until_deadline = POINTS.c.quiet_until == POINTS.c.deadline_on
    values |= {"quiet_until": case((is_until_deadline, follows), else_=POINTS.c.quiet_until)}
    lapsed = bindparam("new_deadline_on", type_=POINTS.c.deadline_on.type) < literal(today)
    values |= {"overdue_on": case((lapsed, POINTS.c.overdue_on), else_=None)}
    for tells in (True, False):
        rows = [
            {
                "its_id": one.id,
                "new_due_on": one.due_on,
                "new_deadline_on": one.deadline_on,
                "new_deadline_note": one.note,
                "new_opens_on": one.opens_on,
            }
            for one in moves
            if (one.key in reasons) is tells
        ]
        news: dict[str, Any] = {}
        if tells:
            news = {
                "news": case((POINTS.c.news.is_(None), "extended"), else_=POINTS.c.news),
                "next_check_on": literal(today),
            }
        if rows:
            session.execute(update(POINTS).where(POINTS.c.id == bindparam("its_id")).values(values | news), rows)
    session.expire_all()
