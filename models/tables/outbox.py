"""The outbox: one notice per official, day and channel, with the lines it must carry."""

from datetime import date, datetime

from sqlalchemy import Column, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from models.db.base import one_of
from models.db.types import UtcDateTime

#: The error of a letter that was dropped because a later one of its channel carries its lines, where it had no other.
OVERTAKEN = "вошло в следующее письмо"
NOTICE_STATES = ("queued", "sending", "sent", "dropped", "dead")


class Notice(SQLModel, table=True):
    """A letter owed. queued → sending → sent; back to queued with a later ``not_before``; dead after the last try.

    ``dropped`` is a letter whose every line was settled before it left, or one that a later letter has overtaken.
    ``reversed_at``: its day was false (a wrong clock); one that had left is followed by another that says so, one that
    had not is ``dropped``.
    """

    __table_args__ = (
        Index(
            "uq_notice_standing",
            "official_id",
            "on_day",
            "channel_id",
            unique=True,
            sqlite_where=text("reversed_at IS NULL"),
            postgresql_where=text("reversed_at IS NULL"),
        ),
        one_of("state", NOTICE_STATES),
        Index(
            "ix_notice_due",
            "not_before",
            sqlite_where=text("state IN ('queued', 'sending')"),
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    official_id: int = Field(foreign_key="official.id")
    channel_id: int = Field(foreign_key="channel.id", index=True)
    on_day: date
    state: str = "queued"
    not_before: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    claimed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """A claim that was not finished by then (a crash) may be taken again."""
    attempts: int = 0
    error: str = ""
    """The last failure, without addresses or secrets."""
    subject: str = ""
    unsent: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Of a letter in several messages that broke off: those that have not left, as a JSON list."""
    reported_on: date | None = None
    """Of a letter that was given up: when the coordinator's letter got the lines that say so."""
    has_digest: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """The week's table goes into this letter."""
    has_drill: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """This letter asks to confirm that letters arrive."""
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reversed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    @property
    def outcome(self) -> str:
        """The state; «overtaken» of a letter that was dropped because a later one carries what it had to say,
        «reversed» of one whose day was false.
        """
        if self.reversed_at is not None:
            return "reversed"
        return "overtaken" if self.state == "dropped" and self.error else self.state

    @property
    def visible_id(self) -> str:
        """The id in the subject: a letter that came twice is seen to be the same."""
        return f"В-{self.id:06d}"


class NoticeLine(SQLModel, table=True):
    """One reason of one point in a notice."""

    __tablename__ = "notice_line"
    __table_args__ = (UniqueConstraint("notice_id", "point_id", "reason"),)

    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id")
    point_id: int = Field(foreign_key="control_point.id", index=True)
    reason: str
    days: int
    """Days to the deadline on the day of the decision; negative when past."""


class NoticeRemark(SQLModel, table=True):
    """What a letter says beside its lines, in Russian: that earlier letters were sent by a wrong clock."""

    __tablename__ = "notice_remark"

    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id", index=True)
    words: str
