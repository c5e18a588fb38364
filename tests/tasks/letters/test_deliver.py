"""Letters leave the outbox: each once, through a real mail server, whatever breaks on the way."""

import email
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from models import ControlPoint, Notice, NoticeLine, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand, outbox
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from roadmap.letters import Addressee, Letter, letter
from tasks.daily.control_day import control_day
from tasks.letters import deliver as delivery
from tasks.letters.channels import NotSent
from tasks.letters.deliver import DeliveryReport, deliver
from tests.parts.channels import channel_at, lead_to
from tests.parts.mail import MailServer, free_port
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
NINE = datetime(2027, 5, 26, 6, 0, tzinfo=UTC)


@pytest.fixture
def mail(mail_server: MailServer, tmp_path: Path) -> Settings:
    """Settings whose letters go to the SMTP server."""
    return settings(
        tmp_path, f"mailto://127.0.0.1:{mail_server.port}?from=vekha@krai.example.org&name=%D0%92%D0%B5%D1%85%D0%B0"
    )


def settings(folder: Path, url: str | None = None) -> Settings:
    return Settings(_env_file=None, data=folder, mail_url=SecretStr(url) if url else None)


def control(world: World, today: date = WEDNESDAY) -> None:
    assert not control_day(world.engine, today=today, at=datetime.combine(today, time(3), UTC)).failed


def send(world: World, settings: Settings, *, at: datetime = NINE, **more: Any) -> DeliveryReport:
    return deliver(world.engine, settings=settings, at_source=lambda: at, **more)


def use_channel(world: World, kind: str, address: str) -> None:
    with open_session(world.engine) as session:
        lead_to(channel_at(session, "rector@example.org"), kind, address)


