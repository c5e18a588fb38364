"""Carries out decisions about control points: one unit of work, one once-key, one line of the audit for each.

1. the point is read, once; 2. a once-key that was recorded ends it; 3. what was done since the page was shown refuses
it; 4. the audit gets its line; 5. the handler of the command makes the move. What cannot be carried out changes nothing
but the audit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, case, func, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, Request, Roadmap, Transition, lifecycle
from models.db import open_session
from models.db.locks import lock_point
from models.lifecycle import EVENT_RU, STATUS_RU, Refused, TransitionCommand, point_by_key, requests
from models.tables.audit import write_audit
from roadmap.control import state
from roadmap.control.planning import working_day_is_past
from roadmap.language import day
from tasks.context.working_calendar import calendar_of
from tasks.control.commands import (
    Accept,
    By,
    Command,
    Demand,
    Extend,
    GrantExtension,
    GrantHandOver,
    GrantWithdrawal,
    HandOver,
    LeavePersonally,
    OrderExtension,
    OrderWithdrawal,
    RefuseRequest,
    Reopen,
    Return,
    Submit,
    TakePersonally,
    Withdraw,
)

#: What the daily control notes by itself is nobody's decision.
UNDECIDED = ("open", "overdue", "undo", "undo_overdue")
REFUSED = "решение не записано"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision, and why it was not carried out, where it was not."""

    status: str
    refused: Refused | None = None

    @property
    def refusal(self) -> str:
        """Why not, as a page says it: one or two Russian sentences, empty when it was carried out."""
        return self.refused.said if self.refused else ""


