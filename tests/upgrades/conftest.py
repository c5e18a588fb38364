"""Databases as released versions left them."""

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

DUMPS = Path(__file__).parent / "dumps"
Lay = Callable[[str, Path], None]


@pytest.fixture(scope="session")
def lay() -> Lay:
    """Makes a SQLite file out of a dump of that name."""

    def laid(name: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.executescript(gzip.decompress((DUMPS / f"{name}.sql.gz").read_bytes()).decode())

    return laid
