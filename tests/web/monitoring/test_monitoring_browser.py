"""The coordinator's round in headless Chromium, without scripts: read, taken on control, declined; wide and narrow."""

import pytest
from playwright.sync_api import Browser, Page

from tests.places import OUT
from tests.worlds.monitored_pages import MonitoredPages

PASSWORD = "пароль координатора"


@pytest.fixture
def page(chromium: Browser) -> Page:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, locale="ru-RU", java_script_enabled=False, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    return page


def enter(page: Page, monitored: MonitoredPages) -> None:
    page.goto(f"{monitored.pages.url}/control/monitoring")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("heading", name="Раунды мониторинга на").wait_for()


def fits(page: Page) -> bool:
    """Nothing makes the page itself wider than the screen."""
    size: dict[str, int] = page.locator("body").bounding_box() or {}  # type: ignore[assignment]
    viewport = page.viewport_size
    assert viewport is not None
    widths = [page.locator(part).first.bounding_box() for part in ("main", "h1", "#advice", ".tiles")]
    return size["width"] <= viewport["width"] and all(
        box is None or box["x"] + box["width"] <= viewport["width"] + 1 for box in widths
    )


def test_the_coordinator_opens_the_round_takes_one_recommendation_and_declines_another(
    page: Page, monitored: MonitoredPages
) -> None:
    enter(page, monitored)
    page.screenshot(path=OUT / "monitoring-list.png", full_page=True)
    page.get_by_role("link", name="III квартал 2026 г.", exact=True).click()
    page.get_by_role("heading", name="Карта дефицитов").wait_for()
    page.screenshot(path=OUT / "monitoring-round.png", full_page=True)
    assert fits(page)
    box = page.locator("#heat table").bounding_box()
    assert box is not None
    assert box["height"] <= 1080, "forty-four bodies are seen on one screen"
    page.locator("#heat").screenshot(path=OUT / "monitoring-heat.png")
    with page.expect_download() as download:
        page.get_by_role("link", name="Выгрузить в Excel").click()
    assert download.value.suggested_filename == "Карта дефицитов за III квартал 2026 г.xlsx"

    first = page.locator("#advice article").first
    first.get_by_label("Срок").fill("2030-12-20")
    first.get_by_role("button", name="Взять на контроль").click()
    page.get_by_text("Рекомендация взята на контроль: krai/m-rec.1/-/2030-12-20").wait_for()
    second = page.locator("#advice article").nth(1)
    second.get_by_label("Почему отклонена").fill("обучение уже идёт")
    second.get_by_role("button", name="Отклонить").click()
    page.get_by_text("Рекомендация отклонена.").wait_for()
    page.locator("#advice").screenshot(path=OUT / "monitoring-advice.png")
    page.get_by_role("link", name="Контрольная точка, срок 20.12.2030").click()
    page.get_by_role("heading", name="Направить на обучение педагогов (mo-0) & доложить").wait_for()
    assert "Справка за III квартал 2026 г., рекомендация 1" in page.locator("main").inner_text()


def test_it_reads_well_on_a_phone(page: Page, monitored: MonitoredPages) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    enter(page, monitored)
    page.screenshot(path=OUT / "monitoring-phone-list.png", full_page=True)
    page.get_by_role("link", name="III квартал 2026 г.", exact=True).click()
    page.get_by_role("heading", name="Карта дефицитов").wait_for()
    assert fits(page)
    page.screenshot(path=OUT / "monitoring-phone.png", full_page=True)
    page.locator("#heat").screenshot(path=OUT / "monitoring-phone-heat.png")
