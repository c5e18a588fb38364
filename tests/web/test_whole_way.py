"""The whole way of a result: an official and the coordinator, each in a browser of their own, and the Prefect run."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pydantic import SecretStr
from sqlmodel import col, select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import Body, ControlPoint, Evidence, Official, Transition, clock
from models.db import open_session
from tasks.people.links import official_url
from tests.parts.office import Office
from tests.worlds.pages import Serve
from web.app import create_app


@pytest.fixture
def given(office: Office, worker: Worker, today: date) -> tuple[str, str]:
    """The key of a point that waits in Prefect, and the path of the personal link of who answers for it."""
    office.add_roadmap()
    key = office.add_point(
        kind="activity", item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20)
    )
    with open_session(office.engine) as session:
        body = session.exec(select(Body)).one()
        rector = Official(roadmap_code="krasnodar", role="executor", post="Ректор", body_id=body.id, is_lead=True)
        session.add(rector)
        session.flush()
        path = official_url(office.settings, rector).removeprefix(office.settings.pages_url)
    # Before the browser starts: its driver keeps a loop running in this thread.
    sync(office.engine, settings=office.settings, at=clock.now())
    return key, path


def somebody(browser: Browser) -> Page:
    """A person with a browser of their own, scripts off."""
    page = browser.new_context(locale="ru-RU", java_script_enabled=False).new_page()
    page.set_default_timeout(120_000)
    return page


def report(page: Page, card: str, file: Path) -> None:
    page.goto(card)
    page.get_by_text("Исполнено", exact=True).click()
    page.get_by_label("или файл").first.set_input_files(file)
    page.get_by_role("button", name="Сообщить об исполнении").click()
    page.get_by_role("status").wait_for()


def log_in(page: Page, url: str) -> None:
    page.goto(f"{url}/control")
    page.get_by_label("Пароль").fill("пароль координатора")
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("heading", name="Контроль исполнения на").wait_for()


def test_reported_with_a_file_returned_reported_again_and_accepted(
    office: Office, given: tuple[str, str], serve: Serve, chromium: Browser, tmp_path: Path
) -> None:
    key, path = given
    with open_session(office.engine) as session:
        point = session.exec(select(ControlPoint.id).where(ControlPoint.key == key)).one()
    run = office.wait_for(key, "В работе")
    first, second = tmp_path / "Протокол.pdf", tmp_path / "Протокол с подписью.pdf"
    first.write_bytes(b"%PDF-1.7\n1")
    second.write_bytes(b"%PDF-1.7\n22")
    settings = office.settings.model_copy(update={"control_password": SecretStr("пароль координатора")})
    with serve(create_app(settings, office.engine)) as url:
        official, coordinator = somebody(chromium), somebody(chromium)
        report(official, f"{url}{path}/point/{point}", first)
        office.wait_for(key, "На проверке")

        log_in(coordinator, url)
        coordinator.locator("#queue").get_by_role("link", name="Решить").first.click()
        coordinator.get_by_role("link", name="Протокол.pdf").wait_for()
        back = coordinator.locator("form[action$='/return']")
        back.get_by_label("Что доработать").fill("нет подписи председателя")
        back.get_by_role("button", name="Вернуть").click()
        coordinator.get_by_text("Решение записано").wait_for()
        office.wait_for(key, "На доработке")

        official.goto(f"{url}{path}/point/{point}")
        official.get_by_text("нет подписи председателя").first.wait_for()
        report(official, f"{url}{path}/point/{point}", second)
        office.wait_for(key, "На проверке")

        coordinator.goto(f"{url}/control/point/{point}")
        coordinator.get_by_role("button", name="Принять исполнение").click()
        coordinator.get_by_text("Решение записано: исполнение принято").wait_for()
        done = office.wait_for(key, "Исполнено")
    assert (done["id"], done["state_type"]) == (run["id"], "COMPLETED")
    with open_session(office.engine) as session:
        actions = [row.action for row in session.exec(select(Transition).order_by(col(Transition.id)))]
        files = [row.file_name for row in session.exec(select(Evidence).order_by(col(Evidence.id)))]
    assert actions == ["submit", "return", "submit", "accept"]
    assert files == ["Протокол.pdf", "Протокол с подписью.pdf"]
