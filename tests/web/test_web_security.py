"""What every answer carries, what is too much or too often, what the log and a refused page must not tell."""

import http.client
import logging
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from limits import RateLimitItemPerMinute
from pydantic import SecretStr
from sqlalchemy import Engine

from deployments.serve.prefect import CannotStart
from deployments.serve.web import WebPages, check_before_start
from models import Transition
from models.settings import Settings
from tests.worlds.pages import Pages, Serve
from web.app import create_app
from web.forms import Form
from web.rates import LIMITS, Limits
from web.security import Forged, check_csrf, csrf_token, guard

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}


def test_every_answer_carries_the_headers(pages: Pages) -> None:
    link = pages.link("Ректор")
    for path in (link, f"{link}/point/77", "/o/нет", "/нет", "/robots.txt"):
        answer = pages.client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_over_https_browsers_are_told_to_stay_there(serve: Serve, web_settings: Settings, web_engine: Engine) -> None:
    web_settings.public_url = "https://vekha.example.org"
    with serve(create_app(web_settings, web_engine)) as url:
        assert "max-age=" in httpx.get(f"{url}/style.css", trust_env=False).headers["strict-transport-security"]


def test_no_page_asks_for_anything_from_elsewhere_or_runs_a_script(pages: Pages) -> None:
    link, point = pages.link("Ректор"), pages.point(days=3)
    for path in (link, f"{link}/point/{point}", f"{link}/absence", f"{link}/proof", "/нет"):
        page = pages.client.get(path).text
        assert not re.search(r"<script|javascript:|\son\w+=|<iframe|\sstyle=", page), path
        loaded = re.findall(r'<(?:link|img)[^>]*?(?:href|src)="([^"]+)"', page)
        assert loaded == ["/style.css"], path


def test_nothing_describes_the_interface(pages: Pages) -> None:
    assert [pages.client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/", 404, "Страница не найдена"),
        ("GET", "/o/a/point/не-число", 404, "Страница не найдена"),
        ("DELETE", "/robots.txt", 405, "Так страницу открыть нельзя"),
        ("GET", "/o/a", 403, "Ссылка не действует"),
    ],
)
def test_a_refusal_is_a_page_in_russian(pages: Pages, method: str, path: str, status: int, words: str) -> None:
    answer = pages.client.request(method, path)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_database_that_is_away_is_said_so_without_its_words(pages: Pages) -> None:
    link = pages.link("Ректор")
    pages.engine.dispose()
    database = pages.settings.data / "vekha.db"
    for path in pages.settings.data.glob("vekha.db*"):
        path.unlink()
    database.mkdir()
    answer = pages.client.get(link)
    assert (answer.status_code, "База данных недоступна" in answer.text) == (503, True)
    assert "sqlite" not in answer.text.lower()
    assert "unable to open" not in answer.text


def test_a_body_that_lies_about_its_length_is_cut_off(pages: Pages) -> None:
    link, point = pages.link("Ректор"), pages.point(days=3)

    def endless() -> Iterator[bytes]:
        yield f"once={pages.once()}&words=".encode()
        for _ in range(40):
            yield b"a" * 100_000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = pages.client.post(f"{link}/point/{point}/progress", content=endless(), headers=headers)
    assert (answer.status_code, "слишком длинный" in answer.text) == (413, True)
    assert pages.rows(Transition) == []


def test_a_person_who_leaves_half_way_leaves_no_fault(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    link, point = pages.link("Ректор"), pages.point(days=3)
    address = urlsplit(link)
    with caplog.at_level(logging.INFO, "web"):
        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        connection.putrequest("POST", f"{address.path}/point/{point}/progress")
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"once=1")
        connection.close()
        assert pages.client.get(link).status_code == 200
    assert "a page failed" not in caplog.text
    assert pages.rows(Transition) == []


