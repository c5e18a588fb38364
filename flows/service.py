"""What all service flows have in common: their names, and that one does the work of all that have come due."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.control_point import this_run
from models import clock
from models.settings import Settings
from tasks.prefect.client import connect
from tasks.prefect.turns import SKIPPED, dated_name, drop_late, taken_by

Work = Callable[[], Coroutine[Any, Any, State]]


def service_flow(name: str) -> Callable[[Work], Flow[[], Any]]:
    """Make a flow of work that the clock starts; a run that another has made superfluous ends at once and says so."""

    def make(work: Work) -> Flow[[], Any]:
        @wraps(work)
        async def in_turn() -> State:
            return await _not_its_turn() or await work()

        return flow(name=name, flow_run_name=_dated(name))(in_turn)

    return make


def _dated(words: str) -> Callable[[], str]:
    """A name for each run once it starts, «Отправка писем · 31.05.2027 09:10»: Prefect's would be «stoic-markhor»."""

    def name() -> str:
        return dated_name(words, clock.local(Settings().zone))

    return name


async def _not_its_turn() -> State | None:
    """How a run ends that has nothing to do; None for one that has, with all that were late besides off the list."""
    run, at = this_run(), clock.now()
    if run.deployment_id is None:
        return None
    async with connect(Settings()) as client:
        if reason := await taken_by(client, run, at=at):
            return Completed(name=SKIPPED, message=reason)
        await drop_late(client, run, at=at)
    return None
