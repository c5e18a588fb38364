"""Runs that 0.3.0 left waiting are resumed: inputs, pause keys and entrypoints stand here as it wrote them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import clock
from tasks.prefect.client import call
from tasks.prefect.runs import forms, waiting_runs
from tests.parts.office import Office
from tests.worlds.processes import Processes

#: ``tasks.waiting.form_schema`` of every form at the commit of 0.3.0.
SAVED: dict[str, Any] = json.loads(Path(__file__).with_name("forms_0_3_0.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAVED)
def test_what_a_form_of_0_3_0_gives_is_taken(name: str) -> None:
    """Its decisions were a list; the fields are the same, and all but the decision are written as before."""
    form: type[forms.Decision] = getattr(forms, name)
    now, then = (schema["properties"] for schema in (waiting_runs.form_schema(form), SAVED[name]))
    listed = then["decision"].pop("enum")
    assert [form(decision=words).choice for words in listed] == listed
    assert tuple(listed) == form.CHOICES
    assert {field: words for field, words in now.items() if field != "decision"} == {
        field: words for field, words in then.items() if field != "decision"
    }
    assert waiting_runs.form_schema(form)["required"] == SAVED[name]["required"]


def left_waiting(office: Office, key: str, *, entrypoint: str, form: str) -> str:
    """The run of a point as 0.3.0 left it: made in bulk, suspended without a process, its form beside it."""
    sync(office.engine, settings=office.settings, at=clock.now())
    own = office.runs()[key]
    body = {
        "name": own["name"],
        "parameters": {"point_key": key},
        "idempotency_key": key,
        "state": {
            "type": "PAUSED",
            "name": "В работе",
            "state_details": {
                "pause_timeout": (clock.now() + timedelta(days=20 * 366)).isoformat(),
                "pause_reschedule": True,
                "pause_key": "decision-1",
                "run_input_keyset": {
                    part: f"suspended-decision-1-{part}" for part in ("schema", "response", "description")
                },
            },
        },
        "empirical_policy": {"pause_keys": ["decision-1"]},
    }

    async def write(client: PrefectClient) -> str:
        await client.delete_flow_run(own["id"])
        await call(client, "PATCH", f"/deployments/{own['deployment_id']}", {"entrypoint": entrypoint})
        run_id = None
        while run_id is None:  # a busy database is told in the answer, and asked again
            made = await call(client, "POST", f"/deployments/{own['deployment_id']}/create_flow_run/bulk", [body])
            run_id = made["results"][0]["flow_run_id"]
        for part, value in (("schema", SAVED[form]), ("description", "Протокол")):
            kept = {"key": f"suspended-decision-1-{part}", "value": json.dumps(value, ensure_ascii=False)}
            await call(client, "POST", f"/flow_runs/{run_id}/input", kept)
        return str(run_id)

    return str(office.api(write))


def resumed(office: Office, run_id: str, **fields: str) -> str:
    """The name of the state in which a run ends once its form is sent."""
    told = office.api(lambda client: client.resume_flow_run(UUID(run_id), run_input=fields))
    assert told.status.value == "ACCEPT", told.details
    return str(office.wait_for_run(run_id, seconds=240)["state_name"])


def test_a_plain_point_is_accepted(office: Office, worker: Worker, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    run_id = left_waiting(office, key, entrypoint="flows.keep_point.measure", form="Decision")
    assert resumed(office, run_id, decision="принять", evidence="протокол № 4") == "Исполнено"


def test_an_agreement_is_withdrawn_by_the_form_of_stages(
    office: Office, worker: Worker, processes: Processes, today: date
) -> None:
    key = processes.open("agreement", "2.1")
    processes.begin()
    run_id = left_waiting(office, key, entrypoint="flows.agreement.agreement", form="StageDecision")
    assert resumed(office, run_id, decision="снять", stage="в целом", reason="приказ № 9") == "Снято с контроля"
