"""Recurring deadlines: rhythm and bounds → windows inside the period or inside the span the text names."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from roadmap.reading import Every, Window
from roadmap.spans import slices, unit
from roadmap.terms.dates import bounds, nth_weekday, stretch_bounds, with_year, words
from roadmap.terms.nodes import MonthDay, NthWeekday, Stretch, UnclearError, Until

RULE_OF: dict[Every, str] = {
    "week": "weekly",
    "month": "monthly",
    "quarter": "quarterly",
    "half_year": "half-yearly",
    "year": "yearly",
}
SHORTEST_DAYS: dict[Every, int] = {"week": 7, "month": 28, "quarter": 90, "half_year": 181, "year": 365}
_DAY = timedelta(days=1)


class Limits(NamedTuple):
    """First and last day between which a rhythm runs."""

    start: date
    end: date


@lru_cache(maxsize=512)
def whole_units(limits: Limits, every: Every) -> tuple[Window, ...]:
    """Every week, month, quarter… clipped by the limits."""
    return slices(limits.start, limits.end, every)


@lru_cache(maxsize=512)
def on_weekdays(limits: Limits, days: frozenset[int]) -> tuple[Window, ...]:
    """One-day windows on the named days of the week (Monday is 0)."""
    count = (limits.end - limits.start).days + 1
    found = (limits.start + _DAY * n for n in range(count))
    return tuple(Window(day, day) for day in found if day.weekday() in days)


def on_nth_weekdays(limits: Limits, every: Every, days: Iterable[NthWeekday]) -> tuple[Window, ...]:
    """«Последняя пятница» of every month, quarter or year."""
    units = [unit(window.due, every) for window in whole_units(limits, every)]
    found = {nth_weekday(*whole, day.number, day.day) for whole in units for day in days}
    return tuple(Window(day, day) for day in sorted(found) if limits.start <= day <= limits.end)


def on_month_days(limits: Limits, every: Every, days: Iterable[MonthDay], *, latest: date) -> list[Window]:
    """«До 10 числа месяца, следующего за отчётным» for every unit; a due day outside the limits is left out, a report
    on the last unit may follow it up to ``latest``."""
    return [window for day in days for window in _on_month_day(limits, every, day, latest=latest)]


def _on_month_day(limits: Limits, every: Every, rule: MonthDay, *, latest: date) -> Iterator[Window]:
    if rule.place == "same" and every != "month":
        raise UnclearError(f"Не назван месяц: «{rule.day} числа».")
    if not 1 <= rule.day <= 28:
        raise UnclearError(f"Такое число есть не в каждом месяце: «{rule.day} числа».")
    for window in whole_units(limits, every):
        last = unit(window.due, every)[1]
        month = last + _DAY if rule.place == "next" else last
        due = month.replace(day=rule.day)
        if limits.start <= due <= (latest if rule.place == "next" else limits.end):
            yield Window(None if rule.until else due, due)


def in_each_year(limits: Limits, items: Iterable[Stretch | Until], *, latest: date) -> list[Window]:
    """«Ежегодно до 1 декабря», «ежегодно в мае»: windows of every year, clipped by the limits; a report on the last
    year may follow it up to ``latest``."""
    years = range(limits.start.year, limits.end.year + 1)
    return [window for item in items for year in years for window in _in_year(limits, item, year, latest=latest)]


def _in_year(limits: Limits, item: Stretch | Until, year: int, *, latest: date) -> Iterator[Window]:
    if isinstance(item, Until):
        due = bounds(item.point._replace(year=year + item.next_year))[1]
        if item.point.scale != "day" and item.by != "end":
            raise UnclearError(f"Неясно, входит ли в срок «{words(item.point)}».")
        if limits.start <= due <= (latest if item.next_year else limits.end):
            yield Window(None, due)
        return
    dated = with_year(item, year)
    assert isinstance(dated, Stretch)
    opens, due = stretch_bounds(dated)
    if opens <= limits.end and due >= limits.start:
        yield Window(max(opens, limits.start), min(due, limits.end))


def check_length(own: Limits, every: Every) -> None:
    """A rhythm needs a span at least as long as its own unit."""
    if (own.end - own.start).days + 1 < SHORTEST_DAYS[every]:
        text = f"с {own.start:%d.%m.%Y} по {own.end:%d.%m.%Y}"
        raise UnclearError(f"Противоречие: срок повторяется, а назван отрезок короче одного повторения ({text}).")
