"""How often somebody may knock: limits of addresses, links and forms, counted by one process or by all together."""

import hashlib
import hmac
import ipaddress
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from fastapi.responses import Response
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Engine
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from models.db import DatabaseProblem
from models.settings import Settings
from tasks.admission import SharedCounters
from tasks.people.links import MY, signing_key
from tasks.prefect.names import UI_BASE
from web.pages import error_page

logger = logging.getLogger(__name__)

KEYS_KEPT = 50_000
DOOR = "/control/door"
"""Where a proxy asks whether a request may pass on to Prefect: ``web/door/routes.py``."""
MY_COOKIE = "vekha_letter"
"""Holds the code of a letter where its address does not: ``web/official/entry.py``."""
LONGEST_HOST = 64
"""Of what a proxy calls an address and is none."""
AWAY_SECONDS = 5.0
"""So long a database that did not answer is not asked to count."""
COUNTING_THREADS = 4
"""Of their own: pages that are slow do not hold up those who count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests pass: of an address (an office may share one), of a link, of forms of a link; and log-ins:

    of an address or a browser that is known, and of all strangers together, wherever they ask from.
    """

    address: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(300),)
    link: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(90),)
    form: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(20),)
    login: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(5), RateLimitItemPerHour(30))
    password: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(15), RateLimitItemPerHour(120))


LIMITS = Limits()


def shared_counters(settings: Settings, engine: Engine) -> SharedCounters | None:
    """Counters that several processes share; none on SQLite, where one process serves the pages.

    There a write at each request would wait for whatever else is being written.
    """
    if engine.dialect.name != "postgresql":
        return None
    return SharedCounters(engine, hmac.digest(signing_key(settings).encode(), b"counters", "sha256"))


def asked_by_prefect(path: str) -> bool:
    """Whether Prefect's pages ask, through us or a proxy that asks us first: much at a time, again and again."""
    return path.startswith(f"{UI_BASE}/") or path == DOOR


def too_often(request: Request, line: str) -> Response:
    """The page that asks for a minute's patience."""
    page = error_page(request, 429, "Подождите минуту", line)
    page.headers["Retry-After"] = "60"
    return page


class BoundedStorage(MemoryStorage):
    """Counters in memory, a bounded number of them: those that were touched last stay, nobody else's are lost."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count, making room first where there is none."""
        if key not in self.events and len(self.events) >= KEYS_KEPT:
            self._make_room()
        return super().acquire_entry(key, limit, expiry, amount)

    def give_back(self, key: str) -> None:
        """What was counted last was not meant to be."""
        if events := self.events.get(key):
            events.pop(0)

    def _make_room(self) -> None:
        touched = {key: events[0].atime if events else 0.0 for key, events in list(self.events.items())}
        for key in sorted(touched, key=touched.__getitem__)[: KEYS_KEPT // 10]:
            self.events.pop(key, None)
            self.locks.pop(key, None)


class RateLimit:
    """So many requests a minute, by a moving window.

    Each process counts in its memory first, and what it alone has seen too often costs the database nothing. What
    passes there is counted for all processes, where they share counters. A database that is away lets it through: the
    page says so itself.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits, shared: SharedCounters | None = None) -> None:
        self._app, self._limits = app, limits
        self._own = MovingWindowRateLimiter(BoundedStorage())
        self._shared = MovingWindowRateLimiter(shared) if shared is not None else None
        self._threads = CapacityLimiter(COUNTING_THREADS)
        self._away_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Who is not logged in gets nothing from the door, and that cheaply.
        if scope["type"] != "http" or asked_by_prefect(scope["path"]) or await self._passes(scope):
            await self._app(scope, receive, send)
            return
        page = too_often(Request(scope), "Слишком много обращений подряд. Подождите минуту и повторите.")
        await page(scope, receive, send)

    async def _passes(self, scope: Scope) -> bool:
        tests = self._tests(scope)
        if not all(self._own.hit(rate, key) for rate, key in tests):
            return False
        if self._shared is None or time.monotonic() < self._away_until:
            return True
        return await to_thread.run_sync(self._passes_all, self._shared, tests, limiter=self._threads)

    def _passes_all(self, shared: MovingWindowRateLimiter, tests: list[tuple[RateLimitItem, str]]) -> bool:
        try:
            return all(shared.hit(rate, key) for rate, key in tests)
        except DatabaseProblem as away:
            self._away_until = time.monotonic() + AWAY_SECONDS
            logger.warning("requests are counted by this process alone: %s", away)
            return True

    def _tests(self, scope: Scope) -> list[tuple[RateLimitItem, str]]:
        """The limits that a request must keep, each with what it is counted under."""
        address, path, posts = network(scope), scope["path"], scope["method"] == "POST"
        tests = [(rate, f"address {address}") for rate in self._limits.address]
        if token := re.match(r"/(?:o|calendar)/([^/]+)", path):
            # The link itself is not kept, not even here.
            shown = code_of(scope) or f"my {address}" if token[1] == MY else token[1]
            link = hashlib.sha256(shown.encode()).hexdigest()[:24]
            tests += [(rate, f"link {link}") for rate in self._limits.link]
            tests += [(rate, f"form {link}") for rate in self._limits.form if posts]
        return tests


def code_of(scope: Scope) -> str:
    """The code of a letter that the browser has been given, empty when there is none."""
    return HTTPConnection(scope).cookies.get(MY_COOKIE, "")


def network(scope: Mapping[str, Any]) -> str:
    """The client's address; of IPv6 the network, for one person has a whole one."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)[:LONGEST_HOST]
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
