"""What goes into letters beside the reasons of points: the week's table, and the question whether letters arrive.

There is one letter a day at most per official and channel, so both join the letter of the day; one that has left
already is not followed by a second, the next working day's takes it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select, update
from sqlmodel import Session, col

from models import Channel, Notice, Official, Roadmap
from roadmap.calendar import WorkCalendar
from roadmap.office import OfficeHours, opening

Flag = Literal["has_digest", "has_drill"]


@dataclass(frozen=True, slots=True)
class Desk:
    """The office an extra is sent from: its calendar and hours, the instant, the roadmap's zone."""

    calendar: WorkCalendar
    hours: OfficeHours
    at: datetime
    zone: str


def queue_digests(work: Session, roadmap: Roadmap, *, today: date, desk: Desk) -> int:
    """Put this week's table into a letter of the coordinator and of the controller; returns into how many.

    Asked each working day: a week whose Monday was missed is made up for, a week that has its table is left alone.
    """
    monday = today - timedelta(days=today.weekday())
    had = exists().where(
        col(Notice.channel_id) == col(Channel.id), col(Notice.has_digest), col(Notice.on_day) >= monday
    )
    staff = _reach(roadmap.code).where(col(Official.role).in_(("coordinator", "controller")), ~had)
    rows = work.execute(staff).all()
    for official, channel in rows:
        put(work, official, channel, flag="has_digest", desk=desk)
    return len(rows)


def put(work: Session, official: Official, channel: Channel, *, flag: Flag, desk: Desk) -> date:
    """Put the extra into the channel's next letter; returns the day of that letter."""
    zone = ZoneInfo(official.zone or desk.zone)
    leaves = opening(desk.at, zone=zone, calendar=desk.calendar, hours=desk.hours)
    while True:
        day = leaves.date()
        letter = (
            col(Notice.official_id) == official.id,
            col(Notice.channel_id) == channel.id,
            col(Notice.on_day) == day,
        )
        joined = work.execute(update(Notice).where(*letter, col(Notice.state) == "queued").values({flag: True}))
        if joined.rowcount == 1:  # type: ignore[attr-defined]
            return day
        if work.execute(select(col(Notice.id)).where(*letter)).first() is None:
            assert official.id is not None
            assert channel.id is not None
            letter_of_the_day = Notice(official_id=official.id, channel_id=channel.id, on_day=day, not_before=leaves)
            setattr(letter_of_the_day, flag, True)
            work.add(letter_of_the_day)
            work.flush()
            return day
        tomorrow = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        leaves = opening(tomorrow, zone=zone, calendar=desk.calendar, hours=desk.hours)


def _reach(code: str) -> Select[tuple[Official, Channel]]:
    return (
        select(Official, Channel)
        .join(Channel, col(Channel.official_id) == col(Official.id))
        .where(col(Official.roadmap_code) == code, col(Official.is_active), col(Channel.is_active))
        .order_by(col(Official.id), col(Channel.id))
    )
