"""What stands between the network and the pages: headers, the limit of size, the session of «Контроль»."""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import SecretStr
from starlette.datastructures import MutableHeaders
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.settings import Settings
from tasks.admission import IDLE, Role, SharedCounters
from tasks.people.links import signing_key
from web.forms import MOST_FILES
from web.pages import error_page
from web.rates import Limits, RateLimit, asked_by_prefect

logger = logging.getLogger(__name__)

MB = 1024 * 1024
FORM_BYTES = 256 * 1024
"""A form without a file: a report of a hundred pages fits, a flood does not."""
DRAIN_BYTES = 256 * MB
"""A browser shows the refusal only after it has sent its body: so much of it is read and thrown away."""
BODY_PAUSE = 30.0
BODY_SECONDS = 600.0
"""A form that stops coming for so long, or has not come in so long, is given up: 20 MB at 300 kbit/s come in time."""
REPORT = re.compile(r"/o/[^/]+/point/\d+/(?:submit|supplement|progress)")
"""The addresses that take several files at once."""
SESSION_SECONDS = int(IDLE.total_seconds())
WITH_SESSION = ("/control", "/prefect")
"""Where the session of «Контроль» counts: beneath any other address its cookie is neither read nor set."""
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Forged(ValueError):
    """The form was not made by this session; the text is one Russian line."""


def guard(app: FastAPI, settings: Settings, limits: Limits, shared: SharedCounters | None = None) -> None:
    """Put the guards around an application; the one added last meets a request first.

    ``shared`` counts for all processes that serve the pages; without it each counts alone.
    """
    is_https = (settings.public_url or "").startswith("https://")
    app.add_middleware(
        ControlCookie,
        secret_key=session_key(settings),
        session_cookie="vekha_control",
        max_age=SESSION_SECONDS,
        # The door to Prefect as well: web/door.
        path="/",
        same_site="strict",
        https_only=is_https,
    )
    app.add_middleware(BodyLimit, file_bytes=settings.max_file_mb * MB)
    app.add_middleware(RateLimit, limits=limits, shared=shared)
    app.add_middleware(Shell, is_https=is_https)


