"""The clock that ``make test DATE=…`` fakes: the words of the day, and one clock for a process and its children."""

import random
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.on_day import FIRST, LAST, moment

MOSCOW = ZoneInfo("Europe/Moscow")
#: Prints how far apart this process and its child are, and how long a sleep of 0.2 s takes by the monotonic clock.
CHILD = """
import datetime, subprocess, sys, time
begun = time.monotonic()
time.sleep(0.2)
slept = time.monotonic() - begun
child = int(subprocess.run(["date", "+%s"], capture_output=True, text=True, check=True).stdout)
print(datetime.datetime.fromtimestamp(time.time(), datetime.UTC).isoformat(), child - int(time.time()), slept)
"""


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("2028-02-29 23:59", datetime(2028, 2, 29, 23, 59, tzinfo=MOSCOW)),
        ("2026-12-31 23:59:50", datetime(2026, 12, 31, 23, 59, 50, tzinfo=MOSCOW)),
        ("2026-12-05", datetime(2026, 12, 5, 12, tzinfo=MOSCOW)),
    ],
)
def test_a_day_is_that_of_moscow_and_its_noon_unless_an_hour_is_named(words: str, at: datetime) -> None:
    assert moment(words, random.Random(1)) == at


def test_a_random_day_has_any_hour_of_five_years() -> None:
    found = [moment("random", random.Random(seed)) for seed in range(200)]
    assert all(FIRST <= at < LAST for at in found)
    assert {at.year for at in found} == {2026, 2027, 2028, 2029, 2030}
    assert len({at.hour for at in found}) == 24


@pytest.mark.parametrize("words", ["2027-02-29", "tomorrow", "31.12.2026", "2026-12-31T10:00+05:00"])
def test_what_is_no_day_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        moment(words, random.Random(1))


@pytest.mark.usefixtures("own_programs")
@pytest.mark.skipif(shutil.which("cc") is None, reason="cc is not installed")
def test_a_process_and_its_child_live_on_the_day_and_sleep_as_long_as_they_mean() -> None:
    command = [sys.executable, "-m", "tests.on_day", "2028-02-29 23:59:58", sys.executable, "-c", CHILD]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "Tuesday, DATE='2028-02-29 23:59:58' in Moscow" in done.stderr
    at, apart, slept = done.stdout.split()
    begun = datetime(2028, 2, 29, 23, 59, 57, tzinfo=MOSCOW)
    assert begun <= datetime.fromisoformat(at) < begun + timedelta(minutes=2)
    assert int(apart) in (-1, 0, 1)
    assert float(slept) >= 0.2
