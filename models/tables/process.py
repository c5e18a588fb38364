"""The process a control point goes through, and the municipalities of a region."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class Process(SQLModel, table=True):
    """The stages of one point as they were when it began: a newer process file does not change what is under way.

    The stages themselves are control points whose ``parent_id`` is the point.
    """

    point_id: int = Field(foreign_key="control_point.id", primary_key=True)
    code: str
    version: int
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """``roadmap.processes.schema.Process`` as JSON."""
    renews: bool = False
    """The point renews an earlier result: stages done once for good are left out."""
    started_on: date
    ended_on: date | None = None


class Municipality(SQLModel, table=True):
    """A municipality (its body) that takes part, from a day, to a day; ``merged_into_id`` says into which it went."""

    body_id: int = Field(foreign_key="body.id", primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    since: date
    until: date | None = None
    merged_into_id: int | None = Field(default=None, foreign_key="body.id")
