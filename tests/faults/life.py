"""The life of a small region, an act at a time: days of control, deliveries, decisions, answers, each killed or not.

What kills here is an exception that nothing catches, and not a signal: a process for each of a hundred thousand acts
would take hours. That both leave the same behind is what ``test_kills`` is for.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar, get_args

from sqlalchemy import Engine, StaticPool, create_engine, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Notice, Request, Round, lifecycle
from models.db import open_session
from models.lifecycle import Action, Refused, TransitionCommand, requests
from models.settings import Settings
from roadmap.calendar.office_hours import OfficeHours
from roadmap.monitoring.indicators.submission import Given
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver as deliver_letters
from tasks.monitoring.rounds.sweep import assume_reports
from tasks.monitoring.submissions.record import record, settle_data
from tests.parts.killing import Boundaries, Killed
from tests.worlds.monitored_region import MonitoredRegion
from tests.worlds.region import TOWNS
from tests.worlds.world import World

CODE = "krai"
FIRST = date(2027, 3, 22)
"""A Monday; the round of the first quarter opens in ten days."""
DAY = timedelta(days=1)
OFFICE = OfficeHours()
#: What people do to a point; the engine opens and finds overdue, counter-records are its own.
BY_PEOPLE: tuple[Action, ...] = tuple(
    action for action in get_args(Action) if action not in ("open", "overdue", "undo", "undo_overdue", "ask", "refuse")
)
ANSWERS: dict[str, list[Given]] = {town: [Given("share", 12, 100), Given("count", 3)] for town in TOWNS}
ANSWERS["institute"] = [Given("flag", 1)]
Act = Callable[[Engine], object]


def build(engine: Engine) -> None:
    """Two bodies, three municipalities, rounds each quarter, points of the institute and of the school."""
    world = World(engine)
    world.build()
    points(world, FIRST)
    region = MonitoredRegion(world, settings=Settings(_env_file=None, data=Path("nowhere")))
    region.build()


def points(world: World, day: date) -> None:
    """Work for half a year, some of it begun."""
    for n in (1, 4, 30, 90):
        world.point(day + n * DAY, status="open" if n < 30 else "planned", opens_on=day + (n - 14) * DAY)
    world.point(day + 45 * DAY, body="school", status="planned", opens_on=day + 5 * DAY)


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


@dataclass
class Sink:
    """Where letters go instead of a mail server, by official, channel, day; a death may come before one and after."""

    current: ClassVar["Sink"]
    """That of the life which acts now."""
    taken: Counter[tuple[int, int, date]] = field(default_factory=Counter)
    boundaries: Boundaries | None = None

    def take(self, notice: Notice) -> None:
        if self.boundaries:
            self.boundaries.boundary()
        self.taken[notice.official_id, notice.channel_id, notice.on_day] += 1
        if self.boundaries:
            self.boundaries.boundary()


def send(_letter: Any, *, notice: Notice, **_: Any) -> None:
    """In place of ``tasks.letters.deliver.send``."""
    Sink.current.take(notice)


@dataclass
class Life:
    """A database, where its letters go, and what has happened to it."""

    engine: Engine
    sink: Sink = field(default_factory=Sink)
    day: date = FIRST
    crashes: int = 0

    def do(self, act: Act, *, again: Act | None = None, kill_at: int = 0) -> bool:
        """Do something, killed at a boundary (0: at none) and then done again. Whether it was killed."""
        boundaries = Boundaries(kill_at, die, by_exception=True)
        self.sink.boundaries, Sink.current = boundaries, self.sink
        if not kill_at:
            act(self.engine)
            return False
        try:
            with boundaries.watched(self.engine):
                act(self.engine)
        except Killed:
            self.crashes += 1
            self.sink.boundaries = None
            (again or act)(self.engine)
            return True
        return False


def die() -> None:
    raise Killed


def control(day: date) -> Act:
    """The day's control; the files of notes have campaigns of their own and are taken as written."""

    def act(engine: Engine) -> None:
        assert control_day(engine, today=None, at=instant(day, 3), hours=OFFICE).failed == ()

    return act


def notes(day: date) -> Act:
    def act(engine: Engine) -> None:
        with open_session(engine) as session:
            assume_reports(session, CODE, today=day, at=instant(day, 4))

    return act


def deliver(day: date, settings: Settings, *, minute: int = 0) -> Act:
    def act(engine: Engine) -> None:
        deliver_letters(engine, settings=settings, at_source=lambda: instant(day, 8, minute))

    return act


def decide(day: date, action: Action, place: int, once_key: str) -> Act:
    """An official or the coordinator acts on the point at a place of the list; what is not possible is refused."""

    def move(session: Session) -> None:
        point = _at(session, ControlPoint, place)
        facts: dict[str, Any] = {}
        if action == "extend":
            due_on = max(day, point.due_on) + 14 * DAY
            facts = {"due_on": due_on, "deadline_on": due_on}
        elif action == "reassign":
            facts = {"owner_id": _other_body(session, point)}
        elif action in ("submit", "progress", "correct"):
            facts = {"evidence": "письмо"}
        command = TransitionCommand(action=action, once_key=once_key, **_by("координатор", day), **facts)
        (lifecycle.accept if action == "accept" else lifecycle.change)(session, point, command)

    return _unless_refused(move)


