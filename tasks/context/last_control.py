"""Whether the daily control is done: read off its looks, so that whoever asks sees it, whatever else stands still."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import ControlLook, Edition, Roadmap
from roadmap.calendar.zones import today_there, zone_of
from roadmap.language import day
from tasks.context.working_calendar import calendar_of

DONE_BY = time(12)
"""In the roadmap's zone: the control of 06:00 is over by noon, if late, or it does not run."""


def missed_controls(session: Session, *, at: datetime, code: str | None = None) -> list[str]:
    """A Russian line for each roadmap whose last working day has had no control, but for one just loaded."""
    last = (
        select(col(ControlLook.roadmap_code), func.max(ControlLook.on_day).label("on_day"))
        # A look of a clock that ran ahead says nothing of today.
        .where(col(ControlLook.reversed_at).is_(None), col(ControlLook.on_day) <= at.date() + timedelta(days=1))
        .group_by(col(ControlLook.roadmap_code))
        .subquery()
    )
    loaded = (
        select(col(Edition.roadmap_code), func.min(Edition.loaded_at).label("at"))
        .group_by(col(Edition.roadmap_code))
        .subquery()
    )
    found = (
        select(col(Roadmap.code), col(Roadmap.region), col(Roadmap.zone), loaded.c.at, last.c.on_day)
        .join(loaded, loaded.c.roadmap_code == Roadmap.code)
        .outerjoin(last, last.c.roadmap_code == Roadmap.code)
        .order_by(col(Roadmap.region))
    )
    if code is not None:
        found = found.where(col(Roadmap.code) == code)
    lines = []
    for roadmap, region, zone, since, on_day in session.execute(found).all():
        local = at.astimezone(zone_of(zone))
        owed = local.date() - timedelta(days=local.time() < DONE_BY)
        owed = calendar_of(session, roadmap).roll(owed, "preceding")
        if (on_day is None or on_day < owed) and today_there(since, zone) < owed:
            how = f"последний — {day(on_day)}" if on_day else "не проводился ни разу"
            lines.append(f"{region}: ежедневный контроль не проведён за {day(owed)} ({how}), напоминания не готовятся")
    return lines


def last_controls(session: Session) -> dict[str, datetime]:
    """When each roadmap was last looked at, by its code; the first control of a day counts."""
    found = (
        select(col(ControlLook.roadmap_code), func.max(ControlLook.looked_at))
        .where(col(ControlLook.reversed_at).is_(None))
        .group_by(col(ControlLook.roadmap_code))
    )
    return dict(session.execute(found).tuples().all())
