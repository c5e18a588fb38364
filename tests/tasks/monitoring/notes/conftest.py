"""Snapshots that notes are written of, and their charts."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image
from sqlalchemy import Engine

from roadmap.monitoring.snapshot import (
    Snapshot,
)
from tasks.monitoring.report.charts import Chart, Form, charts_of
from tests.databases import sqlite_engine
from tests.snapshots import build, kept


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


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of the right size and words with nothing on them, for who asks how a note lies or what it says.

    That every chart of these systems is whole is the matter of ``test_charts``; painting is most of a note's time.
    """

    def blank(figure: Figure, content: io.BytesIO, *, dpi: float, **_: Any) -> None:
        wide, high = (round(inches * dpi) for inches in figure.get_size_inches())
        Image.new("RGB", (wide, high), "white").save(content, "png", dpi=(dpi, dpi))

    monkeypatch.setattr(Figure, "savefig", blank)
