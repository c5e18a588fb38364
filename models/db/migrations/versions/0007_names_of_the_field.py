"""Tables, columns and values get the names that the field and the code have for them."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = {"measure": "indicator_value", "silence": "mute", "mirror": "prefect_ref", "note_file": "report_file"}

COLUMNS = (
    ("control_point", "waits", "blocked"),
    ("control_point", "asks", "has_open_request"),
    ("round", "by_hand", "manual"),
    ("request", "ground", "decision_reason"),
)

KINDS = ("agreement", "monitoring", "session", "study", "document", "registry", "activity", "round")
VALUES = (
    ("request", "kind", "not_mine", "reassignment", ("extend", "reassignment")),
    ("item", "kind", "measure", "activity", KINDS),
)


def upgrade() -> None:
    rename = _rename_on_sqlite if op.get_bind().dialect.name == "sqlite" else _rename_on_postgresql
    for old, new in TABLES.items():
        rename(old, new)
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    _checks()
    for table, column, old, new, allowed in VALUES:
        _rename_value(table, column, old, new, allowed)
    _editions()


def _checks() -> None:
    with op.batch_alter_table("control_point", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_control_point_waits"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_control_point_blocked"), "NOT blocked OR status IN ('planned', 'withdrawn')"
        )


def _rename_value(table: str, column: str, old: str, new: str, allowed: tuple[str, ...]) -> None:
    """The rows, and the CHECK that lists what the column may hold."""
    check, listed = op.f(f"ck_{table}_{column}"), ", ".join(f"'{value}'" for value in allowed)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(check, type_="check")
    op.execute(f"UPDATE {table} SET {column} = '{new}' WHERE {column} = '{old}'")
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_check_constraint(check, f"{column} IN ({listed})")


def _editions() -> None:
    """The kinds in the catalogues, and the hashes: the edition on control is still known as the one it is."""
    edition = sa.table("edition", *map(sa.column, ("id", "roadmap_code", "content_hash")), sa.column("catalogue", sa.JSON))
    roadmap = sa.table("roadmap", sa.column("code"), sa.column("shift_years"))
    its = sa.select(edition, roadmap.c.shift_years).join(roadmap, roadmap.c.code == edition.c.roadmap_code)
    for row in op.get_bind().execute(its).mappings().all():
        parts = {part: row["catalogue"].get(part, []) for part in ("items", "directives", "duties")}
        catalogue = row["catalogue"] | {
            part: [one | {"kind": "activity"} if one["kind"] == "measure" else one for one in listed]
            for part, listed in parts.items()
        }
        if catalogue != row["catalogue"] and _hash(row["catalogue"], row["shift_years"]) == row["content_hash"]:
            known_by = {"catalogue": catalogue, "content_hash": _hash(catalogue, row["shift_years"])}
            op.execute(edition.update().where(edition.c.id == row["id"]).values(known_by))


def _hash(catalogue: dict[str, Any], shift_years: int) -> str:
    content = json.dumps([catalogue, shift_years], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _rename_on_sqlite(old: str, new: str) -> None:
    """SQLite keeps names of constraints, indexes and triggers: the table is built anew from its own words."""
    words = "SELECT sql FROM sqlite_master WHERE tbl_name = :old AND sql IS NOT NULL ORDER BY type <> 'table', name"
    table, *others = op.get_bind().execute(sa.text(words), {"old": old}).scalars().all()
    op.execute(table.replace(old, new))
    op.execute(f"INSERT INTO {new} SELECT * FROM {old}")
    op.execute(f"DROP TABLE {old}")
    for one in others:
        op.execute(one.replace(old, new))


def _rename_on_postgresql(old: str, new: str) -> None:
    """What belongs to a table follows it under the old names; the index of a key is renamed with the key."""
    op.rename_table(old, new)
    its = f"'{new}'::regclass"
    for name in _named(old, f"SELECT conname FROM pg_constraint WHERE conrelid = {its}"):
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {name} TO {name.replace(old, new)}")
    for name in _named(old, f"SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = {its}"):
        op.execute(f"ALTER INDEX {name} RENAME TO {name.replace(old, new)}")
    sequences = "SELECT relname FROM pg_depend JOIN pg_class ON oid = objid WHERE relkind = 'S' AND refobjid"
    for name in _named(old, f"{sequences} = {its}"):
        op.execute(f"ALTER SEQUENCE {name} RENAME TO {name.replace(old, new)}")
    for name in _named(old, f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = {its}"):
        op.execute(f"ALTER TRIGGER {name} ON {new} RENAME TO {name.replace(old, new)}")


def _named(old: str, question: str) -> list[str]:
    return [name for name in op.get_bind().execute(sa.text(question)).scalars().all() if old in name]
