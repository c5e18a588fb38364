"""Who is below the target, and who below the region's mean: the ranked bars of the note and their sentences. Pure.

Two notions that are never mixed. On the day of the target and after it a body is held against the target; before it,
and without one, against the value of all together. Short of the target is short by anything; below the mean is below by
more than a twentieth, or half of the bodies would always be. Who meets the target is neither.
"""

from dataclasses import dataclass, field
from typing import Literal

from roadmap.monitoring.indicators.gaps import NEAR, meets_target, reference
from roadmap.monitoring.indicators.verdict import shortfall
from roadmap.monitoring.snapshot import Answer, IndicatorResult, Snapshot

Notion = Literal["target", "mean"]


@dataclass(slots=True)
class Lag:
    """A body that falls short somewhere: by which indicators, where it gave nothing, and its mean shortfall."""

    body: str
    name: str
    below_target: list[str] = field(default_factory=list)
    """Codes of the indicators whose target it does not reach; where less is better, exceeds."""
    below_mean: list[str] = field(default_factory=list)
    """Codes of the indicators by which it is worse than all together."""
    missing: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    @property
    def short(self) -> list[str]:
        """All it falls short by."""
        return self.below_target + self.below_mean

    @property
    def gap(self) -> float:
        """The mean shortfall as a part of what it is compared with."""
        return sum(self.gaps) / len(self.gaps) if self.gaps else 0.0


def misses_target(result: IndicatorResult, value: float) -> bool:
    """Whether a value is on the wrong side of the target; False without a target."""
    return result.target is not None and result.comparison is not None and not meets_target(result, value)


def notion_of(result: IndicatorResult) -> Notion:
    """What short is of, for this indicator now."""
    return "target" if result.is_judged_by_target else "mean"


def gap(result: IndicatorResult, value: float | None) -> float:
    """How far a value falls short, as a part of what it is compared with; 0 where it does not, or is not compared."""
    against = reference(result)
    if value is None or against is None or meets_target(result, value):
        return 0.0
    missed = shortfall(value, result.comparison or "at_least", against) / (abs(against) or 1.0)
    return missed if missed > NEAR or result.is_judged_by_target else 0.0


def is_short(result: IndicatorResult, value: float | None) -> bool:
    """Whether a body with this value is below the target, or below the mean where that is what decides."""
    return gap(result, value) > 0


def worst(result: IndicatorResult) -> tuple[Answer, ...]:
    """Who falls short by an indicator that several were asked for, the worst first, then by name."""
    if len(result.answers) < 2:
        return ()
    found = [answer for answer in result.answers if is_short(result, answer.value)]
    return tuple(sorted(found, key=lambda answer: (-gap(result, answer.value), answer.name, answer.body)))


def lagging(snapshot: Snapshot) -> tuple[Lag, ...]:
    """Who falls short anywhere or gave nothing: most indicators first, then the larger shortfall, then silence.

    Only indicators that several were asked for count.
    """
    found: dict[str, Lag] = {}
    for result in snapshot.indicators:
        if len(result.answers) < 2:
            continue
        for answer in result.answers:
            lag = found.setdefault(answer.body, Lag(answer.body, answer.name))
            missed = gap(result, answer.value)
            if answer.value is None:
                lag.missing.append(result.code)
            elif missed:
                (lag.below_target if notion_of(result) == "target" else lag.below_mean).append(result.code)
                lag.gaps.append(missed)
    behind = [lag for lag in found.values() if lag.short or lag.missing]
    return tuple(sorted(behind, key=lambda lag: (-len(lag.short), -lag.gap, -len(lag.missing), lag.name, lag.body)))
