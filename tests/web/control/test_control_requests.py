"""Extensions that the act leaves to the controller: shown to the coordinator, decided on the controller's own page."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from bs4 import BeautifulSoup

from models import ControlPoint, Official, Request, Roadmap, Transition, clock
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.lifecycle.requests import RequestDraft, open_request
from tests.worlds.pages import Pages

PASSWORD = "пароль координатора"


@pytest.fixture
def coordinator(pages: Pages) -> Iterator[httpx.Client]:
    """A browser in which the coordinator is logged in."""
    with httpx.Client(base_url=pages.url, trust_env=False, timeout=30) as client:
        found = re.search(r'name="csrf" value="([^"]+)"', client.get("/control/login").text)
        assert found
        client.post("/control/login", data={"csrf": found[1], "password": PASSWORD})
        yield client


@pytest.fixture
def point(pages: Pages) -> int:
    """A point of a roadmap whose act gives extensions to the deputy minister; another deadline is asked for."""
    with open_session(pages.engine) as session:
        roadmap = session.get_one(Roadmap, "krai")
        roadmap.extensions_by = "controller"
        session.add(roadmap)
        official = Official(roadmap_code="krai", role="controller", post="Заместитель министра")
        session.add(official)
        session.flush()
        session.add(official.channel("email", "deputy@example.org"))
    number: int = pages.point()
    with open_session(pages.engine) as session:
        key = session.get_one(ControlPoint, number).key
        move = TransitionCommand(action="ask", actor="Ректор (страница)", at=clock.now(), on=pages.today)
        day = pages.today + timedelta(days=90)
        open_request(
            session, key, RequestDraft(kind="extend", official_id=None, reason="нет данных", new_due_on=day), move
        )
    return number


def forms(html: str) -> dict[str, dict[str, str]]:
    """The fields of each form by the last word of its address."""
    found = {}
    for form in BeautifulSoup(html, "html.parser").find_all("form"):
        fields = {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input")}
        action = str(form["action"])
        found[action.rsplit("/", 1)[1]] = fields | {"action": action}
    return found


def send(pages: Pages, form: dict[str, str], **typed: str) -> httpx.Response:
    answer: httpx.Response = pages.client.post(form["action"], data=form | typed)
    return answer


def test_the_coordinator_sees_who_decides_and_has_no_form_for_it(
    pages: Pages, coordinator: httpx.Client, point: int
) -> None:
    assert "решает контролирующее лицо: Заместитель министра" in coordinator.get("/control").text
    page = coordinator.get(f"/control/point/{point}").text
    assert "Решает контролирующее лицо: Заместитель министра" in page
    assert not {"grant", "refuse", "extend"} & forms(page).keys()


@pytest.mark.parametrize("action", ["request/1/grant", "request/1/refuse", "extend"])
def test_the_coordinator_cannot_decide_it_by_a_form_made_by_hand(
    pages: Pages, coordinator: httpx.Client, point: int, action: str
) -> None:
    form = forms(coordinator.get(f"/control/point/{point}").text)["withdraw"]
    typed = {"new_due_on": (pages.today + timedelta(days=99)).isoformat(), "reason": "х"}
    answer = coordinator.post(f"/control/point/{point}/{action}", data=form | typed)
    assert answer.status_code in (403, 409)
    assert "контрол" in answer.text
    assert pages.rows(Request)[0].state == "waiting"
    assert [row.action for row in pages.rows(Transition)] == ["ask"]


def test_the_controller_grants_with_another_day(pages: Pages, point: int) -> None:
    link = pages.link("Заместитель министра") + "/requests"
    form = forms(pages.client.get(link).text)["grant"]
    assert pages.rows(Request)[0].state == "waiting"
    day = pages.today + timedelta(days=45)
    answer = send(pages, form, new_due_on=day.isoformat(), reason="по докладу министерства")
    assert answer.status_code == 303
    (request,) = pages.rows(Request)
    assert (request.state, request.decided_by) == ("granted", "Заместитель министра (страница)")
    with open_session(pages.engine) as session:
        assert session.get_one(ControlPoint, point).due_on == day
    page = pages.client.get(link + "?done=grant").text
    assert "Решение записано: срок перенесён" in page
    assert "Решать сейчас нечего" in page
    assert pages.audit()[-1] == "решение: срок перенесён"


def test_a_refusal_needs_a_ground_and_the_second_decision_is_told(pages: Pages, point: int) -> None:
    link = pages.link("Заместитель министра") + "/requests"
    asked = forms(pages.client.get(link).text)
    assert send(pages, asked["refuse"], reason=" ").status_code == 422
    assert send(pages, asked["refuse"], reason="срок назван актом").status_code == 303
    assert send(pages, asked["refuse"], reason="срок назван актом").status_code == 303
    late = send(pages, asked["grant"])
    assert late.status_code == 409
    assert "просьба отклонена (Заместитель министра (страница)" in late.text
    assert [row.action for row in pages.rows(Transition)] == ["ask", "refuse"]


@pytest.mark.parametrize("post", ["Ректор", "Координатор"])
def test_nobody_elses_link_opens_the_page_or_decides(pages: Pages, point: int, post: str) -> None:
    form = forms(pages.client.get(pages.link("Заместитель министра") + "/requests").text)["grant"]
    path = pages.link(post) + "/requests"
    assert pages.client.get(path).status_code == 404
    assert send(pages, form | {"action": f"{path}/1/grant"}).status_code == 404
    assert pages.client.get(f"{pages.url}/o/forged/requests").status_code == 403
    assert pages.rows(Request)[0].state == "waiting"


def test_where_the_coordinator_decides_the_controller_has_nothing_to_do(pages: Pages, point: int) -> None:
    link = pages.link("Заместитель министра") + "/requests"
    form = forms(pages.client.get(link).text)["grant"]
    with open_session(pages.engine) as session:
        roadmap = session.get_one(Roadmap, "krai")
        roadmap.extensions_by = "coordinator"
        session.add(roadmap)
    assert "решает координатор" in pages.client.get(link).text
    assert send(pages, form).status_code == 404
