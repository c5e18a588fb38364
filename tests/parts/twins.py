"""What stands in a database, told without numbers of rows, so that it can be compared with a twin's."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.sql.schema import Column, Table

from models.db import open_session
from models.db.base import metadata

Rows = Counter[tuple[Any, ...]]
Standing = dict[str, Rows]
"""Table → its rows, as often as each stands."""

#: By which columns a row is known to people; where none are named, by all of them.
NAMES: dict[str, tuple[str, ...]] = {
    "body": ("code",),
    "item": ("code",),
    "official": ("post", "name"),
    "channel": ("official_id", "kind", "place"),
    "control_point": ("key",),
    "round": ("rhythm", "period_start"),
    "notice": ("official_id", "channel_id", "on_day", "reversed_at"),
    "snapshot": ("round_id", "sha256"),
}
#: When and how often a letter was tried depends on when its sender died; of two numbers of a letter both are right.
OF_A_DELIVERY: Mapping[str, tuple[str, ...]] = {
    "notice": ("attempts", "claimed_until", "not_before", "sent_at", "subject", "error"),
}
_NUMBER = re.compile(r"В-\d+")


def everything(engine: Engine, *, but: Mapping[str, tuple[str, ...]] = OF_A_DELIVERY) -> Standing:
    """Every row of every table, with names in place of numbers; ``but`` names columns that need not be the same."""
    names: dict[str, dict[Any, tuple[Any, ...]]] = {}
    found: Standing = {}
    with open_session(engine) as session:
        for table in metadata.sorted_tables:
            rows = [dict(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()]
            names[table.name] = {}
            for row in rows:
                key = tuple(row[column.name] for column in table.primary_key)
                names[table.name][key[0]] = _named(table, row, NAMES.get(table.name, ()), names)
            left_out = {*but.get(table.name, ()), *(column.name for column in table.primary_key if _is_number(column))}
            told = [column.name for column in table.columns if column.name not in left_out]
            found[table.name] = Counter(_named(table, row, told, names) for row in rows)
    return found


def _is_number(column: Column[Any]) -> bool:
    return column.name == "id"


def _named(
    table: Table, row: Mapping[str, Any], columns: Any, names: Mapping[str, Mapping[Any, Any]]
) -> tuple[Any, ...]:
    return tuple(_value(table.columns[name], row[name], names) for name in columns)


def _value(column: Column[Any], value: Any, names: Mapping[str, Mapping[Any, Any]]) -> Any:
    for key in column.foreign_keys:
        return names[key.column.table.name].get(value) or value
    if isinstance(value, str):
        return _NUMBER.sub("В-…", value)
    return repr(value) if isinstance(value, (dict, list)) else value


def differences(ours: Standing, twins: Standing) -> dict[str, tuple[Rows, Rows]]:
    """Table → rows that only we have, rows that only the twin has; empty where both are the same."""
    found = {table: (ours[table] - rows, rows - ours[table]) for table, rows in twins.items()}
    return {table: both for table, both in found.items() if any(both)}
