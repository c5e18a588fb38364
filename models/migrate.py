"""Brings a database, SQLite or PostgreSQL, to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine


def config(connection: Connection) -> Config:
    """Alembic's configuration for one open connection."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to a revision, by default the newest; does nothing when already there."""
    with engine.begin() as connection:
        command.upgrade(config(connection), revision)
