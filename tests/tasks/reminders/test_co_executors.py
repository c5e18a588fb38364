"""Co-executors in the day's control: who hears, who stands in, who is out of reach, who has given the part."""

import email
from datetime import UTC, date, datetime, time, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import Absence, Body, ControlPoint, Executor, Mute, Notice, Official, Roadmap, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.settings import Settings
from roadmap.control.co_executors import PASSED
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver
from tests.worlds.world import World

OPENS, DUE = date(2027, 4, 1), date(2027, 6, 30)
OWN, BEFORE = date(2027, 5, 14), date(2027, 5, 11)
KEY = f"krai/institute/1/{DUE}"
AT = datetime(2027, 4, 1, 12, tzinfo=UTC)


@pytest.fixture
def shared(world: World) -> World:
    """The institute answers; the school and the centre take part, the centre has nobody to be reached."""
    world.official("executor", "Директор", "head@example.org", body="school", is_lead=True)
    with open_session(world.engine) as session:
        session.add(Body(roadmap_code=world.code, code="centre", name="Центр", short="Центр", level="regional"))
        session.flush()
    share(world, "school", "centre")
    return world


def share(world: World, *bodies: str) -> None:
    with open_session(world.engine) as session:
        point = world.point(DUE, opens_on=OPENS, next_check_on=DUE)
        item = session.execute(select(col(ControlPoint.item_id)).where(col(ControlPoint.key) == point)).scalar_one()
        for body in bodies:
            found = session.execute(select(col(Body.id)).where(col(Body.code) == body)).scalar_one()
            session.add(Executor(item_id=item, body_id=found))


def control(world: World, *days: date) -> list[tuple[str, str, str]]:
    """(day, post, reason) of what co-executors hear, and of what the coordinator hears of them."""
    for today in days:
        report = control_day(world.engine, today=today, at=datetime.combine(today, time(3), UTC))
        assert not report.failed
    return [(on[5:], post, reason) for on, post, reason, _ in world.letters() if reason.startswith("co_")]


def every_day(world: World) -> list[tuple[str, str, str]]:
    """Each step, the days around it, and the days after the deadline."""
    near = {day + timedelta(days=n) for day in (OPENS, BEFORE, OWN, DUE) for n in (-1, 0, 1)} - {
        OPENS - timedelta(days=1)
    }
    return control(world, *sorted({*near, DUE + timedelta(days=8)}))


def report_part(world: World, post: str, on: date) -> None:
    with open_session(world.engine) as session:
        official = session.execute(select(Official).where(col(Official.post) == post)).scalar_one()
        point = session.execute(select(ControlPoint).where(col(ControlPoint.key) == KEY)).scalar_one()
        at = datetime.combine(on, time(12), UTC)
        move = TransitionCommand(
            action="progress", actor=post, official_id=official.id, at=at, on=on, reason="часть готова"
        )
        lifecycle.change(session, point.key, move)


def test_a_whole_term_is_three_letters_and_one_to_the_coordinator(shared: World) -> None:
    assert every_day(shared) == [
        ("04-01", "Координатор", "co_no_channel"),
        ("04-01", "Директор", "co_opened"),
        ("05-11", "Директор", "co_soon"),
        ("05-14", "Директор", "co_due"),
    ]


@pytest.mark.parametrize(
    ("given_on", "left"),
    [(OPENS, ["co_opened"]), (BEFORE, ["co_opened", "co_soon"]), (OWN, ["co_opened", "co_soon", "co_due"])],
)
def test_nothing_is_said_after_the_part_was_reported(shared: World, given_on: date, left: list[str]) -> None:
    control(shared, OPENS, *([BEFORE] if given_on >= BEFORE else []), *([OWN] if given_on >= OWN else []))
    report_part(shared, "Директор", given_on)
    assert [reason for _, post, reason in every_day(shared) if post == "Директор"] == left


def test_a_deputy_hears_and_reports_for_the_one_who_is_away(shared: World) -> None:
    shared.official("executor", "Завуч", "deputy-head@example.org", body="institute")
    with open_session(shared.engine) as session:
        ids = {row.post: row.id or 0 for row in session.execute(select(Official)).scalars()}
        days: dict[str, Any] = {"starts_on": OPENS, "ends_on": OPENS + timedelta(days=5)}
        away = Absence(official_id=ids["Директор"], deputy_id=ids["Завуч"], set_by="тест", set_at=AT, **days)
        session.add(away)
    assert ("04-01", "Завуч", "co_opened") in control(shared, OPENS)
    assert [row for row in control(shared, OPENS + timedelta(days=7)) if row[1] == "Директор"] == []
    report_part(shared, "Завуч", OPENS)
    assert [row for row in every_day(shared) if row[1] == "Директор"] == []


