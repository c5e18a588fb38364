"""A service flow runs once for all that have come due: one at a time, and not for hours that have passed.

It does what the present moment asks for, so one late run does what a hundred would. Prefect's own concurrency limit of
a deployment keeps who holds it in the server's memory, and a server that starts anew would let nobody in for a while.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType

from tasks.prefect.client import bounded, pages

LONGEST = timedelta(minutes=30)
"""Who runs for longer has lost its process, or stands still: it keeps nobody from running."""
SKIPPED = "Пропущено"
DONE_BY_ANOTHER = "За этот час всё сделал запуск «{name}»."
UNDER_WAY = "Запуск «{name}» ещё идёт."


async def taken_by(client: PrefectClient, run: FlowRun, *, at: datetime) -> str:
    """Why a run of a service flow has nothing to do, in Russian; empty when it is its turn.

    Of those that begin together the first to have begun goes on.
    """
    due = run.expected_start_time or at
    begun = run.start_time or at
    others = {
        "deployments": {"id": {"any_": [str(run.deployment_id)]}},
        "flow_runs": {
            "state": {"type": {"any_": ["RUNNING", "COMPLETED"]}, "name": {"not_any_": [SKIPPED]}},
            "start_time": {"after_": (min(due, begun) - LONGEST).isoformat()},
        },
        "sort": "START_TIME_DESC",
    }
    for other in await pages(client, "/flow_runs/filter", others):
        since = datetime.fromisoformat(other["start_time"])
        if other["id"] == str(run.id) or (since, other["id"]) > (begun, str(run.id)):
            continue
        if other["state_type"] == "RUNNING" and begun - since < LONGEST:
            return UNDER_WAY.format(name=other["name"])
        if other["state_type"] == "COMPLETED" and since >= due:
            return DONE_BY_ANOTHER.format(name=other["name"])
    return ""


async def drop_late(client: PrefectClient, run: FlowRun, *, at: datetime) -> int:
    """Take the other late runs of its deployment off the list: this one does their work; returns how many."""
    late: dict[str, Any] = {
        "deployments": {"id": {"any_": [str(run.deployment_id)]}},
        "flow_runs": {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "next_scheduled_start_time": {"before_": at.isoformat()},
        },
        "sort": "ID_DESC",
    }
    found = [one for one in await pages(client, "/flow_runs/filter", late) if one["id"] != str(run.id)]
    skipped = State(type=StateType.COMPLETED, name=SKIPPED, message=DONE_BY_ANOTHER.format(name=run.name))
    await bounded(client.set_flow_run_state(UUID(one["id"]), skipped) for one in found)
    return len(found)
