"""Work in parts of a bounded size."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(things: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """The things in runs of at most ``size``."""
    return (things[start : start + size] for start in range(0, len(things), size))
