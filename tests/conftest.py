"""One real Prefect server and one worker for the whole run; each test that asks for ``office`` finds them empty."""

import os
import socket
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from pydantic import SecretStr
from sqlalchemy import Engine

from deployments.serve.prefect import PrefectServer, Worker
from models import clock
from models.db import close_engines
from models.settings import Settings
from tests import circles, days
from tests.databases import PostgresServer, postgres_server, sqlite_engine
from tests.mail import MailServer, ServeMail, serving_mail
from tests.office import PATIENCE, Office, hang_up
from tests.places import AUTH, OUT, ROOT, program

# pytest-xdist tells its processes how wide the terminal is; the tables must be as wide as each test says.
os.environ.pop("COLUMNS", None)


def pytest_configure(config: pytest.Config) -> None:
    """The circles watch the fixtures of the whole session, which no hook of this file would see."""
    config.pluginmanager.register(circles)


@pytest.fixture(autouse=True)
def no_connection_outlives_its_test() -> Iterator[None]:
    """Databases are the test's own: an idle connection left behind would be reported in some later test."""
    yield
    close_engines()


@pytest.fixture(autouse=True)
def one_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test lives at noon of one day; with a real server on the day it is, for Prefect reads a clock of its own."""
    if {"prefect_server", "office_over"} & set(request.fixturenames):
        days.wait_out_midnight()
        yield
    else:
        with days.on_the_usual_day():
            yield


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation of its own, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        # Flow processes run in a folder of their own and must find the flows without an installation.
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))))
        patch.setenv("PREFECT_WORKER_QUERY_SECONDS", "1")
        # No run of its own accord: at 06:00 the daily control would get between the steps of a test.
        patch.setenv("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", "false")
        patch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
        # What asks this server by settings of its own, as a command in another terminal would.
        patch.setenv("PREFECT_API_AUTH_STRING", AUTH)
        yield Settings(data=tmp_path_factory.mktemp("data"), port=port, auth=SecretStr(AUTH))


@pytest.fixture(scope="session")
def prefect_server(settings: Settings) -> Iterator[PrefectServer]:
    """A real Prefect server."""
    server = PrefectServer(settings)
    server.start(timeout=PATIENCE)
    yield server
    hang_up(server.url)
    server.stop()


@pytest.fixture(scope="session")
def worker(prefect_server: PrefectServer, settings: Settings) -> Iterator[Worker]:
    """A real worker of the pool."""
    worker = Worker(settings)
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture
def office(prefect_server: PrefectServer, settings: Settings) -> Iterator[Office]:
    """An empty database and an empty Prefect server."""
    for path in settings.data.glob("vekha.db*"):
        path.unlink()
    engine = sqlite_engine(settings.data / "vekha.db")
    office = Office(settings, engine, prefect_server.url)
    office.wipe_prefect()
    yield office
    engine.dispose()


@pytest.fixture
def office_over() -> Callable[[Settings, Engine, str], Office]:
    """Makes an office of another installation: its settings, its database, the address of its server."""
    return Office


@pytest.fixture
def today() -> date:
    """The day it is in Moscow: that of all tests, or with a real server the present one."""
    return clock.today("Europe/Moscow")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def empty_postgres_engine(postgres: PostgresServer) -> Iterator[Engine]:
    """A PostgreSQL database without a table."""
    with postgres.bare() as engine:
        yield engine


@pytest.fixture
def postgres_engine(postgres: PostgresServer) -> Iterator[Engine]:
    """A PostgreSQL database with every table and no row."""
    with postgres.migrated() as engine:
        yield engine


@pytest.fixture
def serve_mail() -> ServeMail:
    """Mail servers of a test's own, with TLS or a log-in."""
    return serving_mail


@pytest.fixture
def mail_server(serve_mail: ServeMail) -> Iterator[MailServer]:
    """A mail server at work."""
    with serve_mail() as server:
        yield server


@pytest.fixture(scope="session")
def own_programs() -> None:
    """Nothing; a test that starts programs itself asks for it, and so is no test of the check circle."""


@pytest.fixture(scope="session")
def campaign() -> None:
    """Nothing; a test that lives a year day by day, dies at every write, or fills a whole region asks for it."""


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of the right size and words with nothing on them, for who asks how a note lies or what it says.

    That every chart of these systems is whole is the matter of ``test_charts``; painting is most of a note's time.
    """

    from matplotlib.figure import Figure
    from PIL import Image

    def blank(figure: Any, content: Any, *, dpi: float, **_: Any) -> None:
        wide, high = (round(inches * dpi) for inches in figure.get_size_inches())
        Image.new("RGB", (wide, high), "white").save(content, "png", dpi=(dpi, dpi))

    monkeypatch.setattr(Figure, "savefig", blank)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Headless Chromium that reaches nothing but this machine; pictures go to ``tests/out``."""
    found = program("chromium", "chromium-browser", "google-chrome")
    OUT.mkdir(exist_ok=True)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    local_only = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*quiet, local_only])
        yield browser
        browser.close()
