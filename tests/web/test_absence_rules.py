"""The coordinator's command and the official's page refuse the same absence in the same words."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models import Absence, Official, clock
from models.db import open_session
from models.lifecycle import Refused
from tasks.people.absences import set_absence
from tests.worlds.pages import Pages

Way = Callable[[Any, str, str, int, int], str]


def by_command(pages: Pages, who: str, deputy: str, first: int, last: int) -> str:
    """What the command is told; empty when it was done."""
    with open_session(pages.engine) as session:
        people = {one.post: one for one in session.exec(select(Official))}
        days: dict[str, Any] = {
            name: pages.today + timedelta(days=n) for name, n in (("starts_on", first), ("ends_on", last))
        }
        by: dict[str, Any] = {"today": pages.today, "actor": "координатор", "at": clock.now()}
        try:
            set_absence(session, people[who], people[deputy], **days, **by)
        except Refused as refused:
            return str(refused)
    return ""


def by_page(pages: Pages, who: str, deputy: str, first: int, last: int) -> str:
    """What the page says; empty when it was done."""
    (colleague,) = pages.rows(Official, Official.post == deputy)
    form = {"once": pages.once(), "deputy": colleague.id}
    form |= {"starts_on": f"{pages.today + timedelta(days=first)}", "ends_on": f"{pages.today + timedelta(days=last)}"}
    answer = pages.client.post(f"{pages.link(who)}/absence", data=form)
    if answer.status_code == 303:
        return ""
    assert answer.status_code == 409, answer.text
    return html.unescape(answer.text.partition("Не записано.</strong>")[2].partition("<")[0]).strip().rstrip(".")


@pytest.fixture(params=[by_command, by_page], ids=["by the command", "by the page"])
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        pytest.param(0, 0, "", id="one day"),
        pytest.param(-3, 2, "", id="one that has begun"),
        pytest.param(0, 366, "", id="a year"),
        pytest.param(5, 4, "раньше первого", id="days backwards"),
        pytest.param(-5, -1, "уже прошёл: сегодня", id="one that is over"),
        pytest.param(0, 367, "не дольше года", id="more than a year"),
    ],
)
def test_days_are_judged_alike(pages: Pages, way: Way, first: int, last: int, words: str) -> None:
    said = way(pages, "Ректор", "Методист", first, last)
    assert words in said
    assert bool(said) == bool(words)
    assert len(pages.rows(Absence)) == (0 if words else 1)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(5, 10, id="the last day is the other's first"),
        pytest.param(20, 22, id="the first day is the other's last"),
        pytest.param(12, 13, id="within"),
    ],
)
def test_days_that_are_taken_are_refused_to_the_one_away_and_to_a_deputy_who_is_away(
    pages: Pages, way: Way, first: int, last: int
) -> None:
    assert by_command(pages, "Ректор", "Методист", 10, 20) == ""
    days = f"{pages.today + timedelta(days=10):%d.%m.%Y} — {pages.today + timedelta(days=20):%d.%m.%Y}"
    assert way(pages, "Ректор", "Методист", first, last) == (
        f"На эти дни уже записано замещение: {days} — сначала снимите его"
    )
    assert way(pages, "Методист", "Ректор", first, last) == (
        f"Заместителя (Ректор) самого замещают: {days} — выберите другого или дни"
    )
    assert len(pages.rows(Absence)) == 1


def test_the_same_absence_from_both_sides_is_one(pages: Pages, way: Way) -> None:
    assert by_command(pages, "Ректор", "Методист", 10, 20) == ""
    assert way(pages, "Ректор", "Методист", 10, 20) == ""
    assert len(pages.rows(Absence)) == 1
    assert way(pages, "Ректор", "Методист", 21, 22) == "", "the day after is free"
