"""Tree + period → reading: which of the seven kinds a phrase is, and its windows."""

import re
from collections.abc import Iterable

from roadmap.calendar import WorkCalendar
from roadmap.reading import DayUnit, Kind, Reading, Window
from roadmap.terms.grammar.nodes import (
    Demand,
    MonthDay,
    NthWeekday,
    Offset,
    Paces,
    Part,
    Plan,
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
from roadmap.terms.meaning.checks import check_apart, check_list, check_overlap, contradiction, due_first, window_of
from roadmap.terms.meaning.dates import YEARS, Dated, end, with_year, with_years, words
from roadmap.terms.meaning.limits import limits_of, one_span
from roadmap.terms.meaning.period_year import is_school_year, placed, whole_year, without_years
from roadmap.terms.meaning.recurring import recurring
from roadmap.terms.meaning.rhythms import Limits
from roadmap.terms.meaning.sharing import check_counted, is_counted_list

_RHYTHM = (Recur, Times, Paces, Then, Weekdays, NthWeekday, MonthDay, WorkingDay)
YEAR_OF_PERIOD = "year-of-period"
# «По плану НИКУ» is named by its owner; of a programme or an order the kind is told too.
_PLAIN_PLANS = ("план", "график")
# «Со сроками, установленными …» → «сроки, установленные …».
_IN_PLURAL = re.compile(r"ыми\b")
_ALONE = (Plan, Demand, Offset)
_STRETCH_RULES = {
    ("day", True): "day",
    ("day", False): "date-range",
    ("weekday", True): "day",
    ("week", True): "date-range",
    ("month", True): "month-window",
    ("month", False): "month-range",
    ("quarter", True): "quarter-window",
    ("quarter", False): "quarter-window",
    ("half_year", True): "half-year-window",
    ("half_year", False): "half-year-window",
    ("year", True): "year-window",
    ("year", False): "years-span",
    ("school_year", True): "school-year",
    ("school_year", False): "school-years-span",
}
_OFFSET_RULES: dict[DayUnit, str] = {
    "calendar_days": "days-after-event",
    "working_days": "working-days-after-event",
    "months": "months-after-event",
}


def understand(text: str, parts: tuple[Part, ...], period: Limits, *, calendar: WorkCalendar | None = None) -> Reading:
    """The reading of a parsed phrase; raises UnclearError where the words contradict each other, the calendar or the
    period."""
    kinds = {type(part) for part in parts}
    if kinds <= {Stretch, Until} and not any(isinstance(part, Until) and part.next_year for part in parts):
        return _dated(text, [part for part in parts if isinstance(part, Stretch | Until)], period)
    parts = _above_least(parts)
    kinds = {type(part) for part in parts}
    if Times in kinds and is_counted_list(parts):
        return _dated(text, check_counted(parts), period)
    if not kinds.isdisjoint(_ALONE):
        return _alone(text, parts)
    _check_school_years(parts, period)
    if not kinds.isdisjoint(_RHYTHM) or any(isinstance(part, Until) and part.next_year for part in parts):
        return recurring(text, parts, period, calendar=calendar)
    if Whole in kinds or kinds == {Since}:
        return _continuous(text, parts, period)
    since = next(part for part in parts if isinstance(part, Since))
    raise UnclearError(f"Не назван конец срока: «с {words(since.point)}».")


def _above_least(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """«По мере необходимости, но не реже 1 раза в год»: only the least measure can be controlled."""
    if not any(isinstance(part, Recur | Times) and part.least for part in parts):
        return parts
    return tuple(part for part in parts if not (isinstance(part, Demand) or (isinstance(part, Whole) and part.habit)))


def _check_school_years(parts: Iterable[Part], period: Limits) -> None:
    """A school year that is not named has no place in time, nor does a rhythm give it one; only a period that is one
    does, and even there its end is no fixed day."""
    for part in parts:
        if isinstance(part, Stretch) and part.last.scale == "school_year" and is_school_year(period):
            continue
        point = part.point if isinstance(part, Until | Since) else part.last if isinstance(part, Stretch) else None
        if point is not None and point.scale == "school_year" and point.year is None:
            end_of = (
                " и каким днём он кончается: назовите день, например «до 31 мая … г.»"
                if isinstance(part, Until)
                else ""
            )
            raise UnclearError(f"Не сказано, какой именно учебный год{end_of}.")


def _alone(text: str, parts: tuple[Part, ...]) -> Reading:
    """A plan, a demand or an event gives no dates, so nothing else may stand beside it."""
    part = parts[0]
    if (other := next((other for other in parts if other != part), None)) is not None:
        raise contradiction(part, other)
    if isinstance(part, Plan):
        name = text[slice(*part.place)] if part.place else part.name
        if part.place and part.name == "сроки":
            name = f"сроки, {_IN_PLURAL.sub('ые', name, count=1)}"
        elif part.place and part.name and part.name.split()[-1] not in _PLAIN_PLANS:
            name = f"{part.name} {name}"
        return Reading(text, "external", "external-plan", plan=name)
    if isinstance(part, Offset):
        return _after_event(text, part)
    return Reading(text, "on_demand", "on-demand")


def _after_event(text: str, offset: Offset) -> Reading:
    """So many days or months from an event; a term in days that names none waits for it."""
    if offset.number == 0:
        raise UnclearError("Срок в 0 дней невозможен.")
    if offset.event is None and not offset.alone:
        raise UnclearError("Не названо событие, от которого считается срок.")
    event = text[slice(*offset.event)] if offset.event else None
    rule = _OFFSET_RULES[offset.unit]
    if offset.number < 0:
        rule = "before-event"
    return Reading(text, "relative", rule, relative=(offset.number, offset.unit), event=event)


def _dated(text: str, items: list[Dated], period: Limits) -> Reading:
    if end(items[0]).year is None:
        if without_years(items):
            return _placed(text, items, period)
        _check_school_years(items, period)
        items = _closed_by_year(items)
    if any(_is_span_of_years(item) for item in items):
        span = one_span(items)
        check_overlap(Window(*span), period)
        rule = "school-years-span" if any(end(item).scale == "school_year" for item in items) else "years-span"
        return Reading(text, "continuous", rule, (Window(*span),))
    if len(items) == 1:
        window, rule = window_of(items[0]), _rule(items[0])
        check_overlap(window, period)
        return Reading(text, "windows", rule, (window,))
    items = with_years(items)
    check_list(items)
    windows = _windows(items, period)
    rules = {_rule(item) for item in items}
    return Reading(text, "windows", rules.pop() if len(windows) == 1 else "several-windows", windows)


def _placed(text: str, items: list[Dated], period: Limits) -> Reading:
    """Items that the period gives their year; the rule says so, for people to look at."""
    if len(items) == 1 and (year := whole_year(items[0], period)) is not None:
        kind: Kind = "continuous" if isinstance(items[0], Stretch) and items[0].during else "windows"
        return Reading(text, kind, YEAR_OF_PERIOD, (year,))
    _check_school_years(items, period)
    items = [placed(item, period) for item in items]
    check_list(items)
    return Reading(text, "windows", YEAR_OF_PERIOD, _windows(items, period))


def _windows(items: list[Dated], period: Limits) -> tuple[Window, ...]:
    windows = sorted({window_of(item) for item in items}, key=due_first)
    check_apart(windows)
    for window in windows:
        check_overlap(window, period)
    return tuple(windows)


def _closed_by_year(items: list[Dated]) -> list[Dated]:
    """«Июнь, 2023»: one year after names that have none is theirs."""
    *named, last = items
    if not isinstance(last, Stretch) or last.how != "single" or last.during or last.last.scale != "year":
        return items
    year = last.last.year
    if year is None or not without_years(named) or any(end(item).scale in YEARS for item in named):
        return items
    return [with_year(item, year) for item in named]


def _continuous(text: str, parts: tuple[Part, ...], period: Limits) -> Reading:
    bounding = [_bound(part, period) for part in parts]
    limits, _ = limits_of(bounding, period)
    wholes = [part for part in parts if isinstance(part, Whole)]
    rule = "daily" if any(part.daily for part in wholes) else "whole-period"
    if any(part.habit and not part.daily for part in wholes):
        rule = "regularly"
    if len(wholes) < len(parts):
        rule = "own-span" if wholes else "from-day-on"
    return Reading(text, "continuous", rule, (Window(limits.start, limits.end),))


def _bound(part: Part, period: Limits) -> Part:
    """A bound of a habit, its year taken from the period where the words leave it out."""
    if isinstance(part, Since) and part.point.year is None:
        return placed(part, period)
    if isinstance(part, Stretch | Until) and end(part).year is None and without_years([part]):
        return Whole(False) if whole_year(part, period) else placed(part, period)
    return part


def _is_span_of_years(item: Dated) -> bool:
    if not isinstance(item, Stretch) or item.last.scale not in YEARS:
        return False
    return item.during or item.first != item.last


def _rule(item: Dated) -> str:
    if isinstance(item, Until):
        return "until-end" if item.by == "end" else "until-date"
    return _STRETCH_RULES[item.last.scale, item.how == "single"]
