"""What the documents ask for: roadmaps, their editions, bodies, items, indicators."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.db.base import one_of
from models.db.types import UtcDateTime

ORIGINS = ("table", "directive", "duty")
KINDS = ("agreement", "monitoring", "session", "study", "document", "registry", "activity", "round")


class Roadmap(SQLModel, table=True):
    """A roadmap on control: the act's identity, its period and the rules of its deadlines."""

    __table_args__ = (
        one_of("roll", ("preceding", "following", "none")),
        one_of("report_by", ("period_end", "next_month_10")),
        CheckConstraint("period_start <= period_end", name="period"),
        one_of("extensions_by", ("coordinator", "controller")),
    )

    code: str = Field(primary_key=True)
    region: str
    title: str
    act: str
    """«приказ … от 13.08.2021 № 2625», as letters name it."""
    period_start: date
    period_end: date
    zone: str
    roll: str
    report_by: str
    controlled_from: date
    """Points due before this day are history: kept, never nagged about."""
    shift_years: int = 0
    """How many years a rehearsal copy is moved by; 0 for the real thing."""
    is_rehearsal: bool = False
    ladder: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """The roadmap's own reminder ladder; None means the default."""
    extensions_by: str = Field(default="coordinator", sa_column_kwargs={"server_default": "coordinator"})
    """Who decides on another deadline: the coordinator, or the controller where the act says so."""
    calendar: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """The working days that the deadlines were last counted by; None: not yet compared."""


class Edition(SQLModel, table=True):
    """One edition of a roadmap: the reviewed catalogue, whole, with the hash of its content."""

    __table_args__ = (UniqueConstraint("roadmap_code", "content_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    act: str
    content_hash: str
    catalogue: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    loaded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Body(SQLModel, table=True):
    """A body of the system: ministry, institute, ЦНППМ, municipal service."""

    __table_args__ = (
        UniqueConstraint("roadmap_code", "code"),
        one_of("level", ("federal", "regional", "municipal", "institutional")),
    )

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    code: str
    name: str
    short: str
    level: str
    link_serial: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Part of the link to the body's calendar; raising it revokes the links given out before."""


class Item(SQLModel, table=True):
    """One duty of the document: a row of the table, a directive, or a standing duty; words are verbatim."""

    __table_args__ = (UniqueConstraint("roadmap_code", "code"), one_of("origin", ORIGINS), one_of("kind", KINDS))

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    code: str
    position: int
    """Order in the document."""
    origin: str
    number: str
    section: str
    group: str
    title: str
    responsible: str
    executors: str
    owner_id: int = Field(foreign_key="body.id", index=True)
    term: str
    result: str
    kind: str
    reading: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """``Reading.to_json()``, the version of the calendar and, where an answer stands, ``act_words``."""
    is_controlled: bool
    source: str
    dropped_on: date | None = None
    """The day a later edition dropped the item; it stays visible, off control."""
    dropped_by: str | None = None
    """The act that dropped it, as letters name it."""

    @property
    def key(self) -> str:
        """«krasnodar/2.1.3»."""
        return f"{self.roadmap_code}/{self.code}"

    @property
    def act_words(self) -> dict[str, str]:
        """The document's own words of the fields (``term``, ``responsible``, ``executors``) that were answered."""
        kept: dict[str, str] = (self.reading or {}).get("act_words", {})
        return kept


class Executor(SQLModel, table=True):
    """A co-executor (соисполнитель) of an item."""

    item_id: int = Field(foreign_key="item.id", primary_key=True)
    body_id: int = Field(foreign_key="body.id", primary_key=True, index=True)


class ItemNeed(SQLModel, table=True):
    """An item can only be done after another: lateness of the other excuses this one's."""

    __tablename__ = "item_need"

    item_id: int = Field(foreign_key="item.id", primary_key=True)
    needs_id: int = Field(foreign_key="item.id", primary_key=True, index=True)


class Indicator(SQLModel, table=True):
    """A target of the system; without a number it is shown, not judged."""

    __table_args__ = (UniqueConstraint("roadmap_code", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    code: str
    position: int
    title: str
    unit: str | None = None
    comparison: str | None = None
    target: float | None = None
    target_year: int | None = None
    rhythm: str | None = None
    is_cumulative: bool = False
    words: str = ""
    method: str = ""
    source: str = ""
