"""«На моём контроле»: everything of a roadmap for the person charged with control, and what became of his decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import ControlPoint, Request, Roadmap, Transition
from models.lifecycle import LIVE, event_words
from models.queries.point_view import select_points
from models.queries.printed_numbers import shared_numbers
from models.tables.request import ORDERS
from roadmap.calendar.spans import unit
from roadmap.control.state import is_overdue
from roadmap.dashboards.boards import STATES_RU, has_state
from roadmap.language import day, in_days, post_of
from roadmap.letters.wording import days_left, fate_of
from tasks.control.figures import undecided, waiting_extensions
from tasks.pages.filters import Filter, ShownPoint, board_points
from tasks.pages.people import MutedLine, muted, reach_of_bodies

#: What the filter «состояние» offers beside the states of «Контроль».
OWN_STATES = {
    "awaiting": "Ждёт вашего решения",
    "personal": "На личном контроле",
    "demanded": "Потребовано исполнение",
    "quarter": "Исполнено в этом квартале",
}
STATES: Mapping[str, str] = OWN_STATES | {code: words for code, words in STATES_RU.items() if code != "decide"}
#: So long ago a decision is shown still.
LOOKED_BACK = timedelta(days=366)
_DECISIONS = ("demand", "order", "take_personal", "leave_personal")


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedOverdue:
    """What nobody is reminded of, and how much of it is overdue."""

    line: MutedLine
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """A decision of the person charged with control and what has become of it; ``is_late``: it was not carried out."""

    on: date
    point: ShownPoint
    what: str
    words: str
    by: str
    became: str
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The page: what waits, what is late, everything by the filter; numbers are of the whole roadmap."""

    awaiting: Sequence[ShownPoint]
    extensions: int
    """Requests for another deadline that the act leaves to whoever reads."""
    overdue: Sequence[ShownPoint]
    soon: int
    personal: Sequence[ShownPoint]
    quarter: int
    listed: Sequence[ShownPoint]
    muted: Sequence[MutedOverdue]
    fates: Sequence[Fate]
    bodies: Mapping[int, str]


def overview(session: Session, roadmap: Roadmap, *, body: int | None, state: str, today: date) -> Overview:
    """Everything of a roadmap; ``body`` and ``state`` (of ``STATES``) narrow the list."""
    lost = {body_id for body_id, one in reach_of_bodies(session, roadmap.code).items() if one.is_lost}
    points = board_points(session, Filter(roadmap=roadmap.code), today=today, unreachable=lost)
    own = {code: _own(session, roadmap, code, points, today=today) for code in OWN_STATES}
    listed = own[state] if state in own else [one for one in points if not state or has_state(one, state, today)]
    overdue = [one for one in points if is_overdue(one, today)]
    extensions = len(waiting_extensions(session, roadmap.code)) if roadmap.extensions_by == "controller" else 0
    return Overview(
        awaiting=own["awaiting"],
        extensions=extensions,
        overdue=overdue,
        soon=sum(has_state(one, "soon", today) for one in points),
        personal=own["personal"],
        quarter=len(own["quarter"]),
        listed=in_order([one for one in listed if body in (None, one.owner_id)], today),
        muted=[_muted(line, overdue) for line in muted(session, roadmap.code, today=today)],
        fates=_fates(session, roadmap.code, today=today),
        bodies=dict(sorted({one.owner_id: one.owner for one in points}.items(), key=lambda one: one[1].casefold())),
    )


def orders_of(session: Session, point_id: int) -> list[Request]:
    """The orders about a point that wait."""
    found = select(Request).where(
        col(Request.point_id) == point_id, col(Request.kind).in_(ORDERS), col(Request.state) == "waiting"
    )
    return list(session.execute(found.order_by(col(Request.id))).scalars())


def _own(
    session: Session, roadmap: Roadmap, state: str, points: Sequence[ShownPoint], *, today: date
) -> list[ShownPoint]:
    match state:
        case "awaiting":
            return undecided(session, roadmap, points, today=today)
        case "personal":
            return _shown(session, roadmap.code, col(ControlPoint.personal_since).is_not(None))
        case "demanded":
            return _shown(session, roadmap.code, col(ControlPoint.demanded_until).is_not(None))
    done = (col(ControlPoint.closed_on) >= unit(today, "quarter")[0], col(ControlPoint.closed_on) <= today)
    whole = (col(ControlPoint.parent_id).is_(None), col(ControlPoint.status) == "accepted")
    return _shown(session, roadmap.code, *done, *whole, statuses=("accepted",))


