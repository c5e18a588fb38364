"""A run whose flow failed in the middle of an answer goes on with that answer once its runs are looked at again."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import Transition, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from tasks.prefect.client import call, connect
from tasks.prefect.runs import reconcile
from tasks.prefect.runs.reconcile import known_deployments
from tasks.prefect.runs.waiting_runs import decision_key, start_at
from tests.parts.office import Office


@pytest.fixture(autouse=True)
def _worker_has_said_its_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "FRESH", timedelta())


@contextmanager
def database_away(office: Office) -> Iterator[None]:
    """In its place stands what is no database: every flow that begins meanwhile fails."""
    office.engine.dispose()
    files = list(office.settings.data.glob("vekha.db*"))
    for path in files:
        path.rename(path.with_name(f"away-{path.name}"))
    place = office.settings.data / "vekha.db"
    place.write_bytes(b"no database " * 100)
    try:
        yield
    finally:
        place.unlink()
        for path in files:
            path.with_name(f"away-{path.name}").rename(path)


def answer(office: Office, key: str, **fields: str) -> dict[str, Any]:
    """The coordinator fills in the form; the run."""
    run = office.runs()[key]
    told = office.api(lambda client: client.resume_flow_run(run["id"], run_input=fields))
    assert told.status.value == "ACCEPT", told.details
    return run


def wait_for_form(office: Office, key: str, number: int) -> None:
    """Until the run waits with its n-th form."""
    for _ in office.looks():
        if office.wait_for(key, "В работе")["state"]["state_details"]["pause_key"] == decision_key(number):
            return
    pytest.fail(f"the run of {key} does not wait with form {number}")


def mend(office: Office) -> int:
    """What happens every 5 minutes; how many runs were started again."""

    async def look() -> int:
        with open_session(office.engine) as session:
            deployments = known_deployments(session)
        async with connect(office.settings) as client:
            report = await reconcile.reconcile_runs(
                client, office.engine, deployments, today=None, at=clock.now(), ahead_days=400
            )
        return report.runs_restarted

    return asyncio.run(look())


def test_an_answer_is_carried_out_though_the_database_was_away_when_it_was_given(
    office: Office, worker: Worker, today: date
) -> None:
    office.add_roadmap()
    moved = today + timedelta(days=30)
    key = office.add_point(
        item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20), kind="activity"
    )
    sync(office.engine, settings=office.settings, at=clock.now())
    # Refused now, it would not be once the owner has reported: what was refused stays refused.
    answer(office, key, decision="вернуть", reason="нет подписи")
    wait_for_form(office, key, 2)

    with database_away(office):
        run = answer(office, key, decision="перенести", new_due_on=f"{moved:%d.%m.%Y}", reason="приказ № 2")
        assert office.wait_for_run(run["id"])["state_type"] == "FAILED"
    assert mend(office) == 1
    wait_for_form(office, key, 3)
    with open_session(office.engine) as session:
        assert lifecycle.point_by_key(session, key).due_on == moved
    assert office.runs()[key]["name"] != run["name"], "the moved deadline stands in it"

    with open_session(office.engine) as session:
        report = TransitionCommand(action="submit", actor="ИРО", at=clock.now(), on=today, evidence="протокол № 4")
        lifecycle.change(session, key, report)
    with database_away(office):
        answer(office, key, decision="принять")
        assert office.wait_for_run(run["id"])["state_type"] == "FAILED"
    assert mend(office) == 1
    ended = office.wait_for(key, "Исполнено")
    assert (ended["id"], ended["state_type"]) == (run["id"], "COMPLETED")
    assert mend(office) == 0
    with open_session(office.engine) as session:
        mine = col(Transition.point_id) == lifecycle.point_by_key(session, key).id
        actions = session.exec(select(Transition.action).where(mine).order_by(col(Transition.id))).all()
    assert list(actions) == ["extend", "submit", "accept"]


def retry(office: Office, run_id: str) -> None:
    """What the button «Retry» of Prefect's page of a run asks for."""
    state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the dashboard"}
    told = office.api(lambda client: call(client, "POST", f"/flow_runs/{run_id}/set_state", {"state": state}))
    assert told["status"] == "ACCEPT", told


def test_retry_by_hand_carries_the_answer_out_once_and_then_changes_nothing(
    office: Office, worker: Worker, today: date
) -> None:
    office.add_roadmap()
    key = office.add_point(
        item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20), kind="activity"
    )
    sync(office.engine, settings=office.settings, at=clock.now())
    with database_away(office):
        run = answer(office, key, decision="снять", reason="приказ № 3")
        assert office.wait_for_run(run["id"])["state_type"] == "FAILED"
    retry(office, run["id"])
    ended = office.wait_for(key, "Снято с контроля")
    retry(office, run["id"])
    for _ in office.looks():
        again = office.wait_for_run(run["id"])
        if again["state_id"] != ended["state_id"]:
            break
    assert (again["state_name"], again["state_type"]) == ("Снято с контроля", "COMPLETED")
    with open_session(office.engine) as session:
        mine = col(Transition.point_id) == lifecycle.point_by_key(session, key).id
        assert list(session.exec(select(Transition.action).where(mine))) == ["withdraw"]


def test_a_form_that_nobody_filled_in_before_the_run_failed_can_be_filled_in_after(
    office: Office, worker: Worker, today: date
) -> None:
    office.add_roadmap()
    key = office.add_point(
        item="1.2", opens_on=today + timedelta(days=1), due_on=today + timedelta(days=20), kind="activity"
    )
    sync(office.engine, settings=office.settings, at=clock.now())
    run = office.wait_for(key, "Scheduled")
    with open_session(office.engine) as session:
        lifecycle.point_by_key(session, key).opens_on = today
    with database_away(office):
        office.api(lambda client: start_at(client, UUID(run["id"]), clock.now()))
        assert office.wait_for_run(run["id"])["state_type"] == "FAILED"
    mend(office)
    office.wait_for(key, "В работе")
    answer(office, key, decision="снять", reason="приказ № 4")
    office.wait_for(key, "Снято с контроля")
