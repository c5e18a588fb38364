"""What is kept about a person, told in full (152-ФЗ, статья 14).

Names and addresses stand in the officials' table alone. History keeps the number and the post.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import (
    Absence,
    AuditEntry,
    Body,
    Channel,
    ControlPoint,
    Evidence,
    IndicatorValue,
    Notice,
    NoticeLine,
    Official,
    Request,
    Transition,
)
from models.personal import only
from models.settings import Settings
from tasks.people.lookup import PeopleRefused
from tasks.people.personal_files import given_files, letters_naming


def person(session: Session, number: int) -> Official:
    """The official of a number, in office or not; ``PeopleRefused`` when there is none."""
    found = session.get(Official, number) if abs(number) < 2**31 else None
    if found is None:
        raise PeopleRefused(f"Лица № {number} нет; номера показывает vekha people КОД")
    return found


def people_of(session: Session, code: str) -> list[Official]:
    """Everybody who is or was in the contacts of a roadmap."""
    found = select(Official).where(col(Official.roadmap_code) == code).order_by(col(Official.id))
    return list(session.execute(found).scalars())


def export_person(session: Session, settings: Settings, official: Official) -> dict[str, Any]:
    """Everything that is kept about a person, as plain data; instants in UTC, files by their place in the data folder.

    A number goes with the post: what was done before the last of ``replaced`` is of whoever was in it then.
    """
    number, known = official.id or 0, only(official)
    body = session.get(Body, official.body_id) if official.body_id else None
    mine = {"official_id": number}
    replaced = _rows(session, AuditEntry, ("at",), {"action": "replace", "subject": f"№ {number}"})
    return {
        "number": number,
        "roadmap": official.roadmap_code,
        "body": body.code if body else None,
        "role": official.role,
        "post": official.post,
        "name": official.name,
        "phone": official.phone,
        "zone": official.zone,
        "lead": official.is_lead,
        "in_office": official.is_active,
        "erased_at": official.erased_at,
        "replaced": [row["at"] for row in replaced],
        "addresses": [
            row.model_dump(exclude={"place", "official_id"}) | {"address": row.address}
            for row in channels_of(session, official)
        ],
        "absences": _rows(session, Absence, ("starts_on", "ends_on", "deputy_id", "set_at"), mine),
        "stands_in": _rows(session, Absence, ("starts_on", "ends_on", "official_id", "set_at"), {"deputy_id": number}),
        "letters": _letters(session, number),
        "requests": _rows(session, Request, ("point_id", "kind", "asked_at", "reason", "state", "decided_at"), mine),
        "history": _rows(session, Transition, ("point_id", "action", "happened_on", "noticed_at", "reason"), mine),
        "evidence": _rows(session, Evidence, ("point_id", "words", "file_name", "file_hash", "added_at"), mine),
        "values": _rows(session, IndicatorValue, ("round_id", "indicator_code", "source", "recorded_at"), mine),
        "audit": _rows(session, AuditEntry, ("at", "action", "subject", "detail"), mine),
        "about": _rows(session, AuditEntry, ("at", "action", "detail"), {"subject": f"№ {number}"}),
        "files": [
            {"path": place_of(settings, path), "name": path.name} for path in letters_naming(settings, known)
        ] + [
            {"path": place_of(settings, file.path), "name": file.name, "point": file.point_key}
            for file in given_files(session, settings, official, known)
        ],
    }  # fmt: skip


def channels_of(session: Session, official: Official) -> Sequence[Channel]:
    """Every way that leads or led to an official."""
    found = select(Channel).where(col(Channel.official_id) == official.id).order_by(col(Channel.id))
    return session.execute(found).scalars().all()


def place_of(settings: Settings, path: Path) -> str:
    """Where a file lies in the data folder."""
    return path.relative_to(settings.data).as_posix()


def _rows(session: Session, table: Any, columns: Sequence[str], where: dict[str, Any]) -> list[dict[str, Any]]:
    """Columns of the rows; a point is named by its key."""
    found = select(*(getattr(table, name) for name in columns))
    found = found.where(*(getattr(table, name) == value for name, value in where.items())).order_by(table.id)
    rows = [dict(row) for row in session.execute(found).mappings()]
    if "point_id" in columns:
        ids = {row["point_id"] for row in rows}
        named = select(col(ControlPoint.id), col(ControlPoint.key)).where(col(ControlPoint.id).in_(ids))
        keys = dict(session.execute(named).tuples().all())
        rows = [{"point": keys[row.pop("point_id")], **row} for row in rows]
    return rows


def _letters(session: Session, number: int) -> list[dict[str, Any]]:
    columns = ("id", "on_day", "state", "subject", "sent_at", "error")
    letters = _rows(session, Notice, columns, {"official_id": number})
    found = (
        select(col(NoticeLine.notice_id), col(ControlPoint.key), col(NoticeLine.reason))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .where(col(Notice.official_id) == number)
        .order_by(col(NoticeLine.id))
    )
    lines: dict[int, list[dict[str, str]]] = {}
    for notice_id, key, why in session.execute(found).tuples():
        lines.setdefault(notice_id, []).append({"point": key, "reason": why})
    return [{**letter, "lines": lines.get(letter["id"], [])} for letter in letters]
