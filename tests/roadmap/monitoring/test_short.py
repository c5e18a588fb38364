"""Below the target and below the mean are two things; who meets the target is neither."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.compute import AskedBody, Counted, Given, results
from roadmap.monitoring.indicators.gaps import deficits
from roadmap.monitoring.indicators.ranking import lagging, worst
from roadmap.monitoring.indicators.verdict import meets
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.recommendations.propose import Facts, advise
from roadmap.monitoring.recommendations.rules import built_in_rules
from roadmap.monitoring.report import words
from roadmap.monitoring.report.pages import own_lead
from roadmap.monitoring.report.view import report_of
from roadmap.monitoring.snapshot import ExecutionRow, IndicatorResult, Snapshot

PERIOD = parse_period("2026-Q3")
NAMES = ("Абинский", "Белый Ключ", "Горячий Лог", "Дальний")


def measured(said: dict[str, Given], **facts: Any) -> IndicatorResult:
    usual: dict[str, Any] = {"unit": "count", "way": "ratio", "comparison": "at_most", "target": 250.0}
    entry = Indicator(
        code="5", title="Нагрузка", source=Source(place="п. 5"), **(usual | {"target_year": 2027} | facts)
    )
    asked = [AskedBody(name, name) for name in NAMES]
    return results([Counted(indicator=entry, number=5, asked=asked, given=said)], period=PERIOD)[0]


def snapshot(one: IndicatorResult) -> Snapshot:
    return Snapshot(
        roadmap="krai", region="Край", title="Комплекс мер", act="приказ", rhythm="quarter", period=PERIOD.title,
        period_start=PERIOD.start, period_end=PERIOD.end, as_of=datetime(2026, 10, 14, tzinfo=UTC),
        due_on=date(2026, 10, 7), note_on=date(2026, 10, 14), bodies_asked=4, bodies_answered=4, silent=(), remarks=(),
        indicators=(one,), by_body=(), by_section=(), by_kind=(),
        execution=ExecutionRow(name="Всего", due=0, in_time=0, late=0, overdue=0, excused=0), overdue=(), advice=(),
    )  # fmt: skip


def said_of(one: IndicatorResult, name: str) -> str:
    answer = next(each for each in one.answers if each.name == name)
    return own_lead([(one, answer)]).replace("\u00a0", " ")


LOADS = {"Абинский": Given(499, 2), "Белый Ключ": Given(602, 3), "Горячий Лог": Given(520, 2), "Дальний": Given(300, 2)}


@pytest.mark.parametrize("year", [2027, 2025, None])
def test_who_meets_a_target_where_less_is_better_is_not_told_to_be_above(year: int | None) -> None:
    """249,5 with a target of 250, while all together have less."""
    one = measured(LOADS, target_year=year)
    assert "Абинский" not in [answer.name for answer in worst(one)]
    assert "Абинский" not in [lag.name for lag in lagging(snapshot(one)) if lag.short]
    assert "Значений хуже цели или среднего по региону нет" in said_of(one, "Абинский")
    shown = report_of(snapshot(one))
    assert not any("Абинский" in row["name"] for row in shown.lagging.rows)
    assert "Абинский" not in " ".join((*shown.summary, shown.details[0].worst))


def test_before_its_day_above_the_mean_from_it_on_above_the_target() -> None:
    early, due = measured(LOADS), measured(LOADS, target_year=2025)
    assert "Выше среднего по региону: 1 показатель — 5." in said_of(early, "Горячий Лог")
    assert "Выше цели: 1 показатель — 5." in said_of(due, "Горячий Лог")
    assert [lag.below_target for lag in lagging(snapshot(due))] == [["5"]]
    assert [lag.below_mean for lag in lagging(snapshot(early))] == [["5"]]
    assert report_of(snapshot(due)).details[0].worst.startswith("Выше цели (не более\u00a0250)")


def test_where_more_is_better_it_is_below() -> None:
    said = {"Абинский": Given(5, 100), "Белый Ключ": Given(30, 100)}
    one = measured(said, unit="percent", way="share", comparison="at_least", target=12.0)
    assert "Ниже среднего по региону: 1 показатель — 5." in said_of(one, "Абинский")
    assert words.beyond([one, measured(LOADS)]) == "хуже"


def test_a_no_before_its_day_is_no_shortfall() -> None:
    said = {"Абинский": Given(0), "Белый Ключ": Given(1)}
    one = measured(said, unit="yes_no", way="flag", comparison="equals", target=1.0)
    assert worst(one) == ()


loads = st.tuples(st.integers(0, 2000), st.integers(1, 10)).map(lambda one: Given(float(one[0]), float(one[1])))


@given(
    st.dictionaries(st.sampled_from(NAMES), loads, min_size=1),
    st.sampled_from(["at_least", "at_most", "equals"]),
    st.floats(1, 500),
    st.sampled_from([2025, 2026, 2027, None]),
    st.sampled_from(["share", "ratio", "total"]),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_who_meets_the_target_never_falls_short(
    said: dict[str, Given], comparison: Any, target: float, year: int | None, way: Any, is_yearly: bool
) -> None:
    unit = "percent" if way == "share" else "count"
    facts: Any = {"rhythm": "year", "target_year": None} if is_yearly else {"target_year": year}
    one = measured(said, comparison=comparison, target=target, way=way, unit=unit, **facts)
    good = {each.name for each in one.answers if each.value is not None and meets(each.value, comparison, target)}
    whole = snapshot(one)
    assert not good & {answer.name for answer in worst(one)}
    assert not good & {lag.name for lag in lagging(whole) if lag.short}
    assert not [row for row in deficits(whole).rows if row.body in good and row.deficit]
    assert all("Ниже" not in said_of(one, name) and "Выше" not in said_of(one, name) for name in good)
    facts_of = Facts(
        roadmap="krai", period=PERIOD.title, due_on=whole.due_on, note_on=whole.note_on, day=whole.note_on,
        keeper=AskedBody("iro", "ИРО"), calendar=WorkCalendar({}), results=[one],
    )  # fmt: skip
    told = {each.body_name for each in advise(facts_of, built_in_rules()) if each.rule == "lagging"}
    assert not good & told
    if one.value is not None and meets(one.value, comparison, target):
        assert one.verdict in ("met", "on_way")
