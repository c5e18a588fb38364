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
    """Upgrade to a revision, by default the newest; does nothing when already there. All of it or nothing."""
    with database.connect() as connection:
        if database.dialect.name != "sqlite":
            with connection.begin():
                command.upgrade(config(connection), revision)
            return
        # SQLite changes a constraint by building the table anew: dropping the old one must not count as deleting rows
        # that others refer to. The switch works outside a transaction only.
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                # The driver begins nothing before a change of the schema: a kill would leave half of it.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                command.upgrade(config(connection), revision)
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError(f"a migration left a row of {broken[0]} without the row it refers to")
        finally:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, switch: str) -> None:
    """Set past SQLAlchemy, which would begin a transaction."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={switch}")
    cursor.close()


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
