"""Of several programs one does what is done now and then, also after a clock that was wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.db import open_session
from tasks.installation.turns import take_turn
from tests.parts.databases import sqlite_engine

AT, EVERY = datetime(2027, 5, 31, 12, tzinfo=UTC), 120.0


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "vekha.db")
    yield engine
    engine.dispose()


def takes(engine: Engine, seconds: float, name: str = "look") -> bool:
    with open_session(engine) as session:
        return take_turn(session, name, every=EVERY, at=AT + timedelta(seconds=seconds))


def test_who_comes_first_takes_it_until_it_is_due_again(engine: Engine) -> None:
    assert [takes(engine, seconds) for seconds in (0, 0, 60, 119, 240)] == [True, False, False, True, True]
    assert takes(engine, 241, "another"), "each thing has its own"


def test_a_clock_that_ran_ahead_and_was_put_right_keeps_nobody_waiting(engine: Engine) -> None:
    assert takes(engine, 400 * 86_400)
    assert takes(engine, 0)
    assert not takes(engine, 1)
    assert not takes(engine, -30), "clocks of hosts are never quite level"
