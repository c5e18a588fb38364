"""Which open points get stages on a day, and which are done in one go."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import ControlPoint, Edition, Municipality, Process
from models.db import open_session
from tests.worlds.process_region import ProcessRegion

OPENS, DEADLINE = date(2027, 6, 1), date(2027, 8, 2)


def begun(region: ProcessRegion) -> set[str]:
    """Keys of the points whose process has begun."""
    with open_session(region.world.engine) as session:
        found = select(col(ControlPoint.key)).join(Process, col(Process.point_id) == col(ControlPoint.id))
        return set(session.execute(found).scalars())


@pytest.mark.parametrize(
    ("kind", "left", "begins"),
    [
        pytest.param("document", 25, True, id="a document with 25 days left"),
        pytest.param("document", 24, False, id="a day less is too few, though it was given two months"),
        pytest.param("session", 12, True, id="a session with 12 days left"),
        pytest.param("session", 11, False, id="a day less is too few for a programme and invitations"),
        pytest.param("registry", 0, True, id="a registry on its last day"),
        pytest.param("registry", -1, False, id="a registry that is overdue"),
    ],
)
def test_stages_begin_only_while_there_is_time_left(
    small_region: ProcessRegion, kind: str, left: int, begins: bool
) -> None:
    key = small_region.add_point(kind, "d1", OPENS, DEADLINE)
    report = small_region.sweep(DEADLINE - timedelta(days=left))
    assert (key in begun(small_region)) == begins
    again = small_region.sweep()
    assert report.begun == int(begins) + int(left >= 10), "the region's agreement wants 10 days"
    assert again == type(again)()


def test_an_overdue_point_stays_overdue_and_no_stage_forgives_it(small_region: ProcessRegion) -> None:
    key = small_region.add_point("registry", "r1", date(2027, 1, 1), date(2027, 3, 31))
    small_region.sweep(OPENS)
    point = small_region.point(key)
    assert (point.status, point.overdue_on) == ("open", OPENS)
    assert point.next_check_on is not None, "the point speaks for itself"
    with open_session(small_region.world.engine) as session:
        assert session.execute(select(ControlPoint).where(col(ControlPoint.parent_id) == point.id)).all() == []


def test_a_term_moved_far_enough_lets_the_stages_begin(small_region: ProcessRegion) -> None:
    key = small_region.add_point("document", "d1", OPENS, DEADLINE)
    small_region.sweep(DEADLINE - timedelta(days=3))
    assert key not in begun(small_region)
    small_region.extend(key, DEADLINE + timedelta(days=60))
    small_region.sweep()
    assert key in begun(small_region)


def test_a_list_that_comes_too_late_leaves_the_point_whole(small_region: ProcessRegion) -> None:
    with open_session(small_region.world.engine) as session:
        for one in session.execute(select(Municipality)).scalars():
            session.delete(one)
    late = DEADLINE - timedelta(days=9)
    assert small_region.sweep(late - timedelta(days=1)).without_municipalities == (small_region.parent,)
    assert small_region.sweep(late).without_municipalities == ()
    small_region.join("sochi")
    assert small_region.sweep().begun == 0


def test_an_agreement_done_in_one_go_is_renewed_a_year_later_without_a_new_draft(small_region: ProcessRegion) -> None:
    small_region.sweep(DEADLINE - timedelta(days=5))
    assert begun(small_region) == set()
    small_region.move("accept", small_region.parent)
    day = small_region.on.replace(year=2028)
    renewed = f"krai/a1/-/{day}"
    assert small_region.sweep().renewed == (renewed,)
    small_region.sweep(small_region.point(renewed).opens_on)
    assert small_region.open_stages() == {("sent", "-")}


def test_a_measure_done_in_one_go_is_not_renewed(small_region: ProcessRegion) -> None:
    key = small_region.add_point("activity", "m1", OPENS, DEADLINE)
    small_region.sweep(OPENS)
    small_region.move("accept", key)
    assert small_region.sweep().renewed == ()


def test_the_municipality_that_the_catalogue_names_needs_no_list(small_region: ProcessRegion) -> None:
    with open_session(small_region.world.engine) as session:
        edition = session.execute(select(Edition)).scalar_one()
        parties = {"ministry": "ministry", "legal": "legal", "municipality": "sochi"}
        edition.catalogue = dict(edition.catalogue) | {"items": [{"code": "a1", "parties": parties}]}
        for one in session.execute(select(Municipality)).scalars():
            session.delete(one)
    report = small_region.sweep(OPENS)
    assert (report.begun, report.added, report.without_municipalities) == (1, 3 + 4, ())
    sochi = small_region.body("sochi")
    assert small_region.stage("signed-municipality", "sochi").owner_id == sochi


def test_where_everybody_refused_the_coordinator_decides_about_the_point(small_region: ProcessRegion) -> None:
    small_region.sweep(OPENS)
    with open_session(small_region.world.engine) as session:
        found = select(col(ControlPoint.key)).where(col(ControlPoint.parent_id).is_not(None))
        keys = list(session.execute(found).scalars())
    for key in keys:
        small_region.move("withdraw", key, reason="отказ")
    small_region.sweep(accepts="координатор")
    assert small_region.point(small_region.parent).status == "submitted"
    assert small_region.proof(small_region.parent) == ["Зарегистрировано 0 из 3, снято с контроля 3"]
