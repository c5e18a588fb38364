"""Days, months and stretches in canonical Russian."""

from datetime import date

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


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form of a noun after a number: «1 день», «2 дня», «5 дней»."""
    if n % 100 in range(11, 15):
        return many
    return one if n % 10 == 1 else few if n % 10 in (2, 3, 4) else many


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


def counted(number: int, unit: DayUnit) -> str:
    """«7 календарных дней», «1 месяц»: after «за» or alone."""
    one, few, many, *_ = _COUNTED[unit]
    return f"{number} {plural(number, one, few, many)}"


def counted_of(number: int, unit: DayUnit) -> str:
    """«7 календарных дней», «1 месяца»: after «в течение»."""
    *_, one, many = _COUNTED[unit]
    return f"{number} {one if number % 10 == 1 and number % 100 != 11 else many}"
