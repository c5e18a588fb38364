"""How a roadmap stands on a day, as letters and pages say it: what is overdue, whose, what waits, what falls due.

Where a figure is said twice, one of these functions gives it. What is overdue is said by
``models.queries.standing.overdue``.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from models import ControlPoint, Request, Roadmap
from models.lifecycle import LIVE
from models.queries import standing
from models.queries.point_view import PointView, read_points
from models.tables.request import ORDERS
from roadmap.calendar.spans import unit
from roadmap.control.ladder import Ladder, escalation_day
from roadmap.control.series import Series, Undone, series_of, undone
from roadmap.control.state import is_overdue

Point = TypeVar("Point", bound=PointView)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A roadmap on a day; stages that are overdue or due count as points, history does not count."""

    on_control: int
    """Points and stages that are not closed and wait for no other stage: what ``overdue`` is a part of."""
    stages: int
    """So many of these are parts of another point."""
    overdue: Sequence[PointView]
    """By deadline, the longest overdue first."""
    duties: Sequence[Undone[PointView]]
    """The same, a repeated duty once."""
    week: Sequence[PointView]
    """What falls due from this Monday to this Sunday and is not closed."""
    week_ends_on: date
    to_decide: int
    """Results and requests that wait for a decision."""
    extensions: int
    """Those of them that the act leaves to whoever controls: requests for another deadline; 0 where it does not."""
    undecided: int
    """Overdue points of which whoever controls was told and said nothing that still stands."""
    orders: int
    """His orders that the coordinator has not answered."""

    def overdue_on(self, day: date) -> int:
        """How many of the overdue were so on an earlier day already."""
        return sum(one.deadline_on < day for one in self.overdue)


def figures(session: Session, code: str, *, today: date) -> Figures:
    """Everything that a letter to the coordinator or the controller begins with."""
    roadmap = session.get_one(Roadmap, code)
    ours = col(ControlPoint.roadmap_code) == code
    overdue = overdue_points(session, ours, today=today)
    monday, sunday = unit(today, "week")
    requests = Counter(session.execute(_waiting(col(Request.kind), code=code)).scalars())
    orders = sum(requests[kind] for kind in ORDERS)
    submitted = _count(session, ours, col(ControlPoint.status) == "submitted")
    live = (ours, col(ControlPoint.status).in_(LIVE), col(ControlPoint.blocked).is_(False))
    return Figures(
        on_control=_count(session, *live),
        stages=_count(session, *live, col(ControlPoint.parent_id).is_not(None)),
        overdue=overdue,
        duties=undone(overdue, kept_terms(session, {one.item_id for one in overdue}, today=today)),
        week=read_points(session, ours, _is_live(), col(ControlPoint.deadline_on).between(monday, sunday)),
        week_ends_on=sunday,
        to_decide=submitted + sum(requests.values()),
        extensions=requests["extend"] if roadmap.extensions_by == "controller" else 0,
        undecided=len(undecided(session, roadmap, overdue, today=today)),
        orders=orders,
    )


def overdue_points(session: Session, *where: Any, today: date) -> list[PointView]:
    """What is overdue among the points that meet the conditions, the longest first."""
    return read_points(session, *where, standing.overdue(today))


def overdue_by_body(session: Session, body_ids: Collection[int], *, today: date) -> Counter[int]:
    """How many points are overdue, by the body that answers."""
    if not body_ids:
        return Counter()
    found = (
        select(col(ControlPoint.owner_id), func.count())
        .where(col(ControlPoint.owner_id).in_(body_ids), standing.overdue(today))
        .group_by(col(ControlPoint.owner_id))
    )
    return Counter(dict(session.execute(found).tuples().all()))


def kept_terms(session: Session, item_ids: Collection[int], *where: Any, today: date) -> dict[Series, list[date]]:
    """The terms past of the items that are not overdue: kept, reported, taken off control; ``where`` narrows them."""
    if not item_ids:
        return {}
    past = (
        select(ControlPoint)
        .where(col(ControlPoint.item_id).in_(item_ids), col(ControlPoint.deadline_on) < today)
        .where(
            *where,
            ~standing.overdue(today),
            col(ControlPoint.is_history).is_(False),
            col(ControlPoint.blocked).is_(False),
        )
    )
    found: defaultdict[Series, list[date]] = defaultdict(list)
    for point in session.execute(past).scalars():
        found[series_of(point)].append(point.deadline_on)
    return dict(found)


def undecided(session: Session, roadmap: Roadmap, points: Sequence[Point], *, today: date) -> list[Point]:
    """What whoever controls was told of, or will be tomorrow, and has said nothing about that still stands."""
    ladder = Ladder.from_json(roadmap.ladder)
    late = (one for one in points if is_overdue(one, today))
    reported = [one for one in late if escalation_day(one.opens_on, one.deadline_on, ladder) <= today]
    found = select(col(Request.point_id)).where(
        col(Request.point_id).in_([one.id for one in reported]),
        col(Request.kind).in_(ORDERS),
        col(Request.state) == "waiting",
    )
    ordered = set(session.execute(found).scalars()) if reported else set()
    return [one for one in reported if not _is_decided(one, today) and one.id not in ordered]


def waiting_extensions(session: Session, roadmap_code: str) -> list[Request]:
    """The requests for another deadline that wait in a roadmap, the oldest first."""
    found = _waiting(Request, code=roadmap_code).where(col(Request.kind) == "extend").order_by(col(Request.id))
    return list(session.execute(found).scalars())


def _waiting(what: Any, *, code: str) -> Select[Any]:
    """Of each request of a roadmap that waits."""
    return (
        select(what)
        .join(ControlPoint, col(ControlPoint.id) == col(Request.point_id))
        .where(col(ControlPoint.roadmap_code) == code, col(Request.state) == "waiting")
    )


def _is_live() -> ColumnElement[bool]:
    return col(ControlPoint.status).in_(LIVE) & col(ControlPoint.is_history).is_(False)


def _count(session: Session, *where: Any) -> int:
    counted = select(func.count()).select_from(ControlPoint).where(col(ControlPoint.is_history).is_(False), *where)
    found: int = session.execute(counted).scalar_one()
    return found


def _is_decided(point: PointView, today: date) -> bool:
    is_demanded = point.demanded_until is not None and point.demanded_until >= today
    return is_demanded or point.personal_since is not None
