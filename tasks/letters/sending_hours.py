"""Which letters of the outbox may leave now: people are written to in their office hours, a folder at any time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from models import Channel, Notice, Official, Roadmap
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from roadmap.calendar.office_hours import OfficeHours, opening
from roadmap.calendar.zones import zone_of
from tasks.context.office import office_hours
from tasks.context.working_calendar import calendar_of


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a letter goes: the zone and the working days of its reader, or a mailbox folder that never closes."""

    zone: ZoneInfo
    calendar: WorkCalendar
    hours: OfficeHours
    is_folder: bool

    def opening(self, at: datetime) -> datetime:
        """The first instant from ``at`` on at which the letter may leave."""
        return at if self.is_folder else opening(at, zone=self.zone, calendar=self.calendar, hours=self.hours)

    def is_open(self, at: datetime) -> bool:
        """Whether the letter may leave now."""
        return self.opening(at) <= at


@dataclass(slots=True)
class Offices:
    """The addressees of letters; what a roadmap shares is read once."""

    settings: Settings
    at_source: Callable[[], datetime]
    _calendars: dict[str, tuple[str, WorkCalendar]] = field(default_factory=dict)
    _addressees: dict[int, Addressee] = field(default_factory=dict)

    def learn(self, session: Session, notices: Iterable[Notice]) -> None:
        """Read the addressees of letters that are about to leave."""
        ids = {notice.channel_id for notice in notices} - self._addressees.keys()
        found = (
            select(col(Channel.id), col(Channel.kind), col(Official.zone), col(Official.roadmap_code))
            .join(Official, col(Official.id) == col(Channel.official_id))
            .where(col(Channel.id).in_(ids))
        )
        hours = office_hours(self.settings)
        for channel_id, kind, own_zone, code in session.execute(found).all() if ids else ():
            if code not in self._calendars:
                self._calendars[code] = (session.get_one(Roadmap, code).zone, calendar_of(session, code))
            zone, calendar = self._calendars[code]
            is_folder = kind == "email" and self.settings.mail_url is None
            self._addressees[channel_id] = Addressee(zone_of(own_zone or zone), calendar, hours, is_folder)

    def of(self, notice: Notice) -> Addressee:
        """The addressee of a letter that was learnt."""
        return self._addressees[notice.channel_id]

    def is_open(self, notice: Notice) -> bool:
        """Whether the letter may leave at this very moment."""
        return self.of(notice).is_open(self.at_source())
