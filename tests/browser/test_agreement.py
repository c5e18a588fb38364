"""An agreement driven through the Prefect pages in a real browser, from its signatures to its end."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import Body, Municipality, clock, lifecycle
from models.db import open_session
from roadmap.cards.point import artifact_key
from tasks.prefect.runs.forms import StageDecision, answer
from tests.parts.office import Office, let_in
from tests.places import OUT
from tests.worlds.region import TOWNS

Send = Callable[[Page], None]


@pytest.fixture
def page(chromium: Browser) -> Page:
    """A wide and high page."""
    page = let_in(chromium.new_context(viewport={"width": 1500, "height": 1500}, locale="ru-RU").new_page())
    page.set_default_timeout(120_000)
    return page


@pytest.fixture
def sent(office: Office, worker: Worker, today: date) -> str:
    """An agreement that has been sent to three municipalities; its run waits for the coordinator."""
    office.add_roadmap()
    with open_session(office.engine) as session:
        for code, short in TOWNS.items():
            session.add(Body(roadmap_code="krasnodar", code=code, name=short, short=short, level="municipal"))
        session.flush()
        for body in session.exec(select(Body).where(Body.level == "municipal")):
            since = today - timedelta(days=99)
            session.add(Municipality(body_id=body.id or 0, roadmap_code="krasnodar", since=since))
    opens, due = today - timedelta(days=20), today + timedelta(days=50)
    key = str(office.add_point(item="2.1", opens_on=opens, due_on=due, kind="agreement"))
    for n, stage in enumerate(("проект", "согласование", "рассылка")):
        form = StageDecision(decision="отметить этап", stage=stage)
        told = answer(office.engine, key, form, once_key=f"setup:{n}", today=today, at=clock.now())
        assert told.refusal == ""
    sync(office.engine, settings=office.settings, at=clock.now())
    return key


def test_an_agreement_is_signed_and_registered_in_the_prefect_pages(
    office: Office, sent: str, page: Page, send: Send
) -> None:
    resume(
        send,
        office,
        page,
        sent,
        {"Этап": "подписано", "Кто": "Сочи; Анапа", "Подтверждение": "экземпляры от 20.05.2027"},
    )
    show_card(office, page, sent, "Подписано всеми 2 из 3", "agreement-card.png")
    refuses = {"Кто": "Ейский", "Основание": "письмо главы от 21.05.2027 № 7"}
    resume(send, office, page, sent, refuses, decision="отказ муниципалитета")
    resume(send, office, page, sent, {"Этап": "зарегистрировано всеми"}, shot="agreement-form.png")
    run = office.wait_for(sent, "Исполнено")
    page.goto(f"{office.url}/prefect/runs/flow-run/{run['id']}")
    page.get_by_text("Исполнено").first.wait_for()
    page.wait_for_timeout(2000)  # the timeline draws itself
    page.screenshot(path=OUT / "agreement-done.png")
    with open_session(office.engine) as session:
        assert lifecycle.point_by_key(session, sent).status == "accepted"
        assert lifecycle.point_by_key(session, f"{sent}/registered/sochi").status == "accepted"
        assert lifecycle.point_by_key(session, f"{sent}/registered/eysk").status == "withdrawn"


def resume(
    send: Send,
    office: Office,
    page: Page,
    key: str,
    fields: dict[str, str],
    *,
    decision: str = "отметить этап",
    shot: str = "",
) -> None:
    """Press Resume, fill the fields, send; wait until the answer was taken."""
    run = office.runs()[key]
    asked = run["state"]["state_details"]["pause_key"]
    page.goto(f"{office.url}/prefect/runs/flow-run/{run['id']}")
    page.get_by_role("button", name="Resume").first.click()
    form = page.get_by_role("dialog")
    form.get_by_text("Номер с карты").wait_for()
    page.wait_for_timeout(500)  # the dialog fades in
    for label, words in {"Решение": decision, **fields}.items():
        named = page.locator(".schema-form-property__label", has_text=re.compile(rf"^\s*{label}(?![а-яё])"))
        form.locator(".schema-form-property").filter(has=named).last.locator("textarea").fill(words)
    if shot:
        page.screenshot(path=OUT / shot)
    send(page)
    page.goto("about:blank")  # the timeline draws itself anew all the time
    for _ in office.looks():
        run = office.runs()[key]
        is_asked_again = run["state_type"] == "PAUSED" and run["state"]["state_details"]["pause_key"] != asked
        if run["state_type"] == "COMPLETED" or is_asked_again:
            return
    pytest.fail(f"the answer was not taken: {run['state_name']}")


def show_card(office: Office, page: Page, key: str, says: str, shot: str) -> None:
    """The card as people see it: the map is a picture that the page has really drawn."""
    page.goto(f"{office.url}/prefect/artifacts/key/{artifact_key(key)}")
    page.locator("a[href*='/artifacts/artifact/']").first.click()
    page.get_by_text(says).first.wait_for()
    drawn = page.locator("img[alt='Карта этапов']")
    drawn.wait_for()
    page.wait_for_timeout(1000)  # the page fades in
    assert drawn.evaluate("picture => picture.complete && picture.naturalWidth > 500 && picture.naturalHeight > 200")
    page.screenshot(path=OUT / shot)
