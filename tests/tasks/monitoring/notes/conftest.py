"""Snapshots that notes are written of, and their charts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from roadmap.monitoring.snapshot import (
    Snapshot,
)
from tasks.monitoring.report.charts import Chart, Form, charts_of
from tests.parts.databases import sqlite_engine
from tests.worlds.snapshots import build, kept


@pytest.fixture(scope="session")
def snapshot_of() -> Callable[..., Snapshot]:
    """Builds a snapshot: ``snapshot_of("surgut", count=…, silent=…, **fields)``."""
    return build


@pytest.fixture(scope="session")
def kept_in() -> Callable[[Engine, Snapshot], int]:
    """Keeps a snapshot in a database with its roadmap, bodies and round; returns the id of its row."""
    return kept


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An empty database on SQLite."""
    return sqlite_engine(tmp_path / "vekha.db")


@pytest.fixture(scope="session")
def drawn() -> Callable[..., dict[str, Chart]]:
    """The charts of a snapshot, drawn once a run for all who only look: ``drawn(snapshot, form="screen")``."""
    kept: dict[tuple[str, str], dict[str, Chart]] = {}

    def draw(snapshot: Snapshot, *, form: Form = "paper") -> dict[str, Chart]:
        key = (snapshot.sha256, form)
        if key not in kept:
            kept[key] = charts_of(snapshot, form=form)
        return dict(kept[key])

    return draw
