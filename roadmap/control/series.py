"""A duty that repeats and is left undone is one thing to tell of, not thirteen: its points on one line. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

Series = tuple[Hashable, ...]
"""What the points of one duty share."""


class Term(Protocol):
    """A point as far as it belongs to a duty."""

    @property
    def id(self) -> int | None: ...

    @property
    def item_id(self) -> int: ...

    @property
    def body_id(self) -> int | None: ...

    @property
    def owner_id(self) -> int: ...

    @property
    def stage(self) -> str | None: ...

    @property
    def purpose(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def deadline_on(self) -> date: ...


T = TypeVar("T", bound=Term)


@dataclass(frozen=True, slots=True)
class Undone(Generic[T]):
    """One duty with its points that are overdue, the oldest first."""

    points: tuple[T, ...]
    is_unbroken: bool
    """No term between the first and the last was kept."""

    @property
    def first(self) -> T:
        return self.points[0]

    @property
    def times(self) -> int:
        """Terms not kept."""
        return len(self.points)


def series_of(point: Term) -> Series:
    """Points are of one duty where item, body, stage and the one who answers are the same."""
    return (point.item_id, point.body_id, point.owner_id, point.stage, point.purpose)


def undone(points: Iterable[T], kept: Mapping[Series, Sequence[date]]) -> list[Undone[T]]:
    """The duties of overdue points, the longest overdue first; ``kept`` are the terms of each that are not overdue."""
    duties: defaultdict[Series, list[T]] = defaultdict(list)
    for point in sorted(points, key=lambda one: (one.deadline_on, one.key)):
        duties[series_of(point)].append(point)
    return [
        Undone(tuple(one), is_unbroken(one[0].deadline_on, one[-1].deadline_on, kept.get(series, ())))
        for series, one in duties.items()
    ]


def is_unbroken(first: date, last: date, kept: Iterable[date]) -> bool:
    """Whether no term was kept between the two, both included."""
    return not any(first <= day <= last for day in kept)
