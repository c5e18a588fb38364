"""Five years on SQLite and one on PostgreSQL, killed somewhere each day, beside a twin of its own that never was.

Unlike the machine's, this twin lives its whole life apart. The dice are fixed: what is found is found again.
"""

import os
import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.settings import Settings
from tasks.letters import deliver
from tests.faults import life
from tests.faults.conftest import fresh_sqlite
from tests.faults.figures import Figures
from tests.faults.life import Act, Life, Memory
from tests.parts.databases import PostgresServer
from tests.parts.twins import everything

EVERY = 28
"""Days between two comparisons of everything."""

#: ``make faults`` asks for five years on SQLite and one on PostgreSQL, every landing for the fortnight alone.
YEARS = int(os.environ.get("FAULT_YEARS", "0"))


def acts_of(dice: random.Random, n: int, one: Life, settings: Settings) -> list[tuple[Act, Act | None, int]]:
    """What happens on a day: (act, the act again, the most boundaries it may have)."""
    day = one.day
    found: list[tuple[Act, Act | None, int]] = [(life.control(day), None, 60)]
    found += [(life.more_points(day, n), None, 4)] if n % 9 == 0 else []
    found += [(life.notes(day), None, 9)]
    found += [(life.deliver(day, settings), life.deliver(day, settings, minute=11), 24)]
    for turn in range(dice.choice((0, 0, 1, 2))):
        place, action = dice.randrange(400), dice.choice(("submit", "accept", "return", "extend", "submit", "accept"))
        found.append((life.decide(day, action, place, f"once-{n}-{turn}"), None, 6))  # type: ignore[arg-type]
    if dice.random() < 0.1:
        found.append((life.answer(day, dice.choice(sorted(life.ANSWERS)), dice.randrange(40)), None, 12))
    return found


def live(name: str, ours: Engine, twins: Engine, days: int, settings: Settings) -> Figures:
    """Live so many days side by side."""
    figures, dice, begun, cpu = Figures(name), random.Random(name), time.monotonic(), time.process_time()
    one, twin = Life(ours), Life(twins)
    for n in range(days):
        one.day = twin.day = life.FIRST + timedelta(days=n)
        before, before_twin = one.sink.taken.copy(), twin.sink.taken.copy()
        crashes, begun_at = one.crashes, figures.steps
        missed: list[str] = []
        for act, again, most in acts_of(dice, n, one, settings):
            twin.do(act)
            one.do(act, again=again, kill_at=dice.randrange(most + 1) if dice.random() < 0.5 else 0)
            # Before the day's decisions: what is given back after its deadline is overdue from the next control on.
            missed = life.neglected(ours, one.day) if figures.steps == begun_at else missed
            figures.steps += 1
        came, should = (one.sink.taken - before), (twin.sink.taken - before_twin)
        figures.count_letters(came.elements(), should.elements(), crashes=one.crashes - crashes, after=one.day)
        figures.deadlines_lost += len(missed)
        if n % EVERY == 0 or n == days - 1:
            figures.compare(everything(ours), everything(twins), after=one.day)
            assert figures.deadlines_lost + figures.otherwise == 0, figures.differences
    figures.days, figures.crashes = days, one.crashes
    figures.cpu_seconds = round(time.process_time() - cpu, 1)
    figures.seconds = round(time.monotonic() - begun, 1)
    return figures


@pytest.fixture(autouse=True)
def no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters go into the sink of a life."""
    monkeypatch.setattr(deliver, "send", life.send)


def memories(folder: Path) -> tuple[Memory, Memory]:
    with fresh_sqlite(folder)(life.build) as engine:
        engine.dispose()
        content = (folder / "fresh.db").read_bytes()
    return Memory(content), Memory(content)


def on_sqlite(folder: Path, name: str, days: int) -> None:
    ours, twins = memories(folder)
    figures = live(name, ours.engine, twins.engine, days, Settings(_env_file=None, data=folder / "data"))
    ours.close()
    twins.close()
    figures.keep()
    assert figures.crashes > days / 4


@pytest.mark.usefixtures("short_campaign")
def test_a_fortnight(tmp_path: Path) -> None:
    on_sqlite(tmp_path, "short-years", 14)


if YEARS:

    @pytest.mark.usefixtures("campaign")
    def test_years_on_sqlite(tmp_path: Path) -> None:
        on_sqlite(tmp_path, "years-sqlite", YEARS * 365 + 1)

    @pytest.mark.usefixtures("campaign")
    def test_the_same_on_postgresql(postgres: PostgresServer, tmp_path: Path) -> None:
        settings = Settings(_env_file=None, data=tmp_path / "data")
        with postgres.migrated() as ours, postgres.migrated() as twins:
            for engine in (ours, twins):
                life.build(engine)
            figures = live("years-postgresql", ours, twins, 365, settings)
        figures.keep()