def test_the_log_names_no_link_and_no_person(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    link, point = pages.link("Ректор", channel=True), pages.point(days=3)
    token = link.rsplit("/", 1)[1]
    with caplog.at_level(logging.DEBUG):
        pages.client.get(link)
        pages.send(link, point, "acknowledge")
        pages.client.get(f"{link}/point/9999")
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    told = "\n".join(record.getMessage() for record in ours)
    assert "POST /o/…/point/1/acknowledge 303" in told
    assert token not in told
    assert "example.org" not in told


class TestTooOften:
    """Limits of their own: a few requests a minute."""

    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(
            address=(RateLimitItemPerMinute(14),),
            link=(RateLimitItemPerMinute(6),),
            form=(RateLimitItemPerMinute(2),),
            login=(RateLimitItemPerMinute(3),),
        )

    def test_one_link_is_slowed_down_and_another_goes_on(self, pages: Pages) -> None:
        link = pages.link("Ректор")
        assert [pages.client.get(link).status_code for _ in range(8)] == [200] * 6 + [429] * 2
        refused = pages.client.get(link)
        assert (refused.headers["retry-after"], "Подождите минуту" in refused.text) == ("60", True)
        assert pages.client.get(pages.link("Методист")).status_code == 200

    def test_forms_are_counted_apart(self, pages: Pages) -> None:
        link, point = pages.link("Ректор"), pages.point(days=3)
        sent = [pages.send(link, point, "progress", words=f"{n}").status_code for n in range(3)]
        assert sent == [303, 303, 429]
        assert len(pages.rows(Transition)) == 2

    def test_guessing_links_from_one_address_is_slowed_down(self, pages: Pages) -> None:
        codes = [pages.client.get(f"/o/{n}").status_code for n in range(16)]
        assert codes == [403] * 14 + [429] * 2

    def test_guessing_the_password_is_slowed_down_the_most(self, pages: Pages) -> None:
        sent = [pages.client.post("/control/login", data={"password": f"{n}"}).status_code for n in range(5)]
        assert 429 not in sent[:3]
        assert sent[3:] == [429, 429]


@pytest.fixture
def own_forms(serve: Serve, web_settings: Settings) -> Iterator[str]:
    """An application with one guarded form of the coordinator's session."""
    web_settings.public_url = "https://vekha.example.org"
    app = FastAPI()
    guard(app, web_settings, LIMITS)
    app.add_exception_handler(Forged, lambda _request, _forged: PlainTextResponse("refused", 403))

    @app.get("/control")
    def show(request: Request) -> PlainTextResponse:
        return PlainTextResponse(csrf_token(request))

    @app.post("/control")
    def take(request: Request, form: Form) -> PlainTextResponse:
        check_csrf(request, form)
        return PlainTextResponse("taken")

    with serve(app) as url:
        yield f"{url}/control"


def test_a_form_without_the_sessions_token_is_refused(own_forms: str) -> None:
    shown = httpx.get(own_forms, trust_env=False)
    cookie = shown.headers["set-cookie"]
    assert re.search(r"path=/;.*httponly; samesite=strict; secure", cookie)
    mine = {"cookie": cookie.split(";")[0]}
    for headers, token, status in (
        (mine, shown.text, 200),
        (mine, "", 403),
        (mine, shown.text[:-1], 403),
        (mine, "токен", 403),
        ({}, shown.text, 403),
        ({"cookie": mine["cookie"][:-2]}, shown.text, 403),
    ):
        answer = httpx.post(own_forms, data={"csrf": token}, headers=headers, trust_env=False)
        assert answer.status_code == status, (headers, token)


def test_pages_open_to_the_network_need_a_password_and_a_key() -> None:
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "VEKHA_CONTROL_PASSWORD и VEKHA_LINK_KEY или"),
        ({"control_password": SecretStr("x" * 20)}, "VEKHA_LINK_KEY"),
        ({"link_key": SecretStr("x" * 40)}, "VEKHA_CONTROL_PASSWORD"),
    )
    for given, missing in cases:
        with pytest.raises(CannotStart, match=missing):
            check_before_start(Settings(web_host="0.0.0.0", **given))


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CannotStart, match="занят"):
            check_before_start(Settings(web_port=other.getsockname()[1]))


def answers(url: str) -> bool:
    """Whether the pages are there."""
    try:
        return httpx.get(f"{url}/robots.txt", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.usefixtures("own_programs")
def test_the_pages_start_as_a_child_and_come_back_after_a_fall(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    child = WebPages(Settings(data=tmp_path, web_port=port))
    child.start()
    try:
        assert httpx.get(f"{child.url}/o/нет", trust_env=False).status_code == 403
        mine = ["pgrep", "-P", f"{os.getpid()}", "-f", "deployments.serve.web"]
        fallen = subprocess.run(mine, capture_output=True, text=True, check=True).stdout.split()
        os.kill(int(fallen[0]), signal.SIGKILL)
        until = time.monotonic() + 240
        while not (child.is_alive and answers(child.url)):
            assert time.monotonic() < until, "the pages did not come back"
            time.sleep(0.05)
            child.keep_alive()
        assert subprocess.run(mine, capture_output=True, text=True, check=True).stdout.split() != fallen
    finally:
        child.stop()
    assert not child.is_alive
