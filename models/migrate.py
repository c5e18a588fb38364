"""Brings a database, SQLite or PostgreSQL, to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from models.db import DatabaseProblem, engine
from models.settings import Settings


def config(connection: Connection) -> Config:
    """Alembic's configuration for one open connection."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def migrate(database: Engine, revision: str = "head") -> None:
    """Upgrade to a revision, by default the newest; does nothing when already there."""
    with database.begin() as connection:
        command.upgrade(config(connection), revision)


def ready_engine() -> Engine:
    """The engine of the settings in force, its folder made and its schema the newest.

    Raises ``DatabaseProblem``, one line, when the folder cannot be written or the database cannot be reached.
    """
    settings = Settings()
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        migrate(ready := engine())
    except OSError as refused:
        raise DatabaseProblem(f"Папка данных {settings.data} недоступна для записи: {refused.strerror}") from refused
    except OperationalError as refused:
        raise DatabaseProblem(f"База данных недоступна ({settings.shown_database}): {refused.orig}") from refused
    return ready
