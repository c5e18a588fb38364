"""An installation of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.settings import Settings
from tests.days import TODAY
from tests.parts.databases import keep_copy, sqlite_engine
from tests.worlds.installation import Installation, add_prefect, engine_of, fill


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that every test copies."""
    data = tmp_path_factory.mktemp("installation") / "data"
    data.mkdir()
    engine = sqlite_engine(data / "vekha.db")
    fill(engine, Settings(_env_file=None, data=data), today=TODAY)
    engine.dispose()
    return data


@pytest.fixture
def installation(filled: Path, tmp_path: Path) -> Iterator[Installation]:
    """A folder of the test's own, with a database that a program has open."""
    data = tmp_path / "data"
    for path in filled.rglob("*"):
        there = data / path.relative_to(filled)
        if path.is_file() and not path.name.startswith("vekha.db"):
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())
    keep_copy(filled / "vekha.db", data / "vekha.db")
    add_prefect(data / "prefect" / "prefect.db")
    engine = engine_of(data)
    yield Installation(Settings(_env_file=None, data=data), engine)
    engine.dispose()
