"""What a period adds to a rhythm: the report that follows a unit («по итогам квартала»), bounds without a year."""

from collections.abc import Iterator
from datetime import date

from roadmap.calendar.spans import DAY, MONTHS
from roadmap.reading import Every, Window
from roadmap.terms.grammar.nodes import MonthDay, Part, Recur, Since, Stretch, UnclearError, Until
from roadmap.terms.meaning.checks import describe
from roadmap.terms.meaning.dates import YEARS, Dated, end
from roadmap.terms.meaning.period_year import is_school_year, placed, whole_year
from roadmap.terms.meaning.rhythms import Limits

# «По итогам года, до 15 января» is of the next year, «до 20 декабря» of this one; between them nobody can tell.
_NEXT_YEAR_TO, _SAME_YEAR_FROM, _NEXT_MONTH_TO = 6, 11, 20
_LENGTH = {"month": 1, "quarter": 3, "half_year": 6}


def after_results(parts: tuple[Part, ...], every: Every, period: Limits) -> tuple[Part, ...]:
    """The days named beside «по итогам …», placed after the unit that is over."""
    if not any(isinstance(part, Recur) and part.results for part in parts):
        return parts
    if every in ("year", "half_year") and is_school_year(period):
        raise UnclearError("Неясно, итоги календарного или учебного года: назовите день.")
    named = next((part for part in parts if isinstance(part, Until) and part.point.year is None), None)
    if named is not None and every != "year":
        raise UnclearError(f"Неясно, за какой отрезок итоги: «{describe(named)}».")
    return tuple(_after(part, every) for part in parts)


def _after(part: Part, every: Every) -> Part:
    if isinstance(part, MonthDay) and part.place == "same" and not part.month:
        if not 1 <= part.day <= _NEXT_MONTH_TO:
            raise UnclearError(f"Неясно, в самом отрезке или после него: «{describe(part)}».")
        return part._replace(place="next")
    if isinstance(part, Until) and part.point.year is None and part.point.scale in ("day", "month") and every == "year":
        if _NEXT_YEAR_TO < part.point.no < _SAME_YEAR_FROM:
            raise UnclearError(f"Неясно, в том же году или в следующем: «{describe(part)}».")
        return part._replace(next_year=part.point.no <= _NEXT_YEAR_TO)
    return part


def bounds_in_period(parts: tuple[Part, ...], every: Every, period: Limits) -> Iterator[Part]:
    """The parts, those that only bound a shorter rhythm with the year that the period gives them."""
    for part in parts:
        if isinstance(part, Since) and part.point.year is None:
            yield placed(part, period)
        elif isinstance(part, Stretch | Until) and end(part).year is None and every != "year":
            if whole_year(part, period) is None:
                yield placed(part, period) if _only_bounds(part, every) else part
        else:
            yield part


def _only_bounds(part: Dated, every: Every) -> bool:
    """«Еженедельно в ноябре», «ежемесячно до конца мая»: longer than the rhythm, and no part of every year."""
    if isinstance(part, Until):
        return part.by == "end" and part.point.scale not in YEARS
    if part.how != "single" or part.first.year is not None:
        return False
    return every == "week" or _LENGTH.get(part.last.scale, 0) > MONTHS[every]


def check_reported_year(inside: list[Dated], period: Limits, *, own: bool) -> None:
    """«До 1 февраля следующего года» in a plan of a school year may mean either year."""
    if not own and is_school_year(period):
        for item in inside:
            if isinstance(item, Until) and item.next_year:
                raise UnclearError(f"Неясно, следующего календарного или учебного года: «{describe(item)}».")


def school_units(limits: Limits, every: Every) -> tuple[Window, ...]:
    """«1 раз в год», «2 раза в год» in a school year: that year, and its halves before and after the new year; none
    for other limits or rhythms, which follow the calendar."""
    if every not in ("year", "half_year") or not is_school_year(limits):
        return ()
    new_year = date(limits.end.year, 1, 1)
    if every == "year":
        return (Window(*limits),)
    return Window(limits.start, new_year - DAY), Window(new_year, limits.end)
