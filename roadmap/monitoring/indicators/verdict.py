"""Whether an indicator is met, or is on the way to it. Pure.

Not judged where the act gives no number. A target is judged on its day (see ``due``); before it a value that is there
already is met, and any other has a pace: of a count since the span began its own, of the rest the forecast. A target
that returns («ежегодно») is judged each time from its first year on («начиная с 2023 года»).
"""

from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.indicators.due import first_year, is_due, is_other_count, is_passable, part
from roadmap.monitoring.periods import Period
from roadmap.monitoring.snapshot import Direction, Expectation, Verdict, Way

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
    if abs(now - before) <= dead_band(before, way) + EXACT:
        return "flat"
    return "up" if now > before else "down"


def dead_band(value: float, way: Way) -> float:
    """A change up to this is none."""
    return {"share": BAND_SHARE, "flag": 0.0}.get(way, abs(value) * BAND_OTHER)


def verdict(
    indicator: Indicator,
    value: float | None,
    *,
    period: Period,
    expected: Expectation | None,
    shift: int = 0,
    was_met: bool = False,
) -> Verdict:
    """How the indicator stands at the end of the period; ``was_met``: an earlier round had what is no longer there.

    «Не достигнут» is said on the day of the target and after it, never before. What shows no way yet, one value or a
    «нет» that was no «да» before, is ``not_judged``.
    """
    if indicator.target is None or indicator.comparison is None:
        return "not_judged"
    since = first_year(indicator, shift)
    if since is not None and period.end.year < since:
        return "not_judged"
    if value is None:
        return "no_data"
    is_met = meets(value, indicator.comparison, indicator.target)
    if is_due(indicator, period):
        return "met" if is_met else "not_met"
    if is_other_count(indicator, period):
        return "not_judged"
    if is_met and not is_passable(indicator):
        return "met"
    if indicator.counted == "flag":
        return "behind" if was_met else "not_judged"
    if (passed := part(indicator, period)) is not None:
        return "on_way" if _keeps_pace(indicator, value, passed) else "behind"
    if expected is None:
        return "on_way" if is_met else "not_judged"
    return "on_way" if meets(expected.value, indicator.comparison, indicator.target) else "behind"


def _keeps_pace(indicator: Indicator, value: float, passed: float) -> bool:
    """Whether a growing count goes as fast as an even pace; what it may not pass it keeps while it has not."""
    target, comparison = indicator.target or 0.0, indicator.comparison or "equals"
    if comparison == "at_most":
        return meets(value, comparison, target)
    return meets(value, "at_least", target * passed) and (comparison == "at_least" or value <= target + EXACT)
