"""The door of «Контроль»: password, session, CSRF, the audit of it."""

import asyncio
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import WebSocket
from limits import RateLimitItemPerMinute
from pydantic import SecretStr

from models import AuditEntry, Transition
from models.settings import Settings
from tests.worlds.pages import Pages
from web.app import create_app
from web.control.login import WrongPasswords, visitor
from web.rates import Limits

PASSWORD = "пароль координатора"
MANY = (RateLimitItemPerMinute(100_000),)


def csrf_of(client: httpx.Client, path: str = "/control/login") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def log_in(client: httpx.Client, password: str = PASSWORD, target: str = "/control") -> httpx.Response:
    form = {"csrf": csrf_of(client), "password": password, "next": target}
    return client.post("/control/login", data=form)


def test_without_a_log_in_every_page_leads_to_the_password_and_back(pages: Pages) -> None:
    point = pages.point()
    for path in ("/control", f"/control/point/{point}", "/control/file/1"):
        answer = pages.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/control/login?next={path}"
    assert pages.client.get("/control/export.xlsx").headers["location"].startswith("/control/login")
    assert pages.client.post(f"/control/point/{point}/accept", data={}).status_code == 303
    assert pages.status(point) == "open"
    assert log_in(pages.client, target=f"/control/point/{point}").headers["location"] == f"/control/point/{point}"
    assert pages.client.get("/control").status_code == 200


@pytest.mark.parametrize("target", ["https://example.org", "//example.org", "/control/../o/x", "/control\nx", ""])
def test_a_log_in_never_leads_outside(pages: Pages, target: str) -> None:
    assert log_in(pages.client, target=target).headers["location"] == "/control"


def test_a_wrong_password_opens_nothing_and_is_kept_in_the_audit(pages: Pages) -> None:
    answer = log_in(pages.client, "не тот")
    assert answer.status_code == 403
    assert "Пароль не подошёл" in answer.text
    assert pages.client.get("/control").status_code == 303
    log_in(pages.client)
    said = [(row.actor, row.action) for row in pages.rows(AuditEntry)]
    assert said == [("не опознан", "вход на страницу контроля отклонён"), ("координатор", "вход на страницу контроля")]
    assert not any("не тот" in f"{row}" for row in pages.rows(AuditEntry))


@pytest.mark.parametrize("limits", [Limits(address=MANY, link=MANY, form=MANY, login=(RateLimitItemPerMinute(3),))])
def test_guessing_the_password_is_slowed_down(pages: Pages, limits: Limits) -> None:
    assert [log_in(pages.client, "не тот").status_code for _ in range(4)] == [403, 403, 403, 429]
    assert log_in(pages.client).status_code == 429


def test_guessing_without_end_does_not_fill_the_record(pages: Pages) -> None:
    for _ in range(20):
        assert log_in(pages.client, "не тот").status_code == 403
    log_in(pages.client)
    rows = pages.rows(AuditEntry)
    assert [row.actor for row in rows] == ["не опознан"] * 5 + ["координатор"]
    assert rows[-1].detail == "перед этим не записано отклонённых входов: 15"


def test_failures_are_written_again_after_a_while() -> None:
    now = [1000.0]
    wrong = WrongPasswords(lambda: now[0])
    assert [wrong.detail() for _ in range(7)] == ["", "", "", "", "", None, None]
    now[0] += 601
    assert [wrong.detail() for _ in range(2)] == ["перед этим не записано отклонённых входов: 2", ""]


def test_a_form_without_the_token_of_the_session_is_refused(pages: Pages) -> None:
    point = pages.point()
    assert pages.client.post("/control/login", data={"password": PASSWORD}).status_code == 403
    log_in(pages.client)
    for form in ({}, {"csrf": "чужой"}):
        assert pages.client.post(f"/control/point/{point}/accept", data=form).status_code == 403
        assert pages.client.post("/control/logout", data=form).status_code == 403
    assert pages.rows(Transition) == []
    assert pages.client.get("/control").status_code == 200