def csrf_token(request: Request) -> str:
    """The token that every form of the coordinator's session carries in a hidden field «csrf»."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(24))
    return token


def check_csrf(request: Request, form: Mapping[str, Any]) -> None:
    """Raises ``Forged`` when the form does not carry the token of this session."""
    expected, given = request.session.get("csrf", ""), form.get("csrf")
    if not expected or not isinstance(given, str) or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Forged("Форма устарела или открыта в другом окне. Обновите страницу и отправьте форму ещё раз.")


def same_words(given: str, expected: str) -> bool:
    """Compare a password without telling by the time taken how much of it was right."""
    return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), hashlib.sha256(expected.encode()).digest())


def role_keys(settings: Settings) -> dict[Role, bytes]:
    """What the sessions of each role that can be entered are kept by: another password of a role ends its sessions."""
    passwords: dict[Role, SecretStr | None]
    passwords = {"coordinator": settings.control_password, "reader": settings.reader_password}
    key = signing_key(settings).encode()
    return {
        role: hmac.digest(key, f"{role} {password.get_secret_value()}".encode(), "sha256")
        for role, password in passwords.items()
        if password is not None
    }


def session_key(settings: Settings) -> str:
    """What the cookies of «Контроль» are signed with: changing the key of the links or the password ends them all."""
    password = settings.control_password.get_secret_value() if settings.control_password else ""
    return hmac.new(signing_key(settings).encode(), f"session {password}".encode(), hashlib.sha256).hexdigest()


class ControlCookie(SessionMiddleware):
    """The session of «Контроль», kept away from the pages of officials: a browser sends its cookie to them as well."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = f"{scope.get('path', '')}/"
        if path.startswith(tuple(f"{base}/" for base in WITH_SESSION)):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Shell:
    """The outermost layer: headers on every answer, a plain page for a fault of ours, a log without the links."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
            "Cache-Control": "no-store",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if is_https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            status = status or 499
        except TooSlow:
            # Nobody waits for this answer; closing is what ends it.
            status = status or 408
            if status == 408:
                await Response(status_code=408, headers={"Connection": "close"})(scope, receive, send)
        except Exception:
            logger.exception("a page failed: %s %s", scope["method"], masked(scope["path"]))
            if status:
                raise
            line = "Мы уже записали, что случилось. Откройте страницу снова и проверьте, сохранён ли ответ."
            await error_page(Request(scope), 500, "Ошибка на сервере", line)(scope, receive, answer)
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            # Prefect's pages ask again every few seconds.
            level = logging.DEBUG if asked_by_prefect(scope["path"]) and status < 400 else logging.INFO
            logger.log(level, "%s %s %s %.0f ms", scope["method"], masked(scope["path"]), status, milliseconds)


def masked(path: str) -> str:
    """A path without the signed part: whoever reads the log cannot act for the official."""
    return re.sub(r"^/(o|calendar)/[^/]+", r"/\1/…", path)


class TooSlow(Exception):
    """The body does not come, or only by drops."""


class _TooLarge(Exception):
    """The body has passed the limit."""


class _Body:
    """The body of one request as it comes, counted against a limit of bytes."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._read, self._is_whole = 0, False
        self._until = time.monotonic() + BODY_SECONDS

    @property
    def is_over(self) -> bool:
        """Whether more than the limit has come."""
        return self._read > self._limit

    async def receive(self) -> Message:
        """The next piece; raises ``_TooLarge`` past the limit."""
        message = await self._next()
        if self.is_over:
            raise _TooLarge
        return message

    async def drain(self) -> None:
        """Read the rest and throw it away: a browser shows an answer only after it has sent all."""
        while not self._is_whole and self._read < DRAIN_BYTES:
            await self._next()

    async def _next(self) -> Message:
        try:
            message = await asyncio.wait_for(self._receive(), min(BODY_PAUSE, self._until - time.monotonic()))
        except TimeoutError as slow:
            raise TooSlow from slow
        self._read += len(message.get("body", b""))
        self._is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message


class BodyLimit:
    """Counts the body while it comes: what the sender says of its length is believed only when it is too much."""

    def __init__(self, app: ASGIApp, *, file_bytes: int) -> None:
        self._app, self._file_bytes = app, file_bytes

    def _limit(self, scope: Scope) -> tuple[int, str]:
        """So many bytes may come, and what to say past them."""
        if not dict(scope["headers"]).get(b"content-type", b"").startswith(b"multipart/form-data"):
            return FORM_BYTES, "Текст слишком длинный. Сократите его или приложите файлом."
        if REPORT.fullmatch(scope["path"]):
            most = MOST_FILES * self._file_bytes
            line = f"Файлы вместе больше {most // MB} МБ, а каждый может быть не больше {self._file_bytes // MB} МБ."
            return most + FORM_BYTES, f"{line} Приложите не все или дайте ссылки на документы."
        most = self._file_bytes
        return most + FORM_BYTES, f"Файл больше {most // MB} МБ. Уменьшите его или дайте ссылку на документ."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit, too_large = self._limit(scope)
        body, is_answered = _Body(receive, limit), False
        said = headers.get(b"content-length", b"0")

        async def answer(message: Message) -> None:
            nonlocal is_answered
            # Whatever the application makes of a broken body is not what the person must read.
            if body.is_over and not is_answered:
                return
            if not is_answered and message["status"] >= 400:
                await body.drain()
            is_answered = True
            await send(message)

        if not said.isdigit() or int(said) <= limit:
            with contextlib.suppress(_TooLarge):
                await self._app(scope, body.receive, answer)
        if not is_answered:
            await body.drain()
            line = f"{too_large} Ничего не записано."
            await error_page(Request(scope), 413, "Слишком большой объём", line)(scope, receive, send)
