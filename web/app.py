"""The pages for officials and for the coordinator: one FastAPI application, rendered on the server, no scripts."""

import errno
import logging
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from sqlalchemy import Engine
from starlette.exceptions import HTTPException

from models.db import DatabaseProblem
from models.lifecycle import Refused
from models.settings import Settings
from web import calendars, health
from web.control import dashboard
from web.control.attempts import LoginAttempts
from web.door import routes as door
from web.forms import BadField
from web.official import deadlines, indicators, monitoring
from web.official.entry import answer_entries
from web.pages import error_page
from web.rates import LIMITS, Limits, shared_counters
from web.security import Forged, guard
from web.uploads import UploadQuota

logger = logging.getLogger(__name__)
STYLE = Path(__file__).parent / "static" / "style.css"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def create_app(settings: Settings, engine: Engine, *, limits: Limits = LIMITS) -> FastAPI:
    """The application; ``settings``, ``engine`` and ``limits`` stand on ``app.state`` for the routes."""
    app = FastAPI(title="Веха", docs_url=None, redoc_url=None, openapi_url=None, lifespan=door.closed_line)
    app.state.settings, app.state.engine, app.state.limits = settings, engine, limits
    shared = shared_counters(settings, engine)
    app.state.uploads, app.state.login_attempts = UploadQuota(settings, shared), LoginAttempts(limits, shared)
    guard(app, settings, limits, shared)
    # Our own line masks the link. Prefect, imported when a decision is shown there, sets logging anew and would let
    # the server's own access lines through, whole links in them; a logger that is disabled stays so.
    logging.getLogger("uvicorn.access").disabled = True
    _answer_refusals(app)
    app.add_api_route("/style.css", _style, methods=["GET", "HEAD"])
    app.add_api_route("/robots.txt", _robots, methods=["GET", "HEAD"])
    app.include_router(health.router)
    answer_entries(app)
    for part in (deadlines, indicators, monitoring, door, dashboard, calendars):
        app.include_router(part.router)
    return app


def _style() -> FileResponse:
    return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=600"})


def _robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")


def _answer_refusals(app: FastAPI) -> None:
    """Every refusal is a page with one clear line; details go to the log, never to the page."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Forged, _forged)
    app.add_exception_handler(BadField, _bad_field)
    app.add_exception_handler(DatabaseProblem, _database_refused)
    app.add_exception_handler(OSError, _disk_refused)
    app.add_exception_handler(HTTPException, _http_refused)
    app.add_exception_handler(RequestValidationError, _not_understood)


def _refused(request: Request, problem: Exception) -> Response:
    return error_page(request, 409, "Действие не выполнено", str(problem))


def _forged(request: Request, problem: Exception) -> Response:
    return error_page(request, 403, "Форма устарела", str(problem))


def _bad_field(request: Request, problem: Exception) -> Response:
    return error_page(request, 400, "Форма не принята", str(problem))


def _database_refused(request: Request, problem: Exception) -> Response:
    logger.error("the database refused: %s", problem)
    return error_page(
        request,
        503,
        "База данных недоступна",
        "Ничего не записано. Повторите через несколько минут; если не поможет, сообщите координатору.",
    )


def _disk_refused(request: Request, problem: Exception) -> Response:
    if not isinstance(problem, OSError) or problem.errno not in FULL:
        raise problem
    logger.error("no room on the disk: %s", problem.strerror)
    return error_page(
        request,
        507,
        "На сервере закончилось место",
        "Файл не сохранён, ничего не записано. Сообщите координатору и повторите позже.",
    )


def _http_refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    heading, line = _HTTP.get(problem.status_code, ("Запрос не принят", "Откройте страницу по ссылке из письма."))
    said = problem.detail if any("а" <= letter <= "я" for letter in problem.detail) else line
    return error_page(request, problem.status_code, heading, said)


_HTTP = {
    400: ("Форма не принята", "Форма пришла повреждённой. Вернитесь назад и отправьте её ещё раз."),
    404: ("Страница не найдена", "Проверьте, что ссылка скопирована целиком."),
    405: ("Так страницу открыть нельзя", "Откройте страницу по ссылке из письма."),
}


def _not_understood(request: Request, problem: Exception) -> Response:
    return error_page(request, 404, "Страница не найдена", "Проверьте, что ссылка скопирована целиком.")
