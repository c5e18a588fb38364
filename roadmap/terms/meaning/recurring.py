"""Rhythm, days inside its unit and the span in which it runs, in any order → a recurring reading."""

from roadmap.calendar import WorkCalendar
from roadmap.reading import Every, Reading, Window
from roadmap.terms.grammar.nodes import (
    LAST_DAY,
    MonthDay,
    NthWeekday,
    Paces,
    Part,
    Recur,
    Since,
    Stretch,
    Then,
    Times,
    UnclearError,
    Until,
    Weekdays,
    Whole,
    WorkingDay,
)
from roadmap.terms.meaning.checks import check_apart, check_list, contradiction, describe, due_first
from roadmap.terms.meaning.dates import Dated, end
from roadmap.terms.meaning.limits import limits_of
from roadmap.terms.meaning.reported import after_results, bounds_in_period, check_reported_year, school_units
from roadmap.terms.meaning.rhythms import (
    RULE_OF,
    Limits,
    check_length,
    in_each_year,
    on_month_days,
    on_nth_weekdays,
    on_weekdays,
    on_working_days,
    whole_units,
)
from roadmap.terms.meaning.runs import at_paces, then_yearly
from roadmap.terms.meaning.sharing import by_times, fill_each_unit, in_season, is_season, with_until_carried


def recurring(text: str, parts: tuple[Part, ...], period: Limits, *, calendar: WorkCalendar | None = None) -> Reading:
    """A rhythm, the days inside its unit, and the span in which it runs, in any order."""
    if any(isinstance(part, Times) for part in parts):
        shared, parts = by_times(text, parts, period)
        if shared is not None:
            return shared
    then = next((part for part in parts if isinstance(part, Then)), None)
    if then is not None and any(isinstance(part, Stretch | Until) for part in parts):
        return then_yearly(text, parts, then, period)
    if any(isinstance(part, Paces) for part in parts):
        return at_paces(text, parts, period)
    every = _rhythm(parts)
    parts = after_results(parts, every, period)
    if fill_each_unit(parts, every):
        every, parts = "year", with_until_carried(parts)
    bounding: list[Part] = []
    inside: list[Dated] = []
    for part in bounds_in_period(parts, every, period):
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
    check_reported_year(inside, period, own=own)
    rule, windows = _expand(parts, inside, limits, every, calendar=calendar)
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
    named += [
        Recur(part.every) for part in parts if isinstance(part, NthWeekday | MonthDay | WorkingDay) and part.every
    ]
    if (other := next((part for part in named if part != named[0]), None)) is not None:
        raise contradiction(named[0], other)
    nth = next((part for part in parts if isinstance(part, NthWeekday)), None)
    clash = next((part for part in parts if isinstance(part, Weekdays | MonthDay | WorkingDay)), None)
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
    day = next(part for part in parts if isinstance(part, MonthDay | NthWeekday | WorkingDay))
    if not isinstance(day, NthWeekday) and day.alone:
        return day.alone
    raise UnclearError(f"Не сказано, какого месяца и как часто: «{describe(day)}».")


def _expand(
    parts: tuple[Part, ...],
    inside: list[Dated],
    limits: Limits,
    every: Every,
    *,
    calendar: WorkCalendar | None,
) -> tuple[str, tuple[Window, ...]]:
    month_days = [part for part in parts if isinstance(part, MonthDay)]
    nth = [part for part in parts if isinstance(part, NthWeekday)]
    working = [part for part in parts if isinstance(part, WorkingDay)]
    if inside and (nth or working):
        raise contradiction(nth[0] if nth else working[0], inside[0])
    if working and month_days:
        raise contradiction(working[0], month_days[0])
    if inside and every in ("week", "month") and is_season(inside):
        return "units-of-season", in_season(limits, inside[0], every)
    if inside and every != "year" and isinstance(inside[0], Stretch):
        raise UnclearError(f"Не назван год: «{describe(inside[0])}».")
    if inside and (every != "year" or month_days):
        raise contradiction(Recur(every), inside[0])
    if inside:
        check_list(inside)
        found = sorted(set(in_each_year(limits, inside)), key=due_first)
        check_apart(found)
        return _yearly_rule(inside), tuple(found)
    if month_days:
        if every == "week":
            raise contradiction(Recur(every), month_days[0])
        found = sorted(set(on_month_days(limits, every, month_days)), key=due_first)
        return _month_rule(month_days), tuple(found)
    if working:
        found = sorted(set(on_working_days(limits, every, working, calendar)), key=due_first)
        return "working-day-of-next-month" if working[0].place == "next" else "working-day-of-unit", tuple(found)
    if nth:
        return "weekday-of-unit", on_nth_weekdays(limits, every, nth)
    if days := frozenset(part.day for part in parts if isinstance(part, Weekdays)):
        return "weekly-on-weekday", on_weekdays(limits, days)
    return RULE_OF[every], school_units(limits, every) or whole_units(limits, every)


def _month_rule(days: list[MonthDay]) -> str:
    """Days of one kind only: numbers, spans, or the last day."""
    if len({(day.place, day.month, day.first is None, day.day == LAST_DAY and day.first is None) for day in days}) > 1:
        raise UnclearError("Дни месяца названы по-разному: назовите числа.")
    if days[0].day == LAST_DAY and days[0].first is None:
        return "last-day-of-unit"
    if days[0].place == "same" and days[0].month:
        return "day-of-nth-month"
    rules = {"same": "day-of-month", "next": "reported-next-month", "last": "day-of-last-month"}
    return rules[days[0].place]


def _yearly_rule(inside: list[Dated]) -> str:
    first = inside[0]
    if not isinstance(first, Until):
        return "yearly-window"
    return "year-reported-next-year" if first.next_year else "yearly-until-date"
