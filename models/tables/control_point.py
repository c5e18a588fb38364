"""What is owed and what happened: control points, their append-only transitions, the proof."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, false, text
from sqlmodel import Field, SQLModel

from models.db.base import one_of
from models.db.types import UtcDateTime

STATUSES = ("planned", "open", "submitted", "returned", "accepted", "withdrawn")
NEWS = ("submitted", "returned", "extended", "accepted", "withdrawn", "asked", "refused", "reassigned", "reopened")
PURPOSES = ("result", "name_dates", "round", "data")


class ControlPoint(SQLModel, table=True):
    """One dated duty of one item, and of one body where the item fans out.

    ``key`` is ``<roadmap>/<item>/<body or ->/<planned due date>``, stable for ever. ``due_on`` is the day as read (or
    as extended), ``deadline_on`` the day after the working-day rule. Only ``lifecycle`` writes ``status``.
    """

    __tablename__ = "control_point"
    __table_args__ = (
        one_of("status", STATUSES),
        one_of("purpose", PURPOSES),
        CheckConstraint(f"news IN ({', '.join(repr(n) for n in NEWS)})", name="news"),
        CheckConstraint("opens_on <= due_on", name="opens_before_due"),
        CheckConstraint("(parent_id IS NULL) = (stage IS NULL)", name="stage_has_parent"),
        CheckConstraint("NOT blocked OR status IN ('planned', 'withdrawn')", name="blocked"),
        CheckConstraint("(closed_on IS NOT NULL) = (status IN ('accepted', 'withdrawn'))", name="closed"),
        Index(
            "ix_control_point_opening",
            "opens_on",
            sqlite_where=text("status = 'planned'"),
            postgresql_where=text("status = 'planned'"),
        ),
        Index(
            "ix_control_point_lapsing",
            "deadline_on",
            sqlite_where=text("status IN ('open', 'returned') AND overdue_on IS NULL"),
            postgresql_where=text("status IN ('open', 'returned') AND overdue_on IS NULL"),
        ),
        Index(
            "ix_control_point_checking",
            "next_check_on",
            sqlite_where=text("next_check_on IS NOT NULL"),
            postgresql_where=text("next_check_on IS NOT NULL"),
        ),
        Index(
            "ix_control_point_demanded",
            "roadmap_code",
            sqlite_where=text("demanded_until IS NOT NULL"),
            postgresql_where=text("demanded_until IS NOT NULL"),
        ),
        Index(
            "ix_control_point_personal",
            "roadmap_code",
            sqlite_where=text("personal_since IS NOT NULL"),
            postgresql_where=text("personal_since IS NOT NULL"),
        ),
        Index(
            "ix_control_point_handed_over",
            "roadmap_code",
            sqlite_where=text("former_owner_id IS NOT NULL"),
            postgresql_where=text("former_owner_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    body_id: int | None = Field(default=None, foreign_key="body.id")
    """The body a fanned-out point belongs to; None otherwise."""
    owner_id: int = Field(foreign_key="body.id", index=True)
    """The body that answers: the item's owner, or ``body_id`` where the item fans out."""
    former_owner_id: int | None = Field(default=None, foreign_key="body.id")
    """Who answered before and has not been told yet that the point is another's now."""
    purpose: str = "result"
    opens_on: date
    due_on: date
    deadline_on: date
    deadline_note: str = ""
    """In Russian: the rule and the move that gave ``deadline_on``."""
    status: str = "planned"
    is_history: bool = False
    """Due before the roadmap was taken on control: kept, never opened, never nagged about."""
    next_check_on: date | None = None
    """The first day on which somebody may have to be told something; None when nobody has to be."""
    quiet_until: date | None = None
    """Whoever answers is not reminded before this day: of a weekly duty, of what he took to do («принято в работу»),
    the deadline; the day to which he put reminders off. Nothing silences the deadline and what comes after it."""
    news: str | None = None
    """What happened and has not been told yet."""
    has_open_request: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """A request of the owner (another deadline, another body), or an order of the controller, waits for a decision."""
    demanded_until: date | None = None
    """The day by which the controller demands the result; cleared by an extension and by the end of the point."""
    personal_since: date | None = None
    """Since when the controller has it under personal control; a point that is closed keeps it."""
    overdue_on: date | None = None
    """The first day past the deadline, once noticed; cleared by an extension."""
    parent_id: int | None = Field(default=None, foreign_key="control_point.id", index=True)
    """For a stage of a process: the point it is a part of. Stages have no Prefect run of their own."""
    stage: str | None = None
    """Code of the stage in its process."""
    stage_title: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """«Подпись муниципалитета · г. Сочи», beside the item's title."""
    blocked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """A stage that does not open by its day: what it needs is not done yet."""
    submitted_on: date | None = None
    """The day the result was reported done; lateness is counted from it."""
    closed_on: date | None = None


class Transition(SQLModel, table=True):
    """What happened to a point. Append-only: the database itself refuses UPDATE and DELETE."""

    __table_args__ = (Index("ix_transition_point_id", "point_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    point_id: int = Field(foreign_key="control_point.id")
    action: str
    from_status: str
    to_status: str
    happened_on: date
    """The day it is counted from, in the roadmap's zone (a deadline passes when it passes, not when noticed)."""
    noticed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    actor: str
    """The post, «координатор» or a part of Vekha; never a name or an address."""
    official_id: int | None = Field(default=None, foreign_key="official.id")
    """The number of the person, where it was one of the table of officials."""
    reason: str = ""
    due_from: date | None = None
    due_to: date | None = None
    once_key: str | None = Field(default=None, unique=True)
    """The same decision delivered twice (a flow run again from its top) is recorded once."""


class Evidence(SQLModel, table=True):
    """Document details, link or file that show a result (or, ``is_interim``, how far it has come)."""

    id: int | None = Field(default=None, primary_key=True)
    point_id: int = Field(foreign_key="control_point.id", index=True)
    words: str
    is_interim: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    file_hash: str | None = None
    """SHA-256 of a stored file, its name under ``Settings.files``; None when only words were given."""
    file_name: str | None = None
    """As the sender named it; shown and offered on download, never used as a path."""
    media_type: str | None = None
    size: int | None = None
    """Bytes."""
    planned_count: int | None = None
    count: int | None = None
    """Numbers asked with the report: how many were planned and came, how many entries a registry has."""
    added_by: str
    """As ``Transition.actor``."""
    official_id: int | None = Field(default=None, foreign_key="official.id")
    """The number of the person, where it was one of the table of officials."""
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
