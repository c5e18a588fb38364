"""How many are missing, in what the numerator counts."""

from typing import Any

import pytest

from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.compute import AskedBody, Counted, Given, results
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.recommendations.reasons import says_none
from roadmap.monitoring.recommendations.shortage import forms_of, missing

TEACHERS = "учителя, успешно сдавшие итоговую аттестацию, человек"
LOADED = {
    "unit": "count", "way": "ratio", "comparison": "at_most", "target": 250.0,
    "numerator": "педагогические работники, закреплённые за методистами, человек",
    "denominator": "региональные методисты, человек",
}  # fmt: skip


def told(numerator: float, denominator: float | None, /, **facts: Any) -> str:
    usual: dict[str, Any] = {"unit": "percent", "comparison": "at_least", "target": 12.0, "numerator": TEACHERS}
    entry = Indicator(code="3", title="Доля", source=Source(place="п. 3"), **(usual | facts))
    said = {"a": Given(numerator, denominator)}
    counted = Counted(indicator=entry, number=3, asked=[AskedBody("a", "Армавир")], given=said)
    (one,) = results([counted], period=parse_period("2026-Q3"))
    return missing(one, entry, numerator=numerator, denominator=denominator).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("numerator", "denominator", "facts", "said"),
    [
        pytest.param(241, 2856, {}, "До 12 % — ещё 102 учителя.", id="342,72 of 2 856: a part of a teacher is one"),
        pytest.param(342, 2856, {}, "До 12 % — ещё 1 учитель.", id="one"),
        pytest.param(12, 100, {}, "", id="there already: exactly"),
        pytest.param(5, 0, {}, "", id="of nobody"),
        pytest.param(1, 100, {"numerator": ""}, "До 12 % — ещё 11.", id="the catalogue does not say what"),
        pytest.param(0, 10_000, {}, "До 12 % — ещё 1 200 учителей.", id="thousands"),
        pytest.param(501, 2, LOADED, "Сверх 250 — 1 педагогический работник; или нужно ещё 1 региональный методист.",
                     id="less is better: so many are too many"),
        pytest.param(500, 2, LOADED, "", id="less is better: exactly"),
        pytest.param(3, None, {"unit": "count", "target": 10.0, "numerator": "проведённые семинары, единиц"},
                     "До 10 — ещё 7 единиц.", id="a number"),
        pytest.param(0, None, {"unit": "yes_no", "comparison": "equals", "target": 1.0}, "", id="yes or no"),
    ],
)  # fmt: skip
def test_missing(numerator: float, denominator: float | None, facts: dict[str, Any], said: str) -> None:
    assert told(numerator, denominator, **facts) == said


@pytest.mark.parametrize(
    ("what", "many"),
    [
        ("педагогические работники, всего, человек", "педагогических работников"),
        ("педагогические работники и управленческие кадры, прошедшие диагностику, человек", "человек"),
        ("управленческие команды, всего, единиц", "управленческих команд"),
        ("программы ДПО, размещённые в реестре, единиц", "программ"),
        ("молодые люди, человек", "человек"),
        ("школы-партнёры, единиц", "школ"),
        ("школьники, человек", "человек"),
        ("семинары", None),
        ("", None),
    ],
)
def test_what_is_counted_is_said_by_its_own_noun(what: str, many: str | None) -> None:
    assert (forms_of(what) or (None,) * 3)[2] == many


@pytest.mark.parametrize(
    ("reason", "is_none"),
    [
        ("региональных методистов в муниципалитете нет", True),
        ("Молодые педагоги отсутствуют", True),
        ("такая должность не предусмотрена", True),
        ("нет данных", False),
        ("учёт не ведётся", False),
        ("сведений нет", False),
        ("", False),
    ],
)
def test_nothing_to_count_is_not_a_lack_of_records(reason: str, is_none: bool) -> None:
    assert says_none(reason) is is_none
