"""Monitoring: its rounds, what bodies answered, what was computed and written, what is recommended."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from models.db.base import one_of
from models.db.types import UtcDateTime

RHYTHMS = ("month", "quarter", "half_year", "year")
STEPS = ("opened", "asked", "computed", "noted", "sent", "recommended", "archived")
VALUE_SOURCES = ("form", "xlsx", "points", "hand")
RECOMMENDATION_STATES = ("proposed", "taken", "declined", "settled")


class Round(SQLModel, table=True):
    """One round of monitoring: a period, and the days on which it opens, data are due and the note is due.

    Its control point (``point_id``, purpose «round») has the Prefect run; what each body is asked is a control point
    inside it (purpose «data»), so letters, reminders and overdue follow by themselves.
    """

    __table_args__ = (
        UniqueConstraint("roadmap_code", "rhythm", "period_start"),
        one_of("rhythm", RHYTHMS),
        CheckConstraint("period_start <= period_end AND opens_on <= due_on AND due_on <= note_on", name="days"),
    )

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code")
    rhythm: str
    period_start: date
    period_end: date
    """The last day of the period, included."""
    opens_on: date
    due_on: date
    """The day answers are due."""
    note_on: date
    """The day the note is due."""
    manual: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Started by a person for a past period."""
    point_id: int = Field(foreign_key="control_point.id", unique=True)
    indicators: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    """The indicators asked, as the catalogue had them when the round opened (``roadmap.catalogue.schema.Indicator``);
    None until then. A later edition changes the next round, not this one."""


class RoundStep(SQLModel, table=True):
    """A step of a round that was done. Append-only; each step once: whoever does it second is told so.

    ``reversed_at``: it was done on a false day (a wrong clock) and counts no more; the right day does it again.
    """

    __tablename__ = "round_step"
    __table_args__ = (
        Index(
            "uq_round_step_standing",
            "round_id",
            "step",
            unique=True,
            sqlite_where=text("reversed_at IS NULL"),
            postgresql_where=text("reversed_at IS NULL"),
        ),
        one_of("step", STEPS),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    step: str
    on_day: date | None = None
    """In the roadmap's zone; None of steps done before this was kept: the day of ``done_at``."""
    done_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    words: str = ""
    """In Russian, what came of it: «получены данные: 31 из 44»."""
    reversed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class IndicatorValue(SQLModel, table=True):
    """A value that a body gave for an indicator in a round. Append-only: the newest counts, a correction is a new row.

    A share or a ratio has numerator and denominator, a total or a flag (0 or 1) the numerator only. Both empty: the
    body said that it has no data (``reason``), which is not zero.
    """

    __tablename__ = "indicator_value"
    __table_args__ = (
        one_of("source", VALUE_SOURCES),
        CheckConstraint("denominator IS NULL OR numerator IS NOT NULL", name="numerator"),
        Index("ix_indicator_value_round_id", "round_id", "indicator_code", "body_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    indicator_code: str
    body_id: int = Field(foreign_key="body.id")
    numerator: float | None = None
    denominator: float | None = None
    source: str
    place: str = ""
    """Where it was read: the file and cell, or the key of the control point that proves it."""
    actor: str
    """The post, «координатор» or a part of Vekha; never a name or an address."""
    official_id: int | None = Field(default=None, foreign_key="official.id")
    """The number of the person, where it was one of the table of officials."""
    reason: str = ""
    """Why an earlier value is corrected, or why there are no data."""
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Snapshot(SQLModel, table=True):
    """Everything one note says, computed once. Append-only; the same content has the same ``sha256``.

    ``reversed_at``: it was computed on a false day; its files stay, it is nobody's newest note.
    """

    __table_args__ = (
        Index(
            "uq_snapshot_standing",
            "round_id",
            "sha256",
            unique=True,
            sqlite_where=text("reversed_at IS NULL"),
            postgresql_where=text("reversed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    as_of: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """Values recorded later do not count."""
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    sha256: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """``roadmap.monitoring.snapshot.Snapshot`` as JSON."""
    reversed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ReportFile(SQLModel, table=True):
    """A file of an analytic note, stored by its hash under ``Settings.files``."""

    __tablename__ = "report_file"
    __table_args__ = (UniqueConstraint("snapshot_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    snapshot_id: int = Field(foreign_key="snapshot.id")
    name: str
    """«Справка за III квартал 2026 г.docx»; offered on download, never used as a path."""
    media_type: str
    file_hash: str
    size: int
    """Bytes."""
    body_id: int | None = Field(default=None, foreign_key="body.id")
    """Whose own page it is; None for the whole note."""
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Recommendation(SQLModel, table=True):
    """A targeted recommendation (адресная рекомендация); on the coordinator's word it becomes a controlled item.

    ``open_key`` names the shortfall while it is open and is unique, so that the same is not recommended twice; it is
    emptied when the recommendation is declined or its item taken off control.
    """

    __table_args__ = (one_of("state", RECOMMENDATION_STATES),)

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    round_id: int = Field(foreign_key="round.id")
    rule: str
    """Code of the rule in ``roadmap/monitoring/recommendations.yaml``."""
    indicator_code: str | None = None
    body_id: int = Field(foreign_key="body.id")
    """Who is to act."""
    text: str
    ground: str
    """The numbers it rests on, in Russian."""
    item_codes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Items of the roadmap that answer the shortfall."""
    due_on: date
    open_key: str | None = Field(default=None, unique=True)
    state: str = "proposed"
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reason: str = ""
    point_id: int | None = Field(default=None, foreign_key="control_point.id")
    """The control point of the item it became."""
    reversed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Proposed on a false day and settled when that was found: the round may propose the same again."""


class RoundLetter(SQLModel, table=True):
    """What of a round goes into a letter: the note, or a body's own page; once per official and channel."""

    __tablename__ = "round_letter"
    __table_args__ = (
        Index(
            "uq_round_letter_standing",
            "round_id",
            "channel_id",
            "part",
            unique=True,
            sqlite_where=text("reversed_at IS NULL"),
            postgresql_where=text("reversed_at IS NULL"),
        ),
        one_of("part", ("note", "page")),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    channel_id: int = Field(foreign_key="channel.id")
    part: str
    body_id: int | None = Field(default=None, foreign_key="body.id")
    """Whose page, for ``page``."""
    notice_id: int = Field(foreign_key="notice.id", index=True)
    reversed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Put in on a false day: the true note is sent again."""
