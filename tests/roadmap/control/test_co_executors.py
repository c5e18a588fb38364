"""When a co-executor hears of a point, and by when its part is due: every rule as a case."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.control.co_executors import SharedTerm, own_term, quarter_start, reason_due
from roadmap.control.ladder import Ladder
from roadmap.control.reminders import OF_CO_EXECUTORS, RANK, relevant

CALENDAR, LADDER = WorkCalendar(), Ladder()
QUARTER = SharedTerm(date(2027, 4, 1), date(2027, 6, 30), False)
OWN = date(2027, 5, 14)


def year_of(term: SharedTerm, *, ladder: Ladder = LADDER, lately: bool = False) -> list[tuple[str, str]]:
    """Everything that one co-executor hears of the term, looked at on each day up to a month after it."""
    told: list[tuple[str, str]] = []
    last = None
    for n in range((term.deadline_on - term.opens_on).days + 31):
        today = term.opens_on + timedelta(days=n)
        reason = reason_due(term, today=today, told_on=last, told_lately=lately, ladder=ladder, calendar=CALENDAR)
        if reason:
            told.append((f"{today:%d.%m}", reason))
            last = today
    return told


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        pytest.param(
            QUARTER,
            [("01.04", "co_opened"), ("11.05", "co_soon"), ("14.05", "co_due")],
            id="at the opening, three days before half of the term, at half of it, and never again",
        ),
        pytest.param(
            SharedTerm(date(2027, 8, 2), date(2027, 8, 6), False),
            [("02.08", "co_opened"), ("04.08", "co_due")],
            id="of a short term no reminder further away than half of the time to the part",
        ),
        pytest.param(
            SharedTerm(date(2027, 8, 2), date(2027, 8, 2), False), [("02.08", "co_due")], id="of one day a single line"
        ),
        pytest.param(
            SharedTerm.of(date(2027, 8, 2), date(2027, 8, 6), "recurring"),
            [("02.08", "co_opened")],
            id="of what comes each week its opening only",
        ),
        pytest.param(
            SharedTerm.of(date(2027, 8, 2), date(2027, 8, 31), "continuous"),
            [("02.08", "co_opened")],
            id="of what is asked for each month its opening only",
        ),
        pytest.param(
            SharedTerm.of(date(2027, 8, 2), date(2027, 8, 31), "windows"),
            [("02.08", "co_opened"), ("13.08", "co_soon"), ("16.08", "co_due")],
            id="a month that does not return is told in full",
        ),
    ],
)
def test_what_a_co_executor_hears_of_a_term(term: SharedTerm, expected: list[tuple[str, str]]) -> None:
    assert year_of(term) == expected


def test_of_a_regular_duty_nothing_is_said_twice_in_a_quarter() -> None:
    assert year_of(SharedTerm(date(2027, 8, 2), date(2027, 8, 6), True), lately=True) == []


@pytest.mark.parametrize(
    ("ladder", "expected"),
    [
        pytest.param(replace(LADDER, co_term=0), [], id="switched off"),
        pytest.param(replace(LADDER, co_before=0), ["co_opened", "co_due"], id="no reminder before"),
        pytest.param(replace(LADDER, co_term=100), ["co_opened", "co_soon", "co_due"], id="the whole term"),
    ],
)
def test_a_roadmap_sets_the_share_of_the_term_and_the_reminder(ladder: Ladder, expected: list[str]) -> None:
    assert [reason for _, reason in year_of(QUARTER, ladder=ladder)] == expected


@pytest.mark.parametrize(
    ("told_on", "today", "expected"),
    [
        pytest.param(None, OWN + timedelta(days=10), "co_due", id="after an outage the latest step only"),
        pytest.param(OWN - timedelta(days=1), OWN, "co_due", id="a step after the last letter"),
        pytest.param(OWN, OWN, None, id="a second control of the day"),
        pytest.param(OWN, QUARTER.deadline_on + timedelta(days=1), None, id="overdue: that is the head executor's"),
        pytest.param(None, QUARTER.opens_on - timedelta(days=1), None, id="not open yet"),
    ],
)
def test_steps_are_level_triggered(told_on: date | None, today: date, expected: str | None) -> None:
    found = reason_due(QUARTER, today=today, told_on=told_on, told_lately=False, ladder=LADDER, calendar=CALENDAR)
    assert found == expected


@pytest.mark.parametrize("days", range(0, 200, 7))
@pytest.mark.parametrize("share", [1, 50, 100])
def test_the_own_term_is_a_working_day_inside_the_first_part_of_the_term(days: int, share: int) -> None:
    opens_on = date(2027, 1, 11)
    term = SharedTerm(opens_on, opens_on + timedelta(days=days), False)
    found = own_term(term, replace(LADDER, co_term=share), CALENDAR)
    assert opens_on <= found <= opens_on + timedelta(days=days * share // 100)
    assert CALENDAR.is_working(found)


def test_the_share_is_a_share() -> None:
    assert Ladder.from_json({"co_term": 0}).co_term == 0
    with pytest.raises(ValueError, match="от 0 до 100"):
        Ladder.from_json({"co_term": 101})


@pytest.mark.parametrize(("day", "first"), [(date(2027, 3, 31), date(2027, 1, 1)), (date(2027, 10, 1),) * 2])
def test_the_quarter_of_a_day(day: date, first: date) -> None:
    assert quarter_start(day) == first


@pytest.mark.parametrize(
    ("facts", "left"),
    [
        pytest.param({}, OF_CO_EXECUTORS, id="the part is owed"),
        pytest.param({"has_request": False}, set(), id="the part is given"),
        pytest.param({"days": -1}, set(), id="the point is overdue"),
        pytest.param({"status": "submitted"}, set(), id="the head executor has reported"),
        pytest.param({"is_moved": True}, {"co_opened"}, id="the deadline has moved: only the opening holds"),
    ],
)
def test_what_of_it_is_still_told_when_the_letter_leaves(facts: dict[str, object], left: set[str]) -> None:
    given = {"status": "open", "days": 10} | facts
    assert {one for one in RANK if one in OF_CO_EXECUTORS and relevant(one, **given)} == left  # type: ignore[arg-type]
