"""Days without a control, up to 400: from the third day of work on all stands as in a twin that never stopped."""

import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import ControlPoint, Notice, NoticeLine, Official
from models.db import open_session
from models.settings import Settings
from tasks.letters import deliver
from tests.faults import life
from tests.faults.conftest import fresh_sqlite
from tests.faults.figures import Figures
from tests.faults.life import DAY, Life, Memory

OUTAGES = (1, 2, 3, 5, 10, 30, 47, 100, 200, 400)
LIVED, AFTER = 5, 12
"""Days before the outage, and those that are compared after it."""


def a_day(one: Life, settings: Settings) -> None:
    for act in (life.control(one.day), life.notes(one.day), life.deliver(one.day, settings)):
        one.do(act)


def stands(memory: Memory) -> set[tuple[str, ...]]:
    """How points stand; the day on which an overdue was noticed is the day of the next control.

    A body that is asked late for its data gets its days all the same, and a note that is written late is late: so of
    a round only how its own point stands is compared.
    """
    with open_session(memory.engine) as session:
        rows = session.execute(select(ControlPoint).where(col(ControlPoint.purpose) != "data")).scalars()
        return {
            (row.key, row.status, f"{row.deadline_on}", "" if row.purpose == "round" else f"{row.overdue_on is None}")
            for row in rows
        }


def told(memory: Memory, since: date) -> set[tuple[str, str]]:
    """(post, point) of the lines of letters that left since."""
    with open_session(memory.engine) as session:
        found = (
            select(col(Official.post), col(ControlPoint.key))
            .join(Notice, col(Notice.official_id) == col(Official.id))
            .join(NoticeLine, col(NoticeLine.notice_id) == col(Notice.id))
            .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
            .where(col(Notice.state) == "sent", col(Notice.on_day) >= since, col(ControlPoint.purpose) == "result")
        )
        return set(session.execute(found).tuples())


@pytest.mark.usefixtures("campaign")
def test_an_outage_of_any_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, figures = time.monotonic(), Figures("outages")
    with fresh_sqlite(tmp_path)(life.build) as engine:
        engine.dispose()
        content = (tmp_path / "fresh.db").read_bytes()
    settings = Settings(_env_file=None, data=tmp_path / "data")
    twin, ours = Memory(content), Memory(content)
    known, one = Life(twin.engine), Life(ours.engine)
    monkeypatch.setattr(deliver, "send", life.send)
    compared: dict[date, set[tuple[str, ...]]] = {}
    heard: dict[int, set[tuple[str, str]]] = {}
    resumed = {n: life.FIRST + (LIVED + n) * DAY for n in OUTAGES}
    before = b""
    for n in range(LIVED + max(OUTAGES) + AFTER):
        known.day = life.FIRST + timedelta(days=n)
        if n == LIVED:
            before = twin.content()
        a_day(known, settings)
        compared[known.day] = stands(twin)
        heard |= {n: told(twin, day) for n, day in resumed.items() if known.day == day + (AFTER - 1) * DAY}
    for outage in OUTAGES:
        ours.become(before)
        for n in range(AFTER):
            one.day = resumed[outage] + n * DAY
            a_day(one, settings)
            figures.days += 1
            missed = compared[one.day] - stands(ours)
            figures.deadlines_lost += len(missed)
            if missed:
                figures.note(f"{outage} days, {one.day}: {sorted(missed)[:3]}")
        lost = heard[outage] - told(ours, resumed[outage])
        figures.letters_lost += len(lost)
        figures.crashes += 1
        if lost:
            figures.note(f"{outage} days: not told {sorted(lost)[:3]}")
    twin.close()
    ours.close()
    figures.seconds = round(time.monotonic() - begun, 1)
    figures.keep()
