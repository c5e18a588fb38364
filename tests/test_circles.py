"""Every test stands in the circle its fixtures put it in, and none comes to a server, browser or program by stealth."""

import subprocess
import sys
from typing import Any

import pytest

from tests.circles import OFFICE, SERVER, circle_of, group_of

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

    def __init__(self, *fixtures: str, **params: Any) -> None:
        self.fixturenames = fixtures
        self.callspec = type("Call", (), {"params": params})


@pytest.mark.parametrize(
    ("item", "circle", "group"),
    [
        (Item("office", "settings", "prefect_server"), "server", "prefect"),
        (Item("worker", "postgres"), "server", "prefect"),
        (Item("world", "tmp_path", world="postgresql"), "server", "postgres"),
        (Item("postgres_engine", "postgres"), "server", "postgres"),
        (Item("chromium", "nginx"), "office", None),
        (Item("chromium", "web_engine", web_engine="sqlite"), "server", None),
        (Item("own_programs"), "server", None),
        (Item("world", "tmp_path", world="sqlite"), "", None),
    ],
)
def test_a_circle_is_read_off_the_fixtures(item: Any, circle: str, group: str | None) -> None:
    assert circle_of(item) == circle
    if group:
        assert group_of(item) == group
