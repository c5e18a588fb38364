"""The code of a letter: posted once, kept in a cookie; no address, no log and no page holds what opens the pages."""

import logging
import re
from pathlib import Path

import httpx
import pytest

from models import Official
from models.db import open_session
from models.settings import Settings
from tasks.people.links import calendar_url, letter_code, official_url, revoke
from tests.worlds.pages import Pages

LINE = "Введите код из письма"


def code(pages: Pages, post: str = "Ректор") -> str:
    """What the letter of an official gives beside the link."""
    (official,) = pages.rows(Official, Official.post == post)
    return letter_code(pages.settings, official)


@pytest.fixture
def coded(pages: Pages) -> Pages:
    """The pages of an installation whose letters give codes."""
    pages.settings.letter_codes = True
    return pages


def enter(pages: Pages, given: str, **fields: str) -> httpx.Response:
    return pages.client.post("/o/my", data={"code": given, **fields})


def test_the_code_opens_the_page_that_was_asked_for(coded: Pages, caplog: pytest.LogCaptureFixture) -> None:
    point = coded.point(days=3)
    asked = coded.client.get(f"/o/my/point/{point}")
    assert (asked.status_code, LINE in asked.text) == (403, True)
    (page,) = re.findall(r'name="next" value="([^"]*)"', asked.text)
    with caplog.at_level(logging.INFO):
        entered = enter(coded, f" {code(coded)[:20]}\n{code(coded)[20:]} ", next=page)
        assert (entered.status_code, entered.headers["location"]) == (303, f"/o/my/point/{point}")
        cookie = entered.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/o/my", "Max-Age=43200"))
        card = coded.client.get(entered.headers["location"])
        assert card.status_code == 200
        assert re.findall(r'action="(/o/[^/"]+)', card.text)[0] == "/o/my"
        done = coded.send("/o/my", point, "acknowledge")
        assert done.headers["location"] == f"/o/my/point/{point}?done=acknowledge"
    assert coded.audit() == ["acknowledge"]
    assert code(coded) not in card.text + coded.client.get("/o/my").text + caplog.text


@pytest.mark.parametrize(
    ("given", "words"),
    [("", "Заполните поле «Код из письма»"), ("abc", "Код неполон или повреждён"), ("x" * 5000, "слишком длинно")],
)
def test_no_code_and_a_wrong_one_are_asked_for_again(coded: Pages, given: str, words: str) -> None:
    answer = enter(coded, given, next="/absence")
    assert answer.status_code == 403
    assert words in answer.text
    assert 'value="/absence"' in answer.text
    assert "set-cookie" not in answer.headers


def test_a_revoked_code_opens_nothing_and_the_form_takes_the_next_one(coded: Pages) -> None:
    enter(coded, code(coded))
    assert coded.client.get("/o/my").status_code == 200
    with open_session(coded.engine) as session:
        revoke(session, session.get_one(Official, coded.rows(Official, Official.post == "Ректор")[0].id))
    refused = coded.client.get("/o/my")
    assert (refused.status_code, "Ссылка отозвана" in refused.text, 'name="code"' in refused.text) == (403, True, True)
    assert enter(coded, code(coded)).status_code == 303
    assert coded.client.get("/o/my").status_code == 200


def test_the_way_out_forgets_the_code(coded: Pages) -> None:
    enter(coded, code(coded))
    assert "Выйти" in coded.client.get("/o/my").text
    assert "Вы вышли" in coded.client.post("/o/my/leave").text
    assert coded.client.get("/o/my").status_code == 403


@pytest.mark.parametrize("next_", ["//evil.example", "/../control", "https://evil.example", "/point/1?x=1", "\\evil"])
def test_nobody_is_sent_elsewhere(coded: Pages, next_: str) -> None:
    assert enter(coded, code(coded), next=next_).headers["location"] == "/o/my"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_of_another_page_is_refused(coded: Pages, site: str) -> None:
    other = {"sec-fetch-site": site}
    assert coded.client.post("/o/my", data={"code": code(coded)}, headers=other).status_code == 403
    enter(coded, code(coded))
    point = coded.point(days=3)
    form = {"once": coded.once()}
    assert coded.client.post(f"/o/my/point/{point}/acknowledge", data=form, headers=other).status_code == 403
    assert coded.audit() == []


def test_a_link_of_an_earlier_letter_goes_on_and_leaves_the_address_clean(pages: Pages) -> None:
    link, point = pages.link("Ректор"), pages.point(days=3)
    pages.settings.letter_codes = True
    moved = pages.client.get(f"{link}/point/{point}")
    assert (moved.status_code, moved.headers["location"]) == (303, f"/o/my/point/{point}")
    assert pages.client.get(moved.headers["location"]).status_code == 200
    # A form that was open before.
    assert pages.send(link, point, "acknowledge").status_code == 303
    assert pages.client.get("/o/нет").status_code == 403


def test_without_the_setting_nothing_changes(pages: Pages) -> None:
    answer = pages.client.get(pages.link("Ректор"))
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert code(pages) == ""


def test_a_calendar_keeps_its_address(coded: Pages) -> None:
    (official,) = coded.rows(Official, Official.post == "Ректор")
    assert coded.client.get(calendar_url(coded.settings, official)).status_code == 200


def test_a_link_of_a_letter_holds_no_token(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, letter_codes=True)
    official = Official(id=7, roadmap_code="krai", role="executor", post="Ректор")
    assert official_url(settings, official, 3, path="/proof") == f"{settings.pages_url}/o/my/proof"
    assert len(letter_code(settings, official, 3)) < 100
