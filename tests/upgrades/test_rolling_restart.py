"""Programs are exchanged one after another while letters leave: the next begins before the former is stopped."""

import time
from pathlib import Path

import pytest

from models import Notice
from tasks.letters.deliver import deliver
from tests.parts.databases import sqlite_engine
from tests.parts.mail import MailServer
from tests.tasks.letters.test_sender_killed import (
    LATER,
    LETTERS,
    NINE,
    owe_letters,
    repeats,
    settings,
    start_sender,
)
from tests.worlds.world import build

RESTARTS = 3


@pytest.mark.usefixtures("own_programs")
def test_a_rolling_restart_loses_no_letter(tmp_path: Path, mail_server: MailServer) -> None:
    database = tmp_path / "vekha.db"
    world = owe_letters(sqlite_engine(database, build))
    mail_server.on_taken = lambda _: time.sleep(0.05)  # so that a stop meets a letter under way
    at = NINE
    for _ in range(RESTARTS):
        former = start_sender(database, mail_server, at)
        wait_for_letters(mail_server, len(mail_server.taken) + 2)
        later = start_sender(database, mail_server, at)
        wait_for_letters(mail_server, len(mail_server.taken) + 2)
        former.terminate()
        former.wait()
        later.wait()
        at += LATER
    mail_server.on_taken = lambda _: None
    deliver(world.engine, settings=settings(tmp_path, mail_server), at_source=lambda: at)
    assert len(set(mail_server.to)) == LETTERS
    assert repeats(mail_server) <= RESTARTS
    assert {row["state"] for row in world.rows(Notice)} == {"sent"}


def wait_for_letters(server: MailServer, wanted: int) -> None:
    until = time.monotonic() + 60
    while len(server.taken) < min(wanted, LETTERS):
        assert time.monotonic() < until
        time.sleep(0.001)
