"""Requests for another deadline that the act leaves to the controller: decided on the controller's personal page."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.background import BackgroundTask

from models import ControlPoint, Official, Roadmap, clock
from models import Request as Asked
from models.db import open_session
from models.settings import Settings
from tasks.control.commands import By, Command, GrantExtension, RefuseRequest
from tasks.control.decisions import newest
from tasks.control.figures import waiting_extensions
from tasks.daily.decisions import decide
from tasks.pages.point import Card, cards
from tasks.people.links import actor_of
from tasks.prefect.push import push_point
from web import forms
from web.control.point import GROUND, new_due_on
from web.forms import BadField, Form
from web.official.entry import visitor
from web.pages import RowId, render

router = APIRouter()

DONE = {"grant": "Решение записано: срок перенесён.", "refuse": "Решение записано: просьба отклонена."}


@router.get("/o/{token}/requests")
def show_requests(request: Request, token: str) -> Response:
    """What waits for the controller; opening the page changes nothing."""
    return _page(request, token, said=DONE.get(request.query_params.get("done", ""), ""))


@router.post("/o/{token}/requests/{request_id}/{answer}")
def decide_request(request: Request, token: str, request_id: RowId, answer: str, form: Form) -> Response:
    """Grant with the day asked for or another one, or refuse with a ground."""
    settings: Settings = request.app.state.settings
    engine, at = request.app.state.engine, clock.now()
    with open_session(engine) as session:
        official, roadmap = _controller(session, request, token)
        point = _asked_point(session, roadmap, request_id)
    if answer not in DONE or point is None:
        raise HTTPException(404, "Такой просьбы нет")
    try:
        by = By(
            actor=actor_of(official),
            at=at,
            today=clock.today(roadmap.zone, at),
            once_key=f"controller:{request_id}:{forms.once(form)}",
            seen=forms.number(form, "seen", "Состояние"),
            auditor=official.post,
            official_id=official.id,
        )
        command = _command(point.key, by, request_id, answer, form)
    except BadField as bad:
        return _page(request, token, refusal=str(bad), status=422)
    if refusal := decide(engine, command).refusal:
        return _page(request, token, refusal=refusal, status=409)
    told = BackgroundTask(push_point, engine, point.key, settings, at=by.at)
    return RedirectResponse(f"/o/{token}/requests?done={answer}", status_code=303, background=told)


def _command(key: str, by: By, request_id: int, answer: str, form: Form) -> Command:
    """What the form decides. Raises ``BadField``."""
    reason = forms.text(form, "reason", GROUND, is_required=answer == "refuse")
    if answer == "refuse":
        return RefuseRequest(key=key, by=by, reason=reason, request_id=request_id)
    due_on, reason = new_due_on(form, by.today), reason or "по просьбе исполнителя"
    return GrantExtension(key=key, by=by, reason=reason, request_id=request_id, due_on=due_on)


def _page(request: Request, token: str, *, refusal: str = "", said: str = "", status: int = 200) -> Response:
    with open_session(request.app.state.engine) as session:
        official, roadmap = _controller(session, request, token)
        asked = _asked(session, roadmap)
    values: dict[str, Any] = {"official": official, "roadmap": roadmap, "asked": asked, "token": token}
    values |= {"refusal": refusal, "said": said, "once": forms.once_key, "today": clock.today(roadmap.zone)}
    return render(request, "control_requests.html.j2", status, **values)


def _controller(session: Session, request: Request, token: str) -> tuple[Official, Roadmap]:
    """The controller whose link it is; anybody else finds no such page. Raises ``LinkRefused``."""
    official = visitor(session, request, token).official
    if official.role != "controller":
        raise HTTPException(404, "Такой страницы нет: о просьбах решает лицо, на которое актом возложен контроль")
    return official, session.get_one(Roadmap, official.roadmap_code)


def _asked(session: Session, roadmap: Roadmap) -> list[tuple[Asked, Card, int]]:
    """Each request that waits, its point, and the newest thing that happened to it; the nearest deadline first."""
    if roadmap.extensions_by != "controller":
        return []
    waiting = waiting_extensions(session, roadmap.code)
    found = cards(session, (one.point_id for one in waiting))
    asked = [(one, found[one.point_id], newest(session, one.point_id)) for one in waiting]
    return sorted(asked, key=lambda one: (one[1].point.deadline_on, one[0].id or 0))


def _asked_point(session: Session, roadmap: Roadmap, request_id: int) -> ControlPoint | None:
    """The point of a request that the controller of the roadmap may decide, decided already or not."""
    found = session.get(Asked, request_id)
    point = session.get(ControlPoint, found.point_id) if found is not None and found.kind == "extend" else None
    is_own = point is not None and point.roadmap_code == roadmap.code and roadmap.extensions_by == "controller"
    return point if is_own else None
