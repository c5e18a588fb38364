"""The week's table and the drill travel in the letter of the day, once, and a mute holds for every letter."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel import select

from models import Channel, ControlPoint, Item, Mute, Notice, Official
from models.db import open_session
from models.settings import Settings
from roadmap.calendar.office_hours import OfficeHours
from tasks.daily.control_day import control_day
from tasks.letters.compose import compose
from tasks.reminders.reachability import check_reachability
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
MONDAY = date(2027, 5, 31)
SETTINGS = Settings(_env_file=None)


def control(world: World, day: date) -> None:
    control_day(world.engine, today=day, at=at(day, 3))


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def letters(world: World, day: date) -> dict[str, str]:
    """The text of each letter of a day that has something to say, by the post it goes to."""
    with open_session(world.engine) as session:
        posts = {one.id: one.post for one in session.exec(select(Official))}
        notices = list(session.exec(select(Notice).where(Notice.on_day == day)))
        parcels = compose(session, notices, at=at(day, 9), settings=SETTINGS)
        return {posts[one.notice.official_id]: one.letter.text for one in parcels if one.letter}


def test_the_week_begins_with_the_table_for_those_who_keep_control(world: World) -> None:
    world.point(WEDNESDAY, submitted_on=None)
    for day in (WEDNESDAY, WEDNESDAY + timedelta(days=1), MONDAY, MONDAY + timedelta(days=1)):
        control(world, day)
        control(world, day)
        with open_session(world.engine) as session:
            for notice in session.exec(select(Notice).where(Notice.state == "queued")):
                notice.state, notice.sent_at = "sent", at(day, 9)
    with open_session(world.engine) as session:
        tables = session.exec(select(Notice).where(Notice.has_digest)).all()
        posts = {one.id: one.post for one in session.exec(select(Official))}
    assert {(one.on_day, posts[one.official_id]) for one in tables} == {
        (MONDAY, "Координатор"),
        (MONDAY, "Заместитель министра"),
    }
    told = letters(world, MONDAY)
    assert "ИСПОЛНИТЕЛЬСКАЯ ДИСЦИПЛИНА" in told["Координатор"]
    assert "ИРО: в срок 0, с опозданием 0, просрочено 1" in told["Координатор"]
    # The point, and seven rounds of monitoring to come.
    assert "Точек на контроле: 8, писем за неделю отправлено:" in told["Координатор"]


def test_a_week_whose_monday_was_missed_gets_its_table_later(world: World) -> None:
    world.point(WEDNESDAY + timedelta(days=90))
    control(world, MONDAY + timedelta(days=3))
    assert "ИСПОЛНИТЕЛЬСКАЯ ДИСЦИПЛИНА" in letters(world, MONDAY + timedelta(days=3))["Координатор"]


def test_a_drill_asks_everybody_once_in_the_letter_of_the_day(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    before = len(world.rows(Notice))
    for _ in range(2):
        with open_session(world.engine) as session:
            rows = check_reachability(session, world.code, at=at(WEDNESDAY, 7), hours=OfficeHours())
    assert [row.asks_on for row in rows] == [None] * 4
    assert len(world.rows(Notice)) == before + 3, "the rector's letter of the day asks as well"
    told = letters(world, WEDNESDAY)
    assert set(told) == {"Ректор", "Методист", "Координатор", "Заместитель министра"}
    assert all("ПРОВЕРКА СВЯЗИ" in text and "/proof" in text for text in told.values())


def test_who_has_proven_the_channel_is_not_asked_and_a_dry_run_asks_nobody(world: World) -> None:
    world.change(Channel, proven_at=at(WEDNESDAY, 1))
    with open_session(world.engine) as session:
        assert not any(
            row.asks_on for row in check_reachability(session, world.code, at=at(WEDNESDAY, 7), hours=OfficeHours())
        )
        again = check_reachability(
            session, world.code, at=at(WEDNESDAY, 7), hours=OfficeHours(), everyone=True, dry_run=True
        )
    assert not any(row.asks_on for row in again)
    assert world.rows(Notice) == []


def test_a_letter_that_never_left_is_not_made_good_about_what_was_muted_since(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    with open_session(world.engine) as session:
        item = session.exec(select(Item.id).join(ControlPoint).where(ControlPoint.purpose == "result")).first()
        session.add(
            Mute(
                roadmap_code=world.code,
                item_id=item,
                reason="ремонт",
                until=WEDNESDAY + timedelta(days=30),
                set_by="координатор",
                set_at=at(WEDNESDAY, 8),
            )
        )
    assert letters(world, WEDNESDAY) == {}


def test_the_coordinator_reads_who_did_not_get_the_letter(world: World) -> None:
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(world, WEDNESDAY)
    world.change(Notice, state="dead")
    control(world, WEDNESDAY + timedelta(days=1))
    text = letters(world, WEDNESDAY + timedelta(days=1))["Координатор"]
    assert "Не доставлено: Ректор, письмо от 26.05.2027" in text
