"""What stored rows are called: a database of 0.3.0 gets the names in code and keeps every row, on both engines."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.db.base import metadata
from models.db.migrate import migrate
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue
from tasks.editions.content import LATER_FIELDS, LATER_PARTS, content_hash
from tests.parts.databases import sqlite_engine, sqlite_engine_at

AT = datetime(2027, 5, 1, 6, 0, tzinfo=UTC)
DAY = date(2027, 5, 31)
Rows = Mapping[str, Mapping[str, Any]]

#: What the rows under test refer to, as 0.3.0 wrote it.
AROUND: Rows = {
    "roadmap": {
        "code": "krai", "region": "Край", "title": "Комплекс мер", "act": "приказ № 1", "period_start": DAY,
        "period_end": DAY, "zone": "Europe/Moscow", "roll": "preceding", "report_by": "period_end",
        "controlled_from": DAY, "shift_years": 0, "is_rehearsal": False,
    },
    "body": {"id": 1, "roadmap_code": "krai", "code": "iro", "name": "институт", "short": "ИРО", "level": "regional"},
    "item": {
        "id": 1, "roadmap_code": "krai", "code": "1.1", "position": 1, "origin": "table", "number": "1", "section": "",
        "group": "", "title": "Семинар", "responsible": "", "executors": "", "owner_id": 1, "term": "", "result": "",
        "kind": "document", "reading": {}, "is_controlled": True, "source": "",
    },
    "control_point": {
        "id": 1, "key": "krai/1.1/-/2027-05-31", "roadmap_code": "krai", "item_id": 1, "owner_id": 1,
        "purpose": "result", "opens_on": DAY, "due_on": DAY, "deadline_on": DAY, "deadline_note": "",
        "status": "planned", "is_history": False, "waits": True, "asks": True,
    },
    "round": {
        "id": 1, "roadmap_code": "krai", "rhythm": "quarter", "period_start": DAY, "period_end": DAY, "opens_on": DAY,
        "due_on": DAY, "note_on": DAY, "by_hand": True, "point_id": 1,
    },
    "snapshot": {"id": 1, "round_id": 1, "as_of": AT, "made_at": AT, "sha256": "a1", "content": {}},
    "request": {
        "id": 1, "point_id": 1, "kind": "extend", "asked_by": "Директор", "asked_on": DAY, "asked_at": AT,
        "due_on": DAY, "reason": "болезнь", "new_due_on": DAY, "state": "granted", "decided_at": AT, "ground": "приказ",
    },
}  # fmt: skip
#: A row of each table that has another name now.
STORED: Rows = {
    "measure": {
        "id": 7, "round_id": 1, "indicator_code": "trained", "body_id": 1, "numerator": 3.0, "source": "form",
        "place": "", "actor": "Иванова", "reason": "", "recorded_at": AT,
    },
    "silence": {
        "id": 7, "roadmap_code": "krai", "body_id": 1, "reason": "реорганизация", "until": DAY, "set_by": "координатор",
        "set_at": AT,
    },
    "mirror": {
        "kind": "run", "key": "krai/1.1/-/2027-05-31", "prefect_id": "id", "content_hash": "h",
        "state_name": "В работе",
    },
    "note_file": {
        "id": 7, "snapshot_id": 1, "name": "Справка.docx", "media_type": "application/msword", "file_hash": "a1",
        "size": 3, "made_at": AT,
    },
}  # fmt: skip
TABLES = {"measure": "indicator_value", "silence": "mute", "mirror": "prefect_ref", "note_file": "report_file"}

#: Columns that have another name now, by table.
COLUMNS = {
    "control_point": {"waits": "blocked", "asks": "has_open_request"},
    "round": {"by_hand": "manual"},
    "request": {"ground": "decision_reason"},
}

#: Values that are another word now, by table and column.
VALUES = {("request", "kind"): ("not_mine", "reassignment"), ("item", "kind"): ("measure", "activity")}


@pytest.fixture(params=["sqlite", "postgresql"])
def old_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """A database as 0.3.0 left it."""
    if request.param == "sqlite":
        return sqlite_engine_at(tmp_path / "vekha.db", "0006")
    empty: Engine = request.getfixturevalue("empty_postgres_engine")
    migrate(empty, "0006")
    return empty


def write(engine: Engine, rows: Rows) -> None:
    """Add a row to each table, by what the database says of its columns."""
    there = MetaData()
    with engine.begin() as connection:
        there.reflect(connection, only=list(rows))
        for table, row in rows.items():
            connection.execute(there.tables[table].insert().values(row))


def read(engine: Engine, table: str) -> list[dict[str, Any]]:
    """The rows of a table as the models read them, without what is empty."""
    with engine.connect() as connection:
        found = connection.execute(metadata.tables[table].select()).mappings()
        return [{name: value for name, value in row.items() if value is not None} for row in found]


def test_rows_are_kept_under_the_new_names_of_their_tables(old_engine: Engine) -> None:
    write(old_engine, {**AROUND, **STORED})
    migrate(old_engine)
    for old, row in STORED.items():
        assert read(old_engine, TABLES[old]) == [row]
    assert not set(TABLES) & set(inspect(old_engine).get_table_names())


def test_values_are_kept_under_the_new_names_of_their_columns(old_engine: Engine) -> None:
    write(old_engine, AROUND)
    migrate(old_engine)
    for table, columns in COLUMNS.items():
        (row,) = read(old_engine, table)
        for old, new in columns.items():
            assert row[new] == AROUND[table][old]
            assert old not in row


def test_values_are_the_new_words_and_the_old_are_refused(old_engine: Engine) -> None:
    before = {table: {**AROUND[table], column: old} for (table, column), (old, _) in VALUES.items()}
    write(old_engine, {**AROUND, **before})
    migrate(old_engine)
    for (table, column), (old, new) in VALUES.items():
        (row,) = read(old_engine, table)
        assert row[column] == new
        with pytest.raises(IntegrityError, match=f"ck_{table}_{column}"), old_engine.begin() as connection:
            connection.execute(metadata.tables[table].update().values({column: old}))


def test_the_edition_on_control_is_still_known_as_the_one_it_is(old_engine: Engine) -> None:
    """The kinds in it have the new word, and its hash is that of the same document read today."""
    there = built_in("surgut").model_dump(mode="json")
    for name in LATER_PARTS:
        there.pop(name)
    for part, names in LATER_FIELDS.items():
        for entry in (there[part],) if isinstance(there[part], dict) else there[part] or ():
            for name in names:
                entry.pop(name)
    catalogue = Catalogue.model_validate(there)
    for item in (*there["items"], *there["directives"], *there["duties"]):
        item["kind"] = "measure" if item["kind"] == "activity" else item["kind"]
    content = json.dumps([there, 3], ensure_ascii=False, sort_keys=True)
    edition = {"roadmap_code": "krai", "act": "приказ", "loaded_at": AT}
    known = {"id": 1, "content_hash": hashlib.sha256(content.encode()).hexdigest(), "catalogue": there}
    write(old_engine, {"roadmap": {**AROUND["roadmap"], "shift_years": 3}, "edition": edition | known})
    migrate(old_engine)
    (row,) = read(old_engine, "edition")
    assert row["content_hash"] == content_hash(catalogue, 3)
    assert Catalogue.model_validate(row["catalogue"]) == catalogue


def test_an_edition_that_is_not_what_its_hash_says_is_left_alone(old_engine: Engine) -> None:
    there = {"items": [{"kind": "measure"}]}
    edition = {"id": 1, "roadmap_code": "krai", "act": "", "loaded_at": AT, "content_hash": "1", "catalogue": there}
    write(old_engine, {"roadmap": AROUND["roadmap"], "edition": edition})
    migrate(old_engine)
    assert read(old_engine, "edition") == [edition]


def test_a_row_that_is_added_later_gets_the_next_number(old_engine: Engine) -> None:
    """The numbers of the rows go on where they were, though the sequence has another name."""
    write(old_engine, {**AROUND, "measure": {k: v for k, v in STORED["measure"].items() if k != "id"}})
    migrate(old_engine)
    write(old_engine, {"indicator_value": {k: v for k, v in STORED["measure"].items() if k != "id"}})
    assert [row["id"] for row in read(old_engine, "indicator_value")] == [1, 2]


def test_what_was_append_only_still_is(old_engine: Engine) -> None:
    write(old_engine, {**AROUND, **STORED})
    migrate(old_engine)
    for statement in ("UPDATE indicator_value SET numerator = 4", "DELETE FROM indicator_value"):
        with pytest.raises(DBAPIError, match="append-only"), old_engine.begin() as connection:
            connection.execute(text(statement))
    assert read(old_engine, "indicator_value") == [STORED["measure"]]


def names_in(engine: Engine) -> dict[str, tuple[set[Any], ...]]:
    """Of each table: keys, checks, indexes."""
    there, found = inspect(engine), {}
    for table in metadata.tables:
        keys = [there.get_pk_constraint(table), *there.get_foreign_keys(table), *there.get_unique_constraints(table)]
        indexes = [one for one in there.get_indexes(table) if not one.get("duplicates_constraint")]
        named = (keys, there.get_check_constraints(table), indexes)
        found[table] = tuple({one["name"] for one in some} for some in named)
    return found


def test_the_audit_keeps_the_words_it_was_written_in(old_engine: Engine) -> None:
    entry = {"id": 1, "at": AT, "actor": "координатор", "action": "silence", "subject": "пункт 1", "detail": ""}
    write(old_engine, {"audit_entry": entry})
    migrate(old_engine)
    assert read(old_engine, "audit_entry") == [entry]


def test_constraints_and_indexes_have_the_names_of_a_new_database(engine: Engine) -> None:
    metadata.create_all(new := create_engine("sqlite://"))
    assert names_in(engine) == names_in(new)


def test_sqlite_checks_what_a_new_database_checks(tmp_path: Path) -> None:
    old = sqlite_engine(tmp_path / "vekha.db")
    metadata.create_all(new := create_engine("sqlite://"))
    for table in metadata.tables:
        wanted, found = (
            {one["name"]: one["sqltext"] for one in inspect(engine).get_check_constraints(table)}
            for engine in (new, old)
        )
        assert found == wanted
    old.dispose()


def test_nothing_in_the_database_bears_an_old_name(engine: Engine) -> None:
    """Triggers and sequences too, and the words of the constraints."""
    words = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
        "postgresql": "SELECT relname FROM pg_class UNION SELECT tgname FROM pg_trigger"
        " UNION SELECT pg_get_constraintdef(oid) FROM pg_constraint UNION SELECT conname FROM pg_constraint",
    }
    old = {*TABLES, *(was for was, _ in VALUES.values())}
    there = re.compile(rf"(?<![a-z])({'|'.join(old)})(?![a-z])")
    with engine.connect() as connection:
        found = connection.execute(text(words[engine.dialect.name])).scalars()
        assert [one for one in found if there.search(one)] == []
