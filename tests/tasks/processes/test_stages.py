"""An agreement with three municipalities, from opening to end by dates."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import delete

from models import Municipality
from models.db import open_session
from tests.worlds.process_region import ProcessRegion

DEADLINE = date(2027, 8, 2)
TOWNS = ("anapa", "eysk", "sochi")


def common(region: ProcessRegion, on: date) -> None:
    region.do([(stage, "-") for stage in ("draft", "approved", "sent")], on)


def of_town(region: ProcessRegion, town: str, on: date, stages: tuple[str, ...] = ()) -> None:
    every = ("signed-municipality", "signed-institute", "signed-ministry", "registered")
    region.do([(stage, town) for stage in stages or every], on)


def test_an_open_point_gets_its_stages_once_and_only_the_first_is_worked_on(region: ProcessRegion) -> None:
    report = region.sweep()
    assert (report.begun, report.added, report.started) == (1, 3 + 3 * 4, 1)
    assert region.open_stages() == {("draft", "-")}
    again = region.sweep()
    assert again == type(again)()


def test_each_stage_belongs_to_the_party_that_holds_it(region: ProcessRegion) -> None:
    region.sweep()
    with_owner = {stage: region.stage(stage, town).owner_id for stage, town in [("draft", "-"), ("sent", "-")]}
    ids = {code: region.body(code) for code in ("legal", "institute", "ministry", "sochi")}
    assert with_owner == {"draft": ids["legal"], "sent": ids["institute"]}
    assert region.stage("signed-municipality", "sochi").owner_id == ids["sochi"]
    assert region.stage("registered", "sochi").owner_id == ids["ministry"]
    assert region.stage("registered", "sochi").stage_title == "Регистрация соглашения · г. Сочи"


def test_from_opening_to_end_by_dates(region: ProcessRegion, workday: Callable[[int], date]) -> None:
    common(region, workday(7))
    assert region.open_stages() == {
        (stage, town) for stage in ("signed-municipality", "signed-institute") for town in TOWNS
    }
    of_town(region, "sochi", workday(14))
    of_town(region, "anapa", workday(21))
    assert region.point(region.parent).status == "open"
    of_town(region, "eysk", workday(28))
    parent = region.point(region.parent)
    assert (parent.status, parent.submitted_on) == ("submitted", workday(28))
    assert region.proof(region.parent) == ["Зарегистрировано 3 из 3"]
    assert region.reports[-1].ended == (region.parent,)
    region.sweep(workday(29))
    assert region.point(region.parent).status == "submitted"
    assert region.history(f"{region.parent}/registered/sochi")[-2:] == [
        ("submit", "координатор", ""),
        ("accept", "порядок процесса", ""),
    ]


def test_the_answer_of_the_coordinator_that_ends_it_accepts_the_point(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    common(region, workday(1))
    for town in TOWNS[:2]:
        of_town(region, town, workday(8))
    of_town(region, "sochi", workday(8), ("signed-municipality", "signed-institute", "signed-ministry"))
    region.submit("registered", "sochi")
    region.sweep(accepts="координатор (Prefect)", only=region.parent)
    assert region.point(region.parent).status == "accepted"


def test_a_late_stage_leaves_the_next_one_time_and_its_lateness_is_its_own(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    region.sweep()
    late = region.stage("draft").deadline_on + timedelta(days=30)
    region.sweep(late)
    assert region.stage("draft").overdue_on == late
    region.submit("draft")
    region.sweep()
    approved = region.stage("approved")
    assert approved.status == "open"
    assert approved.deadline_on > late
    assert approved.overdue_on is None
    assert "начат" in approved.deadline_note


def test_a_skipped_stage_counts_as_done_for_what_needs_it(region: ProcessRegion) -> None:
    region.sweep()
    region.move("withdraw", f"{region.parent}/draft/-", reason="типовой проект уже утверждён")
    region.sweep()
    assert region.open_stages() == {("approved", "-")}


def test_a_point_closed_as_a_whole_takes_its_stages_along(region: ProcessRegion) -> None:
    region.sweep()
    region.move("accept", region.parent)
    report = region.sweep()
    assert report.withdrawn == 15
    assert region.open_stages() == set()
    assert region.history(f"{region.parent}/draft/-")[-1][2] == "исполнение пункта принято в целом"
    again = region.sweep()
    assert again == type(again)()


def test_a_returned_point_is_not_reported_again_by_itself(
    region: ProcessRegion, workday: Callable[[int], date]
) -> None:
    common(region, workday(1))
    for town in TOWNS:
        of_town(region, town, workday(8))
    region.move("return", region.parent, reason="нет реквизитов")
    region.sweep(workday(9))
    parent = region.point(region.parent)
    assert parent.status == "returned"
    assert parent.news == "returned"


def test_a_point_that_is_given_few_days_is_done_in_one_go(region: ProcessRegion) -> None:
    short = region.add_point("agreement", "a2", region.on, region.on + timedelta(days=5))
    region.sweep()
    assert region.reports[-1].begun == 1
    assert region.point(short).next_check_on is not None


def test_a_short_term_shares_its_days_out(region: ProcessRegion) -> None:
    short = region.add_point("agreement", "a2", region.on, region.on + timedelta(days=15))
    region.sweep()
    dues = [region.stage(stage, parent=short).due_on for stage in ("draft", "approved", "sent")]
    assert region.on < dues[0] <= dues[1] <= dues[2] < region.on + timedelta(days=15)
    assert region.stage("registered", "sochi", short).due_on == region.on + timedelta(days=15)


def test_without_a_list_of_municipalities_the_process_waits_and_the_point_speaks_for_itself(
    region: ProcessRegion,
) -> None:
    with open_session(region.world.engine) as session:
        session.execute(delete(Municipality))
    report = region.sweep()
    assert (report.begun, report.without_municipalities) == (0, (region.parent,))
    assert region.point(region.parent).next_check_on is not None
    region.join("sochi")
    assert region.sweep().added == 3 + 4
