"""A control point as pages, cards, tables and Prefect read it: the one list of columns, joins and numbers.

What only one reader needs is added there: its own fields in a subclass, its own columns by ``add_columns``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.queries.printed_numbers import Shared, shared_numbers, shown_number
from models.tables.control_point import ControlPoint
from models.tables.roadmap import Body, Item, Roadmap


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """A control point with its item, the body that answers, the body it belongs to and its roadmap."""

    id: int
    key: str
    roadmap_code: str
    item_id: int
    body_id: int | None = None
    owner_id: int
    purpose: str = "result"
    opens_on: date
    due_on: date
    deadline_on: date
    deadline_note: str = ""
    status: str
    is_history: bool = False
    has_open_request: bool = False
    demanded_until: date | None = None
    personal_since: date | None = None
    parent_id: int | None = None
    stage: str | None = None
    stage_title: str = ""
    blocked: bool = False
    submitted_on: date | None = None
    closed_on: date | None = None
    item_code: str
    number: str
    """As printed, or its place where several items share what is printed; a dash for a round."""
    position: int
    """Order of the item in the document."""
    section: str
    kind: str
    source: str
    """Where the document asks for it."""
    item_title: str
    owner: str
    """Short name of the body that answers."""
    owner_name: str
    body: str = ""
    """Short name of the body a fanned-out point belongs to."""
    region: str
    act: str
    zone: str

    @property
    def item_key(self) -> str:
        """«krasnodar/2.1.3»."""
        return f"{self.roadmap_code}/{self.item_code}"

    @classmethod
    def of(cls, row: Row[Any], shared: Shared, **more: Any) -> Self:
        """The view of a row of ``select_points``; ``more`` are fields of a subclass, or replace what the row says."""
        facts = dict(zip(_COLUMNS, row, strict=False))
        number = shown_number(facts["roadmap_code"], facts["number"], facts["source"], facts["kind"], shared)
        return cls(**facts | {"number": number} | more)


_OWNER, _BODY = aliased(Body), aliased(Body)
#: By the field of the view.
_COLUMNS: dict[str, Any] = {
    "id": col(ControlPoint.id),
    "key": col(ControlPoint.key),
    "roadmap_code": col(ControlPoint.roadmap_code),
    "item_id": col(ControlPoint.item_id),
    "body_id": col(ControlPoint.body_id),
    "owner_id": col(ControlPoint.owner_id),
    "purpose": col(ControlPoint.purpose),
    "opens_on": col(ControlPoint.opens_on),
    "due_on": col(ControlPoint.due_on),
    "deadline_on": col(ControlPoint.deadline_on),
    "deadline_note": col(ControlPoint.deadline_note),
    "status": col(ControlPoint.status),
    "is_history": col(ControlPoint.is_history),
    "has_open_request": col(ControlPoint.has_open_request),
    "demanded_until": col(ControlPoint.demanded_until),
    "personal_since": col(ControlPoint.personal_since),
    "parent_id": col(ControlPoint.parent_id),
    "stage": col(ControlPoint.stage),
    "stage_title": col(ControlPoint.stage_title),
    "blocked": col(ControlPoint.blocked),
    "submitted_on": col(ControlPoint.submitted_on),
    "closed_on": col(ControlPoint.closed_on),
    "item_code": col(Item.code),
    "number": col(Item.number),
    "position": col(Item.position),
    "section": col(Item.section),
    "kind": col(Item.kind),
    "source": col(Item.source),
    "item_title": col(Item.title),
    "owner": col(_OWNER.short),
    "owner_name": col(_OWNER.name),
    "body": func.coalesce(col(_BODY.short), ""),
    "region": col(Roadmap.region),
    "act": col(Roadmap.act),
    "zone": col(Roadmap.zone),
}
BY_DEADLINE: tuple[Any, ...] = (
    col(ControlPoint.deadline_on),
    col(ControlPoint.roadmap_code),
    col(Item.position),
    col(ControlPoint.key),
)


def select_points(*where: Any, order: tuple[Any, ...] = BY_DEADLINE) -> Select[Any]:
    """The columns of the view, of the points that meet the conditions (on points, items and roadmaps)."""
    return (
        select(*_COLUMNS.values())
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .join(Roadmap, col(Roadmap.code) == col(ControlPoint.roadmap_code))
        .join(_OWNER, col(_OWNER.id) == col(ControlPoint.owner_id))
        .outerjoin(_BODY, col(_BODY.id) == col(ControlPoint.body_id))
        .where(*where)
        .order_by(*order)
    )


def read_points(
    session: Session, *where: Any, order: tuple[Any, ...] = BY_DEADLINE, limit: int | None = None
) -> list[PointView]:
    """The points that meet the conditions, in two queries however many they are."""
    rows = session.execute(select_points(*where, order=order).limit(limit))
    shared = shared_numbers(session)
    return [PointView.of(row, shared) for row in rows]
