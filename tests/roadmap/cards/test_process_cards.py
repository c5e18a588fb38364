"""The card of a process: its map, its tables, the forecast."""

from base64 import b64decode
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.cards.process import StageFact, headline, process_card, stage_sums
from roadmap.processes.forecast import Forecast, forecast
from roadmap.processes.loading import built_in
from roadmap.processes.staging import StageState

TODAY, DEADLINE = date(2027, 6, 15), date(2027, 8, 2)
AGREEMENT = built_in()["agreement"]


def fact(code: str, case: str | None = None, status: str = "planned", **facts: Any) -> StageFact:
    usual: dict[str, Any] = {
        "holder": case or "Минобр",
        "blocked": False,
        "opens_on": date(2027, 6, 1),
        "due_on": date(2027, 6, 20),
    }
    return StageFact(code=code, case=case, status=status, **(usual | facts))


def done(code: str, case: str | None = None, on: date = date(2027, 6, 4), **facts: Any) -> StageFact:
    return fact(code, case, "accepted", done_on=on, **facts)


def towns(n: int) -> list[str]:
    return [f"г. Город {i:02}" for i in range(n)]


def facts_of(signed: int, total: int, late: int = 0) -> list[StageFact]:
    """Sent to all; so many signed by all; the first of the rest are late."""
    facts = [done("draft"), done("approved"), done("sent")]
    for i, town in enumerate(towns(total)):
        if i < signed:
            facts += [done(code, town) for code in ("signed-municipality", "signed-institute", "signed-ministry")]
            facts.append(fact("registered", town, "open"))
        else:
            due = date(2027, 6, 10 if i < signed + late else 25)
            facts.append(fact("signed-municipality", town, "open", due_on=due))
            facts.append(done("signed-institute", town))
            facts += [fact("signed-ministry", town, blocked=True), fact("registered", town, blocked=True)]
    return facts


def card(facts: list[StageFact], ends: Forecast | None = None, process: Any = AGREEMENT) -> str:
    return process_card(process, facts, deadline_on=DEADLINE, forecast=ends, today=TODAY)


def map_of(words: str) -> ElementTree.Element:
    """The drawn map inside a card."""
    encoded = words.partition("data:image/svg+xml;base64,")[2].partition(")")[0]
    return ElementTree.fromstring(b64decode(encoded))


def test_it_counts_what_is_signed_and_registered() -> None:
    assert headline(stage_sums(AGREEMENT, facts_of(31, 44))) == "Подписано всеми 31 из 44 · Зарегистрировано 0 из 44"


def test_a_process_without_counts_says_how_many_stages_are_over() -> None:
    facts = [done("draft"), fact("approved", status="open"), fact("published", blocked=True)]
    assert "**Исполнено этапов: 1 из 3**" in card(facts, process=built_in()["document"])


def test_the_map_is_a_picture_with_every_stage_in_order() -> None:
    drawn = [
        "".join(text.itertext()) for text in map_of(card(facts_of(31, 44, late=2))).iter() if text.tag.endswith("text")
    ]
    titles = [words for words in drawn if words[:2] in {f"{n}." for n in range(1, 8)}]
    assert titles == [f"{n}. {stage.title}" for n, stage in enumerate(AGREEMENT.stages, start=1)]
    assert {"31 из 44", "0 из 44", "44 из 44"} <= set(drawn)


def test_the_bar_of_a_stage_shows_done_late_and_in_work_in_proportion() -> None:
    bars: dict[str, float] = {}
    for rect in map_of(card(facts_of(22, 44, late=11))).iter():
        if rect.tag.endswith("rect") and "rx" not in rect.attrib and rect.attrib["y"] == "203":
            bars[rect.attrib["fill"]] = float(rect.attrib["width"])
    assert bars == {"#2e7d32": 75.0, "#1565c0": 37.5, "#c62828": 37.5}


def test_words_of_people_cannot_break_the_picture() -> None:
    facts = [fact("draft", holder="<ИРО> & «Ко»", status="open")]
    assert any("<ИРО> & «Ко»" in (text.text or "") for text in map_of(card(facts)).iter())


def test_the_table_of_stages_says_who_holds_each_since_when_and_how_late() -> None:
    late = fact("approved", status="open", holder="Минобр", opens_on=date(2027, 6, 7), due_on=date(2027, 6, 12))
    said = card([done("draft", on=date(2027, 6, 23)), late, fact("sent", blocked=True, holder="ИРО")])
    assert "| 1 | Проект соглашения | исполнен | — | — | 20.06.2027 | 3 дня |" in said
    assert "| 2 | Согласование проекта | просрочен | Минобр | 07.06.2027 | 12.06.2027 | 3 дня |" in said
    assert "| 3 | Рассылка муниципалитетам | впереди | ИРО | — | 20.06.2027 | — |" in said


def test_municipalities_stand_the_worst_first_and_the_rest_is_counted() -> None:
    said = card(facts_of(10, 100, late=3))
    rows = [line for line in said.splitlines() if line.startswith("| г. Город")]
    assert len(rows) == 60
    assert [row.split(" | ")[0] for row in rows[:3]] == ["| г. Город 10", "| г. Город 11", "| г. Город 12"]
    assert rows[0].endswith("| 10.06.2027 | 5 дней |")
    assert "Ещё в работе: 40." in said


def test_those_who_refused_and_those_who_are_done_are_counted_apart() -> None:
    facts = [done("registered", "г. Сочи"), fact("registered", "г. Анапа", "withdrawn", done_on=TODAY)]
    assert "Завершили: 1, сняты с контроля: 1." in card(facts)


@pytest.mark.parametrize(
    ("ends_on", "says"),
    [
        pytest.param(date(2027, 7, 30), "30.07.2027, в срок (по плановым срокам", id="in time"),
        pytest.param(DEADLINE, "02.08.2027, в срок", id="on the very day"),
        pytest.param(date(2027, 8, 14), "14.08.2027, на 12 дней позже срока 02.08.2027", id="late"),
    ],
)
def test_the_forecast_names_its_day_and_its_method(ends_on: date, says: str) -> None:
    assert f"**Прогноз окончания:** {says}" in card(facts_of(1, 2), Forecast(ends_on, 0, 5))


def test_the_forecast_leans_on_how_long_stages_really_took() -> None:
    standing = [StageState(code="draft", case=None, state="current", due_on=TODAY)]
    took = {"draft": [10, 20, 30]}
    slow = forecast(AGREEMENT, standing, took, today=TODAY, calendar=WorkCalendar())
    assert slow is not None
    assert slow.ends_on == WorkCalendar().add_working_days(TODAY, 20)
    assert "по медиане прошлых этапов (1 из 1)" in card(facts_of(0, 1), slow)


def test_a_process_that_is_over_has_no_forecast() -> None:
    assert "Прогноз" not in card([done("registered", "г. Сочи")])


def test_two_thousand_municipalities_give_a_card_of_reasonable_size() -> None:
    assert len(card(facts_of(1000, 2400, late=100)).encode()) < 60_000


def test_the_card_says_what_is_missing_and_how_one_answer_settles_it() -> None:
    said = card([fact("signed-municipality", "г. Анапа", "open"), done("registered", "г. Анапа")])
    assert "> **Не хватает:** Зарегистрировано, не внесена дата этапа «Подпись муниципалитета»: г. Анапа." in said
    assert "этап «не внесено»" in said
    assert "Не хватает" not in card(facts_of(1, 2))
