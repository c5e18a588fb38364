"""A crash while letters leave: one of them may come twice, with the same number, and none is lost."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from models import Notice
from models.db import DatabaseProblem, close_engines, open_session
from models.settings import Settings
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver
from tests.parts.databases import postgres_server, sqlite_engine
from tests.parts.mail import MailServer
from tests.places import ROOT
from tests.worlds.world import World, build

WEDNESDAY = date(2027, 5, 26)
NINE = datetime(2027, 5, 26, 6, 0, tzinfo=UTC)
#: After so long the claims of a dead sender have run out.
LATER = timedelta(minutes=11)
LETTERS = 24

SENDER = """
import sys
from datetime import datetime
from pathlib import Path
from pydantic import SecretStr
from models.db import engine_for
from models.settings import Settings
from tasks.letters.deliver import deliver
database, url, at = sys.argv[1:]
settings = Settings(_env_file=None, data=Path(database).parent, mail_url=SecretStr(url))
deliver(engine_for(f"sqlite:///{database}"), settings=settings, at_source=lambda: datetime.fromisoformat(at))
"""


def owe_letters(engine: Engine) -> World:
    """A letter to each of many officials."""
    world = World(engine)
    for n in range(LETTERS - 1):
        world.official("executor", f"Сотрудник {n}", f"p{n:02d}@example.org", body="institute", is_lead=True)
    world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    assert not control_day(engine, today=WEDNESDAY, at=datetime.combine(WEDNESDAY, hour(3), UTC)).failed
    return world


def settings(folder: Path, server: MailServer) -> Settings:
    return Settings(_env_file=None, data=folder, mail_url=SecretStr(server.url()))


def repeats(server: MailServer) -> int:
    """How many letters came more than once, by what a reader sees and by what his mail program does."""
    numbers = Counter((one.to, str(one.message["Subject"]).partition("]")[0]) for one in server.taken)
    assert len(numbers) == len(set(server.to)), "a letter that came twice came under another number"
    assert len({str(letter["Message-ID"]) for letter in server.letters}) == len(numbers)
    return len(server.taken) - len(numbers)


def start_sender(database: Path, server: MailServer, at: datetime) -> subprocess.Popen[bytes]:
    order = [sys.executable, "-c", SENDER, str(database), server.url(), at.isoformat()]
    return subprocess.Popen(order, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=database.parent)


def killed_once_it_sent(sender: subprocess.Popen[bytes], server: MailServer, *, letters: int, after: float) -> None:
    until = time.monotonic() + 60
    while len(server.taken) < letters:
        assert sender.poll() is None, "the sender has left by itself"
        assert time.monotonic() < until
        time.sleep(0.001)
    time.sleep(after)
    sender.kill()
    sender.wait()


@pytest.mark.usefixtures("own_programs")
def test_each_kill_of_the_sender_repeats_one_letter_at_most(tmp_path: Path, mail_server: MailServer) -> None:
    database = tmp_path / "vekha.db"
    world = owe_letters(sqlite_engine(database, build))
    # So that several letters are under way at once, were there several senders.
    mail_server.on_taken = lambda _: time.sleep(0.05)
    at = NINE
    for kill, after in enumerate((0, 0.03, 0.06), start=1):
        sender = start_sender(database, mail_server, at)
        killed_once_it_sent(sender, mail_server, letters=len(mail_server.taken) + 3, after=after)
        assert repeats(mail_server) <= kill
        at += LATER
    mail_server.on_taken = lambda _: None
    deliver(world.engine, settings=settings(tmp_path, mail_server), at_source=lambda: at)
    assert len(set(mail_server.to)) == LETTERS
    assert repeats(mail_server) <= 3
    assert {row["state"] for row in world.rows(Notice)} == {"sent"}


@pytest.mark.usefixtures("own_programs")
def test_a_crash_of_postgresql_repeats_one_letter_at_most(tmp_path: Path, mail_server: MailServer) -> None:
    with postgres_server() as postgres, postgres.migrated() as engine:
        postgres.promise()
        build(engine)
        world = owe_letters(engine)
        mail_server.on_taken = at_the_tenth(postgres.crash)
        here = settings(tmp_path, mail_server)
        with pytest.raises(DatabaseProblem):
            deliver(engine, settings=here, at_source=lambda: NINE)
        assert len(mail_server.taken) == 10, "nothing is sent after a record that was refused"
        postgres.come_back()
        deliver(engine, settings=here, at_source=lambda: NINE + LATER)
        assert len(set(mail_server.to)) == LETTERS
        assert repeats(mail_server) <= 1
        assert {row["state"] for row in world.rows(Notice)} == {"sent"}
        close_engines()


def at_the_tenth(happens: Callable[[], None]) -> Callable[[int], None]:
    def taken(letters: int) -> None:
        if letters == 10:
            happens()

    return taken


def test_a_sender_that_is_stopped_gives_back_what_it_has_not_begun(
    small_world: World, mail_server: MailServer, tmp_path: Path
) -> None:
    """What another delivery may send at once need not wait until the claim runs out."""
    for n in range(5):
        small_world.official("executor", f"Сотрудник {n}", f"p{n}@example.org", body="institute", is_lead=True)
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    assert not control_day(small_world.engine, today=WEDNESDAY, at=NINE - timedelta(hours=3)).failed
    here = settings(tmp_path, mail_server)
    report = deliver(
        small_world.engine, settings=here, at_source=lambda: NINE, should_stop=lambda: len(mail_server.taken) == 2
    )
    assert report.sent == 2
    assert sorted(row["state"] for row in small_world.rows(Notice)) == ["queued"] * 4 + ["sent"] * 2
    with open_session(small_world.engine):
        assert deliver(small_world.engine, settings=here, at_source=lambda: NINE).sent == 4
    assert repeats(mail_server) == 0
