"""Recurring readings in canonical Russian: the rhythm, the days inside its unit, and the span of the windows."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise, product

from roadmap.calendar.spans import DAY, MONTHS, add_months, month_end, unit
from roadmap.reading import Every, Reading, Window
from roadmap.terms.grammar.nodes import NthWeekday, Times
from roadmap.terms.grammar.words import MONTHS as MONTH_NAMES
from roadmap.terms.meaning.checks import times_words
from roadmap.terms.meaning.dates import nth_weekday
from roadmap.terms.meaning.rhythms import SHARES, SHORTEST_DAYS, Limits, on_nth_weekdays, shares
from roadmap.terms.wording.runs import say_first, say_paces, say_then_yearly
from roadmap.terms.wording.words import between, day_words, month_words

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
_AFTER = " месяца, следующего за отчётным"
_AFTER_THE: dict[Every, str] = {
    "quarter": " следующего за отчётным кварталом",
    "half_year": " следующего за отчётным полугодием",
    "year": " следующего за отчётным годом",
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
    if reading.rule in ("every-several", "every-several-of-period"):
        return say_paces(windows)
    if reading.rule == "times-in-unit":
        return _shares(windows)
    if every is None:
        return None
    first, last = windows[0], windows[-1]
    match reading.rule:
        case "weekly" | "monthly" | "quarterly" | "half-yearly" | "yearly":
            return _whole_units(every, first.start or first.due, last.due)
        case "weekly-on-weekday":
            days = sorted({window.due.weekday() for window in windows})
            start = min(first.due, last.due - timedelta(days=6))
            return f"{' и '.join(f'по {_BY_WEEKDAY[day]}' for day in days)}, {_whole_months(start, last.due, days)}"
        case "day-of-month":
            return f"{EVERY_WORDS[every]} {_month_days(windows)}, {_span(windows, every)}"
        case "reported-next-month":
            month = _month_in(every, first.due)
            reported = [unit(add_months(window.due.replace(day=1), -month), every) for window in (first, last)]
            days_said = _month_days(windows, _AFTER if month == 1 else f" {month}-го месяца,{_AFTER_THE[every]}")
            return f"{EVERY_WORDS[every]} {days_said}, {between(reported[0][0], reported[1][1])}"
        case "day-of-last-month":
            place = " последнего месяца" + ("" if every == "month" else f" {_UNITS_OF[every]}")
            return f"{EVERY_WORDS[every]} {_month_days(windows, place)}, {_span(windows, every)}"
        case "day-of-nth-month":
            place = f" {_month_in(every, first.due)}-го месяца {_UNITS_OF[every]}"
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
            return say_then_yearly(windows)
        case "then-other-days":
            return f"{say_first(first)}, далее ежегодно {_yearly_days(windows[1:])}"
        case "units-of-season":
            return _season(windows, every)
        case "last-day-of-unit":
            day = "до последнего дня" if first.start is None else "последний день"
            return f"{day} {_UNITS_OF[every]}, {_span(windows, every)}"
    return None


def _month_in(every: Every, day: date) -> int:
    """The place of the day's month in its calendar unit, from 1."""
    return (day.month - 1) % MONTHS[every] + 1


def _whole_months(start: date, due: date, days: list[int]) -> str:
    """The span out to the borders of its months, where no such day of the week lies between."""
    first, last = start.replace(day=1), month_end(due)
    if not any((first + DAY * n).weekday() in days for n in range((start - first).days)):
        start = first
    if not any((due + DAY * n).weekday() in days for n in range(1, (last - due).days + 1)):
        due = last
    return between(start, due)


def _whole_units(every: Every, start: date, due: date, words: str = "") -> str:
    """A span shorter than its unit was clipped by the roadmap's period: only bounds that do not name it whole hold."""
    words = words or EVERY_WORDS[every]
    if (due - start).days + 1 >= SHORTEST_DAYS[every]:
        return f"{words} {between(start, due)}"
    bounded = f"{words}, начиная с {day_words(start)}"
    return f"{bounded}, до конца {month_words(due, 1)}" if due == month_end(due) else bounded


def _shares(windows: tuple[Window, ...]) -> str | None:
    """The count and the unit that share the same span into the same windows."""
    start, due = windows[0].start or windows[0].due, windows[-1].due
    for count, every in SHARES:
        if shares(Limits(start, due), count, every) == windows:
            return _whole_units(every, start, due, times_words(Times(count, every)))
    return None


def _season(windows: tuple[Window, ...], every: Every) -> str:
    """Of two runs the first ends where the season does, and the second begins where it begins."""
    days = [(window.start or window.due, window.due) for window in windows]
    start, due = days[0][0], days[-1][1]
    gap = next(((one[1], other[0]) for one, other in pairwise(days) if other[0] > one[1] + DAY), None)
    is_short = (due - start).days + 1 < SHORTEST_DAYS[every]
    if gap is None and not (is_short and start.day == 1):
        return _whole_units(every, start, due)
    last, first = gap or (due, start)
    since = min(start, due + DAY - timedelta(days=7) if every == "week" else add_months(due + DAY, -1))
    months = f"{MONTH_NAMES[first.month - 1][0]} \u2013 {MONTH_NAMES[last.month - 1][0]}"
    return f"{EVERY_WORDS[every]}, {months}, {between(since, due)}"


