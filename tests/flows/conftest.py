"""A region whose points have stages, and a worker that is killed at a request."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pytest

from deployments.serve.prefect import Worker
from models.settings import Settings
from tests.parts.frail import FrailWorker, tapped
from tests.parts.office import Office
from tests.worlds.processes import BuildProcesses, Processes
from tests.worlds.region import TOWNS


@pytest.fixture
def build_processes(today: date) -> BuildProcesses:
    """Builds a region with three municipalities in an office of the test's own; with ``{}`` it has one already."""

    def build(office: Office, towns: Mapping[str, str] = TOWNS) -> Processes:
        found = Processes(office, today)
        found.build(towns) if towns else None
        return found

    return build


@pytest.fixture
def processes(office: Office, build_processes: BuildProcesses) -> Processes:
    """The region in the office of all tests."""
    return build_processes(office)


@pytest.fixture
def frail_on(worker: Worker, settings: Settings) -> Iterator[Callable[[Settings], FrailWorker]]:
    """Starts the only worker of the pool while the test runs, with the settings given."""
    started: list[FrailWorker] = []
    worker.stop()
    with tapped(settings.port) as tap:

        def start(mine: Settings) -> FrailWorker:
            started.append(FrailWorker(mine, tap))
            return started[-1]

        yield start
        for frail in started:
            frail.worker.stop()
    worker.start()


@pytest.fixture
def frail(frail_on: Callable[[Settings], FrailWorker], settings: Settings) -> FrailWorker:
    """The only worker of the pool while the test runs."""
    return frail_on(settings)
