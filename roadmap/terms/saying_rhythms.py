"""Recurring readings in canonical Russian: the rhythm, the days inside its unit, and the span of the windows."""

from collections.abc import Iterable
from datetime import date, timedelta

from roadmap.reading import Every, Reading, Window
from roadmap.spans import DAY, MONTHS, add_months, month_end, unit
from roadmap.terms.dates import nth_weekday
from roadmap.terms.rhythms import SHORTEST_DAYS
from roadmap.terms.saying_words import between, day_words, month_words, single, until
from roadmap.terms.words import MONTHS as MONTH_NAMES

EVERY_WORDS: dict[Every, str] = {
    "week": "еженедельно",
    "month": "ежемесячно",
    "quarter": "ежеквартально",
    "half_year": "раз в полугодие",
    "year": "ежегодно",
}
_UNITS_OF: dict[Every, str] = {
    "week": "недели",
    "month": "месяца",
    "quarter": "квартала",
    "half_year": "полугодия",
    "year": "года",
}
_BY_WEEKDAY = ("понедельникам", "вторникам", "средам", "четвергам", "пятницам", "субботам", "воскресеньям")
_WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_GENDERS = "ммжмжжс"
_ORDINALS = {
    "м": ("последний", "первый", "второй", "третий", "четвёртый"),
    "ж": ("последняя", "первая", "вторая", "третья", "четвёртая"),
    "с": ("последнее", "первое", "второе", "третье", "четвёртое"),
}


def say_recurring(reading: Reading) -> str | None:
    """The canonical words, or None where the windows alone do not say the rhythm."""
    every, windows = reading.every, reading.windows
    if reading.rule == "every-several":
        return _paces(windows)
    if every is None:
        return None
    first, last = windows[0], windows[-1]
    match reading.rule:
        case "weekly" | "monthly" | "quarterly" | "half-yearly" | "yearly":
            return _whole_units(every, first.start or first.due, last.due)
        case "weekly-on-weekday":
            days = sorted({window.due.weekday() for window in windows})
            start = min(first.due, last.due - timedelta(days=6))
            return f"{' и '.join(f'по {_BY_WEEKDAY[day]}' for day in days)}, {between(start, last.due)}"
        case "day-of-month":
            return f"{EVERY_WORDS[every]} {_month_days(windows)}, {_span(windows, every)}"
        case "reported-next-month":
            reported = [unit(window.due.replace(day=1) - DAY, every) for window in (first, last)]
            days_said = _month_days(windows, " месяца, следующего за отчётным")
            return f"{EVERY_WORDS[every]} {days_said}, {between(reported[0][0], reported[1][1])}"
        case "day-of-last-month":
            place = " последнего месяца" + ("" if every == "month" else f" {_UNITS_OF[every]}")
            return f"{EVERY_WORDS[every]} {_month_days(windows, place)}, {_span(windows, every)}"
        case "weekday-of-unit":
            return _nth_weekday(windows, every)
        case "yearly-until-date":
            return f"ежегодно {_days_of_year(windows)}, {_span(windows, 'year')}"
        case "year-reported-next-year":
            days_said = _days_of_year(windows, " года, следующего за отчётным")
            years = between(date(first.due.year - 1, 1, 1), date(last.due.year - 1, 12, 31))
            return f"ежегодно {days_said}, {years}"
        case "yearly-window":
            return _yearly_windows(windows)
        case "then-yearly":
            return _then_yearly(windows)
    return None


def _whole_units(every: Every, start: date, due: date) -> str:
    """A span shorter than its unit was clipped by the roadmap's period: only bounds that do not name it whole hold."""
    if (due - start).days + 1 >= SHORTEST_DAYS[every]:
        return f"{EVERY_WORDS[every]} {between(start, due)}"
    bounded = f"{EVERY_WORDS[every]}, начиная с {day_words(start)}"
    return f"{bounded}, до конца {month_words(due, 1)}" if due == month_end(due) else bounded


def _span(windows: tuple[Window, ...], every: Every) -> str:
    """The shortest span that holds the windows and is no shorter than one unit."""
    last = windows[-1].due
    first = min(window.start or window.due for window in windows)
    return between(min(first, add_months(last + DAY, -MONTHS[every])), last)


def _month_days(windows: Iterable[Window], place: str = "") -> str:
    days = sorted({(window.due.day, window.start is None) for window in windows})
    return ", ".join(f"{'до ' if is_until else ''}{number} числа{place}" for number, is_until in days)


def _days_of_year(windows: Iterable[Window], place: str = "") -> str:
    found = {}
    for window in windows:
        end_of_february = window.due.month == 2 and window.due == month_end(window.due)
        number = 0 if end_of_february else window.due.day
        found[window.due.month, number] = "до конца февраля" if not number else f"до {number} {_genitive(window.due)}"
    return ", ".join(f"{words}{place}" for _, words in sorted(found.items()))


