"""One real Prefect server and one worker for the whole run; each test that asks for ``office`` finds them empty."""

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from itertools import repeat

import prefect
import pytest
from httpcore._async import connection
from playwright.sync_api import Browser, sync_playwright
from pydantic import SecretStr
from sqlalchemy import Engine

from deployments.serve.prefect import PrefectServer, Worker
from models import clock
from models.db import close_engines
from models.settings import Settings
from tasks.monitoring.report import charts, pdf
from tests import circles, days
from tests.parts.databases import PostgresServer, keep_copy, postgres_server, sqlite_engine
from tests.parts.mail import MailServer, ServeMail, serving_mail
from tests.parts.office import KEPT, PATIENCE, Office, hang_up
from tests.parts.unpainted import unpainted_figure, untold_note, untold_page
from tests.places import AUTH, OUT, ROOT, program

# pytest-xdist tells its processes how wide the terminal is; the tables must be as wide as each test says.
os.environ.pop("COLUMNS", None)
#: Services of the Prefect server that would only take time from it: nobody looks at its feed of events, no worker is
#: given up, nothing is cancelled from outside, forms wait for years.
UNUSED = ("EVENT_PERSISTER", "FOREMAN", "CANCELLATION_CLEANUP", "REPOSSESSOR", "PAUSE_EXPIRATIONS")


def pytest_configure(config: pytest.Config) -> None:
    """The circles watch the fixtures of the whole session, which no hook of this file would see."""
    config.pluginmanager.register(circles)
    gc.set_threshold(100_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process more than cores where Prefect servers are asked: who asks one mostly waits for it."""
    circle = config.getoption("markexpr")
    return (os.cpu_count() or 1) + 1 if circle == "not office" else None


def pytest_collection_finish() -> None:
    """What is imported stays; to look through it again and again for rubbish takes a sixth of the time of the tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_connection_outlives_its_test() -> Iterator[None]:
    """Databases are the test's own: an idle connection left behind would be reported in some later test."""
    yield
    close_engines()


@pytest.fixture(autouse=True)
def files_are_made_as_before() -> Iterator[None]:
    """A command that runs in this process closes what it makes to others, and what all later tests make."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def one_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test lives at noon of one day; with a real server on the day it is, for Prefect reads a clock of its own."""
    if "prefect_server" in request.fixturenames:
        days.wait_out_midnight()
        yield
    else:
        with days.on_the_usual_day():
            yield


@pytest.fixture(autouse=True)
def no_rest_between_tries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no Prefect server is, none will be: its client would rest for a second and a half before it gives up."""
    if "prefect_server" not in request.fixturenames:
        monkeypatch.setattr(connection, "exponential_backoff", lambda factor: repeat(0.0))


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
        for service in ("SCHEDULER", *UNUSED):
            patch.setenv(f"PREFECT_SERVER_SERVICES_{service}_ENABLED", "false")
        patch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
        # What asks this server by settings of its own, as a command in another terminal would.
        patch.setenv("PREFECT_API_AUTH_STRING", AUTH)
        yield Settings(data=tmp_path_factory.mktemp("data"), port=port, auth=SecretStr(AUTH))


@pytest.fixture(scope="session")
def prefect_server(settings: Settings, pytestconfig: pytest.Config) -> Iterator[PrefectServer]:
    """A real Prefect server; its migrations have run in the first of all runs with this version of Prefect."""
    server, database = PrefectServer(settings), settings.data / "prefect" / "prefect.db"
    assert pytestconfig.cache is not None
    migrated = pytestconfig.cache.mkdir(f"prefect-{prefect.__version__}") / "migrated.db"
    if is_kept := migrated.exists():
        database.parent.mkdir()
        shutil.copyfile(migrated, database)
    server.start(timeout=PATIENCE)
    if not is_kept:
        keep_copy(database, migrated)
    yield server
    hang_up(server.url)
    server.stop()


@pytest.fixture(scope="session")
def worker(prefect_server: PrefectServer, settings: Settings) -> Iterator[Worker]:
    """A real worker of the pool."""
    worker = Worker(settings)
    worker.start()
    KEPT.append(worker)
    yield worker
    KEPT.remove(worker)
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


@pytest.fixture(scope="session")
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


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of the right size and words with nothing on them, for who asks how a note lies or what it says.

    That every chart of these systems is whole is the matter of ``test_charts``; painting is most of a note's time.
    """
    monkeypatch.setattr(charts, "figure_of", unpainted_figure)


@pytest.fixture
def unprinted(unpainted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note's PDF is a title and an empty page, for who asks when a note is written and where it goes.

    What the whole of it says and how it lies on paper is the matter of ``test_notes`` and ``test_note_layout``.
    """
    monkeypatch.setattr(pdf, "report_pdf", untold_note)


@pytest.fixture
def unpaged(unprinted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of the own pages of bodies; what they say is the matter of ``test_note_own_pages``."""
    monkeypatch.setattr(pdf, "page_pdf", untold_page)


@pytest.fixture(scope="session")
def short_campaign() -> None:
    """Nothing; the short form of a campaign asks for it: it is run before a commit lands, not after each change."""


@pytest.fixture(scope="session")
def campaign() -> None:
    """Nothing; a test that lives a year day by day, dies at every write, or fills a whole region asks for it."""


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Headless Chromium that reaches nothing but this machine; pictures go to ``tests/out``."""
    found = program("chromium", "chromium-browser", "google-chrome")
    OUT.mkdir(exist_ok=True)
    # Without a rasterizer no timeline of Prefect is drawn, which would take more than all the rest.
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
    quiet += ["--disable-background-networking", "--disable-component-update"]
    local_only = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*quiet, local_only])
        yield browser
        browser.close()
