"""What a recommendation becomes on the coordinator's word: an item of our own («m-rec.3») with its control point."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, Item, Roadmap
from models.db.locks import lock_roadmap
from models.lifecycle.transitions import Refused
from models.queries.printed_numbers import number_of, shared_numbers
from roadmap import terms
from roadmap.calendar import WorkCalendar
from roadmap.catalogue import schema
from roadmap.control.planning import plan_item, working_day_is_past
from roadmap.reading import Window
from tasks.editions.add_item import add_item, catalogue_of_added
from tasks.editions.point_rows import store_points

CODE = "m-rec."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to do what by when; ``answers`` are codes of the document's items that serve the same."""

    body_id: int
    text: str
    source: str
    answers: tuple[str, ...]
    due_on: date


def put_on_control(session: Session, roadmap: Roadmap, wanted: Wanted, *, today: date, calendar: WorkCalendar) -> str:
    """The item of a recommendation and its control point, open from today on; returns the key of the point.

    ``Refused`` when the day it is due is a day off whose working day has passed.
    """
    lock_roadmap(session, roadmap.code)
    owner = session.get_one(Body, wanted.body_id)
    number = _next_number(session, roadmap.code)
    entry = schema.Item(
        code=f"{CODE}{number}",
        title=wanted.text,
        responsible=owner.name,
        owner=owner.code,
        term=f"до {wanted.due_on:%d.%m.%Y}",
        kind="activity",
        source=schema.Source(place=wanted.source),
    )
    end = max(roadmap.period_end, wanted.due_on)
    reading = terms.read(entry.term, start=today, end=end, calendar=calendar)
    reading = replace(reading, windows=(Window(today, wanted.due_on),))
    parent = _answering(session, roadmap.code, wanted.answers)
    cited = number_of(parent, shared_numbers(session)) if parent else ""
    add_item(
        session,
        roadmap.code,
        entry,
        reading,
        number=f"{cited}, рекомендация {number}" if cited else f"Рекомендация {number}",
        owner_id=wanted.body_id,
        parent=parent,
        calendar=calendar,
    )
    catalogue = catalogue_of_added(roadmap, (owner,), start=today, end=end, document="справка", ground="день решения")
    planned = plan_item(catalogue, entry, reading, calendar=calendar)
    if planned[0].deadline_on < today:
        raise Refused(working_day_is_past(wanted.due_on))
    store_points(session, roadmap.code, planned, controlled_from=today, today=today)
    return planned[0].key


def _answering(session: Session, code: str, answers: tuple[str, ...]) -> Item | None:
    """The first item that answers the shortfall: the recommendation stands in its section."""
    same = (col(Item.roadmap_code) == code, col(Item.code).in_(answers))
    found: Item | None = session.execute(select(Item).where(*same).order_by(col(Item.position)).limit(1)).scalar()
    return found


def _next_number(session: Session, code: str) -> int:
    own = select(col(Item.code)).where(col(Item.roadmap_code) == code, col(Item.code).startswith(CODE))
    return 1 + max(
        (int(tail) for one in session.execute(own).scalars() if (tail := one[len(CODE) :]).isdigit()), default=0
    )