def _genitive(day: date) -> str:
    return MONTH_NAMES[day.month - 1][1]


def _nth_weekday(windows: tuple[Window, ...], every: Every) -> str | None:
    days = [window.due for window in windows]
    for number in (-1, 1, 2, 3, 4):
        weekday = days[0].weekday()
        if all(nth_weekday(*unit(day, every), number, weekday) == day for day in days):
            name = f"{_ORDINALS[_GENDERS[weekday]][max(number, 0)]} {_WEEKDAYS[weekday]}"
            return f"{name} {_UNITS_OF[every]}, {between(unit(days[0], every)[0], unit(days[-1], every)[1])}"
    return None


def _yearly_windows(windows: tuple[Window, ...]) -> str:
    """The parts of the year; one that the span's ends have clipped is left to them."""
    parts = {_part(window): window for window in windows}
    whole = [part for part, window in parts.items() if not any(_holds(other, part) for other in parts if other != part)]
    said = [parts[part] for part in whole]
    first, last = windows[0], windows[-1]
    joined = _part(last)[:2] + _part(first)[2:]
    inner = any(_holds(joined, _part(window)) for window in windows[1:-1])
    if _is_one_part(first, last) and not inner and {_part(first), _part(last)} <= set(whole):
        said = [Window(last.start, first.due), *(one for one in said if _part(one) not in (_part(first), _part(last)))]
    return f"ежегодно {', '.join(map(_part_words, said))}, {_span(windows, 'year')}"


def _is_one_part(first: Window, last: Window) -> bool:
    """Whether both ends of a span of a year or more have clipped the same part: its end is the first's, its start the
    last's."""
    one, other = _part(first), _part(last)
    is_year = (first.start or first.due) <= add_months(last.due + DAY, -12)
    return is_year and one != other and other[:2] <= one[:2] and other[2:] <= one[2:]


Part = tuple[int, int, int, int]


def _part(window: Window) -> Part:
    start, due = window.start or window.due, window.due
    return start.month, start.day, due.month, 31 if due == month_end(due) else due.day


def _holds(whole: Part, part: Part) -> bool:
    return whole[:2] <= part[:2] and part[2:] <= whole[2:]


def _part_words(window: Window) -> str:
    start, due = window.start or window.due, window.due
    if start.day == 1 and due == month_end(due):
        first, last = MONTH_NAMES[start.month - 1][0], MONTH_NAMES[due.month - 1][0]
        return first if first == last else f"{first} \u2013 {last}"
    if start == due:
        return f"{due.day} {_genitive(due)}"
    return f"с {start.day} {_genitive(start)} по {due.day} {_genitive(due)}"


def _then_yearly(windows: tuple[Window, ...]) -> str:
    """The windows that are no anniversary of an earlier one, then «далее ежегодно»."""
    known = {(_year(window), *_anniversary(window)) for window in windows}
    firsts = [window for window in windows if (_year(window) - 1, *_anniversary(window)) not in known]
    return f"{', '.join(_first(window) for window in firsts)}, далее ежегодно"


def _year(window: Window) -> int:
    return (window.start or window.due).year


def _anniversary(window: Window) -> tuple[bool, int, int]:
    day = window.start or window.due
    is_end = window.start is None and day == month_end(day)
    return window.start is None, day.month, 31 if is_end else day.day


def _first(window: Window) -> str:
    if window.start is None:
        february = window.due.month == 2 and window.due == month_end(window.due)
        return f"до конца {month_words(window.due, 1)}" if february else until(window.due)
    whole = window.start.day == 1 and window.due == month_end(window.start)
    return month_words(window.due, 0) if whole else single(window)


def _paces(windows: tuple[Window, ...]) -> str | None:
    """The count and the unit that give every start after the first; a lone window only asks for one long enough."""
    starts = [window.start or window.due for window in windows]
    if len(starts) < 2:
        months = max(2, (windows[0].due - starts[0]).days // 28 + 1)
        return f"раз в {months} {_plural(months, 'месяц', 'месяца', 'месяцев')}, {between(starts[0], windows[0].due)}"
    days = (starts[1] - starts[0]).days
    months = (starts[1].year - starts[0].year) * 12 + starts[1].month - starts[0].month
    span = between(starts[0], windows[-1].due)
    if days % 7 == 0 and all(start == starts[0] + n * timedelta(days=days) for n, start in enumerate(starts)):
        weeks = days // 7
        return f"раз в {weeks} {_plural(weeks, 'неделю', 'недели', 'недель')}, {span}"
    if all(start == add_months(starts[0], n * months) for n, start in enumerate(starts)):
        return f"раз в {months} {_plural(months, 'месяц', 'месяца', 'месяцев')}, {span}"
    return None


def _plural(n: int, one: str, few: str, many: str) -> str:
    if n % 100 in range(11, 15):
        return many
    return one if n % 10 == 1 else few if n % 10 in (2, 3, 4) else many
