"""What whoever controls says and must hear, put into the letters of the day whether a mute is in force or not.

1. what was demanded goes to whoever answers; 2. what was ordered to the coordinator, and again while it waits; 3. what
became of an order to the controller; 4. overdue of a muted point to the controller, by the rungs of the others.

Nothing is noted beside the rows: what was told is read off the lines of letters, so a letter whose day was false has
told nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import not_, or_, select
from sqlmodel import Session, col

from models import ControlPoint, Notice, NoticeLine, Request, Roadmap, Transition
from models.db.rows import chunks
from models.queries import standing
from models.tables.request import ORDERS
from roadmap.control.ladder import DAY, Ladder, digest_days, escalation_day, look, request_days
from roadmap.control.reminders import Reason
from tasks.context.roadmap_day import RoadmapDay
from tasks.reminders.day_lines import DayLine, put_into_letters
from tasks.reminders.recipients import NotBefore, Recipients, heard_of

#: Older answers are history: a roadmap whose control stood still for so long begins anew.
LOOKED_BACK = timedelta(days=30)
#: A letter that has not left yet tells what is true when it leaves.
UNSENT = ("queued", "sending")


@dataclass(frozen=True, slots=True)
class Owed:
    """A point about which somebody must hear, and why."""

    point: ControlPoint
    reason: Reason


@dataclass(frozen=True, slots=True)
class Heard:
    """A line on a point in a letter: the day of the letter, when it left (None: not yet, or never)."""

    on_day: date
    sent_at: datetime | None
    state: str

    def tells(self, at: datetime, on: date) -> bool:
        """It tells what happened at ``at`` of day ``on``: it was written, or is sent, after that."""
        if self.state in UNSENT:
            return True
        return self.sent_at >= at if self.sent_at is not None else self.on_day > on


def enqueue_orders(session: Session, roadmap: Roadmap, day: RoadmapDay, *, not_before: NotBefore) -> tuple[int, int]:
    """Put what is owed into the letters of the day; returns new letters and lines.

    Where the letter of the day has left already, the next working day tells.
    """
    ladder = Ladder.from_json(roadmap.ladder)
    owed = [
        *_demanded(session, roadmap.code),
        *_ordered(session, day, ladder),
        *_answered(session, day),
        *_muted_overdue(session, day, ladder),
    ]
    if not owed:
        return 0, 0
    lines = _addressed(session, owed, Recipients.of(session, roadmap.code, day.today))
    return put_into_letters(session, lines, day.today, not_before)


def _demanded(session: Session, code: str) -> Iterator[Owed]:
    """What was demanded and whoever answers has not heard."""
    points = _points(
        session,
        col(ControlPoint.roadmap_code) == code,
        col(ControlPoint.demanded_until).is_not(None),
        col(ControlPoint.status).in_(standing.OWED),
    )
    if not points:
        return
    heard = _heard(session, points, ("demanded", "no_channel"))
    found = select(Transition).where(col(Transition.point_id).in_(points), col(Transition.action) == "demand")
    demands = {one.point_id: one for one in session.execute(found.order_by(col(Transition.id))).scalars()}
    for point_id, one in demands.items():
        if not any(line.tells(one.noticed_at, one.happened_on) for _, line in heard[point_id]):
            yield Owed(points[point_id], "demanded")


def _ordered(session: Session, day: RoadmapDay, ladder: Ladder) -> Iterator[Owed]:
    """What was ordered and waits: told at once, then every ``awaiting_every`` working days."""
    requests = _requests(session, day.code, col(Request.state) == "waiting")
    points = _points(session, col(ControlPoint.id).in_({one.point_id for one in requests})) if requests else {}
    heard = _heard(session, points, ("ordered",)) if points else {}
    for one in requests:
        lines = [line for _, line in heard[one.point_id]]
        last = max((line.on_day for line in lines if line.tells(one.asked_at, one.asked_on)), default=None)
        again = last and look(request_days(one.asked_on, ladder, day.calendar), since=last + DAY, today=day.today)
        if last is None or (again and again.reached):
            yield Owed(points[one.point_id], "ordered")


def _answered(session: Session, day: RoadmapDay) -> Iterator[Owed]:
    """What became of an order, once."""
    requests = _requests(
        session, day.code, col(Request.state) != "waiting", col(Request.decided_on) > day.today - LOOKED_BACK
    )
    points = _points(session, col(ControlPoint.id).in_({one.point_id for one in requests})) if requests else {}
    heard = _heard(session, points, ("order_done", "order_declined")) if points else {}
    for one in requests:
        reason: Reason = "order_declined" if one.state == "refused" else "order_done"
        assert one.decided_at is not None
        assert one.decided_on is not None
        lines = [line for told, line in heard[one.point_id] if told == reason]
        if not any(line.tells(one.decided_at, one.decided_on) for line in lines):
            yield Owed(points[one.point_id], reason)


def _muted_overdue(session: Session, day: RoadmapDay, ladder: Ladder) -> Iterator[Owed]:
    """A mute spares whoever answers, not whoever controls: he hears on the same rungs as of any other point."""
    spoken_of = heard_of(session, day.code, day.today)
    if not spoken_of:
        return
    points = _points(
        session,
        col(ControlPoint.roadmap_code) == day.code,
        col(ControlPoint.status).in_(("open", "returned")),
        standing.overdue(day.today),
        or_(*(not_(condition) for condition in spoken_of)),
    )
    heard = _heard(session, points, ("escalated", "still_overdue")) if points else {}
    for point_id, point in points.items():
        deadline_on = point.deadline_on
        told_on = max((line.on_day for _, line in heard[point_id] if line.on_day > deadline_on), default=None)
        since = (told_on or deadline_on) + DAY
        if told_on is None and escalation_day(point.opens_on, deadline_on, ladder) <= day.today:
            yield Owed(point, "escalated")
        elif look(digest_days(point.opens_on, deadline_on, ladder), since=since, today=day.today).reached:
            yield Owed(point, "still_overdue")


def _points(session: Session, *where: Any) -> dict[int, ControlPoint]:
    found = session.execute(select(ControlPoint).where(*where, col(ControlPoint.is_history).is_(False)))
    return {point.id: point for point in found.scalars() if point.id is not None}


def _requests(session: Session, code: str, *where: Any) -> list[Request]:
    found = (
        select(Request)
        .join(ControlPoint, col(ControlPoint.id) == col(Request.point_id))
        .where(col(ControlPoint.roadmap_code) == code, col(Request.kind).in_(ORDERS), *where)
        .order_by(col(Request.id))
    )
    return list(session.execute(found).scalars())


def _heard(
    session: Session, point_ids: Collection[int], reasons: Iterable[Reason]
) -> defaultdict[int, list[tuple[str, Heard]]]:
    """(reason, line) of each point in letters whose day was true."""
    heard: defaultdict[int, list[tuple[str, Heard]]] = defaultdict(list)
    for some in chunks(sorted(point_ids)):
        found = (
            select(
                col(NoticeLine.point_id),
                col(NoticeLine.reason),
                col(Notice.on_day),
                col(Notice.sent_at),
                col(Notice.state),
            )
            .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
            .where(col(NoticeLine.point_id).in_(some), col(NoticeLine.reason).in_(sorted(reasons)))
            .where(col(Notice.reversed_at).is_(None))
        )
        for point_id, reason, on_day, sent_at, state in session.execute(found):
            heard[point_id].append((reason, Heard(on_day, sent_at, state)))
    return heard


def _addressed(session: Session, owed: Collection[Owed], recipients: Recipients) -> list[DayLine]:
    """To whom; an owner out of reach is the coordinator's line, a missing controller's as well."""
    leads: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for official_id, channel_id, body_id in session.execute(recipients.leads()):
        leads[body_id].append((official_id, channel_id))
    staff = {role: recipients.staff(session, role) for role in ("coordinator", "controller")}
    lines = []
    for one in owed:
        reason: str = one.reason
        if reason == "demanded":
            to = leads[one.point.owner_id]
            if not to:
                to, reason = staff["coordinator"], "no_channel"
        else:
            to = staff["coordinator" if reason == "ordered" else "controller"] or staff["coordinator"]
        lines += [DayLine(official_id, channel_id, one.point, reason) for official_id, channel_id in to]
    return lines
