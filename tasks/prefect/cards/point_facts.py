"""Rows → what Prefect shows: one query for many points, never one a point."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, Process, Roadmap, Transition
from models.db.rows import chunks
from models.lifecycle import event_words
from models.queries.point_view import PointView, select_points
from models.queries.printed_numbers import number_of, shared_numbers
from roadmap.cards.point import Happened, ItemFacts
from roadmap.reading import Reading

LIVE = ("planned", "open", "submitted", "returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFacts(PointView):
    """A control point as Prefect shows it."""

    item: ItemFacts
    process: str = ""
    """Code of the process the point goes through; empty where it is done in one go, or none has begun."""

    @property
    def period(self) -> str:
        """Of a round of monitoring: «за III квартал 2026 г.»."""
        return self.stage_title if self.purpose == "round" else ""


def controlled_items(session: Session, *, with_dropped: bool = False) -> dict[int, ItemFacts]:
    """Every item on control, by id, in the order of the documents; on request those an edition dropped as well."""
    wanted = col(Item.is_controlled)
    rows = session.execute(
        select(Item, Roadmap, Body)
        .join(Roadmap, col(Roadmap.code) == col(Item.roadmap_code))
        .join(Body, col(Body.id) == col(Item.owner_id))
        .where(wanted | col(Item.dropped_on).is_not(None) if with_dropped else wanted)
        .order_by(col(Item.roadmap_code), col(Item.position))
    )
    found = [(item, roadmap, owner) for item, roadmap, owner in rows]
    shared = shared_numbers(session)
    return {
        item.id: _item(
            item,
            roadmap,
            owner,
            number=number_of(item, shared),
        )
        for item, roadmap, owner in found
    }


def points(session: Session, *where: Any, items: dict[int, ItemFacts] | None = None) -> list[PointFacts]:
    """The points of items on control that meet the conditions; history left out."""
    items = controlled_items(session) if items is None else items
    order = (col(ControlPoint.opens_on), col(ControlPoint.id))
    found = select_points(col(ControlPoint.is_history).is_(False), *where, order=order)
    found = found.outerjoin(Process, col(Process.point_id) == col(ControlPoint.id))
    rows = session.execute(found.add_columns(col(Process.code).label("process")))
    return [
        PointFacts.of(row, (), item=item, number=item.number, process=row.process or "")
        for row in rows
        if (item := items.get(row.item_id)) is not None
    ]


def point_of(session: Session, key: str) -> PointFacts | None:
    """The facts of one point; None when it is not on control."""
    found = points(session, col(ControlPoint.key) == key)
    return found[0] if found else None


def histories(session: Session, keys: Collection[str]) -> dict[str, list[Happened]]:
    """What happened to each of the points, the oldest first."""
    told: dict[str, list[Happened]] = {key: [] for key in keys}
    for some in chunks(sorted(keys)):
        rows = session.execute(
            select(col(ControlPoint.key), Transition)
            .join(Transition, col(Transition.point_id) == col(ControlPoint.id))
            .where(col(ControlPoint.key).in_(some))
            .order_by(col(Transition.id))
        )
        for key, row in rows:
            words = event_words(row.action, due_to=row.due_to)
            told[key].append(Happened(row.happened_on, words, row.actor, row.reason))
    return told


def _item(item: Item, roadmap: Roadmap, owner: Body, *, number: str) -> ItemFacts:
    return ItemFacts(
        key=item.key,
        roadmap_code=item.roadmap_code,
        region=roadmap.region,
        act=roadmap.act,
        zone=roadmap.zone,
        number="" if item.kind == "round" else number,
        section=item.section,
        title=item.title,
        kind=item.kind,
        term=item.term,
        reading=Reading.from_json(item.reading),
        owner=owner.name,
        owner_short=owner.short,
        responsible=item.responsible,
        executors=item.executors,
        result=item.result,
        source=item.source,
        act_words=item.act_words,
    )
