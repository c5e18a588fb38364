"""One control point on the coordinator's page: the card, what was shown, and every decision that is possible now."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from models import ControlPoint, Evidence, clock, queries
from models import Request as Asked
from models.db import open_session
from models.lifecycle import event_words
from models.tables.request import ORDERS
from roadmap.control.state import is_begun, is_late, state_name
from tasks.control import commands
from tasks.control.commands import By, Command
from tasks.control.decisions import newest, unfinished_stages
from tasks.daily.decisions import decide
from tasks.pages.filters import item_page, run_urls
from tasks.pages.point import Card, bodies_of, cards, recalled_at, requests_of
from tasks.pages.process import process_page
from tasks.pages.queue import controller_of, controllers_by_roadmap
from tasks.prefect.push import push_point
from web import forms
from web.control.filters import page
from web.control.login import COORDINATOR, ForLoggedIn, SafeForm
from web.downloads import file_response
from web.forms import BadField
from web.pages import RowId, render
from web.security import csrf_token

router = APIRouter(route_class=ForLoggedIn)

TYPED = ("reason", "evidence", "done_on", "new_due_on", "ordered_by", "until")
GROUND = "Основание"
#: What is said of a request that was decided: refused, granted.
SAID = {
    "request": ("просьба отклонена", "просьба удовлетворена"),
    "order": ("на поручение дан ответ", "поручение выполнено"),
}
#: The heading and the button of what is granted.
GRANTS = {
    "extend": ("Перенести срок", "Перенести"),
    "reassignment": ("Передать", "Передать"),
    "ordered_extension": ("Перенести срок", "Перенести"),
    "ordered_withdrawal": ("Снять с контроля", "Снять с контроля"),
}
LATEST_DEMAND = timedelta(days=366)
YEARS_AHEAD = 10
"""How far a deadline can be moved: a slip in the year is met here."""
CASES_SIZE = 50
"""So many municipalities on a page of a point."""


@router.get("/control/point/{point_id}")
def show_point(request: Request, point_id: RowId) -> Response:
    """The card; nothing changes by opening it."""
    return _page(request, point_id)


@router.post("/control/point/{point_id}/request/{request_id}/{answer}")
def decide_request(request: Request, point_id: RowId, request_id: RowId, answer: str, form: SafeForm) -> Response:
    """Grant what the executor asked for, perhaps with another day or body, or refuse it with a ground."""
    if answer not in ("grant", "refuse"):
        raise HTTPException(404)
    kind = _coordinators_own(request, request_id)

    def command_of(key: str, by: By, form: FormData) -> Command:
        reason = forms.text(form, "reason", GROUND, is_required=answer == "refuse")
        if answer == "refuse":
            return commands.RefuseRequest(key=key, by=by, reason=reason, request_id=request_id)
        reason = reason or ("по поручению контролирующего лица" if kind in ORDERS else "по просьбе исполнителя")
        if kind == "ordered_withdrawal":
            with_stages = "with_stages" in form
            return commands.GrantWithdrawal(
                key=key, by=by, reason=reason, request_id=request_id, with_stages=with_stages
            )
        if kind == "reassignment":
            body = _body(form)
            return commands.GrantHandOver(key=key, by=by, reason=reason, request_id=request_id, body_id=body)
        due_on = new_due_on(form, by.today)
        return commands.GrantExtension(key=key, by=by, reason=reason, request_id=request_id, due_on=due_on)

    said = SAID["order" if kind in ORDERS else "request"][answer == "grant"]
    return _decided(request, point_id, form, command_of, said=said)


@router.post("/control/point/{point_id}/{action}")
def decide_point(request: Request, point_id: RowId, action: str, form: SafeForm) -> Response:
    """Accept, return, extend, withdraw, hand over, demand or bring back on control."""
    if action not in COMMANDS:
        raise HTTPException(404)
    return _decided(request, point_id, form, COMMANDS[action])


def _accept(key: str, by: By, form: FormData) -> Command:
    return commands.Accept(
        key=key,
        by=by,
        reason=forms.text(form, "reason", GROUND),
        evidence=_evidence(form),
        done_on=forms.maybe_day(form, "done_on", "Дата исполнения"),
        with_stages="with_stages" in form,
    )


def _return(key: str, by: By, form: FormData) -> Command:
    return commands.Return(key=key, by=by, reason=_reason(form), evidence=_evidence(form))


def _extend(key: str, by: By, form: FormData) -> Command:
    due_on = forms.maybe_day(form, "new_due_on", "Новый срок")
    return commands.Extend(key=key, by=by, reason=_reason(form), evidence=_evidence(form), due_on=due_on)


def _withdraw(key: str, by: By, form: FormData) -> Command:
    with_stages = "with_stages" in form
    return commands.Withdraw(key=key, by=by, reason=_reason(form), evidence=_evidence(form), with_stages=with_stages)


def _reopen(key: str, by: By, form: FormData) -> Command:
    return commands.Reopen(key=key, by=by, reason=_reason(form))


def _demand(key: str, by: By, form: FormData) -> Command:
    latest = by.today + LATEST_DEMAND
    return commands.Demand(
        key=key,
        by=by,
        until=forms.day(form, "until", "Исполнить до", earliest=by.today, latest=latest),
        ordered_by=forms.text(form, "ordered_by", "Кто указал", longest=200, is_required=True),
        reason=forms.text(form, "reason", "Слова исполнителю"),
    )


def _hand_over(key: str, by: By, form: FormData) -> Command:
    return commands.HandOver(key=key, by=by, body_id=_body(form), reason=_reason(form))


Reader = Callable[[str, By, FormData], Command]
"""What a form decides about the point of a key. Raises ``BadField``."""
#: By the action in the address.
COMMANDS: Mapping[str, Reader] = {
    "accept": _accept,
    "return": _return,
    "extend": _extend,
    "withdraw": _withdraw,
    "reopen": _reopen,
    "hand-over": _hand_over,
    "demand": _demand,
}


def _reason(form: FormData) -> str:
    return forms.text(form, "reason", GROUND, is_required=True)


def _evidence(form: FormData) -> str:
    return forms.text(form, "evidence", "Подтверждение")


@router.get("/control/file/{evidence_id}")
def download(request: Request, evidence_id: RowId) -> Response:
    """A file given as evidence, as a download only: nothing of it is shown inside our pages."""
    with open_session(request.app.state.engine) as session:
        found = session.get(Evidence, evidence_id)
    if found is None:
        raise HTTPException(404, "Такого файла нет")
    return file_response(request, found)


def _decided(request: Request, point_id: int, form: FormData, read: Reader, *, said: str = "") -> Response:
    """Carry out one form: back to the queue when done, the same page with one line when not."""
    engine: Engine = request.app.state.engine
    with open_session(engine) as session:
        card = _card(session, point_id)
        key, zone, at = card.point.key, card.point.zone, clock.now()
    try:
        by = By(
            actor=COORDINATOR,
            at=at,
            today=clock.today(zone, at),
            once_key=f"control:{point_id}:{forms.once(form)}",
            seen=forms.number(form, "seen", "Состояние"),
        )
        command = read(key, by, form)
    except BadField as bad:
        return _page(request, point_id, refusal=str(bad), typed=form)
    if refusal := decide(engine, command).refusal:
        return _page(request, point_id, refusal=refusal, typed=form, status=409)
    request.session["said"] = [point_id, said or command.done]
    told = BackgroundTask(push_point, engine, key, request.app.state.settings, at=by.at)
    return RedirectResponse("/control", status_code=303, background=told)


@dataclass(frozen=True, slots=True)
class _Links:
    """Addresses of the same point with another part of a list."""

    point_id: int

    def link(self, anchor: str, **params: int) -> str:
        """The page of the list, at its heading."""
        return f"/control/point/{self.point_id}?{urlencode(params)}#{anchor}"


def _page(
    request: Request, point_id: int, *, refusal: str = "", typed: Mapping[str, Any] | None = None, status: int = 0
) -> Response:
    with open_session(request.app.state.engine) as session:
        values = _values(session, request, point_id)
    words = {name: str(value) for name, value in (typed or {}).items()}
    sent = "/".join(request.url.path.split("/")[4:])
    values |= {"refusal": refusal, "typed": dict.fromkeys(TYPED, "") | words, "sent": sent}
    status = status or (422 if refusal else 200)
    return render(request, "control_point.html.j2", status, csrf=csrf_token(request), once=forms.once_key, **values)


def _values(session: Session, request: Request, point_id: int) -> dict[str, Any]:
    card = _card(session, point_id)
    code, today = card.point.roadmap_code, clock.today(card.point.zone)
    process = process_page(session, card.point.key, today=today)
    unfinished, stages = unfinished_stages(session, session.get_one(ControlPoint, point_id))
    history = queries.history(session, point_id)
    return {
        "unfinished": unfinished,
        "stages": stages,
        "process": process,
        "drawing": Markup(process.svg) if process else "",  # every word in the drawing is escaped already
        "cases": page(process.cases if process else (), "cases", request.query_params, size=CASES_SIZE),
        "query": _Links(point_id),
        "card": card,
        "is_late": is_late(card.point),
        "row": card.point,
        "today": today,
        "zone": card.point.zone,
        "state_words": state_name(card.point, today),
        "history": history,
        "recalled_at": recalled_at(history),
        "event_words": event_words,
        # The newest report first, each with its files in their order.
        "evidence": sorted(queries.evidence(session, point_id), key=lambda one: one.added_at, reverse=True),
        "told": queries.told(session, point_id),
        "requests": requests_of(session, point_id),
        "bodies": bodies_of(session, code),
        "controller": controllers_by_roadmap(session).get(code, ""),
        "control_by": controller_of(session, code),
        "orders": ORDERS,
        "grants": GRANTS,
        "can": card.can if is_begun(session.get_one(ControlPoint, point_id), today) else card.can - {"demand"},
        "seen": newest(session, point_id),
        "run": run_urls(session, [card.point.key]).get(card.point.key, ""),
        "item_page": item_page(session, card.item.key),
    }


def _card(session: Session, point_id: int) -> Card:
    card = cards(session, [point_id]).get(point_id)
    if card is None:
        raise HTTPException(404, "Такой контрольной точки нет: возможно, её сняла новая редакция")
    return card


def _coordinators_own(request: Request, request_id: int) -> str:
    """The kind of a request that the coordinator decides; the controller's own are refused here."""
    with open_session(request.app.state.engine) as session:
        found = session.get(Asked, request_id)
        point = session.get_one(ControlPoint, found.point_id) if found else None
        foreign = controllers_by_roadmap(session)
    if found is None or point is None:
        raise HTTPException(404, "Такой просьбы нет")
    if found.kind == "extend" and point.roadmap_code in foreign:
        raise HTTPException(403, f"О переносе срока решает контролирующее лицо: {foreign[point.roadmap_code]}")
    return found.kind


def _body(form: FormData) -> int:
    """The number of a body, from a list or, where there are too many for one, from «17 · ЦНППМ» that was looked up."""
    words = forms.text(form, "body", "Орган", longest=300, is_required=True)
    found = re.match(r"\d{1,9}(?= · |$)", words, re.ASCII)
    if found is None:
        raise BadField("Поле «Орган»: выберите из списка.")
    return int(found[0])


def new_due_on(form: FormData, today: date) -> date:
    """The new deadline of a form, from today on. Raises ``BadField``."""
    latest = date(today.year + YEARS_AHEAD, 12, 31)
    return forms.day(form, "new_due_on", "Новый срок", earliest=today, latest=latest)
