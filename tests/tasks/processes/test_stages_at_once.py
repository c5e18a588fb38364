"""Two sweeps at once, the daily control and the answer to a form, do the work once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from models import ControlPoint, Transition, lifecycle
from models.db import open_session
from tasks.context.working_calendar import calendar_of
from tasks.processes.sweep import advance
from tests.worlds.process_region import ProcessRegion


def test_two_sweeps_at_once_open_everything_once(region: ProcessRegion) -> None:
    with open_session(region.world.engine) as session:
        lifecycle.open_due(session, region.code, today=region.on, at=region.at)
    together = Barrier(2)

    def sweep(_: int) -> int:
        together.wait()
        with open_session(region.world.engine) as session:
            calendar = calendar_of(session, region.code)
            return advance(session, region.code, today=region.on, at=region.at, calendar=calendar).added

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(sweep, range(2))) == [0, 15]
    stages = [row for row in region.world.rows(ControlPoint) if row["parent_id"]]
    assert len(stages) == 15
    opened = [row for row in region.world.rows(Transition) if row["action"] == "open"]
    assert len(opened) == 2
