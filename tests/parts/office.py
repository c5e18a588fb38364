"""A database, a real Prefect server, and what a test asks of them."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from threading import Thread
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page
from prefect.client.orchestration import PrefectClient
from sqlalchemy import Engine
from sqlmodel import select

from deployments.serve.prefect import Worker
from models import Body, ControlPoint, Edition, Item, PrefectRef, Roadmap, clock
from models.db import open_session
from models.settings import Settings
from roadmap.reading import Reading, Window
from tasks.prefect.client import call, connect, pages
from tests.places import AUTH

T = TypeVar("T")
PATIENCE = 240.0
"""Seconds until something that must happen is given up: only a broken program comes to it, not a busy machine."""


class Line:
    """A client that is kept, on a loop in a thread of its own: the browser's driver keeps one running in the test's."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: Future[PrefectClient] = Future()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._keep(),), daemon=True)
        self._thread.start()

    async def _keep(self) -> None:
        self._closing = asyncio.Event()
        async with connect(self._settings) as client:
            self._opened.set_result(client)
            await self._closing.wait()

    def ask(self, ask: Callable[[PrefectClient], Awaitable[T]]) -> T:
        async def asked() -> T:
            return await ask(self._opened.result())

        self._opened.result(60)
        return asyncio.run_coroutine_threadsafe(asked(), self._loop).result()

    def close(self) -> None:
        self._opened.result(60)
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(60)
        self._loop.close()


#: What is another whenever a run has changed.
NEWS = "SELECT count(*), (SELECT max(updated) FROM flow_run) FROM flow_run_state"
GLANCE, PAUSE = 0.1, 3.0
"""Seconds between two looks past the server, and until it is asked though nothing seems to have changed."""
LINES: dict[str, Line] = {}
"""Server → the line to it."""
KEPT: list[Worker] = []
"""The worker of the run, started again when it dies, as ``vekha up`` does: a busy server can fail its first request."""


def hang_up(url: str) -> None:
    """Before a server stops: it would wait for the line."""
    if line := LINES.pop(url, None):
        line.close()


def let_in(page: Page) -> Page:
    """A page that has been given the password of the Prefect server, as a person pastes it once."""
    page.add_init_script(f"localStorage.setItem('prefect-password', btoa({AUTH!r}))")
    return page


