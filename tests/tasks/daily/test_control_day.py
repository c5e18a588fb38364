"""The day's control: who is told what and when, whatever was missed, however often it runs."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from models import Channel, ControlPoint, Notice, NoticeLine, Official, Roadmap, Transition, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from tasks.daily.control_day import ControlReport, control_day
from tests.parts.channels import channel_at
from tests.worlds.world import World

MONDAY = date(2027, 5, 17)
SATURDAY = date(2027, 5, 22)
REGIONAL_DAY_OFF = date(2027, 5, 24)
WEDNESDAY = date(2027, 5, 26)


def control(world: World, today: date) -> ControlReport:
    return control_day(world.engine, today=today, at=datetime.combine(today, time(3), UTC))


def decide(world: World, key: str, action: Any, on: date, **more: Any) -> None:
    move = TransitionCommand(action=action, actor="тест", at=datetime.combine(on, time(12), UTC), on=on, **more)
    with open_session(world.engine) as session:
        lifecycle.change(session, key, move)


def everything(world: World) -> list[Any]:
    return [world.rows(table) for table in (ControlPoint, Transition, Notice, NoticeLine)]


def test_a_point_opens_on_its_day_and_only_the_lead_of_its_owner_is_told(world: World) -> None:
    world.point(WEDNESDAY + timedelta(days=90), status="planned", opens_on=WEDNESDAY)
    world.point(WEDNESDAY + timedelta(days=91), status="planned", opens_on=WEDNESDAY + timedelta(days=1))
    report = control(world, WEDNESDAY)
    assert (report.opened, report.lines, report.notices, report.failed) == (1, 1, 1, ())
    assert world.letters() == [("2027-05-26", "Ректор", "opened", 90)]


def test_all_reasons_of_an_official_and_day_are_one_letter(world: World) -> None:
    for days in (-1, 0, 3, 14):
        world.point(WEDNESDAY + timedelta(days=days), next_check_on=WEDNESDAY)
    report = control(world, WEDNESDAY)
    assert (report.notices, report.lines, report.overdue) == (1, 4, 1)
    assert [reason for _, _, reason, _ in world.letters()] == ["due_soon", "due_soon", "due_today", "overdue"]


def test_a_second_control_of_the_day_changes_nothing(world: World) -> None:
    for days in (-8, -1, 0, 3):
        world.point(WEDNESDAY + timedelta(days=days))
    control(world, WEDNESDAY)
    after_first = everything(world)
    report = control(world, WEDNESDAY)
    assert (report.opened, report.overdue, report.lines, report.notices) == (0, 0, 0, 0)
    assert everything(world) == after_first


@pytest.mark.parametrize(
    "day_off",
    [
        pytest.param(SATURDAY, id="on a Saturday lateness is recorded and nobody is told"),
        pytest.param(REGIONAL_DAY_OFF, id="on a regional day off as well"),
    ],
)
def test_days_off_are_silent(world: World, day_off: date) -> None:
    world.point(day_off - timedelta(days=1), next_check_on=day_off)
    report = control(world, day_off)
    assert (report.overdue, report.notices) == (1, 0)
    assert world.letters() == []


def test_what_a_day_off_held_back_is_told_on_the_next_working_day_with_the_true_number_of_days(world: World) -> None:
    world.point(SATURDAY, next_check_on=SATURDAY)
    for day in range(4):
        control(world, SATURDAY + timedelta(days=day))
    assert world.letters() == [("2027-05-25", "Ректор", "overdue", -3)]


def test_after_an_outage_only_the_latest_rung_is_told(world: World) -> None:
    world.point(MONDAY, next_check_on=MONDAY - timedelta(days=14))
    control(world, MONDAY + timedelta(days=30))
    assert world.letters() == [
        ("2027-06-16", "Ректор", "overdue", -30),
        ("2027-06-16", "Заместитель министра", "escalated", -30),
    ]


def test_the_controller_hears_once_after_seven_days_and_then_on_mondays(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    for day in range(34):
        control(world, WEDNESDAY + timedelta(days=day))
    told = [(on, reason) for on, post, reason, _ in world.letters() if post == "Заместитель министра"]
    # 14 June 2027 is a day off (Russia's day fell on a Saturday): that week's digest comes on the Tuesday.
    assert told == [
        ("2027-06-02", "escalated"),
        ("2027-06-15", "still_overdue"),
        ("2027-06-21", "still_overdue"),
        ("2027-06-28", "still_overdue"),
    ]


def test_history_is_never_nagged_about(world: World) -> None:
    world.point(WEDNESDAY - timedelta(days=1), status="planned", is_history=True, next_check_on=None)
    world.point(WEDNESDAY - timedelta(days=2), status="planned", is_history=True)
    assert control(world, WEDNESDAY).lines == 0
    assert world.letters() == []


def test_a_submitted_result_is_the_coordinators_concern_until_it_is_decided(world: World) -> None:
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    decide(world, key, "submit", MONDAY)
    for day in range(1, 15):
        control(world, MONDAY + timedelta(days=day))
    decide(world, key, "return", MONDAY + timedelta(days=14), reason="нет подписи")
    control(world, MONDAY + timedelta(days=15))
    assert world.letters() == [
        ("2027-05-18", "Координатор", "submitted", 8),
        ("2027-05-26", "Координатор", "awaiting_decision", 0),
        ("2027-06-01", "Ректор", "returned", -6),
    ]


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        pytest.param("withdraw", "withdrawn", id="a point taken off control is told of once, then never again"),
        pytest.param("extend", "extended", id="a moved deadline is told of, with the days of the new one"),
    ],
)
def test_decisions_reach_the_owner(world: World, action: str, reason: str) -> None:
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY - timedelta(days=1))
    new = {"due_on": date(2027, 7, 30), "deadline_on": date(2027, 7, 30)} if action == "extend" else {}
    decide(world, key, action, MONDAY + timedelta(days=1), reason="решение комиссии", **new)
    for day in range(2, 25):
        control(world, MONDAY + timedelta(days=day))
    days = 72 if action == "extend" else 7
    assert world.letters() == [("2027-05-19", "Ректор", reason, days)]


def test_an_owner_out_of_reach_is_the_coordinators_concern_at_most_once_a_week(world: World) -> None:
    world.point(WEDNESDAY, body="school", next_check_on=WEDNESDAY)
    for day in range(13):
        control(world, WEDNESDAY + timedelta(days=day))
    assert world.letters() == [
        ("2027-05-26", "Координатор", "no_channel", 0),
        ("2027-06-02", "Заместитель министра", "escalated", -7),
        ("2027-06-07", "Координатор", "no_channel", -12),
    ]


def test_without_a_controller_the_escalation_goes_to_the_coordinator(world: World) -> None:
    with open_session(world.engine) as session:
        session.delete(channel_at(session, "deputy@example.org"))
    world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    assert ("2027-05-26", "Координатор", "escalated", -7) in world.letters()


def test_what_reaches_nobody_is_counted_and_not_lost_in_silence(world: World) -> None:
    world.change(Channel, is_active=False)
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    report = control(world, WEDNESDAY)
    assert (report.undeliverable, report.lines) == (3, 0)


def test_inactive_officials_are_not_told(world: World) -> None:
    world.change(Official, is_active=False)
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    assert control(world, WEDNESDAY).undeliverable == 1


def test_news_after_the_days_letter_has_left_waits_for_the_next_working_day(world: World) -> None:
    key = world.point(WEDNESDAY + timedelta(days=30))
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    world.change(Notice, state="sent")
    decide(world, key, "extend", WEDNESDAY, reason="письмо", due_on=date(2027, 8, 2), deadline_on=date(2027, 8, 2))
    assert control(world, WEDNESDAY).lines == 0
    control(world, WEDNESDAY + timedelta(days=1))
    assert ("2027-05-27", "Ректор", "extended", 67) in world.letters()


def test_news_before_the_days_letter_has_left_joins_it(world: World) -> None:
    key = world.point(WEDNESDAY + timedelta(days=30))
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    decide(world, key, "withdraw", WEDNESDAY, reason="письмо")
    report = control(world, WEDNESDAY)
    assert (report.lines, report.notices, len(world.rows(Notice))) == (1, 0, 1)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        pytest.param(time(3), time(6), id="a letter leaves at nine of the roadmap's zone"),
        pytest.param(time(12), time(12), id="or at once when it is later"),
    ],
)
def test_no_letter_leaves_before_office_hours(world: World, at: time, leaves: time) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control_day(world.engine, today=None, at=datetime.combine(WEDNESDAY, at, UTC))
    assert [row["not_before"] for row in world.rows(Notice)] == [datetime.combine(WEDNESDAY, leaves, UTC)]


def test_the_day_is_the_roadmaps_own(world: World) -> None:
    world.change(Roadmap, zone="Asia/Kamchatka")
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    late_on_tuesday = datetime(2027, 5, 25, 20, tzinfo=UTC)
    assert control_day(world.engine, today=None, at=late_on_tuesday).days[0].on == WEDNESDAY


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"zone": "Mars/Base"}, id="a zone that does not exist"),
        pytest.param({"ladder": {"befor": [1]}}, id="a ladder with a misspelt field"),
    ],
)
def test_a_broken_roadmap_is_named_and_does_not_block_the_others(
    world: World, broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    other = type(world)(world.engine, code="aaa")
    other.build()
    for one in (world, other):
        one.point(WEDNESDAY - timedelta(days=1), next_check_on=WEDNESDAY)
    with open_session(world.engine) as session:
        session.get_one(Roadmap, "aaa").sqlmodel_update(broken)
    report = control(world, WEDNESDAY)
    assert (report.failed, [day.code for day in report.days]) == (("aaa",), ["krai"])
    assert "aaa" in caplog.text
    assert len(world.letters()) == 1
    assert [row["point_id"] for row in world.rows(Transition)] == [1]


def test_a_roadmap_may_set_its_own_ladder(world: World) -> None:
    world.change(Roadmap, ladder={"before": [10], "after": [2], "then_every": 0})
    world.point(WEDNESDAY, next_check_on=WEDNESDAY - timedelta(days=14))
    for day in range(-14, 7):
        control(world, WEDNESDAY + timedelta(days=day))
    assert [(on, reason) for on, _, reason, _ in world.letters()] == [
        ("2027-05-17", "due_soon"),
        ("2027-05-28", "overdue"),
    ]


def test_a_full_disk_fails_the_roadmap_visibly_and_nothing_is_half_written(
    small_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(400):
        small_world.point(WEDNESDAY - timedelta(days=1), item=f"{n}", next_check_on=WEDNESDAY)
    before = everything(small_world)

    def full(connection: Any, _: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")

    event.listen(small_world.engine, "connect", full)
    small_world.engine.dispose()
    report = control(small_world, WEDNESDAY)
    event.remove(small_world.engine, "connect", full)
    small_world.engine.dispose()
    assert (report.failed, report.days) == (("krai",), ())
    assert "disk is full" in caplog.text
    assert everything(small_world) == before
    assert control(small_world, WEDNESDAY).lines == 400
