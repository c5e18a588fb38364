"""What 0.3.0 with Prefect 3.8.8 left behind when it was killed: runs that wait, and an answer not yet carried out."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from deployments.sync import sync
from models import ControlPoint, PrefectRef, Transition, clock
from models.db import open_session
from models.db.migrate import migrate
from tasks.installation import establish
from tasks.prefect.client import pages
from tasks.prefect.runs import apply, reconcile
from tests.deployments.test_backup_drill import wait_until_accepted
from tests.parts.mail import MailServer
from tests.parts.own_prefect import OwnPrefect, own_prefect
from tests.upgrades.conftest import Lay
from tests.upgrades.make import CARRIED_OUT, LEFT, POINT
from tests.worlds.installation import engine_of

pytestmark = pytest.mark.usefixtures("prefect_server")
WAITING = POINT.format("2.1.9")
"""Returned for rework."""


def runs_in(database: Path) -> dict[str, tuple[str, str]]:
    """Id and state of every run of a point, by the point's key."""
    every = "SELECT idempotency_key, id, state_name FROM flow_run WHERE idempotency_key LIKE 'krasnodar/%'"
    with closing(sqlite3.connect(database)) as connection:
        return {key: (str(run), state) for key, run, state in connection.execute(every)}


def put_off(database: Path, prefect: Path) -> None:
    """What is only planned begins on no day that the test may live on: a year of it would keep the worker busy."""
    with closing(sqlite3.connect(prefect)) as connection:
        connection.execute("DELETE FROM flow_run WHERE state_name = 'Scheduled'")
        connection.execute("DELETE FROM flow_run_state WHERE flow_run_id NOT IN (SELECT id FROM flow_run)")
        connection.commit()
    days = ", ".join(f"{name} = '2099-12-31'" for name in ("opens_on", "due_on", "deadline_on", "next_check_on"))
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"UPDATE control_point SET {days} WHERE status = 'planned'")
        connection.commit()


@pytest.fixture
def own(
    lay: Lay, tmp_path: Path, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[OwnPrefect, dict[str, tuple[str, str]]]]:
    """The present program on what is left, and which runs there were."""
    for module in (reconcile, apply):
        monkeypatch.setattr(module, "FRESH", timedelta(0))  # nobody is believed to be at work on a run
    data = tmp_path / "data"
    lay("0.3.0", data / "vekha.db")
    lay("prefect-3.8.8", data / "prefect" / "prefect.db")
    put_off(data / "vekha.db", data / "prefect" / "prefect.db")
    before = runs_in(data / "prefect" / "prefect.db")
    migrate(engine := engine_of(data))
    engine.dispose()
    with own_prefect(data, mail_server.url()) as found:
        with open_session(found.office.engine) as session:
            establish(session, found.office.settings, at=clock.now())
        yield found, before


def test_runs_that_wait_go_on_waiting_and_take_their_answers(
    own: tuple[OwnPrefect, dict[str, tuple[str, str]]],
) -> None:
    found, before = own
    office = found.office
    now = {key: (run["id"], run["state_name"]) for key, run in office.runs().items()}
    assert now == before, "the server knows every run"
    begun = {key: run for key, (run, _) in before.items()}
    assert len(begun) > 14
    sync(office.engine, settings=office.settings, at=clock.now())
    after = office.runs()
    assert {key: after[key]["id"] for key in begun} == begun, "each goes on in the run that it had"
    found.start_worker()
    wait_until_accepted(office, LEFT)
    answer = {"decision": "принять", "reason": "протокол № 6"}
    told = office.api(lambda client: client.resume_flow_run(after[WAITING]["id"], run_input=answer))
    assert told.status.value == "ACCEPT", told.details
    wait_until_accepted(office, WAITING)
    everything_once(found, begun)


def everything_once(found: OwnPrefect, begun: dict[str, str]) -> None:
    """No run twice, each of the three answers recorded once, nobody else's point touched by them."""
    office = found.office
    runs = office.api(lambda client: pages(client, "/flow_runs/filter", {"sort": "ID_DESC"}))
    keys = Counter(run["idempotency_key"] for run in runs if run["parameters"].get("point_key"))
    assert set(keys.values()) == {1}
    assert set(begun) <= set(keys)
    with open_session(office.engine) as session:
        statuses = dict(session.exec(select(ControlPoint.key, ControlPoint.status)).all())
        accepted = select(ControlPoint.key).join(Transition).where(Transition.action == "accept")
        decided = Counter(session.exec(accepted.where(col(Transition.reason).in_(["протокол № 5", "протокол № 6"]))))
        noted = set(session.exec(select(PrefectRef.key).where(PrefectRef.kind == "run")))
    assert decided == {CARRIED_OUT: 1, LEFT: 1, WAITING: 1}
    assert {statuses[key] for key in decided} == {"accepted"}
    assert set(begun) <= noted
