"""A look at a database that changes nothing and gives up soon: for who asks whether it is there."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from models.db.migrate import newest_revision, schema_of
from models.settings import with_driver

SECONDS = 4
"""For a connection, and for each statement."""


def is_absent(url: str) -> bool:
    """Whether it is a SQLite file that nobody has made yet; to connect would make it."""
    parts = make_url(url)
    return parts.get_backend_name() == "sqlite" and not Path(parts.database or "").exists()


@contextmanager
def glancing_engine(url: str, *, seconds: int = SECONDS) -> Iterator[Engine]:
    """An engine of its own that keeps no connection open."""
    given = with_driver(url, "psycopg")
    if make_url(given).get_backend_name() == "sqlite":
        limits: dict[str, object] = {"timeout": seconds}
    else:
        limits = {"connect_timeout": seconds, "options": f"-c statement_timeout={seconds}s"}
    engine = create_engine(given, poolclass=NullPool, connect_args=limits)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def glance(url: str, *, seconds: int = SECONDS) -> Iterator[Connection]:
    """A connection; raises what SQLAlchemy raises."""
    with glancing_engine(url, seconds=seconds) as engine, engine.connect() as connection:
        yield connection


def readiness(database: Engine) -> dict[str, tuple[bool, str]]:
    """Whether the pages have what they work with: what is asked → yes or no, and the same in a Russian line."""
    url = database.url.render_as_string(hide_password=False)
    unknown = (False, "Схема базы данных неизвестна: база не отвечает")
    if is_absent(url):
        return {"database": (False, "Файла базы данных нет"), "schema": unknown}
    with glancing_engine(url) as engine:
        try:
            engine.connect().close()
            there, known = schema_of(engine), newest_revision()
        except (SQLAlchemyError, sqlite3.Error):
            silent = (False, "База данных не отвечает: причину назовёт команда «vekha doctor»")
            return {"database": silent, "schema": unknown}
    return {
        "database": (True, "База данных отвечает"),
        "schema": (there == known, _schema_words(there, known)),
    }


def _schema_words(there: str, known: str) -> str:
    if there == known:
        return f"Схема базы данных — {there}, как у программы"
    return f"Схема базы данных — {there or 'пусто'}, а у программы — {known}: запустите всюду одну версию программы"
