"""Whatever a mail server does, the outbox ends in the right state and no letter is lost; real servers, real faults."""

import email
import socket
from datetime import UTC, date, datetime, time, timedelta
from email.policy import default
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from pydantic import SecretStr

from models import Notice
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.letters import channels
from tasks.letters.deliver import DeliveryReport, deliver
from tests.parts.mail import MailServer, Talk, free_port, never_speaks, takes_the_letter_then, talking
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
NINE = datetime(2027, 5, 26, 6, 0, tzinfo=UTC)
RECTOR = "rector@example.org"
#: When a letter that fails again and again is tried: at nine on Wednesday, then ever later, in office hours (Moscow).
TRIES = [
    *(NINE + timedelta(minutes=n) for n in (0, 5, 20, 65, 200)),
    *(NINE + timedelta(days=n) for n in (1, 2, 5, 6)),
]


@pytest.fixture
def owed(small_world: World) -> World:
    """The small roadmap with one letter owed to the rector."""
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    return small_world


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of waiting, shortened."""
    monkeypatch.setattr(channels, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(channels, "READ_SECONDS", 1)
    monkeypatch.setattr(channels, "LETTER_SECONDS", 2.0)


def control(world: World, today: date = WEDNESDAY) -> None:
    assert not control_day(world.engine, today=today, at=datetime.combine(today, time(3), UTC)).failed


def mail(folder: Path, port: int, *, scheme: str = "mailto", login: str = "", more: str = "") -> Settings:
    url = f"{scheme}://{login}127.0.0.1:{port}?from=vekha@example.org{more}"
    return Settings(_env_file=None, data=folder, mail_url=SecretStr(url))


def send(world: World, settings: Settings, *, at: datetime = NINE) -> DeliveryReport:
    return deliver(world.engine, settings=settings, at_source=lambda: at)


def states(world: World) -> list[tuple[str, int]]:
    return [(row["state"], row["attempts"]) for row in world.rows(Notice)]


def is_retried_once(
    world: World, failed: DeliveryReport, error: str, mail_server: MailServer, settings: Settings
) -> None:
    """The letter waits its five minutes with the reason recorded, then leaves once and never again."""
    assert (failed.sent, failed.failed, failed.dead, failed.errors) == (0, 1, 0, (error,))
    assert states(world) == [("queued", 1)]
    [row] = world.rows(Notice)
    assert (row["error"], row["not_before"]) == (error, NINE + timedelta(minutes=5))
    assert send(world, settings, at=NINE + timedelta(minutes=4, seconds=59)) == DeliveryReport()
    assert send(world, settings, at=NINE + timedelta(minutes=5)).sent == 1
    assert send(world, settings, at=NINE + timedelta(days=3)) == DeliveryReport()
    assert states(world) == [("sent", 2)]
    assert mail_server.to == [RECTOR]


def hangs_up(caller: socket.socket) -> None:
    """Closes at once."""


def is_busy(caller: socket.socket) -> None:
    caller.sendall(b"421 4.7.0 too many connections\r\n")


def speaks_another_language(caller: socket.socket) -> None:
    caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def a_byte_a_time(caller: socket.socket) -> None:
    """Greets so slowly that no single wait is ever too long."""
    pause = Event()
    caller.sendall(b"220-")
    while True:
        caller.sendall(b".")
        pause.wait(0.2)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("talk", "error"),
    [
        pytest.param(
            never_speaks, "почтовый сервер недоступен (SMTPServerDisconnected)", id="takes calls, says nothing"
        ),
        pytest.param(hangs_up, "почтовый сервер недоступен (SMTPServerDisconnected)", id="hangs up"),
        pytest.param(is_busy, "почтовый сервер отказал (421)", id="is busy"),
        pytest.param(
            speaks_another_language, "на месте почтового сервера отвечает что-то другое", id="is no mail server"
        ),
        pytest.param(a_byte_a_time, "почтовый сервер недоступен (SMTPServerDisconnected)", id="a byte a time"),
    ],
)
def test_a_server_that_does_not_do_its_work_delays_the_letter(
    owed: World, mail_server: MailServer, tmp_path: Path, talk: Talk, error: str
) -> None:
    started = monotonic()
    with talking(talk) as port:
        failed = send(owed, mail(tmp_path, port))
    assert monotonic() - started < 15
    is_retried_once(owed, failed, error, mail_server, mail(tmp_path, mail_server.port))


def test_a_server_that_is_down_delays_the_letter(owed: World, mail_server: MailServer, tmp_path: Path) -> None:
    failed = send(owed, mail(tmp_path, free_port()))
    error = "почтовый сервер недоступен (ConnectionRefusedError)"
    is_retried_once(owed, failed, error, mail_server, mail(tmp_path, mail_server.port))


def test_a_grey_list_is_waited_out(owed: World, mail_server: MailServer, tmp_path: Path) -> None:
    mail_server.answers[RECTOR] = ["451 4.7.1 greylisted, try again later"]
    failed = send(owed, mail(tmp_path, mail_server.port))
    is_retried_once(
        owed, failed, "почтовый сервер не принял адрес (451)", mail_server, mail(tmp_path, mail_server.port)
    )


def test_a_letter_refused_after_its_text_is_tried_again(owed: World, mail_server: MailServer, tmp_path: Path) -> None:
    mail_server.after_data = ["452 4.3.1 mailbox full", "250 OK"]
    failed = send(owed, mail(tmp_path, mail_server.port))
    is_retried_once(owed, failed, "почтовый сервер отказал (452)", mail_server, mail(tmp_path, mail_server.port))


def test_a_letter_taken_whose_answer_was_lost_leaves_again_with_the_same_ids(
    owed: World, mail_server: MailServer, tmp_path: Path
) -> None:
    with takes_the_letter_then(b"") as (port, taken):
        failed = send(owed, mail(tmp_path, port))
    error = "почтовый сервер недоступен (SMTPServerDisconnected)"
    is_retried_once(owed, failed, error, mail_server, mail(tmp_path, mail_server.port))
    first = email.message_from_bytes(taken[0], policy=default)
    [second] = mail_server.letters
    assert first["Subject"] == second["Subject"]
    assert "[В-000001]" in second["Subject"]
    assert first["Message-ID"] == second["Message-ID"] == "<vekha-20270526-1@example.org>"


@pytest.mark.parametrize("farewell", [b"", b"421 4.4.2 bye\r\n", b"500 what?\r\n"], ids=["hangs up", "421", "500"])
def test_a_letter_that_was_taken_is_sent_whatever_the_farewell(owed: World, tmp_path: Path, farewell: bytes) -> None:
    with takes_the_letter_then(b"250 taken\r\n" + farewell) as (port, taken):
        assert send(owed, mail(tmp_path, port)).sent == 1
        assert send(owed, mail(tmp_path, port), at=NINE + timedelta(days=1)) == DeliveryReport()
    assert (len(taken), states(owed)) == (1, [("sent", 1)])


def test_an_address_refused_for_now_does_not_hold_up_the_others_and_is_given_up_in_the_end(
    small_world: World, mail_server: MailServer, tmp_path: Path
) -> None:
    small_world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    control(small_world)
    mail_server.answers[RECTOR] = ["450 4.2.1 try again later"] * 100
    reports = [send(small_world, mail(tmp_path, mail_server.port), at=at) for at in TRIES]
    assert [report.failed for report in reports] == [1] * 8 + [0]
    assert [report.dead for report in reports] == [0] * 7 + [1, 0]
    assert [report.sent for report in reports] == [1, *[0] * 6, 1, 0]
    assert mail_server.to == ["coordinator@example.org", "deputy@example.org"]
    assert sorted(states(small_world)) == [("dead", 8), ("sent", 1), ("sent", 1)]


def test_pauses_grow_to_a_day_and_tries_keep_to_office_hours(owed: World, tmp_path: Path) -> None:
    down, tries = mail(tmp_path, free_port()), [NINE]
    while send(owed, down, at=tries[-1]).dead == 0:
        [row] = owed.rows(Notice)
        tries.append(row["not_before"])
    assert tries == TRIES[:8]
    assert states(owed) == [("dead", 8), ("queued", 1)]
