"""The ledger of agreements: who holds each, for how many working days, how many are done."""

from datetime import date
from typing import Any

from roadmap.calendar import WorkCalendar
from roadmap.processes.ledger import DONE, LIVE, OFF, Ledger, StageFact, ledger
from roadmap.processes.loading import built_in

CALENDAR = WorkCalendar()
AGREEMENT = built_in()["agreement"]
TODAY = date(2026, 9, 14)
OWN = ("signed-municipality", "signed-institute", "signed-ministry", "registered")
HOLDERS = {"signed-municipality": "г. Сочи", "signed-institute": "ИРО"}


def fact(code: str, case: str | None, state: Any, **more: Any) -> StageFact:
    given: dict[str, Any] = {"holder": HOLDERS.get(code, "Минобр"), "opens_on": date(2026, 9, 1)}
    given |= {"deadline_on": date(2026, 9, 18)} | more
    return StageFact(code=code, case=case, state=state, **given)


def case(name: str, *states: Any, **more: Any) -> list[StageFact]:
    return [fact(code, name, state, **more) for code, state in zip(OWN, states, strict=True)]


def of(*facts: StageFact, today: date = TODAY) -> Ledger:
    names = {"sochi": "г. Сочи", "anapa": "г. Анапа"}
    return ledger(AGREEMENT, facts, names, today=today, calendar=CALENDAR)


def test_it_is_held_by_everybody_who_can_sign_now_since_the_day_they_got_it() -> None:
    (line,) = of(*case("sochi", "current", "current", "waiting", "waiting")).lines
    assert [(held.holder, held.since, held.working_days) for held in line.held] == [
        ("г. Сочи", date(2026, 9, 1), 9),
        ("ИРО", date(2026, 9, 1), 9),
    ]
    assert line.held[0].words == "Подпись муниципалитета — г. Сочи, 9 рабочих дней"
    assert not line.is_late


def test_lateness_is_counted_in_working_days_past_the_day() -> None:
    found = of(*case("sochi", "current", "done", "waiting", "waiting"), today=date(2026, 9, 22))
    assert [held.days_late for held in found.lines[0].held] == [2]
    assert found.holders == (("г. Сочи", 1, 1),)


def test_while_the_common_stage_is_in_work_everybody_waits_for_its_holder() -> None:
    facts = [fact("draft", None, "current"), *case("sochi", *["waiting"] * 4), *case("anapa", *["waiting"] * 4)]
    found = of(*facts)
    assert [line.name for line in found.lines] == ["г. Анапа", "г. Сочи"]
    assert {held.title for line in found.lines for held in line.held} == {"Проект соглашения"}
    assert found.holders == (("Минобр", 2, 0),)


def test_totals_count_every_municipality() -> None:
    done = case("sochi", *["done"] * 4, done_on=date(2026, 9, 10))
    refused = case("anapa", "done", "done", "done", "skipped", ground="отказ")
    found = of(*done, *refused, *case("eysk", "done", "current", "waiting", "waiting"))
    assert found.main == "Подписано всеми 2 из 3, зарегистрировано 1 из 3"
    assert {line.case: line.outcome for line in found.lines} == {"sochi": DONE, "anapa": OFF, "eysk": LIVE}
    assert {line.case: line.ground for line in found.lines}["anapa"] == "отказ"


def test_a_stage_left_out_midway_does_not_undo_the_agreement() -> None:
    (line,) = of(*case("sochi", "skipped", "done", "done", "done")).lines
    assert (line.outcome, line.done, line.of) == (DONE, 3, 4)


def test_what_is_owed_behind_a_registration_is_said_of_the_agreement_and_of_all() -> None:
    found = of(*case("anapa", "current", "done", "done", "done"), *case("sochi", "done", "done", "done", "done"))
    assert found.owed == ("Зарегистрировано, не внесена дата этапа «Подпись муниципалитета»: г. Анапа",)
    assert {line.case: line.owed for line in found.lines} == {"anapa": ("Подпись муниципалитета",), "sochi": ()}
    assert of(*case("anapa", "current", "done", "waiting", "waiting")).owed == ()
