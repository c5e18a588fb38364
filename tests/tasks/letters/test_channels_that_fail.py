"""An address that takes no letter: somebody is told the same day, it is tried once a day, and it heals by itself."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from apprise.plugins.telegram import NotifyTelegram
from pydantic import SecretStr
from sqlalchemy import update
from sqlmodel import col, select

from deployments.cli.roadmap.look import NOTICE_RU
from models import Channel, ControlPoint, Notice, Official, queries
from models.db import open_session
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from tasks.daily.control_day import control_day
from tasks.letters.channels import fault_of, fault_of_letter
from tasks.letters.deliver import DeliveryReport, deliver
from tasks.letters.heartbeat import heartbeat
from tasks.letters.parts import digest_of
from tasks.pages.people import reach_of_bodies
from tests.parts.channels import channel_at, lead_to
from tests.parts.mail import MailServer
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
DAY = timedelta(days=1)
RECTOR, COORDINATOR, CONTROLLER = "rector@example.org", "coordinator@example.org", "deputy@example.org"


@pytest.fixture
def mail(mail_server: MailServer, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path, mail_url=SecretStr(mail_server.url()))


def nine(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def control(world: World, day: date) -> None:
    assert not control_day(world.engine, today=day, at=nine(day) - timedelta(hours=3)).failed


def send(world: World, settings: Settings, at: datetime) -> DeliveryReport:
    return deliver(world.engine, settings=settings, at_source=lambda: at)


def a_day(world: World, settings: Settings, day: date) -> None:
    """Control in the night, a delivery at nine, ten and four."""
    control(world, day)
    for hours in (0, 1, 7):
        send(world, settings, nine(day) + timedelta(hours=hours))


def told_of_lost(server: MailServer, to: str = COORDINATOR) -> list[Any]:
    return [one for one in server.taken if one.to == to and "ПИСЬМО НЕ ДОСТАВЛЕНО" in one.text]


def channel_of(world: World, address: str) -> Channel:
    with open_session(world.engine) as session:
        return channel_at(session, address)


@pytest.mark.parametrize(("points", "rhythm", "length"), [(1, 7, 10), (2, 3, 40), (3, 7, 10)])
def test_an_address_that_does_not_exist_is_told_on_the_first_day_and_tried_once_a_day(
    small_world: World, mail_server: MailServer, mail: Settings, points: int, rhythm: int, length: int
) -> None:
    mail_server.refused = {RECTOR}
    for n in range(points):
        small_world.point(WEDNESDAY + n * rhythm * DAY, next_check_on=WEDNESDAY)
    working = WorkCalendar()
    days = [day for day in (WEDNESDAY + n * DAY for n in range(length)) if working.is_working(day)]
    for day in days:
        tried = len(mail_server.asked)
        a_day(small_world, mail, day)
        assert mail_server.asked[tried:].count(RECTOR) <= 1
        if day == WEDNESDAY:
            [first] = told_of_lost(mail_server)
            assert "Не доставлено: Ректор, письмо от 26.05.2027" in first.text
    assert mail_server.asked.count(RECTOR) <= len(days)
    states = [row["state"] for row in small_world.rows(Notice) if row["official_id"] == 1]
    assert set(states) == {"dead"}, "none reads as if it had not been needed"
    assert channel_of(small_world, RECTOR).given_up_at == nine(WEDNESDAY)


def test_a_mended_mailbox_gets_what_it_missed_on_the_next_working_day(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    """Nothing new has to happen for it: the point's next rung is a week away."""
    mail_server.refused = {RECTOR}
    key = small_world.point(WEDNESDAY + 60 * DAY, next_check_on=WEDNESDAY, opens_on=WEDNESDAY)
    a_day(small_world, mail, WEDNESDAY)
    mail_server.refused = set()
    a_day(small_world, mail, WEDNESDAY + DAY)
    [letter] = [one for one in mail_server.taken if one.to == RECTOR]
    assert small_world.card(key) in letter.text
    works = channel_of(small_world, RECTOR)
    assert (works.failures, works.failing_since, works.failure, works.given_up_at) == (0, None, "", None)
    a_day(small_world, mail, WEDNESDAY + 2 * DAY)
    assert [one.to for one in mail_server.taken].count(RECTOR) == 1


