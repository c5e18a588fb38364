"""Several processes serve the pages on one database: who is inside one is inside all, and all count together."""

import asyncio
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from limits import RateLimitItemPerMinute
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlmodel import select

from deployments.serve.web import WebPages
from models import RateWindow
from models.db import engine_for, open_session
from models.settings import Settings
from tests.parts.databases import sqlite_engine
from tests.worlds.pages import MANY, NO_LIMITS, PASSWORD, Pages, Serve, build
from web.app import create_app
from web.forms import BadField
from web.rates import Limits, RateLimit, shared_counters
from web.uploads import UploadQuota

PATIENCE = 240.0


def log_in(client: httpx.Client, url: str, password: str = PASSWORD) -> int:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(f"{url}/control/login").text)
    assert found is not None
    form = {"csrf": found[1], "password": password}
    return client.post(f"{url}/control/login", data=form).status_code


def log_out(client: httpx.Client, url: str) -> None:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(f"{url}/control").text)
    assert found is not None
    client.post(f"{url}/control/logout", data={"csrf": found[1]})


def opens(client: httpx.Client, url: str) -> bool:
    return client.get(f"{url}/control").status_code == 200


def windows(engine: Engine) -> list[RateWindow]:
    with open_session(engine) as session:
        return list(session.exec(select(RateWindow)))


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    """One browser: what comes from one address goes to the other, as behind a proxy that shares the load."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.mark.usefixtures("own_programs")
def test_two_processes_on_one_postgres_are_one_door(
    postgres_engine: Engine, tmp_path: Path, browser: httpx.Client
) -> None:
    """One start for all of it: a log-in, a log-out, guesses that are split over both."""
    known: dict[str, Any] = {
        "data": tmp_path,
        "database_url": SecretStr(postgres_engine.url.render_as_string(hide_password=False)),
        "control_password": SecretStr(PASSWORD),
        "link_key": SecretStr("ключ для ссылок в проверках страниц"),
    }
    first, second = (WebPages(Settings(**known, web_port=a_port())) for _ in range(2))
    try:
        first.start(timeout=PATIENCE)
        second.start(timeout=PATIENCE)
        assert log_in(browser, first.url) == 303
        assert opens(browser, second.url)
        stolen = browser.cookies["vekha_control"]
        log_out(browser, second.url)
        assert not opens(browser, first.url)
        with httpx.Client(trust_env=False, cookies={"vekha_control": stolen}) as thief:
            assert [opens(thief, url) for url in (first.url, second.url)] == [False, False]
        with httpx.Client(trust_env=False, timeout=60) as stranger:
            turns = [first.url, second.url] * 3
            assert [log_in(stranger, url, "не тот") for url in turns] == [403] * 5 + [429]
            assert log_in(stranger, first.url) == 429, "the right word comes too late as well"
    finally:
        second.stop()
        first.stop()


@pytest.mark.parametrize("limits", [Limits(address=MANY, link=(RateLimitItemPerMinute(6),), form=MANY, login=MANY)])
@pytest.mark.parametrize("web_engine", ["postgresql"], indirect=True)
def test_requests_with_a_link_are_counted_together(pages: Pages, limits: Limits, serve: Serve) -> None:
    path = httpx.URL(pages.link("Ректор")).path
    with serve(create_app(pages.settings, pages.engine, limits=limits)) as other:
        codes = [httpx.get(f"{url}{path}", trust_env=False).status_code for url in (pages.url, other) * 4]
        another = httpx.get(f"{other}{httpx.URL(pages.link('Методист')).path}", trust_env=False)
    assert codes == [200] * 6 + [429] * 2
    assert another.status_code == 200
    token, found = path.rsplit("/", 1)[1], windows(pages.engine)
    assert len(found) >= 3
    assert not any(token in row.key or "127.0.0.1" in row.key for row in found)


@pytest.mark.parametrize("web_engine", ["postgresql"], indirect=True)
def test_files_of_a_day_are_counted_together(web_engine: Engine, web_settings: Settings) -> None:
    both = [UploadQuota(web_settings, shared_counters(web_settings, web_engine), files=3) for _ in range(2)]
    for quota in (*both, both[0]):
        quota.take(1, 1000)
    for quota in both:
        with pytest.raises(BadField, match="столько уже прислано"):
            quota.take(1, 1000)
    both[1].take(2, 1000)


def test_what_one_process_alone_has_seen_too_often_costs_the_database_nothing(
    postgres_engine: Engine, web_settings: Settings
) -> None:
    said: list[str] = []
    event.listen(postgres_engine, "before_cursor_execute", lambda *given: said.append(given[2].split()[0]))
    limits = Limits(address=(RateLimitItemPerMinute(3),), link=MANY, form=MANY)
    app = RateLimit(answers, limits=limits, shared=shared_counters(web_settings, postgres_engine))
    assert ask(app, times=9) == [200] * 3 + [429] * 6
    assert said == ["INSERT"] * 6, "of the address and of the link"


async def answers(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(app: Any, *, times: int) -> list[int]:
    """The statuses of so many requests, one after another."""

    async def all_of_them() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://vekha.test") as client:
            return [(await client.get("/o/a")).status_code for _ in range(times)]

    return asyncio.run(all_of_them())


def test_a_database_that_is_away_lets_a_request_through_and_no_guess(serve: Serve, web_settings: Settings) -> None:
    """The pages say that it is away; each process goes on counting for itself."""
    nowhere = engine_for("postgresql://nobody@127.0.0.1:1/none")
    few = Limits(address=(RateLimitItemPerMinute(8),), link=MANY, form=MANY)
    with (
        serve(create_app(web_settings, nowhere, limits=few)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        found = re.search(r'name="csrf" value="([^"]+)"', client.get("/control/login").text)
        assert found is not None
        for word in (PASSWORD, "не тот"):
            refused = client.post("/control/login", data={"csrf": found[1], "password": word})
            assert (refused.status_code, "База данных недоступна" in refused.text) == (503, True)
        assert client.get("/control").status_code == 303, "without a session there is nothing to look for"
        assert [client.get("/robots.txt").status_code for _ in range(6)] == [200] * 4 + [429] * 2


def test_on_sqlite_a_restart_of_the_pages_ends_nothing(
    serve: Serve, web_settings: Settings, browser: httpx.Client
) -> None:
    engine = sqlite_engine(web_settings.data / "vekha.db", build)
    with serve(create_app(web_settings, engine, limits=NO_LIMITS)) as url:
        assert log_in(browser, url) == 303
    engine.dispose()
    with serve(create_app(web_settings, engine, limits=NO_LIMITS)) as url:
        assert opens(browser, url)
    with serve(
        create_app(
            web_settings.model_copy(update={"control_password": SecretStr("другой пароль")}), engine, limits=NO_LIMITS
        )
    ) as url:
        assert not opens(browser, url), "another password ends what the one before has opened"
    assert windows(engine) == [], "one process counts in its memory"
