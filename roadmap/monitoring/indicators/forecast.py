"""What an indicator is likely to be at the end of its target year, with the method said in Russian. Pure."""

from collections.abc import Sequence
from datetime import date
from math import fsum

from roadmap.catalogue.schema import Indicator
from roadmap.language import counted
from roadmap.monitoring.indicators.verdict import target_year
from roadmap.monitoring.periods import Period
from roadmap.monitoring.snapshot import Expectation, TrendPoint

ENOUGH = 3
"""From so many values on, a line by least squares; two values give the straight way from the first of them."""
DIGITS = 6
"""Every computed number is rounded to so many digits after the point."""


def rounded(value: float) -> float:
    """The one way numbers of a snapshot are rounded; never minus zero."""
    return round(value, DIGITS) + 0.0


def expected(indicator: Indicator, trend: Sequence[TrendPoint], *, period: Period) -> Expectation | None:
    """The forecast by the rounds that have a value, this one included; None where it has no sense.

    It has none for «да/нет», without a target year, with fewer than two values, and once the year is over. A share is
    kept within 0–100, any other number above zero, a running total (нарастающим итогом) at least at what it is now.
    A target that returns each year is counted anew each year: only the rounds of the period's year tell.
    """
    year = target_year(indicator, period)
    known = [
        (point.ends_on, point.value)
        for point in trend
        if point.value is not None and (indicator.rhythm is None or point.ends_on.year == period.end.year)
    ]
    if indicator.counted == "flag" or indicator.target is None or year is None or len(known) < 2:
        return None
    end = date(year, 12, 31)
    if period.end >= end or trend[-1].value is None:
        return None
    value = line(known, end)
    floor = known[-1][1] if indicator.cumulative else 0.0
    value = max(value, floor)
    if indicator.counted == "share":
        value = min(value, 100.0)
    return Expectation(year=year, value=rounded(value), method=method(len(known)))


def method(count: int) -> str:
    """«линейный тренд по 5 раундам»."""
    if count < ENOUGH:
        return "по прямой от первого значения: данные двух раундов"
    return f"линейный тренд по {counted(count, 'раунду', 'раундам', 'раундам')}"


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
