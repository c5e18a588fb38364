"""Runs of terms in canonical Russian: «раз в две недели, с …», «до …, далее ежегодно»."""

from datetime import timedelta
from itertools import count

from roadmap.calendar.spans import add_months, month_end
from roadmap.language import counted
from roadmap.reading import Window
from roadmap.terms.wording.words import between, month_words, single, until


def say_then_yearly(windows: tuple[Window, ...]) -> str:
    """The windows that are no anniversary of an earlier one, then «далее ежегодно»."""
    known = {(_year(window), *_anniversary(window)) for window in windows}
    firsts = [window for window in windows if (_year(window) - 1, *_anniversary(window)) not in known]
    return f"{', '.join(say_first(window) for window in firsts)}, далее ежегодно"


def _year(window: Window) -> int:
    return (window.start or window.due).year


def _anniversary(window: Window) -> tuple[bool, int, int]:
    day = window.start or window.due
    is_end = window.start is None and day == month_end(day)
    return window.start is None, day.month, 31 if is_end else day.day


def say_first(window: Window) -> str:
    if window.start is None:
        february = window.due.month == 2 and window.due == month_end(window.due)
        return f"до конца {month_words(window.due, 1)}" if february else until(window.due)
    whole = window.start.day == 1 and window.due == month_end(window.start)
    return month_words(window.due, 0) if whole else single(window)


def say_paces(windows: tuple[Window, ...]) -> str | None:
    """The count and the unit that give every start after the first; a lone window only asks for one long enough."""
    starts = [window.start or window.due for window in windows]
    if len(starts) < 2:
        due = windows[0].due
        months = next(n for n in count(2) if add_months(starts[0], n) > due)
        return f"{_every_months(months)}, {between(starts[0], due)}"
    days = (starts[1] - starts[0]).days
    months = (starts[1].year - starts[0].year) * 12 + starts[1].month - starts[0].month
    span = between(starts[0], windows[-1].due)
    if days % 7 == 0 and all(start == starts[0] + n * timedelta(days=days) for n, start in enumerate(starts)):
        weeks = days // 7
        return f"раз в {counted(weeks, 'неделю', 'недели', 'недель')}, {span}"
    if all(start == add_months(starts[0], n * months) for n, start in enumerate(starts)):
        return f"{_every_months(months)}, {span}"
    return None


def _every_months(months: int) -> str:
    years, rest = divmod(months, 12)
    if years > 1 and not rest:
        return f"раз в {counted(years, 'год', 'года', 'лет')}"
    return f"раз в {counted(months, 'месяц', 'месяца', 'месяцев')}"
