"""Days on which the mail server hangs, tears, refuses, greylists or is away: no letter is lost, none comes twice.

The region lives ten days, four of them with the fault (two for a morning, two whole days); what its people have got by
the end is compared with a twin whose mail worked. A letter that could not leave may be overtaken by the next one of
its channel, which carries what it had to say: then its lines are looked for there.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from models import ControlPoint, Notice
from models.db import open_session
from tasks.letters import channels
from tasks.letters.deliver import deliver
from tests.faults import krai
from tests.faults.conftest import Fresh
from tests.faults.figures import Figures
from tests.parts.mail import MailServer, free_port, never_speaks, takes_the_letter_then, talking
from tests.parts.twins import everything

DAYS = 10
MORNINGS, WHOLE = (1, 4), (5, 6)
HOURS = (6, 8, 10, 12)
"""UTC; with a fault of a morning the last two are good."""
PEOPLE = ("rector", "methodist", "coordinator", "deputy", "ministry", "legal", "anapa", "eysk", "sochi")
TORN: list[tuple[str, str]] = []
"""(addressee, number) of letters that were taken without an answer."""
Told = set[tuple[str, str]]
"""(addressee, key of a point)."""


@contextmanager
def hangs(_server: MailServer) -> Iterator[int]:
    with talking(never_speaks) as port:
        yield port


@contextmanager
def tears(_server: MailServer) -> Iterator[int]:
    """The letter is taken, the answer never comes: whether it arrived nobody can know, so it leaves again."""
    with takes_the_letter_then(b"") as (port, taken):
        yield port
    for letter in taken:
        # It came as far as anybody knows.
        to = re.search(rb"^To: .*?([\w.]+@[\w.]+)", letter, re.MULTILINE)
        number = re.search(rb"Message-ID: <vekha-\d+-(\d+)@", letter)
        assert to
        assert number
        TORN.append((to[1].decode(), f"В-{int(number[1]):06d}"))


@contextmanager
def refuses(_server: MailServer) -> Iterator[int]:
    with talking(lambda caller: caller.sendall(b"421 4.7.0 too many connections\r\n")) as port:
        yield port


@contextmanager
def greylists(server: MailServer) -> Iterator[int]:
    server.answers = {f"{name}@example.org": ["451 4.7.1 greylisted, try again later"] for name in PEOPLE}
    yield server.port
    server.answers = {}


@contextmanager
def is_away(_server: MailServer) -> Iterator[int]:
    yield free_port()


FAULTS: dict[str, Callable[..., object]] = {
    "hangs": hangs, "tears": tears, "refuses": refuses, "greylists": greylists, "away": is_away,
}  # fmt: skip


def live(engine: Engine, folder: Path, mail: MailServer, fault: Callable[..., object] | None) -> int:
    """Ten days; returns how many deliveries met the fault."""
    met = 0
    for n in range(DAYS):
        day = krai.FIRST + timedelta(days=n)
        krai.control(engine, day)
        for hour in HOURS:
            is_faulty = fault is not None and (n in WHOLE or (n in MORNINGS and hour < HOURS[2]))
            met += is_faulty
            if not is_faulty:
                send(engine, folder, mail.port, n, hour)
                continue
            assert fault is not None
            with fault(mail) as port:  # type: ignore[attr-defined]
                send(engine, folder, port, n, hour)
    return met


def send(engine: Engine, folder: Path, port: int, n: int, hour: int) -> None:
    instant = krai.at(krai.FIRST + timedelta(days=n), hour)
    deliver(engine, settings=krai.mail_settings(folder, port), at_source=lambda: instant)


def told(engine: Engine, mail: MailServer) -> Told:
    """What people have read: who heard of which point, in a letter that came."""
    with open_session(engine) as session:
        keys = list(session.execute(select(col(ControlPoint.key))).scalars())
        assert set(session.execute(select(col(Notice.state))).scalars()) <= {"sent", "dropped", "dead"}
    return {(one.to, key) for one in mail.taken for key in keys if key in one.text}


def numbers(mail: MailServer) -> list[tuple[str, str]]:
    return [(one.to, re.search(r"\[(В-\d+)\]", str(one.message["Subject"]))[1]) for one in mail.taken]  # type: ignore[index]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mail_server_that_fails_for_days(
    sqlite: Fresh,
    mail_server: MailServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    campaign: None,
) -> None:
    for name, seconds in (("CONNECT_SECONDS", 2), ("READ_SECONDS", 1), ("LETTER_SECONDS", 2.0)):
        monkeypatch.setattr(channels, name, seconds)
    begun, figures = time.monotonic(), Figures(f"mail-{fault}", days=DAYS)
    TORN.clear()
    with sqlite(krai.build) as engine:
        live(engine, tmp_path, mail_server, None)
        twins, should = everything(engine), told(engine, mail_server)
    mail_server.taken.clear()
    with sqlite(krai.build) as engine:
        figures.crashes = live(engine, tmp_path, mail_server, FAULTS[fault])
        ours, did = everything(engine), told(engine, mail_server)
    for table in ("control_point", "transition", "evidence", "request", "round", "round_step"):
        figures.compare({table: ours[table]}, {table: twins[table]})
    lost = should - did
    figures.letters_lost = len(lost)
    figures.note(f"not told: {sorted(lost)[:5]}")
    came = numbers(mail_server)
    figures.letters_repeated = len(came) - len(set(came))
    # Of each torn connection one letter, and that once.
    again = Counter(one for one in TORN if one in set(came))
    figures.letters_repeated += again.total()
    figures.repeated_a_crash = -(-again.total() // max(len(TORN), 1))
    assert len(came) == len(set(came)), "a letter that a server has taken came again"
    figures.seconds = round(time.monotonic() - begun, 1)
    figures.keep()
