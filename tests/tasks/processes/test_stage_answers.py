"""What the coordinator's answers about stages do to the rows of an agreement with three municipalities."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from models import ControlPoint, Evidence, Transition
from models.db import open_session
from tasks.prefect.runs.forms import StageDecision, answer
from tests.parts.killing import killed_at
from tests.worlds.process_region import ProcessRegion

TODAY = date(2027, 6, 7)


@pytest.fixture
def krai(small_region: ProcessRegion) -> ProcessRegion:
    """The process is under way since 1 June; it is 7 June."""
    small_region.sweep()
    small_region.on = TODAY
    return small_region


def say(region: ProcessRegion, n: int = 1, decision: str = "отметить этап", **fields: Any) -> str:
    """The n-th answer; returns why it was refused."""
    form = StageDecision(decision=decision, **fields)
    engine = region.world.engine
    outcome = answer(engine, region.parent, form, once_key=f"run:1:decision-{n}", today=region.on, at=region.at)
    return str(outcome.refusal)


def statuses(region: ProcessRegion, stage: str) -> dict[str, str]:
    """Status of a stage by municipality."""
    with open_session(region.world.engine) as session:
        found = select(col(ControlPoint.key), col(ControlPoint.status)).where(col(ControlPoint.stage) == stage)
        return {key.rpartition("/")[2]: status for key, status in session.execute(found).tuples()}


def snapshot(engine: Engine) -> list[tuple[Any, ...]]:
    """Every point and transition, without row numbers."""
    with open_session(engine) as session:
        points = select(col(ControlPoint.key), col(ControlPoint.status), col(ControlPoint.due_on))
        moves = select(col(Transition.action), col(Transition.happened_on), col(Transition.once_key))
        proof = select(col(Evidence.words), col(Evidence.count))
        return [
            *sorted(map(tuple, session.execute(points)), key=str),
            *map(tuple, session.execute(moves.order_by(col(Transition.id)))),
            *map(tuple, session.execute(proof.order_by(col(Evidence.id)))),
        ]


def ready_to_sign(region: ProcessRegion) -> None:
    """Draft, approval and sending are done."""
    for n, stage in enumerate(("проект", "согласование", "рассылка"), start=90):
        assert say(region, n, stage=stage) == ""


@pytest.mark.parametrize(
    ("stage", "marked"),
    [
        pytest.param("1", {"draft"}, id="by its number"),
        pytest.param("этап 1", {"draft"}, id="by its number with a word"),
        pytest.param("проект соглашения", {"draft"}, id="by its title"),
        pytest.param("Проект", {"draft"}, id="by a word that no other has"),
        pytest.param("подпись муниципалитета", {"signed-municipality"}, id="one signature"),
        pytest.param("подписано министерством", {"signed-ministry"}, id="one signature in other words"),
        pytest.param("signed-institute", {"signed-institute"}, id="by its code"),
        pytest.param("подписано", {"signed-municipality", "signed-institute", "signed-ministry"}, id="by all three"),
        pytest.param("зарегистрировано", {"registered"}, id="as counts say it"),
    ],
)
def test_a_stage_is_known_by_what_people_call_it(krai: ProcessRegion, stage: str, marked: set[str]) -> None:
    assert say(krai, stage=stage, who="" if "draft" in marked else "Сочи") == ""
    with open_session(krai.world.engine) as session:
        done = select(col(ControlPoint.stage)).where(col(ControlPoint.status) == "accepted")
        assert set(session.execute(done).scalars()) == marked


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"stage": ""}, "Укажите «Этап»", id="no stage"),
        pytest.param({"stage": "подпись", "who": "всеми"}, "подходит несколько этапов", id="several stages fit"),
        pytest.param({"stage": "апробация"}, "такого этапа нет", id="no such stage"),
        pytest.param({"stage": "9"}, "такого этапа нет", id="no such number"),
        pytest.param({"stage": "рассылка", "who": "Сочи"}, "один для всех", id="a common stage has no municipality"),
        pytest.param({"stage": "подписано"}, "Укажите, кто", id="nobody named"),
        pytest.param({"stage": "подписано", "who": "Сочи; Туапсе"}, "«Туапсе»: такого названия нет", id="unknown"),
        pytest.param({"stage": "подписано", "who": "Сочи", "done_on": "31.06.2027"}, "не дата", id="no such day"),
        pytest.param({"stage": "подписано", "who": "Сочи", "done_on": "01.07.2027"}, "не наступила", id="to come"),
        pytest.param({"stage": "подписано", "who": "Сочи", "count": "31"}, "чисел у этого этапа не спрашивают", id="n"),
        pytest.param({"stage": "подписано", "who": "Сочи", "count": "три"}, "не число", id="no number"),
        pytest.param({"decision": "пропустить этап", "stage": "1"}, "укажите основание", id="skipped without ground"),
        pytest.param({"decision": "отказ муниципалитета", "reason": "письмо"}, "Укажите, кто", id="who refuses"),
        pytest.param({"decision": "принять", "stage": "подписано"}, "о пункте в целом", id="the whole, or a stage"),
        pytest.param({"decision": "принять", "who": "Сочи"}, "о пункте в целом", id="the whole, or a municipality"),
    ],
)
def test_what_is_not_clear_is_refused_whole(krai: ProcessRegion, fields: dict[str, str], why: str) -> None:
    before = snapshot(krai.world.engine)
    answered: dict[str, Any] = dict(fields)
    refusal = say(krai, **answered)
    assert why in refusal
    assert "\n" not in refusal
    assert snapshot(krai.world.engine) == before


@pytest.mark.parametrize(
    "who", ["Сочи; Анапа", "г. Сочи, г. Анапа", "сочи\nАнапой", "sochi; город Анапа", "Сочи; Анапа; Сочи"]
)
def test_municipalities_are_named_in_many_ways(krai: ProcessRegion, who: str) -> None:
    assert say(krai, stage="подпись муниципалитета", who=who) == ""
    marked = statuses(krai, "signed-municipality")
    assert {town for town, status in marked.items() if status == "accepted"} == {"sochi", "anapa"}


def test_a_fact_out_of_order_is_recorded_and_what_it_needs_stays_owed(krai: ProcessRegion) -> None:
    assert say(krai, stage="подпись министерства", who="Сочи", done_on="04.06.2027") == ""
    point = krai.stage("signed-ministry", "sochi")
    assert (point.status, point.submitted_on, point.blocked) == ("accepted", date(2027, 6, 4), False)
    assert krai.stage("draft").status == "open"
    assert statuses(krai, "registered")["sochi"] == "open"


def test_an_agreement_goes_from_draft_to_its_end_by_answers(krai: ProcessRegion) -> None:
    ready_to_sign(krai)
    assert krai.stage("signed-municipality", "sochi").status == "open"
    assert say(krai, 1, stage="подписано", who="всеми", evidence="экземпляры от 07.06.2027") == ""
    assert say(krai, 2, stage="зарегистрировано", who="Сочи; Ейский район") == ""
    assert krai.point(krai.parent).status == "open"
    assert say(krai, 3, decision="отказ муниципалитета", who="Анапа", reason="письмо от 07.06.2027 № 4") == ""
    parent = krai.point(krai.parent)
    assert (parent.status, parent.submitted_on, parent.closed_on) == ("accepted", TODAY, TODAY)
    assert krai.proof(krai.parent) == ["Зарегистрировано 2 из 3, снято с контроля 1"]
    assert krai.history(krai.parent)[-1][:2] == ("accept", "координатор (Prefect)")
    assert krai.history(f"{krai.parent}/registered/anapa")[-1][2] == "муниципалитет отказался: письмо от 07.06.2027 № 4"


def test_the_same_answer_twice_is_one(krai: ProcessRegion) -> None:
    ready_to_sign(krai)
    assert say(krai, stage="подписано всеми") == ""
    before = snapshot(krai.world.engine)
    assert say(krai, stage="подписано всеми") == ""
    assert snapshot(krai.world.engine) == before
    assert "этап уже отмечен 07.06.2027" in say(krai, 2, stage="подписано всеми")


def test_a_longer_list_of_those_who_signed_takes_the_new_ones_only(krai: ProcessRegion) -> None:
    ready_to_sign(krai)
    assert say(krai, 1, stage="подпись муниципалитета", who="Сочи", done_on="04.06.2027") == ""
    assert say(krai, 2, stage="подпись муниципалитета", who="Сочи; Анапа") == ""
    assert krai.stage("signed-municipality", "sochi").submitted_on == date(2027, 6, 4)
    assert krai.stage("signed-municipality", "anapa").submitted_on == TODAY


def test_a_skipped_stage_holds_nothing_up(krai: ProcessRegion) -> None:
    assert say(krai, 1, decision="пропустить этап", stage="проект", reason="типовая форма утверждена") == ""
    assert krai.stage("draft").status == "withdrawn"
    assert krai.stage("approved").status == "open"


def test_a_closed_point_has_no_stages_to_mark(krai: ProcessRegion) -> None:
    assert say(krai, 1, decision="снять", reason="приказ № 9", stage="в целом") == ""
    assert "нет этапов в работе" in say(krai, 2, stage="проект")


@pytest.mark.parametrize("decision", ["принять", "снять"])
def test_stages_under_way_end_with_their_point_only_once_the_numbers_were_seen(
    krai: ProcessRegion, decision: str
) -> None:
    asked = say(krai, 1, decision=decision, reason="приказ № 9")
    assert "Не завершено этапов — 15 из 15" in asked
    assert "в поле «Этап»: в целом" in asked
    if decision == "принять":
        assert "укажите основание" in say(krai, 2, decision=decision, stage="в целом")
    assert {row["status"] for row in krai.world.rows(ControlPoint)} <= {"open", "planned"}
    assert say(krai, 3, decision=decision, reason="приказ № 9", stage="В целом") == ""


def test_killed_before_any_write_and_run_again_it_ends_the_same(krai: ProcessRegion) -> None:
    ready_to_sign(krai)
    engine = krai.world.engine
    assert say(krai, 1, stage="подписано всеми") == ""
    fields = {"stage": "зарегистрировано", "who": "всеми", "evidence": "журнал, стр. 3"}
    before, n = snapshot(engine), 1
    while killed_at(n, lambda: say(krai, 2, **fields), engine):
        if snapshot(engine) != before:
            break
        n += 1
    assert n > 5
    assert krai.point(krai.parent).status == "accepted"
    assert statuses(krai, "registered") == dict.fromkeys(("anapa", "eysk", "sochi"), "accepted")
    after = snapshot(engine)
    assert say(krai, 2, **fields) == ""
    assert snapshot(engine) == after


def test_a_process_that_changed_its_file_goes_on_as_it_began(krai: ProcessRegion) -> None:
    from roadmap.processes.loading import built_in
    from tasks.processes.sweep import advance

    process = built_in()["agreement"]
    newer = process.model_copy(update={"version": 2, "stages": process.stages[:1]})
    with open_session(krai.world.engine) as session:
        from tasks.context.working_calendar import calendar_of

        calendar = calendar_of(session, krai.code)
        later = TODAY + timedelta(days=1)
        advance(session, krai.code, today=later, at=krai.at, calendar=calendar, processes={"agreement": newer})
    assert say(krai, stage="зарегистрировано", who="Сочи") == ""
    assert statuses(krai, "registered")["sochi"] == "accepted"