def test_the_log_in_gives_a_new_session_and_the_log_out_ends_it_on_both_sides(pages: Pages) -> None:
    csrf_of(pages.client)
    before = pages.client.cookies["vekha_control"]
    log_in(pages.client)
    stolen = pages.client.cookies["vekha_control"]
    assert stolen != before
    pages.client.post("/control/logout", data={"csrf": csrf_of(pages.client, "/control")})
    assert pages.client.get("/control").status_code == 303
    with httpx.Client(base_url=pages.url, trust_env=False, cookies={"vekha_control": stolen}) as thief:
        assert thief.get("/control").status_code == 303
    assert pages.audit()[-1] == "выход со страницы контроля"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(pages: Pages) -> None:
    cookie = log_in(pages.client).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/;" in cookie


def test_pages_of_officials_neither_set_the_cookie_nor_look_at_it(pages: Pages) -> None:
    """It is sent to them by the browser of whoever is logged in, for its path is the whole address."""
    point, link = pages.point(days=3), pages.link("Ректор")
    outside = (link, f"{link}/point/{point}", f"{link}/absence", "/o/нет", "/calendar/x.ics", "/style.css", "/нет")
    strangers = {path: pages.client.get(path) for path in (*outside, "/controls", "/prefecture")}
    log_in(pages.client)
    cookie = pages.client.cookies["vekha_control"]
    for shown in (cookie, cookie[:-2], "мусор".encode().hex()):
        with httpx.Client(base_url=pages.url, trust_env=False, cookies={"vekha_control": shown}) as client:
            for path, stranger in strangers.items():
                answer = client.get(path)
                assert "set-cookie" not in answer.headers, path
                assert answer.status_code == stranger.status_code, path
                assert without_keys(answer.text) == without_keys(stranger.text), path
    assert pages.send(link, point, "acknowledge").status_code == 303
    assert "set-cookie" not in pages.send(link, point, "progress", words="идёт").headers
    assert pages.client.get("/control").status_code == 200


def without_keys(page: str) -> str:
    return re.sub(r'name="once" value="[^"]+"', "", page)


def test_who_is_logged_in_is_known_by_the_cookie_alone_also_of_a_web_socket(pages: Pages) -> None:
    app = create_app(pages.settings, pages.engine)

    @app.websocket("/control/probe")
    @app.websocket("/o/probe")
    async def probe(socket: WebSocket) -> None:
        await socket.accept()
        who = visitor(socket) if "session" in socket.scope else None
        await socket.send_text(who.person if who else "никто")
        await socket.close()

    def said(path: str, cookie: str) -> str:
        sent: list[MutableMapping[str, Any]] = []
        scope: dict[str, Any] = {"type": "websocket", "path": path, "query_string": b"", "subprotocols": []}
        scope["headers"] = [(b"cookie", f"vekha_control={cookie}".encode())]

        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        asyncio.run(app(scope, receive, send))
        return next(str(message["text"]) for message in sent if "text" in message)

    assert said("/control/probe", "") == "никто"
    log_in(pages.client)
    cookie = pages.client.cookies["vekha_control"]
    assert said("/control/probe", cookie) == "координатор"
    assert said("/control/probe", cookie[:-2]) == "никто"
    assert said("/o/probe", cookie) == "никто"
    pages.client.post("/control/logout", data={"csrf": csrf_of(pages.client, "/control")})
    assert said("/control/probe", cookie) == "никто"


class TestWithoutAPassword:
    """The page says in one line what to do."""

    @pytest.fixture
    def web_settings(self, web_settings: Settings, tmp_path: Path) -> Settings:
        web_settings.control_password = None
        return web_settings

    @pytest.mark.parametrize("path", ["/control", "/control/login", "/control/point/1"])
    def test_it_names_the_variable(self, pages: Pages, path: str) -> None:
        answer = pages.client.get(path)
        assert answer.status_code == 503
        assert "VEKHA_CONTROL_PASSWORD" in answer.text

    def test_an_empty_password_opens_nothing(self, pages: Pages) -> None:
        assert pages.client.post("/control/login", data={"password": ""}).status_code in (403, 503)
        pages.settings.control_password = SecretStr("позже")
        assert pages.client.get("/control").status_code == 303
