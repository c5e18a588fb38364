"""A form sent in the moment in which one day becomes the next."""

from datetime import UTC, date, datetime, timedelta

import httpx
from bs4 import BeautifulSoup
from sqlalchemy import update

from models import ControlSession, Transition, clock
from models.db import open_session
from tests.days import MOSCOW, midnight_between_two_readings
from tests.worlds.pages import Pages

PASSWORD = "пароль координатора"
LAST_DAY = date(2027, 5, 20)
MIDNIGHT = datetime(2027, 5, 20, 21, tzinfo=UTC)


def form(html: str, action: str) -> dict[str, str]:
    """What a browser sends for a form as it came."""
    found = BeautifulSoup(html, "html.parser").find("form", action=action)
    assert found is not None, action
    return {str(one["name"]): str(one.get("value", "")) for one in found.find_all("input")}


def logged_in_until(pages: Pages, moment: datetime) -> None:
    """Whoever is logged in stays so on the day of the test."""
    with open_session(pages.engine) as session:
        session.execute(update(ControlSession).values(ends_at=moment, seen_at=moment))


def test_what_the_coordinator_accepts_has_one_day(pages: Pages) -> None:
    point = pages.point(status="submitted", submitted_on=pages.today)
    with httpx.Client(base_url=pages.url, trust_env=False, timeout=30) as browser:
        login = form(browser.get("/control/login").text, "/control/login")
        browser.post("/control/login", data=login | {"password": PASSWORD})
        accept = f"/control/point/{point}/accept"
        fields = form(browser.get(f"/control/point/{point}").text, accept)
        logged_in_until(pages, MIDNIGHT + timedelta(hours=1))
        # The session is asked for first of all.
        with midnight_between_two_readings(MIDNIGHT, before=2):
            assert browser.post(accept, data=fields | {"reason": ""}).status_code == 303
    (done,) = pages.rows(Transition)
    assert (done.action, done.happened_on, clock.today(MOSCOW, done.noticed_at)) == ("accept", LAST_DAY, LAST_DAY)


def test_what_an_official_reports_has_one_day(pages: Pages) -> None:
    point, link = pages.point(), pages.link("Ректор", channel=True)
    with midnight_between_two_readings(MIDNIGHT):
        answer = pages.send(link, point, "submit", on=LAST_DAY, details="приказ № 7")
    assert answer.status_code == 303, answer.text
    (done,) = [row for row in pages.rows(Transition) if row.action == "submit"]
    assert (done.happened_on, clock.today(MOSCOW, done.noticed_at)) == (LAST_DAY, LAST_DAY)
