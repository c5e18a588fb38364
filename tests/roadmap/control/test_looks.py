"""What skipped days tell of the clock."""

from datetime import date, timedelta

import pytest

from roadmap.control.looks import Look, is_far_ahead, last_true, was_ahead

MONDAY = date(2027, 5, 17)


def looks(*days: int) -> list[Look]:
    return [Look(MONDAY + timedelta(days=n)) for n in days]


@pytest.mark.parametrize(
    ("days", "held", "today", "ahead"),
    [
        pytest.param((0, 1, 49), (), 2, True, id="a jump by 47 days, put right on the next day"),
        pytest.param((0, 1, 48), (), 1, True, id="put right on the same day"),
        pytest.param((0, 1, 4), (), 3, True, id="a jump by two days"),
        pytest.param((0, 1, 49, 50, 51), (), 5, True, id="several days were lived there"),
        pytest.param((401,), (), 1, True, id="the first day ever was false"),
        pytest.param(tuple(range(60)), (), 12, False, id="back through days worked through"),
        pytest.param((0, 1, 2), (), 1, False, id="a midnight met twice"),
        pytest.param((*range(60), 12), (12,), 12, False, id="the same day again is held again"),
        pytest.param((*range(60), 12), (12,), 13, False, id="so is the second"),
        pytest.param((*range(60), *range(12, 19)), (12,), 19, True, id="after a week the past is believed"),
    ],
)
def test_whether_the_clock_was_ahead(days: tuple[int, ...], held: tuple[int, ...], today: int, ahead: bool) -> None:
    listed = looks(*days)
    if held:
        listed[60:] = [Look(look.on_day, is_held=True) for look in listed[60:]]
    assert was_ahead(listed, MONDAY + timedelta(days=today), since=MONDAY) is ahead


@pytest.mark.parametrize(
    ("days", "today", "last"),
    [
        pytest.param((0, 1, 4, 5, 6), 5, 1, id="days that have come since were false as well"),
        pytest.param((0, 1, 2), 1, None, id="nothing was skipped"),
    ],
)
def test_the_last_day_before_the_clock_ran_ahead(days: tuple[int, ...], today: int, last: int | None) -> None:
    found = last_true(looks(*days), MONDAY + timedelta(days=today), since=MONDAY)
    assert found == (None if last is None else MONDAY + timedelta(days=last))


def test_an_outage_is_more_than_a_long_weekend() -> None:
    assert not is_far_ahead(looks(), MONDAY)
    assert not is_far_ahead(looks(0), MONDAY + timedelta(days=4))
    assert is_far_ahead(looks(0), MONDAY + timedelta(days=5))
