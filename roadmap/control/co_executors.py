"""When a co-executor (соисполнитель) hears of a point of another body, and by when its own part is due. Pure.

1. Its own term is a share of the time given, by default half of it, on a working day: by the practice of control of
   executive discipline co-executors give the head executor their proposals in the first half of the term. Where the
   document gives a co-executor a term of its own, it answers for a point of its own and is not told of here.
2. It hears at the opening, once before its own term and on that day; of a point that is overdue it hears nothing: what
   the head executor owes is asked of him alone.
3. A duty that comes each week or month is told of at its opening only, once a quarter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from roadmap.calendar import WorkCalendar
from roadmap.control.ladder import DAY, Ladder
from roadmap.control.reminders import Reason

#: A duty that returns sooner is not told of point by point.
REGULAR = timedelta(days=45)
PASSED = "уже прошёл: представьте её до срока пункта"
"""What is said of an own term that is over: of a point that came on control after it, or of a part not given."""
#: Readings whose points return.
RETURNING = ("recurring", "continuous")


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """The time given for a point in which several bodies take part; ``is_regular``: it returns each week or month."""

    opens_on: date
    deadline_on: date
    is_regular: bool

    @classmethod
    def of(cls, opens_on: date, deadline_on: date, reading_kind: str) -> "SharedTerm":
        """Of a point whose item's term was read as ``reading_kind``."""
        is_regular = reading_kind in RETURNING and deadline_on - opens_on < REGULAR
        return cls(opens_on, deadline_on, is_regular)


def own_term(term: SharedTerm, ladder: Ladder, calendar: WorkCalendar) -> date:
    """The day by which a co-executor gives its part: a working day, not before the opening."""
    day = term.opens_on + (term.deadline_on - term.opens_on) * ladder.co_term // 100
    return min(max(calendar.roll(day, "preceding"), term.opens_on), term.deadline_on)


def reason_due(
    term: SharedTerm, *, today: date, told_on: date | None, told_lately: bool, ladder: Ladder, calendar: WorkCalendar
) -> Reason | None:
    """What a co-executor that has not given its part is told today; None: nothing.

    ``told_on``: when it heard of the point last; ``told_lately``: it heard of the duty in this quarter. Level-triggered
    like the other reminders: after an outage only the latest step counts.
    """
    if today > term.deadline_on or (term.is_regular and told_lately):
        return None
    reached = [(day, reason) for day, reason in _steps(term, ladder, calendar) if day <= today]
    if not reached:
        return None
    day, reason = reached[-1]
    return reason if told_on is None or day > told_on else None


def quarter_start(day: date) -> date:
    """The first day of the day's quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def _steps(term: SharedTerm, ladder: Ladder, calendar: WorkCalendar) -> Iterator[tuple[date, Reason]]:
    """The days, ascending; a step before the own term further away than half of the time to it is left out."""
    if not ladder.co_term:
        return
    if term.is_regular:
        yield term.opens_on, "co_opened"
        return
    due = own_term(term, ladder, calendar)
    if term.opens_on < due:
        yield term.opens_on, "co_opened"
        before = ladder.co_before * DAY
        if before and before <= (due - term.opens_on) / 2:
            yield due - before, "co_soon"
    yield due, "co_due"
