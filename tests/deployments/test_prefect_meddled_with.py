"""What people switch off or start by hand in Prefect is said where they look, and does no harm."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType
from pydantic import SecretStr
from sqlmodel import Session, select

from deployments.serve.prefect import Worker
from deployments.sync import restore_deleted, sync
from models import AuditEntry, clock
from models.db import open_session
from models.tables.alert import alerts, keep_alerts
from tasks.letters.heartbeat import heartbeat
from tasks.prefect import health
from tasks.prefect.client import call, connect
from tasks.prefect.names import POOL
from tasks.prefect.runs import reconcile
from tasks.prefect.runs.apply import Run
from tasks.prefect.runs.reconcile import known_deployments, reconcile_runs
from tasks.prefect.runs.waiting_runs import start_again, waiting_state
from tests.parts.databases import sqlite_engine
from tests.parts.office import Office

DELIVERY = "Каждые 10 минут рабочих часов"


@pytest.fixture
def synced(office: Office) -> Office:
    office.add_roadmap()
    sync(office.engine, settings=office.settings, at=clock.now())
    return office


def watched(office: Office, at: datetime) -> dict[str, str]:
    """What is wrong, but for a worker that this test does not need."""
    found = asyncio.run(health.keep_watch(office.engine, office.settings, at=at))
    return {what: words for what, words in found.items() if what != "worker"}


def test_what_is_paused_is_said_and_can_be_switched_on_at_once(synced: Office) -> None:
    at = clock.now()
    assert watched(synced, at) == {}
    delivery = synced.deployments()[DELIVERY]
    control = synced.deployments()["Каждый день в 06:00"]

    async def meddle(client: PrefectClient) -> None:
        await call(client, "PATCH", f"/work_pools/{POOL}", {"is_paused": True})
        await call(client, "PATCH", f"/work_pools/{POOL}/queues/default", {"is_paused": True})
        await call(client, "PATCH", f"/deployments/{delivery['id']}", {"paused": True})
        schedule = f"/deployments/{control['id']}/schedules/{control['schedules'][0]['id']}"
        await call(client, "PATCH", schedule, {"active": False})

    synced.api(meddle)
    found = watched(synced, at)
    assert set(found) == {"pool", "queue/default", "flow/Отправка писем", "flow/Ежедневный контроль"}
    assert sync(synced.engine, settings=synced.settings, at=at).changed == 0, "a sync switches nothing on by itself"
    with open_session(synced.engine) as session:
        kept = {alert.words for alert in alerts(session)}
        assert set(found.values()) <= kept
        assert set(heartbeat(session, at=at).problems(at)) >= kept
    assert asyncio.run(health.resume_everything(synced.settings)) == 4
    assert watched(synced, at) == {}
    assert asyncio.run(health.resume_everything(synced.settings)) == 0


def test_a_server_that_is_away_is_said(synced: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    found = asyncio.run(health.keep_watch(synced.engine, synced.settings, at=clock.now()))
    assert found == {"away": health.AWAY}


def test_a_server_that_does_not_take_the_password_is_not_called_away(synced: Office) -> None:
    other = synced.settings.model_copy(update={"auth": SecretStr("vekha:another long password")})
    found = asyncio.run(health.keep_watch(synced.engine, other, at=clock.now()))
    assert list(found) == ["password"]
    assert "не принял пароль" in found["password"]


def test_an_alert_keeps_its_hour_until_it_is_mended(tmp_path: Path) -> None:
    with open_session(sqlite_engine(tmp_path / "vekha.db")) as session:
        _alerts_are_kept(session)


def _alerts_are_kept(engine_session: Session) -> None:
    first, later = clock.now(), clock.now() + timedelta(hours=1)
    keep_alerts(engine_session, "prefect", {"pool": "стоит"}, at=first)
    keep_alerts(engine_session, "run", {"1.2": "прерывается"}, at=later)
    keep_alerts(engine_session, "prefect", {"pool": "стоит по-прежнему"}, at=later)
    found = [(alert.code, alert.words, alert.since) for alert in alerts(engine_session)]
    assert found == [("prefect/pool", "стоит по-прежнему", first), ("run/1.2", "прерывается", later)]
    keep_alerts(engine_session, "prefect", {}, at=later)
    assert [alert.code for alert in alerts(engine_session)] == ["run/1.2"]


def look(office: Office, at: datetime) -> Any:
    """What happens every 5 minutes."""

    async def mend() -> Any:
        with open_session(office.engine) as session:
            deployments = known_deployments(session)
        async with connect(office.settings) as client:
            return await reconcile_runs(client, office.engine, deployments, today=None, at=at, ahead_days=400)

    return asyncio.run(mend())


def test_a_run_that_goes_on_failing_is_told_of(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    sync(office.engine, settings=office.settings, at=clock.now())
    run_id = UUID(office.runs()[key]["id"])
    failed: State[Any] = State(type=StateType.FAILED)

    def told(at: datetime) -> list[str]:
        look(office, at)
        with open_session(office.engine) as session:
            return [alert.words for alert in alerts(session) if alert.code == f"run/{key}"]

    office.api(lambda client: client.set_flow_run_state(run_id, failed, force=True))
    first = clock.now()
    assert told(first) == []
    # At an hour that no worker of another test takes it up at.
    office.api(lambda client: start_again(client, run_id, clock.now() + timedelta(hours=1)))
    office.api(lambda client: client.set_flow_run_state(run_id, failed, force=True))
    [words] = told(first + timedelta(minutes=31))
    assert "прерывается ошибкой" in words
    office.api(lambda client: client.set_flow_run_state(run_id, waiting_state("В работе", 1), force=True))
    assert told(first + timedelta(minutes=40)) == []


def test_a_run_that_fails_each_time_is_begun_again_ever_more_seldom() -> None:
    begun = clock.now()
    run = Run(uuid4(), "1.2", None, "", "FAILED", "Failed", begun, was_asked=True, failing_since=begun)
    tries = []
    for minutes in range(5, 3 * 24 * 60, 5):
        if reconcile._is_rested(run, at := begun + timedelta(minutes=minutes)):
            tries.append(minutes)
            run = replace(run, since=at)
    assert tries[:2] == [5, 10]
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 6 * 60 + 5
    assert len(tries) < 30


def test_what_was_deleted_is_made_again_and_the_audit_says_so(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    sync(office.engine, settings=office.settings, at=clock.now())

    def restored() -> str:
        return asyncio.run(restore_deleted(office.engine, settings=office.settings, at=clock.now()))

    assert restored() == ""
    before = office.deployments()
    own = next(name for name in before if name.startswith("1.2 "))
    for name in (DELIVERY, "Каждые 5 минут", own):
        office.api(lambda client, name=name: call(client, "DELETE", f"/deployments/{before[name]['id']}"))  # type: ignore[misc]
    told = restored()
    assert "удалено вручную: 3 развёртывания" in told
    after = office.deployments()
    assert after.keys() == before.keys()
    assert office.runs()[key]["deployment_id"] == after[own]["id"]
    assert office.runs()[key]["state_name"] == "В работе"
    with open_session(office.engine) as session:
        [line] = session.exec(select(AuditEntry)).all()
        assert line.detail in told
    assert restored() == ""


def test_a_run_of_nobody_is_ended_and_the_points_own_goes_on(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    sync(office.engine, settings=office.settings, at=clock.now())
    own = office.runs()[key]
    body = {"parameters": {"point_key": key}, "state": {"type": "PAUSED", "name": "В работе"}}
    path = f"/deployments/{own['deployment_id']}/create_flow_run"
    stray = office.api(lambda client: call(client, "POST", path, body))
    look(office, clock.now() + timedelta(minutes=2))
    assert office.wait_for_run(stray["id"])["state_name"] == "Точку ведёт другой запуск"
    left = office.runs()[key]
    assert (left["id"], left["state"]) == (own["id"], own["state"])


def test_a_cancelled_run_begins_again_and_its_journal_says_why(office: Office, worker: Worker, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    sync(office.engine, settings=office.settings, at=clock.now())
    run_id = office.runs()[key]["id"]
    cancelled: State[Any] = State(type=StateType.CANCELLED)
    office.api(lambda client: client.set_flow_run_state(UUID(run_id), cancelled, force=True))
    look(office, clock.now())
    office.wait_for(key, "В работе")
    asked = {"logs": {"flow_run_id": {"any_": [run_id]}}}
    told = office.api(lambda client: call(client, "POST", "/logs/filter", asked))
    assert any("отмена запуска её не снимает" in line["message"] for line in told)
