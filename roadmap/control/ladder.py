"""When a control point has to be looked at again: the ladder of reminders as dates, no clock, no session."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from itertools import chain, count
from typing import Any, Self

from roadmap.calendar import WorkCalendar

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LONGEST = 3650
"""Days: no rung is further from its deadline."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The reminder ladder of a roadmap, in calendar days before and after the deadline.

    ``then_every`` repeats after the last rung of ``after`` (0: never), whole weeks on Mondays, so that one person hears
    of all that is overdue in one letter; ``escalate_after`` is when the controller hears first, and from a week later
    on Mondays; ``awaiting_every`` counts working days between reminders of a decision; ``ask_extension_by`` counts the
    working days before the deadline by which an extension must be asked for.
    ``co_term`` is the share of a term, in percent, after which co-executors give their part (0: they get no letters);
    ``co_before`` counts the days before that on which they are reminded of it (0: they are not).
    """

    before: tuple[int, ...] = (14, 7, 3, 1, 0)
    after: tuple[int, ...] = (1,)
    then_every: int = 7
    escalate_after: int = 7
    awaiting_every: int = 5
    ask_extension_by: int = 1
    co_term: int = 50
    co_before: int = 3

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Self:
        """The ladder a roadmap sets for itself; None means the default. Raises ``ValueError`` for what it is not."""
        data = data or {}
        if unknown := set(data) - {field.name for field in fields(cls)}:
            raise ValueError(f"лестница напоминаний: неизвестные поля {', '.join(sorted(unknown))}")
        for name, value in data.items():
            days = value if name in ("before", "after") else [value]
            if not isinstance(days, list) or not all(type(day) is int and 0 <= day <= LONGEST for day in days):
                raise ValueError(f"лестница напоминаний: {name} — нужны дни числом, от 0 до {LONGEST}")
        lists = {name: tuple(sorted(value)) for name, value in data.items() if isinstance(value, list)}
        ladder = cls(**(data | lists))
        if 0 in ladder.after or not ladder.awaiting_every:
            raise ValueError("лестница напоминаний: after и awaiting_every начинаются с 1")
        if ladder.co_term > 100:
            raise ValueError("лестница напоминаний: co_term — доля срока в процентах, от 0 до 100")
        return ladder

    def to_json(self) -> dict[str, Any]:
        """What ``from_json`` reads: lists of days in the order of the calendar."""
        return {
            name: sorted(value, reverse=name == "before") if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


def owner_rungs(
    opens_on: date, deadline_on: date, ladder: Ladder, *, quiet_until: date | None = None
) -> Iterator[date]:
    """The days, ascending, on which the owner of an open point hears of it: opening, before, after; no end.

    A rung before the deadline further away than half of the time given is left out: a month's duty is not told at once
    of all the days before. Before ``quiet_until`` nothing is said, and that day is a rung itself; nothing silences the
    deadline and what comes after it.
    """
    quiet = first_rung(opens_on, deadline_on, quiet_until)
    half = (deadline_on - opens_on) / 2
    before = {deadline_on - n * DAY for n in ladder.before if n == 0 or n * DAY <= half} | {opens_on}
    told = sorted(day for day in before | ({quiet} if quiet < deadline_on else set()) if day >= quiet)
    after = (deadline_on + n * DAY for n in sorted(ladder.after))
    last = deadline_on + max(ladder.after, default=0) * DAY
    return chain(told, after, _repeated(last, ladder, is_short=is_short(opens_on, deadline_on)))


def first_rung(opens_on: date, deadline_on: date, quiet_until: date | None = None) -> date:
    """The first day on which the owner may hear of a point: its opening, unless it is to be quiet longer."""
    return min(max(quiet_until or opens_on, opens_on), deadline_on)


def is_quiet(today: date, quiet_until: date | None) -> bool:
    """Whether the owner of a point is not to be reminded of its deadline to come."""
    return quiet_until is not None and today < quiet_until


def days_to_put_off(today: date, deadline_on: date) -> tuple[date, date] | None:
    """The first and the last day to which reminders may be put off; None where no day is left between."""
    first, last = today + DAY, deadline_on - DAY
    return (first, last) if first <= last else None


def is_short(opens_on: date, deadline_on: date) -> bool:
    """Less than a week is given: such a duty comes again each week, or is a step of something longer."""
    return deadline_on - opens_on < WEEK


def request_days(asked_on: date, ladder: Ladder, calendar: WorkCalendar) -> Iterator[date]:
    """The days on which whoever decides is reminded of a request that waits; no end."""
    day = asked_on
    while True:
        day = calendar.add_working_days(day, ladder.awaiting_every)
        yield day


def escalation_day(opens_on: date, deadline_on: date, ladder: Ladder) -> date:
    """The day the controller hears of a point for the first time; of a short duty with the list of the next Monday."""
    day = deadline_on + ladder.escalate_after * DAY
    return _monday(day) if is_short(opens_on, deadline_on) else day


def digest_days(opens_on: date, deadline_on: date, ladder: Ladder) -> Iterator[date]:
    """The Mondays from a week after the escalation on: the controller's list of what is still overdue."""
    first = _monday(escalation_day(opens_on, deadline_on, ladder) + WEEK)
    return (first + n * WEEK for n in count())


def _monday(day: date) -> date:
    """The day itself, or the first Monday after it."""
    return day + timedelta(days=-day.weekday() % 7)


@dataclass(frozen=True, slots=True)
class Rungs:
    """What a stream of days gives to one sweep: the latest day in [since, today], and the first after today."""

    reached: date | None
    following: date | None


def look(days: Iterable[date], *, since: date, today: date) -> Rungs:
    """Level-triggered: after an outage of any length only the latest rung counts. ``days`` must ascend."""
    reached = None
    for day in days:
        if day > today:
            return Rungs(reached, day)
        if day >= since:
            reached = day
    return Rungs(reached, None)


def _repeated(last: date, ladder: Ladder, *, is_short: bool) -> Iterator[date]:
    """Of a duty that comes each week the repeated days fall on those of the next one."""
    if not ladder.then_every:
        return iter(())
    if ladder.then_every % 7 or is_short:
        return (last + n * ladder.then_every * DAY for n in count(1))
    # A rung on a day off is told on the Monday after it: not on the same one again.
    first = _monday(last + 3 * DAY)
    return (first + n * ladder.then_every * DAY for n in count())