def ask(day: date, place: int, once_key: str) -> Act:
    """An official asks for another deadline."""

    def move(session: Session) -> None:
        point = _at(session, ControlPoint, place)
        draft = requests.RequestDraft(
            kind="extend", official_id=None, reason="не готово", new_due_on=point.due_on + 20 * DAY
        )
        command = TransitionCommand(action="ask", once_key=once_key, **_by("ректор", day))
        requests.open_request(session, point.key, draft, command)

    return _unless_refused(move)


def settle(day: date, place: int, *, grants: bool) -> Act:
    """The coordinator decides about the request at a place of the list."""

    def move(session: Session) -> None:
        request = _at(session, Request, place)
        if request is None:
            return
        common = _by("координатор", day)
        due_on = max(day, request.new_due_on) + DAY
        if grants:
            command = TransitionCommand(action="extend", due_on=due_on, deadline_on=due_on, **common)
            requests.grant(session, request.id, command)
        else:
            requests.refuse(session, request.id, TransitionCommand(action="refuse", **common))

    return _unless_refused(move)


def _unless_refused(move: Callable[[Session], None], *, name: str = "decide") -> Act:
    def act(engine: Engine) -> None:
        with suppress(Refused), open_session(engine) as session:
            move(session)

    act.__qualname__ = name
    return act


def _by(actor: str, day: date) -> dict[str, Any]:
    return {"actor": actor, "at": instant(day, 10), "on": day, "reason": "основание"}


def _at(session: Session, table: Any, place: int) -> Any:
    rows = session.execute(select(col(table.id)).order_by(col(table.id))).scalars().all()
    return session.get(table, rows[place % len(rows)]) if rows else None


def _other_body(session: Session, point: ControlPoint) -> int:
    found = select(col(Body.id)).where(col(Body.id) != point.owner_id).order_by(col(Body.id)).limit(1)
    return int(session.execute(found).scalar_one())


def answer(day: date, town: str, place: int) -> Act:
    """A body gives its data for a round, or gives others; who is not asked (his part was handed over) is refused."""

    def move(session: Session) -> None:
        at = instant(day, 11)
        asked = select(Round).where(col(Round.indicators).is_not(None)).order_by(col(Round.id))
        rounds = session.execute(asked).scalars().all()
        if not rounds:
            return
        found = rounds[place % len(rounds)].id or 0
        body = session.execute(select(col(Body.id)).where(col(Body.code) == town)).scalar_one()
        record(session, found, body, ANSWERS[town], actor=town, source="form", at=at, reason="уточнено")
        settle_data(session, found, at=at, today=day)

    return _unless_refused(move, name="answer")


def more_points(day: date, n: int) -> Act:
    """A new year's work."""

    def act(engine: Engine) -> None:
        with open_session(engine) as session:
            # In an order: which row comes first without one, PostgreSQL leaves open.
            regional = select(ControlPoint).where(col(ControlPoint.body_id).is_(None)).order_by(col(ControlPoint.id))
            known = session.execute(regional).scalars().first()
            assert known is not None
            due = day + 40 * DAY
            row = {"roadmap_code": CODE, "item_id": known.item_id, "owner_id": known.owner_id}
            days: dict[str, Any] = {"opens_on": day + 10 * DAY, "due_on": due, "deadline_on": due}
            session.add(
                ControlPoint(key=f"{CODE}/new/{n}/{due}", status="planned", next_check_on=day + 10 * DAY, **row, **days)
            )

    return act


class Memory:
    """A SQLite database in memory, which can be read and replaced as bytes."""

    def __init__(self, content: bytes) -> None:
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        self.become(content)
        self.engine = create_engine("sqlite://", creator=lambda: self.connection, poolclass=StaticPool)
        self.tables = [name for (name,) in self.connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]

    def become(self, content: bytes) -> None:
        # A database in memory has no write-ahead log beside it.
        self.connection.deserialize(content[:18] + b"\x01\x01" + content[20:])
        self.connection.execute("PRAGMA foreign_keys=ON")

    def content(self) -> bytes:
        return self.connection.serialize()

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row; of letters without when and how often their sending was tried."""
        return {table: self.connection.execute(self._select(table)).fetchall() for table in self.tables}

    def _select(self, table: str) -> str:
        if table == "notice":
            return "SELECT id, official_id, channel_id, on_day, state, has_digest, reversed_at FROM notice ORDER BY id"
        return f'SELECT * FROM "{table}"'

    def close(self) -> None:
        self.engine.dispose()
        self.connection.close()


def neglected(engine: Engine, day: date) -> list[str]:
    """Deadlines that the control of a day should have seen and did not: not opened, not found overdue."""
    with open_session(engine) as session:
        own = col(ControlPoint.is_history).is_(False) & col(ControlPoint.blocked).is_(False)
        unopened = own & (col(ControlPoint.status) == "planned") & (col(ControlPoint.opens_on) <= day)
        unseen = col(ControlPoint.status).in_(("open", "returned")) & col(ControlPoint.overdue_on).is_(None)
        unseen &= col(ControlPoint.deadline_on) < day
        return list(session.execute(select(col(ControlPoint.key)).where(unopened | unseen)).scalars())
