"""Rounds come, open, ask and end by themselves: the sweep on either engine."""

from datetime import date, timedelta
from typing import Any

import pytest

from models import ControlPoint, IndicatorValue, Item, Round, RoundStep, Transition
from tests.worlds.monitored_region import MonitoredRegion

OPENS, DUE, NOTE = date(2027, 4, 1), date(2027, 4, 7), date(2027, 4, 14)
Q1, Q2 = date(2027, 3, 31), date(2027, 6, 30)
TABLES = (ControlPoint, Round, RoundStep, Transition, IndicatorValue, Item)


def everything(region: MonitoredRegion) -> list[Any]:
    return [region.world.rows(table) for table in TABLES]


def test_the_first_sweep_plans_every_round_of_the_period(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    assert region.sweep(date(2027, 2, 1)).planned == 8
    assert region.rounds()[0] == ("quarter", Q1, OPENS)
    assert region.rounds()[-1] == ("quarter", date(2028, 12, 31), date(2029, 1, 9))
    first = region.round(Q1)
    assert (first.due_on, first.note_on, first.indicators) == (DUE, NOTE, None)
    point = region.point(first)
    assert (point.key, point.status, point.purpose) == ("krai/m-quarter/-/2027-04-14", "planned", "round")
    assert (point.opens_on, point.deadline_on, point.stage_title) == (OPENS, NOTE, "за I квартал 2027 г.")
    (item,) = [row for row in region.world.rows(Item) if row["kind"] == "round"]
    assert (item["code"], item["title"], item["origin"]) == ("m-quarter", "Ежеквартальный мониторинг", "duty")


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        pytest.param({}, date(2027, 7, 20), 6, id="a note that would be past is not begun: that round starts by hand"),
        pytest.param({}, date(2027, 7, 13), 7, id="a note that can still be written in time is"),
        pytest.param({"controlled_from": date(2027, 10, 2)}, date(2027, 2, 1), 5, id="nothing before control"),
        pytest.param({"period_end": date(2027, 12, 30)}, date(2027, 2, 1), 3, id="a period that ends after the end"),
        pytest.param({}, date(2031, 1, 1), 0, id="nothing after the end, and no item either"),
    ],
)
def test_which_rounds_come_to_be(
    small_monitored_region: MonitoredRegion, facts: dict[str, Any], on: date, expected: int
) -> None:
    region = small_monitored_region
    region.roadmap(**facts)
    assert region.sweep(on).planned == expected
    items = [row for row in region.world.rows(Item) if row["kind"] == "round"]
    assert len(items) == bool(expected)


def test_a_round_opens_on_its_day_and_asks_each_body_once(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS - timedelta(days=1))
    assert region.data(region.round(Q1)) == {}
    report = region.sweep(OPENS)
    assert (report.opened, report.asked, report.planned) == (1, 4, 0)
    found = region.round(Q1)
    assert [one["code"] for one in found.indicators or ()] == ["share", "count", "flag"]
    assert region.data(found) == dict.fromkeys(("anapa", "eysk", "institute", "sochi"), "open")
    sochi = region.data_point(found, "sochi")
    assert sochi.key == "krai/m-quarter/-/2027-04-14/data/sochi"
    assert (sochi.opens_on, sochi.due_on, sochi.deadline_on) == (OPENS, DUE, DUE)
    assert sochi.stage_title == "Данные для мониторинга за I квартал 2027 г. · г. Сочи"
    assert region.steps(found) == {"opened": "за I квартал 2027 г., 3 показателя", "asked": "запрошено у 4 органов"}
    before = everything(region)
    region.sweep()
    region.sweep(OPENS)
    assert everything(region) == before


def test_letters_go_to_who_is_asked_and_the_round_itself_is_silent_until_its_note_is_late(
    monitored_region: MonitoredRegion,
) -> None:
    region = monitored_region
    opened = region.letters(OPENS)
    assert opened == [
        ("Начальник, Ейский район", "opened"),
        ("Начальник, г. Анапа", "opened"),
        ("Начальник, г. Сочи", "opened"),
        ("Ректор", "opened"),
    ]
    region.answer(region.round(Q1), ("anapa", "eysk", "institute", "sochi"))
    told = [region.letters(OPENS + timedelta(days=n)) for n in range(1, 14)]
    assert not any(told)
    assert region.letters(NOTE + timedelta(days=1)) == [("Ректор", "overdue")]


def test_complete_data_are_accepted_and_then_the_note_is_ready(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    region.on = OPENS + timedelta(days=1)
    region.answer(found, ("anapa", "eysk", "sochi"))
    assert region.ready() == []
    region.answer(found, ("institute",))
    assert set(region.data(found).values()) == {"accepted"}
    assert region.ready() == [f"quarter {Q1}"]


def test_the_day_of_the_note_does_not_wait_for_the_silent(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    assert region.ready(NOTE - timedelta(days=1)) == []
    assert region.ready(NOTE) == [f"quarter {Q1}"]


def test_a_round_that_asks_nobody_waits_for_the_day_data_are_due(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.amend(indicators=[])
    region.sweep(OPENS)
    assert region.steps(region.round(Q1))["asked"] == "запрашивать нечего"
    assert region.ready(DUE - timedelta(days=1)) == []
    assert region.ready(DUE) == [f"quarter {Q1}"]


def test_the_next_round_of_the_rhythm_ends_what_is_still_asked(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    first = region.round(Q1)
    region.answer(first, ("sochi",))
    report = region.sweep(date(2027, 7, 1))
    assert (report.opened, report.asked, report.withdrawn) == (1, 4, 3)
    assert region.data(first) == {
        "anapa": "withdrawn",
        "eysk": "withdrawn",
        "institute": "withdrawn",
        "sochi": "accepted",
    }
    assert region.history(region.data_point(first, "anapa"))[-1] == ("withdraw", "начат следующий раунд")
    assert region.data(region.round(Q2)) == dict.fromkeys(("anapa", "eysk", "institute", "sochi"), "open")


def test_an_outage_of_half_a_year_asks_only_for_the_last_round(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(date(2027, 2, 1))
    report = region.sweep(date(2027, 7, 2))
    assert (report.opened, report.asked) == (2, 4)
    assert region.data(region.round(Q1)) == {}
    assert region.ready() == [f"quarter {Q1}"]
    late = region.data_point(region.round(Q2), "sochi")
    assert (late.opens_on, late.due_on) == (date(2027, 7, 2), date(2027, 7, 7))


def test_who_is_asked_late_has_two_working_days(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(date(2027, 2, 1))
    region.sweep(date(2027, 4, 9))
    assert region.data_point(region.round(Q1), "sochi").due_on == date(2027, 4, 13)


def test_a_round_taken_off_control_ends_its_questions_and_gets_no_note(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    region.move("withdraw", region.point(found).key, reason="письмо министерства")
    assert region.sweep().withdrawn == 4
    assert region.history(region.data_point(found, "sochi"))[-1] == ("withdraw", "раунд закрыт без справки")
    assert region.ready(NOTE) == []
    assert region.sweep(NOTE).asked == 0
