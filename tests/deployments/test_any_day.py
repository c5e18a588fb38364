"""The commands on days unlike others, and in the moment in which one day becomes the next."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from deployments.cli import app
from models import ControlPoint, Roadmap, Transition, clock
from models.db import open_session
from models.db.migrate import ready_engine
from roadmap.monitoring.periods import period_of
from tests.days import EDGES, MOSCOW, clock_set_to, midnight_between_two_readings


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def vekha(*args: str) -> Any:
    done = CliRunner().invoke(app, [*args, "--json"])
    assert done.exit_code == 0, (args, done.exception, done.output)
    return json.loads(done.stdout)


@pytest.mark.parametrize("at", [pytest.param(at, id=name) for name, at in EDGES.items()])
def test_a_rehearsal_shows_past_present_and_future_and_works_a_day(at: datetime) -> None:
    with clock_set_to(at):
        today = clock.today(MOSCOW)
        vekha("load", "krasnodar", "--rehearsal")
        points = vekha("points", "krasnodar")
        deadlines = [date.fromisoformat(row["deadline_on"]) for row in points]
        assert min(deadlines) < today < max(deadlines)
        assert {"accepted", "open", "planned"} <= {row["status"] for row in points}
        assert any(row["overdue"] for row in points)
        (status,) = vekha("status")
        assert sum(status["points"].values()) + status["history"] == len(points)
        (day,) = vekha("control")["days"]
        assert day["on"] == f"{today}"
        assert sum(one["told"]["lines"] for one in vekha("control")["days"]) == 0, "the second time nothing is new"
        past = period_of(today, "quarter").previous.written
        assert vekha("monitor", "krasnodar", "--period", past)["period"] == past


def test_a_decision_across_midnight_has_one_day() -> None:
    vekha("load", "krasnodar", "--rehearsal")
    with open_session(ready_engine()) as session:
        zone = session.exec(select(Roadmap)).one().zone
        live = select(ControlPoint).where(ControlPoint.status == "open").order_by(col(ControlPoint.key))
        key = session.exec(live.limit(1)).one().key
    for day, action in ((20, "submit"), (21, "accept")):
        with midnight_between_two_readings(datetime(2027, 5, day, 21, tzinfo=UTC)):
            vekha(action, key)
    with open_session(ready_engine()) as session:
        done = session.exec(select(Transition).order_by(col(Transition.id).desc()).limit(2)).all()
    assert [(one.action, one.happened_on) for one in done] == [
        ("accept", date(2027, 5, 21)),
        ("submit", date(2027, 5, 20)),
    ]
    assert [clock.today(zone, one.noticed_at) for one in done] == [one.happened_on for one in done]
