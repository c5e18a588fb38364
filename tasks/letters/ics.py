"""Rows → deadlines for calendars: the feed of an official or a body, and what a letter's attachment needs."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Edition, Item, Official, Roadmap, Transition
from models.lifecycle import LIVE
from models.queries import standing
from models.queries.officials import deputies_for
from models.queries.printed_numbers import Shared, number_of, shared_numbers
from roadmap.calendar.zones import today_there
from roadmap.letters.ics import Deadline, calendar
from roadmap.letters.wording import what_is_due
from roadmap.review.answered import with_act_words

#: How long a closed point stays in a feed.
DONE_STAYS = timedelta(days=60)
#: Actions after which a calendar program must show something else.
SHOWN_CHANGES = ("extend", "reassign", "accept", "withdraw", "reopen")


@dataclass(frozen=True, slots=True)
class Changed:
    """How often a point changed in a calendar's eyes, and when last."""

    times: int
    at: datetime


def feed(session: Session, whose: Official | Body, *, at: datetime, ahead_days: int) -> str:
    """The iCalendar feed of a body's deadlines, or of an official's: his body, whom he stands in for, or all of them.

    Live points due within ``ahead_days``, and for sixty days those that were closed; history is left out. It holds no
    personal links: a calendar is often shared.
    """
    roadmap = session.get_one(Roadmap, whose.roadmap_code)
    today = today_there(at, _zone(whose) or roadmap.zone)
    bodies = _bodies(session, whose, today)
    recent = col(ControlPoint.closed_on) >= today - DONE_STAYS
    live = col(ControlPoint.status).in_(LIVE) & (col(ControlPoint.deadline_on) <= today + timedelta(days=ahead_days))
    where = [
        col(ControlPoint.roadmap_code) == roadmap.code,
        col(ControlPoint.is_history).is_(False),
        col(ControlPoint.blocked).is_(False),
        col(Item.is_controlled) | col(ControlPoint.closed_on).is_not(None),
        or_(live, recent),
    ]
    if bodies is not None:
        where.append(col(ControlPoint.owner_id).in_(bodies))
    name = f"Сроки: {whose.post if isinstance(whose, Official) else whose.short} — {roadmap.region}"
    kind = "official" if isinstance(whose, Official) else "body"
    return calendar(deadlines(session, *where), whose=f"{kind}/{whose.id}", today=today, name=name)


def deadlines(session: Session, *where: Any) -> list[Deadline]:
    """The points that meet the conditions (on ``ControlPoint`` and ``Item``), as calendars show them."""
    found = (
        select(ControlPoint, Item, col(Body.short))
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(*where)
    )
    rows = session.execute(found).all()
    wanted = select(col(ControlPoint.id)).join(Item, col(Item.id) == col(ControlPoint.item_id)).where(*where)
    changed = changes(session, wanted)
    shared = shared_numbers(session)
    stored = stored_at(session, {point.roadmap_code for point, _, _ in rows})
    return [
        deadline(
            point,
            item,
            owner,
            changed.get(point.id) or unchanged(point, stored),
            number=number_of(item, shared),
        )
        for point, item, owner in rows
    ]


def deadline(point: ControlPoint, item: Item, owner: str, changed: Changed, *, number: str) -> Deadline:
    """One row as a calendar shows it; ``owner`` is the body's short name, ``number`` as people read it."""
    return Deadline(
        key=point.key,
        number=number,
        title=what_is_due(item.title, stage=point.stage_title, names_dates=point.purpose == "name_dates"),
        term=item.term,
        answered=with_act_words("term", item.term, item.act_words),
        result=item.result,
        source=item.source,
        owner=owner,
        deadline_on=point.deadline_on,
        status=point.status,
        submitted_on=point.submitted_on,
        is_history=point.is_history,
        blocked=point.blocked,
        changes=changed.times,
        changed_at=changed.at,
    )


def unchanged(point: ControlPoint, stored: Mapping[str, datetime]) -> Changed:
    """A point that is as it was loaded; ``stored`` as ``stored_at`` gives it."""
    return Changed(0, stored.get(point.roadmap_code) or datetime.combine(point.opens_on, time(), UTC))


def changes(session: Session, point_ids: Any) -> dict[int, Changed]:
    """What changed in the points of a select of ids; points that never changed are not in it."""
    counted = (
        select(col(Transition.point_id), func.count(), func.max(col(Transition.noticed_at)))
        .where(col(Transition.point_id).in_(point_ids), col(Transition.action).in_(SHOWN_CHANGES))
        .group_by(col(Transition.point_id))
    )
    return {point_id: Changed(times, at) for point_id, times, at in session.execute(counted)}


def overdue(
    session: Session, body_ids: Collection[int | None], *, on: date, shared: Shared
) -> defaultdict[int, list[Deadline]]:
    """What is overdue on a day, by the body that answers; ``shared`` as ``shared_numbers`` gives it."""
    by_body: defaultdict[int, list[Deadline]] = defaultdict(list)
    if not body_ids:
        return by_body
    found = (
        select(ControlPoint, Item, col(Body.short))
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(
            col(ControlPoint.owner_id).in_(body_ids),
            standing.overdue(on),
        )
    )
    for point, item, owner in session.execute(found):
        by_body[point.owner_id].append(
            deadline(point, item, owner, unchanged(point, {}), number=number_of(item, shared))
        )
    return by_body


def stored_at(session: Session, codes: Collection[str]) -> dict[str, datetime]:
    """When the newest edition of each roadmap was loaded: since then an unmoved deadline has not changed."""
    newest = (
        select(col(Edition.roadmap_code), func.max(col(Edition.loaded_at)))
        .where(col(Edition.roadmap_code).in_(codes))
        .group_by(col(Edition.roadmap_code))
    )
    found: dict[str, datetime] = dict(session.execute(newest).tuples().all())
    return found


def _zone(whose: Official | Body) -> str | None:
    return whose.zone if isinstance(whose, Official) else None


def _bodies(session: Session, whose: Official | Body, today: date) -> set[int | None] | None:
    """The bodies whose points are shown; None: every body of the roadmap."""
    if isinstance(whose, Body):
        return {whose.id}
    if whose.body_id is None:
        return None
    stood_for = deputies_for(session, {whose.id or 0}, today).get(whose.id or 0, [])
    bodies: set[int | None] = {whose.body_id}
    return bodies | {official.body_id for official in stood_for if official.body_id is not None}
