"""What officials ask of the coordinator, and what the controller orders."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from models.db.base import one_of
from models.db.types import UtcDateTime

REQUEST_KINDS = ("extend", "reassignment", "ordered_extension", "ordered_withdrawal")
#: What the person charged with control orders; the coordinator carries it out, or answers why not.
ORDERS = ("ordered_extension", "ordered_withdrawal")
REQUEST_STATES = ("waiting", "granted", "refused", "settled")


class Request(SQLModel, table=True):
    """Another deadline (``extend``) or another body (``reassignment``) is asked for one point, or ordered for it:
    another deadline (``ordered_extension``), its end (``ordered_withdrawal``).

    ``settled`` means that the point was closed or reported before anybody decided. One of a kind waits per point.
    """

    __table_args__ = (
        one_of("kind", REQUEST_KINDS),
        one_of("state", REQUEST_STATES),
        CheckConstraint(
            "kind NOT IN ('extend', 'ordered_extension') OR new_due_on IS NOT NULL", name="extend_names_a_day"
        ),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_request_waiting",
            "point_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    point_id: int = Field(foreign_key="control_point.id", index=True)
    kind: str
    official_id: int | None = Field(default=None, foreign_key="official.id")
    asked_by: str
    asked_on: date
    """In the roadmap's zone."""
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_on: date
    """The deadline as it stood when asked."""
    reason: str
    new_due_on: date | None = None
    to_body_id: int | None = Field(default=None, foreign_key="body.id")
    state: str = "waiting"
    decided_on: date | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    decided_by: str | None = None
    decision_reason: str = ""
    """The words of the decision."""
