"""Databases of 0.1.0, 0.2.0 and 0.3.0 come up on the newest schema with every row, and the next day is like any."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, create_engine, insert, text
from sqlmodel import col, select

from models import ControlPoint, Notice, NoticeLine
from models.db import engine_for, open_session
from models.db.migrate import is_newest, migrate
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver
from tests.models.test_names import COLUMNS, TABLES
from tests.upgrades.conftest import Lay

VERSIONS = {"0.1.0": "0003", "0.2.0": "0005", "0.3.0": "0006"}
MONDAY, TUESDAY = (datetime(2026, *day, 7, tzinfo=UTC) for day in ((11, 30), (12, 1)))
#: What an upgrade rewrites on purpose: addresses stand with the officials, a kind and a stored catalogue say it anew.
REWRITTEN = {("channel", "address"), ("edition", "catalogue"), ("edition", "content_hash"), ("item", "kind")}
Rows = Mapping[str, list[dict[str, Any]]]


def rows_of(engine: Engine) -> Rows:
    """Every row of every table, in the order of their keys; instants as UTC without a zone, as SQLite keeps them."""
    there = MetaData()
    with engine.connect() as connection:
        there.reflect(connection)
        return {
            name: [
                {column: _plain(value) for column, value in row.items()}
                for row in connection.execute(table.select().order_by(*table.primary_key.columns)).mappings()
            ]
            for name, table in there.tables.items()
            if name != "alembic_version"
        }


def _plain(value: Any) -> Any:
    is_zoned = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC).replace(tzinfo=None) if is_zoned else value


def carry_over(source: Engine, target: Engine) -> None:
    """The rows as that version would have written them to PostgreSQL."""
    there = MetaData()
    with source.connect() as old, target.begin() as new:
        there.reflect(new)
        for table in there.sorted_tables:
            if table.name == "alembic_version":
                continue
            found = [dict(row) for row in old.execute(table.select().order_by(*table.primary_key.columns)).mappings()]
            if found:
                new.execute(insert(table), found)
        for name in (table.name for table in there.sorted_tables if "id" in table.columns):
            if number := new.execute(text(f"SELECT pg_get_serial_sequence('\"{name}\"', 'id')")).scalar_one():
                new.execute(text(f"SELECT setval('{number}', coalesce(max(id), 1)) FROM \"{name}\""))


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, version: str, lay: Lay, tmp_path: Path) -> Engine:
    """A database of that version on either engine."""
    lay(version, tmp_path / "vekha.db")
    engine = engine_for(f"sqlite:///{tmp_path / 'vekha.db'}")
    if request.param == "sqlite":
        return engine
    empty: Engine = request.getfixturevalue("empty_postgres_engine")
    migrate(empty, VERSIONS[version])
    carry_over(engine, empty)
    return empty


def test_every_row_comes_up_with_all_that_it_said(old: Engine, tmp_path: Path) -> None:
    source = create_engine(f"sqlite:///{tmp_path / 'vekha.db'}")
    before = rows_of(source)
    assert sum(map(len, before.values())) > 300
    migrate(old)
    assert is_newest(old)
    after = rows_of(old)
    for table, rows in before.items():
        found = after[TABLES.get(table, table)]
        assert len(found) == len(rows), table
        names = COLUMNS.get(table, {})
        for row, now in zip(rows, found, strict=True):
            changed = {
                column: (value, now.get(names.get(column, column)))
                for column, value in row.items()
                if (table, column) not in REWRITTEN and now.get(names.get(column, column)) != value
            }
            assert changed == {}, (table, row)
    addresses = {row["official_id"]: row["address"] for row in before["channel"]}
    assert {row["id"]: row["addresses"] for row in after["official"] if row["addresses"]} == {
        number: {"1": address} for number, address in addresses.items()
    }
    assert {row["kind"] for row in after["item"]} == {
        row["kind"].replace("measure", "activity") for row in before["item"]
    }


def test_what_waited_is_sent_once_and_the_next_day_is_like_any(old: Engine, tmp_path: Path) -> None:
    migrate(old)
    settings = Settings(_env_file=None, data=tmp_path)
    with open_session(old) as session:
        queued = session.exec(select(Notice.id).where(Notice.state == "queued")).all()
        statuses = dict(session.exec(select(ControlPoint.key, ControlPoint.status)).all())
    assert len(queued) == 4
    sent = deliver(old, settings=settings, at_source=lambda: MONDAY)
    assert (sent.sent, sent.dropped, sent.failed, sent.waiting) == (4, 0, 0, 0)
    assert deliver(old, settings=settings, at_source=lambda: MONDAY).sent == 0
    letters = {path.name for path in (tmp_path / "letters").rglob("*.eml")}
    assert {int(name[:6]) for name in letters} == set(queued)

    report = control_day(old, today=date(2026, 12, 1), at=TUESDAY)
    assert report.failed == ()
    assert not deliver(old, settings=settings, at_source=lambda: TUESDAY).errors
    with open_session(old) as session:
        now = dict(session.exec(select(ControlPoint.key, ControlPoint.status)).all())
        assert session.exec(select(Notice.id).where(Notice.state == "queued")).all() == []
        again = select(NoticeLine.point_id, NoticeLine.reason, Notice.official_id).join(Notice)
        told = [tuple(row) for row in session.exec(again.where(col(Notice.state) == "sent")).all()]
    assert {key: now.get(key) for key in statuses} == statuses
    assert len(told) == len(set(told)), "nobody is told the same of a point twice"
