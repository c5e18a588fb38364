"""The days on which the control was at work."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.db.types import UtcDateTime


class ControlLook(SQLModel, table=True):
    """A day on which the control of a roadmap was at work: one row a day, in the order of happening.

    ``reversed_at`` says that the day was false (a wrong clock, a mistyped day): what it wrote was reversed then. One
    reversed in the moment it was made did nothing: the clock stood before days that had been worked through.
    """

    __tablename__ = "control_look"
    __table_args__ = (Index("ix_control_look_roadmap_code", "roadmap_code", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code")
    on_day: date
    """In the roadmap's zone, by the clock of that moment."""
    looked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """The first control of the day."""
    reversed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
