"""What was closed by mistake comes back on control: by a decision with a ground, told to the one who answers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models import ControlPoint, Item, NoticeLine, Transition
from models.db import open_session
from models.lifecycle import point_by_key
from tasks.control.commands import Accept, By, Reopen, Withdraw
from tasks.daily.control_day import control_day
from tasks.daily.decisions import decide
from tests.worlds.world import World

TODAY = date(2027, 5, 26)


def by(n: int, on: date = TODAY) -> By:
    at = datetime.combine(on, datetime.min.time(), UTC) + timedelta(hours=9)
    return By(actor="координатор (страница)", at=at, today=on, once_key=f"control:{n}")


def reopen(world: World, key: str, n: int = 2, reason: str = "принято по ошибке", on: date = TODAY) -> str:
    return decide(world.engine, Reopen(key=key, by=by(n, on), reason=reason)).refusal


def stands(world: World, key: str) -> ControlPoint:
    with open_session(world.engine) as session:
        return point_by_key(session, key)


@pytest.mark.parametrize("closing", [Accept, Withdraw])
def test_a_closed_point_is_owed_again_and_its_history_stays(
    small_world: World, closing: type[Accept | Withdraw]
) -> None:
    key = small_world.point(TODAY + timedelta(days=10))
    before = stands(small_world, key)
    assert decide(small_world.engine, closing(key=key, by=by(1), reason="приказ № 9")).refusal == ""
    assert "укажите основание" in reopen(small_world, key, reason=" ")
    assert reopen(small_world, key) == ""
    after = stands(small_world, key)
    assert (after.status, after.submitted_on, after.closed_on) == ("open", None, None)
    assert (after.deadline_on, after.owner_id) == (before.deadline_on, before.owner_id)
    assert [row["action"] for row in small_world.rows(Transition)][-1] == "reopen"
    assert reopen(small_world, key) == "", "the same form twice is one decision"
    assert "Нельзя вернуть на контроль, сейчас — в работе" in reopen(small_world, key, n=3)


def test_its_owner_is_told_with_the_ground(small_world: World) -> None:
    key = small_world.point(TODAY + timedelta(days=10))
    decide(small_world.engine, Accept(key=key, by=by(1)))
    reopen(small_world, key)
    assert not control_day(small_world.engine, today=TODAY, at=by(9).at).failed
    assert [row["reason"] for row in small_world.rows(NoticeLine)] == ["reopened"]


def test_what_is_late_by_then_is_overdue_again(small_world: World) -> None:
    key = small_world.point(TODAY)
    decide(small_world.engine, Accept(key=key, by=by(1)))
    later = TODAY + timedelta(days=2)
    reopen(small_world, key, on=later)
    assert not control_day(small_world.engine, today=later, at=by(9, later).at).failed
    assert stands(small_world, key).overdue_on == later


def test_what_was_to_come_is_to_come_again(small_world: World) -> None:
    key = small_world.point(TODAY + timedelta(days=60), status="planned", opens_on=TODAY + timedelta(days=40))
    decide(small_world.engine, Withdraw(key=key, by=by(1), reason="приказ № 9"))
    assert reopen(small_world, key) == ""
    assert stands(small_world, key).status == "planned"


def test_what_a_new_edition_dropped_does_not_come_back(small_world: World) -> None:
    key = small_world.point(TODAY)
    decide(small_world.engine, Withdraw(key=key, by=by(1), reason="приказ № 9"))
    with open_session(small_world.engine) as session:
        session.get_one(Item, stands(small_world, key).item_id).is_controlled = False
    assert "исключён новой редакцией" in reopen(small_world, key)
