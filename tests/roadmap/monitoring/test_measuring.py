"""Indicators from what bodies answered: sums, silence, order."""

from math import fsum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.compute import (
    EARLIER,
    AskedBody,
    Counted,
    Given,
    remarks,
    results,
    shown,
    value_of,
)
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.snapshot import IndicatorResult, TrendPoint, Way

PERIOD = parse_period("2026-Q3")
TOWNS = tuple(AskedBody(f"t{n}", f"Город {n}") for n in range(6))


def indicator(way: Way = "share", **facts: Any) -> Indicator:
    unit = {"share": "percent", "flag": "yes_no"}.get(way, "count")
    usual = {"comparison": "at_least", "target": 30.0, "target_year": 2025}
    return Indicator(
        code="x", title="Показатель", unit=unit, way=way, source=Source(place="п. 1"), **{**usual, **facts}
    )


def result(
    way: Way, answers: dict[str, Given], *, towns: Any = TOWNS, earlier: Any = (), **facts: Any
) -> IndicatorResult:
    counted = Counted(indicator=indicator(way, **facts), number=1, asked=towns, given=answers, earlier=earlier)
    return results([counted], period=PERIOD)[0]


def before(*values: float | None) -> tuple[TrendPoint, ...]:
    one, points = PERIOD, []
    for value in reversed(values):
        one = one.previous
        points.append(TrendPoint(period=one.title, ends_on=one.end, value=value))
    return tuple(reversed(points))


def test_a_share_is_the_sum_of_parts_over_the_sum_of_wholes_not_the_mean_of_shares() -> None:
    one = result("share", {"t0": Given(90, 100), "t1": Given(0, 900)})
    assert (one.numerator, one.denominator, one.value) == (90, 1000, 9.0)
    assert (one.asked, one.given) == (6, 2)


def test_who_gave_only_a_half_does_not_count() -> None:
    one = result("share", {"t0": Given(10, 100), "t1": Given(50, None)})
    assert (one.value, one.given) == (10.0, 1)
    assert [answer.state for answer in one.answers[:3]] == ["given", "no_data", "silent"]


def test_a_whole_of_zero_has_no_value_but_is_an_answer() -> None:
    one = result("share", {"t0": Given(0, 0)})
    assert (one.value, one.given, one.verdict) == (None, 1, "no_data")
    together = result("share", {"t0": Given(0, 0), "t1": Given(1, 4)})
    assert (together.value, together.answers[0].value) == (25.0, None)


def test_nothing_given_is_no_data_never_zero() -> None:
    for way in ("share", "ratio", "total", "flag"):
        one = result(way, {"t0": Given(None, reason="учёт не ведётся")})
        assert (one.value, one.numerator, one.given, one.verdict) == (None, None, 0, "no_data")
        assert (one.answers[0].state, one.answers[0].reason) == ("no_data", "учёт не ведётся")


def test_a_zero_that_was_given_is_a_zero() -> None:
    assert result("total", {"t0": Given(0)}).value == 0
    assert result("share", {"t0": Given(0, 5)}).verdict == "not_met"


def test_a_ratio_is_a_quotient_and_a_total_a_sum() -> None:
    assert result("ratio", {"t0": Given(300, 1), "t1": Given(100, 1)}).value == 200
    assert result("total", {"t0": Given(3), "t1": Given(4.5)}).value == 7.5


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param((1, 1), 1.0, id="all say yes"),
        pytest.param((1, 0), 0.0, id="one no decides"),
        pytest.param((1, None), None, id="yes and silence decide nothing"),
        pytest.param((0, None), 0.0, id="no and silence are no"),
        pytest.param((None, None), None, id="silence is no data"),
    ],
)
def test_a_flag_is_yes_only_where_all_say_yes(said: tuple[int | None, ...], wanted: float | None) -> None:
    answers = {f"t{n}": Given(word) for n, word in enumerate(said) if word is not None}
    assert result("flag", answers, towns=TOWNS[:2], comparison="equals", target=1.0).value == wanted


def test_a_body_that_is_not_asked_does_not_count() -> None:
    one = result("share", {"t0": Given(1, 2), "stranger": Given(100, 100)})
    assert (one.value, one.given) == (50.0, 1)


def test_answers_stand_by_name() -> None:
    towns = (AskedBody("b", "Ялта"), AskedBody("a", "Анапа"), AskedBody("c", "Анапа"))
    assert [answer.body for answer in result("total", {}, towns=towns).answers] == ["a", "c", "b"]


