"""Requests and what is decided on them: who hears, when again, and until when they may be asked."""

from datetime import date, timedelta
from typing import Any

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.control.extensions import last_day_to_ask, may_ask
from roadmap.control.ladder import Ladder
from roadmap.control.reminders import GROUNDS, RANK, REQUESTS, Situation, decide, relevant

#: A Wednesday; the working week around it is whole.
DUE = date(2027, 5, 26)
ASKED = date(2027, 5, 17)
OPENS = date(2027, 3, 1)
CALENDAR = WorkCalendar()


def decision(today: date, *, extensions_by: Any = "coordinator", **facts: Any) -> tuple[list[tuple[str, str]], Any]:
    situation: dict[str, Any] = {"status": "open", "opens_on": OPENS, "deadline_on": DUE, "next_check_on": ASKED}
    made = decide(
        Situation(**situation | facts), today=today, ladder=Ladder(), calendar=CALENDAR, extensions_by=extensions_by
    )
    return [(line.reason, line.to) for line in made.lines], made.next_check_on


@pytest.mark.parametrize(
    ("facts", "extensions_by", "lines", "again"),
    [
        pytest.param(
            {"extension_asked_on": ASKED, "news": "asked"},
            "coordinator",
            [("asked_extension", "coordinator")],
            date(2027, 5, 19),
            id="a new request is the coordinator's; the ladder of the owner goes on",
        ),
        pytest.param(
            {"extension_asked_on": ASKED, "news": "asked"},
            "controller",
            [("asked_extension", "controller")],
            date(2027, 5, 19),
            id="where the act gives deadlines to the controller, he decides",
        ),
        pytest.param(
            {"transfer_asked_on": ASKED, "news": "asked"},
            "controller",
            [("asked_transfer", "coordinator")],
            date(2027, 5, 19),
            id="whose duty it is the coordinator decides all the same",
        ),
        pytest.param(
            {"status": "planned", "opens_on": DUE, "extension_asked_on": ASKED, "news": "asked"},
            "coordinator",
            [("asked_extension", "coordinator")],
            date(2027, 5, 24),
            id="a point not open yet is looked at for the reminder of its request",
        ),
        pytest.param(
            {"news": "asked"}, "coordinator", [], date(2027, 5, 19), id="a request decided meanwhile is told to nobody"
        ),
    ],
)
def test_who_hears_of_a_request(facts: dict[str, Any], extensions_by: str, lines: list[Any], again: date) -> None:
    assert decision(ASKED, extensions_by=extensions_by, **facts) == (lines, again)


@pytest.mark.parametrize(
    ("today", "lines"),
    [
        pytest.param(date(2027, 5, 21), [], id="four working days later there is peace"),
        pytest.param(
            date(2027, 5, 24),
            [("asked_extension", "coordinator"), ("due_soon", "owner")],
            id="five later it is told again",
        ),
        pytest.param(
            date(2027, 6, 4),
            [("asked_extension", "coordinator"), ("overdue", "owner"), ("escalated", "controller")],
            id="after an outage once, beside what the ladder has reached",
        ),
    ],
)
def test_an_undecided_request_is_told_of_every_five_working_days(today: date, lines: list[Any]) -> None:
    since = date(2027, 5, 20)
    assert decision(today, next_check_on=since, extension_asked_on=ASKED)[0] == lines


def test_over_two_months_the_decider_hears_on_the_fifth_working_days_only_and_the_owner_as_ever() -> None:
    check, heard = ASKED, []
    news: str | None = "asked"
    for n in range(60):
        today = ASKED + timedelta(days=n)
        if check > today or not CALENDAR.is_working(today):
            continue
        lines, check = decision(today, next_check_on=check, news=news, transfer_asked_on=ASKED)
        assert check > today
        heard += [today for line in lines if line == ("asked_transfer", "coordinator")]
        news = None
    assert heard == [CALENDAR.add_working_days(ASKED, 5 * n) for n in range(len(heard))]
    assert len(heard) == 9


@pytest.mark.parametrize(
    ("status", "news", "lines"),
    [
        pytest.param("open", "refused", [("refused", "owner")], id="a refusal goes to the owner instead of a rung"),
        pytest.param("planned", "refused", [("refused", "owner")], id="before the opening as well"),
        pytest.param("submitted", "refused", [("refused", "owner")], id="and when the result is reported already"),
        pytest.param("open", "reassigned", [("reassigned", "owner")], id="a handed-over duty goes to the new owner"),
        pytest.param("returned", "reassigned", [("reassigned", "owner")], id="with the remarks still to be met"),
    ],
)
def test_decisions_on_requests(status: str, news: str, lines: list[Any]) -> None:
    assert decision(DUE, status=status, news=news, next_check_on=DUE)[0] == lines


@pytest.mark.parametrize("reason", sorted(REQUESTS))
@pytest.mark.parametrize(
    ("status", "has_request", "holds"),
    [
        pytest.param("open", True, True, id="a request that waits is told"),
        pytest.param("planned", True, True, id="of a point not open yet too"),
        pytest.param("open", False, False, id="a decided one is left out"),
        pytest.param("submitted", True, False, id="a report has settled it"),
        pytest.param("withdrawn", True, False, id="so has the end of control"),
    ],
)
def test_a_letter_tells_only_requests_that_wait(reason: Any, status: str, has_request: bool, holds: bool) -> None:
    assert (relevant(reason, status=status, days=3, has_request=has_request) == reason) is holds


def test_the_grounds_of_requests_and_decisions_are_shown() -> None:
    assert set(GROUNDS) <= set(RANK)
    assert {GROUNDS[reason] for reason in ("refused", "reassigned")} == {"refuse", "reassign"}


@pytest.mark.parametrize(
    ("by", "today", "answer"),
    [
        pytest.param(1, date(2027, 5, 25), "", id="the working day before is in time"),
        pytest.param(
            1, DUE, "не позднее чем за 1 рабочий день до срока: последний день был 25.05.2027", id="not on it"
        ),
        pytest.param(0, DUE, "", id="nought means the day itself"),
        pytest.param(3, date(2027, 5, 24), "за 3 рабочих дня до срока: последний день был 21.05.2027", id="three days"),
        pytest.param(3, date(2027, 5, 21), "", id="counted over the weekend"),
        pytest.param(5, date(2027, 5, 27), "Срок истёк 26.05.2027", id="after the deadline it says so"),
    ],
)
def test_an_extension_is_asked_in_time(by: int, today: date, answer: str) -> None:
    said = may_ask(DUE, today=today, calendar=CALENDAR, ladder=Ladder(ask_extension_by=by))
    assert answer in said
    assert bool(said) is bool(answer)
    assert (today <= last_day_to_ask(DUE, calendar=CALENDAR, ladder=Ladder(ask_extension_by=by))) is not bool(said)


def test_a_ladder_written_is_the_ladder_read() -> None:
    own = Ladder(before=(0, 5, 30), after=(2,), ask_extension_by=0)
    assert Ladder.from_json(own.to_json()) == own
    assert own.to_json()["before"] == [30, 5, 0]
