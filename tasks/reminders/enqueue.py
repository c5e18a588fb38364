"""Decisions become rows: lines, letters and the next look, set by set, the same on SQLite and PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlmodel import Session, col

from models import ControlPoint, Notice, NoticeLine, Official, Request
from roadmap.control.reminders import NEEDS_OWNER, Audience, Decision, Reason, Situation
from tasks.reminders import scratch_tables as tables
from tasks.reminders.recipients import COUNTED, NotBefore, Recipients, heard_of, new_notices, rowcount
from tasks.reminders.scratch_tables import candidate as _candidate
from tasks.reminders.scratch_tables import line as _line
from tasks.reminders.scratch_tables import situation as _situation
from tasks.reminders.scratch_tables import told as _told

#: The coordinator hears at most once in so many days that a point's owner cannot be reached.
NO_CHANNEL_EVERY = timedelta(days=7)
#: What both sides of a point that changed hands hear, by audience.
_HANDED_OVER: tuple[tuple[Audience, Reason], ...] = (("former", "handed_over"), ("new", "reassigned"))
#: What a situation and its row share as it is; no news is an empty word in the row.
SAME = (
    "status",
    "opens_on",
    "deadline_on",
    "next_check_on",
    "is_history",
    "extension_asked_on",
    "transfer_asked_on",
    "quiet_until",
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What telling came to: letters and lines put into the outbox, reasons that reach nobody."""

    notices: int = 0
    lines: int = 0
    undeliverable: int = 0
    held: int = 0
    """Points whose letter of the day has left already: they are told on the next working day."""
    digests: int = 0
    """Letters of the coordinator and the controller that carry the week's table."""


def enqueue_reminders(
    session: Session, code: str, decisions: Mapping[Situation, Decision], *, today: date, not_before: NotBefore
) -> Telling:
    """Carry out the decisions for one roadmap.

    1. the points of every situation are taken down as candidates; muted ones are left as they are, so that the
       first control after the mute finds the rung they have reached by then;
    2. their lines are addressed: an owner out of reach is the coordinator's line, a missing controller's as well;
    3. one letter per official, day and channel; a point whose letter of the day has left is held for the next;
    4. the lines go into the letters, and the points move to their next look.
    """
    if not decisions:
        return Telling()
    has_handed_over = _has_handed_over(session, code)
    heard = heard_of(session, code, today)
    _prepare(session, decisions, [col(ControlPoint.roadmap_code) == code, *heard], has_handed_over, today=today)
    recipients = Recipients.of(session, code, today)
    undeliverable = _address(session, recipients, has_handed_over, today)
    addressed = select(_line.c.official_id, _line.c.channel_id)
    notices = new_notices(session, addressed, today=today, not_before=not_before)
    held = _hold_back(session, code, today)
    lines = rowcount(session.execute(_new_lines(today, once=bool(recipients.deputies)), execution_options=COUNTED))
    session.execute(
        update(ControlPoint)
        .where(col(ControlPoint.id) == _candidate.c.point_id, _candidate.c.no == _situation.c.no)
        .values(next_check_on=_situation.c.look_again_on, news=None, former_owner_id=None)
        .execution_options(synchronize_session=False)
    )
    tables.drop(session)
    return Telling(notices, lines, undeliverable, held)


def asked_on(kind: str) -> ColumnElement[date | None]:
    """Since when a request of the kind waits for a point; points that ask for nothing are not looked up."""
    point = ControlPoint
    waiting = (
        select(func.min(Request.asked_on))
        .where(col(Request.point_id) == col(point.id), col(Request.kind) == kind, col(Request.state) == "waiting")
        .correlate(point)
        .scalar_subquery()
    )
    return case((col(point.has_open_request), waiting), else_=null())


