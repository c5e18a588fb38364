"""Execution of the roadmap in a period, from its control points: by body, section and kind; the overdue of a day.

The rules are those of execution discipline. Points of monitoring itself (rounds and what they ask) are not the
roadmap's: a late answer is seen in the round. With ``as_of`` the points are judged as they were known then.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item
from models.queries.printed_numbers import shared_numbers, shown_number
from roadmap.catalogue.schema import ITEM_KINDS_RU
from roadmap.control.discipline import Discipline, Judged, by_body, total
from roadmap.language import section_words
from roadmap.monitoring.indicators.compute import AskedBody
from roadmap.monitoring.recommendations.propose import Overdue, RoadmapItem
from roadmap.monitoring.snapshot import ExecutionRow, OverduePoint
from tasks.discipline import judged

OURS = ("result", "name_dates")
"""Purposes of the points that are the roadmap's own."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What came out: all together, by body, section and kind; ``overdue`` on the day, whatever its period."""

    total: ExecutionRow
    by_body: tuple[ExecutionRow, ...]
    by_section: tuple[ExecutionRow, ...]
    by_kind: tuple[ExecutionRow, ...]
    overdue: tuple[Overdue, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """What is shown of an item; ``number`` as people know it."""

    id: int
    code: str
    number: str
    title: str
    section: str
    kind: str
    position: int
    dropped_on: date | None
    owner: str
    owner_name: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a point belongs."""

    item: RoadmapItem
    number: str
    title: str
    section: str
    kind: str
    position: int
    body_code: str


def execution(
    session: Session, code: str, *, since: date, until: date, day: date, as_of: datetime | None = None
) -> Execution:
    """Points whose deadline lies from ``since`` to ``until``, both included, as they had come out by ``day``."""
    every = judged(session, code, today=day, purposes=OURS, as_of=as_of)
    due = [one for one in every if since <= one.record.deadline_on <= until]
    late = [one for one in every if one.outcome == "overdue"]
    places = _places(session, code)
    kinds = {name: place for place, name in enumerate(ITEM_KINDS_RU.values())}
    sections = {place.section: place.position for place in sorted(places.values(), key=lambda p: -p.position)}
    return Execution(
        total=_row(total(by_body(due))),
        by_body=tuple(_row(row) for row in by_body(due)),
        by_section=_grouped(due, lambda one: places[one.record.key].section, sections),
        by_kind=_grouped(due, lambda one: places[one.record.key].kind, kinds),
        overdue=tuple(_overdue(one, places[one.record.key], day) for one in late),
    )


def items_of(session: Session, code: str) -> dict[str, RoadmapItem]:
    """Every item of the roadmap by code, dropped ones left out."""
    return {row.code: _item(row) for row in _items(session, code) if row.dropped_on is None and row.kind != "round"}


def _places(session: Session, code: str) -> Mapping[str, _Place]:
    items = {row.id: row for row in _items(session, code)}
    points = (
        select(col(ControlPoint.key), col(ControlPoint.item_id), col(ControlPoint.stage_title), col(Body.code))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(col(ControlPoint.roadmap_code) == code, col(ControlPoint.purpose).in_(OURS))
    )
    found = {}
    for key, item_id, stage, body in session.execute(points):
        row = items[item_id]
        title = f"{row.title}: {stage}" if stage else row.title
        kind = ITEM_KINDS_RU.get(row.kind, row.kind)
        found[key] = _Place(_item(row), row.number, title, section_words(row.section), kind, row.position, body)
    return found


def _items(session: Session, code: str) -> Sequence[_Item]:
    """Every item, by position; as columns: a region with many municipalities has thousands."""
    shown = (Item.id, Item.code, Item.number, Item.source, Item.title, Item.section, Item.kind, Item.position)
    found = (
        select(*(col(one) for one in (*shown, Item.dropped_on, Body.code, Body.short)))
        .join(Body, col(Body.id) == col(Item.owner_id))
        .where(col(Item.roadmap_code) == code)
        .order_by(col(Item.position), col(Item.code))
    )
    shared = shared_numbers(session)

    def item(id_: int, item: str, number: str, source: str, title: str, section: str, kind: str, *rest: Any) -> _Item:
        known = "" if kind == "round" else shown_number(code, number, source, kind, shared)
        return _Item(id_, item, known, title, section, kind, *rest)

    return [item(*row) for row in session.execute(found).tuples()]


def _item(row: _Item) -> RoadmapItem:
    return RoadmapItem(row.code, f"{row.number} {row.title}".strip(), AskedBody(row.owner, row.owner_name))


def _row(row: Discipline) -> ExecutionRow:
    return ExecutionRow(
        name=row.body, due=row.due, in_time=row.in_time, late=row.late, overdue=row.overdue, excused=row.excused
    )


def _grouped(
    found: Iterable[Judged], name_of: Callable[[Judged], str], order: Mapping[str, int]
) -> tuple[ExecutionRow, ...]:
    """The table by another name than the body's, in the document's order."""
    groups: dict[str, list[Judged]] = {}
    for one in found:
        groups.setdefault(name_of(one), []).append(one)
    rows = (_row(total(by_body(groups[name]), title=name)) for name in sorted(groups, key=lambda n: (order[n], n)))
    return tuple(row for row in rows if row.due)


def _overdue(one: Judged, place: _Place, day: date) -> Overdue:
    record = one.record
    point = OverduePoint(
        key=record.key,
        number=place.number,
        title=place.title,
        body=record.body,
        deadline_on=record.deadline_on,
        days=(day - record.deadline_on).days,
    )
    return Overdue(point, place.item, AskedBody(place.body_code, record.body))
