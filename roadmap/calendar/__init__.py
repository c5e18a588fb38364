"""Working days, office hours and spans of days."""

from roadmap.calendar.working_days import GivenYear, Roll, WorkCalendar

__all__ = [
    "GivenYear",
    "Roll",
    "WorkCalendar",
]
