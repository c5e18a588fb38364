"""Days without mail: when it is back one letter leaves, with what is true then, not one for every day that passed."""

from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from models import Notice, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.letters.deliver import DeliveryReport, deliver
from tests.parts.mail import MailServer, free_port, words
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
DAY = timedelta(days=1)
RECTOR, CONTROLLER = "rector@example.org", "deputy@example.org"


@pytest.fixture
def down(tmp_path: Path) -> Settings:
    """Settings with a mail server that is not there."""
    return mail(tmp_path, free_port())


def mail(folder: Path, port: int) -> Settings:
    url = SecretStr(f"mailto://127.0.0.1:{port}?from=vekha@example.org")
    return Settings(_env_file=None, data=folder, mail_url=url)


def nine(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def a_day(world: World, settings: Settings, day: date, *, hours: int = 8) -> list[DeliveryReport]:
    """Control in the night, then a delivery every hour of the office day."""
    assert not control_day(world.engine, today=day, at=nine(day) - timedelta(hours=3)).failed
    return [send(world, settings, nine(day) + timedelta(hours=hour)) for hour in range(hours)]


def send(world: World, settings: Settings, at: datetime) -> DeliveryReport:
    return deliver(world.engine, settings=settings, at_source=lambda: at)


def states(world: World) -> set[str]:
    return {row["state"] for row in world.rows(Notice)}


def test_after_ten_days_without_mail_one_letter_leaves_with_what_is_true_then(
    small_world: World, mail_server: MailServer, down: Settings, tmp_path: Path
) -> None:
    # Each of an item of its own: the points of one duty would be one entry.
    items = [small_world.item(3 + n) for n in range(12)]
    days = [WEDNESDAY + n * DAY for n in range(12)]
    keys = [
        small_world.point(day, next_check_on=WEDNESDAY, item_id=item) for day, item in zip(days, items, strict=True)
    ]
    for n in range(10):
        reports = a_day(small_world, down, WEDNESDAY + n * DAY)
        assert [report.sent for report in reports] == [0] * 8
    with open_session(small_world.engine) as session:
        done = TransitionCommand(action="submit", actor="ректор", at=nine(WEDNESDAY), on=WEDNESDAY)
        lifecycle.change(session, keys[0], done)
    monday = WEDNESDAY + 12 * DAY
    up = mail(tmp_path, mail_server.port)
    assert sum(report.sent for report in a_day(small_world, up, monday)) == len(mail_server.taken)
    to_rector = [one.message for one in mail_server.taken if one.to == RECTOR]
    assert len(to_rector) == 1
    text = words(to_rector[0])
    told = {key: text.count(small_world.card(key)) for key in keys}
    assert told == {keys[0]: 0} | dict.fromkeys(keys[1:], 1)
    assert len(set(mail_server.to)) == len(mail_server.taken)
    assert states(small_world) <= {"sent", "dropped", "dead"}


def test_after_the_one_letter_the_next_days_are_as_ever(
    small_world: World, mail_server: MailServer, down: Settings, tmp_path: Path
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    later = small_world.point(WEDNESDAY + 9 * DAY, next_check_on=WEDNESDAY)
    for n in (0, 1):
        a_day(small_world, down, WEDNESDAY + n * DAY)
    up = mail(tmp_path, mail_server.port)
    for n in range(2, 10):
        a_day(small_world, up, WEDNESDAY + n * DAY)
    days = [parsedate_to_datetime(one.message["Date"]).date() for one in mail_server.taken if one.to == RECTOR]
    assert [day.strftime("%d.%m") for day in days] == ["28.05", "31.05", "01.06", "03.06", "04.06"]
    assert mail_server.taken[0].text.count(small_world.card(later)) == 1


def test_a_letter_that_waits_for_its_next_try_is_overtaken_and_never_leaves(
    world: World, mail_server: MailServer, down: Settings, tmp_path: Path
) -> None:
    """The old letter's next try comes after the new one has left: it has nothing to add."""
    first = world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    a_day(world, down, WEDNESDAY)
    second = world.point(WEDNESDAY + 4 * DAY, next_check_on=WEDNESDAY + DAY)
    up = mail(tmp_path, mail_server.port)
    a_day(world, up, WEDNESDAY + DAY)
    [letter] = mail_server.letters
    assert world.card(first) in words(letter)
    assert world.card(second) in words(letter)
    assert sorted(row["state"] for row in world.rows(Notice)) == ["dropped", "sent"]


def test_what_only_an_old_letter_had_to_say_is_not_lost(
    small_world: World, mail_server: MailServer, down: Settings, tmp_path: Path
) -> None:
    """A return is told once; the letter with it was given up, the next one says it with its ground."""
    key = small_world.point(WEDNESDAY + 60 * DAY, next_check_on=WEDNESDAY + 53 * DAY, status="submitted")
    with open_session(small_world.engine) as session:
        back = TransitionCommand(
            action="return", actor="координатор", at=nine(WEDNESDAY), on=WEDNESDAY, reason="нет подписи"
        )
        lifecycle.change(session, key, back)
    for n in range(8):
        a_day(small_world, down, WEDNESDAY + n * DAY)
    assert "dead" in states(small_world)
    due = WEDNESDAY + 9 * DAY
    small_world.point(due, next_check_on=due)
    a_day(small_world, mail(tmp_path, mail_server.port), due)
    [text] = [one.text for one in mail_server.taken if one.to == RECTOR]
    assert "ВОЗВРАЩЕНО НА ДОРАБОТКУ (1)" in text
    assert "Основание: нет подписи" in text
    assert "СРОК СЕГОДНЯ (1)" in text


def test_the_controller_hears_of_a_long_delay_once(
    small_world: World, mail_server: MailServer, down: Settings, tmp_path: Path
) -> None:
    """The first report of the delay never left: the weekly list, which came after it, does not repeat the point."""
    key = small_world.point(WEDNESDAY - 8 * DAY, next_check_on=WEDNESDAY - DAY)
    for n in range(3):
        a_day(small_world, down, WEDNESDAY + n * DAY)
    monday = WEDNESDAY + 5 * DAY
    a_day(small_world, mail(tmp_path, mail_server.port), monday)
    [letter] = [one.message for one in mail_server.taken if one.to == CONTROLLER]
    assert words(letter).count(small_world.card(key)) == 1
    assert "передано на ваш контроль — 1" in letter["Subject"]


def test_another_official_or_channel_carries_nothing_of_mine(
    small_world: World, mail_server: MailServer, down: Settings, tmp_path: Path
) -> None:
    """A letter is carried over within its own channel only."""
    small_world.point(WEDNESDAY - 8 * DAY, next_check_on=WEDNESDAY - DAY)
    a_day(small_world, down, WEDNESDAY)
    small_world.point(WEDNESDAY + DAY, next_check_on=WEDNESDAY + DAY)
    a_day(small_world, mail(tmp_path, mail_server.port), WEDNESDAY + DAY)
    letters = {one.to: one.text for one in mail_server.taken}
    assert len(letters) == len(mail_server.taken) == 2
    assert f"{WEDNESDAY + DAY}" not in letters[CONTROLLER]
