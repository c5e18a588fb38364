"""A round of monitoring in the small roadmap, on either engine."""

import pytest

from tests.worlds.monitored import Monitored
from tests.worlds.world import World


@pytest.fixture
def monitored(world: World) -> Monitored:
    """On either engine."""
    one = Monitored(world)
    one.build()
    return one


@pytest.fixture
def small_monitored(small_world: World) -> Monitored:
    """On SQLite."""
    one = Monitored(small_world)
    one.build()
    return one
