"""What the days of the control tell about the clock: an outage, a clock that was ahead, one that is behind. Pure.

A wrong clock cannot be told from an outage when it happens: both are days that nobody looked at. It shows when the
clock is put right, for then a control comes on a day before the last one. Of the two it could be (the clock was ahead
then, or is behind now) the days that were skipped decide: a clock that ran ahead has left a gap as wide as its return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

#: A gap that a long weekend explains is no news.
USUAL_GAP = timedelta(days=4)
#: A clock that has been looked at so often since it jumped was believed by everybody.
RECENT = 30
HELD_DAYS = 7
"""So many days in the past are held where nothing says that the clock was ahead; people are told on each."""


@dataclass(frozen=True, slots=True)
class Look:
    """A day on which the control was at work; ``is_held``: it did nothing, the clock seemed to be behind."""

    on_day: date
    is_held: bool = False


def is_far_ahead(looks: Sequence[Look], today: date) -> bool:
    """Whether many days were skipped since the last look: an outage, or a clock that runs ahead."""
    days = [look.on_day for look in looks if not look.is_held]
    return bool(days) and today - max(days) > USUAL_GAP


def was_ahead(looks: Sequence[Look], today: date, *, since: date) -> bool:
    """Of a control on a day before the last look: whether the looks after ``today`` were false, the clock ran ahead.

    ``looks`` in the order of happening, those not reversed and the held ones; ``since`` is the day the roadmap came to
    be looked at. Otherwise the clock seems to have gone back through days that were worked through: the control of
    that day is held, and those after it: what such a clock does would have to be taken back once it is put right. After
    a week of them the past is believed, whatever came before: who is held for ever tells nobody anything.
    """
    held = {look.on_day for look in looks if look.is_held} - {today}
    return len(held) >= HELD_DAYS or _jump(looks, today, since=since) is not None


def last_true(looks: Sequence[Look], today: date, *, since: date) -> date | None:
    """Of looks by a clock that ran ahead: the last day before it did; None where no gap tells.

    What was looked at since was another day than it says, even where that day has come by now.
    """
    jump = _jump(looks, today, since=since)
    return jump if jump is None or jump < today else None


def _jump(looks: Sequence[Look], today: date, *, since: date) -> date | None:
    """The day before the last gap that is as wide as the return."""
    days = [look.on_day for look in looks if not look.is_held][-RECENT:]
    needed = max(max(days) - today, timedelta(days=2))
    gaps = pairwise([min(since, days[0]), *days])
    return next((before for before, after in reversed([*gaps]) if after - before >= needed), None)
