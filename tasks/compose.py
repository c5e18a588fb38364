"""Letters are composed when they leave, from what is true then: what was settled meanwhile is left out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, Channel, ControlPoint, Executor, Item, Notice, NoticeLine, Official, Roadmap, Transition
from roadmap.calendar import WorkCalendar
from roadmap.messages import Addressee, Letter, Line, Origin, letter
from roadmap.notices import REMINDERS, relevant
from tasks.control_day import calendar_of

#: Reasons whose ground the reader must see, with the action that recorded it.
GROUNDS = {"returned": "return", "extended": "extend", "withdrawn": "withdraw"}
#: A newer line of these to the same official on the same point makes the older one superfluous.
SUPERSEDED = REMINDERS | {"still_overdue", "awaiting_decision", "no_channel"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notice with its channel and letter; ``letter`` is None when nothing is left to say."""

    notice: Notice
    channel: Channel
    letter: Letter | None


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every letter of one roadmap shares."""

    roadmap: Roadmap
    today: date
    calendar: WorkCalendar
    origin: Origin


def compose(work: Session, notices: Sequence[Notice], *, at: datetime) -> list[Parcel]:
    """The parcels of the notices, in their order."""
    if not notices:
        return []
    lines = _lines(work, [notice.id for notice in notices])
    addressed = select(Official, Channel).join(Channel, col(Channel.official_id) == col(Official.id))
    addressed = addressed.where(col(Channel.id).in_({notice.channel_id for notice in notices}))
    people = {channel.id: (official, channel) for official, channel in work.execute(addressed)}
    codes = {official.roadmap_code for official, _ in people.values()}
    desks = {code: _desk(work, code, at) for code in codes}
    parcels = []
    for notice in notices:
        official, channel = people[notice.channel_id]
        parcels.append(
            Parcel(notice, channel, _letter(notice, official, desks[official.roadmap_code], lines[notice.id]))
        )
    return parcels


def _letter(notice: Notice, official: Official, desk: _Desk, rows: Sequence[Any]) -> Letter | None:
    lines = [line for row in rows if (line := _line(row, desk))]
    if not lines or not official.is_active:
        return None
    addressee = Addressee(role=official.role, post=official.post, name=official.name)
    return letter(notice.visible_id, addressee, origin=desk.origin, lines=lines, today=desk.today)


def _desk(work: Session, code: str, at: datetime) -> _Desk:
    roadmap = work.get_one(Roadmap, code)
    coordinators = (
        select(Official, Channel)
        .outerjoin(Channel, (col(Channel.official_id) == col(Official.id)) & (col(Channel.kind) == "email"))
        .where(col(Official.roadmap_code) == code, col(Official.role) == "coordinator", col(Official.is_active))
        .order_by(col(Official.id), col(Channel.id))
    )
    first = work.execute(coordinators).first()
    coordinator, channel = (first[0], first[1]) if first else (None, None)
    origin = Origin(
        region=roadmap.region,
        title=roadmap.title,
        act=roadmap.act,
        coordinator=", ".join(filter(None, (coordinator.post, coordinator.name))) if coordinator else "",
        reply_to=channel.address if channel and "$" not in channel.address else "",
        is_rehearsal=roadmap.is_rehearsal,
    )
    return _Desk(roadmap, at.astimezone(ZoneInfo(roadmap.zone)).date(), calendar_of(work, code), origin)


def _lines(work: Session, ids: Sequence[int | None]) -> defaultdict[int | None, list[Any]]:
    """(line, point, item, owner's short name, co-executors, ground) of each notice."""
    found = (
        select(NoticeLine, ControlPoint, Item, col(Body.short))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(col(NoticeLine.notice_id).in_(ids))
        .order_by(col(NoticeLine.id))
    )
    rows = work.execute(found).all()
    stale = _superseded(work, ids)
    executors = _executors(work, {item.id for _, _, item, _ in rows if not item.executors})
    grounds = _grounds(work, {point.id for line, point, _, _ in rows if line.reason in GROUNDS})
    by_notice: defaultdict[int | None, list[Any]] = defaultdict(list)
    for line, point, item, owner in rows:
        if line.id not in stale:
            co_executors = item.executors or executors.get(item.id, "")
            ground = grounds.get((point.id, GROUNDS.get(line.reason)), "")
            by_notice[line.notice_id].append((line, point, item, owner, co_executors, ground))
    return by_notice


def _superseded(work: Session, ids: Sequence[int | None]) -> set[int | None]:
    """Lines that a later letter to the same channel repeats: after a long failure of the mail, the newest is enough."""
    older, newer = NoticeLine, NoticeLine.__table__.alias("newer")  # type: ignore[attr-defined]
    later = Notice.__table__.alias("later")  # type: ignore[attr-defined]
    found = (
        select(col(older.id))
        .join(Notice, col(Notice.id) == col(older.notice_id))
        .join(newer, (newer.c.point_id == col(older.point_id)) & (newer.c.notice_id != col(older.notice_id)))
        .join(
            later,
            (later.c.id == newer.c.notice_id)
            & (later.c.channel_id == col(Notice.channel_id))
            & (later.c.on_day > col(Notice.on_day)),
        )
        .where(col(older.notice_id).in_(ids), col(older.reason).in_(sorted(SUPERSEDED)))
    )
    return set(work.execute(found).scalars())


def _executors(work: Session, item_ids: set[int | None]) -> dict[int | None, str]:
    if not item_ids:
        return {}
    found = (
        select(col(Executor.item_id), col(Body.short))
        .join(Body, col(Body.id) == col(Executor.body_id))
        .where(col(Executor.item_id).in_(item_ids))
        .order_by(col(Body.id))
    )
    names: defaultdict[int | None, list[str]] = defaultdict(list)
    for item_id, short in work.execute(found):
        names[item_id].append(short)
    return {item_id: ", ".join(shorts) for item_id, shorts in names.items()}


def _grounds(work: Session, point_ids: set[int | None]) -> dict[tuple[int | None, str | None], str]:
    if not point_ids:
        return {}
    found = (
        select(Transition)
        .where(col(Transition.point_id).in_(point_ids), col(Transition.action).in_(sorted(GROUNDS.values())))
        .order_by(col(Transition.id))
    )
    return {(one.point_id, one.action): one.reason for one in work.execute(found).scalars()}


def _line(row: Any, desk: _Desk) -> Line | None:
    line, point, item, owner, executors, ground = row
    days = (point.deadline_on - desk.today).days
    reason = relevant(line.reason, status=point.status, days=days)
    if reason is None:
        return None
    return Line(
        reason=reason,
        key=point.key,
        number=item.number,
        title=item.title,
        result=item.result,
        deadline_on=point.deadline_on,
        days=days,
        working_days=desk.calendar.working_days_between(desk.today, point.deadline_on),
        source=item.source,
        owner=owner,
        executors=executors,
        note=ground,
        names_dates=point.purpose == "name_dates",
    )
