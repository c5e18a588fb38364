"""The two databases of an installation: where each lies, whether it is empty, what it holds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import DatabaseError

from models.settings import Settings
from tasks.backup.manifest import DATABASES, BackupRefused, Held

PREFECT_URL = "PREFECT_API_DATABASE_CONNECTION_URL"
"""Prefect's own variable, heard where ours is not set."""
VARIABLES = {"vekha": "VEKHA_DATABASE_URL", "prefect": "VEKHA_PREFECT_DATABASE_URL"}
EXTENSIONS = "SELECT objid FROM pg_depend WHERE deptype = 'e' AND classid = 'pg_class'::regclass"
TABLES = (
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace "
    f"AND oid NOT IN ({EXTENSIONS}) ORDER BY relname"
)
#: The rows of a table in any order: fifteen hexadecimal digits of the MD5 of each, added up.
SUM = "coalesce(sum(('x' || substr(md5(a_row::text), 1, 15))::bit(60)::bigint), 0)::text"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of the two databases lies."""

    name: str
    url: URL

    @property
    def engine(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.url.get_backend_name()

    @property
    def path(self) -> Path:
        """Of a SQLite database."""
        return Path(str(self.url.database))

    @property
    def part(self) -> str:
        """The name of its part in a backup."""
        return f"databases/{self.name}.{'sqlite' if self.engine == 'sqlite' else 'pgdump'}"

    @property
    def words(self) -> str:
        """«база Prefect (postgresql://…)», without its password."""
        shown = str(self.path) if self.engine == "sqlite" else self.url.render_as_string(hide_password=True)
        return f"{DATABASES[self.name]} ({shown})"

    @property
    def is_there(self) -> bool:
        """Whether something lies in it. Raises ``BackupRefused`` where it cannot be reached."""
        if self.engine == "sqlite":
            return self.path.exists()
        with self.connected() as connection:
            return bool(connection.execute(text(TABLES)).first())

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection of its own; a PostgreSQL one sees one moment until its end.

        Raises ``BackupRefused`` where the database cannot be reached or read.
        """
        if self.engine == "sqlite":
            # Nobody writes a copy: no lock, no log beside it, and none of the settings that ours is opened with.
            engine = create_engine(f"sqlite:///file:{self.path}?mode=ro&immutable=1&uri=true", poolclass=NullPool)
        else:
            engine = create_engine(self.url, poolclass=NullPool, isolation_level="REPEATABLE READ")
        try:
            with engine.connect() as connection:
                yield connection
        except DatabaseError as refused:
            why = " ".join(str(refused.orig).split())
            raise BackupRefused(f"Не читается {self.words}: {why}") from refused


def places(settings: Settings) -> dict[str, Place]:
    """Both databases of the settings in force, by name."""
    prefect = settings.prefect_database or os.environ.get(PREFECT_URL, "")
    own_file = f"sqlite:///{(settings.data / 'prefect' / 'prefect.db').resolve()}"
    return {
        "vekha": Place("vekha", make_url(settings.database)),
        "prefect": Place("prefect", _for_one_thread(make_url(prefect)) if prefect else make_url(own_file)),
    }


def _for_one_thread(url: URL) -> URL:
    """The form for the drivers that do not know asyncio, whose word for encryption is another one."""
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite")
    query = {("sslmode" if name == "ssl" else name): value for name, value in url.query.items()}
    return url.set(drivername="postgresql+psycopg", query=query)


def held(connection: Connection) -> Held:
    """What the database of a connection holds at the moment of its transaction."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        names = [name for name in sorted(inspect(connection).get_table_names()) if not name.startswith("sqlite_")]
    else:
        connection.execute(text("SET LOCAL timezone = 'UTC'"))
        names = list(connection.execute(text(TABLES)).scalars())
    tables, sums = {}, {}
    for name in names:
        table = f"{connection.dialect.identifier_preparer.quote(name)} AS a_row"
        if is_sqlite:
            tables[name] = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        else:
            tables[name], sums[name] = connection.execute(text(f"SELECT count(*), {SUM} FROM {table}")).one()
    there = "SELECT max(version_num) FROM alembic_version"
    revision = connection.execute(text(there)).scalar_one() if "alembic_version" in names else ""
    return Held(connection.dialect.name, 0 if is_sqlite else server_of(connection), revision or "", tables, sums)


def server_of(connection: Connection) -> int:
    """The major version of a PostgreSQL server."""
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10000


def named_files(connection: Connection) -> set[str]:
    """The SHA-256 of every file that a row of ours names, whatever its table is called at this revision."""
    known, found = inspect(connection), set[str]()
    for table in known.get_table_names():
        if "file_hash" in {column["name"] for column in known.get_columns(table)}:
            quoted = connection.dialect.identifier_preparer.quote(table)
            rows = connection.execute(text(f"SELECT DISTINCT file_hash FROM {quoted} WHERE file_hash IS NOT NULL"))
            found.update(rows.scalars())
    return found - {""}
