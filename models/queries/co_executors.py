"""Questions about co-executors: who takes part in an item, who has given the part, who was told of what."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from models.db.rows import chunks
from models.queries.officials import deputies_for
from models.tables.control_point import ControlPoint, Transition
from models.tables.official import Official
from models.tables.outbox import Notice, NoticeLine
from models.tables.roadmap import Executor

#: An item and the opening of its points: what several bodies do in one term, on however many points.
Term = tuple[int, date]
#: Ids of the bodies that take part in each item.
TakesPart = Mapping[int, tuple[int, ...]]


def co_executors(session: Session, item_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Ids of the bodies that take part in each item, in the order of the document's bodies.

    A body that has points of its own on the item (a term of its own, a member of the group it fans out to) answers for
    those and is left out.
    """
    found: defaultdict[int, list[int]] = defaultdict(list)
    for some in chunks(sorted(set(item_ids))):
        own = (
            select(col(ControlPoint.id))
            .where(col(ControlPoint.item_id) == col(Executor.item_id))
            .where(col(ControlPoint.body_id) == col(Executor.body_id))
        )
        rows = select(col(Executor.item_id), col(Executor.body_id)).where(col(Executor.item_id).in_(some))
        for item_id, body_id in session.execute(rows.where(~own.exists()).order_by(col(Executor.body_id))):
            found[item_id].append(body_id)
    return {item_id: tuple(bodies) for item_id, bodies in found.items()}


def parts_given(session: Session, takes_part: TakesPart) -> dict[Term, dict[int, date]]:
    """By item and opening: which of its co-executors have reported the part, and when first.

    A report by whoever stood in for a co-executor that day is that co-executor's.
    """
    reported = (
        select(
            col(ControlPoint.item_id),
            col(ControlPoint.opens_on),
            col(Transition.official_id),
            col(Transition.happened_on),
        )
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(Transition.action) == "progress", col(Transition.official_id).is_not(None))
    )
    given: defaultdict[Term, dict[int, date]] = defaultdict(dict)
    for term, body_id, on in _by_body(session, reported, takes_part):
        given[term][body_id] = min(on, given[term].get(body_id, on))
    return dict(given)


def heard_of_parts(
    session: Session, takes_part: TakesPart, reasons: Iterable[str], *, since: date
) -> dict[Term, dict[int, date]]:
    """By item and opening: the day of the last letter with one of the reasons to each of its co-executors.

    What was written to whoever stood in that day is heard. Letters of false days tell nothing.
    """
    told = (
        select(col(ControlPoint.item_id), col(ControlPoint.opens_on), col(Notice.official_id), col(Notice.on_day))
        .join(NoticeLine, col(NoticeLine.point_id) == col(ControlPoint.id))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .where(col(NoticeLine.reason).in_(sorted(reasons)), col(Notice.on_day) >= since)
        .where(col(Notice.reversed_at).is_(None))
    )
    heard: defaultdict[Term, dict[int, date]] = defaultdict(dict)
    for term, body_id, on in _by_body(session, told, takes_part):
        heard[term][body_id] = max(on, heard[term].get(body_id, on))
    return dict(heard)


def named_on(session: Session, item_ids: Collection[int], reason: str, *, since: date) -> dict[int, date]:
    """By item: the day of the last letter that has a line with the reason on one of its points."""
    days: dict[int, date] = {}
    for some in chunks(sorted(set(item_ids))):
        found = (
            select(col(ControlPoint.item_id), func.max(col(Notice.on_day)))
            .join(NoticeLine, col(NoticeLine.point_id) == col(ControlPoint.id))
            .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
            .where(col(ControlPoint.item_id).in_(some), col(NoticeLine.reason) == reason)
            .where(col(Notice.on_day) >= since, col(Notice.reversed_at).is_(None))
            .group_by(col(ControlPoint.item_id))
        )
        days |= dict(session.execute(found).tuples().all())
    return days


def _by_body(session: Session, acts: Select[Any], takes_part: TakesPart) -> Iterator[tuple[Term, int, date]]:
    """(term, co-executor, day) of (item, opening, official, day): of his own body, else of those he stood in for."""
    rows = [
        row
        for some in chunks(sorted(takes_part))
        for row in session.execute(acts.where(col(ControlPoint.item_id).in_(some)))
    ]
    bodies: dict[int, int | None] = {}
    for some in chunks(sorted({row[2] for row in rows})):
        found = select(col(Official.id), col(Official.body_id)).where(col(Official.id).in_(some))
        bodies |= {official_id or 0: body_id for official_id, body_id in session.execute(found)}
    stood_for: dict[tuple[int, date], set[int | None]] = {}
    for item_id, opens_on, official_id, on in rows:
        ours, own = takes_part[item_id], bodies.get(official_id)
        if own is not None and own in ours:
            yield (item_id, opens_on), own, on
            continue
        if (official_id, on) not in stood_for:
            absent = deputies_for(session, [official_id], on).get(official_id, [])
            stood_for[official_id, on] = {one.body_id for one in absent}
        for body_id in ours:
            if body_id in stood_for[official_id, on]:
                yield (item_id, opens_on), body_id, on
