"""When offices are open: the hours of the installation."""

from datetime import time

from models.lifecycle import Refused
from models.settings import Settings
from roadmap.calendar.office_hours import OfficeHours

#: When offices open where the settings say nothing else.
OFFICE_OPENS = time(OfficeHours().opens)


def office_hours(settings: Settings) -> OfficeHours:
    """The hours of the installation; raises ``Refused`` when they end before they begin."""
    try:
        return OfficeHours(settings.office_from, settings.office_to)
    except ValueError as wrong:
        raise Refused(f"{wrong}; поправьте VEKHA_OFFICE_FROM и VEKHA_OFFICE_TO") from wrong
