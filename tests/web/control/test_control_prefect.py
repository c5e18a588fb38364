"""The page and the Prefect form: two ways to one decision; whichever comes first wins, the other is told so."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import Transition, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from tasks.prefect.client import call
from tasks.prefect.push import push_point
from tests.parts.office import Office
from tests.worlds.pages import Serve
from web.app import create_app


@pytest.fixture
def key(office: Office, worker: Worker, today: date) -> str:
    """A point reported done; its run waits for the coordinator."""
    office.add_roadmap()
    key: str = office.add_point(
        kind="activity", item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20)
    )
    sync(office.engine, settings=office.settings, at=clock.now())
    with open_session(office.engine) as session:
        report = TransitionCommand(action="submit", actor="ИРО", at=clock.now(), on=today, evidence="протокол № 4")
        lifecycle.change(session, key, report)
    assert push_point(office.engine, key, at=clock.now())
    office.wait_for(key, "На проверке")
    return key


@pytest.fixture
def coordinator(office: Office, serve: Serve) -> Iterator[httpx.Client]:
    """A browser in which the coordinator is logged in."""
    settings = office.settings.model_copy(update={"control_password": SecretStr("пароль")})
    with (
        serve(create_app(settings, office.engine)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        form = {"csrf": token(client, "/control/login"), "password": "пароль"}
        assert client.post("/control/login", data=form).status_code == 303
        yield client


def token(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def open_form(office: Office, client: httpx.Client, key: str, action: str) -> tuple[str, dict[str, str]]:
    """The address and the hidden fields of a form on the point's page."""
    with open_session(office.engine) as session:
        path = f"/control/point/{lifecycle.point_by_key(session, key).id}"
    page = client.get(path).text
    form = page.split(f'action="{path}/{action}"')[1].split("</form>")[0]
    return f"{path}/{action}", dict(re.findall(r'name="(\w+)" value="([^"]+)"', form))


def resume(office: Office, key: str, **fields: str) -> str:
    """The coordinator answers the form in Prefect; what the server says to it."""
    run_id = office.runs()[key]["id"]
    told = office.api(lambda client: client.resume_flow_run(run_id, run_input=fields))
    return str(told.status.value)


def actions(office: Office) -> list[tuple[str, str]]:
    with open_session(office.engine) as session:
        return [(row.action, row.actor) for row in session.exec(select(Transition).order_by(Transition.id))]  # type: ignore[arg-type]


def test_the_page_comes_first_the_run_ends_and_its_card_leads_to_the_page(
    office: Office, coordinator: httpx.Client, key: str
) -> None:
    run_id = office.runs()[key]["id"]
    assert f"/runs/flow-run/{run_id}" in coordinator.get("/control").text
    path, form = open_form(office, coordinator, key, "accept")
    assert coordinator.post(path, data=form).status_code == 303
    office.wait_for(key, "Исполнено")
    assert resume(office, key, decision="вернуть", reason="поздно") != "ACCEPT"
    with open_session(office.engine) as session:
        point = lifecycle.point_by_key(session, key)
    slug = re.sub(r"[^a-z0-9]+", "-", key)
    card = office.api(lambda client: call(client, "GET", f"/artifacts/{slug}/latest"))["data"]
    assert f"[Решить на странице контроля]({office.settings.pages_url}/control/point/{point.id})" in card
    assert actions(office)[-1] == ("accept", "координатор (страница)")


def test_the_prefect_form_comes_first_and_the_page_is_told_so(
    office: Office, coordinator: httpx.Client, key: str
) -> None:
    path, form = open_form(office, coordinator, key, "accept")
    assert resume(office, key, decision="вернуть", reason="нет списка участников") == "ACCEPT"
    office.wait_for(key, "На доработке")
    answer = coordinator.post(path, data=form)
    assert answer.status_code == 409
    assert "возвращено на доработку (координатор (Prefect)" in answer.text
    assert "Сейчас — на доработке" in answer.text
    assert actions(office)[-1] == ("return", "координатор (Prefect)")


def test_both_at_once_close_the_point_once(office: Office, coordinator: httpx.Client, key: str) -> None:
    path, form = open_form(office, coordinator, key, "withdraw")
    with ThreadPoolExecutor(2) as pool:
        prefect = pool.submit(resume, office, key, decision="принять")
        page = pool.submit(coordinator.post, path, data=form | {"reason": "приказ № 9"})
    prefect.result()
    won = {303: "Снято с контроля", 409: "Исполнено"}[page.result().status_code]
    office.wait_for(key, won)
    closing = [action for action, _ in actions(office) if action in ("accept", "withdraw")]
    assert closing == [{"Снято с контроля": "withdraw", "Исполнено": "accept"}[won]]
