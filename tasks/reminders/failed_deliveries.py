"""Letters that were given up become lines of the coordinator's next letter: whoever did not hear is told by people."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, Table, exists, insert, literal, select, union_all
from sqlmodel import Session, SQLModel, col

from models import ControlPoint, Notice, NoticeLine, Official
from models.queries.officials import round_letters
from tasks.reminders.recipients import NotBefore, Recipients, heard_of, new_notices

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
    lost = [*session.execute(_lost_points(session, code, today, given_up)), *session.execute(_lost_rounds(given_up))]
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
    return notices, len(lines)


def _pairs(coordinators: list[tuple[int, int]]) -> Select[Any]:
    rows = (
        select(literal(official).label("official_id"), literal(channel).label("channel_id"))
        for official, channel in coordinators
    )
    return select(union_all(*rows).subquery("pairs"))


def _given_up(code: str, today: date) -> Select[tuple[int | None]]:
    """Ids of the letters to others than the coordinator that were given up of late."""
    return (
        select(col(Notice.id))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .where(col(Official.roadmap_code) == code, col(Official.role) != "coordinator")
        .where(col(Notice.state) == "dead", col(Notice.on_day) > today - LOOKED_BACK, col(Notice.reversed_at).is_(None))
    )


def _lost_points(session: Session, code: str, today: date, given_up: Select[Any]) -> Select[Any]:
    """(point, deadline) of what is still to be done, was in a letter given up, and was not reported since."""
    lost = Notice
    sent, report, told = _rows(Notice).alias("sent"), _rows(Notice).alias("report"), _rows(NoticeLine).alias("told")
    arrived = exists().where(
        sent.c.official_id == col(lost.official_id),
        sent.c.on_day >= col(lost.on_day),
        sent.c.state == "sent",
        sent.c.reversed_at.is_(None),
    )
    reported = exists().where(
        told.c.point_id == col(NoticeLine.point_id),
        told.c.reason == "undelivered",
        report.c.id == told.c.notice_id,
        report.c.on_day > col(lost.on_day),
        report.c.reversed_at.is_(None),
    )
    return (
        select(col(ControlPoint.id), col(ControlPoint.deadline_on))
        .join(NoticeLine, col(NoticeLine.point_id) == col(ControlPoint.id))
        .join(lost, col(lost.id) == col(NoticeLine.notice_id))
        .where(
            col(lost.id).in_(given_up),
            col(ControlPoint.status).in_(("planned", "open", "returned")),
            *heard_of(session, code, today),
        )
        .where(~arrived, ~reported)
        .distinct()
        .order_by(col(ControlPoint.id))
    )


def _lost_rounds(given_up: Select[Any]) -> Select[Any]:
    """(point, deadline) of notes and pages of rounds that were in a letter given up, and were not reported since."""
    lost, told = Notice, _rows(NoticeLine).alias("told")
    riding = round_letters().subquery("riding")
    sent, report = _rows(Notice).alias("sent"), _rows(Notice).alias("report")
    arrived = exists().where(
        sent.c.official_id == col(lost.official_id),
        sent.c.on_day >= col(lost.on_day),
        sent.c.state == "sent",
        sent.c.reversed_at.is_(None),
    )
    reported = exists().where(
        told.c.point_id == riding.c.point_id,
        told.c.reason == "undelivered",
        report.c.id == told.c.notice_id,
        report.c.on_day > col(lost.on_day),
        report.c.reversed_at.is_(None),
    )
    return (
        select(col(ControlPoint.id), col(ControlPoint.deadline_on))
        .join(riding, riding.c.point_id == col(ControlPoint.id))
        .join(lost, col(lost.id) == riding.c.notice_id)
        .where(col(lost.id).in_(given_up), ~arrived, ~reported)
        .distinct()
        .order_by(col(ControlPoint.id))
    )


def _rows(table: type[SQLModel]) -> Table:
    rows: Table = table.__table__  # type: ignore[attr-defined]
    return rows
