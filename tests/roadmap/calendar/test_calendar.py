"""The production calendar: transfers, working Saturdays, regional days off, rolls and counts."""

from datetime import date

import pytest

from roadmap.calendar import WorkCalendar

RUSSIA = WorkCalendar()
BASHKORTOSTAN = WorkCalendar({date(2026, 5, 27): "Курбан-байрам", date(2026, 10, 12): "День Республики"})


@pytest.mark.parametrize(
    ("day", "name"),
    [
        pytest.param(date(2026, 6, 11), None, id="a plain Thursday is worked"),
        pytest.param(date(2026, 6, 13), "суббота", id="a Saturday is off"),
        pytest.param(date(2026, 6, 14), "воскресенье", id="a Sunday is off"),
        pytest.param(date(2026, 6, 12), "День России", id="a holiday is off"),
        pytest.param(date(2025, 11, 1), None, id="a Saturday worked by decree is worked"),
        pytest.param(date(2027, 2, 20), None, id="so is the Saturday of 2027"),
        pytest.param(date(2024, 4, 27), None, id="and that of 2024"),
        pytest.param(date(2025, 11, 3), "выходной день, перенесённый с 01.11.2025", id="its day is off instead"),
        pytest.param(
            date(2026, 12, 31), "выходной день, перенесённый с 04.01.2026", id="a day moved to December is off"
        ),
        pytest.param(
            date(2026, 5, 11), "выходной день за праздник «День Победы»", id="a holiday on Saturday frees Monday"
        ),
        pytest.param(date(2026, 3, 10), None, id="the day after the freed one is worked"),
    ],
)
def test_a_day_says_why_it_is_off(day: date, name: str | None) -> None:
    assert RUSSIA.day_off_name(day) == name
    assert RUSSIA.is_working(day) is (name is None)


def test_a_regional_day_off_is_off_only_in_its_region() -> None:
    assert BASHKORTOSTAN.day_off_name(date(2026, 5, 27)) == "Курбан-байрам"
    assert RUSSIA.is_working(date(2026, 5, 27))


@pytest.mark.parametrize(
    ("year", "working"),
    [(2021, 247), (2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247), (2027, 247)],
)
def test_a_decreed_year_has_as_many_working_days_as_the_production_calendar(year: int, working: int) -> None:
    assert RUSSIA.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == working
    assert RUSSIA.is_final(year)


def test_before_the_decree_only_the_laws_own_transfers_apply() -> None:
    assert not RUSSIA.is_final(2028)
    assert RUSSIA.day_off_name(date(2028, 11, 6)) == "выходной день за праздник «День народного единства»"
    assert RUSSIA.is_working(date(2028, 1, 10)), "1 and 2 January of 2028 are moved by decree, not by law"


@pytest.mark.parametrize("year", [1980, 2150])
def test_a_year_the_package_does_not_know_has_weekends_and_fixed_holidays(year: int) -> None:
    assert not RUSSIA.is_final(year)
    assert not any(RUSSIA.is_working(date(year, *day)) for day in [(1, 1), (1, 7), (5, 9), (6, 12), (11, 4)])
    assert 245 <= RUSSIA.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) <= 251


@pytest.mark.parametrize(
    ("day", "preceding", "following"),
    [
        pytest.param(date(2026, 6, 10), date(2026, 6, 10), date(2026, 6, 10), id="a working day stays"),
        pytest.param(date(2026, 5, 31), date(2026, 5, 29), date(2026, 6, 1), id="a Sunday moves over the weekend"),
        pytest.param(date(2026, 1, 5), date(2025, 12, 30), date(2026, 1, 12), id="the January holidays cross the year"),
        pytest.param(date(2027, 2, 21), date(2027, 2, 20), date(2027, 2, 24), id="a working Saturday takes the term"),
        pytest.param(date(2026, 12, 31), date(2026, 12, 30), date(2027, 1, 11), id="31 December may be off"),
    ],
)
def test_a_term_on_a_day_off_is_moved_by_the_rule(day: date, preceding: date, following: date) -> None:
    assert RUSSIA.roll(day, "preceding") == preceding
    assert RUSSIA.roll(day, "following") == following == RUSSIA.next_working(day)
    assert RUSSIA.roll(day, "none") == day


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        pytest.param(date(2026, 6, 8), 0, date(2026, 6, 8), id="nothing added is the day itself"),
        pytest.param(date(2026, 6, 8), 5, date(2026, 6, 16), id="the count starts the day after and skips 12 June"),
        pytest.param(date(2026, 6, 13), 1, date(2026, 6, 15), id="an event on Saturday counts from Monday"),
        pytest.param(date(2026, 12, 30), 1, date(2027, 1, 11), id="over the January holidays"),
        pytest.param(date(2027, 2, 19), 1, date(2027, 2, 20), id="a working Saturday is counted"),
        pytest.param(date(2026, 6, 15), -2, date(2026, 6, 10), id="a negative number counts back"),
    ],
)
def test_working_days_are_added_from_the_day_after(day: date, n: int, expected: date) -> None:
    assert RUSSIA.add_working_days(day, n) == expected


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        pytest.param(date(2026, 6, 8), date(2026, 6, 8), 0, id="due today: none left"),
        pytest.param(date(2026, 6, 8), date(2026, 6, 9), 1, id="due tomorrow: one left, the due day counted"),
        pytest.param(date(2026, 6, 11), date(2026, 6, 14), 0, id="only days off ahead: none left"),
        pytest.param(date(2026, 6, 15), date(2026, 6, 11), -1, id="a term past over a long weekend is one day late"),
        pytest.param(date(2026, 12, 30), date(2027, 1, 11), 1, id="over the new year forwards"),
        pytest.param(date(2027, 1, 11), date(2026, 12, 30), -1, id="over the new year backwards"),
        pytest.param(date(2024, 12, 28), date(2027, 1, 1), 247 + 247, id="over whole years"),
    ],
)
def test_working_days_left_count_the_due_day_and_not_today(today: date, due: date, left: int) -> None:
    assert RUSSIA.working_days_between(today, due) == left


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, ""), (1, " + 1 региональный день"), (3, " + 3 региональных дня"), (14, " + 14 региональных дней")],
)
def test_the_version_counts_regional_days(number: int, words: str) -> None:
    calendar = WorkCalendar({date(2026, 6, day): "День" for day in range(1, number + 1)})
    assert calendar.version.startswith("holidays 0.")
    assert calendar.version.endswith(words)
    assert ("+" in calendar.version) is bool(number)


def test_a_calendar_does_not_change_with_the_mapping_it_was_built_from() -> None:
    days_off = {date(2026, 5, 27): "Курбан-байрам"}
    calendar = WorkCalendar(days_off)
    days_off.clear()
    assert not calendar.is_working(date(2026, 5, 27))
