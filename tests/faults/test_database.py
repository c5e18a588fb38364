"""The database is full, locked or away in the middle of control, delivery and decisions: afterwards all is as without.

Full: the system takes so many bytes of a file and no more (RLIMIT_FSIZE), at first none, then ever more of a commit.
Locked: another process holds the file. Away: the PostgreSQL server dies at a boundary, and comes back.
"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError

from models.db import DatabaseProblem, open_session
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver
from tests.faults import krai
from tests.faults.conftest import Fresh
from tests.faults.figures import Figures
from tests.faults.test_kills import letters
from tests.parts.databases import PostgresServer, postgres_server
from tests.parts.killing import Boundaries, killed_by
from tests.parts.mail import MailServer
from tests.parts.twins import Standing, everything

REFUSED = (DatabaseProblem, DBAPIError, PendingRollbackError)
DISKS = (0, 8, 36, 48, 64, 96, 160, 320, 1000)
"""KiB that a file may have."""
Work = tuple[Callable[[Engine], object], Callable[[Engine], object], Callable[[Engine], object]]
"""On what it works, what it does (a refusal is raised), what is done afterwards."""


def strict_control(engine: Engine) -> None:
    """A control that broke is known to have broken: its flow fails."""
    if control_day(engine, today=None, at=krai.at(krai.FIRST), hours=krai.OFFICE).failed:
        raise DatabaseProblem("the control has failed visibly")


@pytest.fixture
def works(mail_server: MailServer, tmp_path: Path) -> dict[str, Work]:
    settings = krai.mail_settings(tmp_path / "data", mail_server.port)

    def send(engine: Engine, late: int) -> None:
        instant = krai.at(krai.FIRST, 9) + late * krai.LEASE_IS_OVER
        deliver(engine, settings=settings, at_source=lambda: instant)

    return {
        "control": (krai.build, strict_control, strict_control),
        "delivery": (krai.after_control, partial(send, late=0), partial(send, late=1)),
        "decisions": (krai.after_control, krai.decide_all, krai.decide_all),
    }


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Somebody else writes, and does not end."""

    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    engine.dispose()
    holder = engine.connect()
    holder.exec_driver_sql("BEGIN IMMEDIATE")
    event.listen(engine, "connect", hurry)
    try:
        yield
    finally:
        event.remove(engine, "connect", hurry)
        holder.rollback()
        holder.close()
        engine.dispose()


def twin_of(fresh: Fresh, work: Work, mail: MailServer) -> tuple[Standing, list[tuple[str, str]]]:
    mail.taken.clear()
    fill, do, again = work
    with fresh(fill) as engine:
        do(engine)
        again(engine)
        return everything(engine), letters(mail)


def compare(figures: Figures, engine: Engine, mail: MailServer, twin: Any, after: str) -> None:
    figures.crashes += 1
    figures.compare(everything(engine), twin[0], after=after)
    figures.count_letters(letters(mail), twin[1], after=after)


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("name", ["control", "delivery", "decisions"])
def test_a_disk_that_is_full(sqlite: Fresh, works: dict[str, Work], mail_server: MailServer, name: str) -> None:
    figures, begun = Figures(f"disk-full-{name}"), time.monotonic()
    fill, do, again = works[name]
    twin = twin_of(sqlite, works[name], mail_server)
    refusals = 0
    for kilobytes in DISKS:
        mail_server.taken.clear()
        with sqlite(fill) as engine:
            refusals += killed_by(partial(on_a_small_disk, do, engine, kilobytes), engine)
            again(engine)
            compare(figures, engine, mail_server, twin, f"{kilobytes} KiB")
    figures.seconds = round(time.monotonic() - begun, 1)
    figures.keep()
    assert refusals > 2


def on_a_small_disk(
    do: Callable[[Engine], object], engine: Engine, kilobytes: int, refused: Callable[[], None]
) -> None:
    """In a process of its own: no file may grow beyond this, and the write-ahead log begins at nothing."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
    try:
        do(engine)
    except REFUSED:
        refused()


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("name", ["control", "delivery", "decisions"])
def test_a_database_that_another_holds(
    sqlite: Fresh, works: dict[str, Work], mail_server: MailServer, name: str
) -> None:
    figures = Figures(f"locked-{name}")
    fill, do, again = works[name]
    twin = twin_of(sqlite, works[name], mail_server)
    mail_server.taken.clear()
    with sqlite(fill) as engine:
        with locked(engine), pytest.raises(REFUSED):
            do(engine)
        assert mail_server.taken == [], "nothing leaves that cannot be recorded"
        again(engine)
        compare(figures, engine, mail_server, twin, "locked")
    figures.keep()


@pytest.mark.usefixtures("campaign", "own_programs")
def test_a_postgresql_that_dies(works: dict[str, Work], mail_server: MailServer) -> None:
    """At some boundaries of each work, the first, the last, and between."""
    figures, begun = Figures("postgresql-dies"), time.monotonic()
    with postgres_server() as server:
        server.promise()

        @contextmanager
        def fresh(fill: Callable[[Engine], object]) -> Iterator[Engine]:
            with server.migrated() as engine:
                fill(engine)
                yield engine

        for name, work in works.items():
            twin = twin_of(fresh, work, mail_server)
            for n in _some(_boundaries(fresh, work, mail_server)):
                mail_server.taken.clear()
                with fresh(work[0]) as engine:
                    _crash_at(server, engine, work, n)
                    compare(figures, engine, mail_server, twin, f"{name} {n}")
    figures.seconds = round(time.monotonic() - begun, 1)
    figures.keep()


def _crash_at(server: PostgresServer, engine: Engine, work: Work, n: int) -> None:
    with suppress(*REFUSED), Boundaries(n, server.crash).watched(engine):
        work[1](engine)
    server.come_back()
    work[2](engine)


def _boundaries(fresh: Fresh, work: Work, _mail: MailServer) -> int:
    boundaries = Boundaries(0, lambda: None)
    with fresh(work[0]) as engine, boundaries.watched(engine):
        work[1](engine)
    return boundaries.passed


def _some(boundaries: int) -> list[int]:
    return sorted({1 + n * (boundaries - 1) // 4 for n in range(5)})


def test_a_refusal_of_the_database_midway_leaves_everything_as_it_was(sqlite: Fresh) -> None:
    with sqlite(krai.krasnodar) as engine:
        with open_session(engine) as session:
            session.connection().exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON control_point BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        before = everything(engine)
        with pytest.raises(IntegrityError, match="disk is full"):
            krai.amend_krasnodar(engine)
        assert everything(engine) == before
