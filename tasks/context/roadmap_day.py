"""A day of one roadmap: which day it is there, its working calendar, the office hours of its people."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from models import Roadmap
from roadmap.calendar import WorkCalendar
from roadmap.calendar.office_hours import OfficeHours
from roadmap.calendar.zones import today_there
from roadmap.processes.staging import LEAST_DAYS
from tasks.context.working_calendar import calendar_of


@dataclass(frozen=True, slots=True)
class RoadmapDay:
    """What a day's work on a roadmap stands on; ``today`` is the day in its zone, ``at`` the instant."""

    code: str
    zone: str
    today: date
    at: datetime
    calendar: WorkCalendar
    hours: OfficeHours = field(default_factory=OfficeHours)

    @classmethod
    def of(
        cls,
        session: Session,
        code: str,
        *,
        at: datetime,
        today: date | None = None,
        calendar: WorkCalendar | None = None,
        hours: OfficeHours | None = None,
    ) -> "RoadmapDay":
        """The roadmap read once; ``today`` None: the day in its zone; ``calendar`` where the caller has it already."""
        zone = session.get_one(Roadmap, code).zone
        return cls(
            code=code,
            zone=zone,
            today=today or today_there(at, zone),
            at=at,
            calendar=calendar or calendar_of(session, code),
            hours=hours or OfficeHours(),
        )

    @property
    def least(self) -> date:
        """A stage that somebody gets today is due no earlier."""
        return self.calendar.add_working_days(self.today, LEAST_DAYS)
