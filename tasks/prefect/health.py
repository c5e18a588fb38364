"""What in Prefect keeps work from being done: things switched off by hand, workers that are away."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import PrefectHTTPStatusError
from sqlalchemy import Engine

from models.db import open_session
from models.settings import Settings
from models.tables.alert import keep_alerts
from tasks.prefect.api_password import refused
from tasks.prefect.client import bounded, call, connect, is_unauthorized, pages
from tasks.prefect.names import POOL, SERVICE_TAG

AREA = "prefect"

REMEDY = "Включите в Prefect или выполните «vekha sync --resume»."
AWAY = "Сервер Prefect не отвечает: формы в нём недоступны, контроль и письма стоят. Запустите его снова."
BROKEN = "Сервер Prefect отвечает ошибкой: что случилось — в журнале prefect-server.log папки данных."
NO_WORKER = "Исполнитель не на связи с Prefect: контроль, письма и решения в формах ждут. Запустите «vekha up»."
POOL_PAUSED = f"В Prefect приостановлена вся работа (пул «{POOL}»): контроль, письма и решения ждут. {REMEDY}"
QUEUE_PAUSED = f"В Prefect приостановлена очередь «{{name}}»: запуски в ней ждут. {REMEDY}"
FLOW_PAUSED = f"В Prefect приостановлено: «{{name}}». {REMEDY}"


async def keep_watch(engine: Engine, settings: Settings, *, at: datetime) -> dict[str, str]:
    """Look, and keep what was found where people see it; returns it: what is wrong → its words."""
    try:
        async with connect(settings) as client:
            found = await problems(client)
    except PrefectHTTPStatusError as problem:
        found = {"password": refused(settings)} if is_unauthorized(problem) else {"broken": BROKEN}
    except httpx.HTTPError:
        found = {"away": AWAY}
    with open_session(engine) as session:
        keep_alerts(session, AREA, found, at=at)
    return found


async def problems(client: PrefectClient) -> dict[str, str]:
    """What is wrong → its words, in Russian; empty when all runs."""
    found = {}
    if not await _online_workers(client):
        found["worker"] = NO_WORKER
    for pool in await _pools(client):
        if pool["is_paused"]:
            found["pool"] = POOL_PAUSED
        for queue in await _queues(client):
            if queue["is_paused"]:
                found[f"queue/{queue['name']}"] = QUEUE_PAUSED.format(name=queue["name"])
    for flow, deployment in await _services(client):
        if deployment["paused"] or not all(schedule["active"] for schedule in deployment["schedules"]):
            found[f"flow/{flow}"] = FLOW_PAUSED.format(name=flow)
    return found


async def resume_everything(settings: Settings) -> int:
    """Switch on again what was switched off by hand; returns how many things."""
    async with connect(settings) as client:
        return await _resume(client)


async def _resume(client: PrefectClient) -> int:
    switched = []
    for pool in await _pools(client):
        if pool["is_paused"]:
            switched.append(call(client, "PATCH", f"/work_pools/{POOL}", {"is_paused": False}))
        for queue in await _queues(client):
            if queue["is_paused"]:
                path = f"/work_pools/{POOL}/queues/{queue['name']}"
                switched.append(call(client, "PATCH", path, {"is_paused": False}))
    for _, deployment in await _services(client):
        path = f"/deployments/{deployment['id']}"
        if deployment["paused"]:
            switched.append(call(client, "PATCH", path, {"paused": False}))
        switched += [
            call(client, "PATCH", f"{path}/schedules/{schedule['id']}", {"active": True})
            for schedule in _inactive(deployment)
        ]
    await bounded(switched)
    return len(switched)


def _inactive(deployment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (schedule for schedule in deployment["schedules"] if not schedule["active"])


async def _pools(client: PrefectClient) -> list[dict[str, Any]]:
    """Ours, or none before the first sync."""
    asked = {"work_pools": {"name": {"any_": [POOL]}}}
    pools: list[dict[str, Any]] = await call(client, "POST", "/work_pools/filter", asked)
    return pools


async def _queues(client: PrefectClient) -> list[dict[str, Any]]:
    queues: list[dict[str, Any]] = await call(client, "POST", f"/work_pools/{POOL}/queues/filter", {})
    return queues


async def _online_workers(client: PrefectClient) -> list[dict[str, Any]]:
    if not await _pools(client):
        return []
    asked = {"workers": {"status": {"any_": ["ONLINE"]}}}
    workers: list[dict[str, Any]] = await call(client, "POST", f"/work_pools/{POOL}/workers/filter", asked)
    return workers


async def _services(client: PrefectClient) -> list[tuple[str, dict[str, Any]]]:
    """(name of the flow, deployment) of everything the clock starts."""
    asked = {"deployments": {"tags": {"all_": [SERVICE_TAG]}}}
    found = await pages(client, "/deployments/filter", asked | {"sort": "NAME_ASC"})
    flows = {flow["id"]: flow["name"] for flow in await pages(client, "/flows/filter", asked)}
    return [(flows[one["flow_id"]], one) for one in found]
