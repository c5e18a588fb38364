"""Of many points that change at once: which of them are told of, so that one line may speak for a whole rhythm."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Protocol


class Changing(Protocol):
    """What ``upcoming`` must know of a point."""

    @property
    def key(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def due_on(self) -> date: ...


def upcoming(points: Iterable[Changing]) -> dict[str, int]:
    """Keys of the points that somebody is told of, each with how many others of its duty it speaks for."""
    duties: dict[str, list[Changing]] = defaultdict(list)
    for point in points:
        duties[point.key.rpartition("/")[0]].append(point)
    told: dict[str, int] = {}
    for row in duties.values():
        row.sort(key=lambda point: (point.due_on, point.key))
        speaking = [point for point in row if point.status != "planned"] or row[:1]
        told |= dict.fromkeys((point.key for point in speaking), 0)
        told[speaking[0].key] = len(row) - len(speaking)
    return told