def _yearly_days(windows: tuple[Window, ...]) -> str:
    until = [window for window in windows if window.start is None]
    spans = {_part(window): window for window in windows if window.start is not None}
    return ", ".join(filter(None, [_days_of_year(until), *map(_part_words, spans.values())]))


def _span(windows: tuple[Window, ...], every: Every) -> str:
    """The shortest span that holds the windows and is no shorter than one unit."""
    last = windows[-1].due
    first = min(window.start or window.due for window in windows)
    return between(min(first, add_months(last + DAY, -MONTHS[every])), last)


def _month_days(windows: Iterable[Window], place: str = "") -> str:
    windows = list(windows)
    firsts = [window.start.day for window in windows if window.start not in (None, window.due) and window.start]
    if firsts:
        return _days_span(windows, min(firsts), place)
    days = sorted({(window.due.day, window.start is None) for window in windows})
    return ", ".join(f"{'до ' if is_until else ''}{number} числа{place}" for number, is_until in days)


def _days_span(windows: list[Window], first: int, place: str) -> str:
    if all(window.due == month_end(window.due) for window in windows) and windows[0].due.day > 10:
        return "третья декада месяца"
    return f"с {first} по {windows[-1].due.day} число{place}"


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
    return _nth_weekdays(windows, every)


def _nth_weekdays(windows: tuple[Window, ...], every: Every) -> str | None:
    """«Первый четверг, третий четверг месяца»: each adds days, and together they give all."""
    days = {window.due for window in windows}
    span = Limits(min(days), max(days))
    found: list[NthWeekday] = []
    said: set[date] = set()
    for number, weekday in product((1, 2, 3, 4, -1), sorted({day.weekday() for day in days})):
        given = {window.due for window in on_nth_weekdays(span, every, [NthWeekday(number, weekday)])}
        if given <= days and not given <= said:
            found.append(NthWeekday(number, weekday))
            said |= given
    if said != days:
        return None
    names = [f"{_ORDINALS[_GENDERS[d.day]][max(d.number, 0)]} {_WEEKDAYS[d.day]}" for d in found]
    return f"{', '.join(names)} {_UNITS_OF[every]}, {between(*span)}"


def _yearly_windows(windows: tuple[Window, ...]) -> str:
    """The parts of the year; one that the span's ends have clipped is left to them."""
    if (season := _season_over_new_year(windows)) is not None:
        return f"ежегодно {_part_words(season)}, {_span(windows, 'year')}"
    parts = {_part(window): window for window in windows}
    whole = [part for part, window in parts.items() if not any(_holds(other, part) for other in parts if other != part)]
    said = [parts[part] for part in whole]
    first, last = windows[0], windows[-1]
    joined = _part(last)[:2] + _part(first)[2:]
    inner = any(_holds(joined, _part(window)) for window in windows[1:-1])
    if _is_one_part(first, last) and not inner and {_part(first), _part(last)} <= set(whole):
        said = [Window(last.start, first.due), *(one for one in said if _part(one) not in (_part(first), _part(last)))]
    return f"ежегодно {', '.join(map(_part_words, said))}, {_span(windows, 'year')}"


def _season_over_new_year(windows: tuple[Window, ...]) -> Window | None:
    """«С сентября по май», both ends clipped by a year or more: its start is the last's, its end the first's."""
    first, last = windows[0], windows[-1]
    if len(windows) < 2 or last.start is None or (first.start or first.due) > add_months(last.due + DAY, -12):
        return None
    joined = _part(last)[:2] + _part(first)[2:]
    clipped = all(_holds(joined, _part(window)) for window in (first, last))
    inner = all(_part(window) == joined for window in windows[1:-1])
    return Window(last.start, first.due) if joined[2:] < joined[:2] and clipped and inner else None


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
    """Also where the whole runs over the new year: its end is then a month of the next one."""
    (first, last), (start, due) = _unrolled(whole), _unrolled(part)
    later = (start[0] + 12, start[1]), (due[0] + 12, due[1])
    return (first <= start and due <= last) or (first <= later[0] and later[1] <= last)


def _unrolled(part: Part) -> tuple[tuple[int, int], tuple[int, int]]:
    first, last = part[:2], part[2:]
    return first, last if first <= last else (last[0] + 12, last[1])


def _part_words(window: Window) -> str:
    start, due = window.start or window.due, window.due
    if start.day == 1 and due == month_end(due):
        first, last = MONTH_NAMES[start.month - 1][0], MONTH_NAMES[due.month - 1][0]
        return first if first == last else f"{first} \u2013 {last}"
    if start == due:
        return f"{due.day} {_genitive(due)}"
    return f"с {start.day} {_genitive(start)} по {due.day} {_genitive(due)}"