def _prepare(
    session: Session,
    decisions: Mapping[Situation, Decision],
    of_whom: list[ColumnElement[bool]],
    has_handed_over: bool,
    *,
    today: date,
) -> None:
    """Write the decisions beside the rows and find the points they are about, ``of_whom`` as conditions."""
    tables.make(session)
    numbered = list(enumerate(decisions.items()))
    situations = [
        {name: getattr(s, name) for name in SAME}
        | {"no": no, "news": s.news or "", "look_again_on": decision.next_check_on}
        for no, (s, decision) in numbered
    ]
    session.execute(insert(_situation), situations)
    told = [
        {"no": no, "reason": line.reason, "audience": line.to, "days": line.days}
        for no, (_, decision) in numbered
        for line in decision.lines
    ]
    if has_handed_over:
        told += [
            {"no": no, "reason": reason, "audience": audience, "days": (s.deadline_on - today).days}
            for no, (s, _) in numbered
            for audience, reason in _HANDED_OVER
            # The news of a point says it already, or was overtaken by other news.
            if audience == "former" or s.news != "reassigned"
        ]
    if told:
        session.execute(insert(_told), told)
    asks = any(s.extension_asked_on or s.transfer_asked_on for s in decisions)
    found = (
        select(col(ControlPoint.id), col(ControlPoint.owner_id), _situation.c.no)
        .join_from(ControlPoint, _situation, is_met(asks=asks))
        .where(*of_whom)
    )
    session.execute(insert(_candidate).from_select(["point_id", "owner_id", "no"], found))


def _has_handed_over(session: Session, code: str) -> bool:
    """Points changed hands, and both sides have not heard of it yet."""
    found = select(col(ControlPoint.id)).where(
        col(ControlPoint.roadmap_code) == code, col(ControlPoint.former_owner_id).is_not(None)
    )
    return session.execute(found.limit(1)).first() is not None


def is_met(*, asks: bool) -> ColumnElement[bool]:
    """A point is in a situation."""
    point, met = ControlPoint, _situation.c
    same = (
        (col(point.next_check_on) == met.next_check_on)
        & (col(point.deadline_on) == met.deadline_on)
        & (col(point.opens_on) == met.opens_on)
        & (col(point.status) == met.status)
        & (func.coalesce(col(point.news), "") == met.news)
        & (col(point.is_history) == met.is_history)
        & col(point.quiet_until).is_not_distinct_from(met.quiet_until)
    )
    if not asks:
        return same
    for kind, since in (("extend", met.extension_asked_on), ("reassignment", met.transfer_asked_on)):
        same = same & since.is_not_distinct_from(asked_on(kind))
    return same


def _address(session: Session, recipients: Recipients, has_handed_over: bool, today: date) -> int:
    """Fill the lines with whom they go to; returns how many reasons reach nobody."""
    staff = {role: recipients.staff(session, role) for role in ("coordinator", "controller")}
    _add_lines(session, _owner_lines(recipients))
    if has_handed_over:
        for audience, side in (("former", col(ControlPoint.former_owner_id)), ("new", col(ControlPoint.owner_id))):
            _add_lines(session, _handed_over_lines(recipients, audience, side))
    undeliverable = 0
    for role in ("coordinator", "controller"):
        reached = staff[role] or staff["coordinator"]
        for official_id, channel_id in reached:
            _add_lines(session, _staff_lines(role, official_id, channel_id))
        if not reached:
            undeliverable += _size(session, _staff_lines(role, 0, 0))
    for official_id, channel_id in staff["coordinator"]:
        alone = _unreached_lines(recipients, with_the_unheard=True)
        _add_lines(session, _no_channel_lines(alone, official_id, channel_id, today=today))
    if staff["coordinator"]:
        return undeliverable
    return undeliverable + _size(session, _unreached_lines(recipients, with_the_unheard=False))


