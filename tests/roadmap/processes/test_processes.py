"""Stages of a process: days, who waits for whom, what follows from what was done, when it will end."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from roadmap.calendar import WorkCalendar
from roadmap.processes.forecast import durations, forecast
from roadmap.processes.loading import built_in
from roadmap.processes.schema import Process
from roadmap.processes.staging import PlannedStage, StageState, is_over, plan_stages, progress, ready, result_words

CALENDAR = WorkCalendar()
AGREEMENT = built_in()["agreement"]
OPENS, DEADLINE = date(2026, 8, 3), date(2026, 9, 15)
TODAY = date(2026, 8, 17)


def planned(process: Process = AGREEMENT, **more: Any) -> list[PlannedStage]:
    given: dict[str, Any] = {"opens_on": OPENS, "deadline_on": DEADLINE, "cases": ("sochi", "anapa")}
    return plan_stages(process, calendar=CALENDAR, **(given | more))


def standing(done: dict[tuple[str, str | None], date], process: Process = AGREEMENT) -> list[StageState]:
    def of(stage: PlannedStage) -> StageState:
        state: Any = "done" if stage.place in done else "waiting" if stage.blocked else "current"
        return StageState(
            code=stage.code, case=stage.case, state=state, due_on=stage.due_on, done_on=done.get(stage.place)
        )

    return [of(stage) for stage in planned(process)]


def test_every_built_in_process_is_valid_and_serves_a_kind() -> None:
    serves = {code: process.serves for code, process in built_in().items()}
    kinds = {kind: kind for kind in ("agreement", "session", "study", "document", "registry")}
    assert serves == kinds | {"cooperation": "agreement"}


def test_what_is_common_is_done_once_and_the_rest_by_each_municipality() -> None:
    places = [stage.place for stage in planned()]
    assert places[:3] == [("draft", None), ("approved", None), ("sent", None)]
    assert places[3:7] == [
        (code, "sochi") for code in ("signed-municipality", "signed-institute", "signed-ministry", "registered")
    ]
    assert len(places) == 3 + 2 * 4


def test_days_are_counted_back_from_the_deadline_in_working_days() -> None:
    due = {stage.code: stage.due_on for stage in planned()}
    assert due["registered"] == DEADLINE
    assert due["signed-ministry"] == date(2026, 9, 11)
    assert all(stage.opens_on <= stage.due_on for stage in planned())
    assert [stage.code for stage in planned() if not stage.blocked] == ["draft"]


def test_a_point_with_few_days_shares_them_out_in_proportion() -> None:
    short = planned(opens_on=date(2026, 9, 1), deadline_on=DEADLINE, cases=("sochi",))
    due = [stage.due_on for stage in short]
    assert due[0] == date(2026, 9, 3)
    assert due == sorted(due)
    assert due[-1] == DEADLINE
    assert short[0].note == "за 8 рабочих дней до срока: срок пункта — 15.09.2026"


@pytest.mark.parametrize("opens_on", [DEADLINE, date(2026, 9, 14), date(2026, 10, 1)])
def test_even_a_point_that_begins_at_its_end_gives_the_first_stage_time(opens_on: date) -> None:
    (first, *_) = planned(opens_on=opens_on)
    assert first.due_on >= CALENDAR.add_working_days(opens_on, 2)
    assert all(stage.opens_on <= stage.due_on for stage in planned(opens_on=opens_on))


def test_the_note_of_a_stage_says_from_what_its_day_is_counted() -> None:
    notes = {stage.code: stage.note for stage in planned()}
    assert notes["signed-ministry"] == "за 2 рабочих дня до срока: срок пункта — 15.09.2026"
    assert notes["registered"] == "в срок пункта — 15.09.2026"
    session = {stage.code: stage.note for stage in planned(built_in()["session"], cases=())}
    assert session["protocol"] == "через 5 рабочих дней после предыдущих этапов, срок пункта — 15.09.2026"


def test_the_result_of_a_process_counts_its_last_stage() -> None:
    every = {stage.place: TODAY for stage in planned()}
    assert result_words(AGREEMENT, standing(every)) == "Зарегистрировано 2 из 2"
    one_off = [
        replace(stage, state="skipped") if stage.place == ("registered", "sochi") else stage
        for stage in standing(every)
    ]
    assert result_words(AGREEMENT, one_off) == "Зарегистрировано 1 из 2, снято с контроля 1"


def test_a_renewal_leaves_out_what_is_done_once_for_good() -> None:
    renewal = planned(renews=True)
    assert renewal[0].place == ("sent", None)
    assert not renewal[0].blocked


def test_a_stage_starts_when_all_it_needs_is_done() -> None:
    done: dict[tuple[str, str | None], date] = {
        ("draft", None): TODAY,
        ("approved", None): TODAY,
        ("sent", None): TODAY,
    }
    started = ready(AGREEMENT, standing(done), today=TODAY, calendar=CALENDAR)
    assert {start.place for start in started} == {
        (code, case) for code in ("signed-municipality", "signed-institute") for case in ("sochi", "anapa")
    }
    one = done | {("signed-municipality", "sochi"): TODAY}
    assert ("signed-ministry", "sochi") not in {
        s.place for s in ready(AGREEMENT, standing(one), today=TODAY, calendar=CALENDAR)
    }
    both = one | {("signed-institute", "sochi"): TODAY}
    assert ("signed-ministry", "sochi") in {
        s.place for s in ready(AGREEMENT, standing(both), today=TODAY, calendar=CALENDAR)
    }


def test_nobody_is_late_on_the_day_he_gets_the_ball() -> None:
    late = date(2026, 9, 30)
    done: dict[tuple[str, str | None], date] = {("draft", None): late}
    (start,) = ready(AGREEMENT, standing(done), today=late, calendar=CALENDAR)
    assert (start.opens_on, start.due_on) == (late, date(2026, 10, 2))


def test_a_stage_counted_forward_runs_from_the_real_day() -> None:
    session = built_in()["session"]
    held = date(2026, 9, 16)
    done: dict[tuple[str, str | None], date] = {(code, None): held for code in ("programme", "invitations", "held")}
    (start,) = ready(session, standing(done, session), today=held, calendar=CALENDAR)
    assert (start.place, start.due_on) == (("protocol", None), date(2026, 9, 23))


def test_it_is_over_when_every_stage_is_done_and_progress_is_counted() -> None:
    every = {stage.place: TODAY for stage in planned()}
    assert is_over(standing(every))
    partly = {place: day for place, day in every.items() if place != ("registered", "anapa")}
    assert not is_over(standing(partly))
    assert progress(standing(partly), "registered") == (1, 2)
    assert not is_over([])


def test_the_forecast_follows_the_plan_and_then_the_history() -> None:
    first = forecast(AGREEMENT, standing({}), {}, today=TODAY, calendar=CALENDAR)
    assert first is not None
    assert (first.from_history, first.counted) == (0, 7)
    took = durations([("registered", TODAY, date(2026, 9, 14))] * 3, CALENDAR)
    slow = forecast(AGREEMENT, standing({}), took, today=TODAY, calendar=CALENDAR)
    assert slow is not None
    assert slow.ends_on > first.ends_on
    assert "(1 из 7)" in slow.method
    assert (
        forecast(AGREEMENT, standing({s.place: TODAY for s in planned()}), {}, today=TODAY, calendar=CALENDAR) is None
    )


@pytest.mark.parametrize(
    ("since", "left", "overrun"),
    [
        pytest.param(date(2026, 8, 17), 10, (), id="opened today, all its days are ahead"),
        pytest.param(date(2026, 8, 6), 3, (), id="seven days taken leave three of ten"),
        pytest.param(date(2026, 8, 3), 1, (), id="ten of ten leave one"),
        pytest.param(date(2026, 7, 31), 1, ("Согласование проекта",), id="more than usual leaves one, and is named"),
        pytest.param(None, 10, (), id="a day nobody knows leaves all"),
    ],
)
def test_a_stage_under_way_has_only_its_remaining_days_ahead(
    since: date | None, left: int, overrun: tuple[str, ...]
) -> None:
    one = StageState(code="approved", case=None, state="current", due_on=DEADLINE, since=since)
    found = forecast(AGREEMENT, [one], {"approved": [9, 10, 30]}, today=TODAY, calendar=CALENDAR)
    assert found is not None
    assert (found.ends_on, found.overrun) == (CALENDAR.add_working_days(TODAY, left), overrun)
    said = "дольше обычного идёт этап «Согласование проекта», ему дан ещё 1 рабочий день"
    assert (said in found.method) == bool(overrun)


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        pytest.param([{"code": "a", "needs": ["b"], "before": 0}], "нет выше", id="a need must stand above"),
        pytest.param([{"code": "a"}], "назовите одно из двух", id="days are named"),
        pytest.param([{"code": "a", "after": 3}], "отсчитывают от этапов", id="after needs something to count from"),
        pytest.param([{"code": "a", "before": 0}, {"code": "a", "before": 0}], "назван дважды", id="a code once"),
        pytest.param([{"code": "a", "before": 0, "common": True}], "common имеет смысл", id="common among many"),
    ],
)
def test_a_process_that_leads_nowhere_is_refused(stages: list[dict[str, Any]], words: str) -> None:
    filled = [{"title": "Этап", "todo": "Сделайте.", "party": "owner"} | stage for stage in stages]
    with pytest.raises(ValidationError, match=words):
        Process.model_validate({"code": "x", "version": 1, "title": "Процесс", "stages": filled})
