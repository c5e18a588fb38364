"""The record of everything people did on the pages and, with people and links, by commands."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel

from models.db.types import UtcDateTime

LONGEST_DETAIL = 500


class AuditEntry(SQLModel, table=True):
    """One thing somebody did on a page or by a command on people and links. Append-only."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    actor: str
    """Post of the official, «координатор», or «не опознан»; never an address."""
    action: str
    subject: str = ""
    """Key of a point, code of a body, number of an official."""
    detail: str = ""


def write_audit(
    session: Session, *, at: datetime, actor: str, action: str, subject: str = "", detail: str = ""
) -> None:
    """One line of the record, in the unit of work of the thing itself; ``detail`` holds neither addresses nor names."""
    session.add(AuditEntry(at=at, actor=actor, action=action, subject=subject, detail=detail[:LONGEST_DETAIL]))
