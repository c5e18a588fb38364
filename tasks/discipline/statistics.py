"""Reads what execution discipline is judged by: a few queries for a whole roadmap, whatever its size."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
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
from models.lifecycle.calendar_moves import BY_CALENDAR
from roadmap.calendar import Roll
from roadmap.calendar.zones import zone_of
from roadmap.control.discipline import Discipline, Judged, PointRecord, by_body, judge
from tasks.context.working_calendar import calendar_of
from tasks.discipline.as_of import Stood, changed_since

DUTIES = ("result", "name_dates", "data")
"""Purposes that are somebody's duty; a round of monitoring is done by its own rules."""
FOREVER = datetime.max.replace(tzinfo=UTC)
"""As of now, whatever comes."""


def discipline(
    session: Session, code: str, *, today: date, since: date | None = None, until: date | None = None
) -> list[Discipline]:
    """The table of a roadmap by body for deadlines in the period (both days included; None: open)."""
    return by_body(judged(session, code, today=today, since=since, until=until))


def judged(
    session: Session,
    code: str,
    *,
    today: date,
    since: date | None = None,
    until: date | None = None,
    purposes: Collection[str] = DUTIES,
    as_of: datetime | None = None,
) -> list[Judged]:
    """Every point of the roadmap in the period with how it came out by ``today``, by deadline.

    ``as_of``: what was recorded later does not count.
    """
    every = judge(_records(session, code, purposes, as_of or FOREVER), today=today)
    return [
        one
        for one in every
        if (since is None or one.record.deadline_on >= since) and (until is None or one.record.deadline_on <= until)
    ]


def _records(session: Session, code: str, purposes: Collection[str], as_of: datetime) -> list[PointRecord]:
    roadmap = session.get_one(Roadmap, code)
    zone = zone_of(roadmap.zone)
    of_it = _of(code, purposes, as_of, zone)
    found = (
        select(ControlPoint, col(Body.short))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(*of_it)
        .order_by(col(ControlPoint.deadline_on), col(ControlPoint.key))
    )
    stood = _stood(session, roadmap, of_it, as_of)
    points = []
    for point, body in session.execute(found):
        was = stood.get(point.id) or Stood(point.status, point.submitted_on, point.deadline_on)
        if was.status != "withdrawn":
            points.append((point, body, was))
    points.sort(key=lambda one: (one[2].deadline_on, one[0].key))
    told = {point_id: at.astimezone(zone).date() for point_id, at in session.execute(_first_told(of_it, as_of))}
    counts = _counts(session, of_it, as_of)
    needs = _needs(session, code, [(point, was.deadline_on) for point, _, was in points])
    asked = {request.point_id: request for request in session.execute(_asked(of_it, as_of)).scalars()}
    records = []
    for point, body, was in points:
        request = asked.get(point.id)
        is_decided = request is not None and (request.decided_at is None or request.decided_at <= as_of)
        records.append(
            PointRecord(
                key=point.key,
                body=body,
                deadline_on=was.deadline_on,
                submitted_on=was.submitted_on,
                status=was.status,
                blocked=point.blocked if point.id not in stood else _waited(point, was),
                was_told=told.get(point.id, date.max) <= was.deadline_on,
                needs=needs.get(point.key, ()),
                asked_on=request.asked_on if request else None,
                decided_on=request.decided_on if request and is_decided else None,
                returned=counts.get((point.id, "return"), 0),
                extended=counts.get((point.id, "extend"), 0),
            )
        )
    return records


def _waited(point: ControlPoint, was: Stood) -> bool:
    """Whether a stage that has moved on since still waited then: one whose turn has come opens by the same day."""
    return was.status == "planned" and point.stage is not None and point.purpose != "data"


