"""Runs a command as if it were another day: ``python tests/on_day.py '2028-02-29 23:59' pytest …``, Moscow time.

Every process that the command starts (server, worker, flow, PostgreSQL, browser) is the same number of seconds away
from the real clock; time goes on as usual, and the monotonic clock, by which all of them wait, is left alone.
"""

import argparse
import os
import random
import shutil
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST, LAST = datetime(2026, 1, 1, tzinfo=MOSCOW), datetime(2031, 1, 1, tzinfo=MOSCOW)


def moment(words: str, chance: random.Random) -> datetime:
    """The instant that the words mean in Moscow: a day (its noon), a day and a time, or «random» in 2026–2030.

    Raises ``ValueError`` for anything else.
    """
    if words == "random":
        return FIRST + timedelta(minutes=chance.randrange(int((LAST - FIRST) / timedelta(minutes=1))))
    day = datetime.fromisoformat(words)
    if day.tzinfo is not None:
        raise ValueError(f"{words}: the time is that of Moscow, without a zone of its own")
    return (day if len(words) > len("2028-02-29") else day.replace(hour=12)).replace(tzinfo=MOSCOW)


def main(arguments: list[str]) -> None:
    """Say which day it is and become the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("day", help="2028-02-29, '2028-02-29 23:59', '2028-02-29 23:59:50' or random; Moscow time")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args(arguments)
    try:
        then = moment(asked.day, random.Random())
    except ValueError as wrong:
        parser.error(str(wrong))
    if (faketime := shutil.which("faketime")) is None:
        parser.error("another day needs faketime: apt-get install faketime")
    seconds = round((then - datetime.now(UTC)).total_seconds())
    sys.stderr.write(f"It is {then:%A %Y-%m-%d %H:%M:%S} in Moscow ({seconds:+d} s): DATE='{then:%Y-%m-%d %H:%M:%S}'\n")
    sys.stderr.flush()
    os.execv(faketime, [faketime, "-m", "--exclude-monotonic", "-f", f"{seconds:+d}s", *asked.command])


if __name__ == "__main__":
    main(sys.argv[1:])
