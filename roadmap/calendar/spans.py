"""Calendar units (week, month, quarter, half-year, year) and spans cut into them."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from pendulum.helpers import add_duration

from roadmap.reading import Every, Window

DAY = timedelta(days=1)
MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@lru_cache(maxsize=8192)
def add_months(day: date, n: int) -> date:
    """The same number n months later, or the month's last day where there is none; from the anchor, never in steps."""
    return add_duration(day, months=n)


def add_years(day: date, n: int) -> date:
    """The same number of the same month n years later; 29 February becomes 28 where the year has no 29th."""
    return add_duration(day, years=n)


def unit(day: date, every: Every) -> tuple[date, date]:
    """First and last day of the calendar unit that holds the day; weeks run from Monday to Sunday."""
    if every == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    length = MONTHS[every]
    first_month = (day.month - 1) // length * length + 1
    return date(day.year, first_month, 1), month_end(date(day.year, first_month + length - 1, 1))


def slices(start: date, end: date, every: Every) -> tuple[Window, ...]:
    """The span, both days included, cut at the borders of calendar units and clipped by itself."""
    return tuple(_slices(start, end, every))


def _slices(start: date, end: date, every: Every) -> Iterator[Window]:
    while start <= end:
        last = min(unit(start, every)[1], end)
        yield Window(start, last)
        start = last + DAY