@dataclass
class Office:
    """A database, a Prefect server, and what a test asks of them."""

    settings: Settings
    engine: Engine
    url: str

    def api(self, ask: Callable[[PrefectClient], Awaitable[T]]) -> T:
        """The answer to something asked of the server."""
        if self.url not in LINES:
            LINES[self.url] = Line(self.settings)
        return LINES[self.url].ask(ask)

    def hang_up(self) -> None:
        """Before the server stops."""
        hang_up(self.url)

    def runs(self) -> dict[str, dict[str, Any]]:
        """Every run of a control point, by the point's key."""
        found = self.api(lambda client: pages(client, "/flow_runs/filter", {"sort": "ID_DESC"}))
        return {run["idempotency_key"]: run for run in found if run["parameters"].get("point_key")}

    def run(self, key: str) -> dict[str, Any] | None:
        """The run of one control point."""
        wanted = {"flow_runs": {"idempotency_key": {"any_": [key]}}, "sort": "ID_DESC"}
        found = self.api(lambda client: pages(client, "/flow_runs/filter", wanted))
        return next((run for run in reversed(found) if run["parameters"].get("point_key")), None)

    def deployments(self) -> dict[str, dict[str, Any]]:
        """Every deployment by name."""
        found = self.api(lambda client: pages(client, "/deployments/filter", {"sort": "NAME_ASC"}))
        return {deployment["name"]: deployment for deployment in found}

    def wipe_prefect(self) -> None:
        """Forget every flow, deployment and run, as a lost server database would."""

        async def wipe(client: PrefectClient) -> None:
            for flow in await pages(client, "/flows/filter", {}):
                await call(client, "DELETE", f"/flows/{flow['id']}")

        self.api(wipe)

    def looks(self, seconds: float = PATIENCE) -> Iterator[None]:
        """A turn now and one whenever a run has changed; no more of them after so long.

        Whether one has changed is read from the server's database: to be asked all the time would keep it from work.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            seen, again = self._news(), time.monotonic() + PAUSE
            for child in KEPT:
                child.keep_alive()
            yield
            while self._news() == seen and time.monotonic() < again:
                time.sleep(GLANCE)

    def _news(self) -> object:
        path = self.settings.data.resolve() / "prefect" / "prefect.db"
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=60)) as database:
            return database.execute(NEWS).fetchone()

    def wait_for(self, key: str, state_name: str, *, seconds: float = PATIENCE) -> dict[str, Any]:
        """The run of a point once it has reached a state; fails with the state it is in otherwise."""
        run = None
        for _ in self.looks(seconds):
            run = self.run(key)
            if run is not None and run["state_name"] == state_name:
                return run
        found = (run["state_name"], run["state"]["message"]) if run else None
        pytest.fail(f"the run of {key} is {found}, not «{state_name}»{self._said_by_the_worker()}")

    def wait_for_run(self, run_id: Any, *, seconds: float = PATIENCE) -> dict[str, Any]:
        """A run once it has ended."""
        run: dict[str, Any] = {}
        for _ in self.looks(seconds):
            run = self.api(lambda client: call(client, "GET", f"/flow_runs/{run_id}"))
            if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                return run
        pytest.fail(f"the run is still {run['state_name']}{self._said_by_the_worker()}")

    def _said_by_the_worker(self) -> str:
        log = self.settings.data.resolve() / "logs" / Worker.log_name
        lives = ", ".join("lives" if child.is_alive else "is dead" for child in KEPT) or "was not asked for"
        return f"; the worker {lives}; its last words:\n{log.read_text()[-4000:] if log.exists() else ''}"

    def refs(self) -> dict[str, PrefectRef]:
        """What was noted about runs."""
        with open_session(self.engine) as session:
            return {row.key: row for row in session.exec(select(PrefectRef).where(PrefectRef.kind == "run"))}

    def add_roadmap(
        self, code: str = "krasnodar", region: str = "Краснодарский край", *, since: date = date(2040, 10, 1)
    ) -> None:
        """A roadmap with one body and no items of the document.

        Its rounds of monitoring are far away, unless it is on control ``since`` an earlier day: what most tests count
        are points of their own. The item of the rounds has a deployment all the same.
        """
        with open_session(self.engine) as session:
            session.add(
                Roadmap(
                    code=code,
                    region=region,
                    title="Комплекс мер",
                    act="приказ от 13.08.2021 № 2625",
                    period_start=date(2021, 1, 1),
                    period_end=date(2040, 12, 31),
                    zone="Europe/Moscow",
                    roll="preceding",
                    report_by="period_end",
                    controlled_from=since,
                )
            )
            session.flush()
            session.add(
                Body(roadmap_code=code, code="iro", name="Институт развития образования", short="ИРО", level="regional")
            )
            session.add(
                Edition(roadmap_code=code, act="приказ", content_hash=code, catalogue={}, loaded_at=clock.now())
            )

    def add_point(
        self, *, item: str, opens_on: date, due_on: date, code: str = "krasnodar", kind: str = "session", **facts: Any
    ) -> str:
        """A point, and its item where there is none yet; returns the point's key."""
        with open_session(self.engine) as session:
            owner = session.exec(select(Body).where(Body.roadmap_code == code, Body.code == "iro")).one()
            row = session.exec(select(Item).where(Item.roadmap_code == code, Item.code == item)).one_or_none()
            if row is None:
                row = Item(
                    roadmap_code=code,
                    code=item,
                    position=1,
                    origin="table",
                    number=item,
                    section="1. Организационное обеспечение",
                    group="",
                    title=f"Форсайт-сессия {item} для методистов",
                    responsible="Институт развития образования",
                    executors="ЦНППМ",
                    owner_id=owner.id or 0,
                    term="май 2027 г.",
                    result="Протокол",
                    kind=kind,
                    reading=Reading("май", "windows", "month-window", (Window(opens_on, due_on),)).to_json(),
                    is_controlled=True,
                    source=f"Приложение, строка {item}",
                )
                session.add(row)
                session.flush()
            key = f"{code}/{item}/-/{due_on.isoformat()}"
            status = {"status": "open"} if opens_on <= clock.today("Europe/Moscow") else {}
            session.add(
                ControlPoint(
                    key=key,
                    roadmap_code=code,
                    item_id=row.id or 0,
                    owner_id=owner.id or 0,
                    opens_on=opens_on,
                    due_on=due_on,
                    deadline_on=due_on,
                    **(status | facts),
                )
            )
        return key
