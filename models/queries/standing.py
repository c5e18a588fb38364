"""How points stand on a day, as conditions of a query.

The rule is ``roadmap.control.state``; here stands what has to be counted or filtered by the database. A test asks both
of the same rows.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import col

from models.tables.control_point import ControlPoint

OWED = ("planned", "open", "returned")


def overdue(today: date) -> ColumnElement[bool]:
    """Still owed, and the deadline is past."""
    return and_(
        col(ControlPoint.status).in_(OWED),
        col(ControlPoint.deadline_on) < today,
        col(ControlPoint.is_history).is_(False),
        col(ControlPoint.blocked).is_(False),
    )


def late() -> ColumnElement[bool]:
    """Reported after the deadline, accepted or not."""
    return and_(
        col(ControlPoint.status).in_(("submitted", "accepted")),
        col(ControlPoint.submitted_on) > col(ControlPoint.deadline_on),
        col(ControlPoint.is_history).is_(False),
    )


def status_on(today: date) -> ColumnElement[Any]:
    """The status, a planned point counted as open from its opening day on."""
    begun = and_(
        col(ControlPoint.status) == "planned",
        col(ControlPoint.opens_on) <= today,
        col(ControlPoint.is_history).is_(False),
        col(ControlPoint.blocked).is_(False),
    )
    return case((begun, "open"), else_=col(ControlPoint.status))


def state_on(today: date) -> ColumnElement[str]:
    """The state, by its name in ``roadmap.control.state``."""
    status = col(ControlPoint.status)
    return case(
        (col(ControlPoint.is_history), "history"),
        (and_(status == "accepted", late()), "done_late"),
        (status == "accepted", "done"),
        (status.in_(("withdrawn", "submitted")), status),
        (overdue(today), "overdue"),
        (status == "returned", "returned"),
        else_=status_on(today),
    )
