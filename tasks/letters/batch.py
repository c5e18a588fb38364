"""What the letters of a batch are made of: a query a question, however many letters there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, exists, select
from sqlmodel import Session, col

from models import (
    Body,
    ControlPoint,
    Executor,
    Item,
    Notice,
    NoticeLine,
    NoticeRemark,
    Official,
    Request,
    RoundLetter,
    Transition,
)
from models.queries.officials import deputies_for, not_reached
from models.queries.rounds import enclosed_letters
from models.tables.request import ORDERS
from roadmap.control.reminders import GROUNDS, OF_CO_EXECUTORS, Reason
from roadmap.letters.wording import demand_words, fate_of, fate_words, order_words
from tasks.control.taking_part import TakingPart, shared_term, taking_part, unreached
from tasks.letters.ics import Changed, changes

#: Reasons told to the coordinator or the controller; the others are told to the body that answers.
STAFF: dict[str, tuple[str, ...]] = {
    "escalated": ("controller",),
    "still_overdue": ("controller",),
    "order_done": ("controller",),
    "order_declined": ("controller",),
    "ordered": ("coordinator",),
    "asked_extension": ("coordinator", "controller"),
    "asked_transfer": ("coordinator",),
    "submitted": ("coordinator",),
    "awaiting_decision": ("coordinator",),
    "no_channel": ("coordinator",),
    "co_no_channel": ("coordinator",),
    "undelivered": ("coordinator",),
}
#: Reasons that tell of requests and orders, with the kinds of these: told while one of the kind waits.
REQUESTED: dict[str, tuple[str, ...]] = {
    "asked_extension": ("extend",),
    "asked_transfer": ("reassignment",),
    "ordered": ORDERS,
}
#: Reasons that tell of the parts of co-executors: to these themselves, to who answers for the point, to who decides.
OF_PARTS: frozenset[str] = OF_CO_EXECUTORS | {
    *("due_soon", "due_today", "overdue", "returned", "demanded", "submitted", "awaiting_decision", "co_no_channel"),
}
#: Beside a duty that returns each week or month.
OF_REGULAR = "это работа, которая повторяется: о каждом сроке отдельно не пишем, до конца квартала это письмо — одно"
_notice: Table = Notice.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """One line with all that is said about its point; ``on_day`` is the day it was decided."""

    reason: Reason
    on_day: date
    decided_for: date
    """The deadline that the reason was decided by."""
    point: ControlPoint
    item: Item
    owner: str
    executors: str
    ground: str
    instead_of: Official | None
    """The absent official for whom the addressee stands in."""
    changed: Changed | None
    has_request: bool
    """What the line tells of waits for a decision, or the addressee's part does; true of a line about neither."""
    taking_part: TakingPart = field(default_factory=TakingPart)
    part_of: int | None = None
    """Of what a co-executor is told: the body whose part is meant; None when the addressee has none (any more)."""


