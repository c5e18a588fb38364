"""Yearly prolongation: an accepted result that must be renewed gets the point that renews it."""

from datetime import date
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session

from models import Item, Roadmap
from models import Process as ProcessRow
from roadmap.calendar import WorkCalendar
from roadmap.processes.schema import Process
from roadmap.processes.staging import days_ahead
from roadmap.spans import add_months
from tasks.stages_rows import POINTS
from tasks.storing import table_of

#: Begins the note of a point that no term of the document gave: loading and amending leave such points alone.
RENEWAL = "Продление"


def renew(work: Session, code: str, *, calendar: WorkCalendar, roll: str) -> list[str]:
    """Plan the point that renews each accepted one, ``renews_after`` months later; returns the keys of new points.

    None is planned beyond the period of the roadmap, nor where the item has a later point of its own.
    """
    accepted = list(work.execute(_accepted(code)).mappings())
    if not accepted:
        return []
    end = work.get_one(Roadmap, code).period_end
    last = _last_days(work, {row["item_id"] for row in accepted})
    new: list[dict[str, Any]] = []
    for row in accepted:
        months = row["definition"].get("renews_after")
        if months is None or last[row["item_id"], row["body_id"]] > row["due_on"]:
            continue
        due = add_months(row["closed_on"], months)
        place = row["key"].rpartition("/")[0]
        if row["due_on"] < due <= end:
            process = Process.model_validate(row["definition"], strict=False)
            new.append(_point(row, f"{place}/{due}", due, process, calendar=calendar, roll=roll))
    if new:
        work.execute(insert(POINTS), new)
    return [row["key"] for row in new]


def _accepted(code: str) -> Any:
    """Accepted points that went through a process."""
    item, process = table_of(Item), table_of(ProcessRow)
    return (
        select(POINTS, process.c.definition)
        .join(process, process.c.point_id == POINTS.c.id)
        .join(item, item.c.id == POINTS.c.item_id)
        .where(
            POINTS.c.roadmap_code == code,
            POINTS.c.status == "accepted",
            POINTS.c.parent_id.is_(None),
            item.c.dropped_on.is_(None),
            item.c.is_controlled,
        )
        .order_by(POINTS.c.id)
    )


def _last_days(work: Session, item_ids: set[int]) -> dict[tuple[int, int | None], date]:
    """The day on which each duty is due last, by item and body."""
    days = (
        select(POINTS.c.item_id, POINTS.c.body_id, func.max(POINTS.c.due_on))
        .where(POINTS.c.item_id.in_(item_ids), POINTS.c.parent_id.is_(None))
        .group_by(POINTS.c.item_id, POINTS.c.body_id)
    )
    return {(item_id, body_id): day for item_id, body_id, day in work.execute(days)}


def _point(row: Any, key: str, due: date, process: Process, *, calendar: WorkCalendar, roll: str) -> dict[str, Any]:
    deadline = calendar.roll(due, roll)  # type: ignore[arg-type]
    opens = calendar.add_working_days(deadline, -days_ahead(process, renews=True))
    return {
        "key": key,
        "roadmap_code": row["roadmap_code"],
        "item_id": row["item_id"],
        "body_id": row["body_id"],
        "owner_id": row["owner_id"],
        "purpose": "result",
        "opens_on": opens,
        "due_on": due,
        "deadline_on": deadline,
        "deadline_note": f"{RENEWAL} через {process.renews_after} мес. после {row['closed_on']:%d.%m.%Y}",
        "status": "planned",
        "is_history": False,
        "next_check_on": opens,
    }
