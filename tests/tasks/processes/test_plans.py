"""«По плану НИКУ»: the days are named, moved, refused; stages and letters follow."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import ControlPoint, Item, NoticeLine
from models.db import open_session
from roadmap.processes.external_plans import PlanRefused
from roadmap.reading import Reading
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import control_day
from tasks.processes.external_plans import PlanSet, plans, set_plan
from tests.worlds.process_region import ProcessRegion

TODAY = date(2027, 6, 7)
STARTS, ENDS = date(2027, 10, 12), date(2027, 10, 15)


@pytest.fixture
def study(small_region: ProcessRegion) -> ProcessRegion:
    """An item «по плану НИКУ» with the yearly wish to name its days; it is 7 June."""
    small_region.wishes = [
        small_region.add_point("study", "3.1", date(year, 1, 31) - timedelta(days=30), due, purpose="name_dates")
        for year, due in ((2027, date(2027, 1, 31)), (2028, date(2028, 1, 31)))
    ]
    with open_session(small_region.world.engine) as session:
        item = session.execute(select(Item).where(col(Item.code) == "3.1")).scalar_one()
        item.reading = Reading("по плану НИКУ", "external", "plan", plan="НИКУ").to_json()
        item.kind = "study"
    small_region.sweep(TODAY)
    return small_region


def enter(region: ProcessRegion, starts: date = STARTS, ends: date = ENDS, name: str = "НИКУ") -> PlanSet:
    with open_session(region.world.engine) as session:
        return set_plan(
            session, name, starts, ends, code=region.code, today=region.on, at=region.at, actor="координатор"
        )


def key_of(ends: date = ENDS) -> str:
    return f"krai/3.1/-/{ends}"


def test_the_named_days_close_the_wish_and_open_the_work_sixty_days_before(study: ProcessRegion) -> None:
    assert enter(study) == PlanSet(roadmap_code="krai", named=(study.wishes[0],), new=(key_of(),))
    wish, point = study.point(study.wishes[0]), study.point(key_of())
    assert (wish.status, wish.closed_on) == ("accepted", TODAY)
    assert study.proof(study.wishes[0]) == ["По плану НИКУ: с 12.10.2027 по 15.10.2027"]
    assert (point.opens_on, point.due_on, point.deadline_on) == (date(2027, 8, 13), ENDS, ENDS)
    assert point.status == "planned"
    assert study.point(study.wishes[1]).status == "planned"


def test_the_same_days_again_change_nothing(study: ProcessRegion) -> None:
    enter(study)
    assert enter(study, name=" нику ") == PlanSet(roadmap_code="krai", kept=(key_of(),))


def test_other_days_move_the_event_before_it_opened(study: ProcessRegion) -> None:
    enter(study)
    moved = enter(study, date(2027, 9, 20), date(2027, 9, 24))
    assert (moved.moved, moved.new) == ((key_of(),), ())
    point = study.point(key_of())
    assert (point.opens_on, point.due_on) == (date(2027, 7, 22), date(2027, 9, 24))
    assert point.deadline_note == "По плану НИКУ: с 20.09.2027 по 24.09.2027"
    assert study.history(key_of())[-1] == ("extend", "координатор", "По плану НИКУ: с 20.09.2027 по 24.09.2027")


def test_days_of_another_year_are_another_event(study: ProcessRegion) -> None:
    enter(study)
    second = enter(study, date(2028, 10, 10), date(2028, 10, 13))
    assert second.new == (key_of(date(2028, 10, 13)),)
    assert second.named == (study.wishes[1],)


def test_moved_after_letters_went_out_stages_follow_and_the_parties_hear_of_it(study: ProcessRegion) -> None:
    enter(study)
    study.sweep(date(2027, 8, 13))
    coordinators = study.stage("coordinators", "sochi", parent=key_of())
    assert coordinators.status == "open"
    engine = study.world.engine
    control_day(engine, today=study.on, at=study.at)
    study.on = date(2027, 8, 16)
    assert enter(study, date(2027, 11, 9), date(2027, 11, 12)).moved == (key_of(),)
    later = study.stage("coordinators", "sochi", parent=key_of())
    assert later.due_on > coordinators.due_on
    assert later.news == "extended"
    assert study.history(later.key)[-1][:2] == ("extend", "порядок процесса")
    control_day(engine, today=study.on, at=study.at)
    with open_session(engine) as session:
        told = select(col(NoticeLine.reason)).where(col(NoticeLine.point_id) == later.id)
        assert "extended" in set(session.execute(told).scalars())


@pytest.mark.parametrize(
    ("starts", "ends", "name", "why"),
    [
        pytest.param(ENDS, STARTS, "НИКУ", "раньше начала", id="backwards"),
        pytest.param(date(2027, 5, 1), date(2027, 6, 10), "НИКУ", "уже прошло", id="in the past"),
        pytest.param(date(2045, 5, 3), date(2045, 5, 7), "НИКУ", "выходит за период", id="outside the period"),
        pytest.param(STARTS, ENDS, "ВПР", "не ждёт ни один пункт; здесь ждут: НИКУ", id="another plan"),
    ],
)
def test_days_that_cannot_be_are_refused_in_one_line(
    study: ProcessRegion, starts: date, ends: date, name: str, why: str
) -> None:
    with pytest.raises(PlanRefused, match=why) as refused:
        enter(study, starts, ends, name)
    assert "\n" not in str(refused.value)
    assert study.point(study.wishes[0]).status == "open"


def test_a_last_day_that_is_off_moves_the_deadline_and_says_so(study: ProcessRegion) -> None:
    saturday = date(2027, 10, 16)
    enter(study, STARTS, saturday)
    point = study.point(key_of(saturday))
    with open_session(study.world.engine) as session:
        assert not calendar_of(session, "krai").is_working(saturday)
    assert (point.due_on, point.deadline_on) == (saturday, date(2027, 10, 15))
    assert point.deadline_note == (
        "По плану НИКУ: с 12.10.2027 по 16.10.2027; последний день — нерабочий (суббота), срок — 15.10.2027"
    )


def test_the_list_shows_who_waits_and_what_was_entered(study: ProcessRegion) -> None:
    def listed() -> list[tuple[str, str, str]]:
        with open_session(study.world.engine) as session:
            return [(one.plan, one.item_code, one.note) for one in plans(session)]

    assert listed() == [("НИКУ", "3.1", "")]
    enter(study)
    assert listed() == [("НИКУ", "3.1", "По плану НИКУ: с 12.10.2027 по 15.10.2027")]


def test_only_one_event_is_there_however_often_its_days_change(study: ProcessRegion) -> None:
    for day in (5, 12, 19, 26):
        enter(study, date(2027, 10, day), date(2027, 10, day + 2))
    with open_session(study.world.engine) as session:
        found = select(ControlPoint).where(col(ControlPoint.purpose) == "result")
        assert [p.due_on for p in session.execute(found).scalars() if p.key.startswith("krai/3.1")] == [
            date(2027, 10, 28)
        ]
