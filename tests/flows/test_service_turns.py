"""Service flows after a pause, and where two clocks start one of them: the work is done once."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType

from deployments.serve.warm import MOST_AT_ONCE
from deployments.sync import sync
from models import clock
from tasks.prefect.client import call, connect, pages
from tasks.prefect.turns import RANDOM_NAME, SKIPPED, name_upcoming, taken_by
from tests.parts.office import Office

DELIVERY = "Каждые 10 минут рабочих часов"


@pytest.fixture
def delivery(office: Office) -> UUID:
    """The deployment of «Отправка писем»."""
    office.add_roadmap()
    sync(office.engine, settings=office.settings, at=clock.now())
    return UUID(office.deployments()[DELIVERY]["id"])


def come_due(office: Office, deployment: UUID, hours: list[datetime]) -> list[str]:
    """Runs that the clock would have made for these hours; their ids."""

    async def make(client: PrefectClient) -> list[str]:
        path = f"/deployments/{deployment}/create_flow_run"
        bodies = [
            {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": hour.isoformat()}}} for hour in hours
        ]
        return [(await call(client, "POST", path, body))["id"] for body in bodies]

    return office.api(make)


def names(office: Office, deployment: UUID) -> list[str]:
    """The states of all runs of a deployment, in the order of their names, once all have ended."""
    body = {"deployments": {"id": {"any_": [str(deployment)]}}, "sort": "ID_DESC"}
    found: list[dict[str, Any]] = []
    for _ in office.looks():
        found = office.api(lambda client: pages(client, "/flow_runs/filter", body))
        if all(run["state_type"] in ("COMPLETED", "FAILED", "CRASHED") for run in found):
            return sorted(run["state_name"] for run in found)
    pytest.fail(f"{[run['state_name'] for run in found]}")


def test_service_runs_to_come_are_named_in_russian(office: Office, delivery: UUID) -> None:
    due = clock.now() + timedelta(hours=5)
    (run_id,) = come_due(office, delivery, [due])
    assert RANDOM_NAME.fullmatch(office.api(lambda client: call(client, "GET", f"/flow_runs/{run_id}"))["name"])
    assert office.api(lambda client: name_upcoming(client, zone="Asia/Omsk")) >= 1
    named = office.api(lambda client: call(client, "GET", f"/flow_runs/{run_id}"))["name"]
    assert named == f"Отправка писем · {due.astimezone(ZoneInfo('Asia/Omsk')):%d.%m.%Y %H:%M}"


def test_of_all_that_were_late_one_does_the_work(
    office: Office, delivery: UUID, request: pytest.FixtureRequest
) -> None:
    now, late = clock.now(), MOST_AT_ONCE + 1
    come_due(office, delivery, [now - timedelta(minutes=10 * n) for n in range(1, late + 1)])
    request.getfixturevalue("worker")
    assert names(office, delivery) == ["Отправлено", *[SKIPPED] * (late - 1)]


@pytest.mark.usefixtures("worker")
def test_what_comes_due_afterwards_is_done_again(office: Office, delivery: UUID, today: date) -> None:
    for done in (1, 2):
        come_due(office, delivery, [clock.now()])
        assert names(office, delivery) == ["Отправлено"] * done


def asked(office: Office, run: FlowRun) -> str:
    async def ask() -> str:
        async with connect(office.settings) as client:
            return await taken_by(client, run, at=clock.now())

    return asyncio.run(ask())


def test_who_began_first_goes_on_and_who_stands_still_keeps_nobody(office: Office, delivery: UUID) -> None:
    now = clock.now()
    [other] = come_due(office, delivery, [now])

    async def begin(client: PrefectClient) -> None:
        await client.set_flow_run_state(UUID(other), State(type=StateType.RUNNING), force=True)

    office.api(begin)
    begun = datetime.fromisoformat(office.api(lambda client: call(client, "GET", f"/flow_runs/{other}"))["start_time"])

    def at(minutes: int) -> str:
        moment = begun + timedelta(minutes=minutes)
        facts = {"id": uuid4(), "flow_id": uuid4(), "deployment_id": delivery, "name": "Отправка писем · 10:10"}
        return asked(office, FlowRun(**facts, expected_start_time=moment, start_time=moment))

    assert at(10).endswith("ещё идёт.")
    assert at(-1) == ""
    assert at(31) == ""
