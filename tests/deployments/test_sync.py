"""The sync against a real Prefect server."""

import socket
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import delete, select

import tasks.prefect.runs.apply as writing
from deployments.registry import SERVICES
from deployments.serve.prefect import CannotStart
from deployments.sync import SyncReport, sync, sync_with
from models import Item, PrefectRef, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.settings import Settings
from tasks.prefect.client import connect
from tasks.prefect.runs import waiting_runs
from tests.parts.office import Office

#: Two items and the rounds of monitoring, and the service flows.
DEPLOYMENTS = 2 + 1 + len(SERVICES)


class Killed(Exception):
    """The end of a process in the middle of its work."""


def once(office: Office, *, today: date | None = None) -> SyncReport:
    """One sync, now, or as if it were another day."""
    return sync(office.engine, settings=office.settings, at=clock.now(), today=today)


def move(office: Office, key: str, action: Any, **facts: Any) -> None:
    """A change made outside Prefect."""
    on = facts.pop("on", clock.today("Europe/Moscow"))
    with open_session(office.engine) as session:
        lifecycle.change(
            session, key, TransitionCommand(action=action, actor="проверка", at=clock.now(), on=on, **facts)
        )


@pytest.fixture
def two_points(office: Office, today: date) -> tuple[str, str]:
    """One point that is open and one that is planned, of two items."""
    office.add_roadmap()
    waiting = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    planned = office.add_point(
        item="2.1", opens_on=today + timedelta(days=30), due_on=today + timedelta(days=60), kind="document"
    )
    return waiting, planned


def test_every_item_has_a_deployment_and_every_point_a_named_run(
    office: Office, two_points: tuple[str, str], today: date
) -> None:
    waiting, planned = two_points
    report = once(office)
    assert (report.created, report.runs.runs_created) == (DEPLOYMENTS, 2)
    deployments = office.deployments()
    session_deployment = deployments["1.2 Форсайт-сессия 1.2 для методистов"]
    assert set(session_deployment["tags"]) == {"krasnodar", "1. Организационное обеспечение", "ИРО"}
    assert "«май 2027 г.»" in session_deployment["description"]
    assert "Месяц — срок с первого до последнего дня месяца." in session_deployment["description"]
    runs = office.runs()
    due = today + timedelta(days=20)
    assert runs[waiting]["name"] == f"1.2 Форсайт-сессия 1.2 для методистов · до {due:%d.%m.%Y}"
    assert (runs[waiting]["state_type"], runs[waiting]["state_name"]) == ("PAUSED", "В работе")
    assert (runs[planned]["state_type"], runs[planned]["state_name"]) == ("SCHEDULED", "Scheduled")
    opens = datetime.fromisoformat(runs[planned]["next_scheduled_start_time"])
    assert opens == datetime.combine(today + timedelta(days=30), datetime.min.time(), UTC) + timedelta(hours=6)


def test_a_second_sync_with_no_change_writes_nothing(office: Office, two_points: tuple[str, str]) -> None:
    once(office)
    writes: list[str] = []

    async def count(request: httpx.Request) -> None:
        is_read = request.method == "GET" or request.url.path.endswith("/filter")
        if not is_read:
            writes.append(f"{request.method} {request.url.path}")

    async def again() -> SyncReport:
        async with connect(office.settings) as client:
            client._client.event_hooks["request"].append(count)
            return await sync_with(client, office.engine, at=clock.now(), ahead_days=400)

    report = office.api(lambda _client: again())
    assert writes == []
    assert report == replace(SyncReport(), unchanged=DEPLOYMENTS, runs=replace(report.runs, runs_kept=2))


def test_a_lost_prefect_database_is_filled_again(office: Office, two_points: tuple[str, str]) -> None:
    once(office)
    before = office.runs()
    office.wipe_prefect()
    report = once(office)
    assert (report.created, report.runs.runs_created) == (DEPLOYMENTS, 2)
    after = office.runs()
    assert {key: run["state_name"] for key, run in after.items()} == {k: r["state_name"] for k, r in before.items()}
    assert {key: row.prefect_id for key, row in office.refs().items()} == {key: r["id"] for key, r in after.items()}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param(["submit"], ("PAUSED", "На проверке"), id="what is reported waits for the coordinator's check"),
        pytest.param(["submit", "return"], ("PAUSED", "На доработке"), id="what is returned is worked on again"),
        pytest.param(["submit", "recall"], ("PAUSED", "В работе"), id="what was recalled is worked on as before"),
        pytest.param(["submit", "accept"], ("COMPLETED", "Исполнено"), id="what was accepted elsewhere ends"),
        pytest.param(["withdraw"], ("COMPLETED", "Снято с контроля"), id="what was taken off control ends"),
    ],
)
def test_the_state_follows_the_rows(
    office: Office, two_points: tuple[str, str], steps: list[str], expected: Any
) -> None:
    waiting, _ = two_points
    once(office)
    for action in steps:
        move(office, waiting, action, reason="проверка")
    once(office)
    run = office.runs()[waiting]
    assert (run["state_type"], run["state_name"]) == expected
    assert once(office).changed == 0


