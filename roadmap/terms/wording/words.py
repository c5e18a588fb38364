"""Days, months and stretches in canonical Russian."""

from datetime import date

from roadmap.language import counted
from roadmap.reading import DayUnit, Window
from roadmap.terms.grammar.words import MONTHS

DASH = "\u2013"


def day_words(day: date) -> str:
    """«1 мая 2024 г.»."""
    return f"{day.day} {MONTHS[day.month - 1][1]} {day.year} г."


def month_words(day: date, case: int) -> str:
    """«май 2024 г.», in the nominative (0) or the genitive (1)."""
    return f"{MONTHS[day.month - 1][case]} {day.year} г."


def until(day: date) -> str:
    """«до 1 мая 2024 г.»."""
    return f"до {day_words(day)}"


def between(start: date, due: date) -> str:
    """«с 1 мая 2024 г. по 15 мая 2024 г.»."""
    return f"с {day_words(start)} по {day_words(due)}"


def single(window: Window) -> str:
    """One window that stands alone or beside others with a start."""
    if window.start is None:
        return until(window.due)
    return day_words(window.due) if window.start == window.due else between(window.start, window.due)


_COUNTED: dict[DayUnit, tuple[str, str, str, str, str]] = {
    "calendar_days": (
        "календарный день",
        "календарных дня",
        "календарных дней",
        "календарного дня",
        "календарных дней",
    ),
    "working_days": ("рабочий день", "рабочих дня", "рабочих дней", "рабочего дня", "рабочих дней"),
    "months": ("месяц", "месяца", "месяцев", "месяца", "месяцев"),
}


def length(number: int, unit: DayUnit) -> str:
    """«7 календарных дней», «1 месяц»: after «за» or alone."""
    one, few, many, *_ = _COUNTED[unit]
    return counted(number, one, few, many)


def length_of(number: int, unit: DayUnit) -> str:
    """«7 календарных дней», «1 месяца»: after «в течение»."""
    *_, one, many = _COUNTED[unit]
    return counted(number, one, many, many)
