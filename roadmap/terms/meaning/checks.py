"""What a phrase may not say: the refusals shared by all kinds of readings, in Russian for the people who wrote it."""

from datetime import date
from itertools import pairwise

from roadmap.language import counted
from roadmap.reading import Every, Window
from roadmap.terms.grammar.nodes import (
    LAST_DAY,
    Bracketed,
    Demand,
    Header,
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
from roadmap.terms.meaning.dates import YEARS, Dated, bounds, end, stretch_bounds, words
from roadmap.terms.meaning.rhythms import Limits

_EVERY_WORDS: dict[Every, str] = {
    "week": "еженедельно",
    "month": "ежемесячно",
    "quarter": "ежеквартально",
    "half_year": "раз в полугодие",
    "year": "ежегодно",
}


def describe(part: Part) -> str:
    """A part in Russian, for messages."""
    match part:
        case Stretch(first, last):
            return words(last) if first == last else f"{words(first)} – {words(last)}"
        case Until(point):
            return f"до {words(point)}"
        case Since(point):
            return f"с {words(point)}"
        case MonthDay(day):
            return "последний день" if day == LAST_DAY else f"{day} числа"
        case Recur(every):
            return _EVERY_WORDS[every]
        case Then(every):
            return f"далее {_EVERY_WORDS[every]}"
        case Paces():
            return "раз в несколько недель, месяцев или лет"
        case Times():
            return times_words(part)
        case WorkingDay(number):
            return "последний рабочий день" if number < 0 else f"{number}-й рабочий день"
        case Header(year):
            return f"{year} год:"
        case Bracketed():
            return "дата в скобках"
        case Weekdays() | NthWeekday():
            return "день недели"
        case Whole(habit=habit):
            return "постоянно" if habit else "весь период"
        case Plan():
            return "по плану"
        case Demand():
            return "по мере необходимости"
        case Offset():
            return "срок от события"


_IN_UNIT: dict[Every, str] = {
    "week": "в неделю",
    "month": "в месяц",
    "quarter": "в квартал",
    "half_year": "в полугодие",
    "year": "в год",
}


def times_words(times: Times) -> str:
    """«3 раза в год»."""
    return f"{counted(times.often, 'раз', 'раза', 'раз')} {_IN_UNIT[times.every]}"


def contradiction(one: Part, other: Part) -> UnclearError:
    """Two parts that cannot both hold."""
    return UnclearError(f"Противоречие: «{describe(one)}» и «{describe(other)}».")


def due_first(window: Window) -> tuple[date, date, bool]:
    """The order of windows in a reading."""
    return window.start or window.due, window.due, window.start is not None


def window_of(item: Dated) -> Window:
    """The window of a dated item; «до мая» without «конца» is refused."""
    if isinstance(item, Stretch):
        return Window(*stretch_bounds(item))
    due = bounds(item.point)[1]
    if item.point.scale == "school_year":
        proposed = "назовите день, например «до 31 мая … г.» или «до 31 августа … г.»"
        raise UnclearError(f"Неясно, каким днём кончается «{words(item.point)}»: {proposed}.")
    if item.by == "date" and item.point.scale != "day":
        raise UnclearError(f"Неясно, входит ли в срок «{words(item.point)}»: не сказано «до конца».")
    return Window(None, due)


def check_list(items: list[Dated]) -> None:
    """Years beside months, or a bare date after «до», leave open what was meant."""
    years = [item for item in items if end(item).scale in YEARS]
    if years and len(years) < len(items):
        raise contradiction(years[0], next(item for item in items if item not in years))
    for before, after in pairwise(items):
        if isinstance(before, Until) and isinstance(after, Stretch) and after.how == "single":
            raise UnclearError(f"Неясно, относится ли «до» к «{describe(after)}».")


def check_apart(windows: list[Window]) -> None:
    """Windows of one phrase may not overlap."""
    spans = [window for window in windows if window.start is not None]
    for before, after in pairwise(spans):
        if after.start is not None and after.start <= before.due:
            raise UnclearError(f"Сроки накладываются: «{_dates(before)}» и «{_dates(after)}».")


def _dates(window: Window) -> str:
    due = f"{window.due:%d.%m.%Y}"
    return due if window.start in (None, window.due) else f"{window.start:%d.%m.%Y}–{due}"


def check_overlap(window: Window, period: Limits) -> None:
    """A term wholly outside the period of the roadmap is a question."""
    opens = window.start or window.due
    if opens > period.end or window.due < period.start:
        raise UnclearError(
            f"Срок «{_dates(window)}» вне периода комплекса мер: {period.start:%d.%m.%Y}–{period.end:%d.%m.%Y}."
        )
