"""The only place that reads the clock; one piece of work reads it once and takes its day from that instant."""

from datetime import UTC, date, datetime

import pendulum


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def local(zone: str) -> datetime:
    """The present instant on the clocks of an IANA zone."""
    return now().astimezone(pendulum.timezone(zone))


def today(zone: str, at: datetime | None = None) -> date:
    """The day in an IANA zone at an instant, the present one unless given.

    Who notes both an instant and its day gives the instant: two readings would fall on two days around midnight.
    """
    return (at or now()).astimezone(pendulum.timezone(zone)).date()
