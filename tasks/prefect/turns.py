"""A service flow runs once for all that have come due: one at a time, and not for hours that have passed.

It does what the present moment asks for, so one late run does what a hundred would. Prefect's own concurrency limit of
a deployment keeps who holds it in the server's memory, and a server that starts anew would let nobody in for a while.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType

from roadmap.calendar.zones import zone_of
from tasks.prefect.client import bounded, pages
from tasks.prefect.names import SERVICE_TAG

RANDOM_NAME = re.compile(r"[a-z]+-[a-z]+")
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


async def name_upcoming(client: PrefectClient, *, zone: str) -> int:
    """Name the service runs to come, which Prefect calls «stoic-markhor»; returns how many it had called so.

    ``zone``: in whose hours. Once a run starts, its flow names it the same way.
    """
    upcoming: dict[str, Any] = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}, "tags": {"all_": [SERVICE_TAG]}},
        "sort": "ID_DESC",
    }
    found = await pages(client, "/flow_runs/filter", upcoming)
    random = [run for run in found if RANDOM_NAME.fullmatch(run["name"]) and run["expected_start_time"]]
    flows = {flow["id"]: flow["name"] for flow in await pages(client, "/flows/filter", {})} if random else {}

    async def rename(run: dict[str, Any]) -> None:
        starts = datetime.fromisoformat(run["expected_start_time"]).astimezone(zone_of(zone))
        await client.update_flow_run(UUID(run["id"]), name=dated_name(flows[run["flow_id"]], starts))

    await bounded(rename(run) for run in random)
    return len(random)


def dated_name(flow: str, at: datetime) -> str:
    """«Отправка писем · 31.05.2027 09:10»."""
    return f"{flow} · {at:%d.%m.%Y %H:%M}"


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
