"""The only place that reads the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def local(zone: str) -> datetime:
    """The present instant on the clocks of an IANA zone."""
    return datetime.now(ZoneInfo(zone))


def today(zone: str) -> date:
    """The present day in an IANA zone."""
    return local(zone).date()
