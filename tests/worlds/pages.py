"""The pages over a small roadmap: two bodies, their officials, a coordinator."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from limits import RateLimitItemPerMinute
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.types import ASGIApp

from deployments.serve.web import SOCKETS
from models import AuditEntry, Body, Channel, ControlPoint, Edition, Item, Official, Roadmap, clock
from models.db import open_session
from models.settings import Settings
from tasks.people.links import official_url
from web.app import create_app
from web.forms import once_key
from web.rates import Limits

CODE = "krai"
ZONE = "Europe/Moscow"
PASSWORD = "пароль координатора"
MANY = (RateLimitItemPerMinute(100_000),)
NO_LIMITS = Limits(address=MANY, link=MANY, form=MANY, login=MANY, password=MANY)


@dataclass
class Pages:
    """The pages as a browser meets them, and the database behind."""

    url: str
    settings: Settings
    engine: Engine
    client: httpx.Client

    @property
    def today(self) -> date:
        return clock.today(ZONE)

    def link(self, post: str, *, channel: bool = False) -> str:
        """The personal link of an official."""
        with open_session(self.engine) as session:
            official = session.exec(select(Official).where(Official.post == post)).one()
            row = session.exec(select(Channel).where(Channel.official_id == official.id)).first() if channel else None
            return official_url(self.settings, official, row.id if row else None)

    def point(self, item: str = "1.1", *, days: int = 30, **facts: Any) -> int:
        """A point due in so many days, open unless said otherwise; returns its id."""
        due = self.today + timedelta(days=days)
        opens_on = facts.pop("opens_on", min(due, self.today) - timedelta(days=60))
        with open_session(self.engine) as session:
            row = session.exec(select(Item).where(Item.code == item)).one()
            known: dict[str, Any] = {"owner_id": row.owner_id, "status": "open", "deadline_on": due} | facts
            point = ControlPoint(
                key=f"{CODE}/{item}/-/{due}",
                roadmap_code=CODE,
                item_id=row.id or 0,
                opens_on=opens_on,
                due_on=due,
                **known,
            )
            session.add(point)
            session.flush()
            assert point.id is not None
            return point.id

    def once(self) -> str:
        """A once-key as a form carries it."""
        return once_key()

    def send(self, link: str, point_id: int, action: str, /, **fields: Any) -> httpx.Response:
        """Send one form of a card; «file» is (name, bytes), «files» several of them."""
        given = [*([fields.pop("file")] if fields.get("file") else []), *fields.pop("files", ())]
        data = {"once": self.once()} | {name: f"{value}" for name, value in fields.items()}
        files = [("file", one) for one in given] or None
        return self.client.post(f"{link}/point/{point_id}/{action}", data=data, files=files)

    def rows(self, table: Any, *where: Any) -> list[Any]:
        """Rows as they stand, by id."""
        with open_session(self.engine) as session:
            return list(session.exec(select(table).where(*where).order_by(table.id)))

    def status(self, point_id: int) -> str:
        with open_session(self.engine) as session:
            return session.get_one(ControlPoint, point_id).status

    def audit(self) -> list[str]:
        return [row.action for row in self.rows(AuditEntry)]


def _item(session: Session, code: str, owner: Body, *, title: str, position: int) -> None:
    session.add(
        Item(
            roadmap_code=CODE,
            code=code,
            position=position,
            origin="table",
            number=code,
            section="1. Организационное обеспечение",
            group="",
            title=title,
            responsible="Институт развития образования",
            executors="ЦНППМ",
            owner_id=owner.id or 0,
            term="май 2027 г.",
            result="Протокол форсайт-сессии, аналитическая справка",
            kind="session",
            reading={},
            is_controlled=True,
            source=f"приложение, строка {code}",
        )
    )


def build(engine: Engine) -> None:
    """The roadmap «krai»: the institute has a rector and a methodist, the centre a director."""
    with open_session(engine) as session:
        session.add(
            Roadmap(
                code=CODE,
                region="Краснодарский край",
                title="Комплекс мер",
                act="приказ от 13.08.2021 № 2625",
                period_start=date(2021, 1, 1),
                period_end=date(2040, 12, 31),
                zone=ZONE,
                roll="preceding",
                report_by="period_end",
                controlled_from=date(2021, 1, 1),
            )
        )
        session.flush()
        session.add(Edition(roadmap_code=CODE, act="приказ", content_hash="1", catalogue={}, loaded_at=clock.now()))
        institute = Body(
            roadmap_code=CODE, code="iro", name="Институт развития образования", short="ИРО", level="regional"
        )
        centre = Body(
            roadmap_code=CODE, code="cnppm", name="Центр мастерства педагогов", short="ЦНППМ", level="regional"
        )
        session.add_all([institute, centre])
        session.flush()
        _item(session, "1.1", institute, title="Форсайт-сессия для методистов «Развитие» & <итоги>", position=1)
        _item(session, "1.2", institute, title="Мониторинг методической работы", position=2)
        _item(session, "2.1", centre, title="Трёхстороннее соглашение с муниципалитетами", position=3)
        people = [
            Official(roadmap_code=CODE, role="executor", post="Ректор", body_id=institute.id, is_lead=True),
            Official(roadmap_code=CODE, role="executor", post="Методист", body_id=institute.id),
            Official(roadmap_code=CODE, role="executor", post="Директор центра", body_id=centre.id, is_lead=True),
            Official(roadmap_code=CODE, role="coordinator", post="Координатор"),
        ]
        session.add_all(people)
        session.flush()
        session.add_all(one.channel("email", f"official{one.id}@example.org") for one in people)


def every_route(app: FastAPI) -> list[APIRoute]:
    """The routes of an application, with those of the routers in it."""
    return list(_routes_in(app.router))


def _routes_in(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from _routes_in(inner)


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port, as ``vekha web`` does; yields its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, ws=SOCKETS, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    until = time.monotonic() + 120
    while not server.started:
        assert time.monotonic() < until, "the pages did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    listener.close()


@contextmanager
def come_in(
    url: str, password: str, *, to: str = "/control", verify: ssl.SSLContext | bool = True
) -> Iterator[httpx.Client]:
    """A browser whose owner has logged in to «Контроль» and is led on; ``verify``: whose certificates it believes."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60, verify=verify) as browser:
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/control/login").text)
        assert token is not None
        answer = browser.post("/control/login", data={"csrf": token[1], "password": password, "next": to})
        assert answer.headers.get("location") == to, answer.text
        yield browser


def in_front(settings: Settings, engine: Engine) -> AbstractContextManager[str]:
    """The pages of an office that has a Prefect server, with a password of «Контроль»; yields their address."""
    known = settings.model_copy(update={"control_password": SecretStr(PASSWORD)})
    return serving(create_app(known, engine, limits=NO_LIMITS))


Serve = Callable[[ASGIApp], AbstractContextManager[str]]
"""Yields the address of an application while it is served."""
