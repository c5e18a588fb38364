"""Tables that live as long as one telling: decisions beside the rows, the points met, the lines on their way."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, String, Table
from sqlmodel import Session

_scratch = MetaData()

situation = Table(
    "vekha_situation",
    _scratch,
    Column("no", Integer, primary_key=True),
    Column("status", String, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("deadline_on", Date, nullable=False),
    Column("next_check_on", Date, nullable=False),
    Column("news", String, nullable=False),
    Column("is_history", Boolean, nullable=False),
    Column("extension_asked_on", Date),
    Column("transfer_asked_on", Date),
    Column("quiet_until", Date),
    Column("look_again_on", Date),
    Index("vekha_situation_met", "next_check_on", "deadline_on", "opens_on", "status", "news", "is_history"),
    prefixes=["TEMPORARY"],
)
told = Table(
    "vekha_told",
    _scratch,
    Column("no", Integer, nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("days", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
candidate = Table(
    "vekha_candidate",
    _scratch,
    Column("point_id", Integer, primary_key=True),
    Column("owner_id", Integer, nullable=False),
    Column("no", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
line = Table(
    "vekha_line",
    _scratch,
    Column("official_id", Integer, nullable=False),
    Column("channel_id", Integer, nullable=False),
    Column("point_id", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("days", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


def make(session: Session) -> None:
    """Empty tables, whatever an earlier telling left behind."""
    connection = session.connection()
    _scratch.drop_all(connection)
    _scratch.create_all(connection)


def drop(session: Session) -> None:
    """Nothing stays."""
    _scratch.drop_all(session.connection())
