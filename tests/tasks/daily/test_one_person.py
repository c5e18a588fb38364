"""One person, one picture: how many letters a week somebody gets who leaves his duties undone."""

from datetime import UTC, date, datetime, timedelta

from models.db import open_session
from models.lifecycle import TransitionCommand, change
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.loading import built_in
from roadmap.control.planning import plan
from tasks.daily.simulate import simulate
from tests.worlds.world import World

THURSDAY = date(2027, 3, 4)
WEEKS = 6
DAY = timedelta(days=1)


def test_a_weekly_duty_left_undone_makes_at_most_two_letters_a_week(world: World) -> None:
    for n in range(WEEKS):
        due = THURSDAY + n * 7 * DAY
        world.point(due, status="planned", opens_on=due - 3 * DAY, quiet_until=due)
    undone = simulate(world.engine, world.code, start=THURSDAY - 3 * DAY, end=THURSDAY + WEEKS * 7 * DAY)
    assert undone.most_in_a_week == {"Ректор": 2, "Заместитель министра": 1}
    assert list(undone.by_month["Ректор"]) == ["2027-03", "2027-04"]
    assert sum(undone.by_month["Ректор"].values()) == undone.by_official["Ректор"] == 2 * WEEKS
    told = [dict(letter.reasons).get("overdue", 0) for letter in undone.letters if letter.official == "Ректор"]
    assert [n for n in told if n] == list(range(1, WEEKS + 1)), "each tells of all the weeks before"


def test_a_weekly_duty_of_a_document_is_planned_to_be_quiet_before_its_day() -> None:
    found = plan(built_in("moscow-oblast"), calendar=WorkCalendar())
    weekly = [point for _, _, reading, points in found for point in points if reading.every == "week"]
    others = [point for _, _, reading, points in found for point in points if reading.every != "week"]
    assert weekly
    assert {point.quiet_until == point.deadline_on for point in weekly} == {True}
    assert {point.quiet_until for point in others} == {None}


def test_what_was_taken_to_do_is_reminded_of_on_its_day(world: World) -> None:
    due = date(2027, 6, 30)
    keys = [world.point(due, item=item, next_check_on=date(2027, 6, 12)) for item in ("1", "2")]
    taken = TransitionCommand(
        action="acknowledge", actor="Ректор", at=datetime(2027, 6, 10, 9, tzinfo=UTC), on=date(2027, 6, 10)
    )
    with open_session(world.engine) as session:
        change(session, keys[1], taken)
    report = simulate(world.engine, world.code, start=date(2027, 6, 11), end=due)
    lines = {letter.on: sum(n for _, n in letter.reasons) for letter in report.letters if letter.official == "Ректор"}
    assert lines == {date(2027, 6, 16): 1, date(2027, 6, 23): 1, date(2027, 6, 28): 1, date(2027, 6, 29): 1, due: 2}
