"""An amendment is one transaction: killed at any statement, it leaves nothing behind, and the next one finishes it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError

from models import ControlPoint, Edition, Executor, Indicator, Item, Roadmap, Transition
from models.db import open_session
from models.db.rows import table_of
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue
from tasks.editions.amend import amend
from tasks.editions.load import load_roadmap
from tests.databases import sqlite_engine

CODE = "krasnodar"
TODAY = date(2022, 3, 1)
AT = datetime(2022, 3, 1, 6, tzinfo=UTC)
TABLES = (Roadmap, Edition, Item, Executor, Indicator, ControlPoint, Transition)
WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The end of the process; no handler of errors catches it."""


def on_control(engine: Engine) -> None:
    with open_session(engine) as session:
        load_roadmap(session, built_in(CODE), today=TODAY, at=AT)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Krasnodar on control."""
    engine = sqlite_engine(tmp_path / "vekha.db", on_control)
    yield engine
    engine.dispose()


def edition() -> Catalogue:
    """A new act that drops, moves, rewords and adds."""
    old = built_in(CODE)
    edits: dict[str, dict[str, Any]] = {
        "2.1.3": {"term": "до 1 декабря 2023 года"},
        "2.2.1": {"result": "Отчёт об участии"},
    }
    items = [item.model_copy(update=edits.get(item.code, {})) for item in old.items if item.code != "2.1.5"]
    fresh = {"code": "9.1", "number": "9.1", "title": "Утверждение перечня стажировочных площадок"}
    items.append(items[0].model_copy(update=fresh | {"term": "до 1 ноября 2023 года"}))
    return old.model_copy(update={"items": tuple(items), "act": old.act.model_copy(update={"number": "3000"})})


def run(engine: Engine) -> bool:
    with open_session(engine) as session:
        return amend(session, CODE, edition(), today=TODAY, at=AT).is_new


def everything(engine: Engine) -> dict[str, list[Any]]:
    tables = [table_of(model) for model in TABLES]
    with open_session(engine) as session:
        return {
            str(table.name): [tuple(row) for row in session.execute(table.select().order_by(*table.primary_key))]
            for table in tables
        }


def writes(engine: Engine, *, kill_at: int | None = None) -> int:
    """Amend and count the statements that write; at the one numbered ``kill_at`` (from 1) the process ends."""
    counted = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal counted
        if statement.lstrip().upper().startswith(WRITES):
            counted += 1
            if counted == kill_at:
                raise Killed

    event.listen(engine, "before_cursor_execute", count)
    try:
        run(engine)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return counted


@pytest.mark.usefixtures("campaign")
def test_killed_at_any_write_it_leaves_nothing_and_the_next_one_finishes(engine: Engine, tmp_path: Path) -> None:
    other = sqlite_engine(tmp_path / "other.db", on_control)
    total = writes(other)
    wanted = everything(other)
    other.dispose()
    before = everything(engine)
    assert total > 20
    for n in range(1, total + 1):
        with pytest.raises(Killed):
            writes(engine, kill_at=n)
        assert everything(engine) == before, f"write {n} of {total}"
    assert writes(engine) == total
    assert everything(engine) == wanted
    assert run(engine) is False


def test_a_refusal_of_the_database_midway_leaves_everything_as_it_was(engine: Engine) -> None:
    with open_session(engine) as session:
        session.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON control_point BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        )
    before = everything(engine)
    with pytest.raises(IntegrityError, match="disk is full"):
        run(engine)
    assert everything(engine) == before
