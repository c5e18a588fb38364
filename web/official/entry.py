"""The code of a letter, posted once: the pages then know the browser by a cookie, and no address holds what opens them.

A link with its token in the address stays in the log of a proxy and in the history of a browser. With
``VEKHA_LETTER_CODES`` letters lead to «/o/my…» and give the code beside; links of earlier letters go on working.
"""

import re

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from models.db import open_session
from tasks.people.links import MY, LinkHolder, LinkRefused, link_holder
from web import forms
from web.forms import BadField, Form
from web.pages import error_page, render
from web.rates import MY_COOKIE, code_of
from web.security import SESSION_SECONDS, Forged

router = APIRouter()
HOME = f"/o/{MY}"
LONGEST_CODE = 400
PAGE = re.compile(r"(?:/[a-z0-9-]+)*")


class MovedToCookie(Exception):
    """The token of an earlier letter's link is good and goes into the cookie: the address is left clean."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token


def answer_entries(app: FastAPI) -> None:
    """The ways in that are no pages of their own."""
    app.add_exception_handler(MovedToCookie, _move)
    app.add_exception_handler(LinkRefused, _refuse)
    app.include_router(router)


def secret_of(request: Request, token: str) -> str:
    """What the visitor shows: the token in the address, or for «my» the code in the cookie. Raises ``LinkRefused``."""
    if token != MY:
        return token
    if request.method == "POST" and request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forged("Форма пришла с другой страницы. Откройте страницу заново и отправьте форму с неё.")
    if code := code_of(request.scope):
        return code
    raise LinkRefused("Введите код из письма: он стоит рядом со ссылкой.")


def visitor(session: Session, request: Request, token: str) -> LinkHolder:
    """Who came. Raises ``LinkRefused``, and ``MovedToCookie`` when the page is to be opened without the token."""
    settings = request.app.state.settings
    holder = link_holder(session, settings, secret_of(request, token))
    if token != MY and settings.letter_codes and request.method in ("GET", "HEAD"):
        raise MovedToCookie(token)
    return holder


@router.post(HOME)
def enter(request: Request, form: Form) -> Response:
    """Take the code of a letter; the page that was asked for follows."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forged("Форма пришла с другой страницы. Откройте страницу заново и отправьте форму с неё.")
    page = str(form.get("next", ""))
    page = page if PAGE.fullmatch(page) else ""
    try:
        # A mail program may have broken the line.
        code = re.sub(r"\s", "", forms.text(form, "code", "Код из письма", longest=LONGEST_CODE, is_required=True))
        with open_session(request.app.state.engine) as session:
            link_holder(session, request.app.state.settings, code)
    except (BadField, LinkRefused) as refused:
        return _form(request, page, f"{refused}".replace("Ссылка неполна или повреждена", "Код неполон или повреждён"))
    return _with_cookie(RedirectResponse(HOME + page, 303), request, code)


@router.post(f"{HOME}/leave")
def leave(request: Request) -> Response:
    """Forget the code in this browser."""
    secret_of(request, MY)
    answer = _form(request, "", "Вы вышли. Чтобы открыть страницу снова, введите код из письма.")
    answer.status_code = 200
    answer.delete_cookie(MY_COOKIE, path=HOME)
    return answer


def _move(request: Request, moved: Exception) -> Response:
    assert isinstance(moved, MovedToCookie)
    page = request.url.path.partition(f"/o/{moved.token}")[2]
    return _with_cookie(RedirectResponse(HOME + (page if PAGE.fullmatch(page) else ""), 303), request, moved.token)


def _refuse(request: Request, problem: Exception) -> Response:
    path = request.url.path
    if path != HOME and not path.startswith(f"{HOME}/"):
        return error_page(request, 403, "Ссылка не действует", str(problem))
    page = path.removeprefix(HOME) if request.method in ("GET", "HEAD") else ""
    return _form(request, page if PAGE.fullmatch(page) else "", str(problem))


def _form(request: Request, page: str, line: str) -> Response:
    return render(request, "official/entry.html", 403, line=line, page=page)


def _with_cookie(answer: Response, request: Request, token: str) -> Response:
    is_https = (request.app.state.settings.public_url or "").startswith("https://")
    answer.set_cookie(
        MY_COOKIE, token, max_age=SESSION_SECONDS, path=HOME, httponly=True, secure=is_https, samesite="lax"
    )
    return answer
