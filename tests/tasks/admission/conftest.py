"""Both databases, empty."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.parts.databases import sqlite_engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Every table and no row."""
    if request.param == "sqlite":
        return sqlite_engine(tmp_path / "vekha.db")
    found: Engine = request.getfixturevalue("postgres_engine")
    return found
