"""Stores an item of our own, that no edition of the document names: a decision of a session, a recommendation taken."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Body, Item, Roadmap
from roadmap.calendar import WorkCalendar
from roadmap.catalogue import schema
from roadmap.reading import Reading


def add_item(
    session: Session,
    roadmap_code: str,
    entry: schema.Item,
    reading: Reading,
    *,
    number: str,
    owner_id: int,
    parent: Item | None,
    calendar: WorkCalendar,
) -> None:
    """The item behind all others, on control, in the section of ``parent``; ``number`` as it is printed."""
    last = select(func.max(col(Item.position))).where(col(Item.roadmap_code) == roadmap_code)
    session.add(
        Item(
            roadmap_code=roadmap_code,
            code=entry.code,
            position=(session.execute(last).scalar_one() or 0) + 1,
            origin="directive",
            number=number,
            section=parent.section if parent else "",
            group=parent.group if parent else "",
            title=entry.title,
            responsible=entry.responsible,
            executors="",
            owner_id=owner_id,
            term=entry.term,
            result="",
            kind=entry.kind,
            reading=reading.to_json() | {"calendar": calendar.version},
            is_controlled=True,
            source=entry.source.place,
        )
    )
    session.flush()


def catalogue_of_added(
    roadmap: Roadmap, bodies: Iterable[Body], *, start: date, end: date, document: str, ground: str
) -> schema.Catalogue:
    """What planning an own item asks for: the roadmap's rules as it stands (shifted or not), and who may own it."""
    return schema.Catalogue.model_validate(
        {
            "code": roadmap.code,
            "region": roadmap.region,
            "title": roadmap.title,
            "act": schema.Act(kind=roadmap.act, authority=roadmap.region, document=document),
            "period": schema.Period(start=start, end=end, ground=ground),
            "zone": roadmap.zone,
            "roll": roadmap.roll,
            "report_by": roadmap.report_by,
            "bodies": tuple(
                schema.Body.model_validate({"code": b.code, "name": b.name, "short": b.short, "level": b.level})
                for b in bodies
            ),
        }
    )
