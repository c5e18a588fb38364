"""A reading in canonical Russian: what ``read`` gives back to the same reading inside the same period."""

from datetime import date

from roadmap.calendar.spans import month_end
from roadmap.reading import Reading, Window
from roadmap.terms.grammar.words import MONTH_TERMS, ROMAN
from roadmap.terms.wording.rhythms import say_recurring
from roadmap.terms.wording.words import DASH, between, day_words, length, length_of, month_words, single, until

_PLANS = {
    "план": "плану",
    "график": "графику",
    "программа": "программе",
    "расписание": "расписанию",
    "циклограмма": "циклограмме",
    "приказ": "приказу",
    "дорожная карта": "дорожной карте",
}


def say(reading: Reading) -> str:
    """The canonical words; those of the document for an ``unreadable`` reading, which has no meaning to print."""
    match reading.kind:
        case "windows":
            return _windows(reading)
        case "recurring":
            return say_recurring(reading) or _several(reading.windows)
        case "continuous":
            return _continuous(reading.rule, reading.windows[0])
        case "external":
            return _plan(reading.plan or "")
        case "relative":
            return _relative(reading)
        case "on_demand":
            return "по мере необходимости"
        case "unreadable":
            return reading.text


def _windows(reading: Reading) -> str:
    window = reading.windows[0]
    if len(reading.windows) > 1 or window.start is None:
        is_end = reading.rule == "until-end" and window.due == month_end(window.due)
        return f"до конца {month_words(window.due, 1)}" if is_end else _several(reading.windows)
    start, due = window.start, window.due
    match reading.rule:
        case "month-window":
            return month_words(start, 0)
        case "month-range":
            return f"{month_words(start, 0)} {DASH} {month_words(due, 0)}"
        case "quarter-window":
            return _part_of_year(start, due, 3, "квартал")
        case "half-year-window":
            return _part_of_year(start, due, 6, "полугодие")
        case "year-window":
            return f"{due.year} год"
        case "school-year":
            return f"{_school_years(start.year)} учебный год"
        case "year-of-period" if start.day == 1 and due == month_end(due):
            first, last = month_words(start, 0), month_words(due, 0)
            return first if first == last else f"{first} {DASH} {last}"
    return single(window)


def _part_of_year(start: date, due: date, months: int, unit: str) -> str:
    first, last = (f"{ROMAN[(day.month - 1) // months + 1]} {unit} {day.year} г." for day in (start, due))
    return first if first == last else f"{first} {DASH} {last}"


def _several(windows: tuple[Window, ...]) -> str:
    """Beside «до …» a bare date would be a question, so every other window names both its ends."""
    if all(w.start and w.start.day == 1 and w.due == month_end(w.start) for w in windows):
        return ", ".join(month_words(window.due, 0) for window in windows)
    bounded = any(window.start is None for window in windows)
    return ", ".join(
        until(w.due) if w.start is None else between(w.start, w.due) if bounded else single(w) for w in windows
    )


def _continuous(rule: str, span: Window) -> str:
    start, due = span.start or span.due, span.due
    whole = (start.month, start.day, due.month, due.day) == (1, 1, 12, 31)
    match rule:
        case "whole-period":
            return "весь период"
        case "regularly":
            return "регулярно"
        case "daily":
            return "ежедневно"
        case "from-day-on":
            return f"с {day_words(start)}"
        case "years-span" if whole:
            named = f"{start.year} г." if start.year == due.year else f"{start.year}{DASH}{due.year} гг."
            return f"в течение {named}"
        case "school-years-span":
            if due.year == start.year + 1:
                return f"в течение {_school_years(start.year)} учебного года"
            return f"с {_school_years(start.year)} учебного года по {_school_years(due.year - 1)} учебный год"
    return f"постоянно {between(start, due)}"


def _school_years(year: int) -> str:
    return f"{year}/{year + 1}"


def _plan(name: str) -> str:
    own, _, kind = name.partition(" ")
    if own in ("отдельный", "отдельная") and kind in _PLANS:
        return f"по {'отдельной' if own == 'отдельная' else 'отдельному'} {_PLANS[kind]}"
    known = next(
        (kind for kind in _PLANS if name == kind or (name.startswith(f"{kind} ") and kind not in ("план", "график"))),
        None,
    )
    if known is not None:
        return f"по {_PLANS[known]}{name.removeprefix(known)}"
    if name.casefold().startswith("сроки"):
        return f"в {name}"
    return f"по {name}" if name.split()[-1].casefold() in _PLANS.values() else f"по плану {name}"


def _relative(reading: Reading) -> str:
    assert reading.relative is not None
    number, unit = reading.relative
    if reading.event is None:
        return f"в {MONTH_TERMS[number]}месячный срок" if unit == "months" else f"в {number}-дневный срок"
    if number < 0:
        return f"за {length(-number, unit)} до {reading.event}"
    return f"в течение {length_of(number, unit)} после {reading.event}"
