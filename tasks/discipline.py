"""Reads what execution discipline is judged by: a few queries for a whole roadmap, whatever its size."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import (
    Body,
    ControlPoint,
    Item,
    ItemNeed,
    Notice,
    NoticeLine,
    Official,
    Process,
    Request,
    Roadmap,
    Transition,
)
from roadmap.discipline import Discipline, Judged, PointRecord, by_body, judge


def discipline(
    work: Session, code: str, *, today: date, since: date | None = None, until: date | None = None
) -> list[Discipline]:
    """The table of a roadmap by body for deadlines in the period (both days included; None: open)."""
    return by_body(judged(work, code, today=today, since=since, until=until))


def judged(
    work: Session, code: str, *, today: date, since: date | None = None, until: date | None = None
) -> list[Judged]:
    """Every point of the roadmap in the period with how it came out by ``today``, by deadline."""
    every = judge(_records(work, code), today=today)
    return [
        one
        for one in every
        if (since is None or one.record.deadline_on >= since) and (until is None or one.record.deadline_on <= until)
    ]


def _records(work: Session, code: str) -> list[PointRecord]:
    of_it = _of(code)
    found = (
        select(ControlPoint, col(Body.short))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(*of_it)
        .order_by(col(ControlPoint.deadline_on), col(ControlPoint.key))
    )
    points = work.execute(found).all()
    zone = ZoneInfo(work.get_one(Roadmap, code).zone)
    told = {point_id: at.astimezone(zone).date() for point_id, at in work.execute(_first_told(of_it))}
    counts = _counts(work, of_it)
    needs = _needs(work, code, [point for point, _ in points])
    asked = {request.point_id: request for request in work.execute(_asked(of_it)).scalars()}
    records = []
    for point, body in points:
        request = asked.get(point.id)
        records.append(
            PointRecord(
                key=point.key,
                body=body,
                deadline_on=point.deadline_on,
                submitted_on=point.submitted_on,
                is_accepted=point.status == "accepted",
                was_told=told.get(point.id, date.max) <= point.deadline_on,
                needs=needs.get(point.key, ()),
                asked_on=request.asked_on if request else None,
                decided_on=request.decided_on if request else None,
                returned=counts.get((point.id, "return"), 0),
                extended=counts.get((point.id, "extend"), 0),
            )
        )
    return records


def _of(code: str) -> tuple[Any, ...]:
    return (
        col(ControlPoint.roadmap_code) == code,
        col(ControlPoint.is_history).is_(False),
        col(ControlPoint.status) != "withdrawn",
        # Where an item has a process, its stages are judged: each is the fault of whoever held it.
        col(ControlPoint.id).not_in(select(col(Process.point_id))),
    )


def _first_told(of_it: tuple[Any, ...]) -> Any:
    """When the first letter about each point left for the body that answers (not for coordinator or controller)."""
    return (
        select(col(NoticeLine.point_id), func.min(col(Notice.sent_at)).label("at"))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .join(Official, (col(Official.id) == col(Notice.official_id)) & (col(Official.role) == "executor"))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .where(*of_it, col(Notice.sent_at).is_not(None))
        .group_by(col(NoticeLine.point_id))
    )


def _counts(work: Session, of_it: tuple[Any, ...]) -> Mapping[tuple[int, str], int]:
    counted = (
        select(col(Transition.point_id), col(Transition.action), func.count())
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(*of_it, col(Transition.action).in_(("return", "extend")))
        .group_by(col(Transition.point_id), col(Transition.action))
    )
    return {(point_id, action): n for point_id, action, n in work.execute(counted)}


def _asked(of_it: tuple[Any, ...]) -> Any:
    """Requests for another deadline, the newest of a point last."""
    return (
        select(Request)
        .join(ControlPoint, col(ControlPoint.id) == col(Request.point_id))
        .where(*of_it, col(Request.kind) == "extend")
        .order_by(col(Request.id))
    )


def _needs(work: Session, code: str, points: list[ControlPoint]) -> dict[str, tuple[str, ...]]:
    """For each point the points it depends on: of every needed item the latest one due not after it."""
    needed: defaultdict[int, list[int]] = defaultdict(list)
    links = select(ItemNeed).join(Item, col(Item.id) == col(ItemNeed.item_id)).where(col(Item.roadmap_code) == code)
    for link in work.execute(links).scalars():
        needed[link.item_id].append(link.needs_id)
    if not needed:
        return {}
    of_item: defaultdict[int, list[tuple[date, str]]] = defaultdict(list)
    for point in points:
        of_item[point.item_id].append((point.deadline_on, point.key))
    found = {}
    for point in points:
        before = (_latest(of_item[item_id], point.deadline_on) for item_id in needed.get(point.item_id, ()))
        found[point.key] = tuple(key for key in before if key)
    return found


def _latest(points: list[tuple[date, str]], on: date) -> str:
    """``points`` ascend by day."""
    place = bisect_right(points, on, key=lambda point: point[0])
    return points[place - 1][1] if place else ""