def _candidates(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(_candidate.join(_told, _told.c.no == _candidate.c.no))


def _owner_lines(recipients: Recipients) -> Select[Any]:
    leads = recipients.leads().subquery("lead")
    official, channel, body = leads.c
    return (
        _candidates(official, channel, _candidate.c.point_id, _told.c.reason, _told.c.days)
        .join(leads, body == _candidate.c.owner_id)
        .where(_told.c.audience == "owner")
    )


def _handed_over_lines(recipients: Recipients, audience: str, side: Any) -> Select[Any]:
    """To both sides of each point that changed hands; ``side`` is the column of the body."""
    leads = recipients.leads().subquery("lead")
    official, channel, body = leads.c
    return (
        _candidates(official, channel, _candidate.c.point_id, _told.c.reason, _told.c.days)
        .join(ControlPoint, col(ControlPoint.id) == _candidate.c.point_id)
        .join(leads, body == side)
        .where(_told.c.audience == audience, col(ControlPoint.former_owner_id).is_not(None))
    )


def _staff_lines(audience: str, official_id: int, channel_id: int) -> Select[Any]:
    columns = (literal(official_id), literal(channel_id), _candidate.c.point_id, _told.c.reason, _told.c.days)
    return _candidates(*columns).where(_told.c.audience == audience)


def _unreached_lines(recipients: Recipients, *, with_the_unheard: bool) -> Select[Any]:
    """What an owner should hear and cannot; ``with_the_unheard``: nor can anybody in place of one who is away."""
    leads = recipients.leads().subquery("lead")
    unreached: ColumnElement[bool] = _candidate.c.owner_id.not_in(select(leads.c[2]))
    if with_the_unheard and recipients.bodies_unheard:
        unreached = or_(unreached, _candidate.c.owner_id.in_(recipients.bodies_unheard))
    return _candidates(_candidate.c.point_id, _told.c.days).where(
        _told.c.audience == "owner", _told.c.reason.in_(sorted(NEEDS_OWNER)), unreached
    )


def _no_channel_lines(unreached: Select[Any], official_id: int, channel_id: int, *, today: date) -> Select[Any]:
    recent = (
        select(col(NoticeLine.point_id))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .where(col(NoticeLine.reason) == "no_channel", col(Notice.on_day) > today - NO_CHANNEL_EVERY)
        .where(col(Notice.on_day) < today, col(Notice.reversed_at).is_(None))
    )
    point_id, days = _candidate.c.point_id, _told.c.days
    columns = (literal(official_id), literal(channel_id), point_id, literal("no_channel"), days)
    return unreached.where(point_id.not_in(recent)).with_only_columns(*columns)


def _add_lines(session: Session, lines: Select[Any]) -> None:
    session.execute(insert(_line).from_select(["official_id", "channel_id", "point_id", "reason", "days"], lines))


def _hold_back(session: Session, code: str, today: date) -> int:
    """Leave alone the points that belong into a letter which has left (or is leaving) today; returns how many.

    The lock keeps a sender from taking a letter before its lines are in it.
    """
    officials = select(col(Official.id)).where(col(Official.roadmap_code) == code)
    letters = select(col(Notice.state)).where(
        col(Notice.on_day) == today, col(Notice.official_id).in_(officials), col(Notice.reversed_at).is_(None)
    )
    if all(state == "queued" for state in session.execute(letters.with_for_update()).scalars()):
        return 0
    gone = select(_line.c.point_id).join(Notice, _same_letter(today)).where(col(Notice.state) != "queued")
    held = rowcount(session.execute(delete(_candidate).where(_candidate.c.point_id.in_(gone))))
    session.execute(delete(_line).where(_line.c.point_id.not_in(select(_candidate.c.point_id))))
    return held


def _same_letter(today: date) -> Any:
    return (
        (col(Notice.official_id) == _line.c.official_id)
        & (col(Notice.on_day) == today)
        & (col(Notice.channel_id) == _line.c.channel_id)
        & col(Notice.reversed_at).is_(None)
    )


def _new_lines(today: date, *, once: bool) -> Insert:
    """``once``: one person may stand in for two who would hear the same.

    What a letter of the day says already, of a report that was recalled and sent again since, it does not say twice.
    """
    said = exists().where(
        col(NoticeLine.notice_id) == col(Notice.id),
        col(NoticeLine.point_id) == _line.c.point_id,
        col(NoticeLine.reason) == _line.c.reason,
    )
    rows = (
        select(col(Notice.id), _line.c.point_id, _line.c.reason, _line.c.days)
        .join_from(_line, Notice, _same_letter(today))
        .where(~said)
    )
    return insert(NoticeLine).from_select(
        ["notice_id", "point_id", "reason", "days"], rows.distinct() if once else rows
    )


def _size(session: Session, rows: Select[Any]) -> int:
    return int(session.execute(select(func.count()).select_from(rows.subquery())).scalar_one())
