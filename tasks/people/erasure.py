"""How a person is blanked for good (152-ФЗ, статья 21): the row, the files, and the name wherever somebody wrote it.

History keeps the number and the post.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, String, Table, TypeDecorator, delete, select, text, update
from sqlmodel import Session, col

from models import (
    Absence,
    ControlPoint,
    Notice,
    NoticeLine,
    Official,
)
from models.db.base import metadata
from models.lifecycle import LIVE
from models.personal import KnownPeople, only, without_names
from models.queries.officials import answering, reachable
from models.settings import Settings
from models.tables.audit import write_audit
from models.tables.official import PHONE
from tasks.files.store import Store
from tasks.people import links
from tasks.people.absences import absences_left, end_absence, end_absences
from tasks.people.lookup import PeopleRefused
from tasks.people.mutes import NEWS
from tasks.people.personal_data import channels_of, place_of
from tasks.people.personal_files import given_files, letters_naming, remove_given

#: Published documents and what is computed from them: no records about the people of the installation.
DOCUMENTS = ("roadmap", "edition", "body", "item", "indicator", "snapshot", "prefect_ref", "installation", "official")
APPEND_ONLY = ("transition", "audit_entry", "indicator_value", "round_step")
OPEN = ("queued", "sending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What is blanked, or was; all numbers are 0 for a person who was blanked before."""

    number: int
    post: str
    is_done: bool
    """Nothing is left to do."""
    addresses: int
    letters: int
    """Letters that have not left: withdrawn, what they say is told to whoever answers now."""
    points: int
    """Points that the person answers for."""
    passes_to: str
    """The post that answers from now on; empty: nobody is there, the coordinator is asked."""
    absences: int
    mailbox: tuple[str, ...]
    """Letters in the local mailbox, in the data folder."""
    evidence: tuple[str, ...]
    """Files that the person gave and that name him, by point and name: removed."""
    kept: int
    """Files that the person gave and that do not name him: documents of the body, they stay."""
    same: tuple[int, ...]
    """Numbers under which the same name or address stands as well: they are blanked on their own."""


def plan_erasure(session: Session, settings: Settings, official: Official, *, today: date) -> Erasure:
    """What would be blanked; nothing is written."""
    known = only(official)
    given = given_files(session, settings, official, known)
    letters = _open_letters(session, official)
    successor = _successor(session, official, today)
    is_done = official.erased_at is not None and not official.name and not official.addresses and not letters
    return Erasure(
        number=official.id or 0,
        post=official.post,
        is_done=is_done,
        addresses=len(official.addresses.keys() - {PHONE}),
        letters=len(letters),
        points=len(_points(session, official)),
        passes_to=successor.post if successor else "",
        absences=len(absences_left(session, official, today)) + len(_stands_in(session, official, today)),
        mailbox=tuple(place_of(settings, path) for path in letters_naming(settings, known)),
        evidence=tuple(f"{file.point_key}: {file.name}" for file in given if file.is_personal),
        kept=sum(not file.is_personal for file in given),
        same=_same(session, official),
    )


def erase_person(
    session: Session, settings: Settings, official: Official, *, reason: str, actor: str, today: date, at: datetime
) -> Erasure:
    """Blank a person for good; twice changes nothing the second time. ``PeopleRefused``: no reason.

    Files go first: what a crash interrupts is found again by the name that is still there.
    """
    if not reason.strip():
        raise PeopleRefused("Укажите основание: заявление, увольнение, истёкший срок (--reason)")
    plan = plan_erasure(session, settings, official, today=today)
    if plan.is_done:
        return plan
    known = only(official)
    actor, reason = known.author(actor).words, without_names(session, reason.strip())
    for path in letters_naming(settings, known):
        path.unlink(missing_ok=True)
    personal = [file for file in given_files(session, settings, official, known) if file.is_personal]
    remove_given(session, Store(settings.files), personal)
    _withdraw_letters(session, official)
    _hand_over(session, official, _successor(session, official, today), today=today)
    end_absences(session, official, today=today)
    for absence in _stands_in(session, official, today):
        end_absence(session, absence, today=today)
    for channel in channels_of(session, official):
        channel.is_active = False
        channel.forget_failures()
        session.add(channel)
    official.name, official.addresses, official.zone = "", {}, None
    official.is_active = official.is_lead = False
    official.erased_at = at
    links.revoke(session, official)
    session.flush()
    _take_out(session, known)
    write_audit(session, at=at, actor=actor, action="erase", subject=f"№ {official.id}", detail=reason)
    session.flush()
    return plan


def _open_letters(session: Session, official: Official) -> Sequence[Notice]:
    found = select(Notice).where(col(Notice.official_id) == official.id, col(Notice.state).in_(OPEN))
    return session.execute(found.order_by(col(Notice.id)).with_for_update()).scalars().all()


