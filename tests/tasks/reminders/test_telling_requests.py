"""Requests, decisions on them, lost letters and own zones in the day's control; on both engines."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from models import Body, Notice, NoticeLine, Official, Roadmap
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.lifecycle.requests import RequestDraft, grant, open_request, refuse
from tasks.daily.control_day import ControlReport, control_day
from tests.parts.channels import channel_at
from tests.worlds.world import World

MONDAY = date(2027, 5, 17)
WEDNESDAY = date(2027, 5, 26)
JULY = date(2027, 7, 30)
CONTROLLER, COORDINATOR = "Заместитель министра", "Координатор"


def control(world: World, today: date) -> ControlReport:
    report = control_day(world.engine, today=today, at=datetime.combine(today, time(3), UTC))
    assert not report.failed
    return report


def move(on: date, **more: Any) -> TransitionCommand:
    return TransitionCommand(action="ask", actor="тест", at=datetime.combine(on, time(12), UTC), on=on, **more)


def asked(world: World, key: str, kind: Any, *, on: date = MONDAY) -> int:
    with open_session(world.engine) as session:
        what = RequestDraft(
            kind=kind, official_id=None, reason="нет данных", new_due_on=JULY if kind == "extend" else None
        )
        return open_request(session, key, what, move(on)).id or 0


def told(world: World, reason: str) -> list[tuple[str, str]]:
    return [(on, post) for on, post, why, _ in world.letters() if why == reason]


@pytest.mark.parametrize(
    ("kind", "extensions_by", "reason", "post"),
    [
        pytest.param("extend", "coordinator", "asked_extension", COORDINATOR, id="a later day: the coordinator"),
        pytest.param("extend", "controller", "asked_extension", CONTROLLER, id="or the controller, by the act"),
        pytest.param(
            "reassignment", "controller", "asked_transfer", COORDINATOR, id="«не моё»: the coordinator always"
        ),
    ],
)
def test_a_request_reaches_whoever_decides_until_it_is_decided(
    world: World, kind: str, extensions_by: str, reason: str, post: str
) -> None:
    world.change(Roadmap, extensions_by=extensions_by)
    key = world.point(JULY - timedelta(days=30))
    world.point(JULY - timedelta(days=30), item="2")
    number = asked(world, key, kind)
    for day in range(10):
        control(world, MONDAY + timedelta(days=day))
    assert told(world, reason) == [("2027-05-17", post), ("2027-05-25", post)]
    with open_session(world.engine) as session:
        refuse(session, number, move(WEDNESDAY, reason="срок установлен приказом"))
    for day in range(10, 20):
        control(world, MONDAY + timedelta(days=day))
    assert len(told(world, reason)) == 2
    assert told(world, "refused") == [("2027-05-27", "Ректор")]


def test_two_requests_about_one_point_are_two_lines(world: World) -> None:
    key = world.point(JULY - timedelta(days=30))
    asked(world, key, "extend")
    asked(world, key, "reassignment")
    control(world, MONDAY)
    assert told(world, "asked_extension") == told(world, "asked_transfer") == [("2027-05-17", COORDINATOR)]


def test_a_duty_handed_over_is_told_to_the_new_owner_who_then_gets_the_reminders(world: World) -> None:
    world.official("executor", "Директор школы", "school@example.org", body="school", is_lead=True)
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY - timedelta(days=1))
    number = asked(world, key, "reassignment")
    control(world, MONDAY)
    with open_session(world.engine) as session:
        school = session.execute(select(Body).where(col(Body.code) == "school")).scalar_one()
        grant(session, number, move(MONDAY, reason="по уставу", owner_id=school.id))
    for day in range(1, 11):
        control(world, MONDAY + timedelta(days=day))
    assert [line for line in world.letters() if line[1] in ("Ректор", "Директор школы")] == [
        ("2027-05-18", "Ректор", "handed_over", 8),
        ("2027-05-18", "Директор школы", "reassigned", 8),
        ("2027-05-19", "Директор школы", "due_soon", 7),
        ("2027-05-25", "Директор школы", "due_soon", 1),
        ("2027-05-26", "Директор школы", "due_today", 0),
        ("2027-05-27", "Директор школы", "overdue", -1),
    ]


def lose(world: World, address: str) -> None:
    """Every letter to an address was given up."""
    with open_session(world.engine) as session:
        mine = col(Notice.channel_id) == channel_at(session, address).id
        session.execute(update(Notice).where(mine).values(state="dead"))


def test_a_lost_letter_is_told_to_the_coordinator_once_and_the_next_lost_one_again(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    lose(world, "rector@example.org")
    first = control(world, WEDNESDAY + timedelta(days=1))
    again = control(world, WEDNESDAY + timedelta(days=1))
    assert (first.lines, again.lines) == (2, 0)
    assert told(world, "undelivered") == [("2027-05-27", COORDINATOR)]
    lose(world, "rector@example.org")
    control(world, WEDNESDAY + timedelta(days=2))
    control(world, WEDNESDAY + timedelta(days=5))
    assert told(world, "undelivered") == [("2027-05-27", COORDINATOR), ("2027-05-28", COORDINATOR)]


def test_a_letter_lost_on_its_own_day_is_told_that_day_and_no_control_of_the_day_fails(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    lose(world, "rector@example.org")
    assert [control(world, WEDNESDAY).lines for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    ("table", "values"),
    [
        pytest.param(Notice, {"state": "sent"}, id="a letter that arrived is nobody's concern"),
        pytest.param(Official, {"role": "coordinator", "body_id": None}, id="nor are the coordinator's own"),
    ],
)
def test_what_is_not_lost_is_not_reported(world: World, table: Any, values: dict[str, Any]) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    lose(world, "rector@example.org")
    world.change(table, **values)
    control(world, WEDNESDAY + timedelta(days=1))
    assert told(world, "undelivered") == []


def test_a_lost_letter_waits_for_the_coordinators_next_letter_when_todays_has_left(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    waiting = world.point(JULY - timedelta(days=10))
    asked(world, waiting, "extend", on=WEDNESDAY)
    control(world, WEDNESDAY)
    lose(world, "rector@example.org")
    with open_session(world.engine) as session:
        session.execute(update(Notice).where(col(Notice.state) == "queued").values(state="sent"))
    control(world, WEDNESDAY)
    assert told(world, "undelivered") == []
    control(world, WEDNESDAY + timedelta(days=1))
    assert told(world, "undelivered") == [("2027-05-27", COORDINATOR)]


def test_each_official_is_written_to_from_nine_of_his_own_zone(world: World) -> None:
    world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    with open_session(world.engine) as session:
        for post, zone in (("Ректор", "Europe/Kaliningrad"), (CONTROLLER, "Asia/Kamchatka")):
            session.execute(update(Official).where(col(Official.post) == post).values(zone=zone))
    control(world, WEDNESDAY)
    with open_session(world.engine) as session:
        rows = select(col(Official.post), col(Notice.not_before)).join(Notice, col(Notice.official_id) == Official.id)
        leaves = {post: f"{at.astimezone(UTC):%H:%M}" for post, at in session.execute(rows)}
    # Kaliningrad opens at 07:00 UTC; in Kamchatka the office has been open since 21:00 of the day before.
    assert leaves == {"Ректор": "07:00", CONTROLLER: "03:00"}
    assert len(world.rows(NoticeLine)) == 2
