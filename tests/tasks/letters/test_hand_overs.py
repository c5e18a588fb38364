"""A point passes to another: a letter that waits is not his any more, and both sides hear of it once."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from models import Body, Channel, ControlPoint, Notice, Official, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver
from tasks.people.replacements import Successor, replace_official
from tests.parts.mail import MailServer, Taken
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
DAY = timedelta(days=1)
RECTOR, SCHOOL, SUCCESSOR = "rector@example.org", "school@example.org", "petrova@example.org"
FORMER, NEW = "БОЛЬШЕ НЕ ЗА ВАМИ", "ПЕРЕДАНО ВАМ"


@pytest.fixture
def mail(mail_server: MailServer, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path, mail_url=SecretStr(mail_server.url()))


@pytest.fixture
def both(small_world: World) -> World:
    """The school has somebody who answers as well."""
    small_world.official("executor", "Директор школы", SCHOOL, body="school", is_lead=True)
    return small_world


def nine(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def control(world: World, day: date) -> None:
    assert not control_day(world.engine, today=day, at=nine(day) - timedelta(hours=3)).failed


def send(world: World, settings: Settings, day: date) -> None:
    deliver(world.engine, settings=settings, at_source=lambda: nine(day))


def a_week(world: World, settings: Settings) -> None:
    """The working days after Wednesday."""
    calendar = WorkCalendar()
    for day in (WEDNESDAY + n * DAY for n in range(1, 8)):
        if calendar.is_working(day):
            control(world, day)
            send(world, settings, day)


def to(server: MailServer, address: str, said: str = "") -> list[Taken]:
    return [one for one in server.taken if one.to == address and said in one.text]


def hand_over(world: World, key: str, body: str) -> None:
    with open_session(world.engine) as session:
        owner = session.exec(select(Body).where(col(Body.code) == body)).one()
        move = TransitionCommand(
            action="reassign",
            actor="координатор",
            at=nine(WEDNESDAY) - timedelta(hours=1),
            on=WEDNESDAY,
            reason="по уставу",
            owner_id=owner.id,
        )
        lifecycle.change(session, key, move)


def test_a_letter_that_waits_does_not_go_to_whom_the_point_is_no_more(
    both: World, mail_server: MailServer, mail: Settings
) -> None:
    kept = both.point(WEDNESDAY, next_check_on=WEDNESDAY)
    gone = both.point(WEDNESDAY + DAY, next_check_on=WEDNESDAY)
    control(both, WEDNESDAY)
    hand_over(both, gone, "school")
    send(both, mail, WEDNESDAY)
    [letter] = to(mail_server, RECTOR)
    assert both.card(kept) in letter.text
    assert both.card(gone) not in letter.text


def test_both_sides_hear_of_a_hand_over_once(both: World, mail_server: MailServer, mail: Settings) -> None:
    key = both.point(WEDNESDAY + 60 * DAY, next_check_on=WEDNESDAY + 53 * DAY)
    hand_over(both, key, "school")
    a_week(both, mail)
    [former], [new] = to(mail_server, RECTOR), to(mail_server, SCHOOL)
    assert f"{FORMER} (1)" in former.text
    assert f"{NEW} (1)" in new.text
    assert "больше не за вами — 1" in str(former.message["Subject"])
    assert "передано вам — 1" in str(new.message["Subject"])
    assert "Основание: по уставу" in former.text
    assert "Ответственный: Школа" in former.text
    assert "/point/" not in former.text, "the card would not open"
    assert "сроки.ics" not in str(former.message) or key not in str(former.message)


def test_other_news_of_the_same_day_do_not_swallow_the_hand_over(
    both: World, mail_server: MailServer, mail: Settings
) -> None:
    key = both.point(WEDNESDAY + 60 * DAY, next_check_on=WEDNESDAY + 53 * DAY)
    hand_over(both, key, "school")
    extend(both, key, WEDNESDAY + 70 * DAY)
    a_week(both, mail)
    [former], [new] = to(mail_server, RECTOR), to(mail_server, SCHOOL)
    assert FORMER in former.text
    assert NEW in new.text
    assert "СРОК ПЕРЕНЕСЁН" in new.text


def test_a_point_that_comes_back_before_anybody_heard_is_no_news(
    both: World, mail_server: MailServer, mail: Settings
) -> None:
    key = both.point(WEDNESDAY + 60 * DAY, next_check_on=WEDNESDAY + 53 * DAY)
    hand_over(both, key, "school")
    hand_over(both, key, "institute")
    a_week(both, mail)
    assert to(mail_server, SCHOOL) == []
    assert FORMER not in "".join(one.text for one in to(mail_server, RECTOR))


def extend(world: World, key: str, until: date) -> None:
    with open_session(world.engine) as session:
        move = TransitionCommand(
            action="extend",
            actor="координатор",
            at=nine(WEDNESDAY) - timedelta(hours=1),
            on=WEDNESDAY,
            reason="письмо министерства",
            due_on=until,
            deadline_on=until,
        )
        lifecycle.change(session, key, move)


@pytest.mark.parametrize("due_in", [0, 1], ids=["today", "soon"])
def test_a_reminder_of_a_deadline_that_was_moved_meanwhile_is_not_sent(
    small_world: World, mail_server: MailServer, mail: Settings, due_in: int
) -> None:
    key = small_world.point(WEDNESDAY + due_in * DAY, next_check_on=WEDNESDAY)
    control(small_world, WEDNESDAY)
    extend(small_world, key, WEDNESDAY + 50 * DAY)
    send(small_world, mail, WEDNESDAY)
    assert to(mail_server, RECTOR) == []
    control(small_world, WEDNESDAY + DAY)
    send(small_world, mail, WEDNESDAY + DAY)
    [letter] = to(mail_server, RECTOR)
    assert "СРОК ПЕРЕНЕСЁН (1)" in letter.text
    assert "СРОК СКОРО" not in letter.text


def test_a_person_who_comes_gets_the_list_and_who_leaves_is_told(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    keys = [small_world.point(WEDNESDAY + n * DAY, next_check_on=WEDNESDAY + 40 * DAY) for n in (40, 50, 60)]
    with open_session(small_world.engine) as session:
        rector = session.exec(select(Official).where(col(Official.post) == "Ректор")).one()
        new = Successor(name="Петрова Мария Ивановна", email=SUCCESSOR, post="Ректор")
        replace_official(session, rector, new, today=WEDNESDAY, actor="координатор", at=nine(WEDNESDAY))
    send(small_world, mail, WEDNESDAY)
    a_week(small_world, mail)
    [last] = to(mail_server, RECTOR)
    [first] = to(mail_server, SUCCESSOR, NEW)
    for key in keys:
        assert f"{date.fromisoformat(key[-10:]):%d.%m.%Y}" in last.text
        assert small_world.card(key) in first.text
    assert "передано вам — 3" in str(first.message["Subject"])
    assert FORMER in last.text
    assert "Ответственный: ИРО, Ректор, Петрова Мария Ивановна" in last.text
    assert "/o/" not in str(last.message.get_body(("plain",))) + str(last.message.get_body(("html",)))
    assert "/calendar/" not in last.text
    assert last.text.splitlines()[0] == "Ректор"
    assert len(to(mail_server, SUCCESSOR, NEW)) == 1


def test_the_mailbox_of_the_post_gets_no_farewell(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    small_world.point(WEDNESDAY + 40 * DAY, next_check_on=WEDNESDAY + 40 * DAY)
    with open_session(small_world.engine) as session:
        rector = session.exec(select(Official).where(col(Official.post) == "Ректор")).one()
        new = Successor(name="Петрова Мария Ивановна", email=RECTOR, post="Ректор")
        replace_official(session, rector, new, today=WEDNESDAY, actor="координатор", at=nine(WEDNESDAY))
    a_week(small_world, mail)
    assert FORMER not in "".join(one.text for one in to(mail_server, RECTOR))
    assert len(to(mail_server, RECTOR, NEW)) == 1
    with open_session(small_world.engine) as session:
        assert [one.address for one in session.exec(select(Channel))].count(RECTOR) == 1
        assert session.exec(select(ControlPoint).where(col(ControlPoint.former_owner_id).is_not(None))).all() == []
        assert {notice.state for notice in session.exec(select(Notice))} <= {"sent", "queued"}
