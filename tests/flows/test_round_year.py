"""A whole year of four quarters and the yearly round, day by day, on a real Prefect server with a worker of its own.

The worker's processes live in the moved day: only ``models.clock`` reads the clock, and there it stands at the morning
of that day, whatever hour it is. Prefect keeps the real time, so runs are planned for days far ahead and are started by
the daily control, never by the hour.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import (
    Body,
    ControlPoint,
    Municipality,
    Official,
    ReportFile,
    RoundLetter,
    RoundStep,
    Snapshot,
    clock,
)
from models.db import open_session
from models.settings import Settings
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.indicators.submission import Given
from roadmap.monitoring.snapshot import Snapshot as Computed
from tasks.daily.control_day import control_day
from tasks.editions.load import load_roadmap
from tasks.monitoring.rounds.log import STEPS_RU
from tasks.monitoring.rounds.rows import RoundRow, rounds_of
from tasks.monitoring.submissions.record import asked_of, record, settle_data
from tasks.prefect.runs.wake_rounds import wake_rounds
from tests.parts.office import Office

pytestmark = pytest.mark.timeout(900)
#: Far from every day on which the test may be run.
YEAR = 2035
CODE = "moscow-oblast"
TOWNS = {"himki": "г. о. Химки", "klin": "г. о. Клин", "istra": "г. о. Истра"}
#: Set where Python starts, before any module of ours is used.
MOVED_CLOCK = """
import os
from datetime import datetime
from pathlib import Path

import models.clock as clock

clock.now = lambda: datetime.fromisoformat(Path(os.environ["MOVED_CLOCK"]).read_text())
"""


@dataclass
class Installation:
    """A region under Moscow's order of 2024, moved to the year that is tested, with people who answer or do not."""

    office: Office
    clock_file: Path
    on: date = date(YEAR, 1, 11)

    @property
    def engine(self) -> Any:
        return self.office.engine

    @property
    def at(self) -> datetime:
        return datetime.combine(self.on, time(6), UTC)

    def build(self) -> None:
        whole = built_in(CODE)
        rhythms = tuple(rule for rule in whole.monitoring if rule.rhythm != "month")
        parts = {"items": whole.items[:1], "directives": (), "duties": (), "monitoring": rhythms}
        catalogue = whole.model_copy(update=parts)
        first = date(YEAR, 1, 1)
        with open_session(self.engine) as session:
            at = datetime.combine(first, time(6), UTC)
            load_roadmap(
                session, catalogue, today=first, at=at, controlled_from=first, shift_years=YEAR - 2024, rehearsal=True
            )
            for code, short in TOWNS.items():
                body = Body(roadmap_code=CODE, code=code, name=short, short=short, level="municipal")
                session.add(body)
                session.flush()
                session.add(Municipality(body_id=body.id or 0, roadmap_code=CODE, since=first))
                self._official(session, "executor", f"Начальник, {short}", f"{code}@example.org", body.id)
            self._official(session, "coordinator", "Координатор", "coordinator@example.org", None)
            self._official(session, "controller", "Заместитель министра", "deputy@example.org", None)

    def _official(self, session: Session, role: str, post: str, address: str, body_id: int | None) -> None:
        person = Official(roadmap_code=CODE, role=role, post=post, body_id=body_id, is_lead=role == "executor")
        session.add(person)
        session.flush()
        session.add(person.channel("email", address))

    def day(self, on: date) -> None:
        """What one morning does: the control, the runs, the waking of rounds."""
        self.on = on
        self.clock_file.write_text(self.at.isoformat(), encoding="utf-8")
        assert not control_day(self.engine, today=on, at=self.at).failed
        sync(self.engine, settings=self.office.settings, at=clock.now(), today=on)
        self.office.api(lambda client: wake_rounds(client, self.engine, today=on, at=clock.now()))

    def rounds(self) -> list[RoundRow]:
        with open_session(self.engine) as session:
            return rounds_of(session)

    def give(self, row: RoundRow, *, silent: str = "", part: int) -> None:
        """Everybody but one answers in full: ``part`` of a hundred."""
        with open_session(self.engine) as session:
            codes = {body.id: body.code for body in session.exec(select(Body))}
            for body_id, asked in asked_of(session, row.id).items():
                if codes[body_id] == silent:
                    continue
                given = [self._given(one, part) for one in asked]
                record(session, row.id, body_id, given, actor="Иванова А. А.", source="form", at=self.at)
            settle_data(session, row.id, at=self.at, today=self.on)

    def _given(self, one: Indicator, part: int) -> Given:
        if one.counted in ("share", "ratio"):
            return Given(one.code, part, 100)
        return Given(one.code, 1 if one.counted == "flag" else part)

    def snapshot(self, row: RoundRow) -> Computed:
        with open_session(self.engine) as session:
            (kept,) = session.exec(select(Snapshot).where(Snapshot.round_id == row.id)).all()
            return Computed.model_validate(kept.content)

    def steps(self, row: RoundRow) -> list[str]:
        with open_session(self.engine) as session:
            found = select(RoundStep).where(RoundStep.round_id == row.id).order_by(col(RoundStep.id))
            return [one.step for one in session.exec(found)]


