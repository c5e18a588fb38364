"""Clocks of a place: an instant there, and which day it is there. Pure: the instant is given."""

from datetime import date, datetime
from functools import lru_cache

import pendulum
from pendulum.tz.timezone import Timezone


@lru_cache(maxsize=256)
def zone_of(name: str) -> Timezone:
    """The zone of an IANA name; kept, because pendulum takes 0.1 ms to find it. ``ValueError``: there is none."""
    found = pendulum.timezone(name)
    return found if isinstance(found, Timezone) else Timezone(name)


def local(at: datetime, zone: str) -> datetime:
    """The instant on the clocks of a zone; a plain datetime."""
    return at.astimezone(zone_of(zone))


def today_there(at: datetime, zone: str) -> date:
    """The day it is in a zone at an instant."""
    return local(at, zone).date()
