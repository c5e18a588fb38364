"""A round that a wrong clock had opened, noted and sent is as if it had not been, and runs in its time."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from models import Recommendation, ReportFile, RoundLetter, RoundStep
from models.db import open_session
from tasks.daily.control_day import DayReport, control_day
from tasks.monitoring.rounds.log import STEPS_RU
from tasks.monitoring.rounds.mailing import newest_report
from tasks.monitoring.rounds.produce import run_rounds
from tasks.monitoring.rounds.snapshot import of_round
from tests.worlds.monitored_region import MonitoredRegion

TRUE, OPENS, DUE, NOTE = date(2027, 3, 1), date(2027, 4, 1), date(2027, 4, 7), date(2027, 4, 14)
Q1 = date(2027, 3, 31)


def live(region: MonitoredRegion, day: date) -> DayReport:
    region.on = day
    report = control_day(region.engine, today=day, at=datetime.combine(day, time(3), UTC))
    assert report.failed == ()
    at = datetime.combine(day, time(4), UTC)
    assert run_rounds(region.engine, today=day, at=at, settings=region.settings).failed == ()
    return report.days[0]


def standing(region: MonitoredRegion) -> set[str]:
    with open_session(region.engine) as session:
        return set(session.execute(select(col(RoundStep.step)).where(col(RoundStep.reversed_at).is_(None))).scalars())


def enclosed(region: MonitoredRegion) -> set[tuple[str, int]]:
    rows = region.world.rows(RoundLetter)
    return {(row["part"], row["channel_id"]) for row in rows if row["reversed_at"] is None}


def advice(region: MonitoredRegion) -> list[tuple[str, str]]:
    rows = region.world.rows(Recommendation)
    return sorted((row["rule"], row["text"]) for row in rows if row["reversed_at"] is None)


def test_a_round_of_a_false_day_is_reversed_and_runs_again_in_its_time(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    live(region, TRUE)
    live(region, NOTE)
    found = region.round(Q1)
    assert standing(region) == set(STEPS_RU)
    sent, proposed, files = enclosed(region), advice(region), len(region.world.rows(ReportFile))
    assert sent
    assert proposed
    assert files
    report = live(region, date(2027, 3, 2)).false_days
    assert report is not None
    assert (report.rounds, report.notes, report.recommendations) == (1, 1, len(proposed))
    assert (standing(region), enclosed(region), advice(region)) == (set(), set(), [])
    assert {row["state"] for row in region.world.rows(Recommendation)} == {"settled"}
    point = region.point(found)
    assert (point.status, point.submitted_on, point.closed_on) == ("planned", None, None)
    assert set(region.data(found).values()) == {"planned"}
    with open_session(region.engine) as session:
        assert newest_report(session, found.id or 0) is None
        assert of_round(session, found.id or 0) is None
    assert len(region.world.rows(ReportFile)) == files

    live(region, OPENS)
    assert standing(region) == {"opened", "asked"}
    asked = region.data_point(found, "sochi")
    assert (asked.status, asked.opens_on, asked.deadline_on, asked.blocked) == ("open", OPENS, DUE, False)
    live(region, NOTE)
    assert standing(region) == set(STEPS_RU)
    assert (enclosed(region), advice(region)) == (sent, proposed)
    assert region.point(found).status == "accepted"


def test_a_step_is_reversed_once_and_otherwise_kept(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    live(region, NOTE)
    at = datetime(2027, 4, 15, tzinfo=UTC)
    for values in ({"words": "иначе"}, {"done_at": at}):
        with pytest.raises(DBAPIError, match="append-only"), open_session(region.engine) as session:
            session.execute(RoundStep.__table__.update().values(values))  # type: ignore[attr-defined]
    with open_session(region.engine) as session:
        session.execute(RoundStep.__table__.update().values(reversed_at=at))  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError, match="append-only"), open_session(region.engine) as session:
        session.execute(RoundStep.__table__.update().values(reversed_at=None))  # type: ignore[attr-defined]
