"""What a coordinator asks first is two clicks away from the address of the README, in the Prefect pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from deployments.sync import sync
from models import clock
from tasks.prefect.cards.overviews import publish_overviews
from tests.parts.office import Office, let_in
from tests.places import OUT


@pytest.fixture
def page(chromium: Browser) -> Page:
    """The screen of a small office machine."""
    page = let_in(chromium.new_context(viewport={"width": 1366, "height": 768}, locale="ru-RU").new_page())
    page.set_default_timeout(120_000)
    expect.set_options(timeout=120_000)
    return page


@pytest.fixture
def three(office: Office, today: date) -> Office:
    """One point is overdue for weeks, one waits for the check, one is due today."""
    office.add_roadmap()
    days = {"1.1": -30, "1.2": 20, "1.3": 0}
    for item, left in days.items():
        facts: dict[str, Any] = {"status": "submitted", "submitted_on": today} if item == "1.2" else {}
        due = today + timedelta(days=left)
        office.add_point(item=item, kind="activity", opens_on=today - timedelta(days=60), due_on=due, **facts)
    sync(office.engine, settings=office.settings, at=clock.now())
    for _ in range(2):  # the second day is written over the first
        office.api(lambda client: publish_overviews(client, office.engine, today=today, at=clock.now()))
    return office


def test_what_is_overdue_what_waits_and_the_history_of_an_item_are_two_clicks_away(three: Office, page: Page) -> None:
    page.goto(f"{three.url}/prefect/")
    line = page.get_by_role("navigation", name="Веха")
    # The first page says nothing of the new ones, which do not know our states; the side menu still leads there.
    banner = page.locator(".workspace-dashboard__ui-switch-banner")
    expect(banner, "another Prefect: is it gone, or renamed?").to_have_count(1)
    expect(banner).to_be_hidden()
    page.get_by_text("Switch to V2 UI").wait_for()
    for name, item in (("На проверке", "1.2"), ("На этой неделе", "1.3"), ("Просрочено", "1.1")):
        line.get_by_role("link", name=name).click()
        shown = page.locator(".state-list-item")
        expect(shown).to_have_count(1)
        expect(shown).to_contain_text(f"{item} Форсайт-сессия {item} для методистов")
    page.screenshot(path=OUT / "list-overdue.png")
    # On a low screen too the line covers nothing, and nothing covers the line.
    page.set_viewport_size({"width": 1366, "height": 500})
    page.screenshot(path=OUT / "list-low.png")
    ends, begins = (page.locator(one).bounding_box() for one in ("#app", "#vekha-links"))
    assert ends is not None
    assert begins is not None
    assert ends["y"] + ends["height"] <= begins["y"] + 1
    line.get_by_role("link", name="Просрочено").click(trial=True)
    page.get_by_text("Switch to V2 UI").click(trial=True)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.locator("a[href*='/deployments/deployment/']").first.click()
    page.get_by_text("All except scheduled").wait_for()
    expect(page.locator(".state-list-item").filter(has_text="Просрочено")).to_have_count(1)
    page.screenshot(path=OUT / "item-runs.png")


def test_the_overview_has_date_and_state_in_sight_and_leads_to_the_item(three: Office, page: Page) -> None:
    page.goto(f"{three.url}/prefect/")
    page.get_by_role("navigation", name="Веха").get_by_role("link", name="Обзор").click()
    page.get_by_text("просрочено — 1, на проверке — 1, срок на этой неделе — 1").wait_for()
    with page.context.expect_page() as opened:  # a link in an artifact opens beside
        page.get_by_role("link", name="Краснодарский край").click()
    page = opened.value
    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text("Просрочено")
    page.wait_for_timeout(500)
    page.screenshot(path=OUT / "overview.png")
    with page.context.expect_page() as opened:
        row.get_by_role("link").click()
    page = opened.value
    expect(page.locator(".state-list-item").filter(has_text="Просрочено")).to_have_count(1)
