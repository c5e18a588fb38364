"""Like is compared with like: earlier rounds by the bodies that answer in them and now. Pure.

A change is that of the bodies that answered in both rounds, however few they are, and their number is said beside it. A
trend and its forecast stand for all only where those bodies are nearly all: an earlier round is taken where the bodies
compared are ``MOST`` of those that answered then and of those that answer now, by number and by what they count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

from roadmap.monitoring.snapshot import Comparison, TrendPoint, Way

MOST = 0.8
Numbers = tuple[float, float | None]
"""Numerator and denominator, the latter None where the way needs none."""


@dataclass(frozen=True, slots=True)
class Like:
    """Values that may be compared: round by round, and this round with the one before."""

    points: tuple[TrendPoint, ...]
    """Every round with ``like``; the last is this one."""
    comparison: Comparison | None
    bodies: int | None
    """How many bodies the points are of; None where they are all that answer, or nobody knows who did."""

    @property
    def series(self) -> tuple[TrendPoint, ...]:
        """The points with the comparable values in place of the published."""
        return tuple(point.model_copy(update={"value": point.like}) for point in self.points)


def value_of_all(way: Way, numbers: Mapping[str, Numbers], bodies: Sequence[str]) -> float | None:
    """The value over some bodies: the sum of numerators, over the sum of denominators for a share and a ratio."""
    if not bodies:
        return None
    numerator = fsum(numbers[body][0] for body in bodies)
    if way in ("total", "flag"):
        return round(numerator, 6)
    denominator = fsum(numbers[body][1] or 0.0 for body in bodies)
    return round(numerator / denominator * (100 if way == "share" else 1), 6) + 0.0 if denominator else None


def compare(
    way: Way,
    now: TrendPoint,
    earlier: Sequence[TrendPoint],
    *,
    numbers: Mapping[str, Numbers],
    answered: Mapping[date, Mapping[str, Numbers]],
) -> Like:
    """The rounds made comparable. ``numbers``: what bodies gave now; ``answered``: then, by the round's last day.

    A round of which nobody knows who answered, and «да/нет», which is asked of all, are taken as they are.
    """
    if way == "flag":
        return Like(tuple(_as_is(point) for point in (*earlier, now)), _plain(now, earlier, len(numbers)), None)
    taken, common = _taken(way, earlier, numbers=numbers, answered=answered)
    points = [
        _point(way, point, common, answered.get(point.ends_on), is_taken=is_taken)
        for point, is_taken in zip(earlier, taken, strict=True)
    ]
    own = now.value if len(common) == len(numbers) else value_of_all(way, numbers, common)
    return Like(
        (*points, now.model_copy(update={"like": own})),
        _against(way, now, earlier, numbers=numbers, answered=answered),
        None if len(common) == len(numbers) else len(common),
    )


def _taken(
    way: Way,
    earlier: Sequence[TrendPoint],
    *,
    numbers: Mapping[str, Numbers],
    answered: Mapping[date, Mapping[str, Numbers]],
) -> tuple[list[bool], list[str]]:
    """Which rounds are compared, the newest first to be tried, and by which bodies."""
    common, taken = list(numbers), [False] * len(earlier)
    for n in range(len(earlier) - 1, -1, -1):
        if earlier[n].value is None:
            continue
        then = answered.get(earlier[n].ends_on)
        if then is None:
            taken[n] = True
            continue
        both = [body for body in common if body in then]
        if _is_most(way, both, numbers) and _is_most(way, both, then):
            common, taken[n] = both, True
    return taken, common


def _is_most(way: Way, bodies: Sequence[str], of: Mapping[str, Numbers]) -> bool:
    """Whether the bodies are nearly all, by number and by the denominators, which say how large each is."""
    if not bodies or len(bodies) < MOST * len(of):
        return False
    if way == "total":
        return True
    whole = fsum(one[1] or 0.0 for one in of.values())
    return fsum(of[body][1] or 0.0 for body in bodies) >= MOST * whole


def _point(
    way: Way, point: TrendPoint, common: Sequence[str], then: Mapping[str, Numbers] | None, *, is_taken: bool
) -> TrendPoint:
    if not is_taken:
        return point
    like = point.value if then is None or len(then) == len(common) else value_of_all(way, then, common)
    return point.model_copy(update={"like": like})


def _against(
    way: Way,
    now: TrendPoint,
    earlier: Sequence[TrendPoint],
    *,
    numbers: Mapping[str, Numbers],
    answered: Mapping[date, Mapping[str, Numbers]],
) -> Comparison | None:
    """This round beside the newest earlier one that had a value, by those that answered in both."""
    before = next((point for point in reversed(earlier) if point.value is not None), None)
    if before is None or now.value is None:
        return None
    then = answered.get(before.ends_on)
    if then is None:
        return _plain(now, earlier, len(numbers))
    both = [body for body in numbers if body in then]
    was, has = value_of_all(way, then, both), value_of_all(way, numbers, both)
    if was is None or has is None:
        return None
    joined, left = len(numbers) - len(both), len(then) - len(both)
    return Comparison(period=before.period, before=was, now=has, bodies=len(both), joined=joined, left=left)


def _plain(now: TrendPoint, earlier: Sequence[TrendPoint], bodies: int) -> Comparison | None:
    before = next((point for point in reversed(earlier) if point.value is not None), None)
    if before is None or before.value is None or now.value is None:
        return None
    return Comparison(period=before.period, before=before.value, now=now.value, bodies=bodies, joined=0, left=0)


def _as_is(point: TrendPoint) -> TrendPoint:
    return point.model_copy(update={"like": point.value})
