"""What goes into letters beside the reasons of points: the week's table, and the question whether letters arrive.

There is one letter a day at most per official and channel, so both join the letter of the day; one that has left
already is not followed by a second, the next working day's takes it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import Select, exists, func, select, update
from sqlmodel import Session, col

from models import Channel, Edition, Notice, Official, Roadmap
from roadmap.calendar.office_hours import opening
from roadmap.calendar.zones import today_there, zone_of
from tasks.context.roadmap_day import RoadmapDay

Flag = Literal["has_digest", "has_drill"]


def queue_digests(session: Session, roadmap: Roadmap, *, today: date, not_before: Mapping[str | None, datetime]) -> int:
    """Put this week's table into today's letter of the coordinator and of the controller; returns into how many.

    Asked each working day: a week whose Monday was missed is made up for, a week that has its table is left alone, and
    one whose letter of the day has left already gets it on the next. A roadmap that came on control this week has no
    week to tell of yet. ``not_before``: when offices open, by zone.
    """
    monday = today - timedelta(days=today.weekday())
    loaded_at = session.execute(
        select(func.min(col(Edition.loaded_at))).where(col(Edition.roadmap_code) == roadmap.code)
    ).scalar_one()
    if loaded_at is None or today_there(loaded_at, roadmap.zone) >= monday:
        return 0
    had = exists().where(
        col(Notice.channel_id) == col(Channel.id),
        col(Notice.has_digest),
        col(Notice.on_day) >= monday,
        col(Notice.reversed_at).is_(None),
    )
    staff = _reach(roadmap.code).where(col(Official.role).in_(("coordinator", "controller")), ~had)
    return sum(
        _join(session, official, channel, today, not_before[official.zone], flag="has_digest")
        for official, channel in session.execute(staff).all()
    )


def put(session: Session, official: Official, channel: Channel, *, flag: Flag, day: RoadmapDay) -> date:
    """Put the extra into the channel's next letter; returns the day of that letter."""
    zone = zone_of(official.zone or day.zone)
    leaves = opening(day.at, zone=zone, calendar=day.calendar, hours=day.hours)
    while not _join(session, official, channel, leaves.date(), leaves, flag=flag):
        tomorrow = datetime.combine(leaves.date() + timedelta(days=1), time.min, zone)
        leaves = opening(tomorrow, zone=zone, calendar=day.calendar, hours=day.hours)
    return leaves.date()


def _join(session: Session, official: Official, channel: Channel, day: date, leaves: datetime, *, flag: Flag) -> bool:
    """Put the extra into the channel's letter of the day, new or waiting; False when that letter has left."""
    assert official.id is not None
    assert channel.id is not None
    letter = (
        col(Notice.official_id) == official.id,
        col(Notice.channel_id) == channel.id,
        col(Notice.on_day) == day,
        col(Notice.reversed_at).is_(None),
    )
    joined = session.execute(update(Notice).where(*letter, col(Notice.state) == "queued").values({flag: True}))
    if joined.rowcount == 1:  # type: ignore[attr-defined]
        return True
    if session.execute(select(col(Notice.id)).where(*letter)).first() is not None:
        return False
    fresh = Notice(official_id=official.id, channel_id=channel.id, on_day=day, not_before=leaves)
    setattr(fresh, flag, True)
    session.add(fresh)
    session.flush()
    return True


def _reach(code: str) -> Select[tuple[Official, Channel]]:
    return (
        select(Official, Channel)
        .join(Channel, col(Channel.official_id) == col(Official.id))
        .where(col(Official.roadmap_code) == code, col(Official.is_active), col(Channel.is_active))
        .order_by(col(Official.id), col(Channel.id))
    )
