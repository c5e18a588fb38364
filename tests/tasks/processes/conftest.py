"""A region with an agreement in every municipality, on either engine."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.worlds.process_region import OPENS, ProcessRegion
from tests.worlds.world import World


@pytest.fixture
def region(world: World) -> ProcessRegion:
    """The region on either engine."""
    region = ProcessRegion(world)
    region.build()
    return region


@pytest.fixture
def small_region(small_world: World) -> ProcessRegion:
    """The region on SQLite."""
    region = ProcessRegion(small_world)
    region.build()
    return region


@pytest.fixture
def workday() -> Callable[[int], date]:
    """The n-th day after the opening, moved on to Monday from a weekend."""

    def of(n: int) -> date:
        day = OPENS + timedelta(days=n)
        return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))

    return of
