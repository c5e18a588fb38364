"""Deputies and mutes in the day's control: who gets the lines, and what is told when a mute ends."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from models import Absence, Channel, ControlPoint, Mute, Notice, Official
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from models.queries.officials import answering, deputies_for
from tasks.daily.control_day import ControlReport, control_day
from tasks.people.mutes import Subject, lift, mute, subject_of
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
AT = datetime(2027, 5, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def control(world: World, today: date) -> ControlReport:
    report = control_day(world.engine, today=today, at=datetime.combine(today, time(3), UTC))
    assert not report.failed
    return report


def number(world: World, post: str) -> int:
    with open_session(world.engine) as session:
        found = session.execute(select(col(Official.id)).where(col(Official.post) == post)).scalar_one()
        return int(found or 0)


def away(world: World, post: str, deputy: str, *, start: date = WEDNESDAY, end: date = WEDNESDAY) -> None:
    with open_session(world.engine) as session:
        ids = {"official_id": number(world, post), "deputy_id": number(world, deputy)}
        session.add(Absence(**ids, starts_on=start, ends_on=end, set_by="тест", set_at=AT))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("absences", "heard"),
    [
        pytest.param([], ["Ректор"], id="nobody away: the lead"),
        pytest.param([("Ректор", "Методист")], ["Методист"], id="away: the deputy"),
        pytest.param(
            [("Ректор", "Методист"), ("Методист", "Координатор")],
            ["Координатор"],
            id="the deputy's deputy, if he is away",
        ),
        pytest.param(
            [("Ректор", "Методист"), ("Методист", "Ректор")],
            ["Координатор", "Ректор"],
            id="away in a circle: the lead himself, and the coordinator is told",
        ),
        pytest.param(
            [("Ректор", "Немой")],
            ["Координатор", "Ректор"],
            id="a deputy without an address: the lead himself, and the coordinator is told",
        ),
        pytest.param([("Ректор", "Немой"), ("Ректор", "Методист")], ["Методист"], id="of two entries the later one"),
    ],
)
def test_who_hears_of_a_deadline_when_the_lead_is_away(world: World, absences: Any, heard: list[str]) -> None:
    world.official("executor", "Немой", None, body="institute")
    for post, deputy in absences:
        away(world, post, deputy)
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    lines = world.letters()
    assert sorted(post for _, post, _, _ in lines) == heard
    alone = [reason for _, post, reason, _ in lines if post == "Координатор" and len(heard) > 1]
    assert alone == ["no_channel"] * (len(heard) - 1)


@pytest.mark.parametrize(
    ("day", "post"),
    [
        pytest.param(-1, "Ректор", id="the day before"),
        pytest.param(0, "Методист", id="the first day"),
        pytest.param(2, "Методист", id="the last day"),
        pytest.param(5, "Ректор", id="after it"),
    ],
)
def test_a_deputy_answers_from_the_first_day_to_the_last(world: World, day: int, post: str) -> None:
    away(world, "Ректор", "Методист", start=WEDNESDAY, end=WEDNESDAY + 2 * DAY)
    today = WEDNESDAY + day * DAY
    world.point(today, next_check_on=today)
    control(world, today)
    assert [line[1] for line in world.letters()] == [post]


def test_a_deputy_gets_one_letter_with_his_own_lines_and_each_line_once(world: World) -> None:
    world.official("coordinator", "Второй координатор", "second@example.org")
    for post in ("Ректор", "Координатор", "Второй координатор"):
        away(world, post, "Заместитель министра")
    world.point(WEDNESDAY - 7 * DAY, next_check_on=WEDNESDAY - 2 * DAY)
    world.point(WEDNESDAY, item="2", status="submitted", news="submitted", next_check_on=WEDNESDAY)
    report = control(world, WEDNESDAY)
    assert (report.notices, report.lines) == (1, 3)
    assert [line[1:3] for line in world.letters()] == [
        ("Заместитель министра", "escalated"),
        ("Заместитель министра", "overdue"),
        ("Заместитель министра", "submitted"),
    ]
    with open_session(world.engine) as session:
        deputy = number(world, "Заместитель министра")
        stood_for = deputies_for(session, [deputy, number(world, "Методист")], WEDNESDAY)
    assert {key: [one.post for one in people] for key, people in stood_for.items()} == {
        deputy: ["Ректор", "Координатор", "Второй координатор"]
    }


def test_an_official_who_left_does_not_stand_in(world: World) -> None:
    away(world, "Ректор", "Методист")
    with open_session(world.engine) as session:
        session.execute(update(Official).where(col(Official.post) == "Методист").values(is_active=False))
        assert answering(session, "krai", WEDNESDAY) == {number(world, "Ректор"): None}


def quiet(world: World, until: date, *, item: str | None = "1", body: str | None = None) -> Subject:
    with open_session(world.engine) as session:
        subject = subject_of(session, "krai", item=item, body=body)
        mute(session, "krai", subject, until=until, reason="идёт суд", today=WEDNESDAY, actor="тест", at=AT)
    return subject


@pytest.mark.parametrize(("item", "body"), [("1", None), (None, "institute")])
def test_a_muted_point_moves_on_without_a_word_to_whoever_answers_and_then_tells_the_latest_rung(
    world: World, item: str | None, body: str | None
) -> None:
    world.point(WEDNESDAY - DAY, next_check_on=WEDNESDAY)
    world.point(WEDNESDAY + 90 * DAY, status="planned", opens_on=WEDNESDAY, next_check_on=WEDNESDAY)
    until = WEDNESDAY + 10 * DAY
    quiet(world, until, item=item, body=body)
    reports = [control(world, WEDNESDAY + n * DAY) for n in range(11)]
    assert (sum(one.opened for one in reports), sum(one.overdue for one in reports)) == (1, 1)
    reported = [("2027-06-01", "Заместитель министра", "escalated", -7)]
    assert world.letters() == reported, "a mute spares whoever answers, not whoever controls"
    for n in range(1, 3):
        control(world, until + n * DAY)
    # The mute ends on a Saturday: Monday is the first working day after it.
    assert world.letters() == [
        *reported,
        ("2027-06-07", "Ректор", "opened", 78),
        ("2027-06-07", "Ректор", "overdue", -13),
        ("2027-06-07", "Заместитель министра", "escalated", -13),
    ]


def test_a_letter_to_the_controller_that_is_lost_is_told_of_and_sent_again_though_its_point_is_muted(
    world: World,
) -> None:
    world.point(WEDNESDAY - DAY, next_check_on=WEDNESDAY)
    quiet(world, WEDNESDAY + 30 * DAY)
    for n in range(7):
        control(world, WEDNESDAY + n * DAY)
    assert [line[1:3] for line in world.letters()] == [("Заместитель министра", "escalated")]
    with open_session(world.engine) as session:
        session.execute(update(Notice).values(state="dead"))
        his = col(Channel.official_id) == number(world, "Заместитель министра")
        session.execute(update(Channel).where(his).values(given_up_at=AT))
    control(world, WEDNESDAY + 7 * DAY)
    assert ("2027-06-02", "Координатор", "undelivered", -8) in world.letters()
    again = [row for row in world.rows(Notice) if row["on_day"] == WEDNESDAY + 7 * DAY]
    assert number(world, "Заместитель министра") in {row["official_id"] for row in again}


def test_a_mute_holds_only_for_its_own_item_or_body(world: World) -> None:
    world.official("executor", "Директор школы", "school@example.org", body="school", is_lead=True)
    for body in ("institute", "school"):
        world.point(WEDNESDAY, body=body, next_check_on=WEDNESDAY)
    quiet(world, WEDNESDAY, item=None, body="school")
    control(world, WEDNESDAY)
    assert [line[1] for line in world.letters()] == ["Ректор"]


def test_a_lifted_mute_is_over_at_once(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    subject = quiet(world, WEDNESDAY + 30 * DAY)
    control(world, WEDNESDAY)
    with open_session(world.engine) as session:
        assert lift(session, "krai", subject, today=WEDNESDAY, actor="тест", at=AT)
        assert not lift(session, "krai", subject, today=WEDNESDAY, actor="тест", at=AT)
    control(world, WEDNESDAY)
    assert [line[1:3] for line in world.letters()] == [("Ректор", "due_today")]
    assert [row["lifted_by"] for row in world.rows(Mute)] == ["тест"]


def test_lines_on_their_way_are_taken_back_and_told_after_the_mute(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    returned = world.point(WEDNESDAY + 40 * DAY, status="submitted", next_check_on=None)
    with open_session(world.engine) as session:
        change(
            session,
            returned,
            TransitionCommand(action="return", actor="тест", at=AT, on=WEDNESDAY, reason="нет подписи"),
        )
    control(world, WEDNESDAY)
    assert len(world.letters()) == 2
    quiet(world, WEDNESDAY)
    assert world.letters() == []
    control(world, WEDNESDAY + DAY)
    assert [line[2:] for line in world.letters(WEDNESDAY + DAY)] == [("overdue", -1), ("returned", 39)]
    assert {row["news"] for row in world.rows(ControlPoint)} == {None}


def test_a_letter_that_has_left_stays_told(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    world.change(Notice, state="sent")
    quiet(world, WEDNESDAY)
    assert len(world.letters()) == 1
    assert len(world.rows(Channel)) == 4
