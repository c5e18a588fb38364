"""Decisions become rows: lines, letters and the next look, set by set, the same on SQLite and PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Insert,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models import Channel, ControlPoint, Notice, NoticeLine, Official
from models.types import UtcDateTime
from roadmap.notices import NEEDS_OWNER, Decision, Situation

#: The coordinator hears at most once in so many days that a point's owner cannot be reached.
NO_CHANNEL_EVERY = timedelta(days=7)

#: Without it PostgreSQL's count of inserted rows is thrown away.
_COUNTED = {"preserve_rowcount": True}

_scratch = MetaData()
_situation = Table(
    "vekha_situation",
    _scratch,
    Column("no", Integer, primary_key=True),
    Column("status", String, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("deadline_on", Date, nullable=False),
    Column("next_check_on", Date, nullable=False),
    Column("news", String, nullable=False),
    Column("is_history", Boolean, nullable=False),
    Column("look_again_on", Date),
    Index("vekha_situation_met", "next_check_on", "deadline_on", "opens_on", "status", "news", "is_history"),
    prefixes=["TEMPORARY"],
)
_told = Table(
    "vekha_told",
    _scratch,
    Column("no", Integer, nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("days", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
_candidate = Table(
    "vekha_candidate",
    _scratch,
    Column("point_id", Integer, primary_key=True),
    Column("owner_id", Integer, nullable=False),
    Column("no", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
_line = Table(
    "vekha_line",
    _scratch,
    Column("official_id", Integer, nullable=False),
    Column("channel_id", Integer, nullable=False),
    Column("point_id", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("days", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What telling came to: letters and lines put into the outbox, reasons that reach nobody."""

    notices: int = 0
    lines: int = 0
    undeliverable: int = 0
    held: int = 0
    """Points whose letter of the day has left already: they are told on the next working day."""


def tell(
    work: Session, code: str, decisions: Mapping[Situation, Decision], *, today: date, not_before: datetime
) -> Telling:
    """Carry out the decisions for one roadmap.

    1. the points of every situation are taken down as candidates;
    2. their lines are addressed: an owner out of reach is the coordinator's line, a missing controller's as well;
    3. one letter per official, day and channel; a point whose letter of the day has left is held for the next;
    4. the lines go into the letters, and the points move to their next look.
    """
    if not decisions:
        return Telling()
    _prepare(work, code, decisions)
    undeliverable = _address(work, code, today)
    notices = _rows(work.execute(_new_notices(work, today, not_before), execution_options=_COUNTED))
    held = _hold_back(work, code, today)
    lines = _rows(work.execute(_new_lines(today), execution_options=_COUNTED))
    work.execute(
        update(ControlPoint)
        .where(col(ControlPoint.id) == _candidate.c.point_id, _candidate.c.no == _situation.c.no)
        .values(next_check_on=_situation.c.look_again_on, news=None)
        .execution_options(synchronize_session=False)
    )
    _scratch.drop_all(work.connection())
    return Telling(notices, lines, undeliverable, held)


def _prepare(work: Session, code: str, decisions: Mapping[Situation, Decision]) -> None:
    """Write the decisions beside the rows and find the points they are about."""
    connection = work.connection()
    _scratch.drop_all(connection)
    _scratch.create_all(connection)
    numbered = list(enumerate(decisions.items()))
    situations = [
        {name: getattr(s, name) for name in ("status", "opens_on", "deadline_on", "next_check_on", "is_history")}
        | {"no": no, "news": s.news or "", "look_again_on": decision.next_check_on}
        for no, (s, decision) in numbered
    ]
    work.execute(insert(_situation), situations)
    told = [
        {"no": no, "reason": line.reason, "audience": line.to, "days": line.days}
        for no, (_, decision) in numbered
        for line in decision.lines
    ]
    if told:
        work.execute(insert(_told), told)
    point, met = ControlPoint, _situation.c
    found = (
        select(col(point.id), col(point.owner_id), met.no)
        .join_from(
            point,
            _situation,
            (col(point.next_check_on) == met.next_check_on)
            & (col(point.deadline_on) == met.deadline_on)
            & (col(point.opens_on) == met.opens_on)
            & (col(point.status) == met.status)
            & (func.coalesce(col(point.news), "") == met.news)
            & (col(point.is_history) == met.is_history),
        )
        .where(col(point.roadmap_code) == code)
    )
    work.execute(insert(_candidate).from_select(["point_id", "owner_id", "no"], found))


def _address(work: Session, code: str, today: date) -> int:
    """Fill the lines with whom they go to; returns how many reasons reach nobody."""
    staff = {
        role: work.execute(_reach(code).where(col(Official.role) == role)).all()
        for role in ("coordinator", "controller")
    }
    _add_lines(work, _owner_lines(code))
    undeliverable = 0
    for role in ("coordinator", "controller"):
        reached = staff[role] or staff["coordinator"]
        for official_id, channel_id, _ in reached:
            _add_lines(work, _staff_lines(role, official_id, channel_id))
        if not reached:
            undeliverable += _size(work, _staff_lines(role, 0, 0))
    unreached = _unreached_lines(code)
    for official_id, channel_id, _ in staff["coordinator"]:
        _add_lines(work, _no_channel_lines(unreached, official_id, channel_id, today=today))
    return undeliverable if staff["coordinator"] else undeliverable + _size(work, unreached)