def test_results_stand_by_number_and_carry_the_documents_words() -> None:
    late = Counted(indicator=indicator(words="не менее 30%"), number=2, asked=TOWNS, given={})
    early = Counted(indicator=indicator("total"), number=1, asked=TOWNS, given={})
    found = results([late, early], period=PERIOD)
    assert [(one.number, one.words) for one in found] == [(1, ""), (2, "не менее 30%")]


def test_the_trend_ends_with_this_round_and_reaches_eight_rounds_back() -> None:
    one = result("share", {"t0": Given(20, 100)}, earlier=before(*range(1, 13)))
    assert [point.value for point in one.trend] == [5, 6, 7, 8, 9, 10, 11, 12, 20]
    assert len(one.trend) == EARLIER + 1
    assert (one.trend[-1].period, one.direction) == ("III квартал 2026 г.", "up")


def test_a_running_total_that_fell_is_remarked() -> None:
    fell = result("share", {"t0": Given(20, 100)}, earlier=before(22.0, 21.0), cumulative=True)
    (said,) = remarks([fell])
    assert said == (
        "Показатель x: значение нарастающим итогом (20\u00a0%) меньше прежнего (22\u00a0%) — проверьте данные"
    )
    assert not list(remarks([result("share", {"t0": Given(20, 100)}, earlier=before(22.0, 21.0))]))
    assert not list(remarks([result("share", {"t0": Given(23, 100)}, earlier=before(22.0), cumulative=True)]))


def test_first_values_are_said_to_be_too_early_to_judge() -> None:
    one = result("share", {"t0": Given(1, 100)}, target_year=2028)
    assert one.verdict == "not_judged"
    assert list(remarks([one])) == ["Показатель x имеет пока одно значение: темп виден со второго раунда"]


@pytest.mark.parametrize(
    ("way", "value", "wanted"),
    [
        ("share", 34.14, "34,1\u00a0%"),
        ("share", 12.0, "12\u00a0%"),
        ("total", 12345.0, "12\u00a0345"),
        ("flag", 1.0, "да"),
        ("flag", 0.0, "нет"),
        ("ratio", None, "нет данных"),
    ],
)
def test_values_read_as_people_write_them(way: Way, value: float | None, wanted: str) -> None:
    assert shown(value, result(way, {})) == wanted


hundredths = st.integers(0, 10**8).map(lambda n: n / 100)
numbers = st.one_of(st.none(), st.integers(0, 10**6), hundredths)
answers = st.dictionaries(
    st.sampled_from([town.code for town in TOWNS]), st.builds(Given, numbers, numbers), max_size=len(TOWNS)
)
ways = st.sampled_from(["share", "ratio", "total", "flag"])


@given(ways, answers, st.permutations(TOWNS))
@settings(max_examples=200, deadline=None)
def test_the_order_of_bodies_and_answers_changes_nothing(way: Way, said: dict[str, Given], towns: Any) -> None:
    turned = dict(reversed(list(said.items())))
    assert result(way, said) == result(way, turned, towns=towns)


@given(st.sampled_from(["share", "ratio", "total"]), answers)
@settings(max_examples=200, deadline=None)
def test_the_whole_is_what_its_parts_sum_to(way: Way, said: dict[str, Given]) -> None:
    one = result(way, said)
    full = [g for g in said.values() if g.numerator is not None and (way == "total" or g.denominator is not None)]
    assert one.given == len(full)
    assert (one.value is None) == (not full or (way != "total" and not fsum(g.denominator or 0 for g in full)))
    if full:
        assert one.numerator == pytest.approx(fsum(g.numerator or 0 for g in full), abs=1e-5)
    if way == "share" and one.value is not None and all((g.numerator or 0) <= (g.denominator or 0) for g in full):
        assert 0 <= one.value <= 100 + 1e-6


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from(["at_least", "at_most"]))
@settings(max_examples=200, deadline=None)
def test_a_better_value_never_gets_a_worse_verdict(one: float, other: float, comparison: Any) -> None:
    worse, better = sorted((one, other), reverse=comparison == "at_most")
    verdicts = [
        result("total", {"t0": Given(value)}, comparison=comparison, towns=TOWNS[:1]).verdict
        for value in (worse, better)
    ]
    assert verdicts in (["not_met", "not_met"], ["not_met", "met"], ["met", "met"])


@given(st.sampled_from(["share", "ratio"]), st.integers(0, 1000), st.integers(1, 1000), st.integers(1, 50))
def test_bodies_of_equal_value_together_have_the_same_value(way: Way, part: int, whole: int, times: int) -> None:
    said = {"t0": Given(part, whole), "t1": Given(part * times, whole * times)}
    assert result(way, said).value == pytest.approx(value_of(way, part, whole), abs=1e-5)
