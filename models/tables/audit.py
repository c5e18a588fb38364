"""The record of everything people did on the pages and, with people and links, by commands."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel

from models.db.types import UtcDateTime
from models.personal import Author, known_people

LONGEST_DETAIL = 500


class AuditEntry(SQLModel, table=True):
    """One thing somebody did on a page or by a command on people and links. Append-only."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    actor: str
    """Post of the official, «координатор», or «не опознан»; never an address."""
    official_id: int | None = Field(default=None, foreign_key="official.id")
    """The number of the person, where it was one of the table of officials."""
    action: str
    subject: str = ""
    """Key of a point, code of a body, number of an official."""
    detail: str = ""


def write_audit(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str = "",
    detail: str = "",
    official_id: int | None = None,
) -> None:
    """One line of the record, in the unit of work of the thing itself.

    A name or an address of a known person is kept as the number and the post.
    """
    known = known_people(session)
    author = Author(actor, official_id) if official_id else known.author(actor)
    subject, detail = known.without(subject), known.without(detail)[:LONGEST_DETAIL]
    row = AuditEntry(at=at, actor=author.words, official_id=author.official_id, action=action)
    row.subject, row.detail = subject, detail
    session.add(row)
