"""What is overdue in all of those who answer, whatever their letters tell; a repeated duty becomes one entry."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from models import ControlPoint, Official
from models.queries import standing
from models.queries.officials import deputies_for
from roadmap.control.reminders import Reason
from roadmap.control.series import Series, Term, Undone, is_unbroken, series_of
from tasks.control.figures import kept_terms, overdue_by_body
from tasks.letters.batch import LetterRow

#: Of these a letter tells a duty that was not done for several terms once.
REPEATED: frozenset[Reason] = frozenset({"overdue", "escalated", "still_overdue"})
Duty = Undone[Term]


class Told(Protocol):
    """A row and the reason that holds by now."""

    @property
    def reason(self) -> Reason: ...

    @property
    def row(self) -> LetterRow: ...


T = TypeVar("T", bound=Told)


@dataclass(slots=True)
class Backlog:
    """Overdue points of those to whom a batch of letters goes."""

    by_body: Counter[int] = field(default_factory=Counter)
    duties: defaultdict[Series, list[Term]] = field(default_factory=lambda: defaultdict(list))
    """All that is overdue of the duties that the letters tell of."""
    kept: dict[Series, list[date]] = field(default_factory=dict)
    """The terms of these duties that are not overdue."""
    stood_for: dict[int, set[int]] = field(default_factory=dict)
    """Bodies of whom an official stands in for today, by the official's id."""

    def of(self, official: Official, bodies: Iterable[int]) -> tuple[int, bool]:
        """How much is overdue of an official in all, whether that is more than his own body's.

        ``bodies`` are those that his letter tells of.
        """
        whose = {*bodies, *self.stood_for.get(official.id or 0, ())}
        return sum(self.by_body[body] for body in whose), bool(whose - {official.body_id})


def read_backlog(
    session: Session,
    people: Mapping[int, Official],
    bodies: Iterable[int],
    told: Iterable[ControlPoint],
    shown: Iterable[ControlPoint],
    *,
    today: date,
) -> Backlog:
    """The backlog of the officials of one roadmap (by id); ``bodies`` are those their letters tell of.

    ``told`` are the points that letters to those who answer say to be overdue, ``shown`` those to whoever controls.
    """
    absent = deputies_for(session, people, today)
    found = Backlog(
        stood_for={
            number: {one.body_id for one in several if one.body_id is not None} for number, several in absent.items()
        }
    )
    whose = {*bodies, *(body for several in found.stood_for.values() for body in several)}
    found.by_body = overdue_by_body(session, whose, today=today)
    if items := {point.item_id for point in told}:
        theirs = col(ControlPoint.owner_id).in_(whose)
        undone = select(ControlPoint).where(col(ControlPoint.item_id).in_(items), theirs, standing.overdue(today))
        for point in session.execute(undone).scalars():
            found.duties[series_of(point)].append(point)
        found.kept = kept_terms(session, items, theirs, today=today)
    found.kept |= kept_terms(session, {point.item_id for point in shown}, today=today)
    return found


def by_duty(told: Sequence[T], backlog: Backlog, *, is_whole: bool) -> list[tuple[T, Duty | None]]:
    """What a letter tells, a repeated duty once: its oldest row, with all of its terms.

    ``is_whole``: with the terms too that are not the letter's to remind of today: who answers reads how long it is.
    """
    groups: defaultdict[Series, list[T]] = defaultdict(list)
    for one in told:
        groups[_group(one)].append(one)
    return [_entry(group, told, backlog, is_whole=is_whole) for group in groups.values()]


def _group(one: Told) -> Series:
    point, instead_of = one.row.point, one.row.instead_of
    if one.reason not in REPEATED or point.purpose == "data":
        return (one.reason, point.id)
    # What was said of one term and not of another stands by itself.
    said = () if one.reason == "overdue" else (point.demanded_until, point.personal_since is None)
    return (one.reason, *series_of(point), instead_of.id if instead_of else None, *said)


def _entry(group: Sequence[T], told: Sequence[T], backlog: Backlog, *, is_whole: bool) -> tuple[T, Duty | None]:
    first = min(group, key=lambda one: (one.row.point.deadline_on, one.row.point.key))
    if first.reason not in REPEATED or first.row.point.purpose == "data":
        return first, None
    terms: dict[int | None, Term] = {one.row.point.id: one.row.point for one in group}
    series = series_of(first.row.point)
    if is_whole and first.reason == "overdue":
        elsewhere = {one.row.point.id for one in told} - terms.keys()
        terms |= {one.id: one for one in backlog.duties[series] if one.id not in elsewhere}
    if len(terms) == 1:
        return first, None
    points = tuple(sorted(terms.values(), key=lambda one: (one.deadline_on, one.key)))
    whole = is_unbroken(points[0].deadline_on, points[-1].deadline_on, backlog.kept.get(series, ()))
    return first, Undone(points, whole)
