"""The line to the Prefect server is torn at each call about a run that was answered: it is carried out all the same."""

import time
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from deployments.sync import sync
from models import Transition, clock, lifecycle
from models.db import open_session
from tasks.prefect.runs import apply, reconcile
from tests.parts.frail import FrailWorker
from tests.parts.office import Office

PATIENCE = 120
"""Seconds."""
#: What is answered, how the run stands afterwards, what stands in the history.
ANSWERS: dict[str, tuple[dict[str, str], str, str]] = {
    "its end": ({"decision": "снять", "reason": "приказ № 4"}, "Снято с контроля", "withdraw"),
    "another form": (
        {"decision": "перенести", "new_due_on": "31.12.2039", "reason": "приказ № 5"},
        "В работе",
        "extend",
    ),
}


def stands(office: Office, key: str) -> tuple[str, str]:
    """The name of the run's state, and the form it waits with."""
    run = office.runs()[key]
    return run["state_name"], run["state"]["state_details"].get("pause_key") or ""


def wait(office: Office, key: str, wanted: tuple[str, str]) -> None:
    """Until the run stands so; what broke off is taken up again meanwhile, as happens every 5 minutes."""
    until = time.monotonic() + PATIENCE
    while (found := stands(office, key)) != wanted:
        assert time.monotonic() < until, found
        if office.runs()[key]["state_type"] in ("FAILED", "CRASHED", "RUNNING", "PENDING"):
            sync(office.engine, settings=office.settings, at=clock.now())
        time.sleep(0.3)


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("after", [False, True], ids=["the request is lost", "the answer is lost"])
@pytest.mark.parametrize("leads_to", ANSWERS)
def test_an_answer_is_carried_out_once_wherever_the_line_is_torn(
    office: Office, frail: FrailWorker, today: date, monkeypatch: pytest.MonkeyPatch, leads_to: str, after: bool
) -> None:
    for module in (reconcile, apply):
        monkeypatch.setattr(module, "FRESH", timedelta(seconds=5))
    office.add_roadmap()
    opens_on, due_on = today - timedelta(days=5), today + timedelta(days=30)
    keys = [
        office.add_point(item="1.2", opens_on=opens_on, due_on=due_on + timedelta(days=n), kind="activity")
        for n in range(60)
    ]
    sync(office.engine, settings=office.settings, at=clock.now())
    fields, name, action = ANSWERS[leads_to]
    wanted: tuple[str, str] = (name, "decision-2" if name == "В работе" else "")
    for nth, key in zip(count(1), keys, strict=False):
        run: dict[str, Any] = office.runs()[key]
        trap = frail.tear_at(run["id"], nth=nth, after=after)
        told = office.api(lambda client, run_id=run["id"]: client.resume_flow_run(UUID(run_id), run_input=fields))  # type: ignore[misc]
        assert told.status.value == "ACCEPT", told.details
        wait(office, key, wanted)
        with open_session(office.engine) as session:
            mine = Transition.point_id == lifecycle.point_by_key(session, key).id
            assert list(session.exec(select(Transition.action).where(mine))) == [action]
        if not trap.is_sprung:
            break
    assert 10 < nth < len(keys), "every call has been torn"
