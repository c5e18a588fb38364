"""What stands still or is broken right now, for people to see where they look."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel, col, select

from models.db.types import UtcDateTime


class Alert(SQLModel, table=True):
    """Something that keeps work from being done; its row goes once it is mended."""

    code: str = Field(primary_key=True)
    """``<who looks>/<what is wrong>``."""
    words: str
    """One Russian sentence for the coordinator, with the remedy."""
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When it was first seen."""


def keep_alerts(session: Session, area: str, found: Mapping[str, str], *, at: datetime) -> None:
    """Leave exactly these of an area: what is wrong → its words. What was there before keeps its hour."""
    there = {alert.code: alert for alert in session.exec(select(Alert).where(col(Alert.code).startswith(f"{area}/")))}
    wanted = {f"{area}/{what}": words for what, words in found.items()}
    for code, alert in there.items():
        if code not in wanted:
            session.delete(alert)
    for code, words in wanted.items():
        session.merge(Alert(code=code, words=words, since=there[code].since if code in there else at))


def alerts(session: Session) -> list[Alert]:
    """All there is, the oldest first."""
    return list(session.exec(select(Alert).order_by(col(Alert.since), col(Alert.code))))
