"""Questions about people: who is reached now, who stands in for whom, what is muted, who was not reached."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.tables.control_point import ControlPoint
from models.tables.monitoring import Round, RoundLetter
from models.tables.official import Absence, Channel, Mute, Official
from models.tables.outbox import Notice, NoticeLine
from models.tables.request import Request
from models.tables.roadmap import Body, Item


@dataclass(frozen=True, slots=True)
class MuteRow:
    """A mute with what it is about: an item, or a body."""

    mute: Mute
    item: Item | None
    body: Body | None


def muted(session: Session, roadmap_code: str, today: date) -> list[MuteRow]:
    """What nothing is sent about on a day, the first to end first."""
    found = (
        select(Mute, Item, Body)
        .join(Item, col(Item.id) == col(Mute.item_id), isouter=True)
        .join(Body, col(Body.id) == col(Mute.body_id), isouter=True)
        .where(Mute.roadmap_code == roadmap_code, col(Mute.lifted_at).is_(None), col(Mute.until) >= today)
        .order_by(col(Mute.until), col(Mute.id))
    )
    return [MuteRow(*row) for row in session.exec(found)]


def reachable(session: Session, roadmap_code: str) -> set[int]:
    """Officials of a roadmap who are in office and have a channel in force."""
    found = (
        select(col(Official.id))
        .join(Channel, col(Channel.official_id) == col(Official.id))
        .where(Official.roadmap_code == roadmap_code, col(Official.is_active), col(Channel.is_active))
    )
    return {official_id for official_id in session.exec(found.distinct()) if official_id is not None}


def unreached(session: Session, roadmap_code: str | None = None) -> dict[int, tuple[Official, Channel]]:
    """Officials in office to whom no letter gets through, by id: every channel in force is given up; with the first.

    Of one roadmap, or of all.
    """
    found = select(Official, Channel).join(Channel, col(Channel.official_id) == col(Official.id))
    found = found.where(col(Official.is_active), col(Channel.is_active))
    if roadmap_code is not None:
        found = found.where(Official.roadmap_code == roadmap_code)
    working = aliased(Channel)
    works = sa_select(col(working.id)).where(
        col(working.official_id) == col(Official.id), col(working.is_active), col(working.given_up_at).is_(None)
    )
    rows = session.exec(found.where(~works.exists()).order_by(col(Official.id), col(Channel.id).desc()))
    return {official.id or 0: (official, channel) for official, channel in rows}


def answering(session: Session, roadmap_code: str, day: date) -> dict[int, int | None]:
    """Who answers on a day for each official who is away: the last of the chain of deputies.

    None when nobody of the chain can be reached (no channel, out of office, away in a circle): the official is then
    written to all the same. Of two absences of one official the one entered later counts.
    """
    found = (
        select(Absence)
        .join(Official, col(Official.id) == col(Absence.official_id))
        .where(Official.roadmap_code == roadmap_code, Absence.starts_on <= day, Absence.ends_on >= day)
        .order_by(col(Absence.id))
    )
    deputies = {absence.official_id: absence.deputy_id for absence in session.exec(found)}
    if not deputies:
        return {}
    reached = reachable(session, roadmap_code)
    return {official_id: _last(official_id, deputies, reached) for official_id in deputies}


def _last(official_id: int, deputies: dict[int, int], reached: set[int]) -> int | None:
    seen = {official_id}
    answers = deputies[official_id]
    while answers in deputies:
        if answers in seen:
            return None
        seen.add(answers)
        answers = deputies[answers]
    return answers if answers in reached else None


def deputies_for(session: Session, official_ids: Collection[int], day: date) -> dict[int, list[Official]]:
    """For whom each of the officials answers on a day, by id; nothing for one who stands in for nobody."""
    if not official_ids:
        return {}
    codes = session.exec(select(Official.roadmap_code).where(col(Official.id).in_(official_ids)).distinct())
    stands: defaultdict[int, list[int]] = defaultdict(list)
    for code in codes.all():
        for absent, answers in answering(session, code, day).items():
            if answers in official_ids and answers is not None:
                stands[answers].append(absent)
    absent_ids = [absent for several in stands.values() for absent in several]
    found = session.exec(select(Official).where(col(Official.id).in_(absent_ids)).order_by(col(Official.id)))
    people = {official.id: official for official in found}
    return {deputy: [people[absent] for absent in sorted(several)] for deputy, several in stands.items()}


def waiting_requests(session: Session, point_ids: Collection[int]) -> dict[int, list[Request]]:
    """The requests about each point that nobody has decided yet, the oldest first."""
    found = select(Request).where(col(Request.point_id).in_(point_ids), Request.state == "waiting")
    requests: defaultdict[int, list[Request]] = defaultdict(list)
    for request in session.exec(found.order_by(col(Request.id))):
        requests[request.point_id].append(request)
    return dict(requests)


def not_reached(session: Session, point_ids: Collection[int]) -> dict[int, list[tuple[Official, date]]]:
    """Whom the letters about each point never reached, with the day of the latest such letter."""
    found = (
        select(col(NoticeLine.point_id), Official, col(Notice.on_day))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .where(col(NoticeLine.point_id).in_(point_ids), Notice.state == "dead", Official.role != "coordinator")
        .where(col(Notice.reversed_at).is_(None))
    )
    riding = round_letters().subquery()
    of_rounds = (
        select(riding.c.point_id, Official, col(Notice.on_day))
        .join(Notice, col(Notice.id) == riding.c.notice_id)
        .join(Official, col(Official.id) == col(Notice.official_id))
        .where(riding.c.point_id.in_(point_ids), Notice.state == "dead", Official.role != "coordinator")
        .where(col(Notice.reversed_at).is_(None))
    )
    latest: defaultdict[int, dict[int | None, tuple[Official, date]]] = defaultdict(dict)
    lost = [*session.exec(found), *session.exec(of_rounds)]
    for point_id, official, on_day in sorted(lost, key=lambda row: row[2]):
        latest[point_id][official.id] = (official, on_day)
    return {point_id: list(people.values()) for point_id, people in latest.items()}


def round_letters() -> Select[Any]:
    """(notice, point) of what went out of rounds of monitoring: a page belongs to the point that asked its body for
    data, a note (and the page of a body that was asked nothing) to the round's own."""
    asked = aliased(ControlPoint)
    of_body = and_(col(asked.parent_id) == col(Round.point_id), col(asked.body_id) == col(RoundLetter.body_id))
    return (
        sa_select(col(RoundLetter.notice_id), func.coalesce(col(asked.id), col(Round.point_id)).label("point_id"))
        .join(Round, col(Round.id) == col(RoundLetter.round_id))
        .outerjoin(asked, of_body)
        .where(col(RoundLetter.reversed_at).is_(None))
    )
