"""The year that the words leave out: that of the period, where the term falls into it exactly once."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar, cast

from roadmap.reading import Window
from roadmap.terms.grammar.nodes import Part, Point, Since, Stretch, UnclearError, Until
from roadmap.terms.meaning.dates import Dated, bounds, over_new_year, stretch_bounds, words
from roadmap.terms.meaning.rhythms import Limits

_Item = TypeVar("_Item", bound=Stretch | Until | Since)
_SCHOOL_STARTS, _SCHOOL_ENDS = (8, 9), (5, 8)


def is_school_year(period: Limits) -> bool:
    """01.09–31.08, or to the end of lessons in May: what a plan of a school calls a year."""
    start, end = period
    first, last = _SCHOOL_STARTS
    opens = (start.month, start.day) >= (first, 15) and start.month <= last and (start.month, start.day) <= (9, 15)
    return opens and end.year == start.year + 1 and _SCHOOL_ENDS[0] <= end.month <= _SCHOOL_ENDS[1]


def placed(item: _Item, period: Limits) -> _Item:
    """The item with the only year in which it falls into the period; more than one, or none, is a question."""
    found = years_of(item, period, most=2)
    if len(found) == 1:
        return found[0]
    point = _last(item)
    if found:
        raise UnclearError(f"Не назван год: «{words(point)}». Если срок ежегодный, допишите «ежегодно».")
    raise UnclearError(f"Год не назван, а в период комплекса мер ({_span(period)}) «{words(point)}» не попадает.")


def years_of(item: _Item, period: Limits, *, most: int) -> list[_Item]:
    """The item in each year in which it falls into the period, ``most`` of them at the most."""
    _check_half_year(item, period)
    found: list[_Item] = []
    refusal = None
    for year in range(period.start.year - 1, period.end.year + 1):
        try:
            dated = _with_year(item, year)
            if _falls(dated, period):
                found.append(dated)
        except UnclearError as error:
            if _is_in_doubt(item, year, period):
                raise
            refusal = refusal or error
        if len(found) == most:
            break
    if not found and refusal:
        is_one_day = _last(item).scale == "day" and (not isinstance(item, Stretch) or item.how == "single")
        raise UnclearError(f"Такой даты нет: «{words(_last(item))}».") if is_one_day else refusal
    return found


def _is_in_doubt(item: Dated | Since, year: int, period: Limits) -> bool:
    """A week of a month that may be this or that is in the period all the same; a day that is not there is not."""
    point = _last(item)
    if point.scale != "week":
        return False
    first, last = bounds(Point("month", year, point.no))
    return first <= period.end and last >= period.start


def _check_half_year(item: Dated | Since, period: Limits) -> None:
    if _last(item).scale == "half_year" and is_school_year(period):
        raise UnclearError(f"Неясно, полугодие календарного или учебного года: «{words(_last(item))}».")


def _last(item: Dated | Since) -> Point:
    return item.last if isinstance(item, Stretch) else item.point


def _with_year(item: _Item, year: int) -> _Item:
    if not isinstance(item, Stretch):
        return cast(_Item, item._replace(point=item.point._replace(year=year)))
    last = year + 1 if item.how != "single" and over_new_year(item) else year
    return cast(_Item, item._replace(first=item.first._replace(year=year), last=item.last._replace(year=last)))


def _falls(item: Dated | Since, period: Limits) -> bool:
    if isinstance(item, Stretch):
        opens, due = stretch_bounds(item)
        return opens <= period.end and due >= period.start
    day = bounds(item.point)[isinstance(item, Until)]
    return period.start <= day <= period.end


def whole_year(item: Dated, period: Limits) -> Window | None:
    """«В течение года», «до конца года» of a period that is one year, calendar or school; None for other words."""
    point = _last(item)
    if point.scale not in ("year", "school_year") or point.year is not None:
        return None
    if isinstance(item, Until) and (item.by != "end" or point.scale == "school_year"):
        return None
    if not _is_one_year(period, school=point.scale == "school_year"):
        which = "учебный год" if point.scale == "school_year" else "год"
        raise UnclearError(f"Не сказано, какой именно {which}: период комплекса мер — {_span(period)}.")
    return Window(None if isinstance(item, Until) else period.start, period.end)


def _is_one_year(period: Limits, *, school: bool) -> bool:
    """To the end of December of the year in which it begins; a school year may also be called «год»."""
    ends = period.end == date(period.start.year, 12, 31)
    return is_school_year(period) or (ends and not school)


def _span(period: Limits) -> str:
    return f"{period.start:%d.%m.%Y}–{period.end:%d.%m.%Y}"


def without_years(parts: Sequence[Part]) -> bool:
    """Whether there are dates and none of them names a year."""
    items = [part for part in parts if isinstance(part, Stretch | Until | Since)]
    return bool(items) and all(
        _last(item).year is None and (not isinstance(item, Stretch) or item.first.year is None) for item in items
    )