def _shown(session: Session, code: str, *where: Any, statuses: Sequence[str] = LIVE) -> list[ShownPoint]:
    kept = (col(ControlPoint.roadmap_code) == code, col(ControlPoint.is_history).is_(False))
    rows = session.execute(select_points(*kept, col(ControlPoint.status).in_(statuses), *where))
    shared = shared_numbers(session)
    return [ShownPoint.of(row, shared) for row in rows]


def in_order(points: Iterable[ShownPoint], today: date) -> list[ShownPoint]:
    """The longest overdue first, then what is owed by deadline, then what is over, the newest first."""
    found = list(points)
    live = [one for one in found if one.status in LIVE]
    over = sorted(
        (one for one in found if one.status not in LIVE), key=lambda one: one.closed_on or one.deadline_on, reverse=True
    )
    return sorted(live, key=lambda one: (not is_overdue(one, today), one.deadline_on)) + over


def _muted(line: MutedLine, overdue: Iterable[ShownPoint]) -> MutedOverdue:
    def is_about(point: ShownPoint) -> bool:
        return point.item_id == line.item_id if line.item_id else line.body_id in (point.owner_id, point.body_id)

    return MutedOverdue(line=line, overdue=sum(is_about(point) for point in overdue))


def _fates(session: Session, code: str, *, today: date) -> list[Fate]:
    """Decisions of the last year, the newest first."""
    found = (
        select(Transition)
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(ControlPoint.roadmap_code) == code, col(Transition.action).in_(_DECISIONS))
        .where(col(Transition.happened_on) > today - LOOKED_BACK)
        .order_by(col(Transition.id).desc())
    )
    events = list(session.execute(found).scalars())
    if not events:
        return []
    ids = {one.point_id for one in events}
    rows = session.execute(select_points(col(ControlPoint.id).in_(ids)))
    shared = shared_numbers(session)
    points = {point.id: point for point in (ShownPoint.of(row, shared) for row in rows)}
    orders = select(Request).where(col(Request.point_id).in_(ids), col(Request.kind).in_(ORDERS))
    by_moment = {(one.point_id, one.asked_at): one for one in session.execute(orders).scalars()}
    newest: set[tuple[int, str]] = set()
    fates = []
    for event in events:
        mark = (event.point_id, event.action.rsplit("_", 1)[-1])
        fate = _fate(event, points[event.point_id], by_moment, is_newest=mark not in newest, today=today)
        newest.add(mark)
        fates.append(fate)
    return fates


def _fate(
    event: Transition,
    point: ShownPoint,
    orders: Mapping[tuple[int, Any], Request],
    *,
    is_newest: bool,
    today: date,
) -> Fate:
    made = Fate(
        on=event.happened_on,
        point=point,
        what=event_words(event.action, due_from=event.due_from, due_to=event.due_to),
        words=event.reason,
        by=post_of(event.actor),
        became=_over(point),
    )
    order = orders.get((event.point_id, event.noticed_at))
    if event.action == "order" and order is not None:
        reason = order.decision_reason
        fate = fate_of(order.state, by=order.decided_by or "", on=order.decided_on, reason=reason)
        return replace(made, became=fate, is_late=order.state == "refused")
    if event.action == "leave_personal" or made.became:
        return made
    if not is_newest:
        return replace(made, became="потребовано снова" if event.action == "demand" else "снято с личного контроля")
    if event.action == "take_personal":
        return replace(made, became="на личном контроле" if point.personal_since else "снято с личного контроля")
    return _demanded(made, event.due_to or today, today)


def _demanded(made: Fate, until: date, today: date) -> Fate:
    point = made.point
    if point.status == "submitted":
        return replace(made, became="сообщено об исполнении, на проверке у координатора")
    if point.demanded_until is None:
        return replace(made, became=f"срок перенесён, теперь {day(point.deadline_on)}")
    left = (until - today).days
    if left >= 0:
        return replace(made, became="исполнить сегодня" if left == 0 else f"ждём исполнения, {days_left(left)}")
    return replace(made, became=f"не исполнено, названный день прошёл {in_days(-left)} назад", is_late=True)


def _over(point: ShownPoint) -> str:
    if point.closed_on is None:
        return ""
    return f"{'исполнено' if point.status == 'accepted' else 'снято с контроля'} {day(point.closed_on)}"
