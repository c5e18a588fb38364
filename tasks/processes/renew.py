"""Yearly prolongation: an accepted result that must be renewed gets the point that renews it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlmodel import Session, col

from models import Edition, Item, Roadmap
from models import Process as ProcessRow
from models.db.rows import table_of
from roadmap.calendar import WorkCalendar
from roadmap.calendar.spans import add_months
from roadmap.processes.choosing import choose
from roadmap.processes.renewal import RENEWAL
from roadmap.processes.schema import Process
from roadmap.processes.staging import days_ahead
from tasks.processes.plan import about
from tasks.processes.rows import POINTS, Members


def renew(
    session: Session, code: str, processes: Mapping[str, Process], *, calendar: WorkCalendar, members: Members
) -> list[str]:
    """Plan the point that renews each accepted one, ``renews_after`` months later; returns the keys of new points.

    What was done in one go is renewed as its kind is. None is planned beyond the period of the roadmap, nor where the
    item has a later point of its own, nor for an item that the document asks for once (``renews`` off).
    """
    accepted = list(session.execute(_accepted(code, processes)).mappings())
    if not accepted:
        return []
    once = _asked_once(session, code)
    accepted = [row for row in accepted if row["item_code"] not in once]
    roadmap = session.get_one(Roadmap, code)
    last = _last_days(session, {row["item_id"] for row in accepted})
    new: list[dict[str, Any]] = []
    for row in accepted:
        process = _process_of(row, processes, members)
        if process is None or process.renews_after is None or last[row["item_id"], row["body_id"]] > row["due_on"]:
            continue
        due = add_months(row["closed_on"], process.renews_after)
        place = row["key"].rpartition("/")[0]
        if row["due_on"] < due <= roadmap.period_end:
            new.append(_point(row, f"{place}/{due}", due, process, calendar=calendar, roll=roadmap.roll))
    if new:
        session.execute(insert(POINTS), new)
    return [row["key"] for row in new]


def renewed_results(session: Session, point_ids: Collection[int]) -> dict[int, date]:
    """The day of the result that each point renews, by row; nothing for a point that renews none."""
    earlier, process = POINTS.alias("earlier"), table_of(ProcessRow)
    found = (
        select(POINTS.c.id, func.max(earlier.c.submitted_on))
        .join(process, process.c.point_id == POINTS.c.id)
        .join(earlier, earlier.c.item_id == POINTS.c.item_id)
        .where(
            POINTS.c.id.in_(point_ids),
            process.c.renews,
            earlier.c.body_id.is_not_distinct_from(POINTS.c.body_id),
            earlier.c.parent_id.is_(None),
            earlier.c.purpose == "result",
            earlier.c.status == "accepted",
            earlier.c.deadline_on < POINTS.c.deadline_on,
            earlier.c.submitted_on <= process.c.started_on,
        )
        .group_by(POINTS.c.id)
    )
    return dict(session.execute(found).tuples().all())


def _process_of(row: Any, processes: Mapping[str, Process], members: Members) -> Process | None:
    """The one the point went through, or would have gone through with more time."""
    if row["definition"] is None:
        return choose(processes, row["kind"], about(row["body_id"], row["item_owner"], members))
    if row["definition"].get("renews_after") is None:
        return None
    return Process.model_validate(row["definition"], strict=False)


def _asked_once(session: Session, code: str) -> set[str]:
    """Codes of the items whose result the edition in force does not have renewed."""
    newest = select(col(Edition.catalogue)).where(col(Edition.roadmap_code) == code).order_by(col(Edition.id).desc())
    catalogue = session.execute(newest.limit(1)).scalar_one_or_none() or {}
    entries = (entry for part in ("items", "directives", "duties") for entry in catalogue.get(part) or ())
    return {entry["code"] for entry in entries if not entry.get("renews", True)}


def _accepted(code: str, processes: Mapping[str, Process]) -> Any:
    """Accepted points that went through a process, and those of kinds whose results are renewed."""
    item, process = table_of(Item), table_of(ProcessRow)
    renewed = {one.serves for one in processes.values() if one.renews_after is not None}
    return (
        select(
            POINTS,
            process.c.definition,
            item.c.kind,
            item.c.code.label("item_code"),
            item.c.owner_id.label("item_owner"),
        )
        .join(item, item.c.id == POINTS.c.item_id)
        .outerjoin(process, process.c.point_id == POINTS.c.id)
        .where(
            POINTS.c.roadmap_code == code,
            POINTS.c.status == "accepted",
            POINTS.c.parent_id.is_(None),
            POINTS.c.purpose == "result",
            or_(process.c.point_id.is_not(None), item.c.kind.in_(renewed)),
            item.c.dropped_on.is_(None),
            item.c.is_controlled,
        )
        .order_by(POINTS.c.id)
    )


def _last_days(session: Session, item_ids: set[int]) -> dict[tuple[int, int | None], date]:
    """The day on which each duty is due last, by item and body."""
    days = (
        select(POINTS.c.item_id, POINTS.c.body_id, func.max(POINTS.c.due_on))
        .where(POINTS.c.item_id.in_(item_ids), POINTS.c.parent_id.is_(None))
        .group_by(POINTS.c.item_id, POINTS.c.body_id)
    )
    return {(item_id, body_id): day for item_id, body_id, day in session.execute(days)}


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
