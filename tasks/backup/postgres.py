"""A PostgreSQL database dumped and put back by PostgreSQL's own programs, found on the PATH."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import DatabaseError, OperationalError

from tasks.backup.databases import Place, held, named_files, server_of
from tasks.backup.manifest import BackupRefused, Held

LOCK_SECONDS = 60
"""For a table that somebody changes at the same time: an upgrade."""
#: Who owns what, and who else may read it, is the matter of the server that it is put back on.
PLAIN = ("--no-owner", "--no-privileges", "--no-comments")


def refuse_old_program(name: str, wanted: int, *, why: str) -> str:
    """The path of a program that is at least of this major version. Raises ``BackupRefused``."""
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"Программы {name} нет: установите клиент PostgreSQL {wanted} (postgresql-client-{wanted})")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    there = int(match[1]) if match else 0
    if there < wanted:
        raise BackupRefused(
            f"Программа {found} версии {there or 'неизвестно какой'}, а {why} — {wanted}: установите клиент PostgreSQL "
            f"{wanted} (postgresql-client-{wanted}) и поставьте его первым в PATH"
        )
    return found


def refuse_without_dump(place: Place) -> None:
    """Raises ``BackupRefused`` where this server's database cannot be dumped by the program there is."""
    with place.connected() as connection:
        refuse_old_program("pg_dump", server_of(connection), why="сервер PostgreSQL")


def dump(place: Place, target: Path) -> tuple[Held, set[str]]:
    """One moment of a database at work, in a file; what it holds at that moment, and the files that its rows name."""
    with place.connected() as connection:
        program = refuse_old_program("pg_dump", server_of(connection), why="сервер PostgreSQL")
        moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        patience = f"--lock-wait-timeout={LOCK_SECONDS * 1000}"
        _run([program, "--format=custom", f"--file={target}", f"--snapshot={moment}", patience, *PLAIN], place)
        return held(connection), named_files(connection) if place.name == "vekha" else set()


def refuse_without_restore(place: Place, wanted: Held) -> None:
    """Raises ``BackupRefused`` where the server or the program here is older than what the copy was made of."""
    refuse_old_program("pg_restore", wanted.server, why="копия снята с сервера PostgreSQL")
    with place.connected() as connection:
        here = server_of(connection)
    if here < wanted.server:
        raise BackupRefused(
            f"Сервер PostgreSQL здесь версии {here}, а копия снята с версии {wanted.server}: обновите сервер"
        )


def put_back(place: Place, source: Path) -> None:
    """All of a dump or nothing. Raises ``BackupRefused``."""
    program = shutil.which("pg_restore") or "pg_restore"
    _run([program, "--exit-on-error", "--single-transaction", *PLAIN, str(source)], place)


@contextmanager
def scratch(place: Place) -> Iterator[Place]:
    """An empty database on the same server, gone at the end. Raises ``BackupRefused`` where none may be made."""
    name = f"vekha_verify_{token_hex(6)}"
    engine = create_engine(place.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        connection = engine.connect()
    except OperationalError as refused:
        raise BackupRefused(f"Не отвечает {place.words}: {_last(str(refused.orig))}") from refused
    with connection:
        try:
            connection.execute(text(f"CREATE DATABASE {name}"))
        except DatabaseError as refused:
            raise BackupRefused(
                f"Для проверки нужна пустая база на время, а завести её нельзя ({_last(str(refused.orig))}): дайте "
                f"пользователю «{place.url.username}» право CREATEDB"
            ) from refused
        try:
            yield Place(place.name, place.url.set(database=name))
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _run(command: Sequence[str], place: Place) -> None:
    """The password goes by the environment: what stands in a command is seen by every user of the machine."""
    given = place.url
    url = URL.create("postgresql", given.username, None, given.host, given.port, given.database, given.query)
    env = dict(os.environ)
    if place.url.password is not None:
        env["PGPASSWORD"] = str(place.url.password)
    done = subprocess.run(
        [*command, f"--dbname={url.render_as_string(hide_password=False)}"],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        name = Path(command[0]).name
        raise BackupRefused(f"{name} не справилась, {place.words}: {_last(done.stderr) or done.returncode}")


def _last(said: str) -> str:
    """The first line that names an error, else the last."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if "error:" in line.lower()), lines[-1] if lines else "")
