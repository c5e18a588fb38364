"""Questions that pages, flows and the command line ask of the database; nothing here writes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from models.lifecycle import LIVE
from models.queries.point_view import PointView, read_points
from models.queries.standing import overdue, status_on
from models.tables.control_point import ControlPoint, Evidence, Transition
from models.tables.official import Channel, Official
from models.tables.outbox import Notice, NoticeLine
from models.tables.roadmap import Body, Item, Roadmap

#: Kind of the items of our own whose points are rounds of monitoring.
ROUND = "round"


@dataclass(frozen=True, slots=True)
class RoadmapStatus:
    """Counts of one roadmap on one day: its points by status, and what is overdue, stages of processes with it."""

    roadmap: Roadmap
    items: int
    by_status: dict[str, int]
    overdue: int
    """As letters and pages say it: points and stages."""
    overdue_stages: int
    """So many of these are parts of another point, and stand in no status here."""
    history: int
    next_deadline: date | None


def roadmaps(session: Session) -> list[Roadmap]:
    """All roadmaps on control, by code."""
    return list(session.exec(select(Roadmap).order_by(Roadmap.code)))


def items(session: Session, roadmap_code: str) -> list[tuple[Item, Body]]:
    """The items of a roadmap in the document's order, each with its owner; rounds of monitoring are no items of it."""
    found = select(Item, Body).join(Body, col(Body.id) == col(Item.owner_id))
    found = found.where(Item.roadmap_code == roadmap_code, Item.kind != ROUND)
    return [(item, owner) for item, owner in session.exec(found.order_by(col(Item.position)))]


def points(
    session: Session,
    roadmap_code: str | None = None,
    *,
    start: date | None = None,
    end: date | None = None,
    statuses: tuple[str, ...] = (),
    limit: int | None = None,
) -> list[PointView]:
    """Control points by deadline, stages that wait for others left out; ``start`` and ``end`` bound the deadline."""
    where: list[Any] = [col(ControlPoint.blocked).is_(False)]
    if roadmap_code is not None:
        where.append(col(ControlPoint.roadmap_code) == roadmap_code)
    if start is not None:
        where.append(col(ControlPoint.deadline_on) >= start)
    if end is not None:
        where.append(col(ControlPoint.deadline_on) <= end)
    if statuses:
        where.append(col(ControlPoint.status).in_(statuses))
    return read_points(session, *where, limit=limit or None)


def status(session: Session, roadmap: Roadmap, *, today: date) -> RoadmapStatus:
    """How a roadmap stands on a day."""
    of_it, whole = col(ControlPoint.roadmap_code) == roadmap.code, col(ControlPoint.parent_id).is_(None)
    watched = col(ControlPoint.is_history).is_(False)
    standing = status_on(today)
    counts = session.exec(select(standing, func.count()).where(of_it, whole, watched).group_by(standing))
    deadline = col(ControlPoint.deadline_on)
    ahead = col(ControlPoint.status).in_(LIVE) & (deadline >= today) & watched & whole
    lapsed, stages, history, upcoming = session.exec(
        select(
            func.count(case((overdue(today), 1))),
            func.count(case((overdue(today) & ~whole, 1))),
            func.count(case((col(ControlPoint.is_history) & whole, 1))),
            func.min(case((ahead, deadline))),
        ).where(of_it)
    ).one()
    counted = select(func.count()).select_from(Item).where(Item.roadmap_code == roadmap.code, Item.kind != ROUND)
    total = session.exec(counted).one()
    return RoadmapStatus(roadmap, total, dict(counts.all()), lapsed, stages, history, upcoming)


def history(session: Session, point_id: int) -> list[Transition]:
    """What happened to a point, oldest first."""
    return list(session.exec(select(Transition).where(Transition.point_id == point_id).order_by(col(Transition.id))))


def evidence(session: Session, point_id: int) -> list[Evidence]:
    """The proof given for a point, oldest first."""
    return list(session.exec(select(Evidence).where(Evidence.point_id == point_id).order_by(col(Evidence.id))))


def told(session: Session, point_id: int) -> list[tuple[date, str, str, str]]:
    """Who was told of a point: day, post, reason, what became of the notice («reversed»: its day was false)."""
    found = (
        select(Notice, col(Official.post), col(NoticeLine.reason))
        .join(NoticeLine, col(NoticeLine.notice_id) == col(Notice.id))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .where(NoticeLine.point_id == point_id)
    )
    rows = session.exec(found.order_by(col(Notice.id)))
    return [(notice.on_day, post, reason, notice.outcome) for notice, post, reason in rows]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice with its addressee and the number of its lines."""

    notice: Notice
    official: Official
    channel: Channel
    lines: int


def outbox(session: Session, *, states: tuple[str, ...] = (), limit: int = 50) -> list[NoticeRow]:
    """The newest notices first."""
    lines = select(func.count()).where(NoticeLine.notice_id == Notice.id).scalar_subquery()
    found = (
        select(Notice, Official, Channel, lines)
        .join(Official, col(Official.id) == col(Notice.official_id))
        .join(Channel, col(Channel.id) == col(Notice.channel_id))
        .order_by(col(Notice.id).desc())
    )
    if states:
        found = found.where(col(Notice.state).in_(states))
    return [NoticeRow(*row) for row in session.exec(found.limit(limit))]
