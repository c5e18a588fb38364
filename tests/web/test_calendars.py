"""The feed of deadlines: what a calendar program gets by the signed link, and when it is told that nothing changed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import recurring_ical_events
from icalendar import Calendar
from sqlmodel import select

from models import Absence, Body, Official, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.tables.control_point import ControlPoint
from tasks.people.links import calendar_url, revoke
from tests.worlds.pages import Pages


@pytest.fixture
def link(pages: Pages) -> Callable[[str], str]:
    """The address of a feed, by the post of an official or the code of a body."""

    def of(whom: str) -> str:
        with open_session(pages.engine) as session:
            official = session.exec(select(Official).where(Official.post == whom)).one_or_none()
            url = calendar_url(pages.settings, official or session.exec(select(Body).where(Body.code == whom)).one())
        return pages.url + url.removeprefix(pages.settings.pages_url)

    return of


def read(answer: httpx.Response) -> Calendar:
    """The feed of an answer."""
    assert answer.status_code == 200
    parsed = Calendar.from_ical(answer.content)
    assert isinstance(parsed, Calendar)
    return parsed


def summaries(pages: Pages, url: str) -> list[str]:
    return sorted(str(event["SUMMARY"]) for event in read(pages.client.get(url)).events)


def change(pages: Pages, point_id: int, action: Any, *, days_ago: int = 0, **more: Any) -> None:
    at, on = clock.now(), pages.today - timedelta(days=days_ago)
    with open_session(pages.engine) as session:
        key = session.get_one(ControlPoint, point_id).key
        lifecycle.change(
            session, key, TransitionCommand(action=action, actor="тест", at=at, on=on, reason="основание", **more)
        )


def test_a_feed_is_a_calendar_with_a_name(pages: Pages, link: Callable[[str], str]) -> None:
    pages.point("1.1", days=5)
    answer = pages.client.get(link("Ректор"))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    parsed = read(answer)
    assert parsed["X-WR-CALNAME"] == "Сроки: Ректор — Краснодарский край"
    [event] = recurring_ical_events.of(parsed).between(pages.today, pages.today + timedelta(days=30))
    assert event["SUMMARY"] == "Срок: 1.1. Форсайт-сессия для методистов «Развитие» & <итоги>"
    assert event.decoded("dtstart") == pages.today + timedelta(days=5)
    assert "/o/" not in answer.text, "a calendar is shared: it must not let its readers act"


@pytest.mark.parametrize(
    ("whom", "numbers"),
    [
        ("Ректор", ["1.1", "1.2"]),
        ("Методист", ["1.1", "1.2"]),
        ("Директор центра", ["2.1"]),
        ("iro", ["1.1", "1.2"]),
        ("cnppm", ["2.1"]),
        ("Координатор", ["1.1", "1.2", "2.1"]),
    ],
)
def test_a_feed_shows_the_deadlines_of_its_body_and_the_coordinators_shows_all(
    pages: Pages, link: Callable[[str], str], whom: str, numbers: list[str]
) -> None:
    for n, item in enumerate(("1.1", "1.2", "2.1")):
        pages.point(item, days=5 + n)
    assert [words.split()[1].rstrip(".") for words in summaries(pages, link(whom))] == numbers


def test_who_stands_in_for_another_sees_his_deadlines_too(pages: Pages, link: Callable[[str], str]) -> None:
    pages.point("1.1", days=5)
    pages.point("2.1", days=6)
    with open_session(pages.engine) as session:
        ids = {one.post: one.id or 0 for one in session.exec(select(Official))}
        days: dict[str, Any] = {
            "starts_on": pages.today,
            "ends_on": pages.today,
            "set_by": "тест",
            "set_at": clock.now(),
        }
        session.add(Absence(official_id=ids["Ректор"], deputy_id=ids["Директор центра"], **days))
    assert [words.split()[1].rstrip(".") for words in summaries(pages, link("Директор центра"))] == ["1.1", "2.1"]


@pytest.mark.parametrize(
    ("days_ago", "shown"), [(0, True), (60, True), (61, False)], ids=["today", "the last day", "a day later"]
)
@pytest.mark.parametrize("action", ["accept", "withdraw"])
def test_what_was_closed_stays_for_sixty_days(
    pages: Pages, link: Callable[[str], str], action: Any, days_ago: int, shown: bool
) -> None:
    status = {"accept": "submitted", "withdraw": "open"}[action]
    point = pages.point("1.1", days=-70, status=status)
    change(pages, point, action, days_ago=days_ago)
    words = {"accept": "✓ Исполнено: 1.1. ", "withdraw": "Снято с контроля: 1.1. "}[action]
    assert [one.startswith(words) for one in summaries(pages, link("Ректор"))] == [True] * shown


def test_history_and_the_far_future_are_left_out(pages: Pages, link: Callable[[str], str]) -> None:
    pages.point("1.1", days=-500, is_history=True, status="planned")
    pages.point("1.2", days=pages.settings.runs_ahead_days + 1, status="planned")
    assert summaries(pages, link("Ректор")) == []


def test_what_is_overdue_is_one_entry_today(pages: Pages, link: Callable[[str], str]) -> None:
    pages.point("1.1", days=-3)
    pages.point("1.2", days=-4)
    parsed = read(pages.client.get(link("Ректор")))
    assert [str(event["SUMMARY"]) for event in recurring_ical_events.of(parsed).at(pages.today)] == ["Просрочено: 2"]


@pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)
def test_a_moved_deadline_moves_its_event(pages: Pages, link: Callable[[str], str]) -> None:
    point = pages.point("1.1", days=5)
    [before] = read(pages.client.get(link("Ректор"))).events
    new = pages.today + timedelta(days=20)
    change(pages, point, "extend", due_on=new, deadline_on=new)
    [after] = read(pages.client.get(link("Ректор"))).events
    assert (before["UID"], before["SEQUENCE"], after["SEQUENCE"]) == (after["UID"], 0, 1)
    assert after.decoded("dtstart") == new
    assert after.decoded("last-modified") >= before.decoded("last-modified")


def test_a_program_that_has_the_feed_is_told_so_until_something_changes(
    pages: Pages, link: Callable[[str], str]
) -> None:
    point = pages.point("1.1", days=5)
    first = pages.client.get(link("Ректор"))
    tag = first.headers["etag"]
    assert "no-cache" in first.headers["cache-control"] or "no-store" in first.headers["cache-control"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = pages.client.get(link("Ректор"), headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert pages.client.get(link("Ректор"), headers={"If-None-Match": '"x"'}).status_code == 200
    change(pages, point, "withdraw")
    changed = pages.client.get(link("Ректор"), headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_a_head_request_gets_the_headers_alone(pages: Pages, link: Callable[[str], str]) -> None:
    pages.point("1.1", days=5)
    head, whole = pages.client.head(link("Ректор")), pages.client.get(link("Ректор"))
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_a_feed_can_only_be_read(pages: Pages, link: Callable[[str], str], method: str) -> None:
    assert pages.client.request(method, link("Ректор")).status_code == 405


def test_a_wrong_or_revoked_link_shows_nothing(pages: Pages, link: Callable[[str], str]) -> None:
    pages.point("1.1", days=5)
    url = link("Ректор")
    personal = pages.link("Ректор").rsplit("/", 1)[1]
    for wrong in (url.replace(".ics", "x.ics"), f"{pages.url}/calendar/{personal}.ics", f"{pages.url}/calendar/1.ics"):
        answer = pages.client.get(wrong)
        assert (answer.status_code, "Форсайт" in answer.text) == (403, False)
    with open_session(pages.engine) as session:
        revoke(session, session.exec(select(Official).where(Official.post == "Ректор")).one())
    answer = pages.client.get(url)
    assert (answer.status_code, "Ссылка на календарь отозвана." in answer.text) == (403, True)
    assert pages.client.get(link("Ректор")).status_code == 200
