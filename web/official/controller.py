"""The pages of the person charged with control: «На моём контроле», and what he decides about a point."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from models import Official, Roadmap
from models.db import open_session
from models.lifecycle.transitions import ALLOWED
from roadmap.control.state import is_begun
from roadmap.dashboards import boards
from tasks.control import commands
from tasks.control.commands import By, Command
from tasks.control.decisions import newest
from tasks.daily.decisions import decide
from tasks.pages import controller as view
from tasks.people import access
from tasks.people.access import AccessiblePoint
from tasks.people.links import Answer, actor_of, calendar_url
from web import forms
from web.control.filters import page
from web.forms import Faults
from web.official.visits import person, visit
from web.pages import render

LIST_SIZE = 50
LATEST_DEMAND = timedelta(days=366)
YEARS_AHEAD = 10
"""How far a deadline can be moved: a slip in the year is met here."""
REASON = "Основание"


class Links:
    """Addresses of the same page with another filter or part of a list."""

    def __init__(self, home: str, given: Mapping[str, str]) -> None:
        self._home, self.given = home, given

    def link(self, anchor: str, **params: object) -> str:
        """The page with some parameters changed, at a heading."""
        kept = {name: str(value) for name, value in (dict(self.given) | params).items() if value not in ("", None)}
        query = "&".join(f"{name}={value}" for name, value in kept.items())
        return f"{self._home}{f'?{query}' if query else ''}#{anchor}"


def home(request: Request, session: Session, answer: Answer, official: Official) -> Response:
    """«На моём контроле»: everything of the roadmap, the longest overdue first; opening it changes nothing."""
    roadmap = session.get_one(Roadmap, official.roadmap_code)
    params, today = request.query_params, answer.today
    state = params.get("state", "") if params.get("state", "") in view.STATES else ""
    body = int(params["body"]) if re.fullmatch(r"\d{1,9}", params.get("body", ""), re.ASCII) else None
    shown = view.overview(session, roadmap, body=body, state=state, today=today)
    given = {"state": state, "body": str(body) if body is not None else ""}
    return render(
        request,
        "official/controller.html",
        **person(session, official, roadmap, answer.token),
        shown=shown,
        query=Links(f"/o/{answer.token}", {name: value for name, value in given.items() if value}),
        awaiting=page(shown.awaiting, "awaiting", params, size=LIST_SIZE),
        late=page(view.in_order(shown.overdue, today), "late", params, size=LIST_SIZE),
        listed=page(shown.listed, "points", params, size=LIST_SIZE),
        fates=page(shown.fates, "fates", params, size=LIST_SIZE),
        state=state,
        chosen=body,
        states=view.STATES,
        light=boards.light,
        calendar=calendar_url(answer.settings, official),
        today=today,
    )


def card_values(session: Session, own: AccessiblePoint, *, today: date) -> dict[str, Any]:
    """What the card offers to the person charged with control: which decisions are possible now."""
    point = own.point
    assert point.id is not None
    can = {action for action, status in ALLOWED if status == point.status and not point.is_history}
    if not is_begun(point, today):
        can.discard("demand")
    waiting = view.orders_of(session, point.id)
    return {
        "can": can,
        "waiting": waiting,
        "kinds": {one.kind for one in waiting},
        "seen": newest(session, point.id),
        "latest": today + LATEST_DEMAND,
    }


def decide_form(request: Request, token: str, point_id: int, action: str, form: FormData) -> tuple[str, str]:
    """Carry out one form; returns the point's key and why it was refused. Raises ``BadField`` and ``BadFields``."""
    read = COMMANDS.get(action)
    engine = request.app.state.engine
    with open_session(engine) as session:
        answer, official, _ = visit(session, request, token, once=forms.once(form))
        own = access.accessible_point(session, official, point_id, today=answer.today)
        if read is None or official.role != "controller" or own is None:
            raise HTTPException(404, "Такого пункта среди ваших нет.")
        key = own.point.key
        by = By(
            actor=actor_of(official),
            official_id=official.id,
            at=answer.at,
            today=answer.today,
            once_key=f"controller:{point_id}:{answer.once}",
            seen=forms.number(form, "seen", "Состояние"),
            auditor=official.post,
        )
        command = read(key, by, form)
    return key, decide(engine, command).refusal


def _demand(key: str, by: By, form: FormData) -> Command:
    latest = by.today + LATEST_DEMAND
    faults = Faults()
    until = faults.read(forms.day, form, "until", "Исполнить до", earliest=by.today, latest=latest)
    reason = faults.read(forms.text, form, "reason", "Слова исполнителю")
    faults.refuse()
    assert until is not None
    return commands.Demand(key=key, by=by, until=until, reason=reason or "")


def _order_extension(key: str, by: By, form: FormData) -> Command:
    latest = date(by.today.year + YEARS_AHEAD, 12, 31)
    faults = Faults()
    due_on = faults.read(forms.day, form, "until", "Новый срок", earliest=by.today, latest=latest)
    reason = faults.read(forms.text, form, "reason", REASON, is_required=True)
    faults.refuse()
    assert due_on is not None
    return commands.OrderExtension(key=key, by=by, reason=reason or "", due_on=due_on)


def _order_withdrawal(key: str, by: By, form: FormData) -> Command:
    return commands.OrderWithdrawal(key=key, by=by, reason=_reason(form))


def _personal(key: str, by: By, form: FormData) -> Command:
    return commands.TakePersonally(key=key, by=by)


def _not_personal(key: str, by: By, form: FormData) -> Command:
    return commands.LeavePersonally(key=key, by=by)


def _reason(form: FormData) -> str:
    return forms.text(form, "reason", REASON, is_required=True)


#: By the action in the address.
COMMANDS: Mapping[str, Callable[[str, By, FormData], Command]] = {
    "demand": _demand,
    "order-extension": _order_extension,
    "order-withdrawal": _order_withdrawal,
    "personal": _personal,
    "not-personal": _not_personal,
}
