"""Killed (-9) at every boundary of control, delivery, decisions, an amendment: run again, all is as without it.

A control is run again the same day, as its flow is; a delivery when the claims of the dead sender have run out; a
decision when the form is sent again.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tasks.letters.deliver import deliver
from tests.faults import krai
from tests.faults.conftest import Fresh
from tests.faults.figures import Figures
from tests.parts.killing import Boundaries, killed_at
from tests.parts.mail import MailServer
from tests.parts.twins import Standing, everything

#: What a short form takes of all boundaries.
SHORT = 4


@dataclass(frozen=True)
class Work:
    """What is killed: on what it works, what it does, and what is done after its death."""

    name: str
    fill: Callable[[Engine], object]
    do: Callable[[Engine], object]
    again: Callable[[Engine], object]


@dataclass(frozen=True)
class Whole:
    """The twin that was never killed."""

    standing: Standing
    letters: list[tuple[str, str]]
    boundaries: int


@pytest.fixture
def works(mail_server: MailServer, tmp_path: Path) -> dict[str, Work]:
    """Name → work."""
    settings = krai.mail_settings(tmp_path / "data", mail_server.port)

    def send(engine: Engine, instant: datetime) -> None:
        deliver(engine, settings=settings, at_source=lambda: instant)

    noon = krai.at(krai.FIRST, 9)
    found = (
        Work("control", krai.build, krai.control, krai.control),
        Work(
            "delivery",
            krai.after_control,
            partial(send, instant=noon),
            partial(send, instant=noon + krai.LEASE_IS_OVER),
        ),
        Work("decisions", krai.after_control, krai.decide_all, krai.decide_all),
        Work("amendment", krai.krasnodar, krai.amend_krasnodar, krai.amend_krasnodar),
    )
    return {work.name: work for work in found}


def letters(server: MailServer) -> list[tuple[str, str]]:
    """(addressee, subject) of what came; two databases may number the same letters otherwise."""
    return [(one.to, re.sub(r"\s*\[В-\d+\]$", "", str(one.message["Subject"]))) for one in server.taken]


def lived(fresh: Fresh, work: Work, mail: MailServer) -> Whole:
    """The twin, and how many boundaries its work has."""
    mail.taken.clear()
    boundaries = Boundaries(0, lambda: None)
    with fresh(work.fill) as engine:
        with boundaries.watched(engine):
            work.do(engine)
        # What is done after a death is done here too: where nothing died it changes nothing.
        work.again(engine)
        return Whole(everything(engine), letters(mail), boundaries.passed)


def kill_all(
    fresh: Fresh, work: Work, mail: MailServer, *, name: str, choose: Callable[[int], Iterable[int]]
) -> Figures:
    """Kill at the chosen boundaries of all, each time in a new database, and compare with the twin."""
    begun, figures, twin = time.monotonic(), Figures(name), lived(fresh, work, mail)
    for n in choose(twin.boundaries):
        mail.taken.clear()
        with fresh(work.fill) as engine:
            assert killed_at(n, partial(work.do, engine), engine), f"{n} of {twin.boundaries}"
            work.again(engine)
            figures.crashes += 1
            figures.compare(everything(engine), twin.standing, after=f"killed at {n}")
            figures.count_letters(letters(mail), twin.letters, after=f"killed at {n}")
    figures.seconds = round(time.monotonic() - begun, 1)
    return figures


def every(boundaries: int) -> range:
    return range(1, boundaries + 1)


def some(boundaries: int) -> list[int]:
    """The first, the last, and what lies evenly between."""
    return sorted({1 + n * (boundaries - 1) // (SHORT - 1) for n in range(SHORT)})


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize("work", ["control", "delivery", "decisions"])
def test_killed_at_some_boundaries(sqlite: Fresh, works: dict[str, Work], mail_server: MailServer, work: str) -> None:
    kill_all(sqlite, works[work], mail_server, name=f"short-kills-{work}", choose=some).keep()


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("work", ["control", "delivery", "decisions", "amendment"])
def test_killed_at_every_boundary(
    fresh: Fresh, works: dict[str, Work], mail_server: MailServer, work: str, request: pytest.FixtureRequest
) -> None:
    database = request.node.callspec.params["fresh"]
    figures = kill_all(fresh, works[work], mail_server, name=f"kills-{work}-{database}", choose=every)
    figures.keep()
    assert figures.crashes > 20
