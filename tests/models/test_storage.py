"""What the database itself guarantees, on both engines."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import select

from models import ControlPoint, Transition
from models.db import DatabaseProblem, engine_for, open_session
from models.db.base import metadata
from models.db.migrate import migrate, newest_revision
from models.lifecycle import open_due

AT = datetime(2027, 5, 1, 6, 0, tzinfo=UTC)


def test_migrations_lead_from_empty_to_exactly_the_tables_in_code(empty_engine: Engine) -> None:
    migrate(empty_engine)
    migrate(empty_engine)
    with empty_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == newest_revision()


def test_a_database_of_a_later_release_is_left_alone(empty_engine: Engine) -> None:
    migrate(empty_engine)
    with empty_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseProblem, match="новее программы"):
        migrate(empty_engine)


def test_rows_written_at_the_first_revision_are_there_at_the_newest(empty_engine: Engine) -> None:
    migrate(empty_engine, "0001")
    with empty_engine.begin() as connection:
        connection.execute(text("INSERT INTO mirror VALUES ('run', 'k/1/-/2027-05-31', 'id', 'h', 'В работе')"))
    migrate(empty_engine)
    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT state_name FROM prefect_ref")).scalar_one() == "В работе"


def test_weekly_duties_of_earlier_releases_are_quiet_until_their_day(empty_engine: Engine) -> None:
    migrate(empty_engine, "0016")
    there, due = MetaData(), date(2027, 6, 3)
    roadmap = {"code": "k", "region": "Край", "title": "Комплекс мер", "act": "приказ № 1", "zone": "Europe/Moscow"}
    roadmap |= {"roll": "preceding", "report_by": "period_end"}
    days = dict.fromkeys(("period_start", "period_end", "controlled_from"), date(2027, 1, 1))
    body = {"id": 1, "roadmap_code": "k", "code": "b", "name": "Орган", "short": "О", "level": "regional"}
    item = dict.fromkeys(("section", "group", "responsible", "executors", "term", "result", "source"), "")
    item |= {"roadmap_code": "k", "origin": "table", "title": "Семинар", "kind": "document"}
    readings: tuple[dict[str, str], ...] = ({"every": "week"}, {"every": "month"}, {})
    point = {"roadmap_code": "k", "owner_id": 1, "purpose": "result", "deadline_note": "", "is_history": False}
    stands = [(1, 3, "open"), (1, 3, "accepted"), (1, 30, "planned"), (2, 3, "open"), (3, 3, "open")]
    with empty_engine.begin() as connection:
        there.reflect(connection)

        def add(table: str, **row: Any) -> None:
            connection.execute(there.tables[table].insert().values(row))

        add("roadmap", **roadmap, **days, shift_years=0, is_rehearsal=False)
        add("body", **body)
        for n, reading in enumerate(readings, start=1):
            add("item", **item, id=n, code=f"{n}", number=f"{n}", position=n, reading=reading, owner_id=1,
                is_controlled=True)  # fmt: skip
        for n, given, status in stands:
            begins, closed = due - timedelta(days=given), due if status == "accepted" else None
            add("control_point", **point, key=f"{n}/{given}/{status}", item_id=n, opens_on=begins, due_on=due,
                deadline_on=due, status=status, closed_on=closed)  # fmt: skip
    migrate(empty_engine)
    with open_session(empty_engine) as session:
        assert {row.key: row.quiet_until for row in session.exec(select(ControlPoint)) if row.quiet_until} == {
            "1/3/open": due
        }


@pytest.mark.parametrize("statement", ["UPDATE transition SET reason = 'другое'", "DELETE FROM transition"])
def test_the_database_refuses_to_change_what_happened(engine: Engine, planned_point: str, statement: str) -> None:
    with open_session(engine) as session:
        assert open_due(session, "krasnodar", today=date(2027, 5, 1), at=AT) == 1
    with pytest.raises(DBAPIError, match="append-only"), open_session(engine) as session:
        session.execute(text(statement))
    with open_session(engine) as session:
        assert [row.action for row in session.exec(select(Transition))] == ["open"]


def test_the_same_key_cannot_be_planned_twice(engine: Engine, planned_point: str) -> None:
    with open_session(engine) as session:
        copy = session.exec(select(ControlPoint)).one().model_dump(exclude={"id"})
    with pytest.raises(IntegrityError), open_session(engine) as session:
        session.add(ControlPoint(**copy))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"status": "просрочено"}, id="a status is one of the six"),
        pytest.param({"status": "accepted"}, id="a closed point has its closing day"),
        pytest.param({"opens_on": date(2027, 6, 1)}, id="a point opens before it is due"),
        pytest.param({"news": "слух"}, id="news is of a known kind"),
    ],
)
def test_the_database_refuses_an_impossible_point(
    engine: Engine, planned_point: str, broken: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), open_session(engine) as session:
        point = session.exec(select(ControlPoint)).one()
        for column, value in broken.items():
            setattr(point, column, value)
        session.add(point)


def test_an_instant_comes_back_in_utc_and_a_naive_one_is_refused(engine: Engine, planned_point: str) -> None:
    yekaterinburg = timezone(timedelta(hours=5))
    with open_session(engine) as session:
        open_due(session, "krasnodar", today=date(2027, 5, 1), at=datetime(2027, 5, 1, 11, 0, tzinfo=yekaterinburg))
    with open_session(engine) as session:
        assert session.exec(select(Transition)).one().noticed_at == AT
    with pytest.raises(StatementError, match="needs a zone"), open_session(engine) as session:
        open_row = session.exec(select(Transition)).one().model_dump(exclude={"id"})
        session.add(Transition(**open_row | {"noticed_at": datetime(2027, 5, 1, 6, 0)}))  # noqa: DTZ001
        session.flush()


def test_nothing_is_written_when_a_unit_of_work_breaks(engine: Engine, planned_point: str) -> None:
    with pytest.raises(ZeroDivisionError), open_session(engine) as session:
        open_due(session, "krasnodar", today=date(2027, 5, 1), at=AT)
        raise ZeroDivisionError
    with open_session(engine) as session:
        assert session.exec(select(ControlPoint)).one().status == "planned"
        assert session.exec(select(Transition)).all() == []


def test_sqlite_keeps_foreign_keys_and_survives_a_crash(tmp_path: object) -> None:
    # As it comes from the pool: a connection of the tests does not wait for the disk.
    with closing(engine_for(f"sqlite:///{tmp_path}/vekha.db").raw_connection()) as connection:
        found = {}
        for name in ("foreign_keys", "journal_mode", "synchronous", "busy_timeout"):
            cursor = connection.cursor()
            found[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]
    assert found == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000}