def test_a_passed_deadline_is_named_overdue(office: Office, two_points: tuple[str, str], today: date) -> None:
    waiting, _ = two_points
    once(office)
    with open_session(office.engine) as session:
        lifecycle.mark_overdue(session, "krasnodar", today=today + timedelta(days=21), at=clock.now())
    once(office)
    assert office.runs()[waiting]["state_name"] == "В работе", "the day says how a point stands, not what was recorded"
    once(office, today=today + timedelta(days=21))
    assert office.runs()[waiting]["state_name"] == "Просрочено"


def test_a_moved_deadline_renames_the_run(office: Office, two_points: tuple[str, str], today: date) -> None:
    waiting, _ = two_points
    once(office)
    later = today + timedelta(days=40)
    move(office, waiting, "extend", reason="приказ", due_on=later, deadline_on=later)
    assert once(office).runs.runs_renamed == 1
    assert office.runs()[waiting]["name"].endswith(f"до {later:%d.%m.%Y}")


def test_a_planned_run_whose_day_has_come_waits_without_a_process(
    office: Office, two_points: tuple[str, str], today: date
) -> None:
    _, planned = two_points
    once(office)
    report = once(office, today=today + timedelta(days=45))
    assert report.runs.runs_opened == 1
    assert (office.runs()[planned]["state_type"], office.runs()[planned]["state_name"]) == ("PAUSED", "В работе")


def test_an_item_off_control_loses_its_deployment_and_its_run(office: Office, two_points: tuple[str, str]) -> None:
    once(office)
    with open_session(office.engine) as session:
        session.exec(select(Item).where(Item.code == "2.1")).one().is_controlled = False
    report = once(office)
    assert (report.deleted, report.runs.runs_deleted) == (1, 1)
    assert [name for name in office.deployments() if name.startswith("2.1")] == []
    assert list(office.runs()) == [two_points[0]]


def test_a_cancelled_run_of_a_live_point_is_started_again(office: Office, two_points: tuple[str, str]) -> None:
    waiting, _ = two_points
    once(office)
    run_id = office.runs()[waiting]["id"]
    body = {"state": {"type": "CANCELLED", "name": "Cancelled"}, "force": True}
    office.api(lambda client: client._client.post(f"/flow_runs/{run_id}/set_state", json=body))
    assert once(office).runs.runs_restarted == 1
    assert office.runs()[waiting]["state_type"] == "SCHEDULED"


@pytest.mark.parametrize(
    "dies_at",
    [
        pytest.param("give_form", id="killed before the form was saved"),
        pytest.param("publish_card", id="killed before the card was shown"),
    ],
)
def test_a_killed_sync_is_healed_by_the_next(
    office: Office, two_points: tuple[str, str], dies_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, _ = two_points

    async def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(waiting_runs if dies_at == "give_form" else writing, dies_at, killed)
        with pytest.raises(Killed):
            once(office)
    assert waiting not in office.refs()
    assert once(office).runs.runs_opened == 1
    run_id = office.runs()[waiting]["id"]
    inputs = office.api(
        lambda client: client._client.post(f"/flow_runs/{run_id}/input/filter", json={"prefix": "", "limit": 10})
    ).json()
    assert sorted(entry["key"] for entry in inputs) == [
        "suspended-decision-1-description",
        "suspended-decision-1-schema",
    ]
    assert once(office).changed == 0


def test_a_lost_notebook_costs_one_sync(office: Office, two_points: tuple[str, str]) -> None:
    once(office)
    with open_session(office.engine) as session:
        session.exec(delete(PrefectRef))
    once(office)
    assert set(office.refs()) == set(two_points)
    assert once(office).changed == 0


def test_items_of_the_same_name_are_told_apart_by_region(office: Office, today: date) -> None:
    for code, region in (("krasnodar", "Краснодарский край"), ("kirov", "Кировская область")):
        office.add_roadmap(code, region)
        office.add_point(item="1.2", opens_on=today, due_on=today + timedelta(days=20), code=code)
    once(office)
    names = [name for name in office.deployments() if name.startswith("1.2")]
    assert names == [
        "1.2 Форсайт-сессия 1.2 для методистов · Кировская область",
        "1.2 Форсайт-сессия 1.2 для методистов · Краснодарский край",
    ]


def test_a_server_that_is_away_is_one_clear_line(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
    with pytest.raises(CannotStart, match="Сервер Prefect не отвечает по адресу"):
        sync(office.engine, settings=Settings(data=office.settings.data), at=clock.now())
