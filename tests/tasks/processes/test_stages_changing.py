"""What changes midway: the deadline, the parties, the municipalities, the process file; and a sweep that is killed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import (
    ControlPoint,
    Edition,
    Evidence,
    Municipality,
    Notice,
    NoticeLine,
    Process,
    Transition,
)
from models.db import open_session
from models.db.rows import table_of
from roadmap.processes.loading import built_in
from tasks.daily.control_day import control_day
from tests.parts.killing import killed_at
from tests.worlds.process_region import ProcessRegion

DEADLINE = date(2027, 8, 2)
LATER = date(2027, 9, 1)
TABLES = (ControlPoint, Transition, Evidence, Process)


def letters(region: ProcessRegion, on: date) -> list[tuple[str, str]]:
    """(post, reason) of the letters that the control of a day adds."""
    before = region.world.letters(on)
    assert not control_day(region.world.engine, today=on, at=datetime.combine(on, time(3), UTC)).failed
    return sorted((post, reason) for _, post, reason, _ in region.world.letters(on)[len(before) :])


def everything(region: ProcessRegion) -> list[Any]:
    with open_session(region.world.engine) as session:
        tables = [table_of(model) for model in TABLES]
        return [
            [tuple(row) for row in session.execute(table.select().order_by(*table.primary_key))] for table in tables
        ]


def test_only_the_party_that_holds_the_stage_is_written_to(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.sweep(workday(0))
    assert letters(region, workday(0)) == [("Юрист", "opened")]
    region.do([("draft", "-"), ("approved", "-")], workday(2))
    assert letters(region, workday(2)) == [("Ректор", "opened")]
    region.do([("sent", "-")], workday(3))
    assert letters(region, workday(3)) == [
        ("Начальник, Ейский район", "opened"),
        ("Начальник, г. Анапа", "opened"),
        ("Начальник, г. Сочи", "opened"),
        *[("Ректор", "opened")] * 3,
    ]


def test_lateness_is_charged_to_the_party_that_holds_the_stage(region: ProcessRegion) -> None:
    region.sweep()
    day = region.stage("draft").deadline_on + timedelta(days=1)
    day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
    region.sweep(day)
    assert ("Юрист", "overdue") in letters(region, day)
    late = [point["stage"] for point in region.world.rows(ControlPoint) if point["overdue_on"]]
    assert late == ["draft"]


def test_a_deadline_moved_after_letters_went_out_moves_what_is_live_and_leaves_what_is_done(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.do([("draft", "-")], workday(2))
    letters(region, workday(2))
    done, before = region.stage("draft"), region.stage("approved")
    region.extend(region.parent, LATER)
    assert region.sweep(workday(3)).moved == 14
    assert region.stage("draft").due_on == done.due_on
    assert region.stage("approved").due_on > before.due_on
    assert region.stage("registered", "sochi").due_on == LATER
    action, actor, reason = region.history(f"{region.parent}/approved/-")[-1]
    assert (action, actor, reason) == ("extend", "порядок процесса", "срок пункта — 01.09.2027: письмо министерства")
    assert ("Министр", "extended") in letters(region, workday(3))
    assert region.sweep().moved == 0


def test_a_deadline_moved_nearer_leaves_everybody_time(region: ProcessRegion, workday: Callable[[int], date]) -> None:
    region.sweep(workday(0))
    region.extend(region.parent, workday(3))
    region.sweep(workday(1))
    assert region.stage("draft").due_on > workday(1)
    assert region.sweep().moved == 0


def test_what_a_person_granted_a_stage_stays_when_the_point_moves(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.sweep(workday(0))
    own = date(2027, 10, 1)
    region.extend(f"{region.parent}/draft/-", own, "болезнь юриста")
    region.extend(region.parent, LATER)
    region.sweep(workday(1))
    assert region.stage("draft").due_on == own


def test_a_party_named_anew_takes_over_and_hears_of_it(region: ProcessRegion, workday: Callable[[int], date]) -> None:
    region.sweep(workday(0))
    with open_session(region.world.engine) as session:
        edition = session.execute(select(Edition)).scalar_one()
        edition.catalogue = dict(edition.catalogue) | {"items": [{"code": "a1", "parties": {"legal": "ministry"}}]}
    region.sweep(workday(1))
    ministry, institute = region.body("ministry"), region.body("institute")
    assert region.stage("draft").owner_id == ministry
    assert region.stage("approved").owner_id == institute
    assert region.history(f"{region.parent}/draft/-")[-1][0] == "reassign"
    assert ("Министр", "reassigned") in letters(region, workday(1))
    assert region.sweep().moved == 0


def test_a_stage_handed_over_by_a_person_stays_where_it_is(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.sweep(workday(0))
    ministry = region.body("ministry")
    region.move("reassign", f"{region.parent}/draft/-", owner_id=ministry, reason="юрист в отпуске")
    assert region.sweep(workday(1)).moved == 0
    assert region.stage("draft").owner_id == ministry


def test_a_municipality_that_comes_midway_gets_its_stages_with_time_left(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    with open_session(region.world.engine) as session:
        session.get_one(Municipality, region.body("eysk")).since = workday(50)
    region.do([("draft", "-"), ("approved", "-"), ("sent", "-")], workday(2))
    assert not {town for _, town in region.open_stages()} & {"eysk"}
    report = region.sweep(workday(50))
    assert report.added == 4
    stage = region.stage("signed-municipality", "eysk")
    assert (stage.status, stage.opens_on) == ("open", workday(50))
    assert stage.deadline_on > workday(50)


def test_a_municipality_that_merges_midway_ends_without_a_hang(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.do([("draft", "-"), ("approved", "-"), ("sent", "-"), ("signed-municipality", "eysk")], workday(2))
    with open_session(region.world.engine) as session:
        member = session.get_one(Municipality, region.body("eysk"))
        member.until, member.merged_into_id = workday(9), region.body("anapa")
    assert region.sweep(workday(9)).withdrawn == 0
    assert region.sweep(workday(10)).withdrawn == 3
    assert region.stage("signed-municipality", "eysk").status == "accepted"
    reason = region.history(f"{region.parent}/registered/eysk")[-1][2]
    assert reason == f"вошёл в состав муниципалитета «г. Анапа», участвовал по {workday(9):%d.%m.%Y}"
    for town in ("anapa", "sochi"):
        stages = ("signed-municipality", "signed-institute", "signed-ministry", "registered")
        region.do([(stage, town) for stage in stages], workday(14))
    assert region.proof(region.parent) == ["Зарегистрировано 2 из 3, снято с контроля 1"]


def test_a_newer_process_file_changes_only_what_begins_later(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.sweep(workday(0))
    old = built_in()["agreement"]
    stages = tuple(stage for stage in old.stages if stage.code != "draft")
    stages = (stages[0].model_copy(update={"needs": ()}), *stages[1:])
    newer = {"agreement": old.model_copy(update={"version": 2, "stages": stages})}
    second = region.add_point("agreement", "a2", workday(0), DEADLINE)
    report = region.sweep(workday(1), processes=newer)
    assert (report.begun, report.added, report.withdrawn, report.moved) == (1, 14, 0, 0)
    region.submit("draft")
    region.sweep(processes=newer)
    assert region.stage("approved").status == "open"
    with open_session(region.world.engine) as session:
        versions = {row.point_id: row.version for row in session.execute(select(Process)).scalars()}
    assert versions == {region.point(region.parent).id: 1, region.point(second).id: 2}


def _spoil(region: ProcessRegion, workday: Callable[[int], date]) -> None:
    """A day on which a sweep has everything to do."""
    region.do([("draft", "-"), ("approved", "-")], workday(2))
    region.submit("sent")
    region.extend(region.parent, LATER)
    region.add_point("agreement", "a2", workday(0), DEADLINE)
    with open_session(region.world.engine) as session:
        member = session.get_one(Municipality, region.body("eysk"))
        member.until = workday(2)


@pytest.mark.usefixtures("campaign")
def test_killed_at_any_write_it_leaves_nothing_and_the_next_sweep_finishes(
    small_region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region = small_region
    _spoil(region, workday)
    region.on = workday(6)
    before, n = everything(region), 1
    while killed_at(n, region.sweep, region.engine) and everything(region) == before:
        n += 1
    assert n > 12
    after = everything(region)
    assert region.stage("signed-municipality", "sochi").status == "open"
    region.sweep()
    assert everything(region) == after


def test_letters_are_told_once_however_often_the_day_is_run(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.do([("draft", "-")], workday(2))
    letters(region, workday(2))
    there = [region.world.rows(table) for table in (Notice, NoticeLine, Transition)]
    region.sweep()
    assert letters(region, workday(2)) == []
    assert [region.world.rows(table) for table in (Notice, NoticeLine, Transition)] == there


def test_a_stage_withdrawn_by_hand_is_not_made_again(region: ProcessRegion) -> None:
    region.sweep()
    region.move("withdraw", f"{region.parent}/registered/sochi", reason="решение министерства")
    assert region.sweep().added == 0
    with open_session(region.world.engine) as session:
        found = select(col(ControlPoint.id)).where(col(ControlPoint.stage) == "registered")
        assert len(session.execute(found).all()) == 3
