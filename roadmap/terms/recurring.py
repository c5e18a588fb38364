"""Rhythm, days inside its unit and the span in which it runs, in any order → a recurring reading."""

from datetime import date

from roadmap.reading import Every, Reading, Window
from roadmap.terms.checks import check_apart, check_list, contradiction, describe, due_first
from roadmap.terms.dates import Dated, end
from roadmap.terms.limits import limits_of
from roadmap.terms.nodes import (
    MonthDay,
    NthWeekday,
    Paces,
    Part,
    Recur,
    Since,
    Stretch,
    Then,
    UnclearError,
    Until,
    Weekdays,
    Whole,
)
from roadmap.terms.rhythms import (
    RULE_OF,
    Limits,
    check_length,
    in_each_year,
    on_month_days,
    on_nth_weekdays,
    on_weekdays,
    whole_units,
)
from roadmap.terms.runs import at_paces, then_yearly


def recurring(text: str, parts: tuple[Part, ...], period: Limits) -> Reading:
    """A rhythm, the days inside its unit, and the span in which it runs, in any order."""
    then = next((part for part in parts if isinstance(part, Then)), None)
    if then is not None and any(isinstance(part, Stretch | Until) for part in parts):
        return then_yearly(text, parts, then, period)
    if any(isinstance(part, Paces) for part in parts):
        return at_paces(text, parts, period)
    every = _rhythm(parts)
    bounding: list[Part] = []
    inside: list[Dated] = []
    for part in parts:
        if isinstance(part, Stretch | Until) and end(part).year is None:
            inside.append(part)
        elif isinstance(part, Stretch | Since | Whole):
            bounding.append(part)
        elif isinstance(part, Until):
            bounding.append(_bound(part, every))
        if isinstance(part, Whole) and part.habit:
            raise contradiction(part, Recur(every))
    limits, own = limits_of(bounding, period)
    if own:
        _check_school_year(bounding, every)
        check_length(limits, every)
    rule, windows = _expand(parts, inside, limits, every, latest=max(limits.end, period.end))
    if not windows:
        raise UnclearError(f"Внутри периода {limits.start:%d.%m.%Y}–{limits.end:%d.%m.%Y} нет ни одного такого срока.")
    return Reading(text, "recurring", rule, windows, every=every)


def _check_school_year(bounding: list[Part], every: Every) -> None:
    """Calendar quarters and years are not those of a school year."""
    for part in bounding:
        if isinstance(part, Stretch) and part.last.scale == "school_year" and every not in ("week", "month"):
            raise contradiction(Recur(every), part)


def _bound(part: Until, every: Every) -> Until:
    """«Ежемесячно до конца 2024 года» bounds the rhythm; «ежегодно до 1 декабря 2024 года» contradicts it."""
    if part.by == "date" and part.point.scale == "day":
        raise contradiction(Recur(every), part)
    return part


def _rhythm(parts: tuple[Part, ...]) -> Every:
    named = [Recur(part.every) for part in parts if isinstance(part, Recur | Then)]
    named += [Recur(part.every) for part in parts if isinstance(part, NthWeekday | MonthDay) and part.every]
    if (other := next((part for part in named if part != named[0]), None)) is not None:
        raise contradiction(named[0], other)
    nth = next((part for part in parts if isinstance(part, NthWeekday)), None)
    clash = next((part for part in parts if isinstance(part, Weekdays | MonthDay)), None)
    if nth and (clash or (named and named[0].every == "week")):
        raise contradiction(nth, clash or named[0])
    weekdays = [part for part in parts if isinstance(part, Weekdays)]
    if weekdays:
        if weekdays[0].bare and not named:
            raise UnclearError("День недели назван без «каждый» или «по»: неясно, повторяется ли срок.")
        if named and named[0].every != "week":
            raise contradiction(named[0], weekdays[0])
        return "week"
    if named:
        return named[0].every
    if any(isinstance(part, Until) and part.next_year for part in parts):
        return "year"
    day = next(part for part in parts if isinstance(part, MonthDay | NthWeekday))
    raise UnclearError(f"Не сказано, какого месяца и как часто: «{describe(day)}».")


def _expand(
    parts: tuple[Part, ...], inside: list[Dated], limits: Limits, every: Every, *, latest: date
) -> tuple[str, tuple[Window, ...]]:
    month_days = [part for part in parts if isinstance(part, MonthDay)]
    nth = [part for part in parts if isinstance(part, NthWeekday)]
    if nth and inside:
        raise contradiction(nth[0], inside[0])
    if inside and every != "year" and isinstance(inside[0], Stretch):
        raise UnclearError(f"Не назван год: «{describe(inside[0])}».")
    if inside and (every != "year" or month_days):
        raise contradiction(Recur(every), inside[0])
    if inside:
        check_list(inside)
        found = sorted(set(in_each_year(limits, inside, latest=latest)), key=due_first)
        check_apart(found)
        return _yearly_rule(inside), tuple(found)
    if month_days:
        if every == "week":
            raise contradiction(Recur(every), month_days[0])
        rules = {"same": "day-of-month", "next": "reported-next-month", "last": "day-of-last-month"}
        found = sorted(set(on_month_days(limits, every, month_days, latest=latest)), key=due_first)
        return rules[month_days[0].place], tuple(found)
    if nth:
        return "weekday-of-unit", on_nth_weekdays(limits, every, nth)
    if days := frozenset(part.day for part in parts if isinstance(part, Weekdays)):
        return "weekly-on-weekday", on_weekdays(limits, days)
    return RULE_OF[every], whole_units(limits, every)


def _yearly_rule(inside: list[Dated]) -> str:
    first = inside[0]
    if not isinstance(first, Until):
        return "yearly-window"
    return "year-reported-next-year" if first.next_year else "yearly-until-date"
