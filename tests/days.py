"""The day that tests live on, and days that are unlike others."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from models import clock

MOSCOW = "Europe/Moscow"
NOON = datetime(2027, 5, 19, 9, 0, tzinfo=UTC)
"""Noon in Moscow on a Wednesday: no day off, no end of a month or quarter, no transfer is near."""
TODAY = date(2027, 5, 19)
EDGES = {
    "a Saturday": datetime(2026, 12, 5, 9, 0, tzinfo=UTC),
    "the last minute of a year": datetime(2026, 12, 31, 20, 59, tzinfo=UTC),
    "the first minute of a year": datetime(2026, 12, 31, 21, 1, tzinfo=UTC),
    "a Saturday that is worked": datetime(2027, 2, 20, 9, 0, tzinfo=UTC),
    "a Monday off instead of it": datetime(2027, 2, 22, 9, 0, tzinfo=UTC),
    "the last minute of 29 February": datetime(2028, 2, 29, 20, 59, tzinfo=UTC),
    "a year whose transfers nobody knows": datetime(2030, 1, 4, 9, 0, tzinfo=UTC),
}
"""Days and hours unlike others, as instants; in Moscow, where «first» and «last» are meant."""
LIVED_THROUGH_SECONDS = 120
"""A test with a real server takes less, and must not see two days."""
BEGUN = time.monotonic()


@contextmanager
def clock_set_to(at: datetime) -> Iterator[None]:
    """The product's clock is set to an instant; time goes on from there."""
    set_at = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: at + timedelta(seconds=time.monotonic() - set_at))
        yield


@contextmanager
def on_the_usual_day() -> Iterator[None]:
    """The whole run began at noon of the usual day: no later test finds an earlier hour."""
    with clock_set_to(NOON + timedelta(seconds=time.monotonic() - BEGUN)):
        yield


@contextmanager
def midnight_between_two_readings(midnight: datetime, *, before: int = 1) -> Iterator[None]:
    """The first readings of the clock, ``before`` of them, are a moment before midnight, every other one after it."""
    moments = count(-before)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: midnight + timedelta(seconds=next(moments) + 0.5))
        yield


def wait_out_midnight() -> None:
    """Return at once unless Moscow's midnight is near; then when it has passed."""
    now = clock.local(MOSCOW)
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(MOSCOW))
    if (left := (midnight - now).total_seconds()) < LIVED_THROUGH_SECONDS:
        time.sleep(left + 1)
