"""Which circle a test belongs to is read off the fixtures it asks for; nobody marks it by hand.

The check circle (no mark) starts no program. ``server`` is what starts a Prefect server, a worker, a browser,
PostgreSQL, a mail server, the pages on a port or a program of its own, and the short forms of campaigns; ``office`` is
what needs more than ``pip install`` and a browser, or is a long campaign. A test of the check circle that comes to such
a fixture or program by another way fails.
"""

import atexit
import json
import os
import sys
from collections.abc import Generator, Iterator
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.places import WITHOUT_SHARED

PREFECT = {"prefect_server", "worker"}
SERVER = {*PREFECT, "postgres", "chromium", "own_programs", "serve_mail", "serve", "short_campaign"}
OFFICE = {"nginx", "redis", "libreoffice", "containers", "campaign"}
#: The tests of the first Prefect server, by their files' names.
PROCESSES = ("test_process", "test_sync", "test_study", "test_service", "test_point_life")
#: The longest of the check circle: notes, charts as they are painted. Their tests come first and go to the processes
#: one by one; what is missing here is only run a little later.
LONG = {"test_note_layout.py", "test_note_own_pages.py", "test_note_files.py", "test_charts.py"}
#: What the check circle may not start; a library that asks ``fc-list`` for fonts is let be.
PROGRAMS: tuple[str, ...] = ("python", "vekha", "prefect", "node", "chrom", "google-chrome")
PROGRAMS += ("postgres", "initdb", "pg_ctl")
PROGRAMS += ("nginx", "redis", "soffice", "libreoffice", "docker", "podman")

FOLDER = TemporaryDirectory(prefix="vekha-groups-", ignore_cleanup_errors=True)
atexit.register(FOLDER.cleanup)
GROUPS = Path(FOLDER.name) / "groups.json"
PATIENCE, OF_A_CAMPAIGN = 900, 2700
"""Seconds."""
_circle = ""
"""That of the test that runs now; empty for the check circle."""
_is_running = False


def starters(item: pytest.Item) -> set[str]:
    """The fixtures asked for by a test, directly or not, that start something."""
    asked = set(getattr(item, "fixturenames", ()))
    # The engines that run on both databases come to the second by ``getfixturevalue``.
    if "postgresql" in [value for value in _parameters(item) if isinstance(value, str)]:
        asked.add("postgres")
    return asked & (SERVER | OFFICE)


def _parameters(item: pytest.Item) -> list[Any]:
    call = getattr(item, "callspec", None)
    return list(call.params.values()) if call else []


def circle_of(item: pytest.Item) -> str:
    """The mark of a test; empty for the check circle."""
    asked = starters(item)
    return "office" if asked & OFFICE else "server" if asked else ""


def group_of(item: pytest.Item) -> str:
    """What runs in one process: two Prefect servers and one PostgreSQL serve the run; all else goes file by file.

    What asks a Prefect server mostly waits for it, so there are two, each with about half of the time.
    """
    asked = starters(item)
    if asked & PREFECT:
        return "prefect of processes" if item.path.name.startswith(PROCESSES) else "prefect"
    if "postgres" in asked:
        return "postgres"
    # A campaign shares nothing, and takes minutes: each goes to whichever process is free.
    is_long = item.path.name in LONG or "campaign" in asked
    return item.nodeid if is_long else str(item.path.relative_to(item.config.rootpath))


def _place(item: pytest.Item) -> int:
    group = group_of(item)
    if group.startswith("prefect"):
        return 0
    if group == "postgres":
        return 2
    return 1 if circle_of(item) else 3 if item.path.name in LONG else 4


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test; the longest come first, so that no core idles at the end."""
    for item in items:
        if circle := circle_of(item):
            item.add_marker(circle)
            # What hangs is given up, not what is slow beside other work; the limits of the waits in it are shorter.
            longest = OF_A_CAMPAIGN if "campaign" in starters(item) else PATIENCE
            item.add_marker(pytest.mark.timeout(longest))
    items.sort(key=_place)
    if told := getattr(config, "workerinput", {}).get("groups"):
        mine = Path(f"{told}.{os.getpid()}")
        mine.write_text(json.dumps({item.nodeid: group_of(item) for item in items}), encoding="utf-8")
        mine.replace(told)


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A process of pytest-xdist gets whole groups, in the order of the tests.

    The ``loadgroup`` of xdist 3.8 writes the group into the name of a test, where pytest 9.2 does not look; so the
    processes that collect leave the groups in a file for the one that schedules.
    """

    @cached_property
    def groups(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(GROUPS.read_text(encoding="utf-8"))
        return found

    def _split_scope(self, nodeid: str) -> str:
        return self.groups[nodeid]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process where to leave the groups."""
    node.workerinput["groups"] = str(GROUPS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups | None:
    """Ours for ``--dist loadgroup``."""
    return Groups(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know which test runs."""
    global _circle, _is_running
    _circle, _is_running = circle_of(item), True
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """The last test of a run stops what others have started."""
    global _is_running
    _is_running = False


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> None:
    """Refuse a test of the check circle what starts something, however it asked."""
    asked = {fixturedef.argname, *fixturedef.argnames} & (SERVER | OFFICE)
    if asked and not _circle:
        # A later test that may have it finds it untouched, neither set up nor failed.
        fixturedef._finalizers.clear()
        pytest.fail(f"a test of the check circle has come to the fixture {', '.join(sorted(asked))}")


def _refuse_programs(event: str, args: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen" and _is_running and not _circle:
        name = Path(os.fsdecode(args[0] or args[1][0])).name
        if name.startswith(PROGRAMS):
            raise RuntimeError(f"a test of the check circle starts {name}: ask for the fixture own_programs")


sys.addaudithook(_refuse_programs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nobody reads the list of the skipped, in CI, a skipped test is a failure."""
    report = yield
    is_skipped = report.skipped and not hasattr(report, "wasxfail")
    if is_skipped and os.environ.get("CI") and WITHOUT_SHARED not in str(report.longrepr):
        report.outcome, report.longrepr = "failed", f"skipped, which is a failure in CI: {report.longrepr}"
    return report
