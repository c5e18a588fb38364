"""The life of a control point with a real Prefect server and a real worker; the rows say the same as the runs."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import ControlPoint, Evidence, Transition, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from tasks.daily.control_day import control_day
from tasks.prefect.client import call
from tasks.prefect.push import push_point
from tests.parts.office import Office


@pytest.fixture
def late_point(office: Office, worker: Worker, today: date) -> str:
    """A point whose deadline was the day before yesterday, still planned: nothing has run yet."""
    office.add_roadmap()
    return office.add_point(
        item="1.2",
        opens_on=today - timedelta(days=20),
        due_on=today - timedelta(days=2),
        status="planned",
        next_check_on=today - timedelta(days=20),
    )


def mend(office: Office) -> None:
    """What the nightly sync does."""
    sync(office.engine, settings=office.settings, at=clock.now())


def waiting_point(office: Office, today: date) -> str:
    """A point whose run waits with its form."""
    office.add_roadmap()
    key = office.add_point(
        item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20), kind="activity"
    )
    mend(office)
    return key


def begun(office: Office, deployment_id: str, **parameters: str) -> dict[str, Any]:
    """A run that a person starts from a deployment, once it has ended."""
    body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
    path = f"/deployments/{deployment_id}/create_flow_run"
    made = office.api(lambda client: call(client, "POST", path, body))
    return office.wait_for_run(made["id"])


def report(office: Office, key: str, on: date) -> None:
    """The owner reports the result, outside Prefect."""
    with open_session(office.engine) as session:
        move = TransitionCommand(action="submit", actor="ИРО", at=clock.now(), on=on, evidence="протокол № 4")
        lifecycle.change(session, key, move)
    assert push_point(office.engine, key, at=clock.now())


def answer(office: Office, key: str, **fields: str) -> None:
    """The coordinator presses Resume and sends the form."""
    run_id = office.runs()[key]["id"]
    told = office.api(lambda client: client.resume_flow_run(run_id, run_input=fields))
    assert told.status.value == "ACCEPT", told.details


def history(office: Office, key: str) -> list[tuple[str, str, str]]:
    """(action, status before, status after) of every transition."""
    with open_session(office.engine) as session:
        rows = session.exec(
            select(Transition)
            .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
            .where(ControlPoint.key == key)
            .order_by(col(Transition.id))
        )
        return [(row.action, row.from_status, row.to_status) for row in rows]


def test_a_late_point_is_returned_once_and_accepted_through_the_form(
    office: Office, late_point: str, today: date
) -> None:
    mend(office)
    office.wait_for(late_point, "Просрочено")

    control_day(office.engine, today=today, at=clock.now())
    mend(office)
    office.wait_for(late_point, "Просрочено")

    report(office, late_point, today)
    office.wait_for(late_point, "На проверке")

    answer(office, late_point, decision="вернуть", reason="нет списка участников")
    office.wait_for(late_point, "Просрочено")

    report(office, late_point, today)
    answer(office, late_point, decision="принять", evidence="приказ № 7")
    run = office.wait_for(late_point, "Исполнено с опозданием")

    assert run["state_type"] == "COMPLETED"
    assert history(office, late_point) == [
        ("open", "planned", "open"),
        ("overdue", "open", "open"),
        ("submit", "open", "submitted"),
        ("return", "submitted", "returned"),
        ("submit", "returned", "submitted"),
        ("accept", "submitted", "accepted"),
    ]
    with open_session(office.engine) as session:
        point = lifecycle.point_by_key(session, late_point)
        assert (point.status, point.submitted_on, point.closed_on) == ("accepted", today, today)
        assert [row.words for row in session.exec(select(Evidence))] == ["протокол № 4", "протокол № 4", "приказ № 7"]
    mend(office)
    assert office.wait_for(late_point, "Исполнено с опозданием")["id"] == run["id"]


def test_a_refused_decision_is_told_and_asked_again(office: Office, late_point: str, today: date) -> None:
    mend(office)
    answer(office, late_point, decision="перенести", reason="приказ", new_due_on="31 июня")
    office.wait_for(late_point, "Просрочено")
    card = "krasnodar-1-2-" + (today - timedelta(days=2)).isoformat()
    until_told = office.api(lambda client: call(client, "GET", f"/artifacts/{card}/latest"))
    assert "«31 июня» — не дата" in until_told["data"]

    # What was refused stays refused: the next resume must not carry it out.
    answer(office, late_point, decision="снять", reason="приказ № 9")
    office.wait_for(late_point, "Снято с контроля")
    assert history(office, late_point) == [("open", "planned", "open"), ("withdraw", "open", "withdrawn")]


def test_a_planned_run_started_by_the_worker_waits_like_any_other(office: Office, worker: Worker, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today + timedelta(days=1), due_on=today + timedelta(days=9))
    mend(office)
    with open_session(office.engine) as session:
        lifecycle.point_by_key(session, key).opens_on = today
    due_now = {"state": {"type": "SCHEDULED", "name": "Scheduled"}, "force": True}
    run_id = office.runs()[key]["id"]
    office.api(lambda client: call(client, "POST", f"/flow_runs/{run_id}/set_state", due_now))
    office.wait_for(key, "В работе")
    assert history(office, key) == [("open", "planned", "open")]
    answer(office, key, decision="принять", done_on=f"{today:%d.%m.%Y}")
    office.wait_for(key, "Исполнено")


def test_the_daily_control_renames_runs_and_publishes_the_overview(office: Office, late_point: str) -> None:
    mend(office)
    deployment = office.deployments()["Каждый день в 06:00"]
    run = office.api(lambda client: client.create_flow_run_from_deployment(deployment["id"]))
    office.wait_for(late_point, "Просрочено")
    done = office.wait_for_run(run.id)
    assert (done["state_type"], done["state_name"]) == ("COMPLETED", "Контроль проведён")
    artifacts = {
        artifact["key"]: artifact
        for artifact in office.api(lambda client: call(client, "POST", "/artifacts/latest/filter", {}))
    }
    assert "Сводка по дорожной карте" in artifacts["krasnodar-summary"]["description"]
    assert '"Состояние": "Просрочено"' in str(artifacts["krasnodar-summary"]["data"]).replace("'", '"')
    assert "| 1.2 Форсайт-сессия 1.2 для методистов |" in artifacts["krasnodar-overdue"]["data"]
    assert "Организационное обеспечение | ░░░░░░░░░░ 0 % | 1 | 0 | 0 | 1 |" in artifacts["krasnodar-progress"]["data"]


def test_a_run_made_by_hand_ends_and_says_which_one_keeps_the_point(
    office: Office, worker: Worker, today: date
) -> None:
    key = waiting_point(office, today)
    own = office.runs()[key]

    twin = begun(office, own["deployment_id"], point_key=key)
    assert (twin["state_type"], twin["state_name"]) == ("CANCELLED", "Точку ведёт другой запуск")
    assert own["name"] in twin["state"]["message"]
    other = begun(office, own["deployment_id"], point_key="krasnodar/9.9/-/2040-01-01")
    assert other["state_name"] == "Такой точки нет"
    assert office.runs()[key]["state_type"] == "PAUSED"


def test_what_was_accepted_by_mistake_is_asked_for_again(office: Office, worker: Worker, today: date) -> None:
    key = waiting_point(office, today)
    answer(office, key, decision="принять", evidence="протокол № 4")
    office.wait_for(key, "Исполнено")
    back = office.deployments()["По решению координатора"]
    for reason, ended in (("принято по ошибке", "COMPLETED"), ("ещё раз", "FAILED")):
        assert begun(office, back["id"], point_key=key, reason=reason)["state_type"] == ended
        office.wait_for(key, "В работе")
    answer(office, key, decision="снять", reason="приказ № 9")
    office.wait_for(key, "Снято с контроля")
    assert [action for action, *_ in history(office, key)] == ["submit", "accept", "reopen", "withdraw"]
