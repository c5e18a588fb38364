"""Decisions on the coordinator's page: each kind, the second of two told what the first did, bad forms."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup

from models import AuditEntry, Body, ControlPoint, Evidence, Request, Transition, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.lifecycle.requests import RequestDraft, open_request
from tasks.prefect.runs.forms import Decision, answer
from tests.worlds.pages import Pages

PASSWORD = "пароль координатора"


BROWSERS: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def browsers_are_closed() -> Iterator[None]:
    """No connection outlives its test."""
    yield
    while BROWSERS:
        BROWSERS.pop().close()


def coordinator(pages: Pages) -> httpx.Client:
    """A browser of its own that is logged in."""
    client = httpx.Client(base_url=pages.url, trust_env=False, timeout=30)
    BROWSERS.append(client)
    form = fields(client.get("/control/login").text, "/control/login") | {"password": PASSWORD}
    assert client.post("/control/login", data=form).status_code == 303
    return client


def fields(html: str, action: str) -> dict[str, str]:
    """What a browser sends for the form of an address when nothing is typed."""
    form = BeautifulSoup(html, "html.parser").find("form", action=action)
    assert form is not None, f"no form {action}"
    found = {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input")}
    found |= {str(one["name"]): one.text for one in form.find_all("textarea")}
    for select in form.find_all("select"):
        chosen = select.find("option", selected=True)
        found[str(select["name"])] = str(chosen["value"]) if chosen else ""
    return found


def open_form(client: httpx.Client, point: int, action: str) -> dict[str, str]:
    return fields(client.get(f"/control/point/{point}").text, f"/control/point/{point}/{action}")


def send(client: httpx.Client, point: int, action: str, form: dict[str, str], **typed: str) -> httpx.Response:
    return client.post(f"/control/point/{point}/{action}", data=form | typed)


def decide_on(client: httpx.Client, point: int, action: str, **typed: str) -> httpx.Response:
    return send(client, point, action, open_form(client, point, action), **typed)


def refusal(answer: httpx.Response) -> str:
    found = BeautifulSoup(answer.text, "html.parser").find(role="alert")
    assert found is not None, answer.text
    return found.text


def actions(pages: Pages) -> list[tuple[str, str]]:
    return [(row.action, row.actor) for row in pages.rows(Transition)]


@pytest.fixture
def submitted(pages: Pages) -> int:
    """A point reported done yesterday."""
    return int(pages.point(status="submitted", submitted_on=pages.today - timedelta(days=1)))


def asked(pages: Pages, point: int, **facts: Any) -> int:
    """A request of the rector."""
    with open_session(pages.engine) as session:
        row = session.get_one(ControlPoint, point)
        move = TransitionCommand(action="ask", actor="Ректор (страница)", at=clock.now(), on=pages.today)
        wish = RequestDraft(kind=facts.pop("kind", "extend"), official_id=None, reason="нет данных от школ", **facts)
        return open_request(session, row.key, wish, move).id or 0


def test_accepting_closes_the_point_and_shrinks_the_queue(pages: Pages, submitted: int) -> None:
    client = coordinator(pages)
    assert "Ждут вашего решения (1)" in client.get("/control").text
    answer = decide_on(client, submitted, "accept", reason="замечаний нет")
    assert (answer.status_code, answer.headers["location"]) == (303, "/control")
    assert pages.status(submitted) == "accepted"
    page = client.get("/control").text
    assert "исполнение принято" in page
    assert "Решать сейчас нечего" in page
    assert actions(pages) == [("accept", "координатор (страница)")]
    (row,) = [row for row in pages.rows(AuditEntry) if row.subject]
    assert (row.actor, row.action) == ("координатор", "решение: исполнение принято")
    assert "исполнение принято" not in client.get("/control").text


def test_accepting_what_was_never_reported_records_the_day_and_the_proof(pages: Pages) -> None:
    point, done = pages.point(), pages.today - timedelta(days=2)
    decide_on(coordinator(pages), point, "accept", done_on=done.isoformat(), evidence="приказ № 7")
    with open_session(pages.engine) as session:
        row = session.get_one(ControlPoint, point)
        assert (row.status, row.submitted_on) == ("accepted", done)
    assert [row.words for row in pages.rows(Evidence)] == ["приказ № 7"]
    assert [action for action, _ in actions(pages)] == ["submit", "accept"]


def test_returning_needs_a_ground_and_keeps_what_was_typed(pages: Pages, submitted: int) -> None:
    client = coordinator(pages)
    answer = decide_on(client, submitted, "return", reason="  ")
    assert (answer.status_code, pages.status(submitted)) == (422, "submitted")
    assert "Заполните поле «Основание»" in refusal(answer)
    decide_on(client, submitted, "return", reason="<script>нет списка</script>")
    assert pages.status(submitted) == "returned"
    assert "<script>" not in client.get(f"/control/point/{submitted}").text


def test_extending_rolls_the_deadline_and_tells_old_and_new(pages: Pages) -> None:
    client, point = coordinator(pages), pages.point()
    new = pages.today + timedelta(days=60)
    decide_on(client, point, "extend", new_due_on=new.isoformat(), reason="приказ № 8")
    with open_session(pages.engine) as session:
        row = session.get_one(ControlPoint, point)
        assert row.due_on == new
        assert row.deadline_on <= new
    assert f"на {new:%d.%m.%Y}" in client.get(f"/control/point/{point}").text


def test_withdrawing_and_handing_over(pages: Pages) -> None:
    client, point, other = coordinator(pages), pages.point(), pages.point("1.2")
    (centre,) = [body.id for body in pages.rows(Body) if body.short == "ЦНППМ"]
    decide_on(client, point, "hand-over", body=str(centre), reason="по Положению")
    decide_on(client, other, "withdraw", reason="мероприятие отменено приказом № 9")
    with open_session(pages.engine) as session:
        assert session.get_one(ControlPoint, point).owner_id == centre
    assert pages.status(other) == "withdrawn"
    assert forms_of(client, other) == ["reopen"]
    decide_on(client, other, "reopen", reason="приказ № 9 отменён")
    assert pages.status(other) == "open"
    assert "возвращено на контроль" in client.get(f"/control/point/{other}").text


def forms_of(client: httpx.Client, point: int) -> list[str]:
    """The decisions that the page of a point offers."""
    main = client.get(f"/control/point/{point}").text.split("<main>")[1]
    return re.findall(rf'action="/control/point/{point}/([\w/-]+)"', main)


BAD = {
    "a day that is no day": ("extend", {"new_due_on": "31.06.2030", "reason": "х"}, "не дата"),
    "a day in the past": ("extend", {"new_due_on": "2020-01-01", "reason": "х"}, "не раньше сегодняшнего дня"),
    "ten megabytes of text": ("extend", {"new_due_on": "2030-01-01", "reason": "я" * 20_000}, "слишком длинно"),
    "a body that is not there": ("hand-over", {"body": "999999", "reason": "х"}, "выберите из списка"),
    "no body": ("hand-over", {"body": "", "reason": "х"}, "Заполните поле «Орган»"),
    "a form of another page": ("withdraw", {"once": "x", "reason": "х"}, "Форма устарела"),
    "a day that has not come": ("accept", {"done_on": "2099-01-01"}, "ещё не наступила"),
}


@pytest.mark.parametrize(("action", "typed", "line"), BAD.values(), ids=BAD)
def test_a_bad_form_changes_nothing_and_says_why(pages: Pages, action: str, typed: dict[str, str], line: str) -> None:
    point = pages.point()
    answer = decide_on(coordinator(pages), point, action, **typed)
    assert answer.status_code in (409, 422)
    assert line in refusal(answer)
    assert (actions(pages), pages.status(point)) == ([], "open")


@pytest.mark.parametrize("path", ["point/999", "point/1x", "point/1/burn", "file/1", "point/1/request/1/burn"])
def test_what_is_not_there_is_a_clear_page(pages: Pages, path: str) -> None:
    client = coordinator(pages)
    csrf = fields(client.get("/control").text, "/control/logout")["csrf"]
    answer = (
        client.post(f"/control/{path}", data={"csrf": csrf}) if path.count("/") > 1 else client.get(f"/control/{path}")
    )
    assert answer.status_code == 404
    assert "<h1>" in answer.text


def test_the_same_form_sent_twice_is_one_decision(pages: Pages, submitted: int) -> None:
    client = coordinator(pages)
    form = open_form(client, submitted, "return")
    answers = [send(client, submitted, "return", form, reason="нет списка").status_code for _ in range(2)]
    assert answers == [303, 303]
    assert [action for action in pages.audit() if action.startswith("решение")] == ["решение: возвращено на доработку"]
    assert [action for action, _ in actions(pages)] == ["return"]


def test_the_second_of_two_coordinators_is_told_what_the_first_did(pages: Pages, submitted: int) -> None:
    first, second = coordinator(pages), coordinator(pages)
    form = open_form(second, submitted, "accept")
    decide_on(first, submitted, "return", reason="нет списка участников")
    answer = send(second, submitted, "accept", form)
    assert answer.status_code == 409
    assert "возвращено на доработку (координатор (страница)" in refusal(answer)
    assert "Сейчас — на доработке" in refusal(answer)
    assert pages.status(submitted) == "returned"
    assert pages.audit()[-1] == "решение не записано"


@pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)
def test_of_two_who_press_at_the_same_moment_exactly_one_decides(pages: Pages) -> None:
    first, second = coordinator(pages), coordinator(pages)
    for number in range(6):
        point = pages.point(days=30 + number, status="submitted", submitted_on=pages.today)
        forms = open_form(first, point, "accept"), open_form(second, point, "return")
        with ThreadPoolExecutor(2) as pool:
            accept = pool.submit(send, first, point, "accept", forms[0])
            back = pool.submit(send, second, point, "return", forms[1], reason="нет списка")
        assert sorted((accept.result().status_code, back.result().status_code)) == [303, 409]
        loser = accept.result() if accept.result().status_code == 409 else back.result()
        assert "Сейчас — " in refusal(loser) or "сейчас — " in refusal(loser)
        won = "accepted" if loser is back.result() else "returned"
        assert pages.status(point) == won
    assert len(actions(pages)) == 6


def test_a_decision_of_the_prefect_form_comes_first(pages: Pages, submitted: int) -> None:
    client = coordinator(pages)
    form = open_form(client, submitted, "return")
    with open_session(pages.engine) as session:
        key = session.get_one(ControlPoint, submitted).key
    now = clock.now()
    assert not answer(
        pages.engine, key, Decision(decision="принять"), once_key="run:1", today=pages.today, at=now
    ).refusal
    sent = send(client, submitted, "return", form, reason="нет списка")
    assert sent.status_code == 409
    assert "исполнение принято (координатор (Prefect)" in refusal(sent)


def test_an_extension_is_granted_with_another_day(pages: Pages) -> None:
    client, point = coordinator(pages), pages.point()
    wish = asked(pages, point, new_due_on=pages.today + timedelta(days=90))
    page = client.get("/control").text
    assert f"Перенести на {pages.today + timedelta(days=90):%d.%m.%Y}?" in page
    form = open_form(client, point, f"request/{wish}/grant")
    assert form["new_due_on"] == (pages.today + timedelta(days=90)).isoformat()
    decided = pages.today + timedelta(days=45)
    assert send(client, point, f"request/{wish}/grant", form, new_due_on=decided.isoformat()).status_code == 303
    (request,) = pages.rows(Request)
    assert (request.state, request.decided_by) == ("granted", "координатор (страница)")
    with open_session(pages.engine) as session:
        assert session.get_one(ControlPoint, point).due_on == decided
    assert "Решать сейчас нечего" in client.get("/control").text


def test_a_request_is_refused_with_a_ground_once(pages: Pages) -> None:
    first, second, point = coordinator(pages), coordinator(pages), pages.point()
    wish = asked(pages, point, new_due_on=pages.today + timedelta(days=90))
    grant = open_form(second, point, f"request/{wish}/grant")
    assert "Заполните поле" in refusal(decide_on(first, point, f"request/{wish}/refuse"))
    assert decide_on(first, point, f"request/{wish}/refuse", reason="срок установлен приказом").status_code == 303
    answer = send(second, point, f"request/{wish}/grant", grant)
    assert (answer.status_code, pages.status(point)) == (409, "open")
    assert "просьба отклонена" in refusal(answer)
    assert pages.rows(Request)[0].decision_reason == "срок установлен приказом"


def test_not_mine_is_handed_to_the_body_named(pages: Pages) -> None:
    client, point = coordinator(pages), pages.point()
    (centre,) = [body.id for body in pages.rows(Body) if body.short == "ЦНППМ"]
    wish = asked(pages, point, kind="reassignment", to_body_id=centre)
    assert "«Не моё» → ЦНППМ" in client.get("/control").text
    assert decide_on(client, point, f"request/{wish}/grant").status_code == 303
    with open_session(pages.engine) as session:
        row = session.get_one(ControlPoint, point)
        assert (row.owner_id, row.has_open_request) == (centre, False)


def test_a_request_of_another_point_is_not_decided_here(pages: Pages) -> None:
    client, point, other = coordinator(pages), pages.point(), pages.point("1.2")
    wish = asked(pages, point, new_due_on=pages.today + timedelta(days=90))
    form = open_form(client, other, "withdraw")
    answer = send(client, other, f"request/{wish}/refuse", form, reason="х")
    assert answer.status_code == 409
    assert pages.rows(Request)[0].state == "waiting"


def test_a_file_is_given_back_as_a_download(pages: Pages, submitted: int) -> None:
    digest = "ab" + "0" * 62
    (pages.settings.files / "ab").mkdir(parents=True)
    (pages.settings.files / "ab" / digest[2:]).write_bytes(b"%PDF-1.7 content")
    with open_session(pages.engine) as session:
        now = clock.now()
        file: dict[str, Any] = {
            "file_hash": digest,
            "file_name": "Протокол № 4.pdf",
            "media_type": "application/pdf",
            "size": 16,
        }
        session.add(Evidence(point_id=submitted, words="протокол", added_by="Ректор", added_at=now, **file))
        lifecycle.point_by_key(session, session.get_one(ControlPoint, submitted).key)
    client = coordinator(pages)
    (row,) = pages.rows(Evidence)
    assert f'href="/control/file/{row.id}"' in client.get("/control").text
    answer = client.get(f"/control/file/{row.id}")
    assert answer.content == b"%PDF-1.7 content"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
