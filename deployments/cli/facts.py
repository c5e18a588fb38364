"""Rows as the JSON that programs get and the tables that people get."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from textwrap import shorten
from typing import Any

from sqlmodel import Session

from models import Item, Roadmap, clock, queries
from roadmap.catalogue.schema import Catalogue
from roadmap.control.planning import read_item
from roadmap.control.state import Point, is_late, is_overdue, state_name, state_of
from roadmap.language import day
from roadmap.letters.wording import DIGEST, SECTIONS, what_is_due

REASON_RU: dict[str, str] = {reason: section.counted for reason, section in SECTIONS.items()} | {DIGEST: "сводка"}
ORIGIN_RU = {"table": "таблица", "directive": "поручение", "duty": "обязанность"}


def today_of(roadmap: Roadmap, at: datetime | None = None) -> date:
    """The day in the roadmap's zone at an instant, the present one unless given."""
    return clock.today(roadmap.zone, at)


def stored_items(session: Session, roadmap_code: str) -> Iterator[dict[str, Any]]:
    """The items of a roadmap on control, with the reading that its points were made from."""
    for item, _ in queries.items(session, roadmap_code):
        yield _item(item.key, item.origin, item.reading, item)


def catalogue_items(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """The items of a catalogue that was not loaded, read now."""
    sections = {section.code: section.title for section in catalogue.sections}
    for origin, item in catalogue.duties_by_origin():
        shown = item.model_copy(update={"section": sections.get(item.section or "", "")})
        yield _item(f"{catalogue.code}/{item.code}", origin, read_item(catalogue, item).to_json(), shown)


def _item(key: str, origin: str, reading: dict[str, Any], item: Any) -> dict[str, Any]:
    names = ("number", "section", "title", "responsible", "executors", "term", "kind", "result")
    words = {name: getattr(item, name) for name in names}
    controlled = item.is_controlled if isinstance(item, Item) else item.controlled
    return {"key": key, "origin": origin} | words | {"reading": reading, "controlled": controlled}


def point(it: queries.PointView, today: date) -> dict[str, Any]:
    """One control point for programs."""
    return {
        "key": it.key,
        "item": it.item_key,
        "title": it.item_title,
        "body": it.body or None,
        "owner": it.owner,
        "opens_on": it.opens_on,
        "due_on": it.due_on,
        "deadline_on": it.deadline_on,
        "status": it.status,
        "state": state_of(it, today),
        "overdue": is_overdue(it, today),
        "late": is_late(it),
        "demanded_until": it.demanded_until,
        "personal_since": it.personal_since,
        "history": it.is_history,
        "purpose": it.purpose,
        "stage": it.stage,
    }


def counts(report: Any) -> dict[str, Any]:
    """The fields of a report (a dataclass) as JSON, nested ones too."""
    return asdict(report)


def state_words(it: Point, today: date) -> str:
    """How a point stands, in words; an overdue one with its days."""
    if is_overdue(it, today):
        return f"просрочено, {(today - it.deadline_on).days} дн."
    came_late = it.status == "submitted" and is_late(it)
    return state_name(it, today).lower() + (", сдано с опозданием" if came_late else "")


def point_cells(it: queries.PointView, today: date) -> tuple[str, ...]:
    """One control point for people: deadline, standing, then what, who and the key that commands take."""
    title = what_is_due(it.item_title, stage=it.stage_title, names_dates=it.purpose == "name_dates")
    what = f"{shorten(title, 110, placeholder='…')} — {shorten(it.owner, 40, placeholder='…')}"
    return day(it.deadline_on), state_words(it, today), f"{what}\n{it.key}"
