"""Databases that a campaign wants new for each crash, on either engine."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.parts.databases import PostgresServer, sqlite_engine

Fresh = Callable[[Callable[[Engine], object]], AbstractContextManager[Engine]]
"""Yields a database filled by a function, as new as if no test had run."""


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    """On either engine."""
    if request.param == "sqlite":
        return fresh_sqlite(tmp_path)
    return _fresh_postgres(request.getfixturevalue("postgres"))


def fresh_sqlite(folder: Path) -> Fresh:
    """A file of a folder, again and again: its engine knows the statements already."""
    path = folder / "fresh.db"

    @contextmanager
    def made(fill: Callable[[Engine], object]) -> Iterator[Engine]:
        engine = sqlite_engine(path, fill)
        yield engine
        engine.dispose()
        for one in folder.glob(f"{path.name}*"):
            one.unlink()

    return made


def _fresh_postgres(server: PostgresServer) -> Fresh:
    @contextmanager
    def made(fill: Callable[[Engine], object]) -> Iterator[Engine]:
        with server.migrated() as engine:
            fill(engine)
            yield engine

    return made


@pytest.fixture
def sqlite(tmp_path: Path) -> Fresh:
    """On SQLite."""
    return fresh_sqlite(tmp_path)
