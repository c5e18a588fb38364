"""Wordings for a phrase whose words are understood, but not their place in the period."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from roadmap.reading import Reading, Window
from roadmap.terms.grammar.nodes import (
    MONTH_END,
    MonthDay,
    NthWeekday,
    Paces,
    Part,
    Point,
    Since,
    Stretch,
    UnclearError,
    Until,
    WorkingDay,
)
from roadmap.terms.meaning.checks import window_of
from roadmap.terms.meaning.dates import Dated, bounds, end, over_new_year
from roadmap.terms.meaning.period_year import is_school_year
from roadmap.terms.meaning.rhythms import Limits
from roadmap.terms.wording.wording import say
from roadmap.terms.wording.words import day_words

_DAY = timedelta(days=1)


def from_parts(text: str, parts: tuple[Part, ...], period: Limits) -> Iterator[str]:
    """The same days in each year of the period, whole ends instead of unclear ones, a rhythm where none is named."""
    words = text.strip(" ,;.")
    items: list[Dated] = [part for part in parts if isinstance(part, Stretch | Until)]
    if items and len(items) == len(parts):
        for meant in _meanings(items, period):
            yield from said(_windows(meant))
        if all(end(item).year is None for item in items) and end(items[0]).scale != "school_year":
            yield f"ежегодно {words}"
    for part in parts:
        if isinstance(part, Since) and part.point.year is None:
            days = (bounds(part.point._replace(year=year))[0] for year in _years(period))
            yield from (f"с {day_words(day)}" for day in days if period.start <= day <= period.end)
    if any(isinstance(part, MonthDay | WorkingDay) for part in parts):
        yield f"ежемесячно {words}"
        yield f"ежемесячно {words} месяца, следующего за отчётным"
        yield f"{words} месяца, следующего за отчётным"
        yield f"ежеквартально {words}"
    if any(isinstance(part, NthWeekday) for part in parts):
        yield from (f"{words} {unit}" for unit in ("месяца", "квартала"))
    if any(isinstance(part, Paces) for part in parts):
        yield f"{words}, начиная с {day_words(period.start)}"


def said(windows: Iterable[Window]) -> Iterator[str]:
    """The windows in words, if there are any."""
    found = tuple(windows)
    if found:
        yield say(Reading("", "windows", "year-of-period" if len(found) == 1 else "several-windows", found))


def _years(period: Limits) -> range:
    return range(period.start.year - 1, period.end.year + 1)


def _meanings(items: list[Dated], period: Limits) -> Iterator[list[Dated]]:
    """The ways of reading the dates: ends made whole, «до» carried over the list, years in their order."""
    for whole in _with_ends(_carried([_existing(item) for item in items])):
        years = [end(item).year for item in whole]
        if None not in years:
            whole = [_backdated(item) for item in whole]
            yield whole
            if not _overlaps(whole, period):
                yield from (_in_order([_yearless(item) for item in whole], year) for year in _years(period))
        elif any(years):
            yield _filled(whole)
            backward = _filled(whole[::-1])[::-1]
            yield backward
            if not _ascends(backward):
                yield _filled(whole[::-1], before=1)[::-1]
        elif len(whole) == 1 and (other := list(_own_ways(whole[0], period))):
            yield from other
        else:
            yield from (_in_order(whole, year) for year in _years(period))


def _own_ways(item: Dated, period: Limits) -> Iterator[list[Dated]]:
    """A half-year of the school year beside that of the calendar, the ways of counting the weeks of a month; nothing
    for a whole year, which has words of its own."""
    point = end(item)
    if point.scale == "half_year" and is_school_year(period) and point.no in (1, 2):
        year = period.start.year
        first, last = (Point("month", year, 9), Point("month", year, 12))
        if point.no == 2:
            first, last = Point("month", year + 1, 1), Point("month", year + 1, 5)
        yield [Stretch(first, last, "dash") if isinstance(item, Stretch) else Until(last, "end")]
        yield [_at(item, year + 1 if point.no == 1 else year)]
    elif point.scale == "week":
        for year in _years(period):
            for first, last in _weeks(point, year):
                yield [Stretch(first, last, "to")]
    elif point.scale == "year":
        yield from ([_at(item, year)] if isinstance(item, Until) else [] for year in _years(period))


def _weeks(point: Point, year: int) -> Iterator[tuple[Point, Point]]:
    """Days 8–14, and the second week from Monday to Sunday."""
    first, last = bounds(Point("month", year, point.no))
    counted = last - 6 * _DAY if point.nth < 0 else first + 7 * _DAY * (point.nth - 1)
    monday = first - _DAY * first.weekday() + 7 * _DAY * (point.nth - 1)
    if point.nth < 0:
        monday = last - _DAY * last.weekday()
    for opens in (counted, monday):
        due = opens + 6 * _DAY
        yield Point("day", opens.year, opens.month, opens.day), Point("day", due.year, due.month, due.day)


def _overlaps(items: list[Dated], period: Limits) -> bool:
    windows = _windows(items)
    return not windows or any(w.due >= period.start and (w.start or w.due) <= period.end for w in windows)


def _ascends(items: list[Dated]) -> bool:
    """Whether all are dated and each is due after the one before."""
    if any(end(item).year is None for item in items):
        return True
    dues = [bounds(end(item))[1] for item in items]
    return dues == sorted(dues)


def _filled(items: list[Dated], *, before: int = 0) -> list[Dated]:
    """Each item that names no year in that of the one before it, or so many years ``before``."""
    year: int | None = None
    found: list[Dated] = []
    for item in items:
        year = end(item).year or year
        found.append(item if year is None or end(item).year is not None else _at(item, year - before))
    return found


def _yearless(item: Dated) -> Dated:
    if isinstance(item, Until):
        return item._replace(point=item.point._replace(year=None))
    return item._replace(first=item.first._replace(year=None), last=item.last._replace(year=None))


def _existing(item: Dated) -> Dated:
    """«31 июня» as the last day of June."""
    if isinstance(item, Until):
        return item._replace(point=_day(item.point))
    return item._replace(first=_day(item.first), last=_day(item.last))


def _day(point: Point) -> Point:
    if point.scale != "day" or not 1 <= point.no <= 12 or not 28 < point.day <= 31:
        return point
    longest = monthrange(point.year or 2000, point.no)[1]
    return point._replace(day=MONTH_END) if point.day > longest else point


def _carried(items: list[Dated]) -> list[Dated]:
    """«До 1 сентября, 1 декабря»: both with «до»."""
    if not isinstance(items[0], Until):
        return items
    return [Until(item.last) if isinstance(item, Stretch) and item.how == "single" else item for item in items]


def _with_ends(items: list[Dated]) -> Iterator[list[Dated]]:
    """«До мая»: to the end of May, or to the end of April; «до конца учебного года»: of lessons, or of August."""
    unclear = [item for item in items if isinstance(item, Until) and _is_unclear(item)]
    if not unclear:
        yield items
        return
    for kind in (0, 1):
        yield [_ended(item, kind) if isinstance(item, Until) and _is_unclear(item) else item for item in items]


def _is_unclear(item: Until) -> bool:
    return item.point.scale == "school_year" or (item.by == "date" and item.point.scale not in ("day", "weekday"))


def _ended(item: Until, kind: int) -> Until:
    point = item.point
    if point.scale == "school_year":
        year = point.year + 1 if point.year is not None else None
        return Until(Point("day", year, 5 if kind == 0 else 8, 31))
    if kind == 0 or point.scale != "month":
        return item._replace(by="end")
    if point.no == 1:
        return Until(Point("day", point.year - 1 if point.year else None, 12, 31))
    return Until(Point("day", point.year, point.no - 1, MONTH_END))


def _backdated(item: Dated) -> Dated:
    """«Декабрь – январь 2024 г.» begins the year before."""
    if isinstance(item, Stretch) and item.how != "single" and over_new_year(item) and item.last.year is not None:
        return item._replace(first=item.first._replace(year=item.last.year - 1))
    return item


def _in_order(items: list[Dated], year: int) -> list[Dated]:
    """The items from a year on, each in the first year in which it follows the one before."""
    found: list[Dated] = []
    for item in items:
        dated = _at(item, year)
        try:
            if found and bounds(end(dated))[1] < bounds(end(found[-1]))[1]:
                dated = _at(item, year + 1)
        except UnclearError:
            return []
        found.append(dated)
    return found


def _at(item: Dated, year: int) -> Dated:
    if isinstance(item, Until):
        return item._replace(point=item.point._replace(year=year))
    last = year + 1 if item.how != "single" and over_new_year(item) else year
    return item._replace(first=item.first._replace(year=year), last=item.last._replace(year=last))


def _windows(items: list[Dated]) -> list[Window]:
    try:
        windows = sorted({window_of(item) for item in items}, key=lambda window: window.due)
    except (UnclearError, ValueError, OverflowError):
        return []
    for before, after in pairwise(windows):
        if after.start is not None and after.start <= before.due:
            return []
    return windows
