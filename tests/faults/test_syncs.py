"""``vekha sync`` killed (-9) at ten places, before the server hears of a write or after: the next one ends the same.

What is compared is what Prefect holds: every deployment, every run of a point with its name and state, every form; and
the sync after the next one has nothing to do.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import delete

from deployments.sync import SyncReport, sync
from models import PrefectRef, clock
from models.db import open_session
from models.settings import Settings
from tasks.prefect.client import pages
from tests.faults.figures import Figures
from tests.parts.frail import Tap, Trap, tapped
from tests.parts.office import Office
from tests.places import AUTH, ROOT

WRITE = rb"\A(?:POST|PUT|PATCH|DELETE) (?!\S*/(?:filter|count|paginate|history)\b)"
PLACES = 10
RUN = ("idempotency_key", "name", "state_type", "state_name")
PATIENCE = 300


@pytest.fixture(params=["sqlite", "postgresql"])
def own_office(
    request: pytest.FixtureRequest,
    office: Office,
    settings: Settings,
) -> Office:
    """An office on either engine."""
    if request.param == "sqlite":
        return office
    engine: Engine = request.getfixturevalue("postgres_engine")
    url = engine.url.render_as_string(hide_password=False)
    return Office(settings.model_copy(update={"database_url": SecretStr(url)}), engine, office.url)


def begin(office: Office) -> None:
    """Nothing in Prefect, and nothing noted of it."""
    office.wipe_prefect()
    with open_session(office.engine) as session:
        session.execute(delete(PrefectRef))


def add_points(office: Office, today: date) -> None:
    office.add_roadmap()
    for n, (opens, due) in enumerate(((-5, 20), (30, 60), (-20, -2), (-1, 9)), start=1):
        office.add_point(item=f"1.{n}", opens_on=today + timedelta(days=opens), due_on=today + timedelta(days=due))


def start_sync(office: Office, port: int) -> subprocess.Popen[bytes]:
    """The command, by way of the tap."""
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "VEKHA_DATA": str(office.settings.data),
        "VEKHA_PORT": str(port),
        "VEKHA_AUTH": AUTH,
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }
    if office.settings.database_url is not None:
        env["VEKHA_DATABASE_URL"] = office.settings.database_url.get_secret_value()
    order = [sys.executable, "-m", "deployments.cli", "sync"]
    return subprocess.Popen(order, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def killed(office: Office, tap: Tap, nth: int, *, after: bool) -> bool:
    """One sync that dies at its n-th write; False where it had fewer."""
    process: list[subprocess.Popen[bytes]] = []
    tap.trap = trap = Trap(WRITE, nth=nth, after=after)
    tap.sprung = lambda: process[0].kill()
    process.append(start_sync(office, tap.port))
    process[0].wait(PATIENCE)
    return trap.is_sprung


def held(office: Office) -> dict[str, Counter[Any]]:
    """What Prefect holds of ours."""
    runs = office.api(lambda client: pages(client, "/flow_runs/filter", {"sort": "ID_DESC"}))
    of_points = [run for run in runs if run["parameters"].get("point_key")]
    forms = [
        (run["idempotency_key"], entry["key"])
        for run in of_points
        for entry in office.api(
            lambda client, run=run: client._client.post(  # type: ignore[misc]
                f"/flow_runs/{run['id']}/input/filter", json={"prefix": "", "limit": 20}
            )
        ).json()
    ]
    return {
        "deployments": Counter(one["name"] for one in office.deployments().values()),
        "runs": Counter(
            (run["idempotency_key"], run["name"], run["state_type"], run["state_name"]) for run in of_points
        ),
        "forms": Counter(forms),
        "refs": Counter(list(office.refs())),
    }


def mend(office: Office) -> SyncReport:
    """What the nightly sync does."""
    return sync(office.engine, settings=office.settings, at=clock.now())


@pytest.fixture
def tap(settings: Settings) -> Iterator[Tap]:
    """A line to the server that can be cut."""
    with tapped(settings.port) as tap:
        yield tap


@pytest.mark.usefixtures("campaign")
def test_a_sync_killed_at_ten_places(own_office: Office, tap: Tap, today: date, request: pytest.FixtureRequest) -> None:
    office, begun = own_office, time.monotonic()
    figures = Figures(f"syncs-{request.node.callspec.params['own_office']}")
    add_points(office, today)
    mend(office)
    twin = held(office)
    for place in range(PLACES):
        begin(office)
        # Three writes lie between two places; a server that answered and was not heard is the harder half.
        assert killed(office, tap, 1 + 3 * place, after=bool(place % 2)), place
        figures.crashes += 1
        mend(office)
        ours = held(office)
        figures.deadlines_lost += (twin["runs"] - ours["runs"]).total()
        figures.decisions_doubled += sum((ours[kind] - twin[kind]).total() for kind in ("runs", "forms"))
        figures.otherwise += sum((twin[kind] - ours[kind]).total() for kind in ("deployments", "forms", "refs"))
        if ours != twin:
            figures.note(f"place {place}: {ours} not {twin}")
        figures.otherwise += mend(office).changed
    figures.seconds = round(time.monotonic() - begun, 1)
    figures.keep()
