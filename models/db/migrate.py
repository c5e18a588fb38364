"""Brings a database, SQLite or PostgreSQL, to the newest schema."""

from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from models.db import DatabaseProblem, engine
from models.private import keep_private
from models.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
UNFINISHED_RESTORE = "restore.unfinished"
"""A file in the data folder while a backup is put back: what lies there is not whole."""


def _upgrade(connection: Connection, revision: str) -> None:
    # Loaded when there is something to do, which is once in the life of a release.
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)


def newest_revision() -> str:
    """The revision that the migrations lead to, read off the names of their files."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def refuse_unfinished(data: Path) -> None:
    """Raises ``DatabaseProblem`` where a backup is being put back into the data folder, or was not to the end."""
    if (data / UNFINISHED_RESTORE).exists():
        raise DatabaseProblem(
            f"Восстановление в {data} не закончено: дождитесь его конца или, если оно прервано, удалите эту папку и "
            "восстановите заново, «vekha restore»"
        )


def is_newest(database: Engine) -> bool:
    """Whether there is nothing to upgrade."""
    return schema_of(database) == newest_revision()


def refuse_other_schema(database: Engine) -> None:
    """Raises ``DatabaseProblem`` where the schema is not this program's: older, or made by a newer one."""
    there = schema_of(database)
    if not there:
        raise DatabaseProblem("База данных недоступна или пуста")
    if there < newest_revision():
        raise DatabaseProblem(f"База данных ещё не обновлена ({there}): выполните «vekha status» новой версией")
    _refuse_newer(there)


def _refuse_newer(revision: str) -> None:
    if revision > newest_revision():
        raise DatabaseProblem(
            f"База данных новее программы ({revision}, программа знает {newest_revision()}): обновите программу"
        )


def schema_of(database: Engine) -> str:
    """That of the schema; empty where there is no such table yet, or no database.

    An upgrade makes the one and reports the other.
    """
    try:
        with database.connect() as connection:
            found = connection.exec_driver_sql("SELECT max(version_num) FROM alembic_version").scalar_one()
    except (OperationalError, ProgrammingError):
        return ""
    return found or ""


def migrate(database: Engine, revision: str = "head") -> None:
    """Upgrade to a revision, by default the newest; does nothing when already there. All of it or nothing."""
    # Every command, page and flow begins here: Alembic would load all migrations to find that there is nothing to do.
    if revision == "head":
        if (there := schema_of(database)) == newest_revision():
            return
        _refuse_newer(there)
    with database.connect() as connection:
        if database.dialect.name != "sqlite":
            with connection.begin():
                _upgrade(connection, revision)
            return
        # SQLite changes a constraint by building the table anew: dropping the old one must not count as deleting rows
        # that others refer to. The switch works outside a transaction only.
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                # The driver begins nothing before a change of the schema: a kill would leave half of it.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                _upgrade(connection, revision)
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
    refuse_unfinished(settings.data)
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        keep_private(settings.data)
        migrate(ready := engine())
    except OSError as refused:
        raise DatabaseProblem(f"Папка данных {settings.data} недоступна для записи: {refused.strerror}") from refused
    except OperationalError as refused:
        raise DatabaseProblem(f"База данных недоступна ({settings.shown_database}): {refused.orig}") from refused
    return ready