@dataclass(slots=True)
class Batch:
    """Rows by notice id, with those of earlier letters to the same channel that never left; the same for the flags."""

    rows: defaultdict[int | None, list[LetterRow]] = field(default_factory=lambda: defaultdict(list))
    superseded: set[int | None] = field(default_factory=set)
    """Notices whose channel has a later letter on its way, or sent: that one carries their lines."""
    has_digest: set[int | None] = field(default_factory=set)
    has_drill: set[int | None] = field(default_factory=set)
    rounds: defaultdict[int | None, list[RoundLetter]] = field(default_factory=lambda: defaultdict(list))
    """What of rounds of monitoring goes into each notice."""
    remarks: defaultdict[int | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What each notice says beside its lines."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A notice whose lines go into ``notice``: itself, or an earlier one that never left."""

    notice: Notice
    id: int
    on_day: date
    has_digest: bool
    has_drill: bool


def read_batch(session: Session, notices: Sequence[Notice], officials: dict[int | None, Official]) -> Batch:
    """Everything that the letters of the notices need; ``officials`` are the addressees by channel."""
    batch = Batch(superseded=_superseded(session, notices))
    sources = _sources(session, [notice for notice in notices if notice.id not in batch.superseded])
    for source in sources:
        batch.has_digest |= {source.notice.id} if source.has_digest else set()
        batch.has_drill |= {source.notice.id} if source.has_drill else set()
    ids = {source.id for source in sources}
    riding, remarks = _rounds(session, ids), _remarks(session, ids)
    for source in sources:
        batch.rounds[source.notice.id] += riding[source.id]
        batch.remarks[source.notice.id] += remarks[source.id]
    by_source = defaultdict(list)
    for row in (rows := _rows(session, ids)):
        by_source[row[0].notice_id].append(row)
    executors = _executors(session, {item.id for _, _, item, _ in rows if not item.executors})
    grounds = _grounds(session, ids, {line.reason for line, *_ in rows})
    waiting = _waiting(session, ids, {line.reason for line, *_ in rows})
    grounds |= waiting
    grounds |= _fates(session, ids, {line.reason for line, *_ in rows})
    grounds |= _not_reached(session, {point.id for line, point, *_ in rows if line.reason == "undelivered"})
    changed = changes(session, select(col(NoticeLine.point_id)).where(col(NoticeLine.notice_id).in_(ids)))
    shared = taking_part(session, [(point, item) for line, point, item, _ in rows if line.reason in OF_PARTS])
    grounds |= _without_address(session, rows, shared, {source.id: source.on_day for source in sources})
    people = {official.id for official in officials.values() if official.id is not None}
    away = {day: deputies_for(session, people, day) for day in {source.on_day for source in sources}}
    for source in sources:
        official = officials[source.notice.channel_id]
        stood_for = away[source.on_day].get(official.id or 0, [])
        made = [
            LetterRow(
                reason=line.reason,
                on_day=source.on_day,
                decided_for=source.on_day + timedelta(days=line.days),
                point=point,
                item=item,
                owner=owner,
                executors=item.executors or executors.get(item.id, ""),
                ground=grounds.get((point.id, GROUNDS.get(line.reason, line.reason)), ""),
                instead_of=_instead_of(official, stood_for, line.reason, point.owner_id),
                changed=changed.get(point.id),
                has_request=line.reason not in REQUESTED or (point.id, line.reason) in waiting,
                taking_part=shared.get(point.id, TakingPart()),
            )
            for line, point, item, owner in by_source[source.id]
        ]
        batch.rows[source.notice.id] += [_with_part(row, official, stood_for) for row in made]
    return batch


def _with_part(row: LetterRow, official: Official, stood_for: Sequence[Official]) -> LetterRow:
    """What a co-executor is told is of his part; in whose place, where that is not his own body's."""
    if row.reason not in OF_CO_EXECUTORS:
        return row
    whose = row.taking_part.whose(official, stood_for)
    if whose is None:
        return replace(row, instead_of=None, has_request=False)
    body_id, instead_of = whose
    is_regular = shared_term(row.point, row.item).is_regular
    return replace(
        row,
        part_of=body_id,
        instead_of=instead_of,
        has_request=body_id not in row.taking_part.given,
        ground=OF_REGULAR if is_regular else "",
    )


def _superseded(session: Session, notices: Sequence[Notice]) -> set[int | None]:
    later = _notice.alias("later")
    found = select(_notice.c.id).where(
        _notice.c.id.in_([notice.id for notice in notices]),
        exists().where(
            later.c.channel_id == _notice.c.channel_id,
            later.c.on_day > _notice.c.on_day,
            later.c.state.in_(("queued", "sending", "sent")),
            later.c.reversed_at.is_(None),
        ),
    )
    return set(session.execute(found).scalars())


def _sources(session: Session, notices: Sequence[Notice]) -> list[_Source]:
    """Each notice with itself and with the earlier ones of its channel since the last letter that left."""
    by_id = {notice.id: notice for notice in notices}
    this, sent = _notice.alias("this"), _notice.alias("sent")
    never_left = (
        (_notice.c.on_day < this.c.on_day)
        & (_notice.c.state != "sent")
        & _notice.c.reversed_at.is_(None)
        & ~exists().where(
            sent.c.channel_id == _notice.c.channel_id,
            sent.c.on_day > _notice.c.on_day,
            sent.c.state == "sent",
            sent.c.reversed_at.is_(None),
        )
    )
    found = (
        select(this.c.id, _notice.c.id, _notice.c.on_day, _notice.c.has_digest, _notice.c.has_drill)
        .join(_notice, _notice.c.channel_id == this.c.channel_id)
        .where(this.c.id.in_(by_id), (_notice.c.id == this.c.id) | never_left)
        .order_by(_notice.c.id)
    )
    return [_Source(by_id[row[0]], *row[1:]) for row in session.execute(found)]


def _rows(session: Session, ids: Collection[int]) -> Sequence[Any]:
    found = (
        select(NoticeLine, ControlPoint, Item, col(Body.short))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(col(NoticeLine.notice_id).in_(ids))
        .order_by(col(NoticeLine.id))
    )
    return session.execute(found).all()


def _rounds(session: Session, ids: Collection[int]) -> defaultdict[int, list[RoundLetter]]:
    """Notes and pages by the notice they were put into."""
    found: defaultdict[int, list[RoundLetter]] = defaultdict(list)
    rows = enclosed_letters().where(col(RoundLetter.notice_id).in_(ids)).order_by(col(RoundLetter.id))
    for row in session.execute(rows).scalars():
        found[row.notice_id].append(row)
    return found


def _remarks(session: Session, ids: Collection[int]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = select(NoticeRemark).where(col(NoticeRemark.notice_id).in_(ids)).order_by(col(NoticeRemark.id))
    for row in session.execute(rows).scalars():
        found[row.notice_id].append(row.words)
    return found


def _instead_of(official: Official, stood_for: Sequence[Official], reason: str, owner_id: int) -> Official | None:
    """The absent official whose line this is; None when it is the addressee's own."""
    if reason in STAFF:
        if official.role in STAFF[reason]:
            return None
        return next((absent for absent in stood_for if absent.role in STAFF[reason]), None)
    if official.body_id == owner_id and official.is_lead:
        return None
    return next((absent for absent in stood_for if absent.body_id == owner_id), None)


def _executors(session: Session, item_ids: set[int | None]) -> dict[int | None, str]:
    if not item_ids:
        return {}
    found = (
        select(col(Executor.item_id), col(Body.short))
        .join(Body, col(Body.id) == col(Executor.body_id))
        .where(col(Executor.item_id).in_(item_ids))
        .order_by(col(Body.id))
    )
    names: defaultdict[int | None, list[str]] = defaultdict(list)
    for item_id, short in session.execute(found):
        names[item_id].append(short)
    return {item_id: ", ".join(shorts) for item_id, shorts in names.items()}


def _not_reached(session: Session, point_ids: set[int | None]) -> dict[tuple[int | None, str | None], str]:
    """For a lost letter's line: whom it never reached, and the letter's day."""
    lost = not_reached(session, [point_id for point_id in point_ids if point_id is not None]) if point_ids else {}
    return {
        (point_id, "undelivered"): "; ".join(f"{official.post}, письмо от {on:%d.%m.%Y}" for official, on in people)
        for point_id, people in lost.items()
    }


def _without_address(
    session: Session, rows: Sequence[Any], shared: Mapping[int | None, TakingPart], days: Mapping[int, date]
) -> dict[tuple[int | None, str | None], str]:
    """For a line on co-executors out of reach: which of them are, on the letter's day."""
    return {
        (point.id, "co_no_channel"): unreached(session, point.roadmap_code, shared[point.id], days[line.notice_id])
        for line, point, *_ in rows
        if line.reason == "co_no_channel" and point.id in shared
    }


def _grounds(session: Session, ids: Collection[int], reasons: set[Reason]) -> dict[tuple[int | None, str | None], str]:
    """The words of the last act of each kind on each point that the lines are about."""
    actions = {GROUNDS[reason] for reason in reasons & GROUNDS.keys()}
    if not actions:
        return {}
    told = select(col(NoticeLine.point_id)).where(
        col(NoticeLine.notice_id).in_(ids), col(NoticeLine.reason).in_(sorted(reasons & GROUNDS.keys()))
    )
    found = (
        select(Transition)
        .where(col(Transition.point_id).in_(told), col(Transition.action).in_(sorted(actions)))
        .order_by(col(Transition.id))
    )
    return {(one.point_id, one.action): _ground(one) for one in session.execute(found).scalars()}


def _ground(one: Transition) -> str:
    """The words of an act; what was demanded names its day."""
    if one.action == "demand" and one.due_to is not None:
        return demand_words(one.due_to, one.reason)
    return one.reason


def _waiting(session: Session, ids: Collection[int], reasons: set[Reason]) -> dict[tuple[int | None, str | None], str]:
    """What is asked or ordered and waits for a decision, by the points and reasons of the lines.

    A point may have a request of each kind: each line has the words of its own.
    """
    if not (wanted := reasons & REQUESTED.keys()):
        return {}
    told = select(col(NoticeLine.point_id)).where(
        col(NoticeLine.notice_id).in_(ids), col(NoticeLine.reason).in_(sorted(wanted))
    )
    found = (
        select(Request)
        .where(col(Request.point_id).in_(told), col(Request.state) == "waiting")
        .order_by(col(Request.asked_at), col(Request.id))
    )
    words: defaultdict[tuple[int | None, str | None], list[str]] = defaultdict(list)
    for one in session.execute(found).scalars():
        reason = next(reason for reason, kinds in REQUESTED.items() if one.kind in kinds)
        said = order_words(one.new_due_on, one.reason) if one.kind in ORDERS else one.reason
        words[one.point_id, reason].append(said)
    return {key: "; ".join(said) for key, said in words.items()}


def _fates(session: Session, ids: Collection[int], reasons: set[Reason]) -> dict[tuple[int | None, str | None], str]:
    """What became of the orders that the lines are about: the newest of each point and outcome."""
    wanted = sorted(reasons & {"order_done", "order_declined"})
    if not wanted:
        return {}
    told = select(col(NoticeLine.point_id)).where(
        col(NoticeLine.notice_id).in_(ids), col(NoticeLine.reason).in_(wanted)
    )
    found = (
        select(Request)
        .where(col(Request.point_id).in_(told), col(Request.kind).in_(ORDERS), col(Request.state) != "waiting")
        .order_by(col(Request.decided_at), col(Request.id))
    )
    return {
        (one.point_id, "order_declined" if one.state == "refused" else "order_done"): fate_words(
            one.new_due_on,
            fate_of(one.state, by=one.decided_by or "", on=one.decided_on, reason=one.decision_reason),
        )
        for one in session.execute(found).scalars()
    }