def _reach(code: str) -> Select[Any]:
    """Officials of the roadmap with every channel they can be reached by."""
    return (
        select(col(Official.id), col(Channel.id), col(Official.body_id))
        .join(Channel, col(Channel.official_id) == col(Official.id))
        .where(col(Official.roadmap_code) == code, col(Official.is_active), col(Channel.is_active))
    )


def _candidates(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(_candidate.join(_told, _told.c.no == _candidate.c.no))


def _owner_lines(code: str) -> Select[Any]:
    leads = _reach(code).where(col(Official.role) == "executor", col(Official.is_lead)).subquery("lead")
    official, channel, body = leads.c
    return (
        _candidates(official, channel, _candidate.c.point_id, _told.c.reason, _told.c.days)
        .join(leads, body == _candidate.c.owner_id)
        .where(_told.c.audience == "owner")
    )


def _staff_lines(audience: str, official_id: int, channel_id: int) -> Select[Any]:
    columns = (literal(official_id), literal(channel_id), _candidate.c.point_id, _told.c.reason, _told.c.days)
    return _candidates(*columns).where(_told.c.audience == audience)


def _unreached_lines(code: str) -> Select[Any]:
    """What an owner should hear and cannot."""
    leads = _reach(code).where(col(Official.role) == "executor", col(Official.is_lead)).subquery("lead")
    return _candidates(_candidate.c.point_id, _told.c.days).where(
        _told.c.audience == "owner",
        _told.c.reason.in_(sorted(NEEDS_OWNER)),
        _candidate.c.owner_id.not_in(select(leads.c[2])),
    )


def _no_channel_lines(unreached: Select[Any], official_id: int, channel_id: int, *, today: date) -> Select[Any]:
    recent = (
        select(col(NoticeLine.point_id))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .where(col(NoticeLine.reason) == "no_channel", col(Notice.on_day) > today - NO_CHANNEL_EVERY)
        .where(col(Notice.on_day) < today)
    )
    point_id, days = _candidate.c.point_id, _told.c.days
    columns = (literal(official_id), literal(channel_id), point_id, literal("no_channel"), days)
    return unreached.where(point_id.not_in(recent)).with_only_columns(*columns)


def _add_lines(work: Session, lines: Select[Any]) -> None:
    work.execute(insert(_line).from_select(["official_id", "channel_id", "point_id", "reason", "days"], lines))


def _new_notices(work: Session, today: date, not_before: datetime) -> Insert:
    rows = select(
        _line.c.official_id,
        _line.c.channel_id,
        literal(today, Date),
        literal("queued"),
        literal(not_before, UtcDateTime),
        literal(0),
        literal(""),
        literal(""),
    ).distinct()
    names = ["official_id", "channel_id", "on_day", "state", "not_before", "attempts", "error", "subject"]
    dialect = postgresql if work.get_bind().dialect.name == "postgresql" else sqlite
    # SQLite reads «ON» after a SELECT without WHERE as part of a join.
    rows = rows.where(literal(1) == 1)
    added: Insert = dialect.insert(Notice).from_select(names, rows).on_conflict_do_nothing()
    return added


def _hold_back(work: Session, code: str, today: date) -> int:
    """Leave alone the points that belong into a letter which has left (or is leaving) today; returns how many.

    The lock keeps a sender from taking a letter before its lines are in it.
    """
    officials = select(col(Official.id)).where(col(Official.roadmap_code) == code)
    letters = select(col(Notice.state)).where(col(Notice.on_day) == today, col(Notice.official_id).in_(officials))
    if all(state == "queued" for state in work.execute(letters.with_for_update()).scalars()):
        return 0
    gone = select(_line.c.point_id).join(Notice, _same_letter(today)).where(col(Notice.state) != "queued")
    held = _rows(work.execute(delete(_candidate).where(_candidate.c.point_id.in_(gone))))
    work.execute(delete(_line).where(_line.c.point_id.not_in(select(_candidate.c.point_id))))
    return held


def _same_letter(today: date) -> Any:
    return (
        (col(Notice.official_id) == _line.c.official_id)
        & (col(Notice.on_day) == today)
        & (col(Notice.channel_id) == _line.c.channel_id)
    )


def _new_lines(today: date) -> Insert:
    rows = select(col(Notice.id), _line.c.point_id, _line.c.reason, _line.c.days).join_from(
        _line, Notice, _same_letter(today)
    )
    return insert(NoticeLine).from_select(["notice_id", "point_id", "reason", "days"], rows)


def _rows(result: Any) -> int:
    return int(result.rowcount)


def _size(work: Session, rows: Select[Any]) -> int:
    return int(work.execute(select(func.count()).select_from(rows.subquery())).scalar_one())
