"""Requests of officials and orders of the controller: asked once, decided once.

A granted one is the move it asked for; ``lifecycle`` does that.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.lifecycle import Action, Refused, TransitionCommand, change, kept, point_by_key
from models.personal import without_names
from models.tables.control_point import ControlPoint
from models.tables.request import ORDERS, REQUEST_KINDS, Request

Kind = Literal["extend", "reassignment", "ordered_extension", "ordered_withdrawal"]
KIND_RU: dict[str, str] = {
    "extend": "перенос срока",
    "reassignment": "передача другому исполнителю",
    "ordered_extension": "перенос срока",
    "ordered_withdrawal": "снятие с контроля",
}
#: Whose it is, as a refusal names it.
_OF_RU = dict.fromkeys(REQUEST_KINDS, "просьба") | dict.fromkeys(ORDERS, "поручение")
#: What stands for the words of a decision where whoever asked thought better of it.
TAKEN_BACK = "отозвана исполнителем"
_MOVES: dict[str, Action] = {
    "extend": "extend",
    "reassignment": "reassign",
    "ordered_extension": "extend",
    "ordered_withdrawal": "withdraw",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDraft:
    """What is asked: another deadline (``new_due_on``), another body (``to_body_id``, None when not known whose) or the
    end of control."""

    kind: Kind
    official_id: int | None
    reason: str
    new_due_on: date | None = None
    to_body_id: int | None = None


def open_request(session: Session, key: str, asked: RequestDraft, move: TransitionCommand) -> Request:
    """Record a request and tell the one who decides; ``move`` carries actor, day, instant and ``once_key``.

    The same ``once_key`` again returns the request that waits. ``Refused`` when one of the kind waits already, or when
    the day asked for is not later than the deadline.
    """
    point = point_by_key(session, key)
    move = kept(session, move)
    asked = replace(asked, reason=without_names(session, asked.reason))
    waiting = _waiting(session, point, asked.kind)
    if waiting is not None:
        if move.once_key and waiting.asked_by == move.actor and waiting.reason == asked.reason:
            return waiting
        raise Refused(f"«{key}»: {KIND_RU[asked.kind]} — {_OF_RU[asked.kind]} уже ждёт решения")
    if asked.kind == "extend" and (asked.new_due_on is None or asked.new_due_on <= point.due_on):
        raise Refused(f"«{key}»: новый срок должен быть позже нынешнего, {point.due_on:%d.%m.%Y}")
    if asked.kind == "ordered_extension" and (asked.new_due_on is None or asked.new_due_on == point.due_on):
        raise Refused(f"«{key}»: новый срок совпадает с нынешним, {point.due_on:%d.%m.%Y}")
    action: Action = "order" if asked.kind in ORDERS else "ask"
    change(session, key, replace(move, action=action, reason=asked.reason, due_on=asked.new_due_on))
    assert point.id is not None
    request = Request(
        point_id=point.id,
        kind=asked.kind,
        official_id=asked.official_id,
        asked_by=move.actor,
        asked_on=move.on,
        asked_at=move.at,
        due_on=point.due_on,
        reason=asked.reason,
        new_due_on=asked.new_due_on,
        to_body_id=asked.to_body_id,
    )
    session.add(request)
    session.flush()
    return request


def refuse(
    session: Session, request_id: int, move: TransitionCommand, *, point: ControlPoint | None = None
) -> ControlPoint:
    """Refuse a request, or answer why an order is not carried out; ``move.reason`` says why.

    ``Refused`` when it was decided before, or just now.

    ``point``: the request's, where it was read already.
    """
    request, point = _decided(session, request_id, "refused", move, point)
    action: Action = "answer_order" if request.kind in ORDERS else "refuse"
    point = change(session, point, replace(move, action=action))
    _note_what_waits(session, point)
    return point


def take_back(
    session: Session, request_id: int, move: TransitionCommand, *, point: ControlPoint | None = None
) -> ControlPoint:
    """Whoever asked takes a request back: nothing was decided. ``Refused`` when it does not wait any more.

    ``point``: the request's, where it was read already.
    """
    words = ": ".join(filter(None, (TAKEN_BACK, move.reason.strip())))
    _, point = _decided(session, request_id, "settled", replace(move, reason=words), point)
    point = change(session, point, replace(move, action="recall_request"))
    _note_what_waits(session, point)
    if point.news == "asked" and not point.has_open_request:
        point.news = None
    session.flush()
    return point


def _note_what_waits(session: Session, point: ControlPoint) -> None:
    point.has_open_request = session.exec(select(Request).where(*_open(point))).first() is not None
    session.add(point)
    session.flush()


def grant(
    session: Session, request_id: int, move: TransitionCommand, *, point: ControlPoint | None = None
) -> ControlPoint:
    """Carry out what was asked: ``move`` carries the day or the body decided, which may differ from those asked for.

    ``Refused`` when the request was decided before. ``point``: the request's, where it was read already.
    """
    request, point = _decided(session, request_id, "granted", move, point)
    return change(session, point, replace(move, action=_MOVES[request.kind]))


def _decided(
    session: Session, request_id: int, state: str, move: TransitionCommand, point: ControlPoint | None
) -> tuple[Request, ControlPoint]:
    """Take the decision for us: of two deciding at once the second finds nothing that waits."""
    move = kept(session, move)
    request = session.get(Request, request_id)
    if request is None:
        raise Refused(f"Просьбы № {request_id} нет")
    point = point or session.get_one(ControlPoint, request.point_id)
    if request.point_id != point.id:
        raise Refused(f"Просьба № {request_id} относится к другой контрольной точке")
    taken = session.execute(
        update(Request)
        .where(col(Request.id) == request_id, col(Request.state) == "waiting")
        .values(
            state=state,
            decided_on=move.on,
            decided_at=move.at,
            decided_by=move.actor,
            decision_reason=move.reason.strip(),
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        of = _OF_RU[request.kind]
        raise Refused(f"{of} ({KIND_RU[request.kind]}) уже {'решена' if of == 'просьба' else 'решено'}", key=point.key)
    return request, point


def _waiting(session: Session, point: ControlPoint, kind: str) -> Request | None:
    return session.exec(select(Request).where(*_open(point), Request.kind == kind)).first()


def _open(point: ControlPoint) -> tuple[bool, bool]:
    return (Request.point_id == point.id, Request.state == "waiting")
