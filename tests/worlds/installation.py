"""An installation in a folder: a roadmap on control, letters sent, a proof, contacts, a key, and Prefect's database."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from models import ControlPoint, Evidence, Roadmap
from models.db import engine_for, open_session
from models.settings import Settings
from roadmap.catalogue.loading import built_in
from tasks.daily.control_day import control_day
from tasks.editions.training_copies import load_training_copy
from tasks.files.store import Store
from tasks.installation import establish
from tasks.letters.deliver import deliver

PROOF = b"%PDF-1.4 a protocol of a session"


def folder_of(package: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = find_spec(package)
    assert spec is not None
    return Path(str(spec.origin)).parent


VERSIONS = folder_of("prefect") / "server" / "database" / "_migrations" / "versions"


def newest_of_prefect(engine: str) -> str:
    """The newest revision of the installed Prefect's own database."""
    return max(path.name for path in (VERSIONS / engine).glob("2*.py")).split("_")[4]


@dataclass(frozen=True)
class Installation:
    """What a backup is made of."""

    settings: Settings
    engine: Engine

    @property
    def data(self) -> Path:
        return self.settings.data

    @property
    def prefect(self) -> Path:
        """Prefect's SQLite database."""
        return self.data / "prefect" / "prefect.db"


def fill(engine: Engine, settings: Settings, *, today: date) -> None:
    """A training copy of Krasnodar, its letters of a working day in the folder, a proof."""
    at = datetime.combine(today, time(9), UTC)
    with open_session(engine) as session:
        load_training_copy(session, built_in("krasnodar"), today=today, at=at)
        establish(session, settings, at=at)
    control_day(engine, today=today, at=at)
    deliver(engine, settings=settings, at_source=lambda: at)
    digest = Store(settings.files).keep(PROOF)
    with open_session(engine) as session:
        point = session.exec(select(ControlPoint)).first()
        assert point is not None
        session.add(
            Evidence(
                point_id=point.id or 0, words="протокол", file_hash=digest, file_name="протокол.pdf", size=len(PROOF),
                media_type="application/pdf", added_by="Ректор", added_at=at,
            )
        )  # fmt: skip
    settings.contacts.write_text("krasnodar: {}\n", encoding="utf-8")
    (settings.data / "logs").mkdir()
    (settings.data / "logs" / "prefect-worker.log").write_text("a line\n", encoding="utf-8")


def add_prefect(path: Path, runs: int = 3) -> None:
    """A file that stands for the server's own database: its revision is one that the installed Prefect knows."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES (?)", (newest_of_prefect("sqlite"),))
        database.execute("CREATE TABLE flow_run (id INTEGER PRIMARY KEY, name TEXT)")
        database.executemany("INSERT INTO flow_run (name) VALUES (?)", [(f"run {n}",) for n in range(runs)])
        database.commit()


def rows_of(path: Path) -> list[str]:
    """All of a SQLite database, in the words that make it anew."""
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def files_of(data: Path) -> Mapping[str, bytes]:
    """What lies in a data folder beside the databases and what a start makes anew."""
    mine = (path for path in data.rglob("*") if path.is_file())
    names = {path.relative_to(data).as_posix(): path for path in mine}
    left = ("logs/", "prefect/", "vekha.db", "installation.marks")
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(left)}


def count(engine: Engine, table: Any = Roadmap) -> int:
    """Rows of a table."""
    with open_session(engine) as session:
        return len(session.exec(select(table)).all())


def engine_of(data: Path) -> Engine:
    """The SQLite database of a data folder."""
    return engine_for(f"sqlite:///{(data / 'vekha.db').resolve()}")