@pytest.mark.parametrize("muted", ["item", "owner", "co"])
def test_a_mute_of_the_item_or_a_body_spares_the_co_executor(shared: World, muted: str) -> None:
    with open_session(shared.engine) as session:
        point = session.execute(select(ControlPoint).where(col(ControlPoint.key) == KEY)).scalar_one()
        school = session.execute(select(col(Body.id)).where(col(Body.code) == "school")).scalar_one()
        what = {"item": {"item_id": point.item_id}, "owner": {"body_id": point.owner_id}, "co": {"body_id": school}}
        until = OWN - timedelta(days=1)
        session.add(Mute(roadmap_code="krai", until=until, reason="отпуск", set_by="тест", set_at=AT, **what[muted]))
    assert [row for row in every_day(shared) if row[1] == "Директор"] == [("05-14", "Директор", "co_due")]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"status": "submitted", "submitted_on": OPENS}, id="reported"),
        pytest.param({"is_history": True}, id="history"),
        pytest.param({"purpose": "name_dates"}, id="its dates are not named yet"),
        pytest.param({"deadline_on": OPENS - timedelta(days=1), "opens_on": OPENS - timedelta(days=9)}, id="overdue"),
    ],
)
def test_of_these_points_a_co_executor_hears_nothing(shared: World, facts: dict[str, Any]) -> None:
    shared.change(ControlPoint, **facts)
    assert every_day(shared) == []


def test_a_roadmap_may_switch_it_off(shared: World) -> None:
    with open_session(shared.engine) as session:
        session.get_one(Roadmap, "krai").ladder = {"co_term": 0}
    assert every_day(shared) == []


def test_a_co_executor_with_a_point_of_its_own_is_told_of_that_one_only(shared: World) -> None:
    with open_session(shared.engine) as session:
        item = session.execute(select(col(ControlPoint.item_id))).scalar_one()
        school = session.execute(select(col(Body.id)).where(col(Body.code) == "school")).scalar_one()
    shared.point(OWN, body="school", item_id=item, body_id=school, opens_on=OPENS, next_check_on=DUE)
    assert [row for row in every_day(shared) if row[1] == "Директор"] == []


def test_a_letter_of_a_false_day_has_told_nothing(shared: World) -> None:
    control(shared, OPENS)
    shared.change(Notice, reversed_at=AT, state="dropped")
    assert ("04-02", "Директор", "co_opened") in control(shared, OPENS + timedelta(days=1))


@pytest.mark.usefixtures("campaign")
def test_the_letters_say_the_part_its_term_and_who_has_given_theirs(shared: World, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data=tmp_path)

    def sent(on: date) -> str:
        control(shared, on)
        at = datetime.combine(on, time(6), UTC)
        deliver(shared.engine, settings=settings, at_source=lambda at=at: at)  # type: ignore[misc]
        texts = []
        for path in sorted(settings.letters.rglob("*.eml")):
            made = email.message_from_bytes(path.read_bytes(), policy=default)
            body = made.get_body(("plain",))
            assert body is not None
            texts.append(body.get_content())
            path.unlink()
        return "\n".join(texts)

    first = sent(OPENS)
    for words in (
        "Сообщаем о мероприятиях, в исполнении которых вы участвуете.",
        "НОВОЕ: ВЫ УЧАСТВУЕТЕ В ИСПОЛНЕНИИ (1)",
        "Срок вашей части: 14.05.2027",
        "Срок пункта: 30.06.2027",
        "Вы: соисполнитель",
        "СОИСПОЛНИТЕЛЕЙ НЕ УДАЛОСЬ УВЕДОМИТЬ (1)",
        "Без адреса: Центр",
    ):
        assert words in first
    report_part(shared, "Директор", OPENS)
    with open_session(shared.engine) as session:
        point = session.execute(select(ControlPoint).where(col(ControlPoint.key) == KEY)).scalar_one()
        point.next_check_on = DUE - timedelta(days=14)
    assert "Части соисполнителей: представили 1 из 2 (Школа); ещё нет: Центр" in sent(DUE - timedelta(days=14))


@pytest.mark.usefixtures("campaign")
def test_who_hears_first_after_the_own_term_is_told_that_it_is_over(shared: World, tmp_path: Path) -> None:
    settings, on = Settings(_env_file=None, data=tmp_path), DUE - timedelta(days=14)
    control(shared, on)
    deliver(shared.engine, settings=settings, at_source=lambda: datetime.combine(on, time(6), UTC))
    bodies = (email.message_from_bytes(path.read_bytes(), policy=default).get_body(("plain",))
              for path in settings.letters.rglob("*.eml"))  # fmt: skip
    texts = [body.get_content() for body in bodies if body is not None]
    assert [f"Срок вашей части: 14.05.2027, {PASSED}" in text for text in texts if "Вы: соисполнитель" in text] == [
        True
    ]
