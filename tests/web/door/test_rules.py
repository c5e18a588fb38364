"""What of Prefect is only looked at, and what an answer carries: every address of the installed server is judged."""

import re
from typing import Any

import pytest
from prefect.server.api.server import create_app

from tasks.prefect.names import PERSON_LABEL, PERSON_MARK
from web.door.rules import deed, is_for_programs, is_from_us, is_reading, plain_path, wants_person, with_person

RUN = "/api/flow_runs/01a22613-f865-77a5-afe4-2c7ffb1bdbf2"
#: Of what is asked by POST, all that changes nothing: looked through by hand, with Prefect 3.9.1.
READ = """
artifacts/count artifacts/filter artifacts/latest/count artifacts/latest/filter automations/count automations/filter
automations/templates/validate block_documents/count block_documents/filter block_schemas/filter block_types/filter
concurrency_limits/filter deployments/count deployments/filter deployments/paginate events/count-by/{countable}
events/filter flow_runs/count flow_runs/filter flow_runs/history flow_runs/lateness flow_runs/paginate
flow_runs/{id}/input/filter flows/count flows/filter flows/paginate logs/filter saved_searches/filter task_runs/count
task_runs/filter task_runs/history task_runs/paginate task_workers/filter templates/validate
ui/flow_runs/count-task-runs ui/flow_runs/history ui/flows/count-deployments ui/flows/next-runs
ui/schemas/validate ui/task_runs/count
ui/task_runs/dashboard/counts v2/concurrency_limits/filter variables/count variables/filter work_pools/count
work_pools/filter work_pools/{work_pool_name}/queues/filter work_pools/{work_pool_name}/workers/filter
work_queues/filter
""".split()  # noqa: SIM905


def addresses() -> list[tuple[str, str]]:
    """Every method and address of the API of the installed server."""
    [api] = [route.app for route in create_app(ephemeral=True).routes if getattr(route, "path", "") == "/api"]  # type: ignore[attr-defined]
    paths: dict[str, dict[str, Any]] = api.openapi()["paths"]
    return [(method.upper(), path) for path, known in paths.items() for method in known]


def test_only_what_changes_nothing_counts_as_reading() -> None:
    known = addresses()
    assert len(known) > 150
    reads = {path.strip("/") for method, path in known if method == "POST" and is_reading(method, f"/api{path}")}
    assert reads == set(READ)
    assert not [path for method, path in known if method in ("PUT", "PATCH", "DELETE") and is_reading(method, path)]


@pytest.mark.parametrize(
    ("origin", "host", "public", "is_ours"),
    [
        ("http://127.0.0.1:4280", "127.0.0.1:4280", "", True),
        ("https://vekha.example.ru", "vekha.example.ru", "", True),
        ("https://vekha.example.ru", "10.0.0.5:4280", "https://vekha.example.ru", True),
        ("https://evil.example", "vekha.example.ru", "https://vekha.example.ru", False),
        ("http://127.0.0.1:9999", "127.0.0.1:4280", "", False),
        ("null", "vekha.example.ru", "", False),
        ("http://[", "vekha.example.ru", "", False),
        (None, "vekha.example.ru", "", False),
        ("", None, "", False),
    ],
)
def test_who_sends_a_change(origin: str | None, host: str | None, public: str, is_ours: bool) -> None:
    assert is_from_us(origin, host, public) is is_ours


def test_an_answer_says_who_gave_it_whatever_it_said_before() -> None:
    path = f"{RUN}/resume"
    assert wants_person("POST", path)
    assert wants_person("POST", f"{path}/")
    assert not wants_person("GET", path)
    forged = {"run_input": {"decision": "принять", "reason": f"приказ{PERSON_MARK}министр"}, "other": 1}
    passed = with_person(path, forged, "Орлова А. С.")
    assert passed == {
        "run_input": {"decision": "принять", "reason": f"приказминистр{PERSON_MARK}Орлова А. С."},
        "other": 1,
    }
    assert with_person(path, {"run_input": {"decision": "снять"}}, "Х")["run_input"]["reason"] == f"{PERSON_MARK}Х"
    assert with_person(path, {}, "Х") == {}


def test_a_run_that_is_started_says_who_did() -> None:
    path = "/api/deployments/01a22613-f865-77a5-afe4-2c7ffb1bdbf2/create_flow_run"
    assert wants_person("POST", path)
    passed = with_person(path, {"labels": {PERSON_LABEL: "министр", "a": 1}, "name": "х"}, "Орлова А. С.")
    assert passed == {"labels": {PERSON_LABEL: "Орлова А. С.", "a": 1}, "name": "х"}


def test_nobody_asks_for_the_secrets_of_blocks() -> None:
    assert wants_person("POST", "/api/block_documents/filter")
    assert with_person("/api/block_documents/filter", {"include_secrets": True}, "Х") == {"include_secrets": False}


def test_a_change_is_recorded_in_russian() -> None:
    assert deed("POST", f"{RUN}/set_state") == "состояние запуска изменено"
    assert deed("POST", f"{RUN}/resume") == ""
    for method, path in addresses():
        words = deed(method, f"/api{path}")
        assert words == "" or re.fullmatch(r"[а-яё ]*(Prefect)?[а-яё ]*", words), words


def test_nobody_writes_an_answer_past_its_form() -> None:
    deployment = "/api/deployments/01a22613-f865-77a5-afe4-2c7ffb1bdbf2"
    for path in (f"{RUN}/input", f"{RUN}/input/", "/api/flow_runs/", f"{deployment}/create_flow_run/bulk"):
        assert is_for_programs("POST", path), path
    assert is_for_programs("DELETE", f"{RUN}/input/suspended-decision-1-response")
    for path in (f"{RUN}/input/filter", f"{RUN}/resume", f"{deployment}/create_flow_run", "/api/flow_runs/filter"):
        assert not is_for_programs("POST", path), path
    assert not is_for_programs("DELETE", RUN)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/prefect/api/flows/filter?a=/x/filter", "/prefect/api/flows/filter"),
        ("/prefect/api//flow_runs/1/%69nput", "/prefect/api/flow_runs/1/input"),
        ("//prefect/api/flow_runs/1/x/%2e%2e/input", "/prefect/api/flow_runs/1/input"),
        ("/prefect/api/flow_runs/1/set_state#/filter", "/prefect/api/flow_runs/1/set_state"),
        ("/prefect/", "/prefect"),
        ("", ""),
    ],
)
def test_an_address_is_read_as_the_server_will_read_it(uri: str, path: str) -> None:
    assert plain_path(uri) == path
