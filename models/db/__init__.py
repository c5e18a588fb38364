"""Engines and sessions, column types, migrations, rows and locks."""

from models.db.engine import (
    DatabaseProblem,
    close_engines,
    engine,
    engine_for,
    open_session,
    write_if_free,
)

__all__ = [
    "DatabaseProblem",
    "close_engines",
    "engine",
    "engine_for",
    "open_session",
    "write_if_free",
]
