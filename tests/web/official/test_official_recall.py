"""What was sent is the official's own until somebody decides: recalled, supplemented, a request taken back."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup

from models import Absence, AuditEntry, ControlPoint, Evidence, Official, Request, Transition, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand, requests
from tests.worlds.pages import PASSWORD, Pages

GOOD = {"details": "приказ от 20.05.2027 № 118"}
DECIDED = "Решение уже принято, сейчас — исполнено."


@pytest.fixture
def link(pages: Pages) -> str:
    """The rector's link."""
    return pages.link("Ректор")


@pytest.fixture
def reported(pages: Pages, link: str) -> int:
    """A point that the rector has reported just now."""
    point = pages.point(days=30)
    assert pages.send(link, point, "submit", **GOOD, on=pages.today).status_code == 303
    return point


@pytest.fixture
def coordinator(pages: Pages) -> Iterator[httpx.Client]:
    """A browser that is logged in to «Контроль»."""
    with httpx.Client(base_url=pages.url, trust_env=False, timeout=30) as client:
        form = fields(client.get("/control/login").text, "/control/login") | {"password": PASSWORD}
        assert client.post("/control/login", data=form).status_code == 303
        yield client


def fields(html: str, action: str) -> dict[str, str]:
    form = BeautifulSoup(html, "html.parser").find("form", action=action)
    assert form is not None, f"no form {action}"
    return {str(one["name"]): str(one.get("value", "")) for one in form.find_all(["input", "textarea"])}


def decide(pages: Pages, point: int, action: Any, **facts: Any) -> None:
    with open_session(pages.engine) as session:
        move = TransitionCommand(action=action, actor="координатор", at=clock.now(), on=pages.today, **facts)
        lifecycle.change(session, session.get_one(ControlPoint, point), move)


def actions(pages: Pages) -> list[str]:
    return [row.action for row in pages.rows(Transition)]


def done(pages: Pages) -> list[str]:
    """What the audit says of the official."""
    return [row.action for row in pages.rows(AuditEntry, AuditEntry.actor == "Ректор")]


def refusal(answer: httpx.Response) -> str:
    found = BeautifulSoup(answer.text, "html.parser").find(role="alert")
    assert found is not None
    return found.text


def test_a_report_is_recalled_and_its_point_is_in_work_again(
    pages: Pages, link: str, reported: int, coordinator: httpx.Client
) -> None:
    card = pages.client.get(f"{link}/point/{reported}").text
    assert "Отозвать отчёт" in card
    assert "Дополнить отчёт" in card
    assert "Принять или вернуть" in coordinator.get("/control").text
    answer = pages.send(link, reported, "recall", reason="приложили не тот файл")
    assert answer.status_code == 303
    assert "отчёт отозван" in pages.client.get(answer.headers["location"]).text
    (point,) = pages.rows(ControlPoint)
    assert (point.status, point.submitted_on, point.news) == ("open", None, None)
    last = pages.rows(Transition)[-1]
    assert (last.action, last.from_status, last.to_status) == ("recall", "submitted", "open")
    assert (last.reason, last.actor) == ("приложили не тот файл", "Ректор (страница)")
    assert done(pages) == ["submit", "recall"]
    assert "Решать сейчас нечего" in coordinator.get("/control").text
    card = pages.client.get(f"{link}/point/{reported}").text
    assert "отчёт отозван исполнителем" in card
    assert "отчёт отозван, Ректор" in card, "what was shown with it is told apart"
    assert "Сообщить об исполнении" in card
    assert "Отозвано:" in coordinator.get(f"/control/point/{reported}").text


def test_of_what_was_recalled_the_queue_shows_nothing_with_the_next_report(
    pages: Pages, link: str, reported: int, coordinator: httpx.Client
) -> None:
    pages.send(link, reported, "recall")
    pages.send(link, reported, "submit", details="приказ от 21.05.2027 № 119", on=pages.today)
    queue = coordinator.get("/control").text
    assert "№ 119" in queue
    assert "№ 118" not in queue


def test_a_recalled_report_of_what_had_been_returned_is_returned_again(pages: Pages, link: str, reported: int) -> None:
    decide(pages, reported, "return", reason="нет подписи")
    pages.send(link, reported, "submit", **GOOD, on=pages.today)
    pages.send(link, reported, "recall")
    assert pages.status(reported) == "returned"
    assert "нет подписи" in pages.client.get(f"{link}/point/{reported}").text