def _of(code: str, purposes: Collection[str], as_of: datetime, zone: ZoneInfo) -> tuple[Any, ...]:
    begun = select(col(Process.point_id))
    conditions = [
        col(ControlPoint.roadmap_code) == code,
        col(ControlPoint.is_history).is_(False),
        col(ControlPoint.purpose).in_(purposes),
    ]
    if as_of == FOREVER:
        conditions.append(col(ControlPoint.status) != "withdrawn")
    else:
        begun = begun.where(col(Process.started_on) <= as_of.astimezone(zone).date())
        is_stage = col(ControlPoint.parent_id).is_not(None) & (col(ControlPoint.purpose) != "data")
        conditions.append(~is_stage | col(ControlPoint.parent_id).in_(begun))
    # Where an item has a process, its stages are judged: each is the fault of whoever held it.
    return (*conditions, col(ControlPoint.id).not_in(begun))


def _stood(session: Session, roadmap: Roadmap, of_it: tuple[Any, ...], as_of: datetime) -> Mapping[int, Stood]:
    if as_of == FOREVER:
        return {}
    roll: Roll = roadmap.roll  # type: ignore[assignment]
    return changed_since(session, of_it, as_of, roll=roll, calendar=calendar_of(session, roadmap.code))


def _first_told(of_it: tuple[Any, ...], as_of: datetime) -> Any:
    """When the first letter about each point left for the body that answers (not for coordinator or controller)."""
    return (
        select(col(NoticeLine.point_id), func.min(col(Notice.sent_at)).label("at"))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .join(Official, (col(Official.id) == col(Notice.official_id)) & (col(Official.role) == "executor"))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .where(*of_it, col(Notice.sent_at) <= as_of, col(Notice.reversed_at).is_(None))
        .group_by(col(NoticeLine.point_id))
    )


def _counts(session: Session, of_it: tuple[Any, ...], as_of: datetime) -> Mapping[tuple[int, str], int]:
    counted = (
        select(col(Transition.point_id), col(Transition.action), func.count())
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(*of_it, col(Transition.action).in_(("return", "extend")), col(Transition.noticed_at) <= as_of)
        # Nobody asked for what the calendar moved.
        .where(func.coalesce(col(Transition.once_key), "").not_like(f"{BY_CALENDAR}%"))
        .group_by(col(Transition.point_id), col(Transition.action))
    )
    return {(point_id, action): n for point_id, action, n in session.execute(counted)}


def _asked(of_it: tuple[Any, ...], as_of: datetime) -> Any:
    """Requests for another deadline, the newest of a point last; one that was taken back by then excuses nothing."""
    taken_back = exists().where(
        col(Transition.point_id) == col(Request.point_id),
        col(Transition.action) == "recall_request",
        col(Transition.noticed_at) == col(Request.decided_at),
        col(Transition.noticed_at) <= as_of,
        col(Request.state) == "settled",
    )
    return (
        select(Request)
        .join(ControlPoint, col(ControlPoint.id) == col(Request.point_id))
        .where(*of_it, col(Request.kind) == "extend", col(Request.asked_at) <= as_of, ~taken_back)
        .order_by(col(Request.id))
    )


def _needs(session: Session, code: str, points: list[tuple[ControlPoint, date]]) -> dict[str, tuple[str, ...]]:
    """For each point the points it depends on: of every needed item the latest one due not after it."""
    needed: defaultdict[int, list[int]] = defaultdict(list)
    links = select(ItemNeed).join(Item, col(Item.id) == col(ItemNeed.item_id)).where(col(Item.roadmap_code) == code)
    for link in session.execute(links).scalars():
        needed[link.item_id].append(link.needs_id)
    if not needed:
        return {}
    of_item: defaultdict[int, list[tuple[date, str]]] = defaultdict(list)
    for point, deadline_on in points:
        of_item[point.item_id].append((deadline_on, point.key))
    found = {}
    for point, deadline_on in points:
        before = (_latest(of_item[item_id], deadline_on) for item_id in needed.get(point.item_id, ()))
        found[point.key] = tuple(key for key in before if key)
    return found


def _latest(points: list[tuple[date, str]], on: date) -> str:
    """``points`` ascend by day."""
    place = bisect_right(points, on, key=lambda point: point[0])
    return points[place - 1][1] if place else ""
