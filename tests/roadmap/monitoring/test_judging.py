"""Whether an indicator is met or on the way to it: a table of rules."""

from datetime import date
from typing import Any

import pytest

from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.due import first_year, target_year
from roadmap.monitoring.indicators.forecast import expected, line, method
from roadmap.monitoring.indicators.verdict import direction, is_worse, meets, shortfall, verdict
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.snapshot import Expectation, TrendPoint

Q3_2026, Q4_2026, Q1_2027 = (parse_period(text) for text in ("2026-Q3", "2026-Q4", "2027-Q1"))


def indicator(**facts: Any) -> Indicator:
    usual = {"unit": "percent", "comparison": "at_least", "target": 30.0, "target_year": 2027}
    return Indicator(code="x", title="Доля", source=Source(place="п. 1"), **{**usual, **facts})


def trend(*values: float | None, until: str = "2026-Q3") -> tuple[TrendPoint, ...]:
    """Quarterly values, the last of the quarter ``until``."""
    one = parse_period(until)
    points = []
    for value in reversed(values):
        points.append(TrendPoint(period=one.title, ends_on=one.end, value=value))
        one = one.previous
    return tuple(reversed(points))


def judged(entry: Indicator, value: float | None, period: str, *earlier: float, shift: int = 0) -> str:
    one = parse_period(period)
    points = trend(*earlier, value, until=period)
    was_met = any(entry.target is not None and meets(old, entry.comparison or "", entry.target) for old in earlier)
    likely = expected(entry, points, period=one)
    return verdict(entry, value, period=one, expected=likely, shift=shift, was_met=was_met)


@pytest.mark.parametrize(
    ("comparison", "value", "is_met"),
    [
        pytest.param("at_least", 30.0, True, id="not less than: the number itself is enough"),
        pytest.param("at_least", 29.9, False, id="not less than: a little less is not"),
        pytest.param("at_least", 31.0, True, id="not less than: more is better"),
        pytest.param("at_most", 30.0, True, id="not more than: the number itself is enough"),
        pytest.param("at_most", 30.1, False, id="not more than: a little more is not"),
        pytest.param("at_most", 2.0, True, id="not more than: less is better"),
        pytest.param("equals", 30.0, True, id="equal: the number itself"),
        pytest.param("equals", 31.0, False, id="equal: more is not"),
        pytest.param("equals", 29.0, False, id="equal: less is not"),
    ],
)
def test_a_target_is_met_the_right_way_round(comparison: str, value: float, is_met: bool) -> None:
    assert meets(value, comparison, 30.0) is is_met
    assert (shortfall(value, comparison, 30.0) == 0) is is_met


def test_a_sum_of_tenths_is_no_shortfall() -> None:
    assert meets(0.1 + 0.2, "equals", 0.3)
    assert meets(3 * 0.1, "at_most", 0.3)


