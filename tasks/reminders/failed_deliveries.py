"""Letters that were given up become lines of the coordinator's next letter: whoever did not hear is told by people."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, exists, insert, literal, select, union_all, update
from sqlmodel import Session, SQLModel, col

from models import Channel, ControlPoint, Notice, NoticeLine, Official, Roadmap
from models.db.locks import lock_roadmap
from models.lifecycle import LIVE
from models.queries.officials import round_letters, unreached
from roadmap.calendar.office_hours import OfficeHours
from tasks.context.roadmap_day import RoadmapDay
from tasks.reminders.next_letter import next_letters
from tasks.reminders.recipients import NotBefore, Recipients, new_notices, opening_hours, told_of

#: Older failures are history: what has come of their points was told by later letters.
LOOKED_BACK = timedelta(days=30)


def enqueue_failed_deliveries(session: Session, code: str, *, today: date, not_before: NotBefore) -> tuple[int, int]:
    """Tell the coordinator once of every point whose letter reached nobody; returns new letters and lines.

    A letter is lost when its last try failed and nothing has reached the official since, on any channel. When the
    coordinator's letter of the day has left already, the next working day tells.
    """
    given_up = _given_up(code, today)
    # Asked first: on most days there is none, and the questions after it look at every letter of the month.
    if session.execute(given_up.limit(1)).first() is None:
        return 0, 0
    found = [*session.execute(_lost_points(session, code, today, given_up)), *session.execute(_lost_rounds(given_up))]
    lost = sorted({(point_id, deadline_on) for _, point_id, deadline_on in found})
    coordinators = Recipients.of(session, code, today).staff(session, "coordinator") if lost else []
    if not coordinators:
        return 0, 0
    notices = new_notices(session, _pairs(coordinators), today=today, not_before=not_before)
    mine = (
        select(col(Notice.id))
        .where(col(Notice.on_day) == today, col(Notice.state) == "queued")
        .where(col(Notice.official_id).in_([official_id for official_id, _ in coordinators]))
        .where(col(Notice.channel_id).in_([channel_id for _, channel_id in coordinators]))
        .with_for_update()
    )
    ids = list(session.execute(mine).scalars())
    there = select(col(NoticeLine.notice_id), col(NoticeLine.point_id)).where(
        col(NoticeLine.notice_id).in_(ids), col(NoticeLine.reason) == "undelivered"
    )
    told = {(notice_id, point_id) for notice_id, point_id in session.execute(there)}
    lines = [
        {"notice_id": notice_id, "point_id": point_id, "reason": "undelivered", "days": (deadline_on - today).days}
        for notice_id in ids
        for point_id, deadline_on in lost
        if (notice_id, point_id) not in told
    ]
    if lines:
        session.execute(insert(NoticeLine), lines)
    if ids:
        reported = update(Notice).where(col(Notice.id).in_({notice_id for notice_id, *_ in found}))
        session.execute(reported.values(reported_on=today).execution_options(synchronize_session=False))
    return notices, len(lines)


def tell_of_lost_letters(session: Session, official_ids: Collection[int], *, at: datetime, hours: OfficeHours) -> None:
    """After a delivery gave letters of these officials up: who must know hears the same day, or by the next letter.

    The coordinator by lines of his letter; where it is he who is not reached, the controller by a part of his.
    """
    codes = select(col(Official.roadmap_code)).where(col(Official.id).in_(official_ids)).distinct()
    for code in sorted(session.execute(codes).scalars()):
        lock_roadmap(session, code)
        day = RoadmapDay.of(session, code, at=at, hours=hours)
        if not day.calendar.is_working(day.today):
            continue
        not_before = opening_hours(session, session.get_one(Roadmap, code), today=day.today, at=at, hours=hours)
        enqueue_failed_deliveries(session, code, today=day.today, not_before=not_before)
        recipients = Recipients.of(session, code, day.today)
        if any(official.role == "coordinator" for official, _ in unreached(session, code).values()):
            next_letters(session, recipients.staff(session, "controller"), day=day)


def queue_retries(session: Session, code: str, *, today: date, not_before: NotBefore) -> int:
    """A letter of the day for each channel that was given up while something it should have told still holds.

    So a mailbox that was mended is found within a working day, and one that was not is tried once a day; returns how
    many letters are new.
    """
    lost, sent = _rows(Notice).alias("lost"), _rows(Notice).alias("sent")
    arrived = exists().where(
        sent.c.channel_id == lost.c.channel_id, sent.c.on_day >= lost.c.on_day, sent.c.state == "sent"
    )
    owed = (
        select(lost.c.official_id, lost.c.channel_id)
        .join(Channel, col(Channel.id) == lost.c.channel_id)
        .join(Official, col(Official.id) == lost.c.official_id)
        .join(NoticeLine, col(NoticeLine.notice_id) == lost.c.id)
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .where(col(Official.roadmap_code) == code, col(Official.is_active), col(Channel.is_active))
        .where(col(Channel.given_up_at).is_not(None), ~arrived)
        .where(lost.c.state == "dead", lost.c.on_day > today - LOOKED_BACK)
        .where(col(ControlPoint.status).in_(LIVE), col(ControlPoint.is_history).is_(False))
        .where(col(NoticeLine.reason) != "handed_over")
        .where(*told_of(session, code, today))
    )
    return new_notices(session, owed, today=today, not_before=not_before)


def _pairs(coordinators: list[tuple[int, int]]) -> Select[Any]:
    rows = (
        select(literal(official).label("official_id"), literal(channel).label("channel_id"))
        for official, channel in coordinators
    )
    return select(union_all(*rows).subquery("pairs"))


def _given_up(code: str, today: date) -> Select[tuple[int | None]]:
    """Ids of the letters to others than the coordinator that were given up of late and not reported yet."""
    return (
        select(col(Notice.id))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .where(col(Official.roadmap_code) == code, col(Official.role) != "coordinator")
        .where(col(Notice.state) == "dead", col(Notice.reported_on).is_(None), col(Notice.reversed_at).is_(None))
        .where(col(Notice.on_day) > today - LOOKED_BACK)
    )


def _lost_points(session: Session, code: str, today: date, given_up: Select[Any]) -> Select[Any]:
    """(letter, point, deadline) of what was in a letter given up and is still to be done."""
    lost = Notice
    sent = _rows(Notice).alias("sent")
    arrived = exists().where(
        sent.c.official_id == col(lost.official_id),
        sent.c.on_day >= col(lost.on_day),
        sent.c.state == "sent",
        sent.c.reversed_at.is_(None),
    )
    return (
        select(col(lost.id), col(ControlPoint.id), col(ControlPoint.deadline_on))
        .join(NoticeLine, col(NoticeLine.point_id) == col(ControlPoint.id))
        .join(lost, col(lost.id) == col(NoticeLine.notice_id))
        .where(
            col(lost.id).in_(given_up),
            col(NoticeLine.reason) != "handed_over",
            col(ControlPoint.status).in_(("planned", "open", "returned")),
            *told_of(session, code, today),
        )
        .where(~arrived)
        .distinct()
        .order_by(col(ControlPoint.id))
    )


def _lost_rounds(given_up: Select[Any]) -> Select[Any]:
    """(letter, point, deadline) of notes and pages of rounds that were in a letter given up."""
    lost = Notice
    riding = round_letters().subquery("riding")
    sent = _rows(Notice).alias("sent")
    arrived = exists().where(
        sent.c.official_id == col(lost.official_id),
        sent.c.on_day >= col(lost.on_day),
        sent.c.state == "sent",
        sent.c.reversed_at.is_(None),
    )
    return (
        select(col(lost.id), col(ControlPoint.id), col(ControlPoint.deadline_on))
        .join(riding, riding.c.point_id == col(ControlPoint.id))
        .join(lost, col(lost.id) == riding.c.notice_id)
        .where(col(lost.id).in_(given_up), ~arrived)
        .distinct()
        .order_by(col(ControlPoint.id))
    )


def _rows(table: type[SQLModel]) -> Table:
    rows: Table = table.__table__  # type: ignore[attr-defined]
    return rows
