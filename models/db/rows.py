"""Brings rows of a table in line with what is wanted, touching only what differs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, insert, update
from sqlmodel import Session, SQLModel, col, select

T = TypeVar("T")
AT_ONCE = 500
"""Values that one statement names («… IN (…)»)."""


def chunks(things: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """The things in runs of at most ``size``."""
    return (things[start : start + size] for start in range(0, len(things), size))


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model: bulk statements need no objects."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def store(session: Session, model: type[SQLModel], roadmap_code: str, wanted: Iterable[Mapping[str, Any]]) -> None:
    """Insert or update the roadmap's rows of a model keyed by ``code``; rows that are not wanted stay."""
    table = table_of(model)
    present = {
        row["code"]: row
        for row in session.execute(table.select().where(table.c.roadmap_code == roadmap_code)).mappings()
    }
    new = []
    for values in wanted:
        row = present.get(values["code"])
        if row is None:
            new.append({"roadmap_code": roadmap_code, **values})
        elif changed := {name: value for name, value in values.items() if row[name] != value}:
            session.execute(update(table).where(table.c.id == row["id"]).values(changed))
    if new:
        session.execute(insert(table), new)


def ids_by_code(session: Session, model: Any, roadmap_code: str) -> dict[str, int]:
    """Row ids of a roadmap's bodies, items or indicators."""
    rows = session.execute(select(col(model.code), col(model.id)).where(col(model.roadmap_code) == roadmap_code))
    return {row.code: row.id for row in rows}
