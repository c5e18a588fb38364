"""Office hours: when a letter may reach a person. Pure: the instant and the calendar are given."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from roadmap.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours, on the clocks of an official's zone, between which letters leave; at ``closes`` none does any more."""

    opens: int = 9
    closes: int = 18

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24:
            raise ValueError(f"рабочие часы с {self.opens} до {self.closes}: начало должно быть раньше конца")


def opening(at: datetime, *, zone: tzinfo, calendar: WorkCalendar, hours: OfficeHours) -> datetime:
    """The first instant from ``at`` on, in UTC offset of ``zone``, that lies in the hours of a working day."""
    local = at.astimezone(zone)
    if calendar.is_working(local.date()):
        if local.hour < hours.opens:
            return datetime.combine(local.date(), time(hours.opens), zone)
        if local.hour < hours.closes:
            return local
    following = calendar.next_working(local.date() + timedelta(days=1))
    return datetime.combine(following, time(hours.opens), zone)
