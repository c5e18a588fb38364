"""Recurring deadlines: rhythm and bounds → windows inside the period or inside the span the text names."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from roadmap.calendar import WorkCalendar
from roadmap.calendar.spans import MONTHS, add_months, month_end, slices, unit
from roadmap.reading import Every, Window
from roadmap.terms.grammar.nodes import LAST_DAY, MonthDay, NthWeekday, Stretch, UnclearError, Until, WorkingDay
from roadmap.terms.meaning.dates import bounds, nth_weekday, over_new_year, stretch_bounds, with_year, words

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


def on_month_days(limits: Limits, every: Every, days: Iterable[MonthDay]) -> list[Window]:
    """«До 10 числа месяца, следующего за отчётным» for every unit: the report on the last one follows the limits and
    belongs to them; any other due day outside the limits is left out."""
    return [window for day in days for window in _on_month_day(limits, every, day)]


def _on_month_day(limits: Limits, every: Every, rule: MonthDay) -> Iterator[Window]:
    if rule.place == "same" and every != "month" and not rule.month:
        raise UnclearError(
            f"Не назван месяц: «{rule.day} числа». Если это отчёт, допишите «месяца, следующего за отчётным»."
        )
    if rule.day != LAST_DAY and not 1 <= rule.day <= 28:
        raise UnclearError(f"Такое число есть не в каждом месяце: «{rule.day} числа».")
    if rule.month and (every == "week" or not 1 <= rule.month <= MONTHS[every]):
        raise UnclearError(f"Такого месяца в отрезке нет: «{rule.month}-й месяц».")
    for window in whole_units(limits, every):
        month = _month_of(rule, *unit(window.due, every))
        due = month_end(month) if rule.day == LAST_DAY else month.replace(day=rule.day)
        if limits.start <= due and (rule.place == "next" or due <= limits.end):
            start = due if rule.first is None else max(due.replace(day=rule.first), limits.start)
            yield Window(None if rule.until else start, due)


def _month_of(rule: MonthDay, first: date, last: date) -> date:
    """A day of the month that the rule means: of the unit between these days, or after it."""
    if rule.place == "next":
        return add_months(last + _DAY, max(rule.month - 1, 0))
    return add_months(first, rule.month - 1) if rule.month else last


def on_working_days(
    limits: Limits, every: Every, days: Iterable[WorkingDay], calendar: WorkCalendar | None
) -> list[Window]:
    """«До 5-го рабочего дня месяца» of every unit, or of the month after it, in the working calendar of the region."""
    if calendar is None:
        raise UnclearError("Рабочие дни зависят от календаря региона: назовите число месяца.")
    if every == "week":
        raise UnclearError("Рабочий день недели: назовите сам день недели.")
    found = []
    for day in days:
        for window in whole_units(limits, every):
            first, last = unit(window.due, every)
            if day.place == "next":
                first, last = last + _DAY, month_end(last + _DAY)
            due = _working_day(calendar, first, last, day.number)
            if limits.start <= due and (day.place == "next" or due <= limits.end):
                found.append(Window(None if day.until else due, due))
    return found


def _working_day(calendar: WorkCalendar, first: date, last: date, number: int) -> date:
    if number < 0:
        return calendar.roll(last, "preceding")
    due = calendar.add_working_days(first - _DAY, number)
    if number == 0 or due > last:
        raise UnclearError(f"Рабочего дня с таким номером нет: «{number}-й рабочий день».")
    return due


TIMES: dict[tuple[int, Every], Every] = {
    (2, "year"): "half_year",
    (4, "year"): "quarter",
    (12, "year"): "month",
    (2, "half_year"): "quarter",
    (6, "half_year"): "month",
    (3, "quarter"): "month",
}
"""How often in a unit → the rhythm that gives every time a window of its own."""
SHARES: tuple[tuple[int, Every], ...] = ((3, "year"), (6, "year"), (3, "half_year"), (2, "month"), (3, "month"))
"""What else divides: whole months of a year, halves and decades of a month."""


def shares(limits: Limits, count: int, every: Every) -> tuple[Window, ...]:
    """«3 раза в год»: equal shares of each unit, clipped by the limits."""
    found = []
    for whole in whole_units(limits, every):
        for first, last in _shares_of(unit(whole.due, every)[0], count, every):
            if first <= limits.end and last >= limits.start:
                found.append(Window(max(first, limits.start), min(last, limits.end)))
    return tuple(found)


def _shares_of(first: date, count: int, every: Every) -> Iterator[tuple[date, date]]:
    for n in range(count):
        if every == "month":
            length = 30 // count
            last = month_end(first) if n == count - 1 else first.replace(day=length * (n + 1))
            yield first.replace(day=length * n + 1), last
        else:
            length = MONTHS[every] // count
            yield add_months(first, length * n), add_months(first, length * (n + 1)) - _DAY


def in_each_year(limits: Limits, items: Iterable[Stretch | Until]) -> list[Window]:
    """«Ежегодно до 1 декабря», «ежегодно в мае»: windows of every year, clipped by the limits; the report on the last
    year follows them and belongs to them."""
    years = range(limits.start.year, limits.end.year + 1)
    return [window for item in items for year in _years(item, years) for window in _in_year(limits, item, year)]


def _years(item: Stretch | Until, years: range) -> range:
    """A part of the year that runs over the new year may have begun the year before."""
    begins_before = isinstance(item, Stretch) and over_new_year(item)
    return range(years.start - begins_before, years.stop)


def _in_year(limits: Limits, item: Stretch | Until, year: int) -> Iterator[Window]:
    if (item.point if isinstance(item, Until) else item.last).scale == "school_year":
        raise UnclearError("Учебный год начинается не с января: назовите дни или месяцы.")
    if isinstance(item, Until):
        due = bounds(item.point._replace(year=year + item.next_year))[1]
        if item.point.scale != "day" and item.by != "end":
            raise UnclearError(f"Неясно, входит ли в срок «{words(item.point)}».")
        if limits.start <= due and (item.next_year or due <= limits.end):
            yield Window(None, due)
        return
    dated = with_year(item, year)
    assert isinstance(dated, Stretch)
    if over_new_year(item):
        dated = dated._replace(last=dated.last._replace(year=year + 1))
    opens, due = stretch_bounds(dated)
    if opens <= limits.end and due >= limits.start:
        yield Window(max(opens, limits.start), min(due, limits.end))


def check_length(own: Limits, every: Every) -> None:
    """A rhythm needs a span at least as long as its own unit."""
    if (own.end - own.start).days + 1 < SHORTEST_DAYS[every]:
        text = f"с {own.start:%d.%m.%Y} по {own.end:%d.%m.%Y}"
        raise UnclearError(f"Противоречие: срок повторяется, а назван отрезок короче одного повторения ({text}).")