def same(once_key: str) -> ColumnElement[bool]:
    """The transition recorded under just this key."""
    return col(Transition.once_key) == once_key


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of command is carried out, and by which transitions it is known to have been."""

    carry_out: Callable[[Session, ControlPoint, Any], ControlPoint]
    recorded: Callable[[str], ColumnElement[bool]] = same


Handlers = Mapping[type[Command], Handler]


def decide(engine: Engine, command: Command, handlers: Handlers) -> Outcome:
    """Carry out a command; what cannot be carried out says why. Raises ``Refused`` when there is no such point."""
    handler, by = handlers[type(command)], command.by
    try:
        with open_session(engine) as session:
            point = point_by_key(session, command.key)
            if _is_taken(session, handler, by):
                return Outcome(point.status)
            refuse_unseen(session, point, by)
            _audit(session, by, f"решение: {command.done}", command.key)
            return Outcome(handler.carry_out(session, point, command).status)
    except Refused as refusal:
        return refused(engine, command.key, by, refusal, handler)


def refused(engine: Engine, key: str, by: By, refusal: Refused, handler: Handler | None = None) -> Outcome:
    """A decision that was not taken, with its line in the audit.

    The same form sent twice at once is no refusal: it has been carried out, by its first copy.
    """
    with open_session(engine) as session:
        status = point_by_key(session, key).status
        if handler is not None and _is_taken(session, handler, by):
            return Outcome(status)
        _audit(session, by, REFUSED, key, refusal.said)
    return Outcome(status, refusal)


def _audit(session: Session, by: By, action: str, key: str, detail: str = "") -> None:
    who = {"actor": by.auditor, "official_id": by.official_id}
    write_audit(session, at=by.at, action=action, subject=key, detail=detail, **who)  # type: ignore[arg-type]


def newest(session: Session, point_id: int) -> int:
    """The newest thing that people did to a point: the ``seen`` of a form made now."""
    found = select(func.max(col(Transition.id))).where(*_decisions(point_id))
    return session.execute(found).scalar_one() or 0


def refuse_unseen(session: Session, point: ControlPoint, by: By) -> None:
    """``Refused`` when somebody did something to the point since the person saw it.

    The row is read before its history: what changes after that meets the guard of the change itself.
    """
    if by.seen is None:
        return
    assert point.id is not None
    last = _last_decision(session, point.id)
    if last is not None and (last.id or 0) > by.seen:
        raise Refused(
            "Ваше решение не записано: пока страница была открыта, по точке уже сделано другое — "
            f"{EVENT_RU[last.action]} "
            f"({last.actor}, {day(last.happened_on)}). Сейчас — {STATUS_RU[point.status]}."
        )


def _last_decision(session: Session, point_id: int) -> Transition | None:
    found = select(Transition).where(*_decisions(point_id)).order_by(col(Transition.id).desc())
    return session.execute(found.limit(1)).scalar_one_or_none()


def done_day(done: date | None, today: date) -> date | None:
    """The day something was done, None when none was entered; ``Refused`` when it is to come."""
    if done is not None and done > today:
        raise Refused(f"Дата исполнения {day(done)} ещё не наступила")
    return done


def audit_alone(engine: Engine, *, actor: str, action: str, at: datetime, subject: str = "", detail: str = "") -> None:
    """Write one line of the audit; on its own, so that a refusal is kept as well."""
    with open_session(engine) as session:
        write_audit(session, at=at, actor=actor, action=action, subject=subject, detail=detail)


def submit(session: Session, point: ControlPoint, command: Submit) -> ControlPoint:
    """«Сообщить об исполнении», entered by the coordinator."""
    return lifecycle.change(session, point, _move(command, "submit", on=command.done_on))


def accept(session: Session, point: ControlPoint, command: Accept) -> ControlPoint:
    """«Принять»: what was reported counts from its own day."""
    _refuse_recalled(session, point, command)
    ask_about_stages(session, point, command)
    on = command.accepted_on or _accepted_on(point, command)
    return lifecycle.accept(session, point, _move(command, "accept", on=on))


def _refuse_recalled(session: Session, point: ControlPoint, command: Accept) -> None:
    """Nobody accepts a report that was recalled in the meantime unawares: without it the day has to be named."""
    if point.status not in ("open", "returned") or command.done_on or command.accepted_on:
        return
    assert point.id is not None
    last = _last_decision(session, point.id)
    if last is not None and last.action == "recall":
        raise Refused(
            f"отчёт отозван исполнителем {day(last.happened_on)}. "
            "Чтобы принять исполнение без отчёта, укажите дату исполнения",
            key=point.key,
        )


def _accepted_on(point: ControlPoint, command: Accept) -> date:
    done, today = done_day(command.done_on, command.by.today), command.by.today
    if done is None:
        return today
    reported = point.submitted_on
    if reported is not None and reported != done:
        raise Refused(f"Об исполнении уже сообщено {day(reported)}: оставьте дату исполнения пустой")
    return today if reported else done


def send_back(session: Session, point: ControlPoint, command: Return) -> ControlPoint:
    """«Вернуть»."""
    return lifecycle.change(session, point, _move(command, "return"))


def withdraw(session: Session, point: ControlPoint, command: Withdraw) -> ControlPoint:
    """«Снять»."""
    ask_about_stages(session, point, command)
    return lifecycle.change(session, point, _move(command, "withdraw"))


def ask_about_stages(session: Session, point: ControlPoint, command: Accept | Withdraw | GrantWithdrawal) -> None:
    """``Refused``, with the numbers, where a decision would end stages under way and the person has not said so."""
    live, total = unfinished_stages(session, point)
    if not live:
        return
    told = f"не завершено этапов — {live} из {total}"
    if not command.with_stages:
        raise Refused(f"{told}. Чтобы закрыть пункт вместе с ними, {command.by.confirms}", key=point.key)
    if not command.reason.strip():
        raise Refused(f"{told}. Чтобы закрыть пункт вместе с ними, укажите основание", key=point.key)


def unfinished_stages(session: Session, point: ControlPoint) -> tuple[int, int]:
    """How many stages of a point are under way or to come, and how many there are; what a round asks is none."""
    if point.purpose == "round":
        return 0, 0
    live = func.coalesce(func.sum(case((col(ControlPoint.status).in_(lifecycle.LIVE), 1), else_=0)), 0)
    counted = select(live, func.count()).where(col(ControlPoint.parent_id) == point.id)
    found = session.execute(counted).one()
    return found[0], found[1]


def reopen(session: Session, point: ControlPoint, command: Reopen) -> ControlPoint:
    """«Вернуть на контроль»: not what an edition dropped, nor a stage of what is closed as a whole."""
    whole = session.get_one(ControlPoint, point.parent_id) if point.parent_id else None
    if whole is not None and whole.closed_on is not None:
        raise Refused("закрыт пункт целиком, верните на контроль его, а не этап", key=point.key)
    if not session.get_one(Item, point.item_id).is_controlled:
        raise Refused("пункт исключён новой редакцией документа, на контроль его не вернуть", key=point.key)
    return lifecycle.change(session, point, _move(command, "reopen"))


def extend(session: Session, point: ControlPoint, command: Extend) -> ControlPoint:
    """«Перенести»: not where the act leaves it to the controller."""
    roadmap = session.get_one(Roadmap, point.roadmap_code)
    if roadmap.extensions_by == "controller" and not command.is_of_controller:
        raise Refused("О переносе срока решает контролирующее лицо, по ссылке из своего письма")
    return lifecycle.change(session, point, _extension(session, roadmap, command, command.due_on))


def hand_over(session: Session, point: ControlPoint, command: HandOver) -> ControlPoint:
    """«Передать другому органу»."""
    return lifecycle.change(session, point, _move(command, "reassign", owner_id=_body(session, point, command.body_id)))


def refuse_request(session: Session, point: ControlPoint, command: RefuseRequest) -> ControlPoint:
    """«Отклонить просьбу»."""
    return requests.refuse(session, command.request_id, _move(command, "refuse"), point=point)


def grant_extension(session: Session, point: ControlPoint, command: GrantExtension) -> ControlPoint:
    """«Удовлетворить просьбу о переносе»; who may has been looked at by the page."""
    roadmap = session.get_one(Roadmap, point.roadmap_code)
    request = session.get(Request, command.request_id)
    ordered_on = request.new_due_on if request is not None and request.kind == "ordered_extension" else None
    if ordered_on not in (None, command.due_on) and roadmap.extensions_by == "controller":
        raise Refused(
            "О переносе срока решает контролирующее лицо: перенесите на названный им день или ответьте на поручение"
        )
    move = _extension(session, roadmap, command, command.due_on)
    return requests.grant(session, command.request_id, move, point=point)


def grant_hand_over(session: Session, point: ControlPoint, command: GrantHandOver) -> ControlPoint:
    """«Удовлетворить просьбу о передаче»."""
    move = _move(command, "reassign", owner_id=_body(session, point, command.body_id))
    return requests.grant(session, command.request_id, move, point=point)


def grant_withdrawal(session: Session, point: ControlPoint, command: GrantWithdrawal) -> ControlPoint:
    """«Снять» by an order of the controller."""
    ask_about_stages(session, point, command)
    return requests.grant(session, command.request_id, _move(command, "withdraw"), point=point)


def demand(session: Session, point: ControlPoint, command: Demand) -> ControlPoint:
    """«Потребовать исполнения»: of what has begun and is not reported yet."""
    _take_turn(session, point)
    if not state.is_begun(point, command.by.today):
        raise Refused(f"исполнение ещё не началось, срок открывается {day(point.opens_on)}", key=point.key)
    said = f"по указанию: {command.ordered_by}" if command.ordered_by else ""
    words = ". ".join(filter(None, (said, command.reason)))
    return lifecycle.change(session, point, _move(command, "demand", reason=words, due_on=command.until))


def order_extension(session: Session, point: ControlPoint, command: OrderExtension) -> ControlPoint:
    """«Поручить перенести», to a day to which the coordinator can move it."""
    roadmap = session.get_one(Roadmap, point.roadmap_code)
    _deadline(session, roadmap, command.due_on, today=command.by.today)
    wanted = requests.RequestDraft(
        kind="ordered_extension", official_id=command.by.official_id, reason=command.reason, new_due_on=command.due_on
    )
    return _order(session, point, command, wanted)


def order_withdrawal(session: Session, point: ControlPoint, command: OrderWithdrawal) -> ControlPoint:
    """«Поручить снять»."""
    wanted = requests.RequestDraft(kind="ordered_withdrawal", official_id=command.by.official_id, reason=command.reason)
    return _order(session, point, command, wanted)


def _order(session: Session, point: ControlPoint, command: Command, wanted: requests.RequestDraft) -> ControlPoint:
    _take_turn(session, point)
    requests.open_request(session, point.key, wanted, _move(command, "order"))
    session.refresh(point)
    return point


def take_personally(session: Session, point: ControlPoint, command: TakePersonally) -> ControlPoint:
    """«Взято на личный контроль»."""
    _take_turn(session, point)
    return lifecycle.change(session, point, _move(command, "take_personal"))


def leave_personally(session: Session, point: ControlPoint, command: LeavePersonally) -> ControlPoint:
    """«Снять с личного контроля»."""
    _take_turn(session, point)
    return lifecycle.change(session, point, _move(command, "leave_personal"))


def _take_turn(session: Session, point: ControlPoint) -> None:
    """These leave the status as it is, so of two copies of a form sent at once no guard would meet the second."""
    assert point.id is not None
    lock_point(session, point.id)
    session.refresh(point)


HANDLERS: Handlers = {
    Submit: Handler(submit),
    Accept: Handler(accept),
    Return: Handler(send_back),
    Extend: Handler(extend),
    Withdraw: Handler(withdraw),
    Reopen: Handler(reopen),
    HandOver: Handler(hand_over),
    RefuseRequest: Handler(refuse_request),
    GrantExtension: Handler(grant_extension),
    GrantHandOver: Handler(grant_hand_over),
    GrantWithdrawal: Handler(grant_withdrawal),
    Demand: Handler(demand),
    OrderExtension: Handler(order_extension),
    OrderWithdrawal: Handler(order_withdrawal),
    TakePersonally: Handler(take_personally),
    LeavePersonally: Handler(leave_personally),
}


def _is_taken(session: Session, handler: Handler, by: By) -> bool:
    return session.execute(select(col(Transition.id)).where(handler.recorded(by.once_key)).limit(1)).first() is not None


def _decisions(point_id: int) -> tuple[ColumnElement[bool], ...]:
    return (col(Transition.point_id) == point_id, col(Transition.action).not_in(UNDECIDED))


def _extension(session: Session, roadmap: Roadmap, command: Command, due: date | None) -> TransitionCommand:
    """The day that is controlled follows the working-day rule of the roadmap, and is not past either."""
    if due is None:
        raise Refused(_too_early(command.by.today))
    deadline = _deadline(session, roadmap, due, today=command.by.today)
    return _move(command, "extend", due_on=due, deadline_on=deadline)


def _too_early(today: date) -> str:
    return f"Укажите новый срок не раньше сегодняшнего дня, {day(today)}"


def _deadline(session: Session, roadmap: Roadmap, due: date, *, today: date) -> date:
    if due < today:
        raise Refused(_too_early(today))
    deadline = calendar_of(session, roadmap.code).roll(due, roadmap.roll)  # type: ignore[arg-type]
    if deadline < today:
        raise Refused(working_day_is_past(due))
    return deadline


def _body(session: Session, point: ControlPoint, body_id: int) -> int:
    body = session.get(Body, body_id)
    if body is None or body.roadmap_code != point.roadmap_code:
        raise Refused("такого органа в дорожной карте нет, выберите из списка", key=point.key)
    return body_id


def _move(
    command: Command,
    action: lifecycle.Action,
    *,
    on: date | None = None,
    reason: str | None = None,
    **facts: date | int,
) -> TransitionCommand:
    by = command.by
    return TransitionCommand(
        action=action,
        actor=by.actor,
        official_id=by.official_id,
        at=by.at,
        on=on or by.today,
        reason=command.reason if reason is None else reason,
        evidence=command.evidence,
        once_key=by.once_key,
        **facts,  # type: ignore[arg-type]
    )
