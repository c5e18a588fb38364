"""A database of the release before: addresses move to the officials, history gets numbers and loses names."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, Table, text
from sqlalchemy.exc import DBAPIError

from models.db.migrate import migrate

AT = datetime(2027, 5, 1, 6, 0, tzinfo=UTC)
DAY = date(2027, 5, 31)
NAME, ADDRESS = "Петрова Анна Ильинична", "petrova@example.org"

ROWS: list[tuple[str, Mapping[str, Any]]] = [
    ("roadmap", {
        "code": "krai", "region": "Край", "title": "Комплекс мер", "act": "приказ № 1", "period_start": DAY,
        "period_end": DAY, "zone": "Europe/Moscow", "roll": "preceding", "report_by": "period_end",
        "controlled_from": DAY, "shift_years": 0, "is_rehearsal": False,
    }),
    ("body", {
        "id": 1, "roadmap_code": "krai", "code": "iro", "name": "институт", "short": "ИРО", "level": "regional",
    }),
    ("item", {
        "id": 1, "roadmap_code": "krai", "code": "1.1", "position": 1, "origin": "table", "number": "1", "section": "",
        "group": "", "title": "Семинар", "responsible": "", "executors": "", "owner_id": 1, "term": "", "result": "",
        "kind": "document", "reading": {}, "is_controlled": True, "source": "",
    }),
    ("control_point", {
        "id": 1, "key": "krai/1.1/-/2027-05-31", "roadmap_code": "krai", "item_id": 1, "owner_id": 1,
        "purpose": "result", "opens_on": DAY, "due_on": DAY, "deadline_on": DAY, "deadline_note": "",
        "status": "planned", "is_history": False,
    }),
    *(
        ("official", {
            "id": number, "roadmap_code": "krai", "role": role, "body_id": body, "post": post, "name": name,
            "is_lead": True, "is_active": True, "link_serial": 0,
        })
        for number, role, body, post, name in ((7, "executor", 1, "Ректор", NAME), (8, "coordinator", None, "К", ""))
    ),
    *(
        ("channel", {"id": number, "official_id": official, "kind": kind, "address": address, "is_active": True})
        for number, official, kind, address in (
            (3, 7, "email", ADDRESS), (4, 7, "telegram", "${BOT}/1"), (5, 8, "email", "k@example.org"),
        )
    ),
    *(
        ("transition", {
            "id": number, "point_id": 1, "action": "progress", "from_status": "planned", "to_status": "planned",
            "happened_on": DAY, "noticed_at": AT, "actor": actor, "reason": reason,
        })
        for number, actor, reason in ((1, "Ректор (страница)", f"писать {ADDRESS}"), (2, NAME, "приказ № 5"))
    ),
    ("audit_entry", {"id": 1, "at": AT, "actor": "Ректор", "action": "proof", "subject": "№ 7", "detail": NAME}),
]  # fmt: skip


@pytest.fixture
def old_engine(empty_engine: Engine) -> Engine:
    migrate(empty_engine, "0012")
    there = MetaData()
    with empty_engine.begin() as connection:
        there.reflect(connection)
        for table, row in ROWS:
            connection.execute(there.tables[table].insert().values(row))
    return empty_engine


def found(connection: Connection, table: Table) -> list[Any]:
    """The rows in the order of their keys."""
    return list(connection.execute(table.select().order_by(*table.primary_key.columns)).mappings())


def test_addresses_stand_with_the_officials_and_history_has_numbers_and_posts(old_engine: Engine) -> None:
    migrate(old_engine)
    migrate(old_engine)
    there = MetaData()
    with old_engine.connect() as connection:
        there.reflect(connection)
        rows = {name: found(connection, table) for name, table in there.tables.items()}
    assert [(row["id"], row["addresses"]) for row in rows["official"]] == [
        (7, {"1": ADDRESS, "2": "${BOT}/1"}),
        (8, {"1": "k@example.org"}),
    ]
    assert [(row["id"], row["place"]) for row in rows["channel"]] == [(3, 1), (4, 2), (5, 1)]
    assert [(row["actor"], row["official_id"], row["reason"]) for row in rows["transition"]] == [
        ("Ректор (страница)", 7, "писать Ректор (№ 7)"),
        ("Ректор (№ 7)", None, "приказ № 5"),
    ]
    assert [(row["official_id"], row["detail"]) for row in rows["audit_entry"]] == [(7, "Ректор (№ 7)")]


@pytest.mark.parametrize("table", ["transition", "audit_entry"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET actor = 'другой'"])
def test_what_happened_is_append_only_as_before(old_engine: Engine, table: str, verb: str) -> None:
    migrate(old_engine)
    with pytest.raises(DBAPIError, match="append-only"), old_engine.begin() as connection:
        connection.execute(text(verb.format(table)))