@pytest.mark.parametrize(
    ("facts", "value", "period", "earlier", "wanted"),
    [
        pytest.param({"target": None}, 99.0, "2028-Q1", (), "not_judged", id="no number in the act: not judged"),
        pytest.param({"target": None}, None, "2028-Q1", (), "not_judged", id="no number and no data: not judged"),
        pytest.param({}, None, "2026-Q3", (), "no_data", id="missing data are no zero"),
        pytest.param({"comparison": "at_most"}, None, "2028-Q1", (), "no_data", id="missing data meet no at-most"),
        pytest.param({}, 30.0, "2027-Q1", (), "met", id="a target that is reached is met at any time"),
        pytest.param({}, 11.0, "2027-Q1", (), "not_judged", id="in the target year one value is not yet short"),
        pytest.param({}, 29.0, "2027-Q3", (27.0, 28.0), "on_way", id="in the target year before its end: the way"),
        pytest.param({}, 20.0, "2027-Q3", (19.0, 19.5), "behind", id="in the target year before its end: too slow"),
        pytest.param({}, 29.0, "2027-Q4", (35.0, 32.0), "not_met", id="on the day the trend does not help"),
        pytest.param({}, 29.0, "2029-Q2", (), "not_met", id="after the target year it is still judged"),
        pytest.param({}, 5.0, "2026-Q3", (), "not_judged", id="before it one value says no way yet"),
        pytest.param({}, 31.0, "2026-Q3", (), "met", id="before it one value that is there already"),
        pytest.param({}, 10.0, "2026-Q3", (5.0,), "on_way", id="two values on the straight way"),
        pytest.param({}, 5.5, "2026-Q3", (5.0,), "behind", id="two values below the straight way"),
        pytest.param({}, 20.0, "2026-Q3", (10.0, 15.0), "on_way", id="three values: the trend reaches the target"),
        pytest.param({}, 12.0, "2026-Q3", (10.0, 11.0), "behind", id="three values: the trend falls short"),
        pytest.param({}, 31.0, "2026-Q3", (50.0, 40.0), "met", id="there now, though it falls"),
        pytest.param(
            {"comparison": "at_most", "unit": "count", "way": "ratio", "target": 250.0},
            300.0, "2026-Q3", (340.0, 320.0), "on_way", id="at most: falling is the right way",
        ),
        pytest.param(
            {"comparison": "at_most", "unit": "count", "way": "ratio", "target": 250.0},
            320.0, "2026-Q3", (300.0, 310.0), "behind", id="at most: rising is the wrong way",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 10.0}, 9.0, "2026-Q4", (), "not_met",
            id="a yearly target is judged at the end of each year",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 10.0}, 4.0, "2026-Q1", (), "on_way",
            id="a yearly target in March: four of ten by a quarter of the year",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 10.0}, 2.0, "2026-Q1", (), "behind",
            id="a yearly target in March: two of ten by a quarter of the year",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 10.0}, 10.0, "2026-Q2", (), "met",
            id="a yearly target is met when it is reached",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 5.0, "unit": "count", "comparison": "at_most"},
            2.0, "2026-Q2", (), "on_way", id="a number that must not be passed by the year is not kept in June yet",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 5.0, "unit": "count", "comparison": "at_most"},
            6.0, "2026-Q2", (), "behind", id="a number that must not be passed is passed",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 250.0, "unit": "count", "way": "ratio",
             "comparison": "at_most"},
            300.0, "2026-Q1", (), "not_judged", id="how things stand each year has no pace of one value",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 70.0, "words": "на конец года не менее 70 %"},
            60.0, "2026-Q1", (), "not_judged", id="the words say how things stand at the end of the year",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 70.0, "covers": "moment"}, 60.0, "2026-Q2", (50.0,),
            "on_way", id="the catalogue says how things stand: the way decides",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "quarter", "target": 3.0, "unit": "count"}, 2.0, "2026-Q1", (), "not_met",
            id="a quarterly target is judged at the end of each quarter",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 12.0, "unit": "count", "covers": "period"},
            3.0, "2026-Q4", (), "on_way", id="the last quarter alone is not the year",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 12.0, "unit": "count", "covers": "period"},
            11.0, "2026", (), "not_met", id="the year's own round decides",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 10.0, "words": "ежегодно, начиная с 2027 года"},
            9.0, "2026-Q4", (), "not_judged", id="a yearly target is not judged before its first year",
        ),
        pytest.param(
            {"target_year": None, "rhythm": "year", "target": 10.0, "words": "ежегодно, начиная с 2027 года"},
            11.0, "2027-Q1", (), "met", id="a yearly target is met in its first year",
        ),
        pytest.param(
            {"unit": "yes_no", "comparison": "equals", "target": 1.0}, 0.0, "2026-Q3", (1.0, 1.0), "behind",
            id="a flag that was yes and is no",
        ),
        pytest.param(
            {"unit": "yes_no", "comparison": "equals", "target": 1.0}, 0.0, "2026-Q3", (0.0,), "not_judged",
            id="a flag that is no before its day",
        ),
        pytest.param(
            {"unit": "yes_no", "comparison": "equals", "target": 1.0}, 1.0, "2026-Q3", (), "met",
            id="a flag that is yes before the year",
        ),
        pytest.param(
            {"unit": "yes_no", "comparison": "equals", "target": 1.0, "target_year": None}, 0.0, "2026-Q3", (),
            "not_met", id="a target without a year is in force at once",
        ),
    ],
)  # fmt: skip
def test_verdict(facts: dict[str, Any], value: float | None, period: str, earlier: Any, wanted: str) -> None:
    assert judged(indicator(**facts), value, period, *earlier) == wanted


def test_a_rehearsal_moves_the_first_year_with_it() -> None:
    entry = next(one for one in built_in("kirov").indicators if one.code == "7.2-2")
    assert (first_year(entry), first_year(entry, 4)) == (2023, 2027)
    assert judged(entry, 0.0, "2026-Q4", shift=4) == "not_judged"
    assert judged(entry, 0.0, "2027-Q4", shift=4) == "not_met"


def test_what_the_five_systems_leave_without_a_number_is_never_judged() -> None:
    without = [
        (code, one.code)
        for code in ("kirov", "moscow-oblast", "bashkortostan", "surgut")
        for one in built_in(code).indicators
        if judged(one, 50.0, "2030-Q4") == "not_judged"
    ]
    assert without == [("kirov", "7.2-9"), *(("surgut", f"6.1.{n}") for n in range(1, 6))]


@pytest.mark.parametrize(
    ("before", "now", "way", "wanted"),
    [
        pytest.param(30.0, 30.5, "share", "flat", id="half a point of percent is no change"),
        pytest.param(30.0, 30.6, "share", "up", id="more than half a point is"),
        pytest.param(30.0, 29.4, "share", "down", id="down as well"),
        pytest.param(200.0, 202.0, "ratio", "flat", id="a hundredth of a ratio is no change"),
        pytest.param(200.0, 203.0, "total", "up", id="more than a hundredth is"),
        pytest.param(0.0, 0.0, "total", "flat", id="nothing and nothing"),
        pytest.param(0.0, 1.0, "flag", "up", id="a flag has no band"),
        pytest.param(None, 1.0, "share", None, id="nothing to compare with"),
        pytest.param(1.0, None, "share", None, id="no data now"),
    ],
)
def test_direction(before: float | None, now: float | None, way: Any, wanted: str | None) -> None:
    assert direction(before, now, way) == wanted


