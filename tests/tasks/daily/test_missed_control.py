"""A working day without a control is said: nothing else notices that nobody is reminded."""

from datetime import UTC, date, datetime

import pytest

from models.db import open_session
from tasks.context.last_control import missed_controls
from tasks.daily.control_day import control_day
from tasks.letters.heartbeat import heartbeat
from tests.worlds.world import World

FRIDAY, MONDAY = date(2027, 5, 28), date(2027, 5, 31)


def moscow(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour - 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        pytest.param(moscow(FRIDAY, 18), [], id="the same day"),
        pytest.param(moscow(date(2027, 5, 30), 15), [], id="a day off needs none"),
        pytest.param(moscow(MONDAY, 11), [], id="Monday's may still come"),
        pytest.param(moscow(MONDAY, 13), ["31.05.2027"], id="by noon it should have been"),
        pytest.param(moscow(date(2027, 6, 1), 9), ["31.05.2027"], id="the next morning it is still missed"),
    ],
)
def test_a_working_day_without_a_control_is_an_alarm(small_world: World, at: datetime, said: list[str]) -> None:
    assert not control_day(small_world.engine, today=FRIDAY, at=moscow(FRIDAY, 6)).failed
    with open_session(small_world.engine) as session:
        lines = missed_controls(session, at=at)
        assert [line.split(" за ")[1].split(" ")[0] for line in lines] == said
        assert all("последний — 28.05.2027" in line for line in lines)
        assert set(lines) <= set(heartbeat(session, at=at).problems(at))


def test_a_look_of_a_clock_that_ran_ahead_hides_nothing(small_world: World) -> None:
    assert not control_day(small_world.engine, today=FRIDAY, at=moscow(FRIDAY, 6)).failed
    ahead = date(2027, 8, 2)
    assert not control_day(small_world.engine, today=ahead, at=moscow(ahead, 6)).failed
    with open_session(small_world.engine) as session:
        [line] = missed_controls(session, at=moscow(date(2027, 6, 1), 13))
        assert "последний — 28.05.2027" in line


def test_a_roadmap_that_has_had_none_is_told_of_from_its_second_working_day_on(small_world: World) -> None:
    with open_session(small_world.engine) as session:
        [line] = missed_controls(session, at=moscow(date(2030, 6, 3), 13))
        assert "не проводился ни разу" in line