def test_refusals_for_now_are_counted_over_all_letters_of_the_channel(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    """A new letter a day: none of them is tried eight times, the channel is."""
    mail_server.answers[RECTOR] = ["450 4.2.1 later"] * 1000
    for n in range(12):
        small_world.point(WEDNESDAY + n * DAY, next_check_on=WEDNESDAY)
    for n in range(9):
        a_day(small_world, mail, WEDNESDAY + n * DAY)
    assert channel_of(small_world, RECTOR).given_up_at is not None
    assert told_of_lost(mail_server)
    first = min(one.message["Date"].datetime.date() for one in told_of_lost(mail_server))
    assert first <= WEDNESDAY + 7 * DAY
    rows = small_world.rows(Notice)
    assert {row["error"] for row in rows if row["state"] == "dropped"} == {"почтовый сервер не принял адрес (450)"}
    with open_session(small_world.engine) as session:
        outcomes = {row.notice.outcome for row in queries.outbox(session) if row.official.post == "Ректор"}
        point = session.exec(select(ControlPoint).where(col(ControlPoint.deadline_on) == WEDNESDAY)).first()
        assert point is not None
        assert {state for *_, state in queries.told(session, point.id or 0)} <= {"overtaken", "dead", "sent", "queued"}
    assert outcomes <= {"overtaken", "dead", "queued"}
    assert {NOTICE_RU[outcome] for outcome in outcomes} <= {
        "вошло в следующее письмо",
        "не доставлено",
        "ждёт отправки",
    }


def test_a_mail_server_that_is_away_is_nobodys_fault(
    small_world: World, mail_server: MailServer, tmp_path: Path
) -> None:
    away = Settings(_env_file=None, data=tmp_path, mail_url=SecretStr("mailto://127.0.0.1:1?from=v@example.org"))
    for n in range(12):
        small_world.point(WEDNESDAY + n * DAY, next_check_on=WEDNESDAY)
    for n in range(9):
        a_day(small_world, away, WEDNESDAY + n * DAY)
    lost = channel_of(small_world, RECTOR)
    assert (lost.failures, lost.given_up_at, lost.failing_since) == (0, None, nine(WEDNESDAY))
    with open_session(small_world.engine) as session:
        problems = heartbeat(session, at=nine(WEDNESDAY + 3 * DAY)).problems(nine(WEDNESDAY + 3 * DAY))
    assert any("на которые письма не уходят больше суток" in line for line in problems)


def test_a_connection_that_breaks_for_one_address_only_is_that_channels_fault(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    """The server hangs up whenever the rector is named; others get their letters."""
    mail_server.answers[RECTOR] = ["421 4.3.2 closing"] * 1000
    small_world.official("executor", "Декан", "dean@example.org", body="institute", is_lead=True)
    for n in range(12):
        small_world.point(WEDNESDAY + n * DAY, next_check_on=WEDNESDAY)
    for n in range(9):
        a_day(small_world, mail, WEDNESDAY + n * DAY)
    assert channel_of(small_world, RECTOR).given_up_at is not None
    assert told_of_lost(mail_server)


def test_it_stands_wherever_somebody_looks(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    mail_server.refused = {RECTOR}
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    a_day(small_world, mail, WEDNESDAY)
    at = nine(WEDNESDAY) + timedelta(hours=8)
    refused = "почтовый сервер не принял адрес (550)"
    with open_session(small_world.engine) as session:
        alive = heartbeat(session, at=at)
        [institute] = [one for one in reach_of_bodies(session).values() if one.post == "Ректор"]
        table = digest_of(session, "krai", today=WEDNESDAY, at=at)
    assert "письма не доходят до должностных лиц: 1 — кто и почему: vekha people КОД" in alive.problems(at)
    assert (institute.problem, institute.is_lost) == (f"письма не доходят: {refused}", True)
    assert table.unreached == [f"Ректор — {refused}, с 26.05.2027"]
    assert table.heartbeat.endswith("не доставлено: 1, должностных лиц не на связи: 1.")


def test_of_a_coordinator_who_is_not_reached_the_controller_hears(
    small_world: World, mail_server: MailServer, mail: Settings
) -> None:
    mail_server.refused = {COORDINATOR}
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY, status="submitted", news="submitted")
    a_day(small_world, mail, WEDNESDAY)
    [letter] = [one for one in mail_server.taken if one.to == CONTROLLER]
    assert "координатор не на связи" in str(letter.message["Subject"])
    assert "Координатор — почтовый сервер не принял адрес (550), с 26.05.2027" in letter.text
    a_day(small_world, mail, WEDNESDAY + DAY)
    assert mail_server.to.count(CONTROLLER) <= 2
    assert mail_server.asked.count(COORDINATOR) == 2


@pytest.mark.parametrize(
    ("code", "said", "fault"),
    [
        pytest.param(550, "5.1.1 user unknown", "address", id="no such mailbox"),
        pytest.param(550, "no such user here", "address", id="without an enhanced code"),
        pytest.param(550, "5.7.1 No such user!", "address", id="said in words under another code"),
        pytest.param(550, "Message was not accepted -- invalid mailbox", "address", id="invalid mailbox"),
        pytest.param(550, "5.2.1 mailbox disabled", "address", id="switched off"),
        pytest.param(553, "", "address", id="mailbox name not allowed"),
        pytest.param(550, "5.4.1 Recipient address rejected: Access denied", "address", id="not in the directory"),
        pytest.param(452, "4.2.2 mailbox full", "channel", id="full for now"),
        pytest.param(552, "5.2.2 mailbox full", "channel", id="full"),
        pytest.param(451, "4.7.1 greylisted", "channel", id="grey list"),
        pytest.param(450, "4.3.2 system not accepting messages", "server", id="the system is busy"),
        pytest.param(421, "", "server", id="closing"),
        pytest.param(550, "5.7.1 relaying denied", "server", id="no relaying"),
        pytest.param(550, "relay not permitted", "server", id="no relaying, without an enhanced code"),
        pytest.param(530, "5.7.0 authentication required", "server", id="a log-in is wanted"),
        pytest.param(550, "5.1.8 sender address rejected", "server", id="our own address"),
        pytest.param(554, "5.7.1 client host blocked", "server", id="we are blocked"),
        pytest.param(550, "blocked by SPF policy", "server", id="our domain"),
    ],
)
def test_whose_fault_a_refusal_is(code: int, said: str, fault: str) -> None:
    assert fault_of(code, said.encode()) == fault


def test_a_whole_letter_that_is_refused_counts_against_its_channel() -> None:
    assert fault_of_letter(554, b"5.7.1 looks like spam") == "channel"
    assert fault_of_letter(550, b"5.1.1 no such user") == "address"
    assert fault_of_letter(452, b"4.3.1 no room") == "server"


class Bot(BaseHTTPRequestHandler):
    """Telegram's door: takes messages until it has had enough."""

    port: ClassVar[int] = 0
    answers: ClassVar[list[int]] = []
    """What is answered, one after another; afterwards 200."""
    texts: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        code = self.answers.pop(0) if self.answers else 200
        if code == 200:
            self.texts.append(said["text"])
        self.send_response(code)
        self.end_headers()
        words = {400: "Bad Request: chat not found", 403: "Forbidden: bot was blocked by the user"}.get(code, "")
        self.wfile.write(json.dumps({"ok": code == 200, "description": words}).encode())

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def bot(serve_mail: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Bot]]:
    handler: type[Bot] = type("ThisBot", (Bot,), {"answers": [], "texts": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    running = Thread(target=server.serve_forever)
    running.start()
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{server.server_port}/bot")
    monkeypatch.setattr(NotifyTelegram, "request_rate_per_sec", 0)
    yield handler
    server.shutdown()
    running.join()
    server.server_close()


@pytest.fixture
def by_telegram(small_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The rector is written to by Telegram."""
    monkeypatch.setenv("RECTORS_BOT", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi")
    with open_session(small_world.engine) as session:
        lead_to(channel_at(session, RECTOR), "telegram", "${RECTORS_BOT}/4711")
    return small_world


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_chat_that_is_closed_is_given_up_at_once(
    by_telegram: World, bot: type[Bot], mail_server: MailServer, mail: Settings, code: int
) -> None:
    bot.answers.extend([code] * 100)
    by_telegram.point(WEDNESDAY, next_check_on=WEDNESDAY)
    a_day(by_telegram, mail, WEDNESDAY)
    assert len(bot.answers) == 99
    assert told_of_lost(mail_server)
    assert channel_of(by_telegram, "${RECTORS_BOT}/4711").failure == f"не отправлено: служба отказала ({code})"


@pytest.mark.parametrize("broken", [429, 502])
def test_a_long_message_goes_on_where_it_broke_off(
    by_telegram: World, bot: type[Bot], mail: Settings, broken: int
) -> None:
    keys = [by_telegram.point(WEDNESDAY, next_check_on=WEDNESDAY, item=f"{n}") for n in range(40)]
    control(by_telegram, WEDNESDAY)
    bot.answers.extend([200, 200, broken])
    assert send(by_telegram, mail, nine(WEDNESDAY)).failed == 1
    assert len(bot.texts) == 2
    assert send(by_telegram, mail, nine(WEDNESDAY) + timedelta(minutes=5)).sent == 1
    whole = "".join(bot.texts)
    assert len(set(bot.texts)) == len(bot.texts) >= 4
    assert whole.count("[В-000001]") == 1
    assert len(keys) == len(set(re.findall(r"/point/(\d+)", whole))) == 40


def test_people_who_left_are_not_counted(small_world: World, mail_server: MailServer, mail: Settings) -> None:
    mail_server.refused = {RECTOR}
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    a_day(small_world, mail, WEDNESDAY)
    with open_session(small_world.engine) as session:
        session.execute(update(Official).where(Official.post == "Ректор").values(is_active=False))  # type: ignore[arg-type]
        assert heartbeat(session, at=nine(WEDNESDAY)).unreached == 0
