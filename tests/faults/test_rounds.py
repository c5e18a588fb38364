"""A round killed (-9) at every boundary of every step, files as well: each next run goes on where the last one died."""

import time
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import RoundLetter
from models.settings import Settings
from tasks.monitoring.rounds.log import STEPS_RU
from tests.faults.conftest import Fresh
from tests.faults.figures import Figures
from tests.parts.killing import killed_at
from tests.parts.twins import OF_A_DELIVERY, everything
from tests.worlds.monitored_region import MonitoredRegion
from tests.worlds.world import World, build

OPENS, NOTE = date(2027, 4, 1), date(2027, 4, 14)
Q1 = date(2027, 3, 31)
#: Word and Excel note the minute in which a file was written.
NOT_COMPARED = {**OF_A_DELIVERY, "report_file": ("file_hash", "size")}


def waiting(engine: Engine, data: Path) -> MonitoredRegion:
    """A round whose note is due: three of four have answered."""
    build(engine)
    region = MonitoredRegion(World(engine), settings=Settings(_env_file=None, data=data))
    region.build()
    region.sweep(OPENS)
    region.answer(region.round(Q1), ("anapa", "eysk", "institute"))
    region.on = NOTE
    return region


@pytest.mark.usefixtures("campaign", "unpainted")
def test_killed_at_every_boundary_of_a_round(fresh: Fresh, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    figures = Figures(f"kills-round-{request.node.callspec.params['fresh']}")
    begun = time.monotonic()
    with fresh(lambda engine: None) as engine:
        region = waiting(engine, tmp_path / "twin")
        region.run(region.round(Q1))
        twin = everything(engine, but=NOT_COMPARED)
    with fresh(lambda engine: None) as engine:
        region = waiting(engine, tmp_path / "killed")
        found = region.round(Q1)
        run, files = partial(region.run, found), region.settings.files
        done, n = region.steps(found), 1
        while killed_at(n, run, engine, files=files):
            figures.crashes += 1
            # A step that was recorded is not done again: the next one begins anew.
            n = n + 1 if region.steps(found) == done else 1
            done = region.steps(found)
        figures.compare(everything(engine, but=NOT_COMPARED), twin)
        letters = [(row["channel_id"], row["part"]) for row in region.world.rows(RoundLetter)]
        figures.letters_repeated = len(letters) - len(set(letters))
        assert list(region.steps(found)) == list(STEPS_RU)
    figures.seconds = round(time.monotonic() - begun, 1)
    figures.keep()
    assert figures.crashes > 20
