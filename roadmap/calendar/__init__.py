"""Working days, office hours and spans of days."""

from roadmap.calendar.working_days import (
    WorkCalendar,
    calendar_of,
)

__all__ = [
    "WorkCalendar",
    "calendar_of",
]
