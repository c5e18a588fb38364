"""The working calendar of a catalogue."""

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Catalogue


def calendar_of(catalogue: Catalogue) -> WorkCalendar:
    """The working calendar of a catalogue's region."""
    return WorkCalendar({day.on: day.name for day in catalogue.days_off})
