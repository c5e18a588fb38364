"""Execution discipline (исполнительская дисциплина): in time, late, overdue, and what is not the body's fault. Pure.

Lateness is counted from the day of the report, not of its acceptance. What is overdue is counted as overdue, always;
beside it stands how much of it the body could not help (``excuse``): nobody told it, what another body had to do first
was late, or its request was decided too late.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

from roadmap.control.state import is_late, is_overdue

Outcome = Literal["in_time", "late", "overdue", "ahead"]
Excuse = Literal["not_told", "previous_late", "decided_late"]

EXCUSE_RU: dict[Excuse, str] = {
    "not_told": "письмо не было доставлено до срока",
    "previous_late": "опоздало мероприятие, от которого зависит это",
    "decided_late": "просьба о переносе решена после срока",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRecord:
    """What is known of one control point that was not withdrawn and is no history."""

    key: str
    body: str
    """Short name of the body that answers."""
    deadline_on: date
    submitted_on: date | None
    status: str
    was_told: bool
    """Whether a letter about it left for the body on or before the deadline."""
    is_history: bool = False
    blocked: bool = False
    """It is a stage that could not begin: what it needs is in another's hands."""
    needs: tuple[str, ...] = ()
    """Keys of the points it depends on: of the needed items, the latest due not after this one."""
    asked_on: date | None = None
    """The day another deadline was last asked for, when that was not granted in time."""
    decided_on: date | None = None
    """The day that request was decided; None while it waits."""
    returned: int = 0
    extended: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """How one point came out on a day, and why lateness is not the body's own (None: it is, or there is none)."""

    record: PointRecord
    outcome: Outcome
    excuse: Excuse | None = None

    @property
    def is_late(self) -> bool:
        """Reported after the deadline, or not reported though the deadline is past."""
        return self.outcome in ("late", "overdue")


@dataclass(frozen=True, slots=True)
class Discipline:
    """One row of the table: points whose deadline has come, by how they came out."""

    body: str
    in_time: int = 0
    late: int = 0
    overdue: int = 0
    excused: int = 0
    """So many of the late and overdue are so for a reason outside the body."""
    returned: int = 0
    """Times a report was returned."""
    extended: int = 0
    """Times a deadline was moved."""

    @property
    def due(self) -> int:
        """Points whose deadline has come or that were reported ahead of it."""
        return self.in_time + self.late + self.overdue

    @property
    def share(self) -> float | None:
        """In time of all that was due, 0–1; None where nothing was."""
        return self.in_time / self.due if self.due else None

    @property
    def own_share(self) -> float | None:
        """In time of what the body could keep, 0–1; None where nothing was due but what it could not help."""
        own = self.due - self.excused
        return self.in_time / own if own else None

    def __add__(self, other: "Discipline") -> "Discipline":
        numbers = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "body"}
        return Discipline(self.body, **numbers)


def judge(records: Iterable[PointRecord], *, today: date) -> list[Judged]:
    """How each point came out by ``today``, in the given order."""
    listed = list(records)
    late = {record.key: record.body for record in listed if _outcome(record, today) in ("late", "overdue")}
    return [_judged(record, today, late) for record in listed]


def by_body(judged: Iterable[Judged]) -> list[Discipline]:
    """The table, one row per body with anything due, the worst share first; bodies of equal share by name."""
    rows: dict[str, Discipline] = {}
    for one in judged:
        row = _row(one)
        rows[row.body] = rows[row.body] + row if row.body in rows else row
    due = [row for row in rows.values() if row.due]
    return sorted(due, key=lambda row: (row.share if row.share is not None else 2, row.body))


def total(rows: Iterable[Discipline], *, title: str = "Всего") -> Discipline:
    """The sum of the rows."""
    return sum(rows, Discipline(title))


def _outcome(record: PointRecord, today: date) -> Outcome:
    if record.status in ("submitted", "accepted"):
        return "late" if is_late(record) else "in_time"
    return "overdue" if is_overdue(record, today) else "ahead"


def _judged(record: PointRecord, today: date, late: Mapping[str, str]) -> Judged:
    outcome = _outcome(record, today)
    return Judged(record, outcome, _excuse(record, late) if outcome in ("late", "overdue") else None)


def _excuse(record: PointRecord, late: Mapping[str, str]) -> Excuse | None:
    if not record.was_told:
        return "not_told"
    if any(late.get(key, record.body) != record.body for key in record.needs):
        return "previous_late"
    asked = record.asked_on is not None and record.asked_on <= record.deadline_on
    if asked and (record.decided_on is None or record.decided_on > record.deadline_on):
        return "decided_late"
    return None


def _row(one: Judged) -> Discipline:
    counts: Mapping[str, int] = {"returned": one.record.returned, "extended": one.record.extended}
    if one.outcome == "ahead":
        return Discipline(one.record.body, **counts)
    return Discipline(one.record.body, **counts, **{one.outcome: 1}, excused=int(one.excuse is not None))