def _points(session: Session, official: Official) -> list[int]:
    """Live points that the official answers for."""
    if official.body_id is None or not official.is_lead:
        return []
    found = select(col(ControlPoint.id)).where(
        col(ControlPoint.owner_id) == official.body_id,
        col(ControlPoint.status).in_(LIVE),
        col(ControlPoint.is_history).is_(False),
    )
    return [number for number in session.execute(found).scalars() if number is not None]


def _stands_in(session: Session, official: Official, today: date) -> Sequence[Absence]:
    found = select(Absence).where(col(Absence.deputy_id) == official.id, col(Absence.ends_on) >= today)
    return session.execute(found).scalars().all()


def _successor(session: Session, official: Official, today: date) -> Official | None:
    """Who answers for the body after a lead: the deputy of the day, else the next who can be reached."""
    if official.body_id is None or not official.is_lead:
        return None
    deputy = answering(session, official.roadmap_code, today).get(official.id or 0)
    ids = reachable(session, official.roadmap_code) - {official.id}
    found = select(Official).where(col(Official.body_id) == official.body_id, col(Official.id).in_(ids))
    colleagues = list(session.execute(found.order_by(col(Official.id))).scalars())
    return next((one for one in colleagues if one.id == deputy), colleagues[0] if colleagues else None)


def _same(session: Session, official: Official) -> tuple[int, ...]:
    known = only(official)
    columns = select(col(Official.id), col(Official.name), col(Official.addresses)).order_by(col(Official.id))
    return tuple(
        number or 0
        for number, name, addresses in session.execute(columns).tuples()
        # A telephone may be the office's.
        if number != official.id
        and any(map(known.names, [name, *(addresses[key] for key in addresses if key != PHONE)]))
    )


def _withdraw_letters(session: Session, official: Official) -> None:
    """Nothing more is sent; what the letters were to say is news again, for whoever answers now."""
    letters = {letter.id: letter for letter in _open_letters(session, official)}
    found = (
        select(NoticeLine, ControlPoint)
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .where(col(NoticeLine.notice_id).in_(letters))
        .order_by(col(NoticeLine.id))
    )
    rows = session.execute(found).tuples().all()
    for line, point in rows:
        on_day = letters[line.notice_id].on_day
        point.next_check_on = min(point.next_check_on or on_day, on_day)
        point.news = point.news or NEWS.get(line.reason)
        session.add(point)
    session.flush()
    session.execute(delete(NoticeLine).where(col(NoticeLine.id).in_([line.id for line, _ in rows])))
    for letter in letters.values():
        letter.state, letter.error, letter.unsent, letter.claimed_until = "dropped", "", "", None
        session.add(letter)


def _hand_over(session: Session, official: Official, successor: Official | None, *, today: date) -> None:
    """The deputy hears by the next control what is his now; where there is none, the coordinator is asked."""
    points = _points(session, official)
    if successor is not None:
        successor.is_lead = True
        session.add(successor)
    told = (col(ControlPoint.id).in_(points), col(ControlPoint.status).in_(("open", "returned")))
    session.execute(
        update(ControlPoint)
        .where(*told, col(ControlPoint.news).is_(None), col(ControlPoint.blocked).is_(False))
        .values(news="reassigned", next_check_on=today)
        .execution_options(synchronize_session=False)
    )


def _take_out(session: Session, known: KnownPeople) -> None:
    """The number and the post in place of the name and the addresses, wherever somebody wrote them."""
    for table in metadata.sorted_tables:
        if table.name in DOCUMENTS:
            continue
        keys = list(table.primary_key.columns)
        columns = [one for one in table.c if _holds_words(one) and one not in keys]
        found = []
        for row in session.execute(select(*keys, *columns)).mappings():
            changed = {one.name: _clean(row[one.name], known) for one in columns}
            changed = {name: value for name, value in changed.items() if value != row[name]}
            if changed:
                found.append(([key == row[key.name] for key in keys], changed))
        if found:
            with _writable(session.connection(), table):
                for its, changed in found:
                    session.execute(update(table).where(*its).values(changed))


def _holds_words(column: Column[Any]) -> bool:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, String | JSON) and not column.foreign_keys


def _clean(value: Any, known: KnownPeople) -> Any:
    if isinstance(value, str):
        return known.without(value)
    if isinstance(value, list):
        return [_clean(one, known) for one in value]
    if isinstance(value, dict):
        return {key: _clean(one, known) for key, one in value.items()}
    return value


@contextmanager
def _writable(connection: Connection, table: Table) -> Iterator[None]:
    """The database refuses to change what happened; a name is taken out of it in this one place, within the unit of
    work: what breaks leaves the refusal as it was.
    """
    if table.name not in APPEND_ONLY:
        yield
        return
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        yield
        connection.execute(text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))
        return
    there = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :its")
    triggers = connection.execute(there, {"its": table.name}).all()
    for name, _ in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, words in triggers:
        connection.exec_driver_sql(words)
