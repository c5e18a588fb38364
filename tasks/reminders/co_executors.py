"""Co-executors hear of the points they take part in, in the letters of the day.

1. what is open and has co-executors is looked through, a term of an item once, on however many points it lies;
2. each co-executor that has not given its part is told what its step says (``roadmap.control.co_executors``);
3. one that cannot be reached is named to the coordinator, once a year at most.

Nothing is noted beside the rows: who has heard what is read off the lines of letters, so a letter whose day was false
has told nothing, and a point whose letter of the day has left is told of on the next working day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import ControlPoint, Executor, Item, Roadmap
from models.db.rows import chunks
from models.queries.co_executors import Term, co_executors, heard_of_parts, named_on, parts_given
from models.queries.officials import muted
from roadmap.control.co_executors import SharedTerm, quarter_start, reason_due
from roadmap.control.ladder import Ladder
from roadmap.control.reminders import OF_CO_EXECUTORS, Reason
from tasks.context.roadmap_day import RoadmapDay
from tasks.reminders.day_lines import DayLine, put_into_letters
from tasks.reminders.recipients import NotBefore, Recipients, heard_of

#: No term is longer: older letters say nothing about those that are open.
LOOKED_BACK = timedelta(days=800)
#: The coordinator hears at most once in so many days that a co-executor cannot be reached.
NAMED_EVERY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Shared:
    """A term of an item that co-executors take part in, by the first of its open points."""

    point: ControlPoint
    reading_kind: str

    @property
    def key(self) -> Term:
        """The item and the opening."""
        return self.point.item_id, self.point.opens_on


def enqueue_co_executors(
    session: Session, roadmap: Roadmap, day: RoadmapDay, *, not_before: NotBefore
) -> tuple[int, int]:
    """Put what co-executors must hear today into the letters of the day; returns new letters and lines."""
    ladder = Ladder.from_json(roadmap.ladder)
    shared = _shared(session, day) if ladder.co_term else []
    if not shared:
        return 0, 0
    takes_part = co_executors(session, {one.point.item_id for one in shared})
    silent = {row.mute.body_id for row in muted(session, day.code, day.today)}
    heard = heard_of_parts(session, takes_part, OF_CO_EXECUTORS, since=day.today - LOOKED_BACK)
    owed = list(_owed(shared, _unmuted(takes_part, silent), heard, parts_given(session, takes_part), day, ladder))
    recipients = Recipients.of(session, day.code, day.today)
    reached: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for official_id, channel_id, body_id in session.execute(recipients.leads()):
        reached[body_id].append((official_id, channel_id))
    lines = [DayLine(*to, point, reason) for point, body_id, reason in owed for to in reached[body_id]]
    lost = {body_id for _, body_id, _ in owed if not reached[body_id] or body_id in recipients.bodies_unheard}
    coordinators = recipients.staff(session, "coordinator") if lost else []
    named = _named(session, owed, lost, heard, takes_part, day.today) if coordinators else []
    lines += [DayLine(*to, point, "co_no_channel") for point in named for to in coordinators]
    return put_into_letters(session, lines, day.today, not_before)


def _shared(session: Session, day: RoadmapDay) -> list[Shared]:
    """What is open today, not overdue, and has co-executors; what they have a term of their own for is theirs."""
    point, own = ControlPoint, select(col(Executor.item_id)).where(col(Executor.item_id) == col(ControlPoint.item_id))
    first = (
        select(func.min(col(point.id)))
        .where(col(point.roadmap_code) == day.code, col(point.status).in_(("open", "returned")))
        .where(col(point.deadline_on) >= day.today, col(point.overdue_on).is_(None), col(point.is_history).is_(False))
        .where(col(point.parent_id).is_(None), col(point.purpose) == "result")
        .where(own.exists(), ~own.where(col(Executor.body_id) == col(point.body_id)).exists())
        .where(*heard_of(session, day.code, day.today))
        .group_by(col(point.item_id), col(point.opens_on))
    )
    ids, found = sorted(session.execute(first).scalars()), []
    for some in chunks(ids):
        rows = select(ControlPoint, col(Item.reading)).join(Item, col(Item.id) == col(point.item_id))
        found += [
            Shared(row[0], row[1].get("kind", "")) for row in session.execute(rows.where(col(point.id).in_(some)))
        ]
    return sorted(found, key=lambda one: one.point.key)


def _unmuted(takes_part: Mapping[int, tuple[int, ...]], silent: Collection[int | None]) -> dict[int, tuple[int, ...]]:
    return {item: tuple(body for body in bodies if body not in silent) for item, bodies in takes_part.items()}


def _owed(
    shared: Sequence[Shared],
    takes_part: Mapping[int, tuple[int, ...]],
    heard: Mapping[Term, Mapping[int, date]],
    given: Mapping[Term, Mapping[int, date]],
    day: RoadmapDay,
    ladder: Ladder,
) -> Iterator[tuple[ControlPoint, int, Reason]]:
    """(point, co-executor, reason) of all that is told today."""
    lately: dict[tuple[int, int], date] = {}
    for (item_id, _), bodies in heard.items():
        for body_id, on in bodies.items():
            lately[item_id, body_id] = max(on, lately.get((item_id, body_id), on))
    quarter = quarter_start(day.today)
    for one in shared:
        point = one.point
        term = SharedTerm.of(point.opens_on, point.deadline_on, one.reading_kind)
        for body_id in takes_part.get(point.item_id, ()):
            if body_id == point.owner_id or body_id in given.get(one.key, {}):
                continue
            last = lately.get((point.item_id, body_id))
            reason = reason_due(
                term,
                today=day.today,
                told_on=heard.get(one.key, {}).get(body_id),
                told_lately=last is not None and last >= quarter,
                ladder=ladder,
                calendar=day.calendar,
            )
            if reason is not None:
                lately[point.item_id, body_id] = day.today
                yield point, body_id, reason


def _named(
    session: Session,
    owed: Sequence[tuple[ControlPoint, int, Reason]],
    lost: Collection[int],
    heard: Mapping[Term, Mapping[int, date]],
    takes_part: Mapping[int, tuple[int, ...]],
    today: date,
) -> Iterator[ControlPoint]:
    """The points by which the coordinator learns of co-executors out of reach.

    A line names all of its item that are; one named before is named again when it has been reached since.
    """
    days = named_on(session, takes_part, "co_no_channel", since=today - NAMED_EVERY)
    last_heard: dict[int, date] = {}
    for bodies in heard.values():
        for body_id, on in bodies.items():
            last_heard[body_id] = max(on, last_heard.get(body_id, on))
    known = {
        body_id
        for item_id, on in days.items()
        for body_id in takes_part.get(item_id, ())
        if last_heard.get(body_id, date.min) <= on and on < today
    }
    for point, body_id, _ in owed:
        if body_id in lost and body_id not in known:
            known |= {body for body in takes_part[point.item_id] if body in lost}
            yield point
