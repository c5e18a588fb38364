"""The same storage suite runs on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import Body, ControlPoint, Item, Roadmap
from models.db import engine_for, open_session
from tests.parts.databases import sqlite_engine


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of either kind."""
    if request.param == "postgresql":
        yield request.getfixturevalue("empty_postgres_engine")
        return
    engine = engine_for(f"sqlite:///{tmp_path / 'vekha.db'}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of either kind at the newest schema."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgres_engine")
        return
    engine = sqlite_engine(tmp_path / "vekha.db")
    yield engine
    engine.dispose()


@pytest.fixture
def planned_point(engine: Engine) -> str:
    """The key of one planned point: opens 01.05.2027, due 31.05.2027, deadline 28.05.2027."""
    with open_session(engine) as session:
        session.add(
            Roadmap(
                code="krasnodar",
                region="Краснодарский край",
                title="Комплекс мер",
                act="приказ от 13.08.2021 № 2625",
                period_start=date(2027, 1, 1),
                period_end=date(2027, 12, 31),
                zone="Europe/Moscow",
                roll="preceding",
                report_by="period_end",
                controlled_from=date(2027, 1, 1),
            )
        )
        session.flush()
        body = Body(roadmap_code="krasnodar", code="minobr", name="министерство", short="мин", level="regional")
        session.add(body)
        session.add(Body(roadmap_code="krasnodar", code="iro", name="институт", short="ИРО", level="regional"))
        session.flush()
        assert body.id is not None
        item = Item(
            roadmap_code="krasnodar",
            code="1.1",
            position=1,
            origin="table",
            number="1",
            section="",
            group="",
            title="Определен ответственный",
            responsible="министерство",
            executors="",
            owner_id=body.id,
            term="май 2027 г.",
            result="",
            kind="document",
            reading={},
            is_controlled=True,
            source="Приложение, строка 1",
        )
        session.add(item)
        session.flush()
        assert item.id is not None
        point = ControlPoint(
            key="krasnodar/1.1/-/2027-05-31",
            roadmap_code="krasnodar",
            item_id=item.id,
            owner_id=body.id,
            opens_on=date(2027, 5, 1),
            due_on=date(2027, 5, 31),
            deadline_on=date(2027, 5, 28),
            next_check_on=date(2027, 5, 1),
        )
        session.add(point)
    return point.key
