"""The municipalities of a region, from a table that the coordinator keeps: bodies, their officials and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from models import Body, Channel, Municipality, Official, Roadmap
from models.db.rows import chunks, table_of
from models.tables.official import next_place
from roadmap.catalogue.municipalities import Entry, Problem, code_of, read_municipalities
from roadmap.language.normalise import plain
from tasks.files.errors import DocumentRefused
from tasks.files.spreadsheets import read_rows

BODIES, MEMBERS = table_of(Body), table_of(Municipality)
OFFICIALS, CHANNELS = table_of(Official), table_of(Channel)


class TableRefused(DocumentRefused):
    """A table that is not taken, nothing was written: ``problems`` has a Russian line for each fault, with its cell."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        more = f" (и ещё {len(problems) - 1})" if len(problems) > 1 else ""
        super().__init__(f"{name}, {problems[0].line}{more}; ничего не записано")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import of municipalities changed; all 0 but ``listed`` for a table that was taken before."""

    listed: int
    added: int = 0
    changed: int = 0
    officials: int = 0
    """Officials and addresses added, changed or switched off."""


def import_municipalities(session: Session, roadmap_code: str, path: Path) -> Imported:
    """Bring municipalities, their officials and addresses in line with a table; what it does not name stays.

    An official of a named municipality whom the table no longer names is switched off. The same table again changes
    nothing. ``TableRefused`` lists every fault, ``DocumentRefused`` a file that cannot be read.
    """
    entries, problems = read_municipalities(read_rows(path))
    bodies = {row["code"]: dict(row) for row in _rows(session, BODIES, roadmap_code)}
    codes: dict[str, str] = {}
    for entry in entries:
        code, wrong = _code(entry, bodies)
        codes[plain(entry.name)] = code
        problems += [Problem(entry.cell, wrong)] if wrong else []
    problems += _wrong_merges(entries, codes, bodies)
    if not entries and not problems:
        problems = [Problem("A2", "в таблице нет ни одного муниципалитета")]
    if problems:
        raise TableRefused(path.name, sorted(problems, key=lambda one: (_row_of(one.cell), one.cell)))
    changed = _store_bodies(session, roadmap_code, entries, codes, bodies)
    ids = {row["code"]: row["id"] for row in _rows(session, BODIES, roadmap_code)}
    added, moved = _store_members(session, roadmap_code, entries, codes, ids)
    officials = _store_people(session, roadmap_code, {ids[codes[plain(entry.name)]]: entry for entry in entries})
    session.expire_all()
    return Imported(listed=len(entries), added=added, changed=len(changed | moved), officials=officials)


def _row_of(cell: str) -> int:
    return int("".join(filter(str.isdigit, cell)) or 0)


def _rows(session: Session, table: Any, code: str) -> list[Any]:
    return list(session.execute(table.select().where(table.c.roadmap_code == code)).mappings())


def _code(entry: Entry, bodies: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """The code of the body that an entry means, and what is wrong with it."""
    named = [b["code"] for b in bodies.values() if b["level"] == "municipal" and _is_called(b, entry.name)]
    code = entry.code or (named[0] if len(named) == 1 else code_of(entry.name))
    there = bodies.get(code)
    if there is None:
        return code, ""
    if there["level"] != "municipal":
        return code, f"код «{code}» занят органом «{there['short']}» — впишите другой в столбец «код»"
    if entry.code is None and not _is_called(there, entry.name):
        return code, f"код «{code}» уже у «{there['short']}» — впишите столбец «код» для «{entry.name}»"
    return code, ""


def _is_called(body: dict[str, Any], name: str) -> bool:
    return plain(name) in (plain(body["name"]), plain(body["short"]))


def _wrong_merges(entries: Sequence[Entry], codes: dict[str, str], bodies: dict[str, dict[str, Any]]) -> list[Problem]:
    problems = []
    for entry in entries:
        if entry.merged_into:
            into = _merged_into(entry, codes, bodies)
            if into is None:
                problems.append(Problem(entry.cell, f"«вошёл в»: муниципалитета «{entry.merged_into}» нет в списке"))
            elif into == codes[plain(entry.name)]:
                problems.append(Problem(entry.cell, f"«вошёл в»: «{entry.name}» не может войти в себя"))
    return problems


def _merged_into(entry: Entry, codes: dict[str, str], bodies: dict[str, dict[str, Any]]) -> str | None:
    wanted = plain(entry.merged_into)
    for name, code in codes.items():
        if wanted in (name, plain(code)):
            return code
    return next((b["code"] for b in bodies.values() if wanted == plain(b["code"]) or _is_called(b, wanted)), None)


def _store_bodies(
    session: Session,
    roadmap_code: str,
    entries: Sequence[Entry],
    codes: dict[str, str],
    bodies: dict[str, dict[str, Any]],
) -> set[str]:
    new, changed = [], set()
    for entry in entries:
        code = codes[plain(entry.name)]
        there = bodies.get(code)
        values = {"short": entry.name} | ({"name": entry.body} if entry.body else {})
        if there is None:
            new.append({"roadmap_code": roadmap_code, "code": code, "level": "municipal", "name": entry.name} | values)
        elif not _is_called(there, entry.name) or (entry.body and there["name"] != entry.body):
            session.execute(update(BODIES).where(BODIES.c.id == there["id"]).values(values))
            changed.add(code)
    if new:
        session.execute(insert(BODIES), new)
    return changed


def _store_members(
    session: Session, roadmap_code: str, entries: Sequence[Entry], codes: dict[str, str], ids: dict[str, int]
) -> tuple[int, set[str]]:
    there = {row["body_id"]: row for row in _rows(session, MEMBERS, roadmap_code)}
    start = session.get_one(Roadmap, roadmap_code).period_start
    bodies = {row["code"]: dict(row) for row in _rows(session, BODIES, roadmap_code)}
    new, changed = [], set()
    for entry in entries:
        code = codes[plain(entry.name)]
        into = _merged_into(entry, codes, bodies) if entry.merged_into else None
        said: dict[str, Any] = {"since": entry.since, "until": entry.until, "merged_into_id": into and ids[into]}
        row = there.get(ids[code])
        if row is None:
            new.append({"body_id": ids[code], "roadmap_code": roadmap_code} | said | {"since": entry.since or start})
            continue
        values = {name: value for name, value in said.items() if value is not None and row[name] != value}
        if values:
            session.execute(update(MEMBERS).where(MEMBERS.c.body_id == ids[code]).values(values))
            changed.add(code)
    if new:
        session.execute(insert(MEMBERS), new)
    return len(new), changed


def _store_people(session: Session, roadmap_code: str, wanted: dict[int, Entry]) -> int:
    """Officials of the named municipalities; the first row of a municipality names its lead."""
    there = {
        (row["body_id"], row["post"]): row
        for row in _rows(session, OFFICIALS, roadmap_code)
        if row["role"] == "executor" and row["body_id"] in wanted
    }
    named: dict[tuple[int, str], dict[str, Any]] = {}
    for body_id, entry in wanted.items():
        for place, person in enumerate(entry.people):
            named[body_id, person.post] = {
                "name": person.name,
                "is_lead": place == 0,
                "is_active": True,
                "erased_at": None,
            }
    silent = {body_id for body_id, entry in wanted.items() if not entry.people}
    touched = 0
    for identity, row in there.items():
        values = named.get(identity)
        if values is None:
            # A table without officials says nothing about them.
            values = {} if identity[0] in silent else {"is_active": False, "is_lead": False}
        if changes := {name: value for name, value in values.items() if row[name] != value}:
            session.execute(update(OFFICIALS).where(OFFICIALS.c.id == row["id"]).values(changes))
            touched += 1
    new = [
        {"roadmap_code": roadmap_code, "role": "executor", "body_id": body_id, "post": post, "link_serial": 0} | values
        for (body_id, post), values in named.items()
        if (body_id, post) not in there
    ]
    if new:
        session.execute(insert(OFFICIALS), new)
    return touched + len(new) + _store_channels(session, roadmap_code, wanted)


def _store_channels(session: Session, roadmap_code: str, wanted: dict[int, Entry]) -> int:
    people = {
        (row["body_id"], row["post"]): row["id"]
        for row in _rows(session, OFFICIALS, roadmap_code)
        if row["role"] == "executor" and row["body_id"] in wanted
    }
    named = {
        (people[body_id, person.post], *channel)
        for body_id, entry in wanted.items()
        for person in entry.people
        for channel in person.channels
    }
    spoken_of = {people[body_id, one.post] for body_id, entry in wanted.items() for one in entry.people}
    rows = select(CHANNELS, OFFICIALS.c.addresses).join(OFFICIALS, OFFICIALS.c.id == CHANNELS.c.official_id)
    rows = rows.where(OFFICIALS.c.roadmap_code == roadmap_code)
    there = {
        (row["official_id"], row["kind"], row["addresses"].get(str(row["place"]), "")): row
        for row in session.execute(rows).mappings()
        if row["official_id"] in spoken_of
    }
    changed = [row["id"] for identity, row in there.items() if row["is_active"] != (identity in named)]
    for channel_id in changed:
        session.execute(update(CHANNELS).where(CHANNELS.c.id == channel_id).values(is_active=~CHANNELS.c.is_active))
    new = sorted(named - there.keys())
    _add_channels(session, new)
    return len(changed) + len(new)


def _add_channels(session: Session, new: Sequence[tuple[int, str, str]]) -> None:
    """(official, kind, address) of each; the addresses stand with the officials, under the numbers of the channels."""
    if not new:
        return
    rows: list[dict[str, Any]] = []
    known: dict[int, dict[str, str]] = {}
    for some in chunks(sorted({official_id for official_id, *_ in new})):
        found = select(OFFICIALS.c.id, OFFICIALS.c.addresses).where(OFFICIALS.c.id.in_(some))
        known |= dict(session.execute(found).tuples().all())
    for official_id, kind, address in new:
        its = known[official_id]
        place = next_place(its)
        known[official_id] = {**its, str(place): address}
        rows.append({"official_id": official_id, "kind": kind, "place": place, "is_active": True})
    stored = [{"its_id": number, "new": addresses} for number, addresses in known.items()]
    written = update(OFFICIALS).where(OFFICIALS.c.id == bindparam("its_id")).values(addresses=bindparam("new"))
    session.execute(written, stored)
    session.execute(insert(CHANNELS), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A municipality as lists show it."""

    code: str
    name: str
    body: str
    since: date
    until: date | None
    merged_into: str | None
    officials: int
    reachable: int
    """Officials in office with an address in force."""