def test_a_recalled_report_past_its_deadline_is_overdue_and_says_so_before(pages: Pages, link: str) -> None:
    point = pages.point(days=-3)
    pages.send(link, point, "submit", **GOOD, on=pages.today - timedelta(days=4))
    assert "и будет просрочен" in pages.client.get(f"{link}/point/{point}").text
    pages.send(link, point, "recall")
    assert "просрочено на" in pages.client.get(f"{link}/point/{point}").text


def test_more_words_and_files_go_to_a_report_that_stays_on_review(
    pages: Pages, link: str, reported: int, coordinator: httpx.Client
) -> None:
    answer = pages.send(link, reported, "supplement", words="и список участников", file=("список.pdf", b"%PDF-1.7\n1"))
    assert answer.status_code == 303
    assert "отчёт дополнен" in pages.client.get(answer.headers["location"]).text
    (point,) = pages.rows(ControlPoint)
    assert (point.status, point.submitted_on) == ("submitted", pages.today)
    assert [(row.words, row.file_name) for row in pages.rows(Evidence)] == [(GOOD["details"], None), ("", "список.pdf")]
    assert actions(pages) == done(pages) == ["submit", "supplement"]
    assert "список.pdf" in coordinator.get("/control").text


def test_an_empty_supplement_is_refused(pages: Pages, link: str, reported: int) -> None:
    answer = pages.send(link, reported, "supplement", words=" ")
    assert (answer.status_code, "Добавьте к отчёту" in refusal(answer)) == (409, True)
    assert actions(pages) == ["submit"]


@pytest.mark.parametrize("action", ["recall", "supplement"])
def test_after_a_decision_both_are_refused_in_one_line(pages: Pages, link: str, reported: int, action: str) -> None:
    decide(pages, reported, "accept")
    answer = pages.send(link, reported, action, words="ещё")
    assert (answer.status_code, DECIDED in refusal(answer)) == (409, True)
    assert actions(pages) == ["submit", "accept"]


def test_the_same_recall_twice_is_one(pages: Pages, link: str, reported: int) -> None:
    once = pages.once()
    assert [pages.send(link, reported, "recall", once=once).status_code for _ in range(2)] == [303, 303]
    assert actions(pages) == ["submit", "recall"]
    again = pages.send(link, reported, "recall")
    assert (again.status_code, "Отчёта на проверке нет, сейчас — в работе." in refusal(again)) == (409, True)


@pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)
def test_recalled_and_accepted_at_once_one_wins_and_the_other_is_told(
    pages: Pages, link: str, coordinator: httpx.Client
) -> None:
    for number in range(4):
        point = pages.point(days=30 + number, status="submitted", submitted_on=pages.today)
        path = f"/control/point/{point}/accept"
        form = fields(coordinator.get(f"/control/point/{point}").text, path)
        with ThreadPoolExecutor(2) as pool:
            accept = pool.submit(coordinator.post, path, data=form)
            back = pool.submit(pages.send, link, point, "recall")
        codes = (accept.result().status_code, back.result().status_code)
        assert sorted(codes) == [303, 409]
        loser = accept.result() if codes[0] == 409 else back.result()
        assert "сейчас — " in refusal(loser).lower()
        assert pages.status(point) == ("accepted" if loser is back.result() else "open")


def test_who_accepts_a_page_of_before_the_recall_is_told(
    pages: Pages, link: str, reported: int, coordinator: httpx.Client
) -> None:
    path = f"/control/point/{reported}/accept"
    form = fields(coordinator.get(f"/control/point/{reported}").text, path)
    pages.send(link, reported, "recall")
    answer = coordinator.post(path, data=form)
    assert (answer.status_code, "отчёт отозван исполнителем" in refusal(answer)) == (409, True)


def test_a_co_executor_neither_recalls_nor_supplements(pages: Pages, reported: int) -> None:
    stranger = pages.link("Директор центра")
    for action in ("recall", "supplement"):
        assert pages.send(stranger, reported, action, words="ещё").status_code == 404
    assert actions(pages) == ["submit"]


