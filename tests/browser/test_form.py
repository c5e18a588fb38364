"""The coordinator's form in the Prefect pages, in a real browser."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import clock, lifecycle
from models.db import open_session
from roadmap.cards.run_tags import REFUSED
from tests.parts.office import Office
from tests.places import OUT
from tests.worlds.pages import PASSWORD


@pytest.fixture
def page(chromium: Browser) -> Page:
    """A wide page."""
    page = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="ru-RU").new_page()
    page.set_default_timeout(120_000)
    return page


@pytest.fixture
def open_point(office: Office, worker: Worker, today: date) -> str:
    """A point that is open and waits for the coordinator."""
    office.add_roadmap()
    key = office.add_point(
        kind="activity", item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20)
    )
    sync(office.engine, settings=office.settings, at=clock.now())
    return key


def log_in(page: Page, door: str) -> None:
    """Once, with the password of «Контроль»; the way goes on to where it was meant to lead."""
    page.goto(f"{door}/prefect/runs")
    page.locator("input[type=password]").fill(PASSWORD)
    page.screenshot(path=OUT / "prefect-log-in.png")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda now: "/control/login" not in now)


def test_the_coordinator_accepts_a_point_in_the_prefect_pages(
    office: Office,
    door: str,
    open_point: str,
    page: Page,
    today: date,
    send: Callable[..., None],
) -> None:
    run = office.runs()[open_point]
    log_in(page, door)
    page.goto(f"{door}/prefect/runs/flow-run/{run['id']}")
    page.get_by_text("В работе").first.wait_for()
    page.locator(".artifact-card").wait_for()  # the card comes first, not the journal
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(38, 39, 43)", "no colours"
    page.screenshot(path=OUT / "run-waits.png")
    page.get_by_role("button", name="Resume").first.click()
    page.get_by_role("dialog").get_by_text("Решение").wait_for()
    page.wait_for_timeout(500)  # the dialog fades in
    page.screenshot(path=OUT / "form-empty.png")
    link = page.get_by_role("dialog").get_by_role("link", name="Решить на странице контроля")
    assert "/control/point/" in str(link.get_attribute("href"))
    page.set_viewport_size({"width": 1400, "height": 500})
    squeezed = "(a) => { const words = a.closest('article'); return words.scrollHeight - words.clientHeight; }"
    assert link.evaluate(squeezed) == 0, "the words above the fields give way to them"
    page.set_viewport_size({"width": 1400, "height": 1000})
    answer_by_keyboard(page, "отложить", send)
    asked_again(office, open_point)
    page.goto(f"{door}/prefect/runs/flow-run/{run['id']}")
    page.get_by_text("Решение не принято").first.wait_for()
    page.get_by_role("button", name="Resume").first.click()
    page.get_by_role("dialog").get_by_text("Решение «отложить» не понято").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=OUT / "form-refused.png")
    fill(page, today)
    page.screenshot(path=OUT / "form-filled.png")
    send(page)
    page.goto("about:blank")  # the timeline draws itself anew all the time
    office.wait_for(open_point, "Исполнено")
    page.goto(f"{door}/prefect/runs/flow-run/{run['id']}")
    page.get_by_text("Исполнено").first.wait_for()
    page.wait_for_timeout(1500)  # the page fades in
    page.screenshot(path=OUT / "run-done.png")
    with open_session(office.engine) as session:
        point = lifecycle.point_by_key(session, open_point)
    assert (point.status, point.submitted_on) == ("accepted", today - timedelta(days=1))


def answer_by_keyboard(page: Page, decision: str, send: Callable[..., None]) -> None:
    """Reach the first field and the button with Tab alone."""
    page.get_by_role("dialog").locator("textarea").first.wait_for()
    for _ in range(12):
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type(decision)
    for _ in range(20):
        if page.evaluate("document.activeElement.textContent").strip() == "Submit":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Submit"
    send(page, lambda: page.keyboard.press("Enter"))


def asked_again(office: Office, key: str) -> None:
    """Return once the run waits with its second form and says by a tag that the first answer was refused."""
    until = time.monotonic() + 120
    while (run := office.runs()[key])["state_type"] != "PAUSED" or REFUSED not in run["tags"]:
        assert time.monotonic() < until, (run["state_name"], run["tags"])
        time.sleep(0.3)
    assert (run["state_name"], run["state"]["state_details"]["pause_key"]) == ("В работе", "decision-2")


def fill(page: Page, today: date) -> None:
    """Write «принять», the ground, the day and the proof, each field clicked."""
    form = page.get_by_role("dialog")
    for label, words in (
        ("Решение", "принять"),
        ("Основание", "протокол совещания от 20.05.2027 № 4"),
        ("Дата исполнения", f"{today - timedelta(days=1):%d.%m.%Y}"),
        ("Подтверждение", "приказ от 21.05.2027 № 118"),
    ):
        form.locator(".schema-form-property", has_text=label).filter(
            has=page.locator(".schema-form-property__label", has_text=label)
        ).last.locator("textarea").fill(words)
