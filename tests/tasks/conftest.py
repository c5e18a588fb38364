"""The small roadmap, on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.databases import sqlite_engine
from tests.worlds.world import World, build


@pytest.fixture
def small_world(tmp_path: Path) -> Iterator[World]:
    """The small roadmap on SQLite."""
    engine = sqlite_engine(tmp_path / "vekha.db", build)
    yield World(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The small roadmap on either engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("small_world")
        return
    small = World(request.getfixturevalue("postgres_engine"))
    small.build()
    yield small