def test_letters_reach_a_real_mail_server_each_once_over_two_sweeps(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    small_world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    for _ in range(2):
        control(small_world)
        send(small_world, mail)
    assert mail_server.to == ["deputy@example.org", "rector@example.org"]
    assert {row["state"] for row in small_world.rows(Notice)} == {"sent"}
    assert [row["attempts"] for row in small_world.rows(Notice)] == [1, 1]


def test_a_letter_is_a_well_formed_message_in_russian(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    send(small_world, mail)
    [got] = mail_server.letters
    assert got["Subject"] == "Сроки: срок сегодня — 1. Краснодарский край [В-000001]"
    assert got["From"] == "Веха <vekha@krai.example.org>"
    assert (got["To"], got["Reply-To"]) == ("rector@example.org", "coordinator@example.org")
    assert got["Message-ID"] == "<vekha-20270526-1@krai.example.org>"
    assert [part.get_content_type() for part in got.iter_parts()] == ["multipart/alternative", "text/calendar"]
    text, html = (got.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "Форсайт-сессия «Развитие» & анализ <1>" in text.get_content()
    assert "Форсайт-сессия «Развитие» &amp; анализ &lt;1&gt;" in html.get_content()
    assert [row["subject"] for row in small_world.rows(Notice)] == [got["Subject"]]


def test_before_its_hour_no_letter_leaves(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    assert send(small_world, mail, at=NINE - timedelta(minutes=1)) == DeliveryReport(waiting=1)
    assert send(small_world, mail).sent == 1


def test_a_crash_between_send_and_record_sends_one_more_letter_with_the_same_id(
    small_world: World, mail_server: MailServer, mail: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
        crash.setattr(outbox, "record_sent", killed)
        send(small_world, mail)
    assert send(small_world, mail) == DeliveryReport()
    assert send(small_world, mail, at=NINE + timedelta(minutes=11)).sent == 1
    assert send(small_world, mail, at=NINE + timedelta(days=2)) == DeliveryReport()
    first, second = mail_server.letters
    assert first["Subject"] == second["Subject"]
    assert first["Message-ID"] == second["Message-ID"]


def test_what_was_settled_before_the_letter_left_is_left_out_of_it(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    done = small_world.point(WEDNESDAY + timedelta(days=1), next_check_on=WEDNESDAY)
    control(small_world)
    with open_session(small_world.engine) as session:
        lifecycle.change(session, done, TransitionCommand(action="submit", actor="тест", at=NINE, on=WEDNESDAY))
    send(small_world, mail)
    assert "срок сегодня — 1. " in mail_server.letters[0]["Subject"]


def test_a_letter_with_nothing_left_to_say_is_dropped(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    done = small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    with open_session(small_world.engine) as session:
        lifecycle.change(session, done, TransitionCommand(action="submit", actor="тест", at=NINE, on=WEDNESDAY))
    assert send(small_world, mail) == DeliveryReport(dropped=1)
    assert (mail_server.letters, [row["state"] for row in small_world.rows(Notice)]) == ([], ["dropped"])


def test_after_days_without_a_mail_server_only_the_newest_reminder_of_a_point_leaves(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY - timedelta(days=2))
    for day in (-1, 0, 1):
        control(small_world, WEDNESDAY + timedelta(days=day))
    report = send(small_world, mail, at=NINE + timedelta(days=1))
    assert (report.sent, report.dropped) == (1, 2)
    assert "просрочено — 1" in mail_server.letters[0]["Subject"]


def test_a_mail_server_that_is_down_delays_the_letter_and_loses_nothing(
    small_world: World, mail_server: MailServer, mail: Settings, tmp_path: Path
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    down = settings(tmp_path, f"mailto://user:hunter2@127.0.0.1:{free_port()}?from=vekha@example.org")
    report = send(small_world, down)
    assert report == DeliveryReport(failed=1, errors=("почтовый сервер недоступен (ConnectionRefusedError)",))
    assert send(small_world, mail, at=NINE + timedelta(minutes=4)) == DeliveryReport()
    assert send(small_world, mail, at=NINE + timedelta(minutes=5)).sent == 1
    assert mail_server.to == ["rector@example.org"]


def test_the_eighth_failure_is_the_last_and_is_reported_as_dead(small_world: World, tmp_path: Path) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    down = settings(tmp_path, f"mailto://127.0.0.1:{free_port()}?from=vekha@example.org")
    days = [WorkCalendar().add_working_days(WEDNESDAY, 2 * n) for n in range(9)]
    reports = [send(small_world, down, at=datetime.combine(day, time(6), UTC)) for day in days]
    assert [report.dead for report in reports] == [0, 0, 0, 0, 0, 0, 0, 1, 0]


def test_a_refused_address_does_not_hold_up_the_others_and_is_not_named(
    small_world: World, mail_server: MailServer, mail: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    small_world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    control(small_world)
    mail_server.refused = {"rector@example.org"}
    report = send(small_world, mail)
    assert (report.sent, report.failed, report.errors) == (2, 1, ("почтовый сервер не принял адрес (550)",))
    assert mail_server.to == ["coordinator@example.org", "deputy@example.org"]
    assert "rector@" not in caplog.text + str(small_world.rows(Notice))


@pytest.mark.parametrize(
    ("url", "error"),
    [
        pytest.param("mailto://", "неверный адрес почтового сервера", id="no server"),
        pytest.param("mailto://127.0.0.1:25", "укажите from=", id="no sender"),
        pytest.param("json://127.0.0.1", "это mailto:// или mailtos://", id="not a mail server"),
        pytest.param("smtp.example.org:25", "это mailto:// или mailtos://", id="not an apprise URL"),
        pytest.param("mailto://[::1", "неверный адрес канала", id="not a URL at all"),
    ],
)
def test_a_wrong_mail_url_is_a_clear_failure(small_world: World, tmp_path: Path, url: str, error: str) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    report = send(small_world, settings(tmp_path, url))
    assert (report.sent, report.failed) == (0, 1)
    assert error in report.errors[0]


def test_copies_named_in_the_mail_url_are_not_sent(small_world: World, mail_server: MailServer, tmp_path: Path) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    copies = "a@example.org?from=vekha@example.org&cc=b@example.org&bcc=c@example.org&to=d@example.org"
    assert send(small_world, settings(tmp_path, f"mailto://127.0.0.1:{mail_server.port}/{copies}")).sent == 1
    assert mail_server.to == ["rector@example.org"]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("иванов.example.org", id="no mailbox"),
        pytest.param("a@example.org,b@example.org", id="two addresses in one"),
    ],
)
def test_a_wrong_address_is_a_clear_failure(
    small_world: World, mail_server: MailServer, mail: Settings, address: str
) -> None:
    use_channel(small_world, "email", address)
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    report = send(small_world, mail)
    assert report.errors == ("неверный адрес электронной почты в списке контактов",)
    assert mail_server.to == ["coordinator@example.org"]


def test_a_plus_in_an_address_arrives_as_it_is(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    use_channel(small_world, "email", "rector+vekha@example.org")
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    send(small_world, mail)
    assert mail_server.to == ["rector+vekha@example.org"]


class Hook(BaseHTTPRequestHandler):
    """Answers a web hook and keeps what it was sent."""

    answer = 200
    port = 0
    bodies: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def hook() -> Iterator[type[Hook]]:
    """A web server for the url channel."""
    handler: type[Hook] = type("ThisHook", (Hook,), {"bodies": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    running = Thread(target=server.serve_forever)
    running.start()
    handler.port = server.server_port
    yield handler
    server.shutdown()
    running.join()
    server.server_close()


def test_an_apprise_url_gets_its_secret_from_the_environment(
    small_world: World, hook: type[Hook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_OF_RECTOR", f"127.0.0.1:{hook.port}/s3cret")
    use_channel(small_world, "url", "json://${HOOK_OF_RECTOR}")
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    assert send(small_world, settings(tmp_path)).sent == 1
    assert "В-000001" in hook.bodies[0].encode().decode("unicode_escape")
    assert "s3cret" not in str(small_world.rows(Notice))


def test_a_service_that_says_no_is_a_failure(small_world: World, hook: type[Hook], tmp_path: Path) -> None:
    hook.answer = 500
    use_channel(small_world, "url", f"json://127.0.0.1:{hook.port}")
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    report = send(small_world, settings(tmp_path))
    assert (report.sent, report.errors, len(hook.bodies)) == (0, ("не отправлено: служба отказала (500)",), 1)


@pytest.mark.parametrize(
    ("kind", "address", "error"),
    [
        pytest.param(
            "url", "json://${NOBODY_SET_THIS}", "не задана переменная окружения NOBODY_SET_THIS", id="variable"
        ),
        pytest.param("url", "nosuchservice://x", "такой службы нет", id="a service apprise does not know"),
        pytest.param("url", "что угодно", "такой службы нет", id="not a URL"),
        pytest.param("telegram", "${NOBODY_SET_THIS}/1", "переменная окружения NOBODY_SET_THIS", id="telegram's token"),
        pytest.param("url", "json://${VEKHA_LINK_KEY}", "VEKHA_LINK_KEY в адрес не подставляется", id="our own key"),
        pytest.param("telegram", "${PREFECT_API_AUTH_STRING}/1", "PREFECT_API_AUTH_STRING в адрес", id="our password"),
        pytest.param("email", "${PATH}@example.org", "неверный адрес", id="no variable in an e-mail"),
        pytest.param("telegram", "token", "такой службы нет или адрес неполон", id="telegram without a chat"),
        pytest.param("url", "prefect:hook", "нет блока", id="a secret block that is not there"),
    ],
)
def test_a_wrong_channel_is_a_clear_failure(
    small_world: World, tmp_path: Path, kind: str, address: str, error: str
) -> None:
    assert "NOBODY_SET_THIS" not in os.environ

    def no_block(name: str) -> str:
        raise NotSent(f"нет блока {name}")

    use_channel(small_world, kind, address)
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    report = send(small_world, settings(tmp_path), secret=no_block)
    assert report.failed == 1
    assert error in report.errors[0]
    assert {row["state"] for row in small_world.rows(Notice) if row["official_id"] == 1} <= {"queued", "dead"}


def test_a_secret_block_gives_the_whole_url(small_world: World, hook: type[Hook], tmp_path: Path) -> None:
    use_channel(small_world, "url", "prefect:hook")
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    url = f"json://127.0.0.1:{hook.port}"
    assert send(small_world, settings(tmp_path), secret={"hook": url}.__getitem__).sent == 1


def test_without_a_mail_server_letters_lie_in_the_mailbox_folder(small_world: World, tmp_path: Path) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    here = settings(tmp_path)
    assert send(small_world, here).sent == 1
    [file] = [path for path in here.letters.rglob("*") if path.is_file()]
    assert file.relative_to(here.letters).as_posix() == "2027-05-26/000001-rector@example.org.eml"
    with file.open("rb") as written:
        got = email.message_from_binary_file(written, policy=default)
    assert got["Subject"].startswith("Сроки: ")
    assert got["Subject"].endswith("[В-000001]")
    assert got.get_content_type() == "multipart/mixed"


def test_the_same_letter_twice_is_one_file_in_the_mailbox(small_world: World, tmp_path: Path) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    here = settings(tmp_path)
    send(small_world, here)
    small_world.change(Notice, state="queued")
    assert send(small_world, here).sent == 1
    assert len([path for path in here.letters.rglob("*") if path.is_file()]) == 1


def test_a_mailbox_that_cannot_be_written_is_a_failure_and_the_letter_stays(small_world: World, tmp_path: Path) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    here = settings(tmp_path)
    here.letters.write_text("a file where the folder should be")
    report = send(small_world, here)
    assert (report.failed, [row["state"] for row in small_world.rows(Notice)]) == (1, ["queued"])
    assert report.errors[0].startswith("письмо не записано")


def test_a_letter_that_cannot_be_composed_does_not_hold_up_the_others(
    small_world: World,
    mail_server: MailServer,
    mail: Settings,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small_world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    control(small_world)

    def broken(visible_id: str, addressee: Addressee, **facts: Any) -> Letter:
        if addressee.role == "executor":
            raise KeyError("what no letter foresees")
        return letter(visible_id, addressee, **facts)

    monkeypatch.setattr("tasks.letters.compose.letter", broken)
    report = send(small_world, mail)
    assert (report.sent, report.failed, report.errors) == (1, 1, ("письмо не составлено (KeyError)",))
    assert "Traceback" in caplog.text
    assert mail_server.to == ["deputy@example.org"]


def test_a_line_of_a_reason_that_is_not_known_is_told_in_plain_words(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    small_world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    control(small_world)
    with open_session(small_world.engine) as session:
        session.execute(update(NoticeLine).where(NoticeLine.reason == "overdue").values(reason="из будущего"))  # type: ignore[arg-type]
    assert send(small_world, mail).sent == 2
    [letter] = [one for one in mail_server.taken if one.to == "rector@example.org"]
    assert "К ВАШЕМУ СВЕДЕНИЮ (1)" in letter.text


def test_a_delivery_can_be_limited_and_stopped(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    small_world.point(WEDNESDAY - timedelta(days=7), next_check_on=WEDNESDAY - timedelta(days=2))
    control(small_world)
    assert send(small_world, mail, should_stop=lambda: True) == DeliveryReport()
    assert send(small_world, mail, limit=1).sent == 1
    assert send(small_world, mail, limit=1).sent == 1


def test_a_large_batch_goes_out_in_one_delivery(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    for n in range(3 * delivery.BATCH):
        small_world.official("executor", f"Сотрудник {n}", f"p{n:02d}@example.org", body="institute", is_lead=True)
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control(small_world)
    assert send(small_world, mail).sent == 3 * delivery.BATCH + 1
    assert len(set(mail_server.to)) == len(mail_server.to) == 3 * delivery.BATCH + 1
    points = [row for row in small_world.rows(ControlPoint) if row["purpose"] == "result"]
    assert {row["next_check_on"] for row in points} == {WEDNESDAY + timedelta(days=1)}
