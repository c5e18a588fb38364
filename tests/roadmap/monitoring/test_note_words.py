"""Sentences of the analytic note: right numbers, right plurals, nothing claimed that the snapshot does not say."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from roadmap.language.text import NBSP
from roadmap.monitoring.indicators.ranking import lagging, worst
from roadmap.monitoring.report import words
from roadmap.monitoring.report.summary import summary
from roadmap.monitoring.report.view import Pages, report_of
from roadmap.monitoring.snapshot import (
    Advice,
    Answer,
    ExecutionRow,
    Expectation,
    IndicatorResult,
    OverduePoint,
    Snapshot,
    TrendPoint,
)

NB = NBSP


def result(**facts: Any) -> IndicatorResult:
    value = facts.get("value", 9.8)
    trend = (
        TrendPoint(period="II квартал 2026 г.", ends_on=date(2026, 6, 30), value=9.1),
        TrendPoint(period="III квартал 2026 г.", ends_on=date(2026, 9, 30), value=value),
    )
    given: dict[str, Any] = {
        "code": "3",
        "number": 3,
        "title": "Доля педагогических работников",
        "unit": "percent",
        "way": "share",
        "comparison": "at_least",
        "target": 12.0,
        "target_year": 2026,
        "is_cumulative": False,
        "words": "Не менее 12%",
        "place": "приложение 3, показатель 3",
        "asked": 3,
        "given": 2,
        "numerator": 98.0,
        "denominator": 1000.0,
        "value": 9.8,
        "verdict": "not_met",
        "direction": "up",
        "trend": trend,
        "expected": None,
        "answers": (),
    }
    return IndicatorResult(**(given | facts))


def answer(name: str, value: float | None, **facts: Any) -> Answer:
    state: Any = "silent" if value is None else "given"
    return Answer(body=facts.pop("body", name.lower()), name=name, state=state, numerator=value, value=value, **facts)


def row(**facts: Any) -> ExecutionRow:
    return ExecutionRow(**({"name": "Всего", "due": 0, "in_time": 0, "late": 0, "overdue": 0, "excused": 0} | facts))


def snapshot(**facts: Any) -> Snapshot:
    given: dict[str, Any] = {
        "roadmap": "krai",
        "region": "Край",
        "title": "Комплекс мер",
        "act": "приказ от 13.08.2021 № 2625",
        "rhythm": "quarter",
        "period": "III квартал 2026 г.",
        "period_start": date(2026, 7, 1),
        "period_end": date(2026, 9, 30),
        "as_of": datetime(2026, 10, 14, 7, 30, tzinfo=UTC),
        "due_on": date(2026, 10, 7),
        "note_on": date(2026, 10, 14),
        "bodies_asked": 3,
        "bodies_answered": 2,
        "silent": ("Химки",),
        "remarks": (),
        "indicators": (result(),),
        "by_body": (),
        "by_section": (),
        "by_kind": (),
        "execution": row(),
        "overdue": (),
        "advice": (),
    }
    return Snapshot(**(given | facts))


def plain(text: str) -> str:
    return text.replace(NB, " ")


@pytest.mark.parametrize(
    ("facts", "value", "shown"),
    [
        pytest.param({}, 9.84, "9,8 %", id="a share is shown in percent with one digit"),
        pytest.param({}, 11.96, "11,96 %", id="a value short of the target is never rounded onto it"),
        pytest.param({}, 12.0, "12,0 %", id="the target itself"),
        pytest.param({}, None, "нет данных", id="nothing given is no zero"),
        pytest.param({}, 0.0, "0,0 %", id="zero is zero"),
        pytest.param({"way": "flag", "target": 1.0}, 1.0, "да", id="a flag that is up"),
        pytest.param({"way": "flag", "target": 1.0}, 0.0, "нет", id="a flag that is down"),
        pytest.param({"way": "total"}, 24500.0, "24 500", id="a total is whole, thousands apart"),
        pytest.param({"way": "ratio", "comparison": "at_most", "target": 250.0}, 250.04, "250,04", id="at most"),
    ],
)
def test_a_value_is_shown_so_that_it_does_not_contradict_its_verdict(
    facts: dict[str, Any], value: float | None, shown: str
) -> None:
    assert plain(words.amount(result(**facts), value)) == shown


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param({}, "не менее 12 % к концу 2026 года", id="with its year"),
        pytest.param({"target_year": None}, "не менее 12 %", id="without a year"),
        pytest.param({"target": None}, "не установлено", id="the act gives no number"),
        pytest.param({"way": "flag", "comparison": "equals", "target": 1.0, "target_year": None}, "да", id="a flag"),
        pytest.param(
            {"way": "ratio", "comparison": "at_most", "target": 2500.5, "is_cumulative": True},
            "не более 2 500,5 к концу 2026 года (нарастающим итогом)",
            id="cumulative",
        ),
    ],
)
def test_a_target_is_said_in_full(facts: dict[str, Any], said: str) -> None:
    assert plain(words.target(result(**facts))) == said


def test_an_indicator_is_told_with_its_numbers_change_and_forecast() -> None:
    forecast = Expectation(year=2026, value=10.4, method="линейный тренд по 3 раундам")
    assert plain(words.indicator(result(expected=forecast))) == (
        "Значение: 9,8 % (98 из 1 000); цель: не менее 12 % к концу 2026 года; оценка: не достигнут. "
        "По сравнению с предыдущим раундом (II квартал 2026 г.: 9,1 %): +0,7 п. п. "
        "Прогноз на конец 2026 года — 10,4 % (линейный тренд по 3 раундам). Данные представили: 2 из 3."
    )


def test_an_indicator_without_a_number_in_the_act_is_not_judged() -> None:
    said = words.indicator(result(target=None, comparison=None, verdict="not_judged"))
    assert "не оценивается" in plain(said)
    assert "цель" not in said


def test_an_indicator_with_a_target_that_is_not_due_is_not_said_to_have_none() -> None:
    assert "оценивать рано" in words.indicator(result(verdict="not_judged"))


def test_page_one_says_who_gave_nothing_even_when_nobody_did() -> None:
    nothing = result(value=None, numerator=None, denominator=None, given=0, verdict="no_data", direction=None, trend=())
    silent = ("Балашиха", "Химки", "Шатура")
    said = plain(" ".join(summary(snapshot(indicators=(nothing,), bodies_answered=0, silent=silent))))
    assert "запрошены у 3 участников мониторинга; данных не представил никто." in said
    assert "Не представили данные (3): Балашиха, Химки, Шатура." in said
    assert "Нет данных: 1 показатель — 3." in said
    assert "0,0" not in said


def test_many_silent_bodies_are_counted_whole_and_named_in_part() -> None:
    said = plain(" ".join(summary(snapshot(silent=tuple(f"МО {n}" for n in range(120))))))
    assert "Не представили данные (120)" in said
    assert "МО 19 и ещё 100 (полный перечень — в приложении)." in said


def test_a_roadmap_without_indicators_is_told_by_its_execution() -> None:
    due = row(due=21, in_time=18, late=1, overdue=2, excused=1)
    said = plain(" ".join(summary(snapshot(indicators=(), bodies_asked=0, silent=(), execution=due))))
    assert "Документ показателей с измеряемыми значениями для этого раунда не содержит" in said
    assert "срок 21 контрольной точки: исполнено в срок — 18, с опозданием — 1, не исполнено — 2" in said
    assert "из них не по вине исполнителя — 1." in said
    assert "Исполнено в срок 85,7 %, а без опозданий не по вине исполнителя — 90,0 %." in said


def test_a_snapshot_of_0_3_0_counts_the_excused_as_late() -> None:
    old = {"name": "Всего", "due": 21, "in_time": 18, "late": 1, "overdue": 1, "excused": 1}
    read = ExecutionRow.model_validate(old)
    assert (read.late, read.overdue, read.excused) == (2, 1, 1)
    assert ExecutionRow.model_validate(read.model_dump()) == read


@pytest.mark.parametrize(
    ("count", "open_already", "said"),
    [
        (1, 0, "Подготовлена 1 адресная рекомендация."),
        (3, 1, "Подготовлены 3 адресные рекомендации, из них 1 дана ранее и ещё не исполнена."),
        (25, 2, "Подготовлено 25 адресных рекомендаций, из них 2 даны ранее и ещё не исполнены."),
    ],
)
def test_recommendations_are_counted_with_the_right_plural(count: int, open_already: int, said: str) -> None:
    several = tuple(
        Advice(
            rule="r",
            indicator=None,
            body="b",
            body_name="Б",
            text="т",
            ground="о",
            items=(),
            item_codes=(),
            due_on=date(2026, 12, 1),
            open_key=f"k{n}",
            is_open_already=n < open_already,
        )
        for n in range(count)
    )
    assert said in plain(" ".join(summary(snapshot(advice=several))))


def test_in_the_target_year_whoever_misses_the_target_lags_and_before_it_whoever_is_far_below_all() -> None:
    answers = (answer("Дубна", 11.9), answer("Клин", 9.5), answer("Химки", 6.0), answer("Чехов", None))
    due, early = result(answers=answers), result(answers=answers, verdict="behind")
    assert [one.name for one in worst(due)] == ["Химки", "Клин", "Дубна"]
    assert [one.name for one in worst(early)] == ["Химки"]
    assert [lag.name for lag in lagging(snapshot(indicators=(due,)))] == ["Химки", "Клин", "Дубна", "Чехов"]


def test_too_much_lags_where_less_is_better() -> None:
    several = (answer("Дубна", 240.0), answer("Клин", 320.0))
    at_most = result(way="ratio", comparison="at_most", target=250.0, verdict="met", value=245.0, answers=several)
    assert [one.name for one in worst(at_most)] == ["Клин"]


def test_a_body_reads_on_its_page_nothing_of_another_that_bears_its_name() -> None:
    point = OverduePoint(
        key="krai/1.1/clinic-b/2026-09-01",
        number="1.1",
        title="Отчёт",
        body="Служба",
        deadline_on=date(2026, 9, 1),
        days=43,
    )
    pages = Pages(snapshot(overdue=(point,), by_body=(row(name="Служба", due=4, in_time=4),)))
    assert pages.page("clinic-a", "Служба", is_alone=False).overdue.rows == ()
    assert len(pages.page("clinic-b", "Служба", is_alone=False).overdue.rows) == 1
    assert pages.page("clinic-a", "Служба", is_alone=False).execution == ""
    assert "срок 4 контрольных точек" in plain(pages.page("clinic-a", "Служба").execution)


def test_the_hash_and_the_moment_stand_at_the_end_on_local_clocks() -> None:
    one = snapshot()
    assert report_of(one, zone="Asia/Yekaterinburg").closing.endswith(one.sha256)
    assert "до 14.10.2026 12:30" in report_of(one, zone="Asia/Yekaterinburg").closing


def test_signs_that_office_files_refuse_are_taken_out() -> None:
    assert words.printable("Дубна\x0b\x00 и\nКлин") == "Дубна   и\nКлин"
