"""Many moves at once, by the rules of ``lifecycle.change``: thousands of stages open, or are done, in one sweep."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from models.db.rows import chunks
from models.lifecycle import SETTLES, evidence_of, facts_of, kept, settle_requests, status_after, transition_of
from models.lifecycle.transitions import Refused, TransitionCommand
from models.tables.control_point import ControlPoint, Evidence, Transition

T = TypeVar("T")
POINTS = ControlPoint.__table__  # type: ignore[attr-defined]
#: SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
AT_ONCE = 10_000
#: What the rules saw of a point must still be so when it is written.
GUARDED = ("id", "status", "due_on", "owner_id", "submitted_on")
#: What they look at besides.
JUDGED_BY = (
    *("key", "opens_on", "deadline_on", "next_check_on", "closed_on", "purpose", "has_open_request", "former_owner_id"),
    "news",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One wanted move of one point; ``columns`` are days and the like that change with it."""

    point_id: int
    move: TransitionCommand
    columns: Mapping[str, Any] = field(default_factory=dict)


def change_many(session: Session, changes: Sequence[Change]) -> int:
    """Carry out the moves, one a point, all of them or none; returns how many were new.

    A move whose ``once_key`` was recorded already is left out. ``Refused`` as by ``lifecycle.change``, for the first
    that is not possible, before anything is written; also when somebody else changed one of the points meanwhile.
    """
    recorded = _recorded(session, [change.move.once_key for change in changes if change.move.once_key])
    wanted = [
        replace(change, move=kept(session, change.move)) for change in changes if change.move.once_key not in recorded
    ]
    if not wanted:
        return 0
    there = {row.id: row for row in _rows(session, [change.point_id for change in wanted])}
    moved = [(change, row := there[change.point_id], status_after(row, change.move)) for change in wanted]
    groups: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for change, row, status in moved:
        values = {"status": status, **facts_of(row, change.move), **change.columns}
        named = {f"new_{name}": value for name, value in values.items()}
        seen = {f"its_{name}": getattr(row, name) for name in GUARDED}
        groups[tuple(sorted(values))].append(named | seen)
    for names, rows in groups.items():
        _update(session, names, rows)
    # Plain rows: ten thousand objects would take longer than all the statements.
    session.execute(insert(Transition), [transition_of(row, change.move, status) for change, row, status in moved])
    _add_evidence(session, wanted)
    for change, row, _ in moved:
        if row.has_open_request and change.move.action in SETTLES:
            settle_requests(session, row.id, change.move)
    for loaded in session.identity_map.values():
        if isinstance(loaded, ControlPoint):
            session.expire(loaded)
    return len(wanted)


def _recorded(session: Session, keys: Sequence[str]) -> set[str | None]:
    found: set[str | None] = set()
    for some in chunks(keys, AT_ONCE):
        found |= set(
            session.execute(select(col(Transition.once_key)).where(col(Transition.once_key).in_(some))).scalars()
        )
    return found


def _rows(session: Session, ids: Sequence[int]) -> Iterator[Any]:
    seen = (*GUARDED, *JUDGED_BY)
    columns = [POINTS.c[name] for name in seen]
    for some in chunks(ids, AT_ONCE):
        yield from session.execute(select(*columns).where(POINTS.c.id.in_(some)).with_for_update())


def _update(session: Session, names: Sequence[str], rows: list[dict[str, Any]]) -> None:
    guarded = update(POINTS).where(
        POINTS.c.id == bindparam("its_id"),
        POINTS.c.status == bindparam("its_status"),
        POINTS.c.due_on == bindparam("its_due_on"),
        POINTS.c.owner_id == bindparam("its_owner_id"),
        POINTS.c.submitted_on.is_not_distinct_from(bindparam("its_submitted_on", type_=POINTS.c.submitted_on.type)),
    )
    written = session.execute(guarded.values({name: bindparam(f"new_{name}") for name in names}), rows)
    if written.rowcount != len(rows):  # type: ignore[attr-defined]
        raise Refused("Пока решение записывалось, одну из точек изменил другой: повторите")


def _add_evidence(session: Session, wanted: Iterable[Change]) -> None:
    shown = [proof.model_dump(exclude={"id"}) for one in wanted for proof in evidence_of(one.point_id, one.move)]
    if shown:
        session.execute(insert(Evidence), shown)
