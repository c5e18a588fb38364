"""People are written to in their office hours; the mailbox folder never closes."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlmodel import col

from models import Notice, Official
from models.db import open_session
from models.settings import Settings, SettingsRefused
from tasks.daily.control_day import control_day
from tasks.letters.deliver import DeliveryReport, deliver
from tests.parts.channels import channel_at, lead_to
from tests.parts.mail import MailServer, free_port
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
FRIDAY = date(2027, 5, 28)


@pytest.fixture
def mail(mail_server: MailServer, tmp_path: Path) -> Settings:
    """Settings whose letters go to the SMTP server."""
    return through(mail_server.port, tmp_path)


def through(port: int, folder: Path, **more: Any) -> Settings:
    url = SecretStr(f"mailto://127.0.0.1:{port}?from=vekha@example.org")
    return Settings(_env_file=None, data=folder, mail_url=url, **more)


def moscow(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant on Moscow's clocks."""
    return datetime.combine(day, time(hour, minute), UTC) - timedelta(hours=3)


def queued(world: World, today: date = WEDNESDAY) -> None:
    """One letter, to the lead of the institute."""
    world.point(today, next_check_on=today)
    assert control_day(world.engine, today=today, at=moscow(today, 6)).notices == 1


def send(world: World, settings: Settings, at: datetime) -> DeliveryReport:
    return deliver(world.engine, settings=settings, at_source=lambda: at)


def the_letter(world: World) -> tuple[str, int, datetime]:
    [row] = world.rows(Notice)
    return row["state"], row["attempts"], row["not_before"]


@pytest.mark.parametrize(
    ("at", "again"),
    [
        pytest.param(moscow(WEDNESDAY, 18), moscow(WEDNESDAY + timedelta(days=1), 9), id="at the close of the office"),
        pytest.param(moscow(WEDNESDAY, 23), moscow(WEDNESDAY + timedelta(days=1), 9), id="at night"),
        pytest.param(moscow(FRIDAY, 20), moscow(date(2027, 5, 31), 9), id="on Friday evening, until Monday"),
        pytest.param(moscow(date(2027, 5, 29), 12), moscow(date(2027, 5, 31), 9), id="on Saturday noon"),
    ],
)
def test_outside_the_hours_a_letter_is_put_back_without_counting_a_try(
    world: World, mail_server: MailServer, mail: Settings, at: datetime, again: datetime
) -> None:
    queued(world)
    assert send(world, mail, at) == send(world, mail, at + timedelta(minutes=5)) == DeliveryReport(waiting=1)
    assert the_letter(world) == ("queued", 0, again)
    assert send(world, mail, again - timedelta(minutes=1)).sent == 0
    assert send(world, mail, again) == DeliveryReport(sent=1)
    assert mail_server.to == ["rector@example.org"]


def test_the_last_minute_of_the_office_is_still_office(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    queued(small_world)
    assert send(small_world, mail, moscow(WEDNESDAY, 17, 59)) == DeliveryReport(sent=1)


def test_the_hours_are_those_of_the_settings(small_world: World, mail_server: MailServer, tmp_path: Path) -> None:
    queued(small_world)
    early = through(mail_server.port, tmp_path, office_from=7, office_to=20)
    with open_session(small_world.engine) as session:
        session.execute(update(Notice).values(not_before=moscow(WEDNESDAY, 7)))
    assert send(small_world, early, moscow(WEDNESDAY, 19, 59)).sent == 1


def test_the_hours_are_those_of_the_officials_zone(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    with open_session(small_world.engine) as session:
        session.execute(update(Official).where(col(Official.post) == "Ректор").values(zone="Asia/Kamchatka"))
    queued(small_world)
    # 10:00 in Moscow is 19:00 in Kamchatka; the next opening there is midnight in Moscow.
    assert send(small_world, mail, moscow(WEDNESDAY, 10)) == DeliveryReport(waiting=1)
    assert the_letter(small_world)[2] == moscow(WEDNESDAY, 0) + timedelta(days=1)


def test_a_retry_that_falls_into_the_night_waits_for_the_morning(
    small_world: World, mail_server: MailServer, tmp_path: Path
) -> None:
    queued(small_world, FRIDAY)
    down = through(free_port(), tmp_path)
    assert send(small_world, down, moscow(FRIDAY, 17, 58)).failed == 1
    assert the_letter(small_world) == ("queued", 1, moscow(date(2027, 5, 31), 9))


def test_a_letter_tried_before_is_counted_as_waiting_and_keeps_its_tries(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    queued(small_world)
    small_world.change(Notice, attempts=3, error="почтовый сервер недоступен")
    assert send(small_world, mail, moscow(WEDNESDAY, 21)) == DeliveryReport(waiting=1)
    assert the_letter(small_world)[:2] == ("queued", 3)


def test_a_slow_mail_server_does_not_carry_letters_into_the_evening(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    for n in range(20):
        small_world.official("executor", f"Сотрудник {n}", f"p{n:02d}@example.org", body="institute", is_lead=True)
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control_day(small_world.engine, today=WEDNESDAY, at=moscow(WEDNESDAY, 6))
    closing = moscow(WEDNESDAY, 18) - timedelta(minutes=1)
    report = deliver(  # the server takes twenty seconds for a letter
        small_world.engine,
        settings=mail,
        at_source=lambda: closing + timedelta(seconds=20) * len(mail_server.to),
        limit=21,
    )
    assert 0 < report.sent < 21
    assert (report.sent + report.waiting, report.failed) == (21, 0)
    assert len(mail_server.to) == report.sent
    assert {row["attempts"] for row in small_world.rows(Notice) if row["state"] == "queued"} == {0}


def test_the_mailbox_folder_takes_letters_at_any_hour(small_world: World, tmp_path: Path) -> None:
    queued(small_world)
    folder = Settings(_env_file=None, data=tmp_path)
    assert send(small_world, folder, moscow(WEDNESDAY, 23, 30)) == DeliveryReport(sent=1)


def test_without_a_mail_server_other_channels_keep_their_hours(small_world: World, tmp_path: Path) -> None:
    with open_session(small_world.engine) as session:
        lead_to(channel_at(session, "rector@example.org"), "url", f"json://127.0.0.1:{free_port()}")
    queued(small_world)
    folder = Settings(_env_file=None, data=tmp_path)
    assert send(small_world, folder, moscow(WEDNESDAY, 23, 30)) == DeliveryReport(waiting=1)


def test_hours_that_end_before_they_begin_are_refused_by_name_and_no_letter_is_touched(
    small_world: World, tmp_path: Path
) -> None:
    queued(small_world)
    before = the_letter(small_world)
    with pytest.raises(SettingsRefused, match="начало должно быть раньше"):
        through(free_port(), tmp_path, office_from=18, office_to=9)
    assert the_letter(small_world) == before
