"""What a run is started with: ours, whatever was asked for."""

import shlex
import sys
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun

from deployments.registry import ENTRYPOINTS, service_deployments
from deployments.serve import worker
from roadmap.calendar.office_hours import OfficeHours

RUN = uuid4()


def test_neither_pool_nor_deployment_nor_caller_chooses_the_command_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(worker.SOCKET, "/a folder/warm")
    asked = worker.WarmConfiguration(command="sh -c 'id > seen'", env={"PYTHONPATH": "/tmp", "VEKHA_DATA": "/tmp"})
    asked.prepare_for_flow_run(FlowRun.model_construct(id=RUN, name="так", flow_id=uuid4(), deployment_id=None))
    assert shlex.split(asked.command or "")[0] == sys.executable
    assert shlex.split(asked.command or "")[-2:] == [str(worker.HERE / "warm_call.py"), "/a folder/warm"]
    assert (asked.env.get("PYTHONPATH"), asked.env.get("VEKHA_DATA")) != ("/tmp", "/tmp")
    assert asked.env["PREFECT__FLOW_RUN_ID"] == str(RUN)


def test_every_flow_of_ours_is_known_to_the_worker_as_ours() -> None:
    services = [one.entrypoint for one in service_deployments(["Europe/Moscow"], OfficeHours())]
    for entrypoint in (*ENTRYPOINTS.values(), *services, "flows.control_point.activity"):
        assert worker.OUR_FLOW.fullmatch(entrypoint), entrypoint
    for foreign in ("os.system", "flows/own.py:go", "/tmp/own.py:go", "flows.a.b:c", "deployments.cli.main", ""):
        assert not worker.OUR_FLOW.fullmatch(foreign), foreign


def test_the_worker_of_prefect_itself_stays_what_it_is() -> None:
    from prefect.utilities.dispatch import lookup_type
    from prefect.workers.base import BaseWorker
    from prefect.workers.process import ProcessWorker

    assert lookup_type(BaseWorker, "process") is ProcessWorker
