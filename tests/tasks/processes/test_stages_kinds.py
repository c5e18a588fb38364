"""The other kinds from opening to end, and what is renewed after an end."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import ControlPoint, Edition, Process
from models.db import open_session
from tests.worlds.process_region import ProcessRegion

OPENS, DEADLINE = date(2027, 6, 1), date(2027, 8, 2)


def walk(region: ProcessRegion, parent: str, days: list[tuple[date, str, str]]) -> list[date]:
    """Report stage after stage; returns the day each was due when it was reported."""
    due = []
    for day, stage, town in days:
        region.sweep(day)
        due.append(region.stage(stage, town, parent).deadline_on)
        region.submit(stage, town, parent=parent)
        region.sweep()
    return due


def test_a_session_ends_with_its_protocol_counted_from_the_day_it_was_held(region: ProcessRegion) -> None:
    parent = region.add_point("session", "s1", OPENS, DEADLINE)
    days = [
        (date(2027, 6, 15), "programme", "-"),
        (date(2027, 6, 22), "invitations", "-"),
        (date(2027, 7, 29), "held", "-"),
        (date(2027, 8, 4), "protocol", "-"),
    ]
    due = walk(region, parent, days)
    assert due == [date(2027, 7, 12), date(2027, 7, 19), DEADLINE, date(2027, 8, 5)]
    point = region.point(parent)
    assert (point.status, point.submitted_on) == ("submitted", date(2027, 8, 4))


def test_a_study_ends_after_the_results_of_every_municipality(region: ProcessRegion) -> None:
    region.move("withdraw", region.parent, reason="не нужно")
    parent = region.add_point("study", "n1", OPENS, DEADLINE)
    region.sweep(OPENS)
    assert region.open_stages() == {
        ("training", "-"),
        *(("coordinators", town) for town in ("anapa", "eysk", "sochi")),
    }
    towns = ("anapa", "eysk", "sochi")
    days = [(date(2027, 6, 10), stage, town) for stage in ("coordinators", "lists") for town in towns]
    days += [(date(2027, 6, 15), "training", "-")]
    days += [(date(2027, 8, 2), stage, town) for stage in ("held", "results", "programmes") for town in towns]
    walk(region, parent, days)
    assert region.proof(parent) == ["Изменение программ ДПП: 3 из 3"]


@pytest.mark.parametrize(
    ("kind", "stages"),
    [
        pytest.param("document", ("draft", "approved", "published"), id="a document is published in the end"),
        pytest.param("registry", ("confirmed",), id="a registry is confirmed in one stage"),
    ],
)
def test_kinds_without_municipalities_go_through_their_stages(
    region: ProcessRegion, kind: str, stages: tuple[str, ...]
) -> None:
    parent = region.add_point(kind, "d1", OPENS, DEADLINE)
    walk(region, parent, [(date(2027, 6, 15), stage, "-") for stage in stages])
    assert region.point(parent).status == "submitted"


def test_a_measure_has_no_process(region: ProcessRegion) -> None:
    parent = region.add_point("activity", "m1", OPENS, DEADLINE)
    region.sweep(OPENS)
    with open_session(region.world.engine) as session:
        begun = {row.point_id for row in session.execute(select(Process)).scalars()}
    assert region.point(parent).id not in begun


def finish(region: ProcessRegion, on: date) -> None:
    region.sweep(on)
    region.move("accept", region.parent, on=on)


def test_an_accepted_agreement_is_renewed_a_year_later_without_a_new_draft(region: ProcessRegion) -> None:
    region.sweep(OPENS)
    finish(region, date(2027, 8, 2))
    renewed = f"{region.code}/a1/-/2028-08-02"
    assert region.sweep().renewed == (renewed,)
    assert region.sweep().renewed == ()
    point = region.point(renewed)
    assert (point.status, point.due_on, point.is_history) == ("planned", date(2028, 8, 2), False)
    assert point.deadline_note.startswith("Продление через 12")
    region.sweep(point.opens_on)
    assert region.open_stages() == {("sent", "-")}
    with open_session(region.world.engine) as session:
        assert session.get_one(Process, point.id).renews
    assert region.stage("sent", parent=renewed).deadline_on > point.opens_on


def test_an_agreement_that_the_document_asks_for_once_is_not_renewed(region: ProcessRegion) -> None:
    with open_session(region.world.engine) as session:
        newest = session.execute(select(Edition).order_by(col(Edition.id).desc()).limit(1)).scalar_one()
        newest.catalogue = dict(newest.catalogue) | {"items": [{"code": "a1", "renews": False}]}
    region.sweep(OPENS)
    finish(region, date(2027, 8, 2))
    assert region.sweep().renewed == ()


def test_nothing_is_renewed_beyond_the_period_of_the_roadmap(region: ProcessRegion) -> None:
    region.set_period_end(date(2028, 6, 30))
    region.sweep(OPENS)
    finish(region, date(2027, 8, 2))
    assert region.sweep().renewed == ()


def test_an_item_with_a_later_point_of_its_own_is_not_renewed(region: ProcessRegion) -> None:
    region.add_point("agreement", "a1", date(2028, 1, 10), date(2028, 3, 1))
    region.sweep(OPENS)
    finish(region, date(2027, 8, 2))
    assert region.sweep().renewed == ()
    assert region.sweep(date(2028, 1, 10)).begun == 1
    own = region.point(f"{region.code}/a1/-/2028-03-01")
    with open_session(region.world.engine) as session:
        assert session.get_one(Process, own.id).renews


def test_a_withdrawn_agreement_is_not_renewed(region: ProcessRegion) -> None:
    region.sweep(OPENS)
    region.move("withdraw", region.parent, reason="полномочия переданы")
    assert region.sweep(date(2027, 6, 2)).renewed == ()
    parents = [row for row in region.world.rows(ControlPoint) if row["parent_id"] is None]
    assert [row["key"] for row in parents] == [region.parent]
