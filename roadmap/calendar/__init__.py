"""Working days, office hours and spans of days."""

from roadmap.calendar.working_days import Roll, WorkCalendar

__all__ = [
    "Roll",
    "WorkCalendar",
]
