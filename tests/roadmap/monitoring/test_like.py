"""Like is compared with like: change, trend and forecast by the bodies that answered in both rounds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.compute import AskedBody, Counted, Given, remarks, results, value_of
from roadmap.monitoring.indicators.like import Numbers, value_of_all
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.report import words
from roadmap.monitoring.snapshot import IndicatorResult, TrendPoint, Way

PERIOD = parse_period("2026-Q3")
TOWNS = tuple(AskedBody(f"t{n}", f"Город {n}") for n in range(12))
Said = dict[str, tuple[float, float]]


def measured(
    now: Mapping[str, tuple[float, float | None]],
    *before: Mapping[str, tuple[float, float | None]],
    way: Way = "share",
    period: str = "2026-Q3",
    **facts: Any,
) -> IndicatorResult:
    """The result of a quarter after the earlier ones, oldest first."""
    unit: Any = "percent" if way == "share" else "count"
    usual: dict[str, Any] = {"comparison": "at_least", "target": 70.0, "target_year": 2027} | facts
    entry = Indicator(code="6", title="Доля", unit=unit, way=way, source=Source(place="п. 6"), **usual)
    one, points = parse_period(period), []
    answered: dict[date, Mapping[str, Numbers]] = {}
    at = one
    for said in reversed(before):
        at = at.previous
        value = value_of_all(way, said, list(said))
        points.append(TrendPoint(period=at.title, ends_on=at.end, value=value, asked=12, given=len(said)))
        answered[at.end] = said
    counted = Counted(
        indicator=entry,
        number=6,
        asked=TOWNS,
        given={town: Given(*numbers) for town, numbers in now.items()},
        earlier=points[::-1],
        answered=answered,
    )
    return results([counted], period=one)[0]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


TEN: Said = {f"t{n}": (576, 1000) for n in range(10)}
TEN_LATER: Said = {f"t{n}": (607, 1000) for n in range(10)}
ELEVEN = TEN_LATER | {"t10": (365.0, 1000.0)}


def test_who_joined_changes_the_value_and_not_the_change() -> None:
    """Ten go from 57,6 to 60,7 %; the eleventh comes with less: 58,5 % for all, and still +3,1."""
    one = measured(ELEVEN, TEN)
    assert plain(words.amount(one, one.value)) == "58,5 %"
    assert plain(words.covered_change(one)) == "+3,1 п. п. (по 10 из 11)"
    assert one.direction == "up"
    assert one.verdict == "on_way", "60,7 + 5 × 3,1 is more than 70"
    assert one.expected is not None
    assert one.expected.bodies == 10
    assert [point.like for point in one.trend] == [pytest.approx(57.6), pytest.approx(60.7)]
    said = plain(words.indicator(one))
    assert "По 10 участникам, ответившим и в предыдущем раунде (II квартал 2026 г.): было 57,6 %, стало 60,7 %" in said
    assert "впервые или снова ответили — 1" in said
    assert "Прогноз на конец 2027 года — от 60,7 % до 76,1 % (ориентировочно, по двум раундам" in said
    assert "отста" not in said


def test_a_ratio_that_did_not_move_is_not_said_to_fall_because_somebody_joined() -> None:
    """224,8 for the same ten in both rounds; all eleven have 220,1."""
    ten = {f"t{n}": (1348.8, 6.0) for n in range(10)}
    one = measured(ten | {"t10": (1919.0, 10.0)}, ten, way="ratio", comparison="at_most", target=250.0)
    assert words.change(one) == "без изменений"
    assert (one.direction, one.verdict) == ("flat", "met")
    assert plain(words.indicator(one)).count("220,") == 1


def test_a_target_that_the_same_bodies_reach_is_seen_though_the_newcomer_lowers_the_value() -> None:
    one = measured({"t0": (122, 1000), "t1": (40, 500)}, {"t0": (100, 1000)}, target=12.0, cumulative=True)
    assert plain(words.covered_change(one)) == "+2,2 п. п. (по 1 из 2)"
    assert not list(remarks([one]))[1:]


def test_with_too_few_of_the_same_bodies_there_is_a_change_and_no_forecast() -> None:
    now = {f"t{n}": (50.0, 100.0) for n in range(10)}
    one = measured(now, {"t0": (40.0, 100.0), "t1": (40.0, 100.0)})
    assert plain(words.covered_change(one)) == "+10,0 п. п. (по 2 из 10)"
    assert (one.expected, one.verdict) == (None, "not_judged")
    assert "прогноза нет: состав ответивших изменился" in plain(one.unforecast)
    assert any("состав ответивших изменился" in line for line in remarks([one]))


def test_one_large_newcomer_is_too_much_as_well() -> None:
    """Ten of eleven by number, and half of what is counted."""
    one = measured(TEN_LATER | {"t10": (1000.0, 10_000.0)}, TEN)
    assert words.change(one).startswith("+3,1")
    assert one.expected is None


def test_a_round_that_few_answered_is_left_out_of_the_trend() -> None:
    one = measured(TEN_LATER, TEN, {"t0": (100.0, 1000.0)}, TEN)
    assert [point.like is None for point in one.trend] == [False, True, False, False]
    assert plain(words.covered_change(one)) == "+3,1 п. п."


def test_nobody_who_answered_in_both_is_no_comparison() -> None:
    one = measured({"t0": (50.0, 100.0)}, {"t1": (10.0, 100.0)})
    assert (one.compared, one.direction, words.change(one)) == (None, None, "")


def test_a_yearly_count_begins_anew_and_does_not_fall() -> None:
    """Ten percent by the end of a year, three in the first quarter of the next."""
    facts: Any = {"rhythm": "year", "target_year": None, "target": 10.0, "period": "2027-Q1"}
    one = measured({"t0": (30.0, 1000.0)}, {"t0": (100.0, 1000.0)}, **facts)
    assert (one.compared, one.direction, one.verdict) == (None, None, "on_way")
    assert not list(remarks([one]))


def test_a_yearly_target_in_the_first_quarter_has_a_pace() -> None:
    """Forty of a thousand in each of twelve by March: a pace of sixteen a year against ten."""
    facts: Any = {"rhythm": "year", "target_year": None, "target": 10.0, "period": "2027-Q1"}
    one = measured({town.code: (40.0, 1000.0) for town in TOWNS}, **facts)
    said = plain(words.indicator(one))
    assert (one.verdict, one.is_due, one.pace) == ("on_way", False, 2.5)
    assert "цель: не менее 10 % ежегодно; оценка: идёт к цели (при равномерном темпе к концу периода — 2,5 %)" in said
    assert "от 4,0 % до 16,0 % (ориентировочно, по темпу с начала года, данные 1 раунда)" in said


numbers = st.tuples(st.integers(0, 500), st.integers(1, 1000)).map(lambda one: (float(one[0]), float(one[1])))
sides = st.dictionaries(st.sampled_from([town.code for town in TOWNS]), numbers, max_size=12)


@given(sides, sides, st.sampled_from(["share", "ratio", "total"]))
@settings(max_examples=200, deadline=None)
def test_the_change_of_unlike_sets_is_that_of_the_common_set(then: Said, now: Said, way: Way) -> None:
    found = measured(now, then, way=way).compared
    common = sorted(set(then) & set(now))
    if not common:
        assert found is None
        return
    alone = measured({body: now[body] for body in common}, {body: then[body] for body in common}, way=way)
    assert found is not None
    assert alone.compared is not None
    assert (found.before, found.now, found.bodies) == (alone.compared.before, alone.value, len(common))
    assert found.before == value_of(way, sum(then[body][0] for body in common), sum(then[body][1] for body in common))


@given(sides, sides)
@settings(max_examples=200, deadline=None)
def test_no_forecast_of_few_values_comes_without_a_range_and_a_caution(then: Said, now: Said) -> None:
    likely = measured(now, then).expected
    if likely is not None:
        assert likely.low is not None
        assert likely.high is not None
        assert likely.low <= likely.value <= likely.high
        assert likely.low < likely.high or likely.low in (0, 100)
        assert likely.method.startswith("ориентировочно")
