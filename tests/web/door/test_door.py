"""One address and one log-in for everything: Prefect behind the session of «Контроль», real parts on both sides."""

import json
from datetime import date, timedelta

import httpx
import pytest
from sqlmodel import select
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import AuditEntry, Transition, clock
from models.db import open_session
from models.settings import Settings
from tests.parts.office import Office
from tests.worlds.pages import NO_LIMITS, PASSWORD, Serve, come_in
from web.app import create_app

HTML = {"Accept": "text/html,*/*"}
FOREIGN = "https://evil.example"


@pytest.fixture
def key(office: Office, today: date) -> str:
    """A point that waits in Prefect."""
    office.add_roadmap()
    opens_on, due_on = today - timedelta(days=5), today + timedelta(days=20)
    key: str = office.add_point(kind="activity", item="1.2", opens_on=opens_on, due_on=due_on)
    sync(office.engine, settings=office.settings, at=clock.now())
    return key


def test_a_stranger_is_led_to_the_log_in_and_back(door: str, stranger: httpx.Client) -> None:
    for path in ("/prefect/", "/prefect/runs", "/prefect/v2/dashboard"):
        answer = stranger.get(path, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/control/login?next={path}")
    assert stranger.get("/prefect").headers["location"] == "/prefect/"
    for path in ("/prefect/ui-settings", "/prefect/api/admin/version", "/prefect/assets/x.js"):
        assert stranger.get(path).status_code == 401
    assert stranger.post("/prefect/api/flows/filter", json={}, headers={"Origin": door}).status_code == 401
    assert stranger.get("/control/door", headers={"X-Original-URI": "/prefect/"}).status_code == 401


def test_the_pages_of_prefect_come_with_one_log_in(person: httpx.Client) -> None:
    page = person.get("/prefect/runs", headers=HTML)
    assert page.status_code == 200
    assert "vekha-links" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    script = page.text.split('src="/prefect/')[1].split('"')[0]
    assert "javascript" in person.get(f"/prefect/{script}").headers["content-type"]
    said = person.get("/prefect/ui-settings").json()
    assert (said["api_url"], said["auth"]) == ("/prefect/api", None)
    assert person.get("/prefect/api/admin/version").json().startswith("3.")
    assert "authorization" not in person.get("/prefect/api/admin/version").headers


def test_only_our_own_pages_change_anything(door: str, person: httpx.Client, office: Office, key: str) -> None:
    run = office.runs()[key]["id"]
    path = f"/prefect/api/flow_runs/{run}/resume"
    body = {"run_input": {"decision": "принять"}}
    for headers in ({}, {"Origin": FOREIGN}, {"Origin": "null"}):
        assert person.post(path, json=body, headers=headers).status_code == 403
        assert person.post("/prefect/api/flows/filter", json={}, headers=headers).status_code == 403
    assert office.runs()[key]["state_type"] == "PAUSED"
    assert person.post("/prefect/api/flows/filter", json={}, headers={"Origin": door}).status_code == 200
    check = {"X-Original-URI": path, "X-Original-Method": "POST"}
    assert person.get("/control/door", headers=check | {"Origin": FOREIGN}).status_code == 403
    assert person.get("/control/door", headers=check | {"Origin": door}).status_code == 204
    assert person.get("/control/door", headers={"X-Original-URI": "/prefect/api/flows/1"}).status_code == 204


def test_a_decision_made_in_prefect_has_a_person(
    door: str, person: httpx.Client, office: Office, key: str, worker: Worker
) -> None:
    run = office.runs()[key]["id"]
    answer = person.post(
        f"/prefect/api/flow_runs/{run}/resume",
        json={"run_input": {"decision": "принять", "reason": "приказ\u2063министр"}},
        headers={"Origin": door},
    )
    assert answer.json().get("status") == "ACCEPT", answer.text
    office.wait_for(key, "Исполнено")
    with open_session(office.engine) as session:
        last = list(session.exec(select(Transition).order_by(Transition.id)))[-1]  # type: ignore[arg-type]
    assert (last.action, last.actor, last.reason) == ("accept", "координатор (Prefect)", "приказминистр")


def test_what_is_changed_in_prefect_is_recorded(door: str, person: httpx.Client, office: Office, key: str) -> None:
    run = office.runs()[key]
    asked = person.post(f"/prefect/api/deployments/{run['deployment_id']}/pause_deployment", headers={"Origin": door})
    assert asked.status_code == 200
    with open_session(office.engine) as session:
        actions = [(row.actor, row.action) for row in session.exec(select(AuditEntry))]
    assert actions[-1] == ("координатор", "в Prefect: развёртывание приостановлено")


def test_what_happens_is_listened_to_through_the_door(door: str, person: httpx.Client) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    url = f"ws{door.removeprefix('http')}/prefect/api"

    def listen(path: str = "/events/out", *, origin: str = door, cookie: str = cookie) -> dict[str, str]:
        with connect(
            f"{url}{path}",
            origin=Origin(origin),
            subprotocols=[Subprotocol("prefect")],
            additional_headers={"Cookie": cookie} if cookie else None,
            proxy=None,
        ) as socket:
            socket.send(json.dumps({"type": "auth", "token": None}))
            said: dict[str, str] = json.loads(socket.recv(timeout=60))
            return said

    assert listen() == {"type": "auth_success"}
    assert listen("/logs/out") == {"type": "auth_success"}
    for refused in ({"origin": FOREIGN}, {"cookie": ""}, {"path": "/events/in"}):
        with pytest.raises(InvalidStatus) as problem:
            listen(**refused)
        assert problem.value.response.status_code == 403


def test_a_server_that_is_away_is_said(web_settings: Settings, office: Office, serve: Serve) -> None:
    settings = web_settings.model_copy(update={"prefect_url": "http://127.0.0.1:9/api"})
    with serve(create_app(settings, office.engine, limits=NO_LIMITS)) as url, come_in(url, PASSWORD) as person:
        page = person.get("/prefect/", headers=HTML)
        assert page.status_code == 503
        assert "Prefect пока не отвечает" in page.text
        assert person.get("/prefect/api/admin/version").json()["detail"].startswith("Сервер Prefect пока не отвечает")
        assert person.get("/prefect/ui-settings").status_code == 503
        assert person.get("/control").status_code == 200
