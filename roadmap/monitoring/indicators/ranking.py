"""Who lags, and by how much: the ranked bars of the note and their sentences. Pure.

A body is compared with what the map of deficits compares it with: in the target year and after it with the target,
before it and without one with the value of all together. Short of the target is short by anything; behind the value of
all is behind by more than a twentieth, or half of the bodies would always lag.
"""

from dataclasses import dataclass, field

from roadmap.monitoring.indicators.gaps import NEAR, reference
from roadmap.monitoring.indicators.verdict import meets, shortfall
from roadmap.monitoring.snapshot import Answer, IndicatorResult, Snapshot


@dataclass(slots=True)
class Lag:
    """A body that lags somewhere: by which indicators, where it gave nothing, and its mean shortfall."""

    body: str
    name: str
    short: list[str] = field(default_factory=list)
    """Codes of the indicators it lags by."""
    missing: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    @property
    def gap(self) -> float:
        """The mean shortfall as a part of what it is compared with."""
        return sum(self.gaps) / len(self.gaps) if self.gaps else 0.0


def misses_target(result: IndicatorResult, value: float) -> bool:
    """Whether a value is on the wrong side of the target; False without a target."""
    if result.target is None or result.comparison is None:
        return False
    return not meets(value, result.comparison, result.target)


def is_against_target(result: IndicatorResult) -> bool:
    """Whether bodies are compared with the target, not with the value of all."""
    return result.target is not None and result.verdict in ("met", "not_met")


def gap(result: IndicatorResult, value: float | None) -> float:
    """How far a value lags, as a part of what it is compared with; 0 where it does not, or cannot be compared."""
    against = reference(result)
    if value is None or against is None:
        return 0.0
    missed = shortfall(value, result.comparison or "at_least", against) / (abs(against) or 1.0)
    return missed if missed > NEAR or is_against_target(result) else 0.0


def is_short(result: IndicatorResult, value: float | None) -> bool:
    """Whether a body with this value lags."""
    return gap(result, value) > 0


def worst(result: IndicatorResult) -> tuple[Answer, ...]:
    """Who lags by an indicator that several were asked for, the worst first, then by name."""
    if len(result.answers) < 2:
        return ()
    found = [answer for answer in result.answers if is_short(result, answer.value)]
    return tuple(sorted(found, key=lambda answer: (-gap(result, answer.value), answer.name, answer.body)))


def lagging(snapshot: Snapshot) -> tuple[Lag, ...]:
    """Who lags anywhere or gave nothing: most indicators first, then the larger shortfall, then silence.

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
                lag.short.append(result.code)
                lag.gaps.append(missed)
    behind = [lag for lag in found.values() if lag.short or lag.missing]
    return tuple(sorted(behind, key=lambda lag: (-len(lag.short), -lag.gap, -len(lag.missing), lag.name, lag.body)))
