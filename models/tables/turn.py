"""Whose turn it is to do what one of several programs does for all."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.db.types import UtcDateTime


class Turn(SQLModel, table=True):
    """When a thing was last done, by whichever program."""

    name: str = Field(primary_key=True)
    taken_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
