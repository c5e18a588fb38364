"""Whom an amendment is told to: what is open at once, what is only planned once, in the next letter."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, Notice, NoticeLine, Official, Roadmap, lifecycle, queries
from models.db import open_session
from models.lifecycle import TransitionCommand
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Act, Catalogue
from roadmap.control.upcoming import upcoming
from tasks.daily.control_day import control_day
from tasks.editions.amend import Amendment, amend, preview
from tasks.editions.load import load_roadmap
from tasks.editions.training_copies import load_training_copy
from tests.parts.databases import sqlite_engine

MOSCOW = "moscow-oblast"
LOADED = date(2023, 5, 23)
TODAY = date(2023, 9, 4)
ACT = "распоряжение от 01.09.2023 № Р-900"


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, tzinfo=UTC)


def on_control(engine: Engine) -> None:
    with open_session(engine) as session:
        load_roadmap(session, built_in(MOSCOW), today=LOADED, at=at(LOADED))
        for body in list(session.execute(select(Body)).scalars()):
            lead: dict[str, Any] = {"role": "executor", "post": body.short, "body_id": body.id, "is_lead": True}
            person = Official(roadmap_code=MOSCOW, **lead)
            session.add(person)
            session.flush()
            session.add(person.channel("email", f"{body.code}@example.org"))
    control_day(engine, today=TODAY, at=at(TODAY))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Moscow's roadmap on control, every body with one official, and the letters of the morning written."""
    engine = sqlite_engine(tmp_path / "vekha.db", on_control)
    yield engine
    engine.dispose()


def edition(*, drop: tuple[str, ...] = (), **terms: str) -> Catalogue:
    """Moscow's catalogue under a new act, without the items dropped, with other terms («_» for «.»)."""
    old = built_in(MOSCOW)
    wanted = {code.removeprefix("i").replace("_", "."): term for code, term in terms.items()}
    items = tuple(
        item.model_copy(update={"term": wanted.get(item.code, item.term)})
        for item in old.items
        if item.code not in drop
    )
    act = Act(kind="распоряжение", number="Р-900", on=date(2023, 9, 1), authority="Министерство", document="n.docx")
    return old.model_copy(update={"items": items, "act": act})


def apply(engine: Engine, draft: Catalogue) -> Amendment:
    with open_session(engine) as session:
        return amend(session, MOSCOW, draft, today=TODAY, at=at(TODAY))


def told(engine: Engine, code: str, reason: str) -> list[tuple[date, str, str]]:
    """Every line of a reason about an item: day, to whom, which point."""
    found = (
        select(col(Notice.on_day), col(Official.post), col(ControlPoint.key))
        .join(NoticeLine, col(NoticeLine.notice_id) == col(Notice.id))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .where(col(Item.code) == code, col(NoticeLine.reason) == reason)
        .order_by(col(Notice.id), col(ControlPoint.key))
    )
    with open_session(engine) as session:
        return [(row[0], row[1], row[2]) for row in session.execute(found)]


def sweep(engine: Engine, days: int) -> None:
    """The control of the following days, each done twice."""
    for n in range(1, days + 1):
        for _ in range(2):
            control_day(engine, today=TODAY + timedelta(days=n), at=at(TODAY + timedelta(days=n)))


def ground(session: Session, key: str) -> str:
    """What the letter gives as the reason of the last thing that happened to a point."""
    point = session.execute(select(ControlPoint).where(col(ControlPoint.key) == key)).scalar_one()
    return queries.history(session, point.id or 0)[-1].reason


def test_a_planned_point_that_moves_is_told_once_in_the_next_letter(engine: Engine) -> None:
    apply(engine, edition(i1_1_4="Май 2023 г., октябрь 2024 г."))
    sweep(engine, 3)
    lines = told(engine, "1.1.4", "extended")
    assert [(day, key) for day, _, key in lines] == [
        (TODAY + timedelta(days=1), "moscow-oblast/1.1.4/-/2024-08-31"),
    ]
    with open_session(engine) as session:
        assert ground(session, lines[0][2]) == f"срок перенесён актом: {ACT}"
        point = session.execute(select(ControlPoint).where(col(ControlPoint.key) == lines[0][2])).scalar_one()
        assert (point.news, point.status, point.next_check_on) == (None, "planned", point.opens_on)


def test_a_point_that_moves_ahead_is_told_before_it_opens(engine: Engine) -> None:
    apply(engine, edition(i1_1_4="Май 2023 г., ноябрь 2023 г."))
    sweep(engine, 3)
    assert [day for day, *_ in told(engine, "1.1.4", "extended")] == [TODAY + timedelta(days=1)]


def test_a_weekly_duty_that_is_dropped_is_one_line_that_speaks_for_all_its_days(engine: Engine) -> None:
    done = apply(engine, edition(drop=("1.2.3",)))
    leaving = [point for point in done.points.withdrawn if point.item_code == "1.2.3"]
    planned = [point for point in leaving if point.status == "planned"]
    sweep(engine, 3)
    assert len(planned) > 50
    assert len(told(engine, "1.2.3", "withdrawn")) == len(leaving) - len(planned), "each open day, and no planned one"
    with open_session(engine) as session:
        said = ground(session, leaving[0].key)
    assert said == f"пункт исключён: {ACT}; это касается и других сроков пункта ({len(planned)})"


