"""What bodies answer in a round: who is asked for what, what counts, is corrected, is proven, is done."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from models import ControlPoint, Evidence, IndicatorValue, Municipality
from models.db import open_session
from models.lifecycle.transitions import Refused
from roadmap.monitoring.indicators.submission import Given
from tasks.monitoring.submissions.record import asked_of, current, fill_proven, record_many
from tasks.monitoring.submissions.rows import earlier, history, open_rounds, the_round
from tests.worlds.monitored import Monitored

DAY = timedelta(days=1)


def asked(monitored: Monitored, round_id: int) -> dict[str, list[str]]:
    names = {number: code for code, number in monitored.bodies.items()}
    return {names[body]: [one.code for one in mine] for body, mine in monitored.ask(asked_of, round_id).items()}


MUNICIPAL = ["trained", "per-methodist", "events", "policy"]


def test_each_municipality_is_asked_for_its_indicators_and_the_keeper_for_the_others(monitored: Monitored) -> None:
    one = monitored.round()
    towns = {"anapa": MUNICIPAL, "eysk": MUNICIPAL, "sochi": MUNICIPAL}
    assert asked(monitored, one) == towns | {"institute": ["plan", "schools"]}


def test_where_no_municipality_is_listed_the_keeper_answers_for_everything(small_monitored: Monitored) -> None:
    with open_session(small_monitored.world.engine) as session:
        for row in session.execute(select(Municipality)).scalars():
            session.delete(row)
    everything = [*MUNICIPAL, "plan", "schools"]
    assert asked(small_monitored, small_monitored.round(asks=False)) == {"institute": everything}


@pytest.mark.parametrize(
    ("since", "until", "is_asked"),
    [
        pytest.param(date(2027, 1, 1), date(2027, 7, 6), False, id="it left the day before answers are due"),
        pytest.param(date(2027, 1, 1), date(2027, 7, 7), True, id="it leaves that day"),
        pytest.param(date(2027, 7, 7), None, True, id="it joined that day"),
        pytest.param(date(2027, 7, 8), None, False, id="it joined the day after"),
    ],
)
def test_who_takes_part_on_the_day_answers_are_due_is_asked(
    small_monitored: Monitored, since: date, until: date | None, is_asked: bool
) -> None:
    one = small_monitored.round()
    with open_session(small_monitored.world.engine) as session:
        mine = col(Municipality.body_id) == small_monitored.bodies["eysk"]
        session.execute(update(Municipality).where(mine).values(since=since, until=until))
    assert ("eysk" in asked(small_monitored, one)) is is_asked


def test_a_round_that_has_not_opened_asks_nobody_and_takes_nothing(small_monitored: Monitored) -> None:
    one = small_monitored.round(indicators=None)
    assert asked(small_monitored, one) == {}
    with pytest.raises(Refused, match=r"Раунд откроется 01.07.2027"):
        small_monitored.give(one)


def test_answers_are_kept_and_the_same_again_changes_nothing(monitored: Monitored) -> None:
    one = monitored.round()
    assert (monitored.give(one), monitored.give(one)) == (4, 0)
    assert monitored.values(one) == [
        ("sochi", "trained", 12.0, 100.0, "form"),
        ("sochi", "per-methodist", 300.0, 2.0, "form"),
        ("sochi", "events", 7.0, None, "form"),
        ("sochi", "policy", 1.0, None, "form"),
    ]


def test_a_correction_keeps_the_old_value_its_author_and_the_reason(monitored: Monitored) -> None:
    one = monitored.round()
    monitored.give(one)
    monitored.on += DAY
    assert monitored.give(one, "sochi", Given("trained", 13, 100, "опечатка"), actor="Методист") == 1
    rows = monitored.ask(history, one, monitored.bodies["sochi"])["trained"]
    assert [(row.numerator, row.actor, row.reason) for row in rows] == [
        (12.0, "Начальник, sochi", ""),
        (13.0, "Методист", "опечатка"),
    ]
    assert monitored.ask(current, one)["trained", monitored.bodies["sochi"]].numerator == 13


def test_a_correction_without_a_reason_is_refused_and_nothing_is_written(monitored: Monitored) -> None:
    one = monitored.round()
    monitored.give(one)
    with pytest.raises(Refused, match=r"записано «12 из 100 .*назовите причину исправления"):
        monitored.give(one, "sochi", Given("events", 7), Given("trained", 13, 100))
    assert len(monitored.values(one)) == 4


def test_one_reason_may_stand_for_all_corrections(small_monitored: Monitored) -> None:
    one = small_monitored.round()
    small_monitored.give(one)
    new = small_monitored.give(one, "sochi", Given("events", 8), Given("policy", 1), reason="уточнено по телефону")
    rows = small_monitored.world.rows(IndicatorValue)
    assert (new, rows[-1]["reason"], rows[-1]["numerator"]) == (1, "уточнено по телефону", 8.0)


def test_no_data_is_an_answer_and_not_zero(small_monitored: Monitored) -> None:
    one = small_monitored.round()
    assert small_monitored.give(one, "sochi", Given("trained", None, None, "учёт не ведётся")) == 1
    assert small_monitored.give(one, "sochi", Given("trained", None, None, "учёт не ведётся")) == 0
    assert small_monitored.values(one) == [("sochi", "trained", None, None, "form")]


def test_a_body_cannot_answer_for_what_it_is_not_asked(small_monitored: Monitored) -> None:
    one = small_monitored.round()
    with pytest.raises(Refused, match=r"«г. Сочи» в этом раунде не отвечает за показатель «schools»"):
        small_monitored.give(one, "sochi", Given("events", 1), Given("schools", 1, 2))
    assert small_monitored.values(one) == []


def test_the_values_as_of_an_instant_are_those_recorded_by_then(monitored: Monitored) -> None:
    one, sochi = monitored.round(), monitored.bodies["sochi"]
    monitored.give(one)
    before, monitored.on = monitored.at, monitored.on + DAY
    monitored.give(one, "sochi", Given("events", 9, None, "нашли ещё два"))
    assert monitored.ask(current, one, as_of=before)["events", sochi].numerator == 7
    assert monitored.ask(current, one, as_of=monitored.at)["events", sochi].numerator == 9
    assert monitored.ask(current, one, as_of=datetime(2027, 7, 1, tzinfo=UTC)) == {}


def test_the_database_refuses_to_change_an_answer(monitored: Monitored) -> None:
    monitored.give(monitored.round())
    with pytest.raises(DBAPIError), open_session(monitored.world.engine) as session:
        session.execute(text("UPDATE indicator_value SET numerator = 100"))


def test_a_flag_proven_by_a_control_point_is_filled_in_and_nobody_is_asked(monitored: Monitored) -> None:
    key, one = monitored.accepted(done_on=date(2027, 6, 30)), monitored.round()
    assert asked(monitored, one)["institute"] == ["schools"]
    assert [monitored.ask(fill_proven, one, at=monitored.at) for _ in range(2)] == [1, 0]
    (row,) = monitored.world.rows(IndicatorValue)
    assert (row["source"], row["place"], row["numerator"], row["actor"]) == ("points", key, 1.0, "порядок мониторинга")


@pytest.mark.parametrize(
    ("facts", "is_proven"),
    [
        pytest.param({"status": "accepted"}, True, id="accepted, done on the last day of the period"),
        pytest.param({"submitted_on": date(2027, 7, 1)}, False, id="done after the period"),
        pytest.param({"status": "submitted", "closed_on": None}, False, id="not accepted yet"),
        pytest.param({"status": "withdrawn"}, False, id="taken off control"),
        pytest.param({"purpose": "name_dates"}, False, id="only its days were named"),
    ],
)
def test_what_proves_a_flag(small_monitored: Monitored, facts: dict[str, Any], is_proven: bool) -> None:
    key = small_monitored.accepted(done_on=date(2027, 6, 30))
    with open_session(small_monitored.world.engine) as session:
        session.execute(update(ControlPoint).where(col(ControlPoint.key) == key).values(**facts))
    one = small_monitored.round()
    assert ("plan" not in asked(small_monitored, one)["institute"]) is is_proven


def test_an_item_that_fans_out_proves_the_keepers_flag_once_all_have_done_it(small_monitored: Monitored) -> None:
    key = small_monitored.accepted(done_on=date(2027, 6, 30))
    with open_session(small_monitored.world.engine) as session:
        first = session.execute(select(ControlPoint).where(col(ControlPoint.key) == key)).scalar_one()
        first.body_id = small_monitored.bodies["anapa"]
        facts = first.model_dump(exclude={"id"}) | {"key": f"{key}/2", "body_id": small_monitored.bodies["eysk"]}
        session.add(ControlPoint(**(facts | {"status": "open", "closed_on": None, "submitted_on": None})))
    one = small_monitored.round()
    assert "plan" in asked(small_monitored, one)["institute"]
    with open_session(small_monitored.world.engine) as session:
        done = {"status": "accepted", "closed_on": date(2027, 6, 30), "submitted_on": date(2027, 6, 30)}
        session.execute(update(ControlPoint).where(col(ControlPoint.key) == f"{key}/2").values(**done))
    assert "plan" not in asked(small_monitored, one)["institute"]


def test_what_was_answered_is_not_overwritten_by_a_proof(small_monitored: Monitored) -> None:
    one = small_monitored.round()
    small_monitored.give(one, "institute", Given("plan", 0))
    small_monitored.accepted(done_on=date(2027, 6, 30))
    assert small_monitored.ask(fill_proven, one, at=small_monitored.at) == 0


def test_a_body_that_gave_all_it_is_asked_has_done_its_point(monitored: Monitored) -> None:
    one = monitored.round()
    monitored.give(one, "sochi", *[Given("trained", 1, 2), Given("per-methodist", 3, 4), Given("policy", 0)])
    assert monitored.settle(one) == 0
    monitored.give(one, "sochi", Given("events", None, None, "учёт не ведётся"))
    assert [monitored.settle(one) for _ in range(2)] == [1, 0]
    point = monitored.data("sochi")
    who = "порядок мониторинга"
    assert monitored.events(point) == [("submit", who, monitored.on), ("accept", who, monitored.on)]
    assert (point.status, point.submitted_on, point.news, point.next_check_on) == ("accepted", monitored.on, None, None)
    assert [row["words"] for row in monitored.world.rows(Evidence)] == ["Данные: 4 показателя"]
    assert monitored.data("anapa").status == "open"


def test_a_late_answer_is_late_by_the_day_it_was_given(small_monitored: Monitored) -> None:
    one = small_monitored.round()
    small_monitored.on = date(2027, 7, 9)
    small_monitored.give(one)
    small_monitored.on = date(2027, 7, 12)
    assert small_monitored.settle(one) == 1
    point = small_monitored.data("sochi")
    assert point.submitted_on is not None
    assert (point.submitted_on, point.submitted_on > point.deadline_on) == (date(2027, 7, 9), True)


def test_a_correction_after_acceptance_does_not_reopen_the_point(small_monitored: Monitored) -> None:
    one = small_monitored.round()
    small_monitored.give(one)
    small_monitored.settle(one)
    small_monitored.give(one, "sochi", Given("events", 8, None, "уточнено"))
    assert small_monitored.settle(one) == 0
    assert small_monitored.data("sochi").status == "accepted"


def test_the_last_values_are_of_the_same_rhythm_and_of_a_cumulative_one_of_any(small_monitored: Monitored) -> None:
    for period, number in (("2026-Q4", 1), ("2027-Q1", 2)):
        small_monitored.give(small_monitored.round(period, asks=False), "sochi", Given("events", number))
    year = small_monitored.round("2026", asks=False)
    small_monitored.give(year, "sochi", Given("events", 100), Given("trained", 50, 60))
    one = small_monitored.round()
    found = small_monitored.ask(lambda session: earlier(session, the_round(session, "krai", "2027-Q2")))
    shown = {code: (it.given.numerator, it.period.written) for (code, _), it in found.items()}
    assert shown == {"events": (2.0, "2027-Q1"), "trained": (50.0, "2026")}
    assert one


def test_two_rounds_that_collect_at_once_must_be_named(small_monitored: Monitored) -> None:
    small_monitored.round("2026-Q4", asks=False)
    year = small_monitored.round("2026", asks=False)
    with pytest.raises(Refused, match=r"2026-Q4 .*2026 .*--period"):
        small_monitored.ask(the_round, "krai")
    small_monitored.note(year)
    assert small_monitored.ask(the_round, "krai").rhythm == "quarter"
    with pytest.raises(Refused, match=r"раунда мониторинга за I квартал 2027 г. нет"):
        small_monitored.ask(the_round, "krai", "2027-Q1")


def test_a_round_started_for_the_past_does_not_stand_before_the_regular_one(small_monitored: Monitored) -> None:
    small_monitored.round("2027-Q1", asks=False)
    small_monitored.round("2026-Q1", asks=False, manual=True)
    assert [one.period_start for one in small_monitored.ask(open_rounds, "krai")] == [date(2027, 1, 1)]


def test_answers_of_many_bodies_are_all_kept_or_none(monitored: Monitored) -> None:
    one = monitored.round()
    wrong = {monitored.bodies["anapa"]: [Given("events", 1)], monitored.bodies["eysk"]: [Given("schools", 1, 1)]}
    with pytest.raises(Refused, match="Ейский район"):
        monitored.ask(record_many, one, wrong, actor="x", source="xlsx", at=monitored.at)
    assert monitored.values(one) == []
