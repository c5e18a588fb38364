"""Who a letter goes to on a day: channels in force, deputies of those away, what is muted, from what hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Insert, Select, and_, case, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models import Channel, ControlPoint, Notice, NoticeLine, Official, Roadmap
from models.db.types import UtcDateTime
from models.queries.officials import answering, muted
from roadmap.calendar.office_hours import OfficeHours
from roadmap.calendar.zones import zone_of
from roadmap.control.reminders import OF_CONTROL

#: Without it PostgreSQL's count of inserted rows is thrown away.
COUNTED = {"preserve_rowcount": True}
#: From when a letter may leave, by zone of the official; None stands for the roadmap's zone.
NotBefore = Mapping[str | None, datetime]


@dataclass(frozen=True, slots=True)
class Recipients:
    """One roadmap's people on one day."""

    code: str
    deputies: Mapping[int, int]
    """Who answers for whom, by the id of the official who is away."""
    bodies_unheard: frozenset[int]
    """Bodies whose lead is away with nobody to be reached in his place: he is written to all the same."""

    @classmethod
    def of(cls, session: Session, code: str, today: date) -> "Recipients":
        """As the absences of the day have it."""
        answers = answering(session, code, today)
        alone = [official_id for official_id, deputy in answers.items() if deputy is None]
        leads = select(col(Official.body_id)).where(
            col(Official.id).in_(alone),
            col(Official.is_lead),
            col(Official.is_active),
            col(Official.body_id).is_not(None),
        )
        unheard = frozenset(session.execute(leads).scalars()) if alone else frozenset()
        return cls(code, {absent: deputy for absent, deputy in answers.items() if deputy is not None}, unheard)

    def reach(self, *where: ColumnElement[bool]) -> Select[Any]:
        """(id of who is written to, channel, body answered for) of the officials that ``where`` names."""
        reader: Any = col(Official.id)
        if self.deputies:
            reader = case(dict(self.deputies), value=col(Official.id), else_=col(Official.id))
        return (
            select(reader.label("official_id"), col(Channel.id).label("channel_id"), col(Official.body_id))
            .join(Channel, col(Channel.official_id) == reader)
            .where(col(Official.roadmap_code) == self.code, col(Official.is_active), col(Channel.is_active), *where)
        )

    def leads(self) -> Select[Any]:
        """How the lead of each body is reached."""
        return self.reach(col(Official.role) == "executor", col(Official.is_lead).is_(True))

    def staff(self, session: Session, role: str) -> list[tuple[int, int]]:
        """(official, channel) of the coordinators or the controllers, each once."""
        found = session.execute(self.reach(col(Official.role) == role)).all()
        return list(dict.fromkeys((official_id, channel_id) for official_id, channel_id, _ in found))


def heard_of(session: Session, code: str, today: date) -> list[ColumnElement[bool]]:
    """Conditions on control points that nobody muted; none when nothing is muted."""
    rows = muted(session, code, today)
    items = {row.mute.item_id for row in rows if row.mute.item_id}
    bodies = {row.mute.body_id for row in rows if row.mute.body_id}
    conditions: list[ColumnElement[bool]] = []
    if items:
        conditions.append(col(ControlPoint.item_id).not_in(items))
    if bodies:
        conditions.append(col(ControlPoint.owner_id).not_in(bodies))
        conditions.append(or_(col(ControlPoint.body_id).is_(None), col(ControlPoint.body_id).not_in(bodies)))
    return conditions


def told_of(session: Session, code: str, today: date) -> list[ColumnElement[bool]]:
    """Conditions on lines of letters and their points: of what is muted only what whoever controls says and hears."""
    spoken_of = heard_of(session, code, today)
    return [or_(col(NoticeLine.reason).in_(OF_CONTROL), and_(*spoken_of))] if spoken_of else []


def new_notices(session: Session, addressed: Select[Any], *, today: date, not_before: NotBefore) -> int:
    """Put a letter of the day into the outbox for each (official, channel) that has none yet; returns how many."""
    pairs = addressed.distinct().subquery("addressed")
    hour: Any = literal(not_before[None], UtcDateTime)
    zones = {zone: literal(at, UtcDateTime) for zone, at in not_before.items() if zone is not None}
    if zones:
        hour = case(zones, value=func.coalesce(col(Official.zone), ""), else_=hour)
    rows = select(
        pairs.c.official_id,
        pairs.c.channel_id,
        literal(today),
        literal("queued"),
        hour,
        literal(0),
        literal(""),
        literal(""),
    )
    if zones:
        rows = rows.join_from(pairs, Official, col(Official.id) == pairs.c.official_id)
    names = ["official_id", "channel_id", "on_day", "state", "not_before", "attempts", "error", "subject"]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # SQLite reads «ON» after a SELECT without WHERE as part of a join.
    rows = rows.where(literal(1) == 1)
    added: Insert = dialect.insert(Notice).from_select(names, rows).on_conflict_do_nothing()
    return rowcount(session.execute(added, execution_options=COUNTED))


def rowcount(result: Any) -> int:
    """How many rows a statement wrote."""
    return int(result.rowcount)


def opening_hours(session: Session, roadmap: Roadmap, *, today: date, at: datetime, hours: OfficeHours) -> NotBefore:
    """When offices open today in each official's zone, or now where they are open already.

    The evening is not looked at here: what was not sent by then waits for the next morning in the outbox.
    """
    own = select(col(Official.zone)).where(col(Official.roadmap_code) == roadmap.code, col(Official.zone).is_not(None))
    zones: list[str | None] = [None, *session.execute(own.distinct()).scalars()]
    opens = time(hours.opens)
    return {zone: max(at, datetime.combine(today, opens, zone_of(zone or roadmap.zone))) for zone in zones}
