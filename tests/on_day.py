"""Runs a command as if it were another day: ``python tests/on_day.py '2028-02-29 23:59' pytest …``, Moscow time.

Every process that the command starts (server, worker, flow, PostgreSQL, browser) is the same number of seconds away
from the real clock; time goes on as usual, and the monotonic clock, by which all of them wait, is left alone.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST, LAST = datetime(2026, 1, 1, tzinfo=MOSCOW), datetime(2031, 1, 1, tzinfo=MOSCOW)
SOURCE = Path(__file__).with_suffix(".c")


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


def run(then: datetime, command: list[str]) -> int:
    """Run a command at that instant; returns its exit code."""
    with TemporaryDirectory(prefix="vekha-on-day-") as folder:
        # PostgreSQL runs as another user under root and must find the library.
        os.chmod(folder, 0o755)
        library = Path(folder) / "on_day.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl", "-pthread"], check=True)
        # By the real clock: this process may be away from it itself.
        away = timedelta(seconds=int(os.environ.get("ON_DAY_SECONDS", "0")))
        seconds = round((then - (datetime.now(UTC) - away)).total_seconds())
        sys.stderr.write(f"{then:%A}, DATE='{then:%Y-%m-%d %H:%M:%S}' in Moscow: {seconds:+d} s\n")
        env = os.environ | {"LD_PRELOAD": str(library), "ON_DAY_SECONDS": str(seconds)}
        return subprocess.run(command, env=env, check=False).returncode


def main(arguments: list[str]) -> int:
    """Say which day it is and run the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("day", help="2028-02-29, '2028-02-29 23:59', '2028-02-29 23:59:50' or random; Moscow time")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args(arguments)
    try:
        then = moment(asked.day, random.Random())
    except ValueError as wrong:
        parser.error(str(wrong))
    if shutil.which("cc") is None:
        parser.error("another day needs a C compiler: apt-get install gcc libc6-dev")
    return run(then, asked.command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