def test_worse_is_more_where_the_target_is_at_most() -> None:
    assert is_worse(260.0, 250.0, "at_most", "ratio")
    assert not is_worse(240.0, 250.0, "at_most", "ratio")
    assert is_worse(240.0, 250.0, None, "ratio")


def test_the_year_that_decides() -> None:
    yearly = indicator(rhythm="year", target_year=2024)
    years = [target_year(one, Q1_2027) for one in (indicator(), yearly, indicator(target_year=None))]
    assert years == [2027, 2027, None]


def test_the_forecast_is_the_line_through_the_period_ends() -> None:
    found = expected(indicator(), trend(10.0, 12.0, 14.0, 16.0), period=Q3_2026)
    assert found is not None
    assert found.year == 2027
    assert found.value == pytest.approx(26.0, abs=0.2)
    assert found.method == "линейный тренд по 4 раундам"


@pytest.mark.parametrize(
    ("facts", "values", "wanted"),
    [
        pytest.param({}, (50.0, 70.0, 90.0), 100.0, id="a share ends at a hundred"),
        pytest.param({}, (30.0, 20.0, 10.0), 0.0, id="a share ends at nothing"),
        pytest.param({"way": "ratio", "unit": "count"}, (50.0, 70.0, 90.0), 189.7, id="a ratio has no upper end"),
        pytest.param({"way": "ratio", "unit": "count"}, (9.0, 5.0, 1.0), 0.0, id="a ratio is not below zero"),
        pytest.param({"cumulative": True}, (30.0, 28.0, 26.0), 26.0, id="a running total does not fall"),
    ],
)
def test_the_forecast_is_kept_within_sense(facts: Any, values: Any, wanted: float) -> None:
    found = expected(indicator(**facts), trend(*values), period=Q3_2026)
    assert found is not None
    assert found.value == pytest.approx(wanted, abs=0.5)


@pytest.mark.parametrize(
    ("facts", "values", "period"),
    [
        pytest.param({"unit": "yes_no"}, (0.0, 1.0, 1.0), Q3_2026, id="a flag"),
        pytest.param({"target_year": None}, (1.0, 2.0, 3.0), Q3_2026, id="no year"),
        pytest.param({"target": None}, (1.0, 2.0, 3.0), Q3_2026, id="no number to reach"),
        pytest.param({}, (2.0,), Q3_2026, id="one value"),
        pytest.param({}, (None, None, 2.0), Q3_2026, id="one value among silence"),
        pytest.param({}, (1.0, 2.0, None), Q3_2026, id="no data now"),
        pytest.param({"target_year": 2026}, (1.0, 2.0, 3.0), Q4_2026, id="the year is over"),
    ],
)
def test_no_forecast_where_it_has_no_sense(facts: Any, values: Any, period: Any) -> None:
    assert expected(indicator(**facts), trend(*values, until=period.written), period=period) is None


def test_a_yearly_target_is_forecast_from_its_own_year() -> None:
    yearly = indicator(rhythm="year", target_year=None, target=10.0)
    found = expected(yearly, trend(9.0, 9.5, 2.0, 4.0, until="2027-Q2"), period=parse_period("2027-Q2"))
    assert found is not None
    assert (found.year, found.method) == (
        2027,
        "ориентировочно, по темпу с начала года, данные 2 раундов",
    )
    assert (found.low, found.high) == (4.0, 8.0)
    assert found.value == pytest.approx(8.0, abs=0.1)


def test_rounds_without_a_value_are_left_out_of_the_line() -> None:
    found = expected(indicator(), trend(10.0, None, 14.0, 16.0), period=Q3_2026)
    assert found is not None
    assert found.method == "линейный тренд по 3 раундам"
    assert found.value == pytest.approx(26.0, abs=0.3)


def test_points_of_one_day_give_their_mean() -> None:
    day = date(2026, 9, 30)
    assert line([(day, 1.0), (day, 3.0)], date(2030, 1, 1)) == 2.0


def test_the_method_is_said_with_the_right_case() -> None:
    assert [method(n) for n in (3, 9)] == ["линейный тренд по 3 раундам", "линейный тренд по 9 раундам"]


def test_the_straight_way_and_the_line_through_two_points_are_one() -> None:
    """Below the way from the first value to the target is the same as a line that ends below the target."""
    first, target, start, end = 4.0, 30.0, date(2026, 3, 31), date(2027, 12, 31)
    for now in (6.0, 9.0, 12.0):
        day = date(2026, 9, 30)
        way = first + (target - first) * (day - start).days / (end - start).days
        assert (line([(start, first), (day, now)], end) >= target) == (now >= way)


def test_an_expectation_decides_before_the_day_only() -> None:
    good = Expectation(year=2027, value=31.0, method="")
    assert verdict(indicator(), 1.0, period=Q4_2026, expected=good) == "on_way"
    assert verdict(indicator(), 1.0, period=Q1_2027, expected=good) == "on_way"
    assert verdict(indicator(), 1.0, period=parse_period("2027-Q4"), expected=good) == "not_met"
