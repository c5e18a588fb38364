"""A production calendar that comes out later moves the points of its year, and both sides are told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import col

from models import (
    ControlPoint,
    GivenCalendar,
    Notice,
    NoticeLine,
    NoticeRemark,
    Official,
    Roadmap,
    Transition,
)
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from roadmap.catalogue.schema import Catalogue
from tasks.daily.control_day import control_day
from tasks.discipline.statistics import judged
from tasks.editions.calendar_changes import unapproved_lines
from tasks.editions.load import Loaded, load_roadmap
from tests.parts.databases import sqlite_engine

LEAP, BEFORE = date(2028, 2, 29), date(2028, 2, 28)
BEGUN, COMES = date(2027, 9, 1), date(2027, 10, 4)
SOURCE = {"place": "строка 1"}


def item(code: str, term: str, **facts: Any) -> dict[str, Any]:
    entry = {"code": code, "number": code, "title": f"Мероприятие {code}", "owner": "min", "kind": "document"}
    return entry | {"term": term, "source": SOURCE} | facts


def catalogue(*items: dict[str, Any], **facts: Any) -> Catalogue:
    act = {"kind": "приказ", "number": "12-п", "on": date(2027, 8, 2), "authority": "Министерство", "document": "d"}
    return Catalogue.model_validate(
        {
            "code": "demo",
            "region": "Край",
            "title": "Дорожная карта",
            "act": act,
            "period": {"start": BEGUN, "end": date(2028, 12, 31), "ground": "заголовок"},
            "zone": "Europe/Moscow",
            "bodies": [{"code": "min", "name": "Министерство", "short": "МО", "level": "regional"}],
            "items": items or (item("1.1", "до 29 февраля 2028 г."), item("1.2", "ежемесячно")),
        }
        | facts
    )


def at(day: date, hour: int = 3) -> datetime:
    return datetime.combine(day, time(hour), UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    engine = sqlite_engine(tmp_path / "vekha.db")
    yield engine
    engine.dispose()


def load(engine: Engine, of: Catalogue, on: date = BEGUN) -> Loaded:
    with open_session(engine) as session:
        return load_roadmap(session, of, today=on, at=at(on))


def people(engine: Engine) -> None:
    with open_session(engine) as session:
        for role, body in (("executor", 1), ("coordinator", None)):
            lead = role == "executor"
            person = Official(roadmap_code="demo", role=role, post=role, body_id=body, is_lead=lead)
            session.add(person)
            session.flush()
            session.add(person.channel("email", f"{role}@example.org"))


def control(engine: Engine, on: date) -> None:
    assert control_day(engine, today=on, at=at(on)).failed == ()


def give(engine: Engine, year: int, *, off: tuple[date, ...] = (), worked: tuple[date, ...] = ()) -> None:
    with open_session(engine) as session:
        days_off = [{"on": f"{day}", "name": "выходной день"} for day in off]
        days = [f"{day}" for day in worked]
        act = "постановление № 1"
        session.merge(GivenCalendar(year=year, days_off=days_off, working_days=days, source=act, given_at=at(COMES)))


def point(engine: Engine, key: str) -> ControlPoint:
    with open_session(engine) as session:
        found: ControlPoint = session.execute(select(ControlPoint).where(col(ControlPoint.key) == key)).scalar_one()
        return found


def history(engine: Engine, key: str) -> list[Transition]:
    with open_session(engine) as session:
        mine = select(Transition).join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        found = mine.where(col(ControlPoint.key) == key).order_by(col(Transition.id))
        return [row for row in session.execute(found).scalars() if row.action != "open"]


def told(engine: Engine, on: date) -> list[tuple[str, str]]:
    with open_session(engine) as session:
        found = (
            select(col(Official.post), col(NoticeLine.reason))
            .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
            .join(Official, col(Official.id) == col(Notice.official_id))
            .where(col(Notice.on_day) == on, col(NoticeLine.reason) == "extended")
        )
        return list(session.execute(found).tuples())


ONE = "demo/1.1/-/2028-02-29"


def test_a_calendar_that_comes_out_later_moves_the_points_by_a_transition_and_both_sides_hear(engine: Engine) -> None:
    load(engine, catalogue())
    people(engine)
    control(engine, BEGUN)
    assert point(engine, ONE).deadline_on == LEAP
    give(engine, 2028, off=(LEAP,))
    control(engine, COMES)
    (moved,) = history(engine, ONE)
    assert (moved.action, moved.due_from, moved.due_to, moved.actor) == ("extend", LEAP, BEFORE, "ежедневный контроль")
    assert moved.reason == "утверждён производственный календарь на 2028 год: нерабочий день 29.02.2028"
    row = point(engine, ONE)
    assert (row.due_on, row.deadline_on) == (LEAP, BEFORE)
    assert "29.02.2028 — нерабочий день" in row.deadline_note
    # The month's report falls on the same day; both points are told of, each as the nearest of its duty.
    assert told(engine, COMES) == [("executor", "extended")] * 2
    with open_session(engine) as session:
        remarks = session.execute(select(col(NoticeRemark.words))).scalars().all()
    assert len(remarks) == 1
    assert "перенесено: 2 срока, ближайший — с 29.02.2028 на 28.02.2028" in remarks[0]
    control(engine, COMES)
    control(engine, date(2027, 10, 5))
    assert len(history(engine, ONE)) == 1
    assert told(engine, date(2027, 10, 5)) == []


def test_a_calendar_that_the_new_program_brings_is_found_as_well(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from roadmap.calendar import working_days

    load(engine, catalogue())
    control(engine, BEGUN)
    known = working_days._federal

    def decreed(year: int) -> working_days._Year:
        was = known(year)
        return working_days._Year({**was.off, LEAP: "выходной день"}, frozenset(), True) if year == 2028 else was

    monkeypatch.setattr(working_days, "_federal", decreed)
    control(engine, COMES)
    assert point(engine, ONE).deadline_on == BEFORE
    assert len(history(engine, ONE)) == 1


def test_a_load_of_the_same_file_records_what_the_calendar_moved(engine: Engine) -> None:
    load(engine, catalogue())
    give(engine, 2028, off=(LEAP,))
    loaded = load(engine, catalogue(), COMES)
    assert [moved[0] for moved in loaded.moved] == [ONE, "demo/1.2/-/2028-02-29"]
    assert [row.action for row in history(engine, ONE)] == ["extend"]
    assert point(engine, ONE).news == "extended"
    assert load(engine, catalogue(), COMES).moved == ()


def test_regional_working_days_of_a_new_file_are_recorded_too(engine: Engine) -> None:
    saturday = date(2028, 4, 29)
    load(engine, catalogue())
    key = "demo/1.2/-/2028-04-30"
    assert point(engine, key).deadline_on == date(2028, 4, 28)
    load(engine, catalogue(working_days=[saturday]), COMES)
    assert point(engine, key).deadline_on == saturday
    assert [row.due_to for row in history(engine, key)] == [saturday]


def test_a_saturday_worked_by_decree_is_a_working_day(engine: Engine) -> None:
    saturday = date(2028, 4, 29)
    load(engine, catalogue())
    give(engine, 2028, worked=(saturday,))
    control(engine, COMES)
    assert point(engine, "demo/1.2/-/2028-04-30").deadline_on == saturday
    assert "2028" not in " ".join(unapproved(engine, COMES))


def test_what_is_quiet_until_its_deadline_stays_so_when_the_calendar_moves_it(engine: Engine) -> None:
    friday, saturday = date(2028, 4, 28), date(2028, 4, 29)
    load(engine, catalogue(item("1.2", "ежемесячно"), item("1.3", "еженедельно по субботам")))
    taken, weekly = "demo/1.2/-/2028-04-30", "demo/1.3/-/2028-04-29"
    with open_session(engine) as session:
        session.execute(update(ControlPoint).where(col(ControlPoint.key) == taken).values(quiet_until=friday))
    assert point(engine, weekly).quiet_until == friday
    give(engine, 2028, worked=(saturday,))
    control(engine, COMES)
    for key in (taken, weekly):
        assert (point(engine, key).deadline_on, point(engine, key).quiet_until) == (saturday, saturday)


def test_a_duty_that_becomes_weekly_is_quiet_from_then_on(engine: Engine) -> None:
    load(engine, catalogue(item("1.2", "еженедельно по пятницам", control="monthly")))
    key = "demo/1.2/-/2028-02-25"
    assert point(engine, key).quiet_until is None
    load(engine, catalogue(item("1.2", "еженедельно по пятницам")), COMES)
    row = point(engine, key)
    assert (row.quiet_until, row.next_check_on) == (row.deadline_on, row.deadline_on)


def test_words_that_count_working_days_are_read_anew_and_keep_their_points(engine: Engine) -> None:
    of = catalogue(item("1.3", "ежемесячно до 5-го рабочего дня месяца"))
    load(engine, of)
    key = "demo/1.3/-/2028-02-07"
    assert point(engine, key).deadline_on == date(2028, 2, 7)
    give(engine, 2028, off=(date(2028, 2, 2),))
    control(engine, COMES)
    row = point(engine, key)
    assert (row.due_on, row.deadline_on) == (date(2028, 2, 8), date(2028, 2, 8))
    assert [(one.due_from, one.due_to) for one in history(engine, key)] == [(date(2028, 2, 7), date(2028, 2, 8))]
    # The file itself is still the edition on control: nothing is lost, nothing is new.
    again = load(engine, of, COMES)
    assert (again.points_new, again.moved) == (0, ())


def test_a_decision_follows_the_calendar_and_is_nobodys_extension(engine: Engine) -> None:
    wednesday = date(2028, 3, 15)
    load(engine, catalogue())
    move = {"action": "extend", "reason": "письмо", "due_on": wednesday, "deadline_on": wednesday}
    with open_session(engine) as session:
        change(session, ONE, TransitionCommand(actor="к", at=at(BEGUN, 9), on=BEGUN, **move))  # type: ignore[arg-type]
    control(engine, BEGUN)
    give(engine, 2028, off=(wednesday,))
    control(engine, COMES)
    row = point(engine, ONE)
    assert (row.due_on, row.deadline_on) == (wednesday, date(2028, 3, 14))
    with open_session(engine) as session:
        (record,) = [one.record for one in judged(session, "demo", today=COMES) if one.record.key == ONE]
    assert record.extended == 1


@pytest.mark.parametrize(
    ("today", "deadline"),
    [
        pytest.param(date(2028, 2, 28), BEFORE, id="the day before is still to come"),
        pytest.param(LEAP, LEAP, id="what would be past already stays as it was promised"),
    ],
)
def test_nobody_is_made_late_by_a_calendar(engine: Engine, today: date, deadline: date) -> None:
    load(engine, catalogue())
    control(engine, BEGUN)
    give(engine, 2028, off=(LEAP,))
    control(engine, today)
    row = point(engine, ONE)
    assert (row.deadline_on, row.overdue_on) == (deadline, None)


def unapproved(engine: Engine, on: date) -> list[str]:
    with open_session(engine) as session:
        return unapproved_lines(session, [session.get_one(Roadmap, "demo")], today=on)


def test_what_stands_on_an_unapproved_year_is_shown(engine: Engine) -> None:
    load(engine, catalogue())
    assert unapproved(engine, BEGUN) == [
        "Край: производственный календарь на 2028 год ещё не утверждён, 13 сроков 2028 года посчитаны предварительно "
        "— после утверждения часть может быть перенесена, исполнители об этом узнают"
    ]
    note = "производственный календарь на 2028 год ещё не утверждён, срок может быть уточнён"
    assert point(engine, ONE).deadline_note == note
    give(engine, 2028)
    control(engine, COMES)
    assert point(engine, ONE).deadline_note == ""
    assert history(engine, ONE) == []
    assert "2028" not in " ".join(unapproved(engine, COMES))


def test_the_same_on_postgresql(postgres_engine: Engine) -> None:
    load(postgres_engine, catalogue())
    people(postgres_engine)
    control(postgres_engine, BEGUN)
    assert "сроков 2028 года посчитаны предварительно" in unapproved(postgres_engine, BEGUN)[0]
    give(postgres_engine, 2028, off=(LEAP,))
    control(postgres_engine, COMES)
    assert [row.due_to for row in history(postgres_engine, ONE)] == [BEFORE]
    assert told(postgres_engine, COMES) == [("executor", "extended")] * 2
