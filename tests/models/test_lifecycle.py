"""Which status may follow which, who wins, what is recorded."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any, get_args

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import select

from models import ControlPoint, Evidence, Transition
from models.db import open_session
from models.lifecycle import (
    ALLOWED,
    Action,
    Refused,
    TransitionCommand,
    accept,
    change,
    mark_overdue,
    open_due,
    recall,
)
from models.lifecycle.transitions import File
from models.tables.control_point import STATUSES

AT = datetime(2027, 5, 20, 6, 0, tzinfo=UTC)
ON = date(2027, 5, 20)
KEY = "krasnodar/1.1/-/2027-05-31"

pytestmark = pytest.mark.usefixtures("planned_point")


def move(action: Action, **more: Any) -> TransitionCommand:
    facts: dict[str, Any] = {"actor": "координатор", "at": AT, "on": ON, "reason": "основание"}
    if action in ("extend", "correct", "demand"):
        facts |= {"due_on": date(2027, 6, 30), "deadline_on": date(2027, 6, 30)}
    if action == "put_off":
        facts |= {"due_on": date(2027, 5, 25)}
    return TransitionCommand(action=action, **facts | more)


def put_into(engine: Engine, status: str) -> None:
    closed = ", closed_on = '2027-05-20'" if status in ("accepted", "withdrawn") else ""
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE control_point SET status = '{status}'{closed}"))


def the_point(engine: Engine) -> ControlPoint:
    with open_session(engine) as session:
        return session.exec(select(ControlPoint)).one()


def happened(engine: Engine) -> list[tuple[str, str, str]]:
    with open_session(engine) as session:
        rows = session.exec(select(Transition).order_by(Transition.id))  # type: ignore[arg-type]
        return [(row.action, row.from_status, row.to_status) for row in rows]


@pytest.mark.parametrize(("action", "before"), list(product(get_args(Action), STATUSES)), ids=lambda value: value)
def test_only_what_the_table_allows_happens(engine: Engine, action: Action, before: str) -> None:
    put_into(engine, before)
    if action == "leave_personal":
        with engine.begin() as connection:
            connection.execute(text("UPDATE control_point SET personal_since = '2027-05-19'"))
    another = {"owner_id": the_point(engine).owner_id + 1} if action == "reassign" else {}
    after = ALLOWED.get((action, before))
    if after is None:
        with pytest.raises(Refused, match="сейчас —"), open_session(engine) as session:
            change(session, KEY, move(action))
        assert (the_point(engine).status, happened(engine)) == (before, [])
        return
    with open_session(engine) as session:
        change(session, KEY, move(action, **another))
    assert (the_point(engine).status, happened(engine)) == (after, [(action, before, after)])


@pytest.mark.parametrize("action", ["return", "extend", "refuse", "withdraw"])
def test_a_change_against_the_executor_needs_a_ground(engine: Engine, action: Action) -> None:
    put_into(engine, "submitted")
    with pytest.raises(Refused, match="укажите основание"), open_session(engine) as session:
        change(session, KEY, move(action, reason=" "))


def test_reminders_wait_for_the_deadline_or_the_day_that_is_named_until_a_decision_asks_for_more(
    engine: Engine,
) -> None:
    def quiet_after(*moves: TransitionCommand) -> date | None:
        for one in moves:
            with open_session(engine) as session:
                change(session, KEY, one)
        return the_point(engine).quiet_until

    put_into(engine, "open")
    assert quiet_after(move("acknowledge")) == the_point(engine).deadline_on
    assert quiet_after(move("put_off")) == date(2027, 5, 25)
    assert (the_point(engine).next_check_on or date.max) <= date(2027, 5, 25)
    assert quiet_after(move("extend")) is None
    assert quiet_after(move("acknowledge"), move("submit"), move("return")) is None


@pytest.mark.parametrize("day", [date(2027, 5, 20), date(2027, 5, 28), date(2027, 6, 30), None])
def test_reminders_are_put_off_to_a_day_between_today_and_the_deadline(engine: Engine, day: date | None) -> None:
    put_into(engine, "open")
    with pytest.raises(Refused, match="напоминания откладывают на день до срока"), open_session(engine) as session:
        change(session, KEY, move("put_off", due_on=day))


def test_the_second_of_two_deciding_at_once_is_told_so(engine: Engine) -> None:
    put_into(engine, "submitted")
    others: list[str] = ["первый заместитель"]

    def decide_in_between(state: ORMExecuteState) -> None:
        if state.is_update and others:
            others.pop()
            with open_session(engine) as quick:
                accept(quick, KEY, move("accept"))

    with pytest.raises(Refused, match="решение уже принято другим, сейчас — исполнено"), open_session(engine) as slow:
        event.listen(slow, "do_orm_execute", decide_in_between)
        change(slow, KEY, move("return"))
    assert happened(engine) == [("accept", "submitted", "accepted")]


def test_a_decision_delivered_twice_is_recorded_once(engine: Engine) -> None:
    put_into(engine, "submitted")
    for _ in range(2):
        with open_session(engine) as session:
            change(session, KEY, move("return", once_key="run:1:decision-1"))
    assert happened(engine) == [("return", "submitted", "returned")]


def test_accepting_an_unreported_result_records_the_report_and_its_day(engine: Engine) -> None:
    put_into(engine, "open")
    for _ in range(2):
        with open_session(engine) as session:
            accept(
                session, KEY, move("accept", on=date(2027, 5, 18), evidence="приказ № 5", once_key="run:1:decision-1")
            )
    assert happened(engine) == [("submit", "open", "submitted"), ("accept", "submitted", "accepted")]
    assert the_point(engine).submitted_on == date(2027, 5, 18)
    with open_session(engine) as session:
        assert [row.words for row in session.exec(select(Evidence))] == ["приказ № 5"]


@pytest.mark.parametrize("before", ["open", "returned"])
def test_a_recalled_report_leaves_the_point_as_it_was_before(engine: Engine, before: str) -> None:
    put_into(engine, before)
    for action in ("submit", "recall"):
        with open_session(engine) as session:
            (recall if action == "recall" else change)(session, KEY, move(action, reason=""))
    assert happened(engine) == [("submit", before, "submitted"), ("recall", "submitted", before)]
    point = the_point(engine)
    assert (point.submitted_on, point.news, point.next_check_on) == (None, None, date(2027, 5, 21))


@pytest.mark.parametrize("action", ["recall", "supplement"])
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("returned", "решение уже принято, сейчас — на доработке"),
        ("accepted", "решение уже принято, сейчас — исполнено"),
        ("withdrawn", "решение уже принято, сейчас — снято с контроля"),
        ("open", "отчёта на проверке нет, сейчас — в работе"),
    ],
)
def test_what_is_no_longer_on_review_is_neither_recalled_nor_supplemented(
    engine: Engine, action: Action, status: str, words: str
) -> None:
    put_into(engine, status)
    with pytest.raises(Refused, match=words), open_session(engine) as session:
        change(session, KEY, move(action))


def test_several_files_of_one_report_are_a_row_each_and_the_words_stand_in_the_first(engine: Engine) -> None:
    put_into(engine, "open")
    files = tuple(File(hash=f"{n}" * 64, name=f"{n}.pdf", media_type="application/pdf", size=n) for n in (1, 2, 3))
    with open_session(engine) as session:
        change(session, KEY, move("submit", evidence="приказ № 5", files=files))
        rows = session.exec(select(Evidence).order_by(Evidence.id)).all()  # type: ignore[arg-type]
    found = [(row.words, row.file_name, row.size) for row in rows]
    assert found == [("приказ № 5", "1.pdf", 1), ("", "2.pdf", 2), ("", "3.pdf", 3)]


def test_an_extension_moves_the_deadline_and_keeps_key_and_history(engine: Engine) -> None:
    put_into(engine, "open")
    with open_session(engine) as session:
        mark_overdue(session, "krasnodar", today=date(2027, 5, 29), at=AT)
        change(session, KEY, move("extend"))
        last = session.exec(select(Transition).order_by(Transition.id.desc())).first()  # type: ignore[union-attr]
    point = the_point(engine)
    assert (point.key, point.due_on, point.deadline_on, point.overdue_on) == (
        KEY,
        date(2027, 6, 30),
        date(2027, 6, 30),
        None,
    )
    assert last is not None
    assert (last.due_from, last.due_to) == (date(2027, 5, 31), date(2027, 6, 30))


@pytest.mark.parametrize(
    ("today", "opened"),
    [
        pytest.param(date(2027, 4, 30), 0, id="the day before it opens: nothing"),
        pytest.param(date(2027, 5, 1), 1, id="on its day: opened"),
        pytest.param(date(2027, 9, 1), 1, id="after an outage of any length: opened"),
    ],
)
def test_points_open_on_their_day(engine: Engine, today: date, opened: int) -> None:
    with open_session(engine) as session:
        assert open_due(session, "krasnodar", today=today, at=AT) == opened
        assert open_due(session, "krasnodar", today=today, at=AT) == 0
    if opened:
        with open_session(engine) as session:
            assert session.exec(select(Transition)).one().happened_on == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("status", "today", "marked"),
    [
        pytest.param("open", date(2027, 5, 28), 0, id="the last day is still in time"),
        pytest.param("open", date(2027, 5, 29), 1, id="the day after is overdue"),
        pytest.param("returned", date(2027, 5, 29), 1, id="returned for rework is overdue too"),
        pytest.param("submitted", date(2027, 5, 29), 0, id="reported in time is not overdue while it is checked"),
        pytest.param("planned", date(2027, 5, 29), 0, id="what was never opened is not overdue"),
        pytest.param("withdrawn", date(2027, 5, 29), 0, id="what was withdrawn is not overdue"),
    ],
)
def test_overdue_is_the_day_after_the_deadline_with_nothing_submitted(
    engine: Engine, status: str, today: date, marked: int
) -> None:
    put_into(engine, status)
    with open_session(engine) as session:
        assert mark_overdue(session, "krasnodar", today=today, at=AT) == marked
        assert mark_overdue(session, "krasnodar", today=today, at=AT) == 0
    assert len(happened(engine)) == marked
