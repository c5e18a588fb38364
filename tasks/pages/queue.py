"""The queue of the coordinator's decisions: what waits, since when, what was shown for it, who asks for what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Evidence, Official, Request, Roadmap, Transition
from roadmap.calendar.zones import today_there
from roadmap.dashboards.boards import BoardPoint, is_urgent, queue_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One decision that waits: a result (``request`` None) or a request of the executor."""

    point: BoardPoint
    since: date
    is_urgent: bool
    request: Request | None = None
    to_body: str = ""
    """To which body «не моё» points."""
    decided_by: str = ""
    """Who decides when it is not the coordinator: the controller's post."""


def queue(session: Session, points: Sequence[BoardPoint], *, today: date, zone: str) -> list[Waiting]:
    """Everything among the points that waits for a decision: urgent first, then the longest waiting."""
    known = {point.id: point for point in points if point.status == "submitted" or point.has_open_request}
    if not known:
        return []
    reported = _reported(session, zone)
    found = [
        Waiting(point=point, since=since, is_urgent=is_urgent(point.deadline_on, since, today))
        for point in known.values()
        if point.status == "submitted"
        for since in (reported.get(point.id) or point.submitted_on or today,)
    ]
    found += _requests(session, known, today=today)
    return sorted(found, key=lambda one: (*queue_order(one.point.deadline_on, one.since, today), one.point.key))


def _reported(session: Session, zone: str) -> dict[int, date]:
    """The day each point that waits was last reported done, in the coordinator's zone."""
    rows = session.execute(
        select(col(Transition.point_id), func.max(col(Transition.noticed_at)))
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(ControlPoint.status) == "submitted", col(Transition.action) == "submit")
        .group_by(col(Transition.point_id))
    )
    return {point_id: today_there(at, zone) for point_id, at in rows}


def _requests(session: Session, known: dict[int, BoardPoint], *, today: date) -> Iterable[Waiting]:
    controllers = controllers_by_roadmap(session)
    rows = session.execute(
        select(Request, col(Body.short))
        .outerjoin(Body, col(Body.id) == col(Request.to_body_id))
        .where(col(Request.state) == "waiting")
    )
    for request, to_body in rows:
        point = known.get(request.point_id)
        if point is not None:
            yield Waiting(
                point=point,
                since=request.asked_on,
                is_urgent=is_urgent(point.deadline_on, request.asked_on, today),
                request=request,
                to_body=to_body or "",
                decided_by=controllers.get(point.roadmap_code, "") if request.kind == "extend" else "",
            )


def controllers_by_roadmap(session: Session) -> dict[str, str]:
    """Who decides on extensions where the act names the controller: post by roadmap; the others are left out."""
    rows = session.execute(
        select(col(Roadmap.code), col(Official.post))
        .outerjoin(
            Official,
            (col(Official.roadmap_code) == col(Roadmap.code))
            & (col(Official.role) == "controller")
            & col(Official.is_active),
        )
        .where(col(Roadmap.extensions_by) == "controller")
        .order_by(col(Official.id))
    )
    found: dict[str, str] = {}
    for code, post in rows:
        found.setdefault(code, post or "лицо, на которое актом возложен контроль (в контактах не названо)")
    return found


def controller_of(session: Session, roadmap_code: str) -> str:
    """The post of whoever the act charges with control of a roadmap, in general words where none is named."""
    found = select(col(Official.post)).where(
        col(Official.roadmap_code) == roadmap_code, col(Official.role) == "controller", col(Official.is_active)
    )
    return session.execute(found.order_by(col(Official.id)).limit(1)).scalar_one_or_none() or "контролирующее лицо"


def evidence_of(session: Session, point_ids: Iterable[int]) -> dict[int, list[Evidence]]:
    """What was shown for each of the points, the newest report first; what was recalled is left out."""
    found: dict[int, list[Evidence]] = {}
    recall = (
        select(func.max(col(Transition.noticed_at)))
        .where(col(Transition.point_id) == col(Evidence.point_id), col(Transition.action) == "recall")
        .correlate(Evidence)
        .scalar_subquery()
    )
    stands = or_(col(Evidence.is_interim), recall.is_(None), col(Evidence.added_at) > recall)
    rows = select(Evidence).where(col(Evidence.point_id).in_(list(point_ids)), stands)
    for row in session.execute(rows.order_by(col(Evidence.added_at).desc(), col(Evidence.id))).scalars():
        found.setdefault(row.point_id, []).append(row)
    return found
