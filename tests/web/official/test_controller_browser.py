"""The deputy minister in headless Chromium, on a phone: from the link of a letter by a tile to a decision."""

from datetime import timedelta

from playwright.sync_api import Browser, Page

from models import ControlPoint, Official
from models.db import open_session
from tests.places import OUT
from tests.worlds.pages import Pages


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_from_the_link_to_a_demand_in_three_taps(pages: Pages, chromium: Browser) -> None:
    with open_session(pages.engine) as session:
        official = Official(roadmap_code="krai", role="controller", post="Заместитель министра")
        session.add(official)
        session.flush()
        session.add(official.channel("email", "deputy@example.org"))
    late = pages.point("1.1", days=-20)
    pages.point("2.1", days=5)
    page = chromium.new_context(viewport={"width": 360, "height": 740}, locale="ru-RU").new_page()
    page.goto(pages.link("Заместитель министра", channel=True))
    assert page.locator(".tile").nth(1).inner_text().split() == ["1", "просрочено"]
    assert fits(page)
    page.screenshot(path=OUT / "controller-phone.png", full_page=True)
    page.locator("#awaiting").get_by_role("link", name="Решить").click()
    page.get_by_text("Потребовать исполнения до …").click()
    until = pages.today + timedelta(days=5)
    page.locator("#demand-until").fill(until.isoformat())
    page.locator("#demand-reason").fill("жду аналитическую справку")
    assert fits(page)
    page.screenshot(path=OUT / "controller-card-phone.png", full_page=True)
    page.get_by_role("button", name="Потребовать исполнения").click()
    assert "Записано: исполнение потребовано" in page.locator(".done").inner_text()
    with open_session(pages.engine) as session:
        assert session.get_one(ControlPoint, late).demanded_until == until
    page.get_by_text("← На моём контроле").click()
    assert page.locator(".tile b").first.inner_text() == "0"
    assert "жду аналитическую справку" in page.locator("#fates").inner_text()
    assert fits(page)
