"""Requests are asked once, decided once, and leave their trace; on both engines."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from models import AuditEntry, Body, ControlPoint, Request, Transition
from models.db import engine_for, open_session
from models.db.migrate import migrate
from models.lifecycle import Refused, TransitionCommand, change, open_due
from models.lifecycle.requests import RequestDraft, grant, open_request, refuse

AT = datetime(2027, 5, 20, 6, 0, tzinfo=UTC)
ON = date(2027, 5, 20)
KEY = "krasnodar/1.1/-/2027-05-31"
LATER = RequestDraft(kind="extend", official_id=None, reason="нет данных от школ", new_due_on=date(2027, 6, 30))
ELSEWHERE = RequestDraft(kind="reassignment", official_id=None, reason="исполняет институт")


def move(actor: str = "начальник отдела", **more: Any) -> TransitionCommand:
    return TransitionCommand(action="ask", actor=actor, at=AT, on=ON, **more)


@pytest.fixture(autouse=True)
def open_point(engine: Engine, planned_point: str) -> str:
    with open_session(engine) as session:
        open_due(session, "krasnodar", today=ON, at=AT)
    return planned_point


def asked(engine: Engine, what: RequestDraft, **more: Any) -> int:
    with open_session(engine) as session:
        request = open_request(session, KEY, what, move(**more))
        assert request.id is not None
        return request.id


def stands(engine: Engine) -> tuple[bool, date, list[str], list[str]]:
    """(asks, due day, states of requests, actions so far)."""
    with open_session(engine) as session:
        point = session.exec(select(ControlPoint)).one()
        states = [row.state for row in session.exec(select(Request).order_by(Request.id))]  # type: ignore[arg-type]
        actions = [row.action for row in session.exec(select(Transition).order_by(Transition.id))]  # type: ignore[arg-type]
        return point.has_open_request, point.due_on, states, actions


def test_a_granted_request_moves_the_deadline_and_waits_no_longer(engine: Engine) -> None:
    number = asked(engine, LATER)
    assert stands(engine) == (True, date(2027, 5, 31), ["waiting"], ["open", "ask"])
    with open_session(engine) as session:
        day = date(2027, 6, 15)
        grant(session, number, move("координатор", reason="согласовано", due_on=day, deadline_on=day))
    assert stands(engine) == (False, date(2027, 6, 15), ["granted"], ["open", "ask", "extend"])


def test_a_refused_request_leaves_the_deadline_and_says_why(engine: Engine) -> None:
    number = asked(engine, LATER)
    with open_session(engine) as session:
        refuse(session, number, move("координатор", reason="срок установлен приказом"))
    assert stands(engine) == (False, date(2027, 5, 31), ["refused"], ["open", "ask", "refuse"])
    with open_session(engine) as session:
        assert session.get_one(Request, number).decision_reason == "срок установлен приказом"


def test_a_request_is_decided_once(engine: Engine) -> None:
    number = asked(engine, LATER)
    with open_session(engine) as session:
        refuse(session, number, move("первый", reason="нет"))
    with pytest.raises(Refused, match="уже решена"), open_session(engine) as session:
        grant(session, number, move("второй", reason="да", due_on=date(2027, 6, 15), deadline_on=date(2027, 6, 15)))
    assert stands(engine)[1:3] == (date(2027, 5, 31), ["refused"])


def test_asking_twice_by_the_same_button_is_asking_once(engine: Engine) -> None:
    assert asked(engine, LATER, once_key="b1") == asked(engine, LATER, once_key="b1")
    with pytest.raises(Refused, match="уже ждёт решения"):
        asked(engine, LATER, once_key="b2", actor="заместитель")
    assert stands(engine)[3] == ["open", "ask"]


def test_a_day_not_later_than_the_deadline_is_no_extension(engine: Engine) -> None:
    with pytest.raises(Refused, match=r"позже нынешнего, 31\.05\.2027"):
        asked(engine, RequestDraft(kind="extend", official_id=None, reason="так", new_due_on=date(2027, 5, 31)))
    assert stands(engine) == (False, date(2027, 5, 31), [], ["open"])


def test_another_body_answers_after_a_granted_transfer(engine: Engine) -> None:
    number = asked(engine, ELSEWHERE)
    with open_session(engine) as session:
        institute = session.exec(select(Body).where(Body.code == "iro")).one()
        grant(session, number, move("координатор", reason="по положению", owner_id=institute.id))
    with open_session(engine) as session:
        assert session.exec(select(ControlPoint)).one().owner_id == institute.id
    assert stands(engine)[2:] == (["granted"], ["open", "ask", "reassign"])


def test_an_extension_by_another_way_grants_the_request_that_waits_and_leaves_the_other(engine: Engine) -> None:
    asked(engine, LATER)
    asked(engine, ELSEWHERE)
    with open_session(engine) as session:
        day = date(2027, 6, 1)
        change(
            session,
            KEY,
            TransitionCommand(action="extend", actor="форма", at=AT, on=ON, reason="так", due_on=day, deadline_on=day),
        )
    assert stands(engine)[0:3] == (True, date(2027, 6, 1), ["granted", "waiting"])


def test_a_report_settles_what_was_asked(engine: Engine) -> None:
    asked(engine, LATER)
    with open_session(engine) as session:
        change(
            session,
            KEY,
            TransitionCommand(action="submit", actor="начальник отдела", at=AT, on=ON, evidence="приказ № 5"),
        )
    assert stands(engine)[0:3] == (False, date(2027, 5, 31), ["settled"])


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'другое'", "DELETE FROM audit_entry"])
def test_the_audit_cannot_be_rewritten(engine: Engine, statement: str) -> None:
    with open_session(engine) as session:
        session.add(AuditEntry(at=AT, actor="координатор", action="вход"))
    with pytest.raises(Exception, match="append-only"), open_session(engine) as session:
        session.execute(text(statement))


def test_points_and_their_history_live_through_the_newest_migration(tmp_path: Path) -> None:
    old = engine_for(f"sqlite:///{tmp_path / 'old.db'}")
    migrate(old, "0003")
    with old.begin() as connection:
        for statement in (
            "INSERT INTO roadmap (code, region, title, act, period_start, period_end, zone, roll, report_by,"
            " controlled_from, shift_years, is_rehearsal) VALUES ('k', 'r', 't', 'a', '2027-01-01', '2027-12-31',"
            " 'Europe/Moscow', 'preceding', 'period_end', '2027-01-01', 0, 0)",
            "INSERT INTO body VALUES (1, 'k', 'b', 'body', 'b', 'regional')",
            'INSERT INTO item (id, roadmap_code, code, position, origin, number, section, "group", title, responsible,'
            " executors, owner_id, term, result, kind, reading, is_controlled, source)"
            " VALUES (1, 'k', '1', 1, 'table', '1', '', '', 't', '', '', 1, '', '', 'measure', '{}', 1, '')",
            "INSERT INTO control_point (id, key, roadmap_code, item_id, owner_id, purpose, opens_on, due_on,"
            " deadline_on, deadline_note, status, is_history)"
            " VALUES (1, 'k/1', 'k', 1, 1, 'result', '2027-05-01', '2027-05-31', '2027-05-31', '', 'open', 0)",
            'INSERT INTO "transition" (point_id, action, from_status, to_status, happened_on, noticed_at, actor,'
            " reason) VALUES (1, 'open', 'planned', 'open', '2027-05-01', '2027-05-01 06:00:00', 'контроль', '')",
        ):
            connection.execute(text(statement))
    migrate(old)
    with open_session(old) as session:
        assert (session.exec(select(ControlPoint)).one().key, session.exec(select(Transition)).one().action) == (
            "k/1",
            "open",
        )
