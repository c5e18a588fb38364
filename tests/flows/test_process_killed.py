"""A process survives the death of its flow and of the worker at every boundary of its stages: nothing lost or twice."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from deployments.sync import SyncReport, sync
from models import ControlPoint, Evidence, Transition, clock
from models.db import open_session
from tasks.prefect.runs import apply, reconcile
from tests.parts.frail import FrailWorker
from tests.parts.office import Office
from tests.worlds.processes import Processes

ASKED = r'/set_state.*"pause_key": ?"decision-2"'
ENDED = r'/set_state.*"COMPLETED".*Исполнено|/set_state.*"type": ?"COMPLETED"'
CARD = r"POST /api/artifacts/"
ANSWER = r"GET \S*/input/\S*decision-1-response"


def mend(office: Office) -> SyncReport:
    """What the nightly sync does."""
    return sync(office.engine, settings=office.settings, at=clock.now())


def until(met: Callable[[], Any], *, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end
        time.sleep(0.1)


def stages(office: Office) -> dict[str, str]:
    with open_session(office.engine) as session:
        found = select(ControlPoint.stage, ControlPoint.status).where(col(ControlPoint.parent_id).is_not(None))
        return {stage or "": status for stage, status in session.exec(found)}


def everything_happened_once(office: Office, key: str) -> None:
    with open_session(office.engine) as session:
        steps = Counter(session.exec(select(col(Transition.point_id), col(Transition.action))).all())
        proofs = Counter(session.exec(select(col(Evidence.point_id), col(Evidence.words))).all())
        points = session.exec(select(ControlPoint).where(col(ControlPoint.key).startswith(key))).all()
    assert set(steps.values()) == {1}
    assert set(proofs.values()) == {1}
    assert {point.status for point in points} == {"accepted"}
    actions = {action for _, action in steps}
    assert actions == {"open", "submit", "accept"}


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, the minute has passed after which nobody is believed to be at work on a run."""

    def set_zero() -> None:
        for module in (reconcile, apply):
            monkeypatch.setattr(module, "FRESH", timedelta(0))

    return set_zero


def test_a_flow_killed_between_stages_and_at_the_end_goes_on(
    processes: Processes, frail: FrailWorker, no_patience: Callable[[], None]
) -> None:
    no_patience()
    office, key = processes.office, processes.open("document", "1.3")
    processes.begin()
    # The answer is written, the next form is not asked yet: the second card of this start.
    trap = frail.kill_at(CARD, nth=2, warm=True)
    processes.send(key, stage="проект", evidence="проект от 01.03")
    frail.wait_until_dead(trap)
    assert office.runs()[key]["state_type"] == "CRASHED"
    assert stages(office) == {"draft": "accepted", "approved": "open", "published": "planned"}
    assert mend(office).runs.runs_restarted == 1
    processes.wait_for_form(key, 2)

    # The last stage is done, the run has not ended.
    processes.report(f"{key}/approved/-")
    trap = frail.kill_at(ENDED)
    processes.send(key, stage="утверждение", evidence="приказ № 118")
    office.wait_for(key, "Crashed")
    assert trap.is_sprung
    assert set(stages(office).values()) == {"accepted"}
    assert mend(office).runs.runs_finished == 1
    assert office.runs()[key]["state_name"] == "Исполнено"
    everything_happened_once(office, key)
    assert mend(office).changed == 0


@pytest.mark.usefixtures("campaign")
def test_a_worker_killed_with_its_flow_is_followed_by_another(
    processes: Processes, frail: FrailWorker, no_patience: Callable[[], None]
) -> None:
    office, key = processes.office, processes.open("document", "1.3")
    processes.begin()
    # It dies while the run waits, and the answer is given to nobody; the next has it and has not written it.
    frail.kill()
    processes.send(key, stage="проект", evidence="проект от 01.03")
    trap = frail.kill_at(ANSWER, after=True, whole=True)
    frail.start()
    until(lambda: trap.is_sprung and not frail.worker.is_alive)
    assert stages(office) == {"draft": "open", "approved": "planned", "published": "planned"}
    assert mend(office).runs.runs_restarted == 0, "so soon the process may be at work still"

    # The next has written it, and dies the moment the form is asked: it has its fields already.
    no_patience()
    trap = frail.kill_at(ASKED, after=True, whole=True)
    until(lambda: mend(office).runs.runs_restarted == 1)
    frail.start()
    until(lambda: trap.is_sprung and not frail.worker.is_alive)
    processes.wait_for_form(key, 2)
    frail.start()

    # The last one dies between the last stage and the final state.
    processes.report(f"{key}/approved/-")
    trap = frail.kill_at(ENDED, whole=True)
    processes.send(key, stage="утверждение", evidence="приказ № 118")
    until(lambda: trap.is_sprung and not frail.worker.is_alive)
    assert (office.runs()[key]["state_type"], set(stages(office).values())) == ("RUNNING", {"accepted"})
    until(lambda: mend(office).runs.runs_finished == 1)
    assert office.runs()[key]["state_name"] == "Исполнено"
    everything_happened_once(office, key)
