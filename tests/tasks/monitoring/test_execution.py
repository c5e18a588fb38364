"""Execution of the roadmap in a period: by body, section and kind, without what monitoring itself asks."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models import Item, Notice
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from tasks.daily.control_day import control_day
from tasks.discipline import judged
from tasks.discipline.execution import Execution, execution, items_of
from tests.worlds.monitored import Monitored
from tests.worlds.world import World

MORNING = datetime(2027, 5, 26, 7, 0, tzinfo=UTC)
TODAY = date(2027, 7, 14)
APRIL, JUNE = date(2027, 4, 1), date(2027, 6, 30)


def report(world: World, key: str, on: date, at: datetime = datetime(2027, 6, 20, tzinfo=UTC)) -> None:
    with open_session(world.engine) as session:
        change(session, key, TransitionCommand(action="submit", actor="ректор", at=at, on=on))


def told(world: World) -> None:
    """A letter about every open point left in time."""
    control_day(world.engine, today=MORNING.date(), at=MORNING)
    world.change(Notice, state="sent", sent_at=MORNING)


def found(world: World, **more: Any) -> Execution:
    with open_session(world.engine) as session:
        return execution(session, world.code, **{"since": APRIL, "until": JUNE, "day": TODAY, **more})


def settings(world: World, code: str, **values: Any) -> None:
    with open_session(world.engine) as session:
        item = session.execute(select(Item).where(col(Item.code) == code)).scalar_one()
        item.sqlmodel_update(values)


def test_points_of_the_period_are_counted_by_how_they_came_out(world: World) -> None:
    in_time, late, _ = (world.point(date(2027, 5, day)) for day in (27, 28, 29))
    world.point(date(2027, 7, 5)), world.point(date(2027, 3, 31))
    told(world)
    report(world, in_time, date(2027, 5, 27))
    report(world, late, date(2027, 6, 1))
    row = found(world).total
    assert (row.name, row.due, row.in_time, row.late, row.overdue, row.excused) == ("Всего", 3, 1, 1, 1, 0)
    assert row.share == 1 / 3


def test_both_ends_of_the_period_count(small_world: World) -> None:
    for day in (date(2027, 3, 31), APRIL, JUNE, date(2027, 7, 1)):
        small_world.point(day)
    assert found(small_world).total.due == 2


def test_rows_by_body_section_and_kind(small_world: World) -> None:
    settings(small_world, "1", section="Направление 2", kind="session")
    settings(small_world, "2", section="", kind="agreement")
    done = small_world.point(date(2027, 5, 27))
    small_world.point(date(2027, 5, 28)), small_world.point(date(2027, 5, 27), body="school")
    told(small_world)
    report(small_world, done, date(2027, 5, 26))
    out = found(small_world)
    by_body = {row.name: (row.due, row.in_time, row.overdue, row.excused) for row in out.by_body}
    # Nobody at the school could be written to: it is not its fault.
    assert by_body == {"ИРО": (2, 1, 1, 0), "Школа": (1, 0, 1, 1)}
    assert [(row.name, row.due) for row in out.by_section] == [("Направление 2", 2), ("Вне разделов", 1)]
    assert [(row.name, row.due) for row in out.by_kind] == [("Соглашение", 1), ("Сессия", 2)]
    for rows in (out.by_body, out.by_section, out.by_kind):
        assert sum(row.due for row in rows) == out.total.due


def test_the_overdue_of_the_day_are_of_any_period(small_world: World) -> None:
    old, new = small_world.point(date(2027, 2, 1)), small_world.point(date(2027, 7, 13), body="school")
    small_world.point(TODAY)
    listed = [(one.point.key, one.point.days, one.body.code, one.item.code) for one in found(small_world).overdue]
    assert listed == [(old, 163, "institute", "1"), (new, 1, "school", "2")]


def test_the_points_of_monitoring_itself_are_not_the_roadmaps(small_monitored: Monitored) -> None:
    small_monitored.round()
    world = small_monitored.world
    out = found(world, since=date(2027, 7, 1), until=date(2027, 9, 30), day=date(2027, 8, 1))
    assert (out.total.due, out.overdue, out.by_body) == (0, (), ())
    with open_session(world.engine) as session:
        # What bodies are asked is a duty of theirs all the same.
        late = judged(session, world.code, today=date(2027, 8, 1))
        assert len(late) == 4
        assert "m-quarter" not in items_of(session, world.code)


def test_an_instant_shows_the_points_as_they_stood(world: World) -> None:
    early, late = world.point(date(2027, 5, 27)), world.point(date(2027, 5, 28))
    told(world)
    report(world, early, date(2027, 5, 27), datetime(2027, 5, 27, 8, tzinfo=UTC))
    report(world, late, date(2027, 5, 28), datetime(2027, 6, 20, tzinfo=UTC))
    now = found(world)
    then = found(world, day=date(2027, 6, 1), as_of=datetime(2027, 6, 1, tzinfo=UTC))
    assert [(out.total.in_time, out.total.overdue) for out in (now, then)] == [(2, 0), (1, 1)]


def test_a_report_that_was_returned_and_corrected_later_stands_as_it_was(small_world: World) -> None:
    key = small_world.point(date(2027, 5, 28))
    told(small_world)
    report(small_world, key, date(2027, 5, 28), datetime(2027, 5, 28, 8, tzinfo=UTC))
    with open_session(small_world.engine) as session:
        at = datetime(2027, 6, 5, tzinfo=UTC)
        change(
            session, key, TransitionCommand(action="return", actor="координатор", at=at, on=at.date(), reason="неполно")
        )
    report(small_world, key, date(2027, 6, 9), datetime(2027, 6, 9, tzinfo=UTC))
    instants = [datetime(2027, month, day, tzinfo=UTC) for month, day in ((5, 28), (6, 1), (6, 6), (6, 10))]
    outcomes = []
    for at in instants:
        row = found(small_world, day=at.date(), as_of=at).total
        outcomes.append((row.due, row.in_time, row.late, row.overdue))
    assert outcomes == [(0, 0, 0, 0), (1, 1, 0, 0), (1, 0, 0, 1), (1, 0, 1, 0)]
