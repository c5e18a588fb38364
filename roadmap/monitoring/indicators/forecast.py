"""What an indicator is likely to be on the day of its target, with the method said in Russian. Pure."""

from collections.abc import Sequence
from datetime import date
from math import fsum

from roadmap.catalogue.schema import Indicator
from roadmap.language import counted
from roadmap.monitoring.indicators.due import SPAN_RU, covers, due_on, is_due, is_other_count, is_same_count, part
from roadmap.monitoring.indicators.verdict import dead_band
from roadmap.monitoring.periods import Period
from roadmap.monitoring.snapshot import Expectation, TrendPoint

ENOUGH = 3
"""From so many values on, a line by least squares; fewer give a range and a caution."""
DIGITS = 6
"""Every computed number is rounded to so many digits after the point."""


def rounded(value: float) -> float:
    """The one way numbers of a snapshot are rounded; never minus zero."""
    return round(value, DIGITS) + 0.0


def expected(indicator: Indicator, trend: Sequence[TrendPoint], *, period: Period) -> Expectation | None:
    """The forecast by the rounds that have a value, this one included; None where it has no sense.

    The values are those of the bodies that are compared (see ``like``). It has none for «да/нет», without a number or a
    year, with fewer than two values, and once the day is there. A count since the span began goes on at its own pace. A
    share is kept within 0–100, any other number above zero, a running total (нарастающим итогом) at least at what it is
    now. Fewer than ``ENOUGH`` values give a range: the change stops, or it goes on.
    """
    day = due_on(indicator, period)
    if indicator.counted == "flag" or indicator.target is None or day is None or is_due(indicator, period):
        return None
    known = [
        (point.ends_on, point.value)
        for point in trend
        if point.value is not None and is_same_count(indicator, period, point.ends_on)
    ]
    if is_other_count(indicator, period) or not known or trend[-1].value is None:
        return None
    passed, last = part(indicator, period), known[-1][1]
    if passed is not None:
        likely, said = last / passed, paced(indicator, len(known))
    elif len(known) < 2:
        return None
    else:
        likely, said = line(known, day), method(len(known))
    likely = _within(indicator, likely, last)
    if len(known) >= ENOUGH:
        return Expectation(year=day.year, value=rounded(likely), method=said)
    stops = 0.0 if passed is not None and covers(indicator) == "period" else last
    low, high = sorted((stops, likely))
    if high - low <= dead_band(last, indicator.counted):
        low, high = low - dead_band(last, indicator.counted), high + dead_band(last, indicator.counted)
    return Expectation(
        year=day.year,
        value=rounded(likely),
        method=said,
        low=rounded(_within(indicator, low, last)),
        high=rounded(_within(indicator, high, last)),
    )


def _within(indicator: Indicator, value: float, last: float) -> float:
    """A number that can be: no share above a hundred, nothing below zero, no running total below what it is."""
    value = max(value, last if covers(indicator) in ("start", "span") else 0.0)
    return min(value, 100.0) if indicator.counted == "share" else value


def method(count: int) -> str:
    """«линейный тренд по 5 раундам»; of two values with a caution."""
    if count < ENOUGH:
        return "ориентировочно, по двум раундам: если изменение прекратится или продолжится"
    return f"линейный тренд по {counted(count, 'раунду', 'раундам', 'раундам')}"


def paced(indicator: Indicator, count: int) -> str:
    """«по темпу с начала года, данные 3 раундов»; of fewer with a caution."""
    since = f"с начала {SPAN_RU.get(indicator.rhythm or 'year', 'месяца')}"
    said = f"по темпу {since if covers(indicator) == 'span' else 'периода'}"
    said = f"{said}, данные {counted(count, 'раунда', 'раундов', 'раундов')}"
    return said if count >= ENOUGH else f"ориентировочно, {said}"


def line(known: Sequence[tuple[date, float]], on: date) -> float:
    """The value of the least-squares line on a day; through two points it is the line through both.

    Days are counted from the first point, so that large ordinals lose no digits. Points of one day give their mean.
    """
    first = known[0][0]
    days = [float((day - first).days) for day, _ in known]
    values = [value for _, value in known]
    mean_day, mean_value = fsum(days) / len(days), fsum(values) / len(values)
    spread = fsum((day - mean_day) ** 2 for day in days)
    if not spread:
        return mean_value
    slope = fsum((day - mean_day) * (value - mean_value) for day, value in zip(days, values, strict=True)) / spread
    return mean_value + slope * ((on - first).days - mean_day)
