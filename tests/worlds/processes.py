"""A region whose points have stages, on a real Prefect server, and a coordinator who answers their forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from deployments.sync import sync
from models import Body, ControlPoint, Municipality, clock, lifecycle
from models.db import open_session
from models.lifecycle.transitions import TransitionCommand
from roadmap.cards.point import artifact_key
from tasks.context.working_calendar import calendar_of
from tasks.prefect.client import call
from tasks.prefect.runs.forms import StageDecision, answer
from tasks.processes.sweep import advance
from tests.parts.office import Office


@dataclass
class Processes:
    """Open points with stages on a real Prefect server."""

    office: Office
    today: date

    def build(self, towns: Mapping[str, str]) -> None:
        self.office.add_roadmap()
        with open_session(self.office.engine) as session:
            for code, short in towns.items():
                session.add(Body(roadmap_code="krasnodar", code=code, name=short, short=short, level="municipal"))
            session.flush()
            for body in session.exec(select(Body).where(Body.level == "municipal")):
                since = self.today - timedelta(days=400)
                session.add(Municipality(body_id=body.id or 0, roadmap_code="krasnodar", since=since))

    def open(self, kind: str, item: str, *, days: int = 60) -> str:
        """An open point of a kind, due in so many days, and its stages."""
        due = self.today + timedelta(days=days)
        opens = self.today - timedelta(days=7 if days > 7 else 0)
        return str(self.office.add_point(item=item, opens_on=opens, due_on=due, kind=kind))

    def mark(self, key: str, *stages: str) -> None:
        """What forms would have marked before any run waits with one."""
        for n, stage in enumerate(stages):
            form = StageDecision(decision="отметить этап", stage=stage)
            told = answer(self.office.engine, key, form, once_key=f"{key}:{n}", today=self.today, at=clock.now())
            assert told.refusal == ""

    def begin(self) -> None:
        """What the day's control and the nightly sync do."""
        with open_session(self.office.engine) as session:
            at = clock.now()
            advance(session, "krasnodar", today=self.today, at=at, calendar=calendar_of(session, "krasnodar"))
        sync(self.office.engine, settings=self.office.settings, at=clock.now())

    def answer(self, answers: dict[str, list[dict[str, str]]], *, seconds: float = 500) -> None:
        """Give each run its answers one after another, several runs side by side, until each has taken its last."""
        waiting, asked = {key: list(given) for key, given in answers.items()}, dict.fromkeys(answers, 0)
        runs: dict[str, dict[str, Any]] = {}
        for _ in self.office.looks(seconds):
            runs = self.office.runs()
            for key in list(waiting):
                assert runs[key]["state_type"] not in ("FAILED", "CRASHED"), runs[key]["state"]["message"]
                number = _asked(runs[key])
                if not waiting[key] and (runs[key]["state_type"] == "COMPLETED" or number > asked[key]):
                    del waiting[key]
                elif waiting[key] and number > asked[key]:
                    self._send(runs[key]["id"], waiting[key].pop(0))
                    asked[key] = number
            if not waiting:
                return
        pytest.fail(f"{ ({key: runs[key]['state_name'] for key in waiting}) }")

    def send(self, key: str, **fields: str) -> None:
        """Answer the form that the run of a point waits with, and go on."""
        self._send(self.office.runs()[key]["id"], fields)

    def wait_for_form(self, key: str, number: int, *, seconds: float = 300) -> None:
        """Return once the run of a point waits with its n-th form."""
        run: dict[str, Any] = {}
        for _ in self.office.looks(seconds):
            if _asked(run := self.office.runs()[key]) == number:
                return
        pytest.fail(f"{run['state_name']}, not waiting with form {number}")

    def _send(self, run_id: str, fields: dict[str, str]) -> None:
        wanted = {"decision": "отметить этап"} | fields
        told = self.office.api(lambda client: client.resume_flow_run(UUID(run_id), run_input=wanted))
        assert told.status.value == "ACCEPT", told.details

    def report(self, key: str, evidence: str = "письмо № 1") -> None:
        """The party of a stage reports it, and the process goes on."""
        at = clock.now()
        with open_session(self.office.engine) as session:
            lifecycle.change(
                session,
                key,
                TransitionCommand(action="submit", actor="сторона", at=at, on=self.today, evidence=evidence),
            )
            advance(session, "krasnodar", today=self.today, at=at, calendar=calendar_of(session, "krasnodar"))

    def card(self, key: str) -> str:
        """The newest card of a point."""
        path = f"/artifacts/{artifact_key(key)}/latest"
        return str(self.office.api(lambda client: call(client, "GET", path))["data"])

    def point(self, key: str) -> ControlPoint:
        with open_session(self.office.engine) as session:
            return lifecycle.point_by_key(session, key)


BuildProcesses = Callable[..., Processes]
"""Of an office, and the municipalities to add to it."""


def _asked(run: dict[str, Any]) -> int:
    """The number of the form a run waits with; 0 while it does not wait."""
    if run["state_type"] != "PAUSED":
        return 0
    return int(str(run["state"]["state_details"]["pause_key"]).removeprefix("decision-"))
