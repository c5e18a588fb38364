"""pendulum does what the standard library did, on any day, and what comes out is plain."""

from calendar import monthrange
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import clock
from roadmap.calendar.spans import add_months, add_years, month_end
from roadmap.calendar.zones import local, today_there, zone_of

DAYS = st.dates(date(1990, 1, 1), date(2150, 12, 31))
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(
    ["UTC", "Europe/Moscow", "Europe/Kaliningrad", "Asia/Yekaterinburg", "Asia/Kamchatka", "America/New_York"]
)


@given(DAYS, st.integers(-900, 900))
def test_months_are_counted_from_the_anchor(day: date, n: int) -> None:
    years, month = divmod(day.month - 1 + n, 12)
    year = day.year + years
    found = add_months(day, n)
    assert found == date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    assert type(found) is date


@given(DAYS, st.integers(-60, 60))
def test_a_year_later_is_the_same_day_of_the_month_or_its_last(day: date, n: int) -> None:
    found = add_years(day, n)
    assert (found.year, found.month) == (day.year + n, day.month)
    assert found.day == min(day.day, month_end(found).day)
    assert type(found) is date


@given(INSTANTS, ZONES)
def test_the_day_there_is_what_the_clocks_there_say(at: datetime, zone: str) -> None:
    there = local(at, zone)
    assert (there, there.utcoffset()) == (at, at.astimezone(ZoneInfo(zone)).utcoffset())
    assert today_there(at, zone) == at.astimezone(ZoneInfo(zone)).date()
    assert (type(there), type(today_there(at, zone))) == (datetime, date)
    assert there.isoformat() == at.astimezone(ZoneInfo(zone)).isoformat()


def test_the_edges_of_a_day() -> None:
    assert today_there(datetime(2026, 11, 27, 20, 59, 59, tzinfo=UTC), "Europe/Moscow") == date(2026, 11, 27)
    assert today_there(datetime(2026, 11, 27, 21, 0, tzinfo=UTC), "Europe/Moscow") == date(2026, 11, 28)


def test_steps_from_the_anchor_do_not_drift() -> None:
    assert [add_months(date(2027, 1, 31), n) for n in (1, 2, 3, 13)] == [
        *(date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2028, 2, 29))
    ]


def test_the_clock_gives_plain_values() -> None:
    assert type(clock.local("Europe/Moscow")) is datetime
    assert type(clock.today("Europe/Moscow")) is date


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="Nowhere"):
        zone_of("Nowhere/Land")
