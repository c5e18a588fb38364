"""When a target is judged and what a value counts: by the field, by the words, by the rule."""

from datetime import date
from typing import Any

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.compute import AskedBody, Counted, Given, results
from roadmap.monitoring.indicators.due import covers, due_on, is_due, part, since_words
from roadmap.monitoring.indicators.ranking import worst
from roadmap.monitoring.indicators.submission import numerator_words
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.recommendations.propose import Facts, advise
from roadmap.monitoring.recommendations.rules import built_in_rules

YEARLY: dict[str, Any] = {"rhythm": "year"}


def indicator(**facts: Any) -> Indicator:
    usual: dict[str, Any] = {"unit": "percent", "comparison": "at_least", "target": 10.0}
    return Indicator(code="x", title="Доля", source=Source(place="п. 1"), **(usual | facts))


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        pytest.param({"target_year": 2027}, "moment", id="by a year: as things stand"),
        pytest.param({"target_year": 2027, "cumulative": True}, "start", id="a running total"),
        pytest.param(YEARLY, "span", id="each year: since January"),
        pytest.param(YEARLY | {"cumulative": True}, "span", id="each year, running: since January"),
        pytest.param(YEARLY | {"unit": "count", "way": "ratio"}, "moment", id="each year, so many to one"),
        pytest.param(YEARLY | {"unit": "yes_no"}, "moment", id="each year, yes or no"),
        pytest.param(YEARLY | {"words": "на конец года не менее 10 %"}, "moment", id="the words: at the end"),
        pytest.param(YEARLY | {"numerator": "обученные за отчётный квартал"}, "period", id="the words: the quarter"),
        pytest.param({"target_year": 2027, "numerator": "обученные в отчётном году"}, "span", id="the words: the year"),
        pytest.param(YEARLY | {"covers": "period"}, "period", id="the field is stronger"),
    ],
)
def test_what_a_value_counts(facts: dict[str, Any], wanted: str) -> None:
    assert covers(indicator(**facts)) == wanted


@pytest.mark.parametrize(
    ("facts", "period", "day", "decides", "passed"),
    [
        pytest.param(YEARLY, "2027-Q1", date(2027, 12, 31), False, 0.25, id="a quarter of the year"),
        pytest.param(YEARLY, "2027-09", date(2027, 12, 31), False, 0.75, id="a month's round"),
        pytest.param(YEARLY, "2027-Q4", date(2027, 12, 31), True, 1.0, id="the year's end"),
        pytest.param({"rhythm": "quarter"}, "2027-Q2", date(2027, 6, 30), True, 1.0, id="each quarter"),
        pytest.param({"rhythm": "quarter"}, "2027-05", date(2027, 6, 30), False, 2 / 3, id="within the quarter"),
        pytest.param({"rhythm": "half_year"}, "2027-Q1", date(2027, 6, 30), False, 0.5, id="each half a year"),
        pytest.param({"target_year": 2027}, "2027-Q3", date(2027, 12, 31), False, None, id="the target year runs"),
        pytest.param({"target_year": 2027}, "2028-Q1", date(2027, 12, 31), True, None, id="after it"),
        pytest.param({}, "2027-Q1", None, True, None, id="in force at all times"),
    ],
)
def test_the_day_that_decides(
    facts: dict[str, Any], period: str, day: date | None, decides: bool, passed: float | None
) -> None:
    one, at = indicator(**facts), parse_period(period)
    assert (due_on(one, at), is_due(one, at), part(one, at)) == (
        day,
        decides,
        pytest.approx(passed) if passed else None,
    )


def test_the_form_says_since_when_where_nothing_else_does() -> None:
    assert numerator_words(indicator(**YEARLY, numerator="обученные, человек")) == "обученные, человек (с начала года)"
    assert since_words(indicator(**YEARLY, numerator="обученные в отчётном году, человек")) == ""
    assert since_words(indicator(target_year=2027)) == ""


def test_what_the_values_of_the_five_systems_count() -> None:
    found = {
        (code, one.code): covers(one)
        for code in ("kirov", "moscow-oblast", "bashkortostan", "surgut")
        for one in built_in(code).indicators
    }
    assert sorted(key for key, what in found.items() if what == "span") == [("kirov", "7.2-7"), ("kirov", "7.2-8")]
    assert sorted(key for key, what in found.items() if what == "start") == [("moscow-oblast", n) for n in "1346"]
    assert "period" not in found.values()


def test_a_yearly_share_in_the_first_quarter_accuses_nobody() -> None:
    """Forty of a thousand in each of twelve towns by March is more than a quarter of ten percent."""
    (entry,) = (one for one in built_in("kirov").indicators if one.code == "7.2-7")
    towns = [AskedBody(f"t{n}", f"Город {n}") for n in range(12)]
    period = parse_period("2027-Q1")
    counted = Counted(indicator=entry, number=7, asked=towns, given={town.code: Given(40, 1000) for town in towns})
    (one,) = results([counted], period=period, shift=3)
    facts = Facts(
        roadmap="kirov", period=period.title, due_on=date(2027, 4, 7), note_on=date(2027, 4, 14),
        day=date(2027, 4, 14), keeper=towns[0], calendar=WorkCalendar({}), results=[one], indicators={one.code: entry},
    )  # fmt: skip
    assert (one.verdict, worst(one), advise(facts, built_in_rules())) == ("on_way", (), ())
    (late,) = results([counted], period=parse_period("2027-Q4"), shift=3)
    assert (late.verdict, len(worst(late))) == ("not_met", 12)
