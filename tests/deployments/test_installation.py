"""A process with other settings than the installation's does no work, and says which variable."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select

from deployments.sync import sync
from models import Installation, Notice, Official, clock
from models.db import DatabaseProblem, engine_for, open_session
from models.db.migrate import migrate, refuse_other_schema
from models.settings import Settings
from tasks.installation import ForeignSettings, adopt, differences, establish, refuse_foreign, refuse_other_folder
from tests.parts.databases import sqlite_engine
from tests.parts.office import Office
from tests.places import ROOT

KEY = "a key long enough that nobody guesses it"


def settings(folder: Path, **more: object) -> Settings:
    folder.mkdir(exist_ok=True)
    return Settings(_env_file=None, data=folder, link_key=SecretStr(KEY), **more)


OTHERS: dict[str, Callable[[Settings], Settings]] = {
    "VEKHA_DATA": lambda here: settings(here.data.parent / "elsewhere"),
    "VEKHA_LINK_KEY": lambda here: here.model_copy(update={"link_key": SecretStr(KEY[::-1])}),
    "VEKHA_MAIL_URL": lambda here: here.model_copy(update={"mail_url": SecretStr("mailto://mail.example.org")}),
    "VEKHA_PUBLIC_URL": lambda here: here.model_copy(update={"public_url": "https://vekha.example.org"}),
}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(sqlite_engine(tmp_path / "vekha.db"))


@pytest.mark.parametrize("variable", OTHERS)
def test_what_differs_is_named_by_its_variable(session: Session, tmp_path: Path, variable: str) -> None:
    here = settings(tmp_path / "data")
    other = OTHERS[variable](here)
    assert differences(session, other) == [], "nobody knows the installation yet"
    adopt(session, here, at=clock.now())
    session.flush()
    assert differences(session, here) == []
    [line] = differences(session, other)
    assert line.startswith(f"{variable} — ")
    assert KEY not in line
    with pytest.raises(ForeignSettings, match=variable):
        refuse_foreign(session, other)
    adopt(session, other, at=clock.now())
    session.flush()
    assert differences(session, other) == []


def test_a_copy_of_the_folder_is_told_from_the_folder(session: Session, tmp_path: Path) -> None:
    """Two hosts must see the same files: a copy has the name of the installation, but not what a start wrote since."""
    here = settings(tmp_path / "data")
    adopt(session, here, at=clock.now())
    session.flush()
    shutil.copytree(here.data, tmp_path / "copy")
    copy = settings(tmp_path / "copy")
    assert differences(session, copy) == [], "nothing was started since"
    adopt(session, here, at=clock.now())
    session.flush()
    assert differences(session, here) == []
    [line] = differences(session, copy)
    assert line.startswith("VEKHA_DATA — здесь копия папки данных")
    with pytest.raises(ForeignSettings, match="VEKHA_DATA"):
        refuse_foreign(session, copy)
    with pytest.raises(ForeignSettings, match="копия папки данных"):
        refuse_other_folder(session, copy)
    adopt(session, copy, at=clock.now())
    session.flush()
    assert differences(session, copy) == []
    [line] = differences(session, here)
    assert line.startswith("VEKHA_DATA")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_first_starts_at_once_come_one_behind_the_other(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    is_sqlite = kind == "sqlite"
    engine = sqlite_engine(tmp_path / "vekha.db") if is_sqlite else request.getfixturevalue("postgres_engine")
    here, first = settings(tmp_path / "data"), Event()

    def start(number: int) -> list[str]:
        with open_session(engine) as session:
            if number:
                first.wait(60)
            establish(session, here, at=clock.now())
            first.set()
            if not number:
                sleep(0.5)  # the other is at the same place by now
        with open_session(engine) as session:
            return differences(session, here)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(start, range(2))) == [[], []]
    with open_session(engine) as session:
        row = session.get_one(Installation, 1)
        assert row.folder_mark
        assert (here.data / "installation.marks").read_text().split() == [row.folder_mark]


def test_a_start_from_elsewhere_does_not_take_an_installation_over(session: Session, tmp_path: Path) -> None:
    here = settings(tmp_path / "data")
    refuse_other_folder(session, here)
    adopt(session, here, at=clock.now())
    session.flush()
    refuse_other_folder(session, OTHERS["VEKHA_MAIL_URL"](here))
    with pytest.raises(ForeignSettings, match="VEKHA_DATA"):
        refuse_other_folder(session, OTHERS["VEKHA_DATA"](here))


def test_the_pages_need_not_know_the_mail_server(session: Session, tmp_path: Path) -> None:
    here = settings(tmp_path / "data")
    adopt(session, OTHERS["VEKHA_MAIL_URL"](here), at=clock.now())
    session.flush()
    assert differences(session, here, sends=False) == []


@pytest.mark.parametrize(("there", "words"), [("0001", "ещё не обновлена"), ("9999", "новее программы")])
def test_another_schema_stops_a_process_with_one_line(tmp_path: Path, there: str, words: str) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'vekha.db'}")
    migrate(engine)
    refuse_other_schema(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{there}'")
    with pytest.raises(DatabaseProblem, match=words):
        refuse_other_schema(engine)
    if there == "9999":
        with pytest.raises(DatabaseProblem, match=words):
            migrate(engine)


def test_a_worker_that_does_not_know_the_mail_server_swallows_no_letter(
    office: Office, request: pytest.FixtureRequest
) -> None:
    """The installation has a mail server; the worker that takes «Отправка писем» does not know it."""
    office.add_roadmap()
    mail = office.settings.model_copy(update={"mail_url": SecretStr("mailto://127.0.0.1:9?from=vekha@example.org")})
    with open_session(office.engine) as session:
        adopt(session, mail, at=clock.now())
        rector = Official(roadmap_code="krasnodar", role="coordinator", post="Координатор")
        session.add(rector)
        session.flush()
        channel = rector.channel("email", "rector@example.org")
        session.add(channel)
        session.flush()
        today, ago = clock.today("Europe/Moscow"), clock.now() - timedelta(days=1)
        owed = Notice(official_id=rector.id or 0, channel_id=channel.id or 0, on_day=today, not_before=ago)
        session.add(owed)
        owed.has_drill = True
    sync(office.engine, settings=office.settings, at=clock.now())
    worker = subprocess.run(
        [sys.executable, "-m", "deployments.serve.worker"], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env=_environment(office), check=False,
    )  # fmt: skip
    assert worker.returncode == 2, worker.stderr
    assert "VEKHA_MAIL_URL" in worker.stderr
    # One that began before the settings changed is met by the run itself.
    with open_session(office.engine) as session:
        adopt(session, office.settings, at=clock.now())
    request.getfixturevalue("worker")
    assert begun(office, "Каждые 5 минут")["state_type"] == "COMPLETED"
    with open_session(office.engine) as session:
        adopt(session, mail, at=clock.now())
    ended = begun(office, "Каждые 10 минут рабочих часов")
    assert ended["state_type"] == "FAILED"
    assert "VEKHA_MAIL_URL" in ended["state"]["message"]
    with open_session(office.engine) as session:
        assert session.exec(select(Notice.state)).all() == ["queued"]


def begun(office: Office, name: str) -> dict[str, Any]:
    """A run of a service, once it has ended."""
    deployment = UUID(office.deployments()[name]["id"])
    run = office.api(lambda client: client.create_flow_run_from_deployment(deployment))
    return office.wait_for_run(run.id)


def _environment(office: Office) -> dict[str, str]:
    from deployments.serve.prefect import worker_environment

    return worker_environment(office.settings)
