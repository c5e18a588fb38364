"""A region that is monitored, on either engine."""

from pathlib import Path

import pytest

from models.settings import Settings
from tests.worlds.monitored_region import MonitoredRegion
from tests.worlds.world import World


@pytest.fixture
def monitored_region(world: World, tmp_path: Path, unpaged: None) -> MonitoredRegion:
    """The region on either engine."""
    region = MonitoredRegion(world, settings=Settings(_env_file=None, data=tmp_path / "data"))
    region.build()
    return region


@pytest.fixture
def small_monitored_region(small_world: World, tmp_path: Path, unpaged: None) -> MonitoredRegion:
    """The region on SQLite."""
    region = MonitoredRegion(small_world, settings=Settings(_env_file=None, data=tmp_path / "data"))
    region.build()
    return region
