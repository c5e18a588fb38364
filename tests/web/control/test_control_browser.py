"""The coordinator's day in headless Chromium, over the five built-in systems: what must be done is seen at a glance."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import col, select

from models import ControlPoint, clock
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.lifecycle.requests import RequestDraft, open_request
from models.settings import Settings
from roadmap.catalogue.loading import built_in, built_in_codes
from tasks.daily.control_day import control_day
from tasks.editions.training_copies import load_training_copy
from tests.parts.databases import sqlite_engine
from tests.places import OUT
from tests.worlds.pages import Serve
from web.app import create_app

PASSWORD = "пароль координатора"


@pytest.fixture
def region(tmp_path: Path) -> Engine:
    return sqlite_engine(tmp_path / "vekha.db", build)


def build(engine: Engine) -> None:
    """The five systems as rehearsal copies on their first day, one request for another deadline among them."""
    now = clock.now()
    for code in built_in_codes():
        catalogue = built_in(code)
        with open_session(engine) as session:
            load_training_copy(session, catalogue, today=clock.today(catalogue.zone), at=now)
    control_day(engine, today=None, at=now)
    with open_session(engine) as session:
        live = select(ControlPoint).where(
            col(ControlPoint.status).in_(("open", "planned")), ~col(ControlPoint.is_history)
        )
        point = session.exec(live.order_by(col(ControlPoint.deadline_on).desc()).limit(1)).one()
        wish = RequestDraft(
            kind="extend",
            official_id=None,
            reason="не все муниципалитеты прислали сведения",
            new_due_on=point.due_on + timedelta(days=20),
        )
        move = TransitionCommand(action="ask", actor="Ректор (страница)", at=now, on=clock.today("Europe/Moscow"))
        open_request(session, point.key, wish, move)


@pytest.fixture
def url(region: Engine, serve: Serve, tmp_path: Path) -> Iterator[str]:
    """The pages over the five systems; Prefect is away."""
    settings = Settings(
        data=tmp_path, control_password=SecretStr(PASSWORD), link_key=SecretStr("ключ для проверки страниц в браузере")
    )
    with serve(create_app(settings, region)) as url:
        yield url


@pytest.fixture
def page(chromium: Browser) -> Page:
    """Scripts off: everything must work without them."""
    page = chromium.new_context(
        viewport={"width": 1280, "height": 900}, locale="ru-RU", java_script_enabled=False, accept_downloads=True
    ).new_page()
    page.set_default_timeout(120_000)
    return page


def waiting(page: Page) -> int:
    """The number on the first tile."""
    return int(page.locator(".tile b").first.inner_text())


def fits(page: Page) -> bool:
    """Nothing but the boxes that scroll by themselves is wider than the window."""
    box = page.locator("main").bounding_box()
    assert box is not None
    assert page.viewport_size is not None
    return box["x"] + box["width"] <= page.viewport_size["width"] + 1


def log_in(page: Page, url: str) -> None:
    page.goto(f"{url}/control")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("heading", name="Контроль исполнения на").wait_for()


def test_the_coordinator_logs_in_decides_and_sees_the_queue_shrink(page: Page, url: str, region: Engine) -> None:
    page.goto(f"{url}/control")
    page.get_by_label("Пароль").wait_for()
    page.screenshot(path=OUT / "control-login.png")
    log_in(page, url)
    before = waiting(page)
    assert before >= 3
    page.screenshot(path=OUT / "control-top.png")
    page.screenshot(path=OUT / "control-whole.png", full_page=True)
    assert fits(page)

    page.locator("#queue tr", has_text="Принять или вернуть").get_by_role("link", name="Решить").first.click()
    page.get_by_role("heading", name="Вернуть на доработку").wait_for()
    page.screenshot(path=OUT / "control-point.png", full_page=True)
    page.get_by_role("button", name="Принять исполнение").click()
    page.get_by_text("Решение записано: исполнение принято").wait_for()
    assert waiting(page) == before - 1

    page.locator("#queue tr", has_text="Перенести на").get_by_role("link", name="Решить").first.click()
    page.get_by_role("heading", name="Просят перенести срок").wait_for()
    page.screenshot(path=OUT / "control-request.png", full_page=True)
    refused = page.locator("form[action$='/refuse']")
    refused.get_by_label("Почему отклонено").fill("срок установлен приказом")
    refused.get_by_role("button", name="Отклонить").click()
    page.get_by_text("Решение записано: просьба отклонена").wait_for()
    assert waiting(page) == before - 2
    page.screenshot(path=OUT / "control-decided.png")


def test_one_roadmap_is_chosen_its_year_is_drawn_and_the_list_is_taken_home(page: Page, url: str) -> None:
    log_in(page, url)
    page.get_by_label("Дорожная карта").select_option(label="Краснодарский край")
    page.get_by_role("button", name="Показать").click()
    bars = page.locator("svg.gantt a .bar")
    assert bars.count() > 20
    page.locator("#year").scroll_into_view_if_needed()
    page.locator("#year").screenshot(path=OUT / "control-year.png")
    page.locator("#lights").screenshot(path=OUT / "control-lights.png")
    with page.expect_download() as download:
        page.get_by_role("link", name="Выгрузить в Excel").click()
    assert download.value.suggested_filename.startswith("Контроль ")
    page.locator("#lights td a[href*='section=']").first.click()
    page.get_by_role("heading", name="Все контрольные точки отбора").wait_for()
    assert "section=" in page.url


def test_it_reads_well_on_a_phone(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, url)
    assert fits(page)
    page.screenshot(path=OUT / "control-phone.png")
    page.locator("#queue").get_by_role("link", name="Решить").first.click()
    page.get_by_role("heading", name="Решение", exact=True).wait_for()
    assert fits(page)
    page.screenshot(path=OUT / "control-phone-point.png", full_page=True)


def test_the_keyboard_alone_reaches_the_decision(page: Page, url: str) -> None:
    page.goto(f"{url}/control")
    page.keyboard.press("Tab")
    page.get_by_label("Пароль").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Контроль исполнения на").wait_for()
    page.locator("#queue").get_by_role("link", name="Решить").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Решение", exact=True).wait_for()
