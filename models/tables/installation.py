"""Which installation a database belongs to: what every process that works with it must have the same."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from models.db.types import UtcDateTime


class Installation(SQLModel, table=True):
    """The one row. A process whose settings differ would send letters elsewhere, or sign links that nobody opens."""

    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(default=1, primary_key=True)
    folder: str
    """What stands in ``installation.id`` of the data folder: hosts that share it see the same."""
    folder_mark: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Made anew at each start and written into the folder as well: a copy of the folder does not get it."""
    link_key: str
    """A hash of the key that signs links."""
    mail: str
    """``folder`` or ``server``."""
    public_url: str
    """The address in letters; empty where none is set."""
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
