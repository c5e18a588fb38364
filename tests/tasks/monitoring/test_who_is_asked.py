"""Bodies that are asked by name, and what the program counts itself."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from models import ControlPoint, IndicatorValue
from models.db import open_session
from roadmap.monitoring.indicators.submission import Given
from tasks.monitoring.submissions.record import asked_of, current, fill_proven
from tests.worlds.monitored import Monitored, indicator

CENTRE, DONE = (
    indicator("methodists", "Учителей на методиста", unit="count", way="ratio", asked_of=("anapa",)),
    indicator("done", "Реализуется комплекс мер", unit="percent", computed_from="points", target=100),
)
END = date(2027, 6, 30)


def asked(monitored: Monitored, round_id: int) -> dict[str, list[str]]:
    names = {number: code for code, number in monitored.bodies.items()}
    return {names[body]: [one.code for one in mine] for body, mine in monitored.ask(asked_of, round_id).items()}


@pytest.mark.parametrize(
    ("of", "found"),
    [
        pytest.param(("anapa",), {"anapa": ["methodists"]}, id="the body that has the number, not every municipality"),
        pytest.param(("anapa", "sochi"), {"anapa": ["methodists"], "sochi": ["methodists"]}, id="each of several"),
        pytest.param(("gone",), {"institute": ["methodists"]}, id="a body that is not there: the keeper"),
    ],
)
def test_an_indicator_is_asked_of_the_bodies_that_are_named(
    small_monitored: Monitored, of: tuple[str, ...], found: dict[str, list[str]]
) -> None:
    one = small_monitored.round(indicators=[CENTRE.model_copy(update={"asked_of": of})], asks=False)
    assert asked(small_monitored, one) == found


def test_the_share_of_points_done_is_counted_and_nobody_is_asked(monitored: Monitored) -> None:
    first, second = monitored.accepted(done_on=date(2027, 5, 3)), monitored.accepted(done_on=date(2027, 6, 29))
    change(monitored, second, status="open", submitted_on=None, closed_on=None)
    one = monitored.round(indicators=[DONE], asks=False)
    assert asked(monitored, one) == {}
    assert [monitored.ask(fill_proven, one, at=monitored.at) for _ in range(2)] == [1, 0]
    assert monitored.values(one) == [("institute", "done", 1.0, 2.0, "points")]
    (row,) = monitored.world.rows(IndicatorValue)
    assert row["place"] == "исполнено 1 из 2 контрольных точек со сроком по 30.06.2027"

    change(monitored, second, status="accepted", submitted_on=END, closed_on=date(2027, 7, 5))
    assert monitored.ask(fill_proven, one, at=monitored.at) == 1, "reported in time, accepted later"
    value = monitored.ask(current, one)["done", monitored.bodies["institute"]]
    assert (value.numerator, value.denominator, value.reason) == (2, 2, "пересчитано по контрольным точкам")
    assert first != second


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"status": "withdrawn"}, id="taken off control"),
        pytest.param({"is_history": True}, id="over before the roadmap came on control"),
        pytest.param({"deadline_on": date(2027, 7, 1)}, id="due after the period"),
        pytest.param({"purpose": "name_dates"}, id="only its days are to be named"),
    ],
)
def test_what_is_no_part_of_the_share(small_monitored: Monitored, facts: dict[str, Any]) -> None:
    change(small_monitored, small_monitored.accepted(done_on=date(2027, 6, 29)), **facts)
    one = small_monitored.round(indicators=[DONE], asks=False)
    assert small_monitored.ask(fill_proven, one, at=small_monitored.at) == 0
    assert asked(small_monitored, one) == {}, "nothing was due: there is no value, and still nobody is asked"


def test_what_a_person_corrected_is_not_counted_over(small_monitored: Monitored) -> None:
    small_monitored.accepted(done_on=date(2027, 6, 29))
    one = small_monitored.round(indicators=[DONE], asks=False)
    small_monitored.ask(fill_proven, one, at=small_monitored.at)
    small_monitored.give(one, "institute", Given("done", 0, 1, "пункт исполнен не полностью"))
    assert small_monitored.ask(fill_proven, one, at=small_monitored.at) == 0


def change(monitored: Monitored, key: str, **facts: Any) -> None:
    with open_session(monitored.engine) as session:
        session.execute(update(ControlPoint).where(col(ControlPoint.key) == key).values(**facts))
