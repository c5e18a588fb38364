"""One reader of the clock: the rule itself, and the day that belongs to an instant."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

import models
from models import clock

ROOT = Path(models.__file__).parent.parent
PRODUCT = ("models", "roadmap", "tasks", "flows", "web", "deployments")
#: What reads the clock of the machine; the monotonic clock measures waiting and is no clock of this kind.
READERS = {
    "datetime": {"now", "today", "utcnow"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
    "pendulum": {"now", "today", "tomorrow", "yesterday"},
    "func": {"now", "current_date", "current_timestamp", "localtime", "localtimestamp"},
    "utils": {"localtime", "formatdate"},
    "": {"utcnow", "time_ns", "localtime", "formatdate"},
}
OURS = {"now", "local", "today"}
#: A file without such a word before a bracket has no such call: it is not parsed.
NAMES = {name for names in READERS.values() for name in names} | OURS | {"astimezone"}
MAY_CALL = re.compile(rf"\b(?:{'|'.join(sorted(NAMES))})\s*\(")


@cache
def calls(text: str) -> tuple[tuple[int, str, str, bool], ...]:
    """(line, what a method is called on, the method, whether anything is given) of every call of a file."""
    return tuple(_calls(ast.parse(text))) if MAY_CALL.search(text) else ()


def _calls(tree: ast.AST) -> Iterator[tuple[int, str, str, bool]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = bool(node.args or node.keywords)
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                yield node.lineno, owner, name, given
            case ast.Attribute(attr=name) | ast.Name(id=name):
                yield node.lineno, "", name, given


def readings(text: str) -> list[str]:
    """What in a file's text reads the clock or the zone of the machine."""
    found = []
    for line, owner, name, given in calls(text):
        if name in READERS.get(owner, ()):
            found.append(f"{line}: {owner}.{name}()")
        if name == "astimezone" and not given:
            found.append(f"{line}: {name}() in the machine's zone")
    return found


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """(path, text) of every file of ours there."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_only_models_clock_reads_the_clock() -> None:
    found = {path: lines for path, text in sources(*PRODUCT) if (lines := readings(text))}
    assert list(found) == ["models/clock.py"], found


def test_tests_ask_models_clock_which_a_fixture_sets() -> None:
    # These meet what reads the machine's clock itself: another day for all processes, TLS, the signature of a link,
    # other programs.
    by_name = {"on_day.py", "test_mail_faults_tls.py", "test_links.py"}
    of_programs = ("tests/deployments/doctor/", "tests/office/")
    found = {path: lines for path, text in sources("tests") if (lines := readings(text))}
    unknown = {path for path in found if path.rpartition("/")[2] not in by_name and not path.startswith(of_programs)}
    assert unknown == set(), found


@pytest.mark.parametrize("folder", ["models", "roadmap", "tasks"])
def test_below_the_entrances_now_and_today_are_arguments(folder: str) -> None:
    found = [
        f"{path}, {line}"
        for path, text in sources(folder)
        for line, owner, name, _ in calls(text)
        if owner == "clock" and name in OURS
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now(tz=UTC)",
        "date.today()",
        "datetime.utcnow()",
        "time.time()",
        "formatdate()",
        "select(func.now())",
        "pendulum.now('UTC')",
        "at.astimezone()",
    ],
)
def test_the_rule_knows_the_ways_to_read_the_clock(text: str) -> None:
    assert readings(text)


@pytest.mark.parametrize(
    "text", ["clock.now()", "time.monotonic()", "at.astimezone(zone)", "datetime.combine(a, b, UTC)"]
)
def test_the_rule_lets_the_rest_be(text: str) -> None:
    assert readings(text) == []


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        (datetime(2026, 12, 31, 20, 59, 59, tzinfo=UTC), "Europe/Moscow", date(2026, 12, 31)),
        (datetime(2026, 12, 31, 21, 0, tzinfo=UTC), "Europe/Moscow", date(2027, 1, 1)),
        (datetime(2028, 2, 28, 20, 59, 59, tzinfo=UTC), "Europe/Moscow", date(2028, 2, 28)),
        (datetime(2028, 2, 28, 21, 0, tzinfo=UTC), "Europe/Moscow", date(2028, 2, 29)),
        (datetime(2028, 2, 28, 18, 59, 59, tzinfo=UTC), "Asia/Yekaterinburg", date(2028, 2, 28)),
        (datetime(2028, 2, 28, 19, 0, tzinfo=UTC), "Asia/Yekaterinburg", date(2028, 2, 29)),
    ],
    ids=lambda value: f"{value}",
)
def test_the_day_of_an_instant_is_that_of_the_zone(at: datetime, zone: str, day: date) -> None:
    assert clock.today(zone, at) == day


def test_now_local_and_today_are_one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2028, 2, 29, 21, 0, 5, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    assert (clock.local("Europe/Moscow").hour, clock.today("Europe/Moscow")) == (0, date(2028, 3, 1))
    assert clock.today("UTC") == date(2028, 2, 29)
