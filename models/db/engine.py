"""Engines and sessions. ``open_session`` is the only place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Executable, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from models.settings import Settings, with_driver


class DatabaseProblem(RuntimeError):
    """The database refused, and nothing was written; the text is one Russian line for the person at the screen."""


BUSY_MS = 30_000
"""So long SQLite waits for another writer."""


def _careful_sqlite(connection: Any, _record: Any) -> None:
    """Foreign keys are off and a crash may lose commits by default: neither is acceptable here."""
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


_engines: dict[str, Engine] = {}


def engine_for(url: str) -> Engine:
    """The engine of a database URL, one per process until ``close_engines``."""
    if url not in _engines:
        engine = create_engine(with_driver(url, "psycopg"), pool_pre_ping=True)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _careful_sqlite)
        _engines[url] = engine
    return _engines[url]


def close_engines() -> None:
    """Close every idle connection; the next ``engine_for`` opens anew."""
    while _engines:
        _engines.popitem()[1].dispose()


def engine() -> Engine:
    """The engine of the settings in force."""
    return engine_for(Settings().database)


@contextmanager
def open_session(bind: Engine | None = None) -> Iterator[Session]:
    """A unit of work: committed whole at the end, or rolled back whole.

    Raises ``DatabaseProblem`` when the database refuses (disk full, locked, unreachable): nothing was written.
    """
    with Session(bind or engine(), expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except OperationalError as refused:
            session.rollback()
            raise DatabaseProblem(f"База данных не приняла запись, ничего не изменено: {refused.orig}") from refused
        except BaseException:
            session.rollback()
            raise


def write_if_free(bind: Engine, statement: Executable) -> bool:
    """Carry out a write that may be left out, and say whether it was: nobody waits for another writer of SQLite."""
    try:
        with open_session(bind) as session:
            connection = session.connection()
            if bind.dialect.name != "sqlite":
                connection.execute(statement)
                return True
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                connection.execute(statement)
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MS}")
    except DatabaseProblem:
        return False
    return True
