"""Production calendars that people gave by hand."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.db.types import UtcDateTime


class GivenCalendar(SQLModel, table=True):
    """A year's production calendar, for the whole installation; it stands before the one the program knows."""

    __tablename__ = "given_calendar"

    year: int = Field(primary_key=True)
    days_off: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """«on» and «name» of each day off that is neither weekend, holiday nor moved by the law itself."""
    working_days: list[str] = Field(sa_column=Column(JSON, nullable=False))
    source: str
    """The act that approves it."""
    given_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
