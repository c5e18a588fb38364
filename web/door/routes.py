"""The addresses of the door: ``/prefect/…`` itself, and what a proxy asks that passes the pages of Prefect on."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from models import clock
from models.db import DatabaseProblem
from models.settings import Settings
from tasks.admission import Visitor
from tasks.control.decisions import audit_alone
from tasks.prefect.names import UI_BASE
from web.control.login import NO_PASSWORD, ONLY_LOOK, visitor
from web.door.passing import PrefectLine, ServerAway
from web.door.rules import API, SOCKETS, deed, is_for_programs, is_from_us, is_reading, plain_path
from web.door.sockets import hand_on
from web.pages import error_page

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
POLICY_VIOLATION = 1008
AWAY = "Сервер Prefect пока не отвечает: он запускается или остановлен. «Контроль» и страницы исполнителей работают."
FOR_PROGRAMS = (
    "Так запуски и ответы записывают программы. Решение принимают в форме запуска или на странице «Контроль»."
)
FOREIGN = "Запрос пришёл не со страниц «Вехи» и не выполнен."

logger = logging.getLogger(__name__)
router = APIRouter()


@asynccontextmanager
async def closed_line(app: FastAPI) -> AsyncIterator[None]:
    """While the pages are served; the line to the server is closed with them."""
    yield
    if (line := getattr(app.state, "prefect_line", None)) is not None:
        await line.close()


@router.get(UI_BASE)
def to_pages() -> Response:
    """Prefect's pages lie beneath the address."""
    return RedirectResponse(f"{UI_BASE}/", status_code=307)


@router.get(f"{UI_BASE}/ui-settings")
async def ui_settings(request: Request) -> Response:
    """What Prefect's pages ask first: where the API is, under whatever name they are opened; no log-in of their own."""
    who = await _admitted(request, "/ui-settings")
    if isinstance(who, Response):
        return who
    try:
        said = await _line(request).ui_settings()
    except ServerAway:
        return _away(request)
    return JSONResponse(said | {"api_url": f"{UI_BASE}{API}", "auth": None})


@router.api_route(f"{UI_BASE}/{{path:path}}", methods=METHODS)
async def pass_on(request: Request, path: str) -> Response:
    """Everything else of Prefect."""
    inner = f"/{path}"
    who = await _admitted(request, inner)
    if isinstance(who, Response):
        return who
    try:
        answer = await _line(request).pass_on(request, inner, person=who.person)
    except ServerAway:
        return _away(request)
    if answer.status_code < 400:
        await run_in_threadpool(_note, request, who, request.method, inner)
    return answer


@router.get("/control/door")
async def ask_door(request: Request) -> Response:
    """For a proxy that hands requests on to Prefect itself: whether this one may pass.

    204: yes; 401: nobody is logged in; 403: not this person, or not from our pages.
    """
    method = request.headers.get("x-original-method", "GET").upper()
    path = plain_path(request.headers.get("x-original-uri", "")).removeprefix(UI_BASE)
    who = await _admitted(request, path, method=method, is_shown=False)
    if isinstance(who, Response):
        return who
    await run_in_threadpool(_note, request, who, method, path)
    return Response(status_code=204)


@router.websocket(f"{UI_BASE}{API}/{{path:path}}")
async def listen(page: WebSocket, path: str) -> None:
    """What happens in Prefect, as it happens."""
    inner = f"{API}/{path}"

    async def still_open() -> bool:
        return await run_in_threadpool(visitor, page) is not None

    if inner not in SOCKETS or not _is_from_us(page) or not await still_open():
        await page.close(POLICY_VIOLATION)
        return
    line = _line(page)
    url = f"ws{line.address.removeprefix('http')}{inner}"
    await hand_on(page, url, line.auth, still_open)


async def _admitted(
    request: Request, path: str, *, method: str | None = None, is_shown: bool | None = None
) -> Visitor | Response:
    """Who may pass with this request, or what they are answered instead; ``is_shown``: a person sees the answer."""
    method = method or request.method
    is_shown = "text/html" in request.headers.get("accept", "") if is_shown is None else is_shown
    settings: Settings = request.app.state.settings
    if settings.control_password is None:
        return error_page(request, 503, "Страница контроля закрыта", NO_PASSWORD)
    who = await run_in_threadpool(visitor, request)
    if who is None and is_shown and method == "GET":
        return RedirectResponse(f"/control/login?next={quote(f'{UI_BASE}{path}')}", status_code=303)
    if who is None:
        return JSONResponse({"detail": "Войдите на странице «Контроль»."}, status_code=401)
    if method not in ("GET", "HEAD") and not _is_from_us(request):
        return JSONResponse({"detail": FOREIGN}, status_code=403)
    if not is_reading(method, path) and not who.may_decide:
        return JSONResponse({"detail": ONLY_LOOK}, status_code=403)
    if is_for_programs(method, path):
        return JSONResponse({"detail": FOR_PROGRAMS}, status_code=403)
    return who


def _is_from_us(connection: HTTPConnection) -> bool:
    settings: Settings = connection.app.state.settings
    return is_from_us(connection.headers.get("origin"), connection.headers.get("host"), settings.public_url or "")


def _line(connection: HTTPConnection) -> PrefectLine:
    """One for all requests: it belongs to the loop that serves them."""
    state = connection.app.state
    if not hasattr(state, "prefect_line"):
        state.prefect_line = PrefectLine(state.settings)
    found: PrefectLine = state.prefect_line
    return found


def _away(request: Request) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        page = error_page(request, 503, "Prefect пока не отвечает", AWAY, back="/control")
        page.headers["Retry-After"] = page.headers["Refresh"] = "5"
        return page
    return JSONResponse({"detail": AWAY}, status_code=503)


def _note(request: Request, who: Visitor, method: str, path: str) -> None:
    if is_reading(method, path) or not (words := deed(method, path)):
        return
    try:
        audit_alone(request.app.state.engine, actor=who.person, action=f"в Prefect: {words}", at=clock.now())
    except DatabaseProblem as away:
        # Prefect has done it: an answer that nothing was written would not be true.
        logger.error("a change in Prefect was not recorded, %s %s: %s", method, path, away)