def municipalities(session: Session, roadmap_code: str) -> list[Listed]:
    """The municipalities of a roadmap, by name."""
    into = BODIES.alias("into")
    found = (
        select(BODIES.c.code, BODIES.c.short, BODIES.c.name, MEMBERS, into.c.short.label("into_short"))
        .join(MEMBERS, MEMBERS.c.body_id == BODIES.c.id)
        .outerjoin(into, into.c.id == MEMBERS.c.merged_into_id)
        .where(MEMBERS.c.roadmap_code == roadmap_code)
    )
    active: Any = (
        select(col(Official.body_id), col(Official.id), col(Channel.id).label("channel"))
        .outerjoin(Channel, (col(Channel.official_id) == col(Official.id)) & col(Channel.is_active))
        .where(col(Official.roadmap_code) == roadmap_code, col(Official.is_active), col(Official.body_id).is_not(None))
    )
    people: dict[int, dict[int, bool]] = {}
    for body_id, official_id, channel in session.execute(active):
        of_body = people.setdefault(body_id, {})
        of_body[official_id] = of_body.get(official_id, False) or channel is not None
    listed = [
        Listed(
            code=row["code"],
            name=row["short"],
            body=row["name"],
            since=row["since"],
            until=row["until"],
            merged_into=row["into_short"],
            officials=len(people.get(row["body_id"], {})),
            reachable=sum(people.get(row["body_id"], {}).values()),
        )
        for row in session.execute(found).mappings()
    ]
    return sorted(listed, key=lambda one: plain(one.name))
