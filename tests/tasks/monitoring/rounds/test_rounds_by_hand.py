"""A round that a person starts, hurries, looks at as of a day, or computes once more."""

from datetime import date, timedelta
from typing import Any

import pytest

from models import ReportFile, Round, RoundLetter, Snapshot
from models.db import open_session
from models.lifecycle.transitions import Refused
from roadmap.monitoring.periods import parse_period
from tasks.monitoring.rounds.listing import rounds_list
from tasks.monitoring.rounds.manual import Hand, Monitored, monitor
from tests.worlds.monitored_region import MonitoredRegion

TUESDAY = date(2027, 11, 16)
Q2, Q3 = date(2027, 6, 30), date(2027, 9, 30)
ALL = ("anapa", "eysk", "institute", "sochi")


def asked(region: MonitoredRegion, period: str, on: date, **more: Any) -> Monitored:
    region.on = on
    return monitor(Hand(region.engine, "krai", on, region.at, region.settings), parse_period(period), **more)


def test_a_past_period_is_started_with_days_counted_from_today(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    done = asked(region, "2027-Q3", TUESDAY)
    assert (done.is_new, done.asked, done.status) == (True, 4, "open")
    assert (done.due_on, done.note_on) == (date(2027, 11, 22), date(2027, 11, 29))
    found = region.round(Q3)
    assert (found.manual, found.opens_on) == (True, TUESDAY)
    again = asked(region, "2027-Q3", TUESDAY + timedelta(days=1))
    assert (again.is_new, again.asked, again.key) == (False, 0, done.key)
    other = asked(region, "2027-Q2", TUESDAY)
    assert other.key == f"{done.key}-2"
    region.sweep(TUESDAY + timedelta(days=2))
    assert set(region.data(region.round(Q2)).values()) == {"open"}


def test_the_note_of_a_past_period_is_written_at_once_by_what_there_is_and_asks_nobody(
    small_monitored_region: MonitoredRegion,
) -> None:
    region = small_monitored_region
    done = asked(region, "2027-Q3", TUESDAY, is_urged=True)
    assert (done.status, done.asked) == ("accepted", 0)
    assert done.outcome is not None
    assert done.outcome.done == ("computed", "noted", "sent", "recommended", "archived")
    assert region.data(region.round(Q3)) == {}
    assert region.steps(region.round(Q3))["asked"] == "справка по тем данным, что есть"


def test_a_note_written_before_its_round_has_opened_holds_what_control_points_prove(
    small_monitored_region: MonitoredRegion,
) -> None:
    region = small_monitored_region
    flag = {"code": "flag", "title": "Создан реестр", "unit": "yes_no", "proven_by": ["1"]}
    region.amend(indicators=[flag | {"source": {"place": "Приложение 2"}}])
    facts: dict[str, Any] = {"status": "accepted", "submitted_on": date(2027, 3, 31), "closed_on": date(2027, 3, 31)}
    region.world.point(date(2027, 3, 31), **facts)
    region.sweep(date(2027, 3, 1))
    done = asked(region, "2027-Q1", date(2027, 4, 1), is_urged=True)
    assert (done.is_new, done.status) == (False, "accepted")
    again = asked(region, "2027-Q1", date(2027, 4, 1))
    assert again.snapshot is not None
    assert [one.value for one in again.snapshot.indicators] == [1]
    assert region.data(region.round(date(2027, 3, 31))) == {}


def test_computed_once_more_a_round_gives_the_same_numbers_also_after_a_correction(
    small_monitored_region: MonitoredRegion,
) -> None:
    region = small_monitored_region
    asked(region, "2027-Q3", TUESDAY)
    found = region.round(Q3)
    region.answer(found, ALL)
    assert region.run(found).done
    region.on = TUESDAY + timedelta(days=1)
    region.answer(found, ("sochi",), numerator=90)
    before = [len(region.world.rows(table)) for table in (Snapshot, ReportFile, RoundLetter)]
    again = asked(region, "2027-Q3", TUESDAY + timedelta(days=2))
    assert again.is_same is True
    assert [len(region.world.rows(table)) for table in (Snapshot, ReportFile, RoundLetter)] == before

    then, now = (asked(region, "2027-Q3", region.on, as_of=region.on - timedelta(days=n)) for n in (2, 0))
    assert [one.snapshot.indicators[0].value for one in (then, now) if one.snapshot] == [12, 38]
    assert now.is_same is False
    assert [len(region.world.rows(table)) for table in (Snapshot, ReportFile, RoundLetter)] == before

    anew = asked(region, "2027-Q3", region.on, is_urged=True)
    assert anew.is_same is False
    assert len(region.world.rows(Snapshot)) == 2
    assert asked(region, "2027-Q3", region.on).is_same is True


def test_looking_at_a_period_that_has_no_round_leaves_none(small_monitored_region: MonitoredRegion) -> None:
    region = small_monitored_region
    seen = asked(region, "2027-09", TUESDAY, as_of=TUESDAY)
    assert seen.snapshot is not None
    assert seen.snapshot.period == "сентябрь 2027 г."
    assert region.world.rows(Round) == []


@pytest.mark.parametrize(
    ("period", "words"),
    [
        pytest.param("2027-Q4", "ещё не закончился", id="a period that is not over"),
        pytest.param("2026-Q4", "вне срока действия", id="a period before the roadmap's"),
    ],
)
def test_what_cannot_be_monitored_is_refused_in_one_line(
    small_monitored_region: MonitoredRegion, period: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        asked(small_monitored_region, period, TUESDAY)
    assert small_monitored_region.world.rows(Round) == []


def test_a_round_taken_off_control_is_not_begun_again(small_monitored_region: MonitoredRegion) -> None:
    region = small_monitored_region
    key = asked(region, "2027-Q3", TUESDAY).key
    region.move("withdraw", key, reason="письмо министерства")
    with pytest.raises(Refused, match="снят с контроля"):
        asked(region, "2027-Q3", TUESDAY, is_urged=True)


def test_the_list_of_rounds_says_who_has_answered_and_what_was_done_last(
    small_monitored_region: MonitoredRegion,
) -> None:
    region = small_monitored_region
    region.sweep(date(2027, 4, 1))
    region.answer(region.round(date(2027, 3, 31)), ("sochi", "anapa"))
    with open_session(region.engine) as session:
        first, second, *_ = rounds_list(session, "krai", today=region.on)
    assert (first.period, first.step, first.answered, first.asked, first.is_ready) == ("2027-Q1", "asked", 2, 4, False)
    assert (second.period, second.status, second.step, second.asked) == ("2027-Q2", "planned", "", 0)
