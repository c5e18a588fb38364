"""Hands a request on to the Prefect server and its answer back, piece by piece, with the server's own password."""

import base64
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from models.settings import Settings
from tasks.prefect.api_password import api_auth
from tasks.prefect.names import UI_BASE, api_url
from web.door.rules import API, SECRETS, wants_person, with_person

#: Of a connection, not of a message (RFC 9110, 7.6.1), and what this side says anew.
_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "host", "authorization", "content-length", "cookie"}
)
_OURS = "vekha_"
"""How the names of our own cookies begin."""
PATIENCE = httpx.Timeout(60.0, connect=5.0)
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'self'; object-src 'none'"
)
"""Prefect's pages are scripts and carry some in themselves; nothing from elsewhere is loaded by them."""


class ServerAway(Exception):
    """The Prefect server does not answer."""


class PrefectLine:
    """The line to one Prefect server, kept open between requests."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # No proxy of the environment may stand between the pages and the server, and none may see its password.
        self._client = httpx.AsyncClient(timeout=PATIENCE, trust_env=False)

    async def close(self) -> None:
        """Nothing is asked any more."""
        await self._client.aclose()

    @property
    def address(self) -> str:
        """Of the server, without the path of its API."""
        return api_url(self._settings).removesuffix(API)

    @property
    def auth(self) -> str:
        """``name:password``; read anew, for a server that is started again may have another."""
        return api_auth(self._settings) or ""

    async def ui_settings(self) -> dict[str, Any]:
        """What the server tells its pages. Raises ``ServerAway``."""
        try:
            answer = await self._client.get(f"{self.address}{UI_BASE}/ui-settings")
            said = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as away:
            raise ServerAway from away
        return said if isinstance(said, dict) else {}

    async def pass_on(self, request: Request, path: str, *, person: str) -> StreamingResponse:
        """The answer to a request for ``path`` of the server. Raises ``ServerAway``."""
        content: Any = request.stream() if request.method not in ("GET", "HEAD") else None
        headers = _without(request.headers.items())
        if wants_person(request.method, path):
            content = _with_person(await request.body(), path, person)
        elif said := request.headers.get("content-length"):
            headers.append(("content-length", said))
        headers += [("authorization", f"Basic {base64.b64encode(self.auth.encode()).decode()}"), *_cookies(request)]
        url = f"{self.address}{path}" if path.startswith(f"{API}/") else f"{self.address}{UI_BASE}{path}"
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != SECRETS]
        url += f"?{urlencode(kept)}" if kept else ""
        asked = self._client.build_request(request.method, url, headers=headers, content=content)
        try:
            answer = await self._client.send(asked, stream=True)
        except httpx.TransportError as away:
            raise ServerAway from away
        passed = StreamingResponse(
            answer.aiter_raw(), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
        )
        passed.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.decode().lower() not in _NOT_BACK
        ]
        passed.headers.setdefault("Cache-Control", "no-store" if path.startswith(API) else "private, no-cache")
        passed.headers["Content-Security-Policy"] = POLICY
        return passed


_NOT_BACK = _OF_THE_CONNECTION - {"content-length", "cookie", "authorization", "host"}


def _without(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]


def _cookies(request: Request) -> list[tuple[str, str]]:
    """Prefect's own: which of its pages a browser prefers."""
    kept = "; ".join(f"{name}={value}" for name, value in request.cookies.items() if not name.startswith(_OURS))
    return [("cookie", kept)] if kept else []


def _with_person(body: bytes, path: str, person: str) -> bytes:
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return body  # the server says what is wrong with it
    return json.dumps(with_person(path, said, person)).encode() if isinstance(said, dict) else body