def test_data_are_corrected_in_their_form_not_recalled(pages: Pages, link: str) -> None:
    point = pages.point(days=30, purpose="data", status="submitted", submitted_on=pages.today)
    assert "recall" not in pages.client.get(f"{link}/point/{point}").text
    answer = pages.send(link, point, "recall")
    assert (answer.status_code, "исправьте их в форме" in refusal(answer)) == (409, True)


@pytest.fixture
def asked(pages: Pages, link: str) -> int:
    """A point for which the rector asks for another deadline."""
    point = pages.point(days=30)
    new = pages.today + timedelta(days=60)
    assert pages.send(link, point, "extend", until=new, reason="ждём приказ").status_code == 303
    return point


def test_a_request_is_taken_back_and_may_be_asked_anew(pages: Pages, link: str, asked: int) -> None:
    (request,) = pages.rows(Request)
    answer = pages.send(link, asked, "recall-request", request=request.id)
    assert answer.status_code == 303
    assert "просьба отозвана" in pages.client.get(answer.headers["location"]).text
    (request,), (point,) = pages.rows(Request), pages.rows(ControlPoint)
    assert (request.state, request.decided_by, point.has_open_request) == ("settled", "Ректор (страница)", False)
    assert done(pages) == ["extend", "recall_request"]
    card = pages.client.get(f"{link}/point/{asked}").text
    assert "просьба снята: отозвана исполнителем" in card
    again = pages.send(link, asked, "extend", until=pages.today + timedelta(days=70), reason="всё-таки")
    assert again.status_code == 303


def test_a_request_that_was_decided_is_not_taken_back(pages: Pages, link: str, asked: int) -> None:
    (request,) = pages.rows(Request)
    with open_session(pages.engine) as session:
        move = TransitionCommand(
            action="refuse", actor="координатор", at=clock.now(), on=pages.today, reason="срок назначен министром"
        )
        requests.refuse(session, request.id, move)
    answer = pages.send(link, asked, "recall-request", request=request.id)
    assert (answer.status_code, "уже решена" in refusal(answer)) == (409, True)


def test_only_who_asked_or_who_stands_in_for_him_takes_a_request_back(pages: Pages, asked: int) -> None:
    (request,), colleague = pages.rows(Request), pages.link("Методист")
    assert "Отозвать просьбу" not in pages.client.get(f"{colleague}/point/{asked}").text
    answer = pages.send(colleague, asked, "recall-request", request=request.id)
    assert (answer.status_code, "кто её подал" in refusal(answer)) == (409, True)
    with open_session(pages.engine) as session:
        rector, methodist = (pages.rows(Official, Official.post == post)[0].id for post in ("Ректор", "Методист"))
        days: dict[str, Any] = {"starts_on": pages.today, "ends_on": pages.today, "set_by": "x", "set_at": clock.now()}
        session.add(Absence(official_id=rector, deputy_id=methodist, **days))
    assert "Отозвать просьбу" in pages.client.get(f"{colleague}/point/{asked}").text
    assert pages.send(colleague, asked, "recall-request", request=request.id).status_code == 303


@pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)
def test_a_request_taken_back_and_granted_at_once_is_one_of_them(pages: Pages, link: str, asked: int) -> None:
    (request,) = pages.rows(Request)
    due: date = request.new_due_on

    def grant() -> str:
        move: dict[str, Any] = {
            "at": clock.now(),
            "on": pages.today,
            "due_on": due,
            "deadline_on": due,
            "reason": "приказ",
        }
        try:
            with open_session(pages.engine) as session:
                command = TransitionCommand(action="extend", actor="координатор", **move)
                requests.grant(session, request.id, command)
        except lifecycle.Refused:
            return "refused"
        return "granted"

    with ThreadPoolExecutor(2) as pool:
        granted = pool.submit(grant)
        back = pool.submit(pages.send, link, asked, "recall-request", request=request.id)
    (request,) = pages.rows(Request)
    code = back.result().status_code
    assert (granted.result(), code, request.state) in [("granted", 409, "granted"), ("refused", 303, "settled")]
    assert Counter(actions(pages))["ask"] == 1
    assert pages.rows(AuditEntry)[0].action == "extend"
