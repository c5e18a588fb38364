"""The reachability drill: every official is asked, in a letter, to confirm by a button that letters arrive."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, Channel, Official
from models.tables.audit import write_audit
from roadmap.calendar.office_hours import OfficeHours
from tasks.context.roadmap_day import RoadmapDay
from tasks.reminders.digest import put

PROOF_LASTS = timedelta(days=180)
"""A proof older than this is asked for again."""
ASKED_LASTS = timedelta(days=3)
"""Who was asked so lately is not asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """One official and channel; ``asks_on`` is the day of the letter that asks, None when none does."""

    post: str
    body: str
    channel: str | None
    """Kind of the channel, None when the official has none in force."""
    proven_on: date | None
    asks_on: date | None


def check_reachability(
    session: Session, code: str, *, at: datetime, hours: OfficeHours, everyone: bool = False, dry_run: bool = False
) -> list[Drilled]:
    """Ask over every channel that is not proven (``everyone``: over proven ones as well); twice in a row asks once.

    ``dry_run`` writes nothing and leaves ``asks_on`` empty.
    """
    day = RoadmapDay.of(session, code, at=at, hours=hours)
    found = (
        select(Official, Channel, col(Body.short))
        .join(Channel, (col(Channel.official_id) == col(Official.id)) & col(Channel.is_active), isouter=True)
        .join(Body, col(Body.id) == col(Official.body_id), isouter=True)
        .where(col(Official.roadmap_code) == code, col(Official.is_active))
        .order_by(col(Official.role), col(Body.short), col(Official.id), col(Channel.id))
    )
    drilled = [
        _checked(session, official, channel, body or "", day=day, asks=not dry_run, everyone=everyone)
        for official, channel, body in session.execute(found).all()
    ]
    if asked := sum(one.asks_on is not None for one in drilled):
        write_audit(
            session, at=at, actor="координатор", action="проверка связи", subject=code, detail=f"писем: {asked}"
        )
    return drilled


def _checked(
    session: Session,
    official: Official,
    channel: Channel | None,
    body: str,
    *,
    day: RoadmapDay,
    asks: bool,
    everyone: bool,
) -> Drilled:
    proven = channel.proven_at if channel else None
    asks_on = None
    if channel is not None and asks and _is_due(channel, day.at, everyone=everyone):
        asks_on = put(session, official, channel, flag="has_drill", day=day)
        channel.drilled_at = day.at
        session.add(channel)
    return Drilled(
        post=official.post,
        body=body,
        channel=channel.kind if channel else None,
        proven_on=proven.date() if proven else None,
        asks_on=asks_on,
    )


def _is_due(channel: Channel, at: datetime, *, everyone: bool) -> bool:
    if channel.drilled_at is not None and at - channel.drilled_at < ASKED_LASTS:
        return False
    return everyone or channel.proven_at is None or at - channel.proven_at > PROOF_LASTS
