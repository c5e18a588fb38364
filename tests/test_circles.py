"""Every test stands in the circle its fixtures put it in, and none comes to a server, browser or program by stealth."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.circles import OFFICE, SERVER, circle_of, group_of
from tests.places import ROOT

#: Those made anew for each test; one of the whole run may be there already, where not the check circle alone runs.
STEALTH = ["office", "postgres_engine", "empty_postgres_engine", "chromium"]


@pytest.mark.parametrize("name", STEALTH)
def test_the_check_circle_gets_no_fixture_that_starts_something(name: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(pytest.fail.Exception, match="a test of the check circle has come to the fixture"):
        request.getfixturevalue(name)


def test_the_check_circle_starts_no_program() -> None:
    with pytest.raises(RuntimeError, match="a test of the check circle starts python"):
        subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.usefixtures("own_programs")
def test_who_asks_may_start_programs() -> None:
    subprocess.run([sys.executable, "-S", "-c", ""], check=True)


def test_each_test_of_this_run_has_the_mark_of_its_fixtures(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        marks = {mark.name for mark in item.iter_markers()} & {"server", "office"}
        assert marks == {circle_of(item)} - {""}, item.nodeid
        asked = set(getattr(item, "fixturenames", ())) & (SERVER | OFFICE)
        assert bool(marks) or not asked, item.nodeid


class Item:
    """A test that asks for these fixtures with these parameters."""

    def __init__(self, *fixtures: str, file: str = "test_round.py", **params: Any) -> None:
        self.fixturenames = fixtures
        self.path = Path(file)
        self.nodeid = f"{file}::test"
        self.callspec = type("Call", (), {"params": params})


@pytest.mark.parametrize(
    ("item", "circle", "group"),
    [
        (Item("office", "settings", "prefect_server"), "server", "prefect"),
        (Item("worker", "postgres"), "server", "prefect"),
        (Item("worker", file="test_process_killed.py"), "server", "prefect of processes"),
        (Item("mail_server", "serve_mail", "tmp_path"), "server", None),
        (Item("world", "tmp_path", world="postgresql"), "server", "postgres"),
        (Item("postgres_engine", "postgres"), "server", "postgres"),
        (Item("chromium", "nginx"), "office", None),
        (Item("chromium", "web_engine", web_engine="sqlite"), "server", None),
        (Item("own_programs"), "server", None),
        (Item("short_campaign", "tmp_path"), "server", None),
        (Item("campaign", "tmp_path"), "office", "test_round.py::test"),
        (Item("campaign", fresh="postgresql"), "office", "postgres"),
        (Item("world", "tmp_path", world="sqlite"), "", None),
    ],
)
def test_a_circle_is_read_off_the_fixtures(item: Any, circle: str, group: str | None) -> None:
    assert circle_of(item) == circle
    if group:
        assert group_of(item) == group


SKIPPED = """
import pytest
from tests.places import needs_shared, program

def test_without_a_program():
    program("a-program-that-nobody-has")

@pytest.mark.skipif(True, reason="the source documents are not here: ../shared is absent")
def test_without_the_documents():
    pass
"""


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize(
    ("ci", "sums"),
    [("", "2 skipped"), ("true", "1 failed, 1 skipped")],
    ids=["a person reads what was skipped", "in CI only the documents may be absent"],
)
def test_what_is_skipped(ci: str, sums: str, tmp_path: Path) -> None:
    (tmp_path / "test_skipped.py").write_text(SKIPPED, encoding="utf-8")
    own = ["-p", "tests.circles", "-p", "no:randomly", "-c", os.devnull, "--rootdir", str(tmp_path), "-rs"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *own, str(tmp_path)],
        cwd=ROOT, env=os.environ | {"CI": ci}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert sums in done.stdout, done.stdout
    assert "a-program-that-nobody-has is not installed" in done.stdout