@pytest.fixture
def installation(
    office: Office, worker: Worker, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """The only worker of the pool lives in the moved day."""
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "sitecustomize.py").write_text(MOVED_CLOCK, encoding="utf-8")
    found, moved = Installation(office, tmp_path / "now"), Worker(settings)
    found.build()
    worker.stop()
    with monkeypatch.context() as patch:
        patch.setenv("MOVED_CLOCK", str(tmp_path / "now"))
        patch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path / "moved"), os.environ["PYTHONPATH"])))
        moved.start()
    yield found
    moved.stop()
    worker.start()


def workdays(first: date, last: date) -> Iterator[date]:
    return (day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)).weekday() < 5)


def test_two_quarters_run_by_themselves(installation: Installation) -> None:
    live(installation, rounds=2, silent=1)


@pytest.mark.usefixtures("campaign")
def test_a_year_of_four_quarters_and_the_year_itself_runs_by_itself(installation: Installation) -> None:
    live(installation, rounds=5, silent=2)


def live(year: Installation, *, rounds: int, silent: int) -> None:
    """Every working day until the first so many rounds have their notes; of one of them Istra says nothing."""
    office = year.office
    year.day(date(YEAR, 1, 11))
    rows = year.rounds()
    assert [(row.rhythm, row.period_end) for row in rows] == [
        ("quarter", date(YEAR, 3, 31)),
        ("quarter", date(YEAR, 6, 30)),
        ("quarter", date(YEAR, 9, 30)),
        ("quarter", date(YEAR, 12, 31)),
        ("year", date(YEAR, 12, 31)),
    ]
    assert {office.runs()[row.key]["state_type"] for row in rows} == {"SCHEDULED"}
    lived, without = rows[:rounds], rows[silent]
    opens = {row.opens_on for row in lived}
    woken = {row.id: row.note_on if row == without else next_workday(row.opens_on) for row in lived}
    for day in workdays(date(YEAR, 1, 12), max(row.note_on for row in lived)):
        waking = [row for row in lived if woken[row.id] == day]
        if day not in opens and not waking:
            year.on = day
            assert not control_day(year.engine, today=day, at=year.at).failed
            continue
        year.day(day)
        for part, row in enumerate(lived, start=10):
            if row.opens_on == day:
                assert office.wait_for(row.key, "В работе")["state_type"] == "PAUSED"
                year.give(row, silent="istra" if row == without else "", part=part)
        for row in waking:
            office.wait_for(row.key, "Исполнено")
    for overtaking in rows[rounds : rounds + 1]:
        year.on = overtaking.opens_on
        assert not control_day(year.engine, today=year.on, at=year.at).failed

    for row in lived:
        assert year.steps(row) == list(STEPS_RU), row.key
        snapshot = year.snapshot(row)
        missing = ("г. о. Истра",) if row == without else ()
        assert (snapshot.period, snapshot.silent) == (row.period.title, missing)
    before, then = year.snapshot(rows[silent - 1]), year.snapshot(without)
    trained = next(one for one in then.indicators if one.way == "share" and one.asked == 3)
    assert (trained.given, trained.asked, trained.value) == (2, 3, 10 + silent)
    assert [point.value for point in trained.trend] == [10 + n for n in range(silent + 1)]
    assert [len(one.trend) for one in before.indicators if one.code == trained.code] == [silent]
    with open_session(year.engine) as session:
        letters = session.exec(select(RoundLetter)).all()
        points = session.exec(select(ControlPoint).where(ControlPoint.purpose == "data")).all()
        assert session.exec(select(ReportFile)).all()
    notes = Counter((one.round_id, one.part) for one in letters)
    assert {notes[row.id, "note"] for row in lived} == {2}
    assert all(notes[row.id, "page"] >= 3 for row in lived)
    assert Counter(point.status for point in points)["withdrawn"] == 1
    runs = office.runs()
    assert {runs[row.key]["state_name"] for row in lived} == {"Исполнено"}


def next_workday(day: date) -> date:
    return next(workdays(day + timedelta(days=1), day + timedelta(days=7)))
