"""Whether an indicator is met, or is on the way to it. Pure.

Not judged where the act gives no number. Before the target year the forecast decides, in it and after it the value of
the period. A target that returns («ежегодно») is judged each year from its first («начиная с 2023 года»).
"""

import re

from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.periods import Period
from roadmap.monitoring.snapshot import Direction, Expectation, Verdict, Way

FIRST_YEAR = re.compile(r"начиная с (20\d\d)")
#: A change within the band is none: half a point of percent, or a hundredth of the value before.
BAND_SHARE, BAND_OTHER = 0.5, 0.01
EXACT = 1e-9


def meets(value: float, comparison: str, target: float) -> bool:
    """Whether a value is what the target asks for; equal within rounding counts for all three comparisons."""
    if abs(value - target) <= EXACT:
        return True
    return {"at_least": value > target, "at_most": value < target}.get(comparison, False)


def shortfall(value: float, comparison: str, target: float) -> float:
    """How far the value is on the wrong side of the target, in its own units; 0 where it is met."""
    if meets(value, comparison, target):
        return 0.0
    return abs(value - target)


def is_worse(value: float, than: float, comparison: str | None, way: Way) -> bool:
    """Whether a value is worse by more than the dead band; without a comparison more counts as better."""
    moved = direction(than, value, way)
    return moved == ("up" if comparison == "at_most" else "down")


def direction(before: float | None, now: float | None, way: Way) -> Direction | None:
    """Where the value moved against the one before; None where one of the two is missing."""
    if before is None or now is None:
        return None
    band = {"share": BAND_SHARE, "flag": 0.0}.get(way, abs(before) * BAND_OTHER)
    if abs(now - before) <= band + EXACT:
        return "flat"
    return "up" if now > before else "down"


def first_year(indicator: Indicator, shift: int = 0) -> int | None:
    """The first year of a target that returns, as its words name it, moved as the copy is."""
    found = FIRST_YEAR.search(indicator.words)
    return int(found[1]) + shift if found else None


def target_year(indicator: Indicator, period: Period) -> int | None:
    """The year whose end decides: of a target that returns the period's own; None for one in force at all times."""
    return period.end.year if indicator.rhythm is not None else indicator.target_year


def verdict(
    indicator: Indicator,
    value: float | None,
    *,
    period: Period,
    expected: Expectation | None,
    shift: int = 0,
) -> Verdict:
    """How the indicator stands at the end of the period.

    Before the target year one value that is not there yet has no way to be judged by: ``not_judged``.
    """
    if indicator.target is None or indicator.comparison is None:
        return "not_judged"
    since = first_year(indicator, shift)
    if since is not None and period.end.year < since:
        return "not_judged"
    if value is None:
        return "no_data"
    is_met = meets(value, indicator.comparison, indicator.target)
    year = target_year(indicator, period)
    if year is None or period.end.year >= year:
        return "met" if is_met else "not_met"
    if indicator.counted == "flag":
        return "on_way" if is_met else "behind"
    if expected is None:
        return "on_way" if is_met else "not_judged"
    return "on_way" if meets(expected.value, indicator.comparison, indicator.target) else "behind"
