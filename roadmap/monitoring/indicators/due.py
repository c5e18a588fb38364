"""When a target is judged, and how far an even pace would be by then. Pure.

A target «к 2024 году» is judged at the end of that year, one that returns («ежегодно») at the end of each span it
returns by, one with neither at all times. What a value counts is the indicator's own (``covers``), else its words say
it, else a rule of ours: a share or a number of «ежегодно» counts since the span began, the rest is as things stand.
"""

import re
from datetime import date
from typing import Literal

from roadmap.calendar.spans import month_end
from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.periods import MONTHS, Period

Covers = Literal["moment", "period", "span", "start"]
#: In the genitive, after «с начала».
SPAN_RU = {"month": "месяца", "quarter": "квартала", "half_year": "полугодия", "year": "года"}
_FIRST_YEAR = re.compile(r"начиная с (20\d\d)")
#: The first that fits decides; what a document says of a day is stronger than what it says of a year.
_WORDS: tuple[tuple[Covers, re.Pattern[str]], ...] = (
    ("moment", re.compile(r"по состоянию на|на конец |на 31 декабря|на 1 января|среднегодов")),
    ("period", re.compile(r"(?:за|в) (?:отч[её]тн\w+ )?(?:квартал|месяц|полугоди|период)\w*")),
    ("span", re.compile(r"с начала года|(?:за|в|в течение) (?:отч[её]тн\w+|календарн\w+|текущ\w+) год|за год\b")),
)


def first_year(indicator: Indicator, shift: int = 0) -> int | None:
    """The first year of a target that returns, as its words name it, moved as the copy is."""
    found = _FIRST_YEAR.search(indicator.words)
    return int(found[1]) + shift if found else None


def target_year(indicator: Indicator, period: Period) -> int | None:
    """The year whose end decides: of a target that returns the period's own; None for one in force at all times."""
    return period.end.year if indicator.rhythm is not None else indicator.target_year


def covers(indicator: Indicator) -> Covers:
    """What a value of the indicator counts."""
    if indicator.covers is not None:
        return indicator.covers
    if indicator.counted in ("ratio", "flag"):
        return "moment"
    if indicator.cumulative:
        return "start" if indicator.rhythm is None else "span"
    return _said(indicator) or ("moment" if indicator.rhythm is None else "span")


def since_words(indicator: Indicator) -> str:
    """«с начала года» where a value counts since then and neither its words nor its numerator say so; else empty."""
    is_ours = covers(indicator) == "span" and _said(indicator) != "span"
    return f"с начала {SPAN_RU[indicator.rhythm]}" if is_ours and indicator.rhythm in SPAN_RU else ""


def _said(indicator: Indicator) -> Covers | None:
    """What the words of the document and the numerator say a value counts."""
    said = " ".join((indicator.words, indicator.numerator, indicator.title)).casefold()
    return next((what for what, words in _WORDS if words.search(said)), None)


def due_on(indicator: Indicator, period: Period) -> date | None:
    """The day the target is judged on; None for one in force at all times."""
    if indicator.rhythm is not None:
        return _span(indicator, period)[1]
    return None if indicator.target_year is None else date(indicator.target_year, 12, 31)


def is_due(indicator: Indicator, period: Period) -> bool:
    """Whether the value of the period decides. A value of the period alone does where it is the whole span."""
    day = due_on(indicator, period)
    if day is None:
        return True
    if covers(indicator) == "period" and period.start > _span(indicator, period)[0]:
        return False
    return period.end >= day


def part(indicator: Indicator, period: Period) -> float | None:
    """Which part of the whole an even pace has by the end of the period, 0–1; None where a value tells no pace."""
    if covers(indicator) not in ("span", "period") or (indicator.rhythm is None and indicator.target_year is None):
        return None
    if indicator.rhythm is None and period.end.year != indicator.target_year:
        return None
    months = _months(indicator)
    if covers(indicator) == "period":
        return min(MONTHS[period.rhythm] / months, 1.0)
    return ((period.end.month - 1) % months + 1) / months


def is_other_count(indicator: Indicator, period: Period) -> bool:
    """Whether a value counted since its span began is of another year than the one the target is named for."""
    return covers(indicator) in ("span", "period") and indicator.rhythm is None and part(indicator, period) is None


def is_same_span(indicator: Indicator, period: Period, ends_on: date) -> bool:
    """Whether an earlier round belongs to the span by which the target returns; of one that does not, all do."""
    return indicator.rhythm is None or ends_on >= _span(indicator, period)[0]


def is_same_count(indicator: Indicator, period: Period, ends_on: date) -> bool:
    """Whether a value of an earlier round was counted from the same day as that of the period."""
    return covers(indicator) != "span" or ends_on >= _span(indicator, period)[0]


def is_passable(indicator: Indicator) -> bool:
    """Whether a value within the target now may yet go beyond it: a growing count that must not pass a number."""
    return covers(indicator) != "moment" and indicator.comparison in ("at_most", "equals")


def _months(indicator: Indicator) -> int:
    return 1 if indicator.rhythm == "week" else MONTHS[indicator.rhythm or "year"]


def _span(indicator: Indicator, period: Period) -> tuple[date, date]:
    """First and last day of the span that holds the end of the period; of weeks the month."""
    months = _months(indicator)
    first = (period.end.month - 1) // months * months + 1
    return date(period.end.year, first, 1), month_end(date(period.end.year, first + months - 1, 1))
