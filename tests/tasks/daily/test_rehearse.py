"""A rehearsal of letters on either engine: it tells the load and leaves no trace."""

from datetime import UTC, date, datetime, timedelta

from models import ControlPoint, Notice, NoticeLine, Transition
from roadmap.letters.wording import DIGEST
from tasks.daily.control_day import control_day
from tasks.daily.simulate import simulate
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)


def test_a_rehearsal_sends_what_the_days_would_and_writes_nothing(world: World) -> None:
    for days in (3, 5, 30):
        world.point(WEDNESDAY + timedelta(days=days), next_check_on=WEDNESDAY)
    tables = (ControlPoint, Notice, NoticeLine, Transition)
    before = [world.rows(table) for table in tables]
    end = WEDNESDAY + timedelta(days=20)
    rehearsed = simulate(world.engine, world.code, start=WEDNESDAY, end=end)
    assert [world.rows(table) for table in tables] == before

    for day in range(21):
        today = WEDNESDAY + timedelta(days=day)
        control_day(world.engine, today=today, at=datetime(today.year, today.month, today.day, 3, tzinfo=UTC))
    lines = [(one.on, one.official, sum(n for name, n in one.reasons if name != DIGEST)) for one in rehearsed.letters]
    told = [row for row in lines if row[2]]
    really: dict[tuple[date, str], int] = {}
    for on, post, *_ in world.letters():
        really[(date.fromisoformat(on), post)] = really.get((date.fromisoformat(on), post), 0) + 1
    assert told == [(on, post, n) for (on, post), n in really.items()]
    mondays = {date(2027, 5, 31), date(2027, 6, 7), date(2027, 6, 15)}  # 14.06 is a day off
    tables_of = {(one.on, one.official) for one in rehearsed.letters if (DIGEST, 1) in one.reasons}
    assert tables_of == {(on, post) for on in mondays for post in ("Координатор", "Заместитель министра")}
    assert rehearsed.by_official == {"Ректор": 7, "Координатор": 3, "Заместитель министра": 3}


def test_a_rehearsal_counts_what_would_reach_nobody(world: World) -> None:
    world.point(WEDNESDAY + timedelta(days=3), body="school", next_check_on=WEDNESDAY)
    rehearsed = simulate(world.engine, world.code, start=WEDNESDAY, end=WEDNESDAY)
    assert (rehearsed.undeliverable, [letter.summary for letter in rehearsed.letters]) == (0, ["no_channel 1"])
