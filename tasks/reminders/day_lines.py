"""Lines on single points that go into the letters of the day, those that have not left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, insert, select
from sqlmodel import Session, col

from models import Channel, ControlPoint, Notice, NoticeLine
from tasks.reminders.recipients import NotBefore, new_notices


@dataclass(frozen=True, slots=True)
class DayLine:
    """A line to be put into the letter of the day of one channel."""

    official_id: int
    channel_id: int
    point: ControlPoint
    reason: str


def put_into_letters(
    session: Session, lines: Collection[DayLine], today: date, not_before: NotBefore
) -> tuple[int, int]:
    """Into the letters of the day that have not left; returns new letters and lines."""
    pairs = {(line.official_id, line.channel_id) for line in lines}
    if not pairs:
        return 0, 0
    channels = {channel_id for _, channel_id in pairs}
    addressed: Select[Any] = select(col(Channel.official_id), col(Channel.id).label("channel_id")).where(
        col(Channel.id).in_(channels)
    )
    notices = new_notices(session, addressed, today=today, not_before=not_before)
    open_letters = (
        select(col(Notice.id), col(Notice.official_id), col(Notice.channel_id))
        .where(col(Notice.on_day) == today, col(Notice.state) == "queued", col(Notice.reversed_at).is_(None))
        .where(col(Notice.channel_id).in_(channels))
        .with_for_update()
    )
    letters: Mapping[tuple[int, int], int] = {
        (official_id, channel_id): notice_id for notice_id, official_id, channel_id in session.execute(open_letters)
    }
    there = select(col(NoticeLine.notice_id), col(NoticeLine.point_id), col(NoticeLine.reason))
    told = set(session.execute(there.where(col(NoticeLine.notice_id).in_(letters.values()))).tuples())
    fresh = {
        (letters[key], line.point.id, line.reason): (line.point.deadline_on - today).days
        for line in lines
        if (key := (line.official_id, line.channel_id)) in letters
        and (letters[key], line.point.id, line.reason) not in told
    }
    if fresh:
        values = [
            {"notice_id": notice_id, "point_id": point_id, "reason": reason, "days": days}
            for (notice_id, point_id, reason), days in fresh.items()
        ]
        session.execute(insert(NoticeLine), values)
    return notices, len(fresh)
