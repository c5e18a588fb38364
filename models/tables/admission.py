"""Who is inside «Контроль», and how often somebody knocked: what several processes of the pages share."""

from datetime import datetime

from sqlalchemy import ARRAY, JSON, BigInteger, Column, Double
from sqlmodel import Field, SQLModel

from models.db.base import one_of
from models.db.types import UtcDateTime

ROLES = ("coordinator", "reader")
"""Who decides, and who may look and not decide."""


class ControlSession(SQLModel, table=True):
    """Somebody who is logged in; the row goes with the log-out, or once it has ended."""

    __tablename__ = "control_session"
    __table_args__ = (one_of("role", ROLES),)

    sid_hash: str = Field(primary_key=True)
    """Of the session's id, which only the browser keeps, with a key that the password of the role is part of."""
    person: str
    """As the record names them."""
    role: str
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """The last request, a minute older at the most."""
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When nobody has asked for anything until then."""


class RateWindow(SQLModel, table=True):
    """What was counted of one address, link or browser; worth nothing after ``ends_at``. Used on PostgreSQL alone."""

    __tablename__ = "rate_window"

    key: str = Field(primary_key=True)
    """A hash: addresses are personal data."""
    hits: list[float] = Field(sa_column=Column(JSON().with_variant(ARRAY(Double()), "postgresql"), nullable=False))
    """The seconds of the epoch at which something was counted, by the clock of the database."""
    amount: int = Field(sa_column=Column(BigInteger(), nullable=False))
    """The sum where it is not single moments that count."""
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
