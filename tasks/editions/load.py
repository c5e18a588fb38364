"""Puts a roadmap on control: a reviewed catalogue becomes rows, dated control points included."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from models.db.rows import ids_by_code, store
from models.tables.roadmap import Body, Edition, Executor, Indicator, Item, ItemNeed, Roadmap
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.executors import takes_part
from roadmap.catalogue.schema import Catalogue, Origin
from roadmap.catalogue.schema import Item as Entry
from roadmap.control.planning import PlannedPoint, plan
from roadmap.control.year_shift import shift_years as shifted
from roadmap.reading import Reading
from tasks.context.working_calendar import calendar_for
from tasks.editions.added_items import added_items
from tasks.editions.calendar_changes import days_of, follow_calendar
from tasks.editions.content import content_hash
from tasks.editions.point_rows import Moved, missing_points, store_points

Planned = list[tuple[Origin, Entry, Reading, list[PlannedPoint]]]
#: What of an indicator the database holds in columns of its own; the rest stays in the edition's catalogue.
INDICATOR_WORDS = {
    *("code", "title", "unit", "comparison", "target", "target_year", "rhythm", "words", "method"),
}


class LoadRefused(ValueError):
    """The catalogue cannot be put on control as it is; one Russian line, and nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load did. ``unread``: items that are not controlled and whose term was not understood, with the reason.

    ``moved``: live points whose deadline changed because the calendar did.
    """

    items: int
    points_new: int
    points_kept: int
    history: int
    unread: tuple[tuple[str, str], ...] = ()
    moved: tuple[Moved, ...] = ()


def load_roadmap(
    session: Session,
    catalogue: Catalogue,
    *,
    today: date,
    at: datetime,
    controlled_from: date | None = None,
    shift_years: int = 0,
    rehearsal: bool = False,
    window_days: int = 14,
    calendar: WorkCalendar | None = None,
) -> Loaded:
    """Write the catalogue and its control points; the same content a second time changes nothing.

    Points due before ``controlled_from`` (today; for a rehearsal the start of its period) are history. A loaded
    roadmap takes additions and changed words; ``LoadRefused`` when items or dates would be lost, when a term of a
    controlled item is not understood, and when a rehearsal meets the real roadmap.
    """
    calendar = calendar or calendar_for(session, catalogue)
    moved = shifted(catalogue, shift_years)
    present = session.get(Roadmap, catalogue.code)
    _refuse_other_copy(present, shift_years=shift_years, rehearsal=rehearsal, code=catalogue.code)
    since = _since(
        present,
        catalogue.code,
        wanted=controlled_from,
        otherwise=moved.period.start if rehearsal else today,
        today=today,
    )
    followed = follow_calendar(session, catalogue.code, calendar=calendar, today=today, at=at) if present else None
    planned = plan(catalogue, calendar=calendar, window_days=window_days, shift=shift_years)
    refuse_unread(catalogue.code, planned)
    _refuse_losses(session, catalogue, planned)

    store_roadmap(
        session, moved, controlled_from=since, shift_years=shift_years, is_rehearsal=rehearsal, present=present
    )
    store_edition(session, catalogue, shift_years=shift_years, at=at)
    store_entries(session, moved, planned, calendar.version)
    points = [point for *_, points in planned for point in points]
    stored = store_points(
        session, catalogue.code, points, controlled_from=since, today=today, by=(catalogue.act.words, at)
    )
    if present is None:
        loaded = session.get_one(Roadmap, catalogue.code)
        loaded.calendar = days_of(calendar, loaded, today)
        session.flush()
    by_calendar = [Moved(one.key, one.deadline_from, one.deadline_on) for one in followed.moves] if followed else []
    return Loaded(
        items=len(planned),
        points_new=stored.new,
        points_kept=stored.kept,
        history=stored.history,
        unread=tuple(_unread(catalogue.code, planned)),
        moved=(*by_calendar, *stored.moved),
    )


def _since(present: Roadmap | None, code: str, *, wanted: date | None, otherwise: date, today: date) -> date:
    """The day before which new points are history; a roadmap on control keeps the day it was taken on control."""
    if present is None:
        return wanted or otherwise
    if wanted not in (None, present.controlled_from):
        raise LoadRefused(f"«{code}» уже на контроле с {present.controlled_from:%d.%m.%Y}: этот день не меняют")
    return max(present.controlled_from, today)


def _unread(code: str, planned: Planned) -> Iterator[tuple[str, str]]:
    for _, item, reading, _ in planned:
        if reading.kind == "unreadable" and item.term.strip():
            yield f"{code}/{item.code}", "; ".join(reading.problems)


def _refuse_other_copy(present: Roadmap | None, *, shift_years: int, rehearsal: bool, code: str) -> None:
    if present is None or (present.is_rehearsal, present.shift_years) == (rehearsal, shift_years):
        return
    if present.is_rehearsal == rehearsal:
        raise LoadRefused(
            f"«{code}» уже загружена со сдвигом лет {present.shift_years}, а не {shift_years}: "
            "возьмите другую папку данных (--data)"
        )
    there, wanted = ("учебная копия", "рабочая") if present.is_rehearsal else ("рабочая", "учебная копия")
    raise LoadRefused(f"«{code}» в этой папке — {there}, загружается {wanted}: возьмите другую папку данных (--data)")


def refuse_unread(code: str, planned: Planned) -> None:
    """``LoadRefused`` when the term of a controlled item, or of a co-executor in it, is not understood."""
    for _, item, reading, _ in planned:
        if item.controlled and reading.kind == "unreadable" and item.term.strip():
            reason = "; ".join(reading.problems) or "причина не названа"
            raise LoadRefused(
                f"«{code}/{item.code}»: срок «{item.term}» не прочитан ({reason}) — уточните term, задайте rhythm "
                "или controlled: false"
            )


def _refuse_losses(session: Session, catalogue: Catalogue, planned: Planned) -> None:
    """Additions and changed words are taken; lost items and dates need an amendment."""
    dropped, own = _dropped(session, catalogue.code), added_items(session, catalogue.code).keys()
    wanted: dict[str, tuple[type[Item] | type[Indicator], set[str]]] = {
        "мероприятия": (Item, {item.code for _, item, *_ in planned} | dropped | own),
        "показатели": (Indicator, {entry.code for entry in catalogue.indicators}),
    }
    for words, (model, codes) in wanted.items():
        if lost := sorted(ids_by_code(session, model, catalogue.code).keys() - codes):
            raise LoadRefused(f"«{catalogue.code}»: в новой редакции нет прежних записей: {words} {', '.join(lost)}")
    if back := sorted({item.code for _, item, *_ in planned} & dropped):
        raise LoadRefused(f"«{catalogue.code}»: записи исключены более новой редакцией: {', '.join(back)}")
    points = [point for *_, points in planned for point in points]
    if lost := missing_points(session, catalogue.code, points):
        raise LoadRefused(
            f"«{catalogue.code}»: в новой редакции пропадают сроки, которые уже на контроле: {', '.join(lost[:5])}"
            + (f" и ещё {len(lost) - 5}" if len(lost) > 5 else "")
        )


def _dropped(session: Session, code: str) -> set[str]:
    found = select(col(Item.code)).where(col(Item.roadmap_code) == code, col(Item.dropped_on).is_not(None))
    return set(session.execute(found).scalars())


def store_roadmap(session: Session, moved: Catalogue, *, present: Roadmap | None, **facts: Any) -> None:
    """Write the words and rules of the roadmap; ``facts`` are given to a new one only."""
    roadmap = present or Roadmap(code=moved.code, **_roadmap_words(moved), **facts)
    for name, value in _roadmap_words(moved).items():
        setattr(roadmap, name, value)
    session.add(roadmap)
    session.flush()


def _roadmap_words(moved: Catalogue) -> dict[str, Any]:
    return {
        "region": moved.region,
        "title": moved.title,
        "act": moved.act.words,
        "period_start": moved.period.start,
        "period_end": moved.period.end,
        "zone": moved.zone,
        "roll": moved.roll,
        "report_by": moved.report_by,
        "extensions_by": moved.extensions_by,
        # What the coordinator has set by command stays where the catalogue says nothing.
        **({"ladder": moved.ladder.model_dump(exclude_none=True, mode="json")} if moved.ladder else {}),
    }


def store_edition(session: Session, catalogue: Catalogue, *, shift_years: int, at: datetime) -> None:
    """Add the edition unless it is the newest; ``LoadRefused`` when a newer one has replaced it."""
    wanted = content_hash(catalogue, shift_years)
    hashes = (
        session.execute(
            select(col(Edition.content_hash))
            .where(col(Edition.roadmap_code) == catalogue.code)
            .order_by(col(Edition.id))
        )
        .scalars()
        .all()
    )
    if hashes and hashes[-1] == wanted:
        return
    if wanted in hashes:
        raise LoadRefused(
            f"«{catalogue.code}»: эта редакция уже была заменена более новой — внесите изменение поверх неё"
        )
    session.add(
        Edition(
            roadmap_code=catalogue.code,
            act=catalogue.act.words,
            content_hash=wanted,
            catalogue=catalogue.model_dump(mode="json"),
            loaded_at=at,
        )
    )
    session.flush()


def store_entries(session: Session, moved: Catalogue, planned: Planned, calendar_version: str) -> None:
    """Bring bodies, items, co-executors and indicators in line by code; what is not wanted stays."""
    code = moved.code
    store(
        session,
        Body,
        code,
        ({"code": b.code, "name": b.name, "short": b.short, "level": b.level} for b in moved.bodies),
    )
    bodies = ids_by_code(session, Body, code)
    store(session, Item, code, _item_rows(moved, planned, bodies, calendar_version))
    items = ids_by_code(session, Item, code)
    wanted = {(items[item.code], bodies[body]) for _, item, *_ in planned for body in takes_part(moved, item)}
    there = {items[item.code] for _, item, *_ in planned}
    _store_pairs(session, col(Executor.item_id), col(Executor.body_id), there, wanted)
    needs = {(items[item.code], items[needed]) for _, item, *_ in planned for needed in item.after if needed in items}
    _store_pairs(session, col(ItemNeed.item_id), col(ItemNeed.needs_id), there, needs)
    store(session, Indicator, code, _indicator_rows(moved))


def _item_rows(
    moved: Catalogue, planned: Planned, bodies: dict[str, int], calendar_version: str
) -> Iterator[dict[str, Any]]:
    titles = {section.code: section.title for section in moved.sections}
    for position, (origin, item, reading, _) in enumerate(planned, start=1):
        words = item.model_dump(
            include={"code", "number", "group", "title", "responsible", "executors", "term", "result", "kind"}
        )
        yield words | {
            "position": position,
            "origin": origin,
            "section": titles[item.section] if item.section else "",
            "owner_id": bodies[item.owner],
            "reading": reading.to_json() | {"calendar": calendar_version, **_answered(item)},
            "is_controlled": item.controlled,
            "source": item.source.place,
        }


def _answered(item: Entry) -> dict[str, dict[str, str]]:
    """The document's words beside the answers that stand in their place, for ``Item.act_words``."""
    return {"act_words": {str(field): said for field, said in item.words.items()}} if item.words else {}


def _indicator_rows(moved: Catalogue) -> Iterator[dict[str, Any]]:
    for position, entry in enumerate(moved.indicators, start=1):
        words = entry.model_dump(include=INDICATOR_WORDS)
        yield words | {"position": position, "is_cumulative": entry.cumulative, "source": entry.source.place}


def _store_pairs(session: Session, left: Any, right: Any, items: set[int], wanted: set[tuple[int, int]]) -> None:
    """Bring the pairs (item, what it is tied to) of the items in line; ``left`` and ``right`` are the two columns."""
    present = {(one, other) for one, other in session.execute(select(left, right).where(left.in_(items)))}
    for one, other in present - wanted:
        session.execute(delete(left.table).where(left == one, right == other))
    if new := wanted - present:
        session.execute(insert(left.table), [{left.key: one, right.key: other} for one, other in sorted(new)])