def test_a_dropped_item_of_which_nothing_is_open_yet_is_told_of_its_nearest_day(engine: Engine) -> None:
    done = apply(engine, edition(drop=("1.3.6",)))
    assert [point.status for point in done.points.withdrawn] == ["planned", "planned"]
    sweep(engine, 2)
    assert [key for *_, key in told(engine, "1.3.6", "withdrawn")] == ["moscow-oblast/1.3.6/-/2023-12-31"]


def passed_on(codes: dict[str, str]) -> Catalogue:
    """Moscow's catalogue under a new act, items with other owners."""
    new = edition()
    items = tuple(item.model_copy(update={"owner": codes.get(item.code, item.owner)}) for item in new.items)
    return new.model_copy(update={"items": items})


def test_both_sides_hear_once_of_items_that_an_edition_passes_on(engine: Engine) -> None:
    """A weekly duty is a line for each open day and one for all that is planned, to either side."""
    apply(engine, passed_on({"1.2.3": "minobr", "1.3.6": "asou"}))
    sweep(engine, 3)
    for code in ("1.2.3", "1.3.6"):
        new, former = told(engine, code, "reassigned"), told(engine, code, "handed_over")
        assert [key for *_, key in new] == [key for *_, key in former]
        assert new
        assert {day for day, *_ in new + former} == {TODAY + timedelta(days=1)}
        assert len({post for _, post, _ in new}) == len({post for _, post, _ in former}) == 1
    assert [key for *_, key in told(engine, "1.3.6", "reassigned")] == ["moscow-oblast/1.3.6/-/2023-12-31"]
    with open_session(engine) as session:
        said = ground(session, "moscow-oblast/1.3.6/-/2023-12-31")
    assert said == f"исполнение передано актом: {ACT}; это касается и других сроков пункта (1)"


def test_a_point_that_people_handed_over_is_not_taken_back_by_a_load(engine: Engine) -> None:
    key = "moscow-oblast/1.3.6/-/2023-12-31"
    with open_session(engine) as session:
        other = session.execute(select(Body).where(col(Body.code) == "asou")).scalar_one()
        move: dict[str, Any] = {"actor": "координатор", "at": at(TODAY), "on": TODAY, "reason": "по уставу"}
        lifecycle.change(session, key, TransitionCommand(action="reassign", owner_id=other.id, **move))
    apply(engine, edition())
    with open_session(engine) as session:
        point = session.execute(select(ControlPoint).where(col(ControlPoint.key) == key)).scalar_one()
        assert point.owner_id == other.id


def test_each_member_of_a_group_hears_of_its_own_point_and_nobody_else_of_any(engine: Engine) -> None:
    done = apply(engine, edition(i1_1_3="Май 2023 г., март 2024 г."))
    sweep(engine, 2)
    lines = told(engine, "1.1.3", "extended")
    assert len(lines) == len({post for _, post, _ in lines}) == len(done.points.moved) > 1
    assert told(engine, "1.1.4", "extended") == []


def test_the_plan_lists_every_planned_point_that_moves_or_leaves_and_who_speaks_for_it(engine: Engine) -> None:
    with open_session(engine) as session:
        shown = preview(session, MOSCOW, edition(drop=("1.3.6",), i1_1_4="Май 2023 г., октябрь 2024 г."), today=TODAY)
    assert [(shift.key, f"{shift.to.due_on}") for shift in shown.points.moved] == [
        ("moscow-oblast/1.1.4/-/2024-08-31", "2024-10-31")
    ]
    nearest, farther = (f"moscow-oblast/1.3.6/-/{year}-12-31" for year in (2023, 2024))
    assert [point.key for point in shown.points.withdrawn] == [nearest, farther]
    assert upcoming(shown.points.moved) == {"moscow-oblast/1.1.4/-/2024-08-31": 0}
    assert upcoming(shown.points.withdrawn) == {nearest: 1}


def test_a_rehearsal_copy_is_amended_with_its_own_shift_of_years(tmp_path: Path) -> None:
    engine, today = sqlite_engine(tmp_path / "copy.db"), date(2026, 10, 5)
    with open_session(engine) as session:
        load_training_copy(session, built_in(MOSCOW), today=today, at=at(today))
        assert session.get_one(Roadmap, MOSCOW).shift_years == 3
        amend(session, MOSCOW, edition(i1_1_4="Май 2023 г., октябрь 2024 г."), today=today, at=at(today))
    with open_session(engine) as session:
        key = "moscow-oblast/1.1.4/-/2027-08-31"
        assert session.execute(
            select(col(ControlPoint.due_on)).where(col(ControlPoint.key) == key)
        ).scalar_one() == date(2027, 10, 31)
    engine.dispose()
