"""Rehearsal copies: years shifted to now, a past that nobody hears of, every state at once."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from models import ControlPoint, Official, Roadmap, Transition
from models.db import open_session
from models.lifecycle import ALLOWED, Done, Refused, record_history
from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.control.ladder import first_rung
from tasks.editions.load import LoadRefused, load_roadmap
from tasks.editions.training_copies import load_training_copy, shift_that_tells, shift_to_now
from tasks.people.contacts import bodies_without_channel
from tests.parts.databases import sqlite_engine

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database at the newest schema."""
    engine = sqlite_engine(tmp_path / "vekha.db")
    yield engine
    engine.dispose()


def rehearse(engine: Engine, code: str) -> None:
    with open_session(engine) as session:
        load_training_copy(session, built_in(code), today=TODAY, at=AT)


def points(engine: Engine) -> list[ControlPoint]:
    with open_session(engine) as session:
        return list(session.execute(select(ControlPoint).order_by(col(ControlPoint.key))).scalars())


def transitions(engine: Engine) -> list[Transition]:
    with open_session(engine) as session:
        return list(session.execute(select(Transition).order_by(col(Transition.id))).scalars())


@pytest.mark.parametrize(
    ("today", "years"),
    [
        pytest.param(date(2026, 10, 12), 5, id="sixty days after the start is enough"),
        pytest.param(date(2026, 10, 11), 4, id="fifty-nine are not: a year less"),
        pytest.param(date(2021, 8, 13), 0, id="never into the past"),
    ],
)
def test_the_copy_began_at_least_sixty_days_ago(today: date, years: int) -> None:
    assert built_in("krasnodar").period.start == date(2021, 8, 13)
    assert shift_to_now(built_in("krasnodar"), today) == years


def test_a_system_that_would_have_no_past_to_show_takes_a_year_more_of_it() -> None:
    march = date(2026, 3, 10)
    assert shift_to_now(built_in("kirov"), march) == 3
    assert shift_that_tells(built_in("kirov"), march) == 2
    assert shift_that_tells(built_in("kirov"), TODAY) == 3


@pytest.mark.parametrize("code", built_in_codes())
def test_every_state_is_seen_at_once(engine: Engine, code: str) -> None:
    rehearse(engine, code)
    statuses = Counter(point.status for point in points(engine))
    assert set(statuses) == {"planned", "open", "submitted", "returned", "accepted"}
    assert (statuses["submitted"], statuses["returned"]) == (2, 1)
    overdue = [point for point in points(engine) if point.overdue_on]
    assert 2 <= len(overdue) <= 3
    assert len({point.item_id for point in overdue}) == len(overdue)
    assert all(point.status == "open" and point.deadline_on < TODAY for point in overdue)


@pytest.mark.parametrize("code", built_in_codes())
def test_the_past_is_settled_the_present_open_and_the_future_planned(engine: Engine, code: str) -> None:
    rehearse(engine, code)
    for point in points(engine):
        if point.is_history:
            assert (point.status, point.next_check_on) == ("planned", None)
        elif point.status == "accepted":
            assert point.submitted_on is not None
            assert point.closed_on is not None
            assert point.opens_on <= point.submitted_on <= point.closed_on < TODAY
            assert (point.next_check_on, point.news) == (None, None)
        elif point.opens_on <= TODAY:
            assert point.status in ("open", "submitted", "returned")
        else:
            first = first_rung(point.opens_on, point.deadline_on, point.quiet_until)
            assert (point.status, point.next_check_on) == ("planned", first)


def test_the_history_says_what_happened_step_by_step(engine: Engine) -> None:
    rehearse(engine, "surgut")
    done = next(point for point in points(engine) if point.status == "accepted")
    steps = [step for step in transitions(engine) if step.point_id == done.id]
    assert [step.action for step in steps] == ["open", "submit", "accept"]
    assert [step.happened_on for step in steps] == [done.opens_on, done.submitted_on, done.closed_on]
    assert {(step.actor, step.reason) for step in steps} == {("репетиция", "история репетиции")}


@pytest.mark.parametrize("code", built_in_codes())
def test_every_step_was_allowed_and_ends_where_the_point_stands(engine: Engine, code: str) -> None:
    rehearse(engine, code)
    stands: dict[int, str] = {}
    for step in transitions(engine):
        assert ALLOWED[step.action, step.from_status] == step.to_status  # type: ignore[index]
        assert stands.get(step.point_id, "planned") == step.from_status
        stands[step.point_id] = step.to_status
    assert {point.id: point.status for point in points(engine) if point.id in stands} == stands


def test_a_second_start_continues_with_the_same_data(engine: Engine) -> None:
    rehearse(engine, "krasnodar")
    before = points(engine), len(transitions(engine))
    with open_session(engine) as session:
        again = load_training_copy(session, built_in("krasnodar"), today=TODAY + timedelta(days=400), at=AT)
    assert (again.items, again.points_new, again.points_kept) == (22, 0, len(before[0]))
    assert (points(engine), len(transitions(engine))) == before


def test_somebody_under_example_org_answers_for_every_body(engine: Engine) -> None:
    for code in built_in_codes():
        rehearse(engine, code)
    with open_session(engine) as session:
        assert [bodies_without_channel(session, code) for code in built_in_codes()] == [[]] * 5
        roles = Counter(session.execute(select(col(Official.role))).scalars())
        assert (roles["coordinator"], roles["controller"]) == (5, 5)
        assert all(roadmap.is_rehearsal for roadmap in session.execute(select(Roadmap)).scalars())


def test_a_rehearsal_never_covers_the_real_roadmap(engine: Engine) -> None:
    with open_session(engine) as session:
        load_roadmap(session, built_in("surgut"), today=TODAY, at=AT)
    with pytest.raises(LoadRefused, match="в этой папке — рабочая"):
        rehearse(engine, "surgut")
    assert transitions(engine) == []


def test_history_is_recorded_for_all_or_for_none(engine: Engine) -> None:
    with open_session(engine) as session:
        load_roadmap(session, built_in("surgut"), today=TODAY, at=AT, controlled_from=date(2021, 9, 3))
    first, second, *_ = points(engine)
    assert first.id is not None
    assert second.id is not None
    days = {"opened_on": date(2021, 9, 3), "submitted_on": date(2021, 9, 6), "accepted_on": date(2021, 9, 7)}
    with open_session(engine) as session:
        record_history(session, [Done(point_id=first.id, **days)], actor="к", reason="р", at=AT)
        record_history(session, [], actor="к", reason="р", at=AT)
    both = [Done(point_id=second.id, **days), Done(point_id=first.id, **days)]
    with pytest.raises(Refused, match="только запланированные"), open_session(engine) as session:
        record_history(session, both, actor="к", reason="р", at=AT)
    now = {point.id: point for point in points(engine)}
    assert (now[first.id].status, now[first.id].submitted_on, now[first.id].closed_on) == (
        "accepted",
        date(2021, 9, 6),
        date(2021, 9, 7),
    )
    assert now[second.id].status == "planned"
    assert len(transitions(engine)) == 3
