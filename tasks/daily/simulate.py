"""Every letter a period would send, and its load by official, without sending or writing anything."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, col

from models import Channel, Notice, NoticeLine, Official, Roadmap
from roadmap.calendar.zones import zone_of
from roadmap.control.reminders import RANK
from roadmap.letters.wording import DIGEST
from tasks.daily.control_day import control_roadmap
from tasks.monitoring.rounds.sweep import assume_reports


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedLetter:
    """One letter that would leave: ``reasons`` counts its lines, the most urgent reason first."""

    on: date
    official: str
    role: str
    channel: str
    reasons: tuple[tuple[str, int], ...]

    @property
    def summary(self) -> str:
        """«overdue 2, due_soon 1»."""
        return ", ".join(f"{reason} {n}" for reason, n in self.reasons)


@dataclass(frozen=True, slots=True)
class Simulation:
    """The letters of a period by day; nobody reports anything in it: this is the heaviest load there can be."""

    letters: tuple[RehearsedLetter, ...]
    undeliverable: int

    @property
    def by_official(self) -> dict[str, int]:
        """Letters to each official, the most burdened first."""
        return dict(Counter(letter.official for letter in self.letters).most_common())

    @property
    def by_month(self) -> dict[str, dict[str, int]]:
        """Letters to each official, the most burdened first, by the month: «2027-05»."""
        counts = Counter((letter.official, f"{letter.on:%Y-%m}") for letter in self.letters)
        months = sorted({month for _, month in counts})
        return {who: {month: counts[who, month] for month in months} for who in self.by_official}

    @property
    def most_in_a_week(self) -> dict[str, int]:
        """The most letters that an official gets from a Monday to a Sunday."""
        weeks = Counter((letter.official, letter.on.isocalendar()[:2]) for letter in self.letters)
        return {who: max(n for (one, _), n in weeks.items() if one == who) for who in self.by_official}

    @property
    def peak(self) -> tuple[date, int] | None:
        """The day with the most letters, and how many."""
        days = Counter(letter.on for letter in self.letters)
        return max(days.items(), key=lambda day: (day[1], -day[0].toordinal())) if days else None


def simulate(engine: Engine, code: str, *, start: date, end: date) -> Simulation:
    """Simulate the control of one roadmap from ``start`` to ``end``, both included."""
    undeliverable = 0
    with _copy(engine) as session:
        zone = zone_of(session.get_one(Roadmap, code).zone)
        day = start
        while day <= end:
            at = datetime.combine(day, time(0, 30), zone)
            undeliverable += control_roadmap(session, code, today=day, at=at, is_simulated=True).told.undeliverable
            assume_reports(session, code, today=day, at=at)
            day += timedelta(days=1)
        return Simulation(tuple(letters_between(session, code, start=start, end=end)), undeliverable)


def letters_between(session: Session, code: str, *, start: date, end: date) -> Iterator[RehearsedLetter]:
    """The letters in the outbox for the days of a span, by day and official."""
    columns = (col(Notice.id), col(Notice.on_day), Official, col(Channel.kind), col(NoticeLine.reason))
    found = (
        select(*columns, col(Notice.has_digest))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .join(Channel, col(Channel.id) == col(Notice.channel_id))
        .outerjoin(NoticeLine, col(NoticeLine.notice_id) == col(Notice.id))
        .where(col(Official.roadmap_code) == code, col(Notice.on_day).between(start, end))
        .order_by(col(Notice.on_day), col(Official.id), col(Notice.id))
    )
    counts: dict[int, Counter[str]] = {}
    heads: dict[int, tuple[date, Official, str]] = {}
    for notice_id, on_day, official, kind, reason, has_digest in session.execute(found):
        told = counts.setdefault(notice_id, Counter())
        told[DIGEST] = int(has_digest)
        if reason is not None:
            told[reason] += 1
        heads[notice_id] = (on_day, official, kind)
    for notice_id, (on_day, official, kind) in heads.items():
        told = counts[notice_id]
        reasons = tuple((reason, told[reason]) for reason in (*RANK, DIGEST) if told[reason])
        yield RehearsedLetter(on=on_day, official=official.post, role=official.role, channel=kind, reasons=reasons)


@contextmanager
def _copy(engine: Engine) -> Iterator[Session]:
    """A session whose writes go nowhere: a copy in memory (SQLite) or a transaction rolled back."""
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection, connection.begin() as unwritten, Session(connection) as session:
            yield session
            unwritten.rollback()
        return
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    raw = engine.raw_connection()
    try:
        raw.driver_connection.backup(memory)  # type: ignore[union-attr]
    finally:
        raw.close()
    rehearsed = create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)
    try:
        with Session(rehearsed) as session:
            yield session
            session.rollback()
    finally:
        rehearsed.dispose()
        memory.close()
