"""The door of «Контроль»: log-in by password, sessions that end, and the routes that stand behind it."""

import re
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection

from models import clock
from models.settings import Settings
from roadmap.language import ON_PAGE
from tasks.control.decisions import audit_alone
from web.control.attempts import LoginAttempts, remember_browser
from web.forms import Form
from web.pages import error_page, render
from web.security import SESSION_SECONDS, Forged, check_csrf, csrf_token, same_words, too_often

SESSIONS_KEPT = 500
FAILURES_WRITTEN, FAILURES_SECONDS = 5, 600.0
"""So many failed log-ins are written down in so many seconds; the others are counted."""
COORDINATOR = f"координатор{ON_PAGE}"
"""How the history of a point names who decides on these pages."""
NO_PASSWORD = (
    "Пароль страницы контроля не задан: "
    "задайте переменную окружения VEKHA_CONTROL_PASSWORD и запустите страницы заново."
)
TOO_OFTEN = (
    "Слишком много попыток входа. Подождите минуту и повторите: "
    "из браузера, в котором уже входили раньше, чужие ошибки не мешают."
)
WRONG = "Пароль не подошёл. Проверьте раскладку и регистр букв."

router = APIRouter()


class Sessions:
    """Who is logged in, by session id: a cookie that was copied opens nothing once its owner has logged out.

    Kept in memory: one process serves the pages, and after a restart everybody logs in again.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._seen: dict[str, float] = {}

    def open(self) -> str:
        """A new session; the longest idle one makes room."""
        while len(self._seen) >= SESSIONS_KEPT:
            del self._seen[min(self._seen, key=self._seen.__getitem__)]
        sid = secrets.token_urlsafe(24)
        self._seen[sid] = self._seconds()
        return sid

    def is_open(self, sid: object) -> bool:
        """Whether the session lives; asking keeps it alive for another twelve hours."""
        seen = self._seen.get(sid) if isinstance(sid, str) else None
        if not isinstance(sid, str) or seen is None:
            return False
        if self._seconds() - seen > SESSION_SECONDS:
            self.close(sid)
            return False
        self._seen[sid] = self._seconds()
        return True

    def close(self, sid: object) -> None:
        """End a session."""
        if isinstance(sid, str):
            self._seen.pop(sid, None)


class WrongPasswords:
    """Which of the log-ins that failed are written down: the record is for ever, and anybody can fail without end."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._since, self._written, self._left_out = 0.0, 0, 0

    def detail(self) -> str | None:
        """What the record says beside the failure, None where it is only counted; the next record tells how many."""
        if not self._written or self._seconds() - self._since > FAILURES_SECONDS:
            self._since, self._written = self._seconds(), 0
        if self._written >= FAILURES_WRITTEN:
            self._left_out += 1
            return None
        self._written += 1
        return self.left_out()

    def left_out(self) -> str:
        """How many were counted and not written since this was asked last; empty for none."""
        number, self._left_out = self._left_out, 0
        return f"перед этим не записано отклонённых входов: {number}" if number else ""


def wrong_passwords_of(request: Request) -> WrongPasswords:
    """The failed log-ins of the application that serves the request."""
    state = request.app.state
    if not hasattr(state, "wrong_passwords"):
        state.wrong_passwords = WrongPasswords()
    found: WrongPasswords = state.wrong_passwords
    return found


def sessions_of(request: HTTPConnection) -> Sessions:
    """The sessions of the application that serves the request."""
    state = request.app.state
    if not hasattr(state, "control_sessions"):
        state.control_sessions = Sessions()
    found: Sessions = state.control_sessions
    return found


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is logged in: as the record names them, and whether they may decide."""

    person: str
    may_decide: bool


def visitor(connection: HTTPConnection) -> Visitor | None:
    """Who asks, by the session alone: of a request or of a web socket."""
    sid = connection.session.get("sid")
    return Visitor("координатор", may_decide=True) if sessions_of(connection).is_open(sid) else None


class ForCoordinator(APIRoute):
    """A route that only a logged-in coordinator reaches; anybody else is led to the log-in and back again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler behind the door."""
        behind = super().get_route_handler()

        async def handle(request: Request) -> Response:
            settings: Settings = request.app.state.settings
            if settings.control_password is None:
                return error_page(request, 503, "Страница контроля закрыта", NO_PASSWORD)
            if sessions_of(request).is_open(request.session.get("sid")):
                return await behind(request)
            came_for = request.url.path if request.method == "GET" else "/control"
            return RedirectResponse(f"/control/login?next={came_for}", status_code=303)

        return handle


def _checked(request: Request, form: Form) -> FormData:
    check_csrf(request, form)
    return form


SafeForm = Annotated[FormData, Depends(_checked)]
"""The form of a request that carries the token of its session."""


@router.get("/control/login")
def show_login(request: Request) -> Response:
    """The password form, or what to do when no password is set."""
    return _login_page(request, _inside(request.query_params.get("next")))


@router.post("/control/login")
def log_in(request: Request, form: Form) -> Response:
    """Compare in constant time; the session is a new one, so a cookie planted before opens nothing."""
    attempts: LoginAttempts = request.app.state.login_attempts
    try:
        check_csrf(request, form)
    except Forged:
        if attempts.may_forge(request):
            raise
        return too_often(request, TOO_OFTEN)
    settings: Settings = request.app.state.settings
    target, given = _inside(form.get("next")), form.get("password")
    if settings.control_password is None:
        return _login_page(request, target)
    if not attempts.may_try(request, settings):
        return too_often(request, TOO_OFTEN)
    if not same_words(given if isinstance(given, str) else "", settings.control_password.get_secret_value()):
        if (detail := wrong_passwords_of(request).detail()) is not None:
            _note(request, "не опознан", "вход на страницу контроля отклонён", detail)
        return _login_page(request, target, refusal=WRONG, status=403)
    attempts.was_right(request, settings)
    sessions_of(request).close(request.session.get("sid"))
    request.session.clear()
    request.session["sid"] = sessions_of(request).open()
    _note(request, "координатор", "вход на страницу контроля", wrong_passwords_of(request).left_out())
    answer = RedirectResponse(target, status_code=303)
    remember_browser(answer, settings)
    return answer


@router.post("/control/logout")
def log_out(request: Request, form: SafeForm) -> Response:
    """End the session on both sides."""
    if sessions_of(request).is_open(request.session.get("sid")):
        _note(request, "координатор", "выход со страницы контроля")
    sessions_of(request).close(request.session.get("sid"))
    request.session.clear()
    return RedirectResponse("/control/login", status_code=303)


def _login_page(request: Request, target: str, *, refusal: str = "", status: int = 200) -> Response:
    settings: Settings = request.app.state.settings
    if settings.control_password is None:
        return error_page(request, 503, "Страница контроля закрыта", NO_PASSWORD)
    values = {"csrf": csrf_token(request), "target": target, "refusal": refusal}
    return render(request, "control_login.html.j2", status, **values)


def _inside(target: object) -> str:
    """Where to go after the log-in: a page of ours, never an address from outside."""
    if isinstance(target, str) and re.fullmatch(r"/prefect(/[\w/.-]*)?", target, re.ASCII) and ".." not in target:
        return target
    inside = r"/control(/point/\d{1,9}|/file/\d{1,9}|/monitoring(/\d{1,9})?)?"
    if isinstance(target, str) and re.fullmatch(inside, target, re.ASCII):
        return target
    return "/control"


def _note(request: Request, actor: str, action: str, detail: str = "") -> None:
    audit_alone(request.app.state.engine, actor=actor, action=action, at=clock.now(), detail=detail)
