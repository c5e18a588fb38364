"""Discipline is read from what really happened: letters that left, requests, returns."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from models import ControlPoint, Item, ItemNeed, Notice, Request
from models.db import open_session
from models.lifecycle import TransitionCommand, change, recall
from models.lifecycle.requests import RequestDraft, open_request, take_back
from tasks.daily.control_day import control_day
from tasks.discipline import discipline, judged
from tests.worlds.world import World

MORNING = datetime(2027, 5, 26, 7, 0, tzinfo=UTC)
TODAY = date(2027, 6, 10)


def report(world: World, key: str, on: date) -> None:
    with open_session(world.engine) as session:
        at = datetime(2027, 6, 9, tzinfo=UTC)
        change(session, key, TransitionCommand(action="submit", actor="ректор", at=at, on=on))


def letters_left(world: World, at: datetime) -> None:
    world.change(Notice, state="sent", sent_at=at)


def outcomes(world: World) -> dict[str, tuple[str, str | None]]:
    with open_session(world.engine) as session:
        return {one.record.key: (one.outcome, one.excuse) for one in judged(session, world.code, today=TODAY)}


def test_a_letter_that_left_in_time_makes_lateness_ones_own(world: World) -> None:
    key = world.point(date(2027, 5, 27))
    control_day(world.engine, today=MORNING.date(), at=MORNING)
    letters_left(world, MORNING)
    assert outcomes(world) == {key: ("overdue", None)}


@pytest.mark.parametrize("left", [None, datetime(2027, 5, 28, 7, tzinfo=UTC)], ids=["never left", "left too late"])
def test_a_letter_that_did_not_arrive_in_time_is_counted_apart(world: World, left: datetime | None) -> None:
    key = world.point(date(2027, 5, 27))
    control_day(world.engine, today=MORNING.date(), at=MORNING)
    if left:
        letters_left(world, left)
    assert outcomes(world) == {key: ("overdue", "not_told")}


def test_the_item_before_was_late(world: World) -> None:
    first = world.point(date(2027, 5, 20))
    then = world.point(date(2027, 5, 27), body="school")
    with open_session(world.engine) as session:
        one, two = session.execute(select(col(Item.id)).order_by(col(Item.id))).scalars()
        session.add(ItemNeed(item_id=two, needs_id=one))
    with open_session(world.engine) as session:
        found = {one.record.key: one.record for one in judged(session, world.code, today=TODAY)}
    assert (found[then].needs, found[first].needs) == ((first,), ())


def test_a_request_that_was_left_lying_excuses(world: World) -> None:
    key = world.point(date(2027, 5, 27))
    control_day(world.engine, today=MORNING.date(), at=MORNING)
    letters_left(world, MORNING)
    with open_session(world.engine) as session:
        asked = RequestDraft(kind="extend", official_id=None, reason="болезнь", new_due_on=date(2027, 6, 30))
        open_request(
            session, key, asked, TransitionCommand(action="ask", actor="ректор", at=MORNING, on=MORNING.date())
        )
    assert outcomes(world) == {key: ("overdue", "decided_late")}
    with open_session(world.engine) as session:
        session.execute(update(Request).values(state="refused", decided_on=date(2027, 5, 27), decided_at=MORNING))
        session.execute(update(ControlPoint).values(has_open_request=False))
    assert outcomes(world) == {key: ("overdue", None)}


def test_a_request_that_was_taken_back_excuses_nothing(world: World) -> None:
    key = world.point(date(2027, 5, 27))
    control_day(world.engine, today=MORNING.date(), at=MORNING)
    letters_left(world, MORNING)
    with open_session(world.engine) as session:
        asked = RequestDraft(kind="extend", official_id=None, reason="болезнь", new_due_on=date(2027, 6, 30))
        facts = {"actor": "ректор", "at": MORNING, "on": MORNING.date()}
        request = open_request(session, key, asked, TransitionCommand(action="ask", **facts))  # type: ignore[arg-type]
        late = facts | {"at": MORNING + timedelta(days=9), "on": date(2027, 6, 4)}
        assert request.id is not None
        take_back(session, request.id, TransitionCommand(action="recall_request", **late))  # type: ignore[arg-type]
    assert outcomes(world) == {key: ("overdue", None)}


def test_a_recalled_report_is_no_report(world: World) -> None:
    key = world.point(date(2027, 5, 27))
    control_day(world.engine, today=MORNING.date(), at=MORNING)
    letters_left(world, MORNING)
    report(world, key, date(2027, 5, 26))
    assert outcomes(world) == {key: ("in_time", None)}
    noon, evening = datetime(2027, 6, 9, 12, tzinfo=UTC), datetime(2027, 6, 9, 18, tzinfo=UTC)
    with open_session(world.engine) as session:
        recall(session, key, TransitionCommand(action="recall", actor="ректор", at=noon, on=noon.date()))
    assert outcomes(world) == {key: ("overdue", None)}
    with open_session(world.engine) as session:
        again = TransitionCommand(action="submit", actor="ректор", at=evening + timedelta(hours=1), on=TODAY)
        change(session, key, again)
        [then] = judged(session, world.code, today=TODAY, as_of=evening)
    assert (then.outcome, then.record.submitted_on) == ("overdue", None), "as it was known on that evening"
    assert outcomes(world) == {key: ("late", None)}


def test_the_table_of_a_period(world: World) -> None:
    in_time, late = world.point(date(2027, 5, 27)), world.point(date(2027, 5, 28))
    world.point(date(2027, 9, 1))
    control_day(world.engine, today=MORNING.date(), at=MORNING)
    letters_left(world, MORNING)
    report(world, in_time, date(2027, 5, 26))
    report(world, late, date(2027, 6, 2))
    with open_session(world.engine) as session:
        change(
            session,
            late,
            TransitionCommand(action="return", actor="координатор", at=MORNING, on=TODAY, reason="неполно"),
        )
    report(world, late, date(2027, 6, 4))
    with open_session(world.engine) as session:
        rows = discipline(session, world.code, today=TODAY, since=date(2027, 5, 1), until=date(2027, 5, 31))
    assert [(r.body, r.in_time, r.late, r.overdue, r.returned) for r in rows] == [("ИРО", 1, 1, 0, 1)]
