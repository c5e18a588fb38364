"""A report or a request that its executor takes back: who is still told of it, and that the reminders go on."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from models import ControlPoint, Notice, Request, Transition, lifecycle
from models.db import open_session
from models.lifecycle import Refused, TransitionCommand
from models.lifecycle.requests import RequestDraft, open_request, refuse, take_back
from models.settings import Settings
from tasks.daily.control_day import ControlReport, control_day
from tasks.letters.deliver import deliver
from tests.parts.mail import MailServer
from tests.worlds.world import World

MONDAY = date(2027, 5, 17)
WEDNESDAY = date(2027, 5, 26)
DAY = timedelta(days=1)


def control(world: World, today: date) -> ControlReport:
    report = control_day(world.engine, today=today, at=datetime.combine(today, time(3), UTC))
    assert not report.failed
    return report


def move(action: Any, on: date, *, hour: int = 12, **more: Any) -> TransitionCommand:
    return TransitionCommand(action=action, actor="ректор", at=datetime.combine(on, time(hour), UTC), on=on, **more)


def report(world: World, key: str, on: date, *, hour: int = 12) -> None:
    with open_session(world.engine) as session:
        lifecycle.change(session, key, move("submit", on, hour=hour))


def recall(world: World, key: str, on: date, **more: Any) -> None:
    with open_session(world.engine) as session:
        lifecycle.recall(session, key, move("recall", on, hour=13, **more))


def the_point(world: World) -> dict[str, Any]:
    [row] = [row for row in world.rows(ControlPoint) if row["purpose"] == "result"]
    return row


def test_a_report_that_was_recalled_before_the_control_is_told_to_nobody(world: World) -> None:
    key = world.point(WEDNESDAY + 40 * DAY)
    report(world, key, MONDAY)
    recall(world, key, MONDAY)
    for day in range(5):
        control(world, MONDAY + day * DAY)
    assert world.letters() == []
    assert (the_point(world)["news"], the_point(world)["submitted_on"]) == (None, None)


@pytest.mark.parametrize(
    ("recalled_on", "told"),
    [
        pytest.param(
            WEDNESDAY - 3 * DAY, [("2027-05-25", "due_soon", 1), ("2027-05-26", "due_today", 0)], id="before the day"
        ),
        pytest.param(WEDNESDAY - DAY, [("2027-05-26", "due_today", 0)], id="the rung of the day was not told before"),
        pytest.param(WEDNESDAY, [], id="on the day itself it is late already by the next control"),
        pytest.param(WEDNESDAY + DAY, [], id="after the deadline"),
    ],
)
def test_reminders_go_on_after_a_recall(world: World, recalled_on: date, told: list[tuple[str, str, int]]) -> None:
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    report(world, key, MONDAY)
    control(world, MONDAY + DAY)
    recall(world, key, recalled_on)
    for day in range(1, 9):
        control(world, recalled_on + day * DAY)
    heard = [(on, reason, days) for on, post, reason, days in world.letters() if post == "Ректор"]
    assert heard[: len(told)] == told
    assert {reason for _, reason, _ in heard[len(told) :]} == {"overdue"}
    late = [on for on, reason, _ in heard if reason == "overdue"]
    assert late[0] == f"{max(WEDNESDAY, recalled_on) + DAY}"


def test_a_recalled_report_past_its_deadline_is_overdue_again(world: World) -> None:
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    report(world, key, MONDAY)
    assert control(world, WEDNESDAY + 2 * DAY).overdue == 0
    recall(world, key, WEDNESDAY + 2 * DAY)
    assert control(world, WEDNESDAY + 3 * DAY).overdue == 1
    overdue = [row["happened_on"] for row in world.rows(Transition) if row["action"] == "overdue"]
    assert overdue == [WEDNESDAY], "dated by the deadline, not by the recall"


def test_what_was_reported_and_recalled_in_one_day_reminds_of_nothing_twice(world: World) -> None:
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    report(world, key, WEDNESDAY)
    recall(world, key, WEDNESDAY)
    control(world, WEDNESDAY)
    assert world.letters() == [("2027-05-26", "Ректор", "due_today", 0)]


def test_reported_recalled_and_reported_again_between_two_controls_of_a_day(world: World) -> None:
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY + DAY)
    report(world, key, WEDNESDAY, hour=1)
    control(world, WEDNESDAY)
    recall(world, key, WEDNESDAY)
    report(world, key, WEDNESDAY, hour=14)
    control(world, WEDNESDAY)
    assert world.letters() == [("2027-05-26", "Координатор", "submitted", 0)]


def test_news_of_another_kind_survives_a_recall(world: World) -> None:
    key = world.point(WEDNESDAY)
    later: dict[str, Any] = {"due_on": date(2027, 7, 30), "deadline_on": date(2027, 7, 30), "reason": "приказ"}
    report(world, key, MONDAY)
    with open_session(world.engine) as session:
        lifecycle.change(session, key, move("extend", MONDAY, **later))
    recall(world, key, MONDAY)
    control(world, MONDAY + DAY)
    assert world.letters() == [("2027-05-18", "Ректор", "extended", 73)]


def asked(world: World, key: str, kind: Any = "extend", *, on: date = MONDAY) -> int:
    draft = RequestDraft(kind=kind, official_id=1, reason="нет данных", new_due_on=date(2027, 7, 30))
    with open_session(world.engine) as session:
        return open_request(session, key, draft, move("ask", on, hour=5)).id or 0


def taken_back(world: World, request_id: int, *, on: date = MONDAY, **more: Any) -> None:
    with open_session(world.engine) as session:
        take_back(session, request_id, move("recall_request", on, hour=6, **more))


def test_a_request_that_was_taken_back_is_told_to_nobody_and_decided_by_nobody(world: World) -> None:
    key = world.point(WEDNESDAY + 40 * DAY)
    number = asked(world, key)
    taken_back(world, number, reason="успеваем")
    for day in range(12):
        control(world, MONDAY + day * DAY)
    assert world.letters() == []
    assert (the_point(world)["news"], the_point(world)["has_open_request"]) == (None, False)
    [request] = world.rows(Request)
    assert (request["state"], request["decision_reason"]) == ("settled", "отозвана исполнителем: успеваем")
    with pytest.raises(Refused, match="уже решена"), open_session(world.engine) as session:
        refuse(session, number, move("refuse", MONDAY, reason="поздно"))
    assert [row["action"] for row in world.rows(Transition)] == ["ask", "recall_request"]


def test_of_two_requests_the_other_goes_on_waiting(world: World) -> None:
    key = world.point(WEDNESDAY + 40 * DAY)
    asked(world, key, "reassignment")
    taken_back(world, asked(world, key))
    control(world, MONDAY + DAY)
    assert [(post, reason) for _, post, reason, _ in world.letters()] == [("Координатор", "asked_transfer")]
    with open_session(world.engine) as session:
        states = session.exec(select(Request.kind, Request.state).order_by(col(Request.id))).all()
    assert states == [("reassignment", "waiting"), ("extend", "settled")]


@pytest.mark.parametrize("what", ["report", "request"])
def test_a_letter_that_waits_does_not_say_what_was_taken_back_since(
    small_world: World, mail_server: MailServer, tmp_path: Path, what: str
) -> None:
    key, tuesday = small_world.point(WEDNESDAY + 40 * DAY), MONDAY + DAY
    number = asked(small_world, key) if what == "request" else 0
    if not number:
        report(small_world, key, MONDAY)
    control(small_world, tuesday)
    assert len(small_world.letters()) == 1, "it waits for the office to open"
    if number:
        taken_back(small_world, number, on=tuesday)
    else:
        recall(small_world, key, tuesday)
    mail = Settings(_env_file=None, data=tmp_path, mail_url=SecretStr(mail_server.url()))
    assert (
        deliver(small_world.engine, settings=mail, at_source=lambda: datetime.combine(tuesday, time(8), UTC)).sent == 0
    )
    assert mail_server.to == []
    assert [row["state"] for row in small_world.rows(Notice)] == ["dropped"]
