"""Who answers for which body: contacts.yaml becomes officials and channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session, col

from models.db.rows import ids_by_code
from models.lifecycle import LIVE
from models.tables.control_point import ControlPoint
from models.tables.official import Channel, Official
from models.tables.process import Municipality
from models.tables.roadmap import Body, Roadmap
from roadmap.catalogue.contacts import Contacts, OfficialEntry, RoadmapContacts, filled_in, own_variables
from roadmap.catalogue.errors import refusals
from roadmap.catalogue.file import NotTaken, read_text
from roadmap.catalogue.yaml import UnreadableYaml, read_yaml

__all__ = ["ContactReport", "ContactsError", "RoadmapContacts", "apply_contacts", "load_contacts", "read_contacts"]


class ContactsError(ValueError):
    """Contacts that are refused, nothing was written: ``problems`` has a Russian line for each fault."""

    def __init__(self, *problems: str) -> None:
        super().__init__(problems[0] + (f" (и ещё {len(problems) - 1})" if len(problems) > 1 else ""))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ContactReport:
    """How many officials and channels are in force; short names of bodies with work and no way to reach them."""

    officials: int
    channels: int
    without_channel: tuple[str, ...]
    unusable: tuple[str, ...] = ()
    """Variables that the addresses name and that are never put into one: nothing reaches those addresses."""


def read_contacts(path: Path) -> Contacts:
    """The contacts in the file, blank entries left out.

    Raises ``ContactsError``, which names file, entry and field of whatever is wrong.
    """
    try:
        data = read_yaml(read_text(path))
    except UnicodeDecodeError as error:
        raise ContactsError(f"{path.name}: файл не в кодировке UTF-8 — сохраните его в UTF-8") from error
    except OSError as error:
        raise ContactsError(f"{path.name}: файл не читается ({error.strerror}) — проверьте путь {path}") from error
    except (NotTaken, UnreadableYaml) as error:
        raise ContactsError(f"{path.name}: {error}") from error
    if not isinstance(data, dict):
        raise ContactsError(f"{path.name}: нужен набор «код дорожной карты: контакты»")
    data = filled_in(data)
    try:
        return Contacts.model_validate(data, strict=True)
    except ValidationError as error:
        raise ContactsError(*(f"{path.name}: {line}" for line in refusals(error, data))) from error


def apply_contacts(session: Session, path: Path) -> dict[str, ContactReport]:
    """Read the file and load every roadmap in it; ``ContactsError`` when one of them is not loaded."""
    contacts = read_contacts(path).root
    loaded = set(session.execute(select(col(Roadmap.code))).scalars())
    if unknown := sorted(set(contacts) - loaded):
        there = f"загружены: {', '.join(sorted(loaded))}" if loaded else "ни одна ещё не загружена"
        raise ContactsError(
            f"{path.name}: дорожной карты «{unknown[0]}» нет ({there}) — загрузите её или уберите запись"
        )
    try:
        return {code: load_contacts(session, code, entry) for code, entry in contacts.items()}
    except ContactsError as error:
        raise ContactsError(*(f"{path.name}: {problem}" for problem in error.problems)) from error


def load_contacts(session: Session, roadmap_code: str, entry: RoadmapContacts) -> ContactReport:
    """Bring the roadmap's officials and channels in line with the entry; what it no longer names is switched off.

    The first official of a body is its lead. ``ContactsError`` names a body that the roadmap does not have.
    """
    bodies = ids_by_code(session, Body, roadmap_code)
    if unknown := [code for code in entry.bodies if code not in bodies]:
        known = ", ".join(sorted(bodies))
        raise ContactsError(*(f"{roadmap_code}.bodies: органа «{code}» нет; есть: {known}" for code in unknown))
    wanted = list(_wanted(entry, bodies))
    officials = _store_officials(session, roadmap_code, wanted)
    for values, named in wanted:
        _store_channels(session, officials[_identity(values)], named)
    session.flush()
    channels = sum(len(named.channels) for _, named in wanted)
    named_there = (channel.address for _, named in wanted for channel in named.channels)
    unusable = sorted({name for address in named_there for name in own_variables(address)})
    without_channel = tuple(bodies_without_channel(session, roadmap_code))
    return ContactReport(len(wanted), channels, without_channel, tuple(unusable))


def bodies_without_channel(session: Session, roadmap_code: str) -> list[str]:
    """Short names of the bodies that own live points and have no active official with an active channel."""
    reachable = (
        select(col(Official.body_id))
        .join(Channel, col(Channel.official_id) == col(Official.id))
        .where(col(Official.is_active), col(Channel.is_active), col(Official.body_id).is_not(None))
    )
    owners = select(col(ControlPoint.owner_id)).where(
        col(ControlPoint.roadmap_code) == roadmap_code,
        col(ControlPoint.status).in_(LIVE),
        col(ControlPoint.is_history).is_(False),
    )
    silent = select(col(Body.short)).where(col(Body.id).in_(owners), col(Body.id).not_in(reachable))
    return list(session.execute(silent.order_by(col(Body.code))).scalars())


Wanted = tuple[dict[str, Any], OfficialEntry]


def _wanted(entry: RoadmapContacts, bodies: dict[str, int]) -> Iterable[Wanted]:
    for role, named in (("coordinator", entry.coordinator), ("controller", entry.controller)):
        if named is not None:
            yield _values(named, role=role, body_id=None, is_lead=True), named
    for code, officials in entry.bodies.items():
        for place, official in enumerate(officials):
            yield _values(official, role="executor", body_id=bodies[code], is_lead=place == 0), official


def _values(named: OfficialEntry, **place: Any) -> dict[str, Any]:
    return {"post": named.post, "name": named.name, "zone": named.zone, "is_active": True, "erased_at": None, **place}


def _identity(values: dict[str, Any]) -> tuple[str, int | None, str]:
    return values["role"], values["body_id"], values["post"]


def _store_officials(
    session: Session, roadmap_code: str, wanted: list[Wanted]
) -> dict[tuple[str, int | None, str], Official]:
    rows = session.execute(select(Official).where(col(Official.roadmap_code) == roadmap_code)).scalars()
    present = {(row.role, row.body_id, row.post): row for row in rows}
    named = {_identity(values): values for values, _ in wanted}
    phones = {_identity(values): official.phone for values, official in wanted}
    # Officials of municipalities come from their own table; one that contacts.yaml names as well follows it.
    elsewhere = set(session.execute(select(col(Municipality.body_id))).scalars()) - {body for _, body, _ in named}
    for identity, row in present.items():
        if identity not in named and row.body_id not in elsewhere:
            row.is_active = row.is_lead = False
    for identity, values in named.items():
        row = present.setdefault(identity, Official(roadmap_code=roadmap_code, **values))
        for name, value in values.items():
            setattr(row, name, value)
        row.give_phone(phones[identity])
        session.add(row)
    session.flush()
    return present


def _store_channels(session: Session, official: Official, named: OfficialEntry) -> None:
    rows = session.execute(select(Channel).where(col(Channel.official_id) == official.id)).scalars()
    present = {(row.kind, row.address): row for row in rows}
    wanted = {(channel.kind, channel.address) for channel in named.channels}
    for identity, row in present.items():
        if not row.is_active and identity in wanted:
            row.forget_failures()
        row.is_active = identity in wanted
    for kind, address in sorted(wanted - present.keys()):
        session.add(official.channel(kind, address))
