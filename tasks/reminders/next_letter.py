"""Which letters carry what many officials are sent at once: the one letter a day of each channel, new or waiting."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, insert, select, update
from sqlmodel import Session, col

from models import Notice, Official
from models.db.rows import chunks, table_of
from roadmap.calendar.office_hours import opening
from roadmap.calendar.zones import zone_of
from tasks.context.roadmap_day import RoadmapDay


def next_letters(session: Session, enclosures: Collection[tuple[int, int]], *, day: RoadmapDay) -> dict[int, int]:
    """Channel → the notice that leaves next on it, of each (official, channel) in ``enclosures``.

    A letter of the day that has left is not followed by a second: the next working day's carries what is to be said.
    The notices stay queued until the caller's transaction ends.
    """
    leaves = {
        (official_id, channel_id): opening(day.at, zone=zone, calendar=day.calendar, hours=day.hours)
        for official_id, channel_id, zone in _zones(session, enclosures, day.zone)
    }
    found: dict[int, int] = {}
    while leaves:
        for on, some in _by_day(leaves).items():
            found |= _of_day(session, some, on)
        leaves = {rider: _day_after(day, leaves_at) for rider, leaves_at in leaves.items() if rider[1] not in found}
    return found


def _zones(session: Session, enclosures: Collection[tuple[int, int]], zone: str) -> Iterator[tuple[int, int, ZoneInfo]]:
    own: dict[int | None, str] = {}
    for ids in chunks(sorted({official_id for official_id, _ in enclosures})):
        found = select(col(Official.id), col(Official.zone)).where(col(Official.id).in_(ids))
        own |= {official_id: named for official_id, named in session.execute(found) if named}
    return ((official_id, channel_id, zone_of(own.get(official_id, zone))) for official_id, channel_id in enclosures)


def _by_day(leaves: Mapping[tuple[int, int], datetime]) -> dict[date, dict[tuple[int, int], datetime]]:
    days: defaultdict[date, dict[tuple[int, int], datetime]] = defaultdict(dict)
    for rider, at in leaves.items():
        days[at.date()][rider] = at
    return dict(days)


def _of_day(session: Session, enclosures: Mapping[tuple[int, int], datetime], day: date) -> dict[int, int]:
    """The letters of a day that have not left, by channel; made where there is none."""
    found: dict[int, int] = {}
    for some in chunks(sorted(enclosures)):
        channels = [channel_id for _, channel_id in some]
        mine = (col(Notice.on_day) == day, col(Notice.channel_id).in_(channels), col(Notice.reversed_at).is_(None))
        # Not a mere look: whoever is about to claim one of these letters waits until this transaction is over.
        session.execute(update(table_of(Notice)).where(*mine, col(Notice.state) == "queued").values(state="queued"))
        there = {row.channel_id: row for row in session.execute(_letters(*mine))}
        fresh = [
            {"official_id": official, "channel_id": channel, "on_day": day, "not_before": enclosures[official, channel]}
            for official, channel in some
            if channel not in there
        ]
        if fresh:
            blank = {"state": "queued", "attempts": 0, "error": "", "subject": ""}
            session.execute(insert(table_of(Notice)), [one | blank for one in fresh])
            there = {row.channel_id: row for row in session.execute(_letters(*mine))}
        found |= {channel: row.id for channel, row in there.items() if row.state == "queued"}
    return found


def _letters(*where: Any) -> Select[Any]:
    return select(col(Notice.id), col(Notice.channel_id), col(Notice.state)).where(*where)


def _day_after(day: RoadmapDay, leaves_at: datetime) -> datetime:
    zone = leaves_at.tzinfo
    assert zone is not None
    tomorrow = datetime.combine(leaves_at.date() + timedelta(days=1), time.min, zone)
    return opening(tomorrow, zone=zone, calendar=day.calendar, hours=day.hours)
