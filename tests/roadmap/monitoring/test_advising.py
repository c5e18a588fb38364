"""What is recommended to whom, by rules that are data."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.compute import AskedBody, Counted, Given, results
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.recommendations.propose import CASES, Case, Facts, Overdue, RoadmapItem, advise, target_words
from roadmap.monitoring.recommendations.rules import KNOWN, Rule, built_in_rules, load_rules
from roadmap.monitoring.snapshot import Advice, OverduePoint, TrendPoint

PERIOD = parse_period("2026-Q3")
INSTITUTE, MINISTRY = AskedBody("iro", "ИРО"), AskedBody("minobr", "Министерство")
ANAPA, SOCHI = AskedBody("anapa", "г. Анапа"), AskedBody("sochi", "г. Сочи")
ITEMS = {
    "2.1": RoadmapItem("2.1", "2.1 Диагностика дефицитов", INSTITUTE),
    "2.2": RoadmapItem("2.2", "2.2 Маршруты", MINISTRY),
}


def indicator(code: str = "3", **facts: Any) -> Indicator:
    usual = {"unit": "percent", "comparison": "at_least", "target": 30.0, "target_year": 2025}
    return Indicator(code=code, title="Доля обученных", source=Source(place="п. 1"), **{**usual, **facts})


def before(*values: float) -> tuple[TrendPoint, ...]:
    one, points = PERIOD, []
    for value in reversed(values):
        one = one.previous
        points.append(TrendPoint(period=one.title, ends_on=one.end, value=value))
    return tuple(reversed(points))


def facts(said: dict[str, Given], *, earlier: Any = (), more: Any = None, **entry: Any) -> Facts:
    one = indicator(answered_by=("2.1", "2.2"), **entry)
    counted = Counted(indicator=one, number=3, asked=(ANAPA, SOCHI), given=said, earlier=earlier)
    return Facts(
        roadmap="krai",
        period=PERIOD.title,
        due_on=date(2026, 10, 7),
        note_on=date(2026, 10, 14),
        day=date(2026, 10, 14),
        keeper=MINISTRY,
        calendar=WorkCalendar({}),
        results=results([counted], period=PERIOD),
        indicators={"3": one},
        items=ITEMS,
        **(more or {}),
    )


def found(rule: str, *args: Any, **more: Any) -> tuple[Advice, ...]:
    return tuple(one for one in advise(facts(*args, **more), built_in_rules()) if one.rule == rule)


def test_below_the_target_falls_to_the_owner_of_the_first_item_that_answers() -> None:
    (one,) = found("below-target", {"anapa": Given(10, 100), "sochi": Given(20, 100)})
    assert (one.body, one.body_name, one.indicator, one.item_codes) == ("iro", "ИРО", "3", ("2.1", "2.2"))
    assert one.items == ("2.1 Диагностика дефицитов", "2.2 Маршруты")
    assert one.text == (
        "Достичь цели по показателю 3 «Доля обученных» — не менее 30\u00a0% к 2025 году: сейчас 15\u00a0%. "
        "До 30\u00a0%\u00a0— ещё 30."
    )
    assert one.ground == (
        "Показатель 3, III квартал 2026 г.: 15\u00a0%, цель — не менее 30\u00a0% к 2025 году; расхождение "
        "15\u00a0п.\u00a0п."
    )
    assert one.open_key == "krai/below-target/3/iro"


def test_the_term_is_counted_in_working_days_from_the_note() -> None:
    (one,) = found("below-target", {"anapa": Given(10, 100)})
    # 4 November is a day off.
    assert one.due_on == date(2026, 11, 12)


def test_where_no_item_answers_the_keeper_is_to_act() -> None:
    bare = replace(facts({"anapa": Given(10, 100)}), items={})
    (one,) = (each for each in advise(bare, built_in_rules()) if each.rule == "below-target")
    assert (one.body, one.items) == ("minobr", ())


@pytest.mark.parametrize(
    ("value", "entry", "earlier"),
    [
        pytest.param(30, {}, (), id="met"),
        pytest.param(29, {}, (), id="a little below: within a twentieth of the target"),
        pytest.param(10, {"target": None}, (), id="no number in the act"),
        pytest.param(20, {"target_year": 2026}, before(0.0, 12.0), id="the running year's forecast reaches it"),
        pytest.param(1, {"target_year": 2028}, (), id="one value only"),
        pytest.param(30, {"target_year": 2028}, before(50.0, 40.0), id="met, though it falls"),
    ],
)
def test_who_is_not_below_the_target(value: float, entry: Any, earlier: Any) -> None:
    assert not found("below-target", {"anapa": Given(value, 100)}, earlier=earlier, **entry)


def test_a_forecast_that_falls_short_is_said() -> None:
    (one,) = found("below-target", {"anapa": Given(14, 100)}, earlier=before(10.0, 12.0), target_year=2027)
    assert "Прогноз на конец 2027 года: 24\u00a0% (линейный тренд по 3 раундам)." in one.ground


@pytest.mark.parametrize(
    ("now", "earlier", "entry", "falls"),
    [
        pytest.param(20, (30.0, 25.0), {}, True, id="two rounds in a row"),
        pytest.param(20, (25.0,), {}, False, id="one round is not two"),
        pytest.param(20, (30.0, 20.3), {}, False, id="within the dead band the second time"),
        pytest.param(40, (30.0, 35.0), {}, False, id="it rises"),
        pytest.param(40, (30.0, 35.0), {"comparison": "at_most"}, True, id="it rises where it must not"),
        pytest.param(20, (30.0, 25.0), {"target": None, "comparison": None}, True, id="without a number it falls too"),
    ],
)
def test_falling_two_rounds(now: float, earlier: Any, entry: Any, falls: bool) -> None:
    assert bool(found("falling", {"anapa": Given(now, 100)}, earlier=before(*earlier), **entry)) is falls


def test_the_ground_of_falling_shows_the_way() -> None:
    (one,) = found("falling", {"anapa": Given(20, 100)}, earlier=before(30.0, 25.0))
    assert one.ground == (
        "Показатель 3 ухудшается: 30\u00a0% (I квартал 2026 г.) → 25\u00a0% (II квартал 2026 г.) → "
        "20\u00a0% (III квартал 2026 г.)."
    )


def test_a_body_that_gave_nothing_is_asked_for_its_data_once() -> None:
    (one,) = found("silent", {"anapa": Given(40, 100)})
    assert (one.body, one.indicator, one.open_key) == ("sochi", None, "krai/silent/-/sochi")
    assert one.text == "Представить данные мониторинга за III квартал 2026 г.: срок был 07.10.2026."
    assert not found("no-data", {"anapa": Given(40, 100)})


@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param(date(2026, 10, 6), "срок — 07.10.2026", id="the day is ahead: the note was made early, by hand"),
        pytest.param(date(2026, 10, 7), "срок — 07.10.2026", id="on the day itself there is time yet"),
        pytest.param(date(2026, 10, 8), "срок был 07.10.2026", id="past"),
    ],
)
def test_a_day_that_is_still_ahead_is_not_said_to_be_past(day: date, said: str) -> None:
    early = replace(facts({"anapa": Given(40, 100)}), day=day)
    (one,) = (each for each in advise(early, built_in_rules()) if each.rule == "silent")
    assert one.text == f"Представить данные мониторинга за III квартал 2026 г.: {said}."


def test_a_body_that_says_it_has_none_is_advised_to_count() -> None:
    (one,) = found("no-data", {"anapa": Given(40, 100), "sochi": Given(None, reason="учёт не ведётся.")})
    assert (one.body, one.indicator, one.open_key) == ("sochi", "3", "krai/no-data/-/sochi")
    assert one.text == ("Наладить учёт и представить данные за III квартал 2026 г. по показателю 3 «Доля обученных».")
    assert one.ground == "Нет данных за III квартал 2026 г. по показателю: 3 — учёт не ведётся."


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        pytest.param("региональных методистов в муниципалитете нет", None, id="nothing to count: nothing to recommend"),
        pytest.param("", "Наладить учёт и представить данные", id="no reason"),
        pytest.param("сведения собираем", "Наладить учёт и представить данные", id="about the records"),
        pytest.param("ответственный в отпуске", "Представить данные", id="something else"),
    ],
)
def test_who_has_nothing_to_count_is_not_told_to_keep_records(reason: str, said: str | None) -> None:
    told = found("no-data", {"anapa": Given(40, 100), "sochi": Given(None, reason=reason)})
    assert [one.text.startswith(said or "") for one in told] == ([True] if said else [])


def test_the_recommendation_says_how_many_are_missing() -> None:
    said = {"anapa": Given(241, 2856), "sochi": Given(2759, 22144)}
    (one,) = found("lagging", said, target=12.0, target_year=2028, numerator="учителя, обученные за год, человек")
    assert one.text.replace("\u00a0", " ") == (
        "Повысить значение показателя 3 «Доля обученных»: сейчас 8,4 %. До 12 % — ещё 102 учителя."
    )


def several(count: int, said: dict[str, Any], **more: Any) -> tuple[Advice, ...]:
    """What is recommended where Sochi is asked for so many indicators; Anapa gives all."""
    entries = [indicator(f"{n}", answered_by=("2.1",) if n % 2 else ("2.2", "2.1")) for n in range(1, count + 1)]
    counted = [
        Counted(indicator=one, number=n, asked=(ANAPA, SOCHI), given={"anapa": Given(40, 100)} | said.get(one.code, {}))
        for n, one in enumerate(entries, start=1)
    ]
    given = replace(
        facts({}),
        results=results(counted, period=PERIOD),
        indicators={one.code: one for one in entries},
        **more,
    )
    return tuple(one for one in advise(given, built_in_rules()) if one.rule == "no-data")


def test_however_many_indicators_a_body_has_no_data_for_it_is_advised_once() -> None:
    none = {"sochi": Given(None, reason="учёт не ведётся")}
    said = {"1": none, "2": none, "3": {"sochi": Given(None)}, "4": {"sochi": Given(40, 100)}}
    (one,) = several(5, said)
    assert (one.body, one.indicator, one.open_key) == ("sochi", None, "krai/no-data/-/sochi")
    assert one.text == "Наладить учёт и представить данные за III квартал 2026 г. по показателям 1, 2, 3, 5."
    assert one.ground == (
        "Нет данных за III квартал 2026 г. по показателям: 1, 2 — учёт не ведётся; 3 — причина не названа; "
        "5 — ответа нет."
    )
    assert one.item_codes == ("2.1", "2.2"), "each item once"


def test_a_body_whose_no_data_is_open_is_not_advised_anew_though_other_indicators_lack() -> None:
    (one,) = several(2, {"1": {"sochi": Given(40, 100)}}, open_keys={"krai/no-data/-/sochi"})
    assert one.is_open_already


@pytest.mark.parametrize(
    ("said", "entry", "bodies"),
    [
        pytest.param({"anapa": Given(5, 100), "sochi": Given(25, 100)}, {}, ["anapa"], id="far below the whole"),
        pytest.param({"anapa": Given(14, 100), "sochi": Given(16, 100)}, {}, [], id="near the whole"),
        pytest.param({"anapa": Given(31, 100), "sochi": Given(90, 100)}, {}, [], id="below the whole, at the target"),
        pytest.param({"anapa": Given(5, 100)}, {}, [], id="alone there is no whole to lag behind"),
        pytest.param(
            {"anapa": Given(900, 2), "sochi": Given(500, 2)},
            {"unit": "count", "way": "ratio", "comparison": "at_most", "target": 250.0},
            ["anapa"], id="above the whole, where less is better",
        ),
        pytest.param(
            {"anapa": Given(1), "sochi": Given(99)}, {"unit": "count", "way": "total"}, [],
            id="a total grows with the town: nobody lags",
        ),
    ],
)  # fmt: skip
def test_lagging_behind_all(said: Any, entry: Any, bodies: list[str]) -> None:
    assert [one.body for one in found("lagging", said, **entry)] == bodies


def test_the_ground_of_lagging_has_its_numbers() -> None:
    (one,) = found("lagging", {"anapa": Given(5, 100), "sochi": Given(25, 100)})
    assert one.ground == (
        "Показатель 3, III квартал 2026 г.: 5\u00a0% (5 из 100), ниже среднего по региону (15\u00a0%) на "
        "10\u00a0п.\u00a0п."
    )


def overdue(days: int, *, key: str = "krai/2.1/-/1") -> Overdue:
    deadline = date.fromordinal(date(2026, 10, 14).toordinal() - days)
    point = OverduePoint(key=key, number="2.1", title="Диагностика", body="ИРО", deadline_on=deadline, days=days)
    return Overdue(point, ITEMS["2.1"], INSTITUTE)


def test_an_overdue_item_is_recommended_once_with_its_oldest_point() -> None:
    points = (overdue(12, key="krai/2.1/-/2"), overdue(21))
    (one,) = found("overdue", {}, more={"overdue": points})
    assert (one.body, one.item_codes, one.open_key) == ("iro", ("2.1",), "krai/overdue/2.1/iro")
    assert one.ground == "На 14.10.2026 просрочено на 21 день; точек: 2."
    assert not found("overdue", {}, more={"overdue": (overdue(9),)})


def test_what_is_open_already_is_marked_not_repeated_as_new() -> None:
    said = {"anapa": Given(10, 100), "sochi": Given(20, 100)}
    (one,) = found("below-target", said, more={"open_keys": {"krai/below-target/3/iro"}})
    assert one.is_open_already
    assert not found("below-target", said)[0].is_open_already


def test_rules_come_in_their_order_and_every_key_once() -> None:
    given = advise(
        facts({"anapa": Given(1, 100), "sochi": Given(50, 100)}, earlier=before(60.0, 40.0)), built_in_rules()
    )
    order = [rule.code for rule in built_in_rules()]
    assert [order.index(one.rule) for one in given] == sorted(order.index(one.rule) for one in given)
    assert len({one.open_key for one in given}) == len(given) >= 3


def test_every_kind_of_shortfall_has_a_rule() -> None:
    assert {rule.when for rule in built_in_rules()} == set(KNOWN)


@pytest.mark.parametrize("rule", built_in_rules(), ids=lambda rule: rule.code)
@pytest.mark.parametrize("end", ["г.", "п.\u00a0п.", "слово", "почему?", "и т. д."])
def test_every_sentence_of_every_rule_ends_with_one_stop(rule: Rule, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("-", SOCHI, dict.fromkeys(KNOWN[rule.when], end))
    monkeypatch.setitem(CASES, rule.when, lambda *_: iter([case]))
    (one,) = advise(facts({}), [rule])
    for said in (one.text, one.ground):
        assert said.endswith((".", "?"))
        assert ".." not in said
        assert "?." not in said


def test_targets_are_worded_for_all_five_systems() -> None:
    words = {
        (code, one.code): target_words(
            results([Counted(indicator=one, number=1, asked=(), given={})], period=PERIOD)[0]
        )
        for code in built_in_codes()
        for one in built_in(code).indicators
    }
    assert words["kirov", "7.2-5"] == "не более 250 к 2024 году"
    assert words["kirov", "7.2-7"] == "не менее 10\u00a0% ежегодно"
    assert words["moscow-oblast", "1"] == "не менее 100\u00a0% к 2024 году"
    assert words["surgut", "6.1.1"] == ""


RULE = "  - {code: a, when: overdue, days: 3, term: 5, text: 'Исполнить «{item}».', ground: 'На {day}.'}\n"


def test_rules_of_ones_own_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("rules:\n" + RULE, encoding="utf-8")
    (one,) = advise(facts({}, more={"overdue": (overdue(4),)}), load_rules(path))
    assert (one.text, one.ground) == ("Исполнить «Диагностика».", "На 14.10.2026.")
    assert isinstance(load_rules(path)[0], Rule)
