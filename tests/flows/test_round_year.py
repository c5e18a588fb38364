"""A whole year of four quarters and the yearly round, day by day, on a Prefect server and worker of its own.

The worker's processes live in the moved day: only ``models.clock`` reads the clock, and there it stands at the morning
of that day, whatever hour it is. Prefect keeps the real time, so runs are planned for days far ahead and are started by
the daily control, never by the hour.
"""

import os
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from deployments.serve.prefect import PrefectServer, Worker
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
from tasks.prefect.wake_rounds import wake_rounds
from tests.databases import sqlite_engine

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

    office: Any
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
    own_programs: None, office_over: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Installation]:
    """Server, worker and database of its own, the worker in the moved day."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "sitecustomize.py").write_text(MOVED_CLOCK, encoding="utf-8")
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
    monkeypatch.setenv("MOVED_CLOCK", str(tmp_path / "now"))
    own = Settings(_env_file=None, data=tmp_path / "data", port=port, auth=settings.auth)
    engine = sqlite_engine(own.data / "vekha.db")
    server, worker = PrefectServer(own), Worker(own)
    server.start(timeout=300)
    found = Installation(office_over(own, engine, server.url), tmp_path / "now")
    found.build()
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path / "moved"), os.environ["PYTHONPATH"])))
        worker.start()
    yield found
    found.office.hang_up()
    worker.stop()
    server.stop()


def workdays(first: date, last: date) -> Iterator[date]:
    return (day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)).weekday() < 5)


def test_a_year_of_four_quarters_and_the_year_itself_runs_by_itself(installation: Installation) -> None:
    year, office = installation, installation.office
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
    silent = {date(YEAR, 9, 30): "istra"}
    opens = {row.opens_on for row in rows}
    woken = {row.id: row.note_on if row.period_end in silent else next_workday(row.opens_on) for row in rows}
    for day in workdays(date(YEAR, 1, 12), max(row.note_on for row in rows)):
        waking = [row for row in rows if woken[row.id] == day]
        if day not in opens and not waking:
            year.on = day
            assert not control_day(year.engine, today=day, at=year.at).failed
            continue
        year.day(day)
        for part, row in enumerate(rows, start=10):
            if row.opens_on == day:
                assert office.wait_for(row.key, "В работе")["state_type"] == "PAUSED"
                year.give(row, silent=silent.get(row.period_end, ""), part=part)
        for row in waking:
            office.wait_for(row.key, "Исполнено")

    for row in rows:
        assert year.steps(row) == list(STEPS_RU), row.key
        snapshot = year.snapshot(row)
        assert (snapshot.period, snapshot.silent) == (
            row.period.title,
            ("г. о. Истра",) if row.period_end in silent else (),
        )
    second, third = year.snapshot(rows[1]), year.snapshot(rows[2])
    trained = next(one for one in third.indicators if one.way == "share" and one.asked == 3)
    assert (trained.given, trained.asked, trained.value) == (2, 3, 12)
    assert [point.value for point in trained.trend] == [10, 11, 12]
    assert [len(one.trend) for one in second.indicators if one.code == trained.code] == [2]
    with open_session(year.engine) as session:
        letters = session.exec(select(RoundLetter)).all()
        points = session.exec(select(ControlPoint).where(ControlPoint.purpose == "data")).all()
        assert session.exec(select(ReportFile)).all()
    notes = Counter((one.round_id, one.part) for one in letters)
    assert {notes[row.id, "note"] for row in rows} == {2}
    assert all(notes[row.id, "page"] >= 3 for row in rows)
    assert Counter(point.status for point in points)["withdrawn"] == 1
    assert {run["state_name"] for key, run in office.runs().items() if "/m-" in key} == {"Исполнено"}


def next_workday(day: date) -> date:
    return next(workdays(day + timedelta(days=1), day + timedelta(days=7)))
