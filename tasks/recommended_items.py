"""What a recommendation becomes on the coordinator's word: an item of our own («m-rec.3») with its control point."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from models import Body, Item, Roadmap
from models.moves import Refused
from roadmap import terms
from roadmap.calendar import WorkCalendar
from roadmap.catalogue import schema
from roadmap.planning import plan_item
from roadmap.reading import Reading, Window
from tasks.storing import table_of
from tasks.storing_points import store_points

CODE = "m-rec."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to do what by when; ``answers`` are codes of the document's items that serve the same."""

    body_id: int
    text: str
    source: str
    answers: tuple[str, ...]
    due_on: date


def put_on_control(work: Session, roadmap: Roadmap, wanted: Wanted, *, today: date, calendar: WorkCalendar) -> str:
    """The item of a recommendation and its control point, open from today on; returns the key of the point.

    ``Refused`` when the day it is due is a day off whose working day has passed.
    """
    work.execute(update(table_of(Roadmap)).where(col(Roadmap.code) == roadmap.code).values(title=roadmap.title))
    owner = work.get_one(Body, wanted.body_id)
    number = _next_number(work, roadmap.code)
    entry = schema.Item(
        code=f"{CODE}{number}",
        title=wanted.text,
        responsible=owner.name,
        owner=owner.code,
        term=f"до {wanted.due_on:%d.%m.%Y}",
        kind="measure",
        source=schema.Source(place=wanted.source),
    )
    reading = terms.read(entry.term, start=today, end=max(roadmap.period_end, wanted.due_on), calendar=calendar)
    reading = replace(reading, windows=(Window(today, wanted.due_on),))
    work.add(_item(work, roadmap, wanted, entry, reading, number=number, owner=owner, calendar=calendar))
    work.flush()
    catalogue = _catalogue(roadmap, owner, start=today, end=max(roadmap.period_end, wanted.due_on))
    planned = plan_item(catalogue, entry, reading, calendar=calendar)
    if planned[0].deadline_on < today:
        raise Refused(f"Срок {wanted.due_on:%d.%m.%Y} выпадает на выходной, рабочий день перед ним уже прошёл")
    store_points(work, roadmap.code, planned, controlled_from=today, today=today)
    return planned[0].key


def _item(
    work: Session,
    roadmap: Roadmap,
    wanted: Wanted,
    entry: schema.Item,
    reading: Reading,
    *,
    number: int,
    owner: Body,
    calendar: WorkCalendar,
) -> Item:
    """It stands in the section of the first item that answers the shortfall."""
    same = col(Item.roadmap_code) == roadmap.code
    last = work.execute(select(func.max(col(Item.position))).where(same)).scalar_one() or 0
    answers = select(Item).where(same, col(Item.code).in_(wanted.answers)).order_by(col(Item.position)).limit(1)
    parent = work.execute(answers).scalar_one_or_none()
    printed = f"{parent.number or parent.code}, рекомендация {number}" if parent else f"Рекомендация {number}"
    return Item(
        roadmap_code=roadmap.code,
        code=entry.code,
        position=last + 1,
        origin="directive",
        number=printed,
        section=parent.section if parent else "",
        group=parent.group if parent else "",
        title=entry.title,
        responsible=entry.responsible,
        executors="",
        owner_id=owner.id or 0,
        term=entry.term,
        result="",
        kind=entry.kind,
        reading=reading.to_json() | {"calendar": calendar.version},
        is_controlled=True,
        source=entry.source.place,
    )


def _next_number(work: Session, code: str) -> int:
    own = select(col(Item.code)).where(col(Item.roadmap_code) == code, col(Item.code).startswith(CODE))
    return 1 + max(
        (int(tail) for one in work.execute(own).scalars() if (tail := one[len(CODE) :]).isdigit()), default=0
    )


def _catalogue(roadmap: Roadmap, owner: Body, *, start: date, end: date) -> schema.Catalogue:
    """What planning asks for: the period from today on, the roadmap's rules of days off, the body that answers."""
    return schema.Catalogue.model_validate(
        {
            "code": roadmap.code,
            "region": roadmap.region,
            "title": roadmap.title,
            "act": schema.Act(kind=roadmap.act, authority=roadmap.region, document="справка"),
            "period": schema.Period(start=start, end=end, ground="день решения"),
            "zone": roadmap.zone,
            "roll": roadmap.roll,
            "report_by": roadmap.report_by,
            "bodies": (
                schema.Body.model_validate(
                    {"code": owner.code, "name": owner.name, "short": owner.short, "level": owner.level}
                ),
            ),
        }
    )
