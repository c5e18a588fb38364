"""Sessions of «Контроль»: who is inside, until when, what ends it, what the database knows of it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from models import ControlSession
from models.db import open_session
from tasks.admission import IDLE, Role, Sessions, Visitor, sessions
from tests.parts.databases import sqlite_engine

AT = datetime(2027, 5, 31, 9, 0, tzinfo=UTC)
KEYS: dict[Role, bytes] = {"coordinator": b"one password", "reader": b"another"}
#: The package has a function of the same name.
db_engine = import_module("models.db.engine")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def rows(engine: Engine) -> list[ControlSession]:
    with open_session(engine) as session:
        return list(session.exec(select(ControlSession).order_by(ControlSession.opened_at)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("role", "may_decide"), [("coordinator", True), ("reader", False)])
def test_whoever_logged_in_is_found_by_every_process(engine: Engine, role: Role, may_decide: bool) -> None:
    sid = Sessions(engine, KEYS).open(role, at=AT)
    found = Sessions(engine, KEYS).find(sid, at=AT + MINUTE, keeps=False)
    assert found == Visitor(role)
    assert found.may_decide == may_decide
    assert [(row.person, row.role) for row in rows(engine)] == [(found.person, role)]


def test_a_log_out_ends_it_for_every_process_and_no_other_session(engine: Engine) -> None:
    here, there = Sessions(engine, KEYS), Sessions(engine, KEYS)
    sid, other = here.open("coordinator", at=AT), here.open("coordinator", at=AT)
    there.close(sid)
    there.close(sid)
    assert here.find(sid, at=AT, keeps=True) is None
    assert here.find(other, at=AT, keeps=True) == Visitor("coordinator")


def test_what_is_no_session_opens_nothing(engine: Engine) -> None:
    store = Sessions(engine, KEYS)
    store.open("coordinator", at=AT)
    for sid in (None, 5, "", "x" * 32, rows(engine)[0].sid_hash):
        assert store.find(sid, at=AT, keeps=True) is None
        store.close(sid)
    assert len(rows(engine)) == 1


def test_the_database_does_not_know_what_the_browser_shows(engine: Engine) -> None:
    sid = Sessions(engine, KEYS).open("coordinator", at=AT)
    assert not any(sid in f"{value}" for value in rows(engine)[0].model_dump().values())


def test_another_password_ends_the_sessions_of_its_role_alone(engine: Engine) -> None:
    store = Sessions(engine, KEYS)
    coordinator, reader = store.open("coordinator", at=AT), store.open("reader", at=AT)
    changed = Sessions(engine, {**KEYS, "reader": b"a new one"})
    assert changed.find(coordinator, at=AT, keeps=True) == Visitor("coordinator")
    assert changed.find(reader, at=AT, keeps=True) is None
    nobody_reads = Sessions(engine, {"coordinator": KEYS["coordinator"]})
    assert nobody_reads.find(reader, at=AT, keeps=True) is None


def test_a_row_whose_role_was_changed_by_hand_opens_nothing(engine: Engine) -> None:
    sid = Sessions(engine, KEYS).open("reader", at=AT)
    with open_session(engine) as session:
        row = session.exec(select(ControlSession)).one()
        row.role = "coordinator"
        session.add(row)
    assert Sessions(engine, KEYS).find(sid, at=AT, keeps=True) is None


def test_it_ends_after_twelve_idle_hours(engine: Engine) -> None:
    store = Sessions(engine, KEYS)
    sid, at = store.open("coordinator", at=AT), AT
    for _ in range(3):
        at += IDLE - SECOND
        assert store.find(sid, at=at, keeps=True) is not None
    assert store.find(sid, at=at + IDLE, keeps=True) is None
    assert store.find(sid, at=at + IDLE - SECOND, keeps=False) is not None


def test_who_only_looks_whether_it_lives_does_not_keep_it_alive(engine: Engine) -> None:
    store = Sessions(engine, KEYS)
    sid = store.open("coordinator", at=AT)
    assert store.find(sid, at=AT + IDLE - SECOND, keeps=False) is not None
    assert store.find(sid, at=AT + IDLE, keeps=False) is None


def test_a_request_reads_once_and_the_moment_is_written_once_a_minute(engine: Engine) -> None:
    store = Sessions(engine, KEYS)
    sid, said = store.open("coordinator", at=AT), list[str]()
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2].split()[0]))
    for seconds in (1, 59, 60, 61, 119, 120):
        store.find(sid, at=AT + seconds * SECOND, keeps=True)
    assert said.count("SELECT") == 6
    assert said.count("UPDATE") == 2
    (row,) = rows(engine)
    assert (row.opened_at, row.seen_at, row.ends_at) == (AT, AT + 2 * MINUTE, AT + 2 * MINUTE + IDLE)


def test_a_log_in_sweeps_what_has_ended(engine: Engine) -> None:
    store = Sessions(engine, KEYS)
    store.open("reader", at=AT)
    store.open("coordinator", at=AT + MINUTE)
    store.open("coordinator", at=AT + IDLE)
    assert [row.opened_at for row in rows(engine)] == [AT + MINUTE, AT + IDLE]


def test_the_longest_idle_of_a_role_makes_room_and_nobody_of_another(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "KEPT", 3)
    store = Sessions(engine, KEYS)
    coordinator = store.open("coordinator", at=AT)
    readers = [store.open("reader", at=AT + n * SECOND) for n in range(1, 6)]
    alive = [store.find(sid, at=AT + MINUTE, keeps=False) is not None for sid in (coordinator, *readers)]
    assert alive == [True, False, False, True, True, True]


def test_a_request_does_not_wait_for_another_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day's control may write for half a minute; whoever looks meanwhile is let in, the moment stays as it was."""
    # Who waits all the same waits longer than a test may last.
    monkeypatch.setattr(db_engine, "BUSY_MS", 600_000)
    engine = sqlite_engine(tmp_path / "vekha.db")
    store = Sessions(engine, KEYS)
    sid, later = store.open("coordinator", at=AT), AT + 5 * MINUTE
    with closing(sqlite3.connect(tmp_path / "vekha.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert store.find(sid, at=later, keeps=True) == Visitor("coordinator")
        assert rows(engine)[0].seen_at == AT
        writer.execute("ROLLBACK")
    assert store.find(sid, at=later, keeps=True) is not None
    assert rows(engine)[0].seen_at == later
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 600_000


def test_a_session_opened_under_a_clock_that_ran_ahead_ends_when_the_clock_is_put_right(engine: Engine) -> None:
    store = Sessions(engine, KEYS)
    sid = store.open("coordinator", at=AT + 400 * 2 * IDLE)
    assert store.find(sid, at=AT, keeps=True) is None
    level = store.open("coordinator", at=AT + MINUTE)
    assert store.find(level, at=AT, keeps=True) is not None, "clocks of hosts are never quite level"
