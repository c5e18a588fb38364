"""The working calendar of a catalogue."""

from collections.abc import Mapping

from roadmap.calendar import GivenYear, WorkCalendar
from roadmap.catalogue.schema import Catalogue


def calendar_of(catalogue: Catalogue, years: Mapping[int, GivenYear] | None = None) -> WorkCalendar:
    """The working calendar of a catalogue's region; ``years``: production calendars given by hand."""
    days_off = {day.on: day.name for day in catalogue.days_off}
    return WorkCalendar(days_off, working_days=catalogue.working_days, years=years)
