"""The door of «Контроль»: log-in by password, of a coordinator or a reader, and the routes that stand behind it."""

import re
import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection

from models import clock
from models.settings import Settings
from roadmap.language import ON_PAGE
from tasks.admission import PERSONS, Role, Sessions, Visitor
from tasks.control.decisions import audit_alone
from web.control.attempts import LoginAttempts, remember_browser
from web.forms import Form
from web.pages import error_page, render
from web.rates import too_often
from web.security import Forged, check_csrf, csrf_token, role_keys, same_words

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
ONLY_LOOK = "С этим паролем можно только смотреть: решения принимает координатор."
WRONG = "Пароль не подошёл. Проверьте раскладку и регистр букв."

router = APIRouter()


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


def sessions_of(connection: HTTPConnection) -> Sessions:
    """The sessions of the installation, by the passwords in force."""
    state = connection.app.state
    return Sessions(state.engine, role_keys(state.settings))


def visitor(connection: HTTPConnection, *, keeps: bool = False) -> Visitor | None:
    """Who is logged in, by the cookie alone: of a request or of a web socket. One read of the database.

    With ``keeps`` the session lives on by it: what a page asks again and again by itself keeps no computer open.
    """
    return sessions_of(connection).find(connection.session.get("sid"), at=clock.now(), keeps=keeps)


class ForLoggedIn(APIRoute):
    """A route that only who is logged in reaches; anybody else is led to the log-in and back again.

    Whatever is not mere reading is for the coordinator: this is the one place that says so.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler behind the door."""
        behind = super().get_route_handler()

        async def handle(request: Request) -> Response:
            settings: Settings = request.app.state.settings
            if settings.control_password is None:
                return error_page(request, 503, "Страница контроля закрыта", NO_PASSWORD)
            who = await run_in_threadpool(visitor, request, keeps=True)
            if who is None:
                came_for = request.url.path if request.method == "GET" else "/control"
                return RedirectResponse(f"/control/login?next={came_for}", status_code=303)
            if request.method not in ("GET", "HEAD") and not who.may_decide:
                return error_page(request, 403, "Только просмотр", ONLY_LOOK, back="/control")
            request.state.visitor = who
            return await behind(request)

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
    role = _role(given, settings)
    if role is None:
        if (detail := wrong_passwords_of(request).detail()) is not None:
            _note(request, "не опознан", "вход на страницу контроля отклонён", detail)
        return _login_page(request, target, refusal=WRONG, status=403)
    sessions = sessions_of(request)
    sessions.close(request.session.get("sid"))
    request.session.clear()
    request.session["sid"] = sessions.open(role, at=clock.now())
    _note(request, PERSONS[role], "вход на страницу контроля", wrong_passwords_of(request).left_out())
    answer = RedirectResponse(target, status_code=303)
    if role == "reader":
        attempts.was_no_attempt(request, settings)
    else:
        attempts.was_right(request, settings)
        remember_browser(answer, settings)
    return answer


@router.post("/control/logout")
def log_out(request: Request, form: SafeForm) -> Response:
    """End the session on both sides, for every process that serves the pages."""
    if (who := visitor(request)) is not None:
        _note(request, who.person, "выход со страницы контроля")
    sessions_of(request).close(request.session.get("sid"))
    request.session.clear()
    return RedirectResponse("/control/login", status_code=303)


def _role(given: object, settings: Settings) -> Role | None:
    """Whose password it is. Both are compared, so the time taken tells nothing either."""
    word = given if isinstance(given, str) else ""
    is_coordinator = _is_password(word, settings.control_password)
    is_reader = _is_password(word, settings.reader_password)
    return "coordinator" if is_coordinator else "reader" if is_reader else None


def _is_password(word: str, password: SecretStr | None) -> bool:
    return password is not None and same_words(word, password.get_secret_value())


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
