"""What the cheap opening leans on, held against the real server and the real flow: a new Prefect must not change it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import Pause
from prefect.input import RunInput
from prefect.states import Running, Suspended

from deployments.sync import sync
from models import clock
from models.db import open_session
from tasks.prefect.cards.point_facts import point_of
from tasks.prefect.runs import waiting_runs
from tasks.prefect.runs.forms import Decision
from tests.parts.office import Office


@pytest.fixture
def opened(office: Office, today: date) -> tuple[str, UUID]:
    """A point that is open, and its run, opened without a process."""
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    sync(office.engine, settings=office.settings, at=clock.now())
    return key, UUID(office.runs()[key]["id"])


def test_the_server_keeps_the_pause_key_and_the_names_of_the_form(office: Office, opened: tuple[str, UUID]) -> None:
    run = office.runs()[opened[0]]
    assert run["empirical_policy"]["pause_keys"] == ["decision-1"]
    details = run["state"]["state_details"]
    assert (details["pause_key"], details["pause_reschedule"]) == ("decision-1", True)
    assert details["run_input_keyset"]["schema"] == "suspended-decision-1-schema"
    assert datetime.fromisoformat(details["pause_timeout"]) > clock.now() + timedelta(days=19 * 365)


def test_the_form_is_the_one_prefect_itself_would_save(office: Office, opened: tuple[str, UUID]) -> None:
    _, run_id = opened
    own: dict[str, Any] = {}

    async def by_prefect(key: str, value: Any, flow_run_id: UUID | None = None) -> None:
        own[key] = value

    async def saved(_client: PrefectClient) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("prefect.input.run_input.acreate_flow_run_input", by_prefect)
            keyset = waiting_runs.waiting_state("В работе", 1).state_details.run_input_keyset
            await Decision.with_initial_data(description="текст").asave(keyset, flow_run_id=run_id)  # type: ignore[arg-type]

    office.api(saved)
    schema = own["suspended-decision-1-schema"]
    schema.pop("description", None)
    assert waiting_runs.form_schema() == schema
    assert list(own) == ["suspended-decision-1-schema", "suspended-decision-1-description"]


def test_an_answer_without_the_required_field_is_refused_by_the_server(
    office: Office, opened: tuple[str, UUID]
) -> None:
    _, run_id = opened
    answer = office.api(lambda client: client.resume_flow_run(run_id, run_input={"reason": "приказ"}))
    assert answer.status.value == "REJECT"
    assert office.runs()[opened[0]]["state_type"] == "PAUSED"


def test_a_renamed_state_still_waits_for_the_same_form(office: Office, opened: tuple[str, UUID]) -> None:
    key, run_id = opened
    before = office.runs()[key]["state"]["state_details"]
    office.api(lambda client: waiting_runs.rename_state(client, run_id, "Просрочено"))
    run = office.runs()[key]
    assert (run["state_type"], run["state_name"]) == ("PAUSED", "Просрочено")
    same = ("pause_key", "pause_timeout", "run_input_keyset", "pause_reschedule")
    assert {name: run["state"]["state_details"][name] for name in same} == {name: before[name] for name in same}
    answer = office.api(lambda client: client.resume_flow_run(run_id, run_input={"decision": "принять"}))
    assert answer.status.value == "ACCEPT"


def test_an_answer_that_comes_while_the_state_is_renamed_is_not_lost(office: Office, opened: tuple[str, UUID]) -> None:
    key, run_id = opened

    async def renamed_too_late(client: PrefectClient) -> None:
        write = client.set_flow_run_state

        async def after_the_answer(*args: Any, **how: Any) -> Any:
            client.set_flow_run_state = write  # type: ignore[method-assign]
            await client.resume_flow_run(run_id, run_input={"decision": "принять"})
            return await write(*args, **how)

        client.set_flow_run_state = after_the_answer  # type: ignore[method-assign]
        await waiting_runs.rename_state(client, run_id, "Просрочено")

    office.api(renamed_too_late)
    # The worker of an earlier test may have taken it up already.
    assert office.runs()[key]["state_type"] in ("SCHEDULED", "PENDING", "RUNNING")


def test_a_run_that_asks_again_waits_with_its_form(office: Office, opened: tuple[str, UUID]) -> None:
    key, run_id = opened
    with open_session(office.engine) as session:
        point = point_of(session, key)
    assert point is not None

    async def asked_again(client: PrefectClient) -> None:
        await client.set_flow_run_state(run_id, Running(), force=True)
        with pytest.raises(Pause):
            await waiting_runs.ask(client, run_id, point, 2, name="В работе", refusal="нужно основание")

    office.api(asked_again)
    run = office.runs()[key]
    assert (run["state_name"], run["state"]["state_details"]["pause_key"]) == ("В работе", "decision-2")
    assert set(run["empirical_policy"]["pause_keys"]) == {"decision-1", "decision-2"}
    answer = office.api(lambda client: client.resume_flow_run(run_id, run_input={"decision": "принять"}))
    assert answer.status.value == "ACCEPT", answer.details


def test_a_run_that_was_ended_meanwhile_is_not_made_to_wait(office: Office, opened: tuple[str, UUID]) -> None:
    key, run_id = opened
    with open_session(office.engine) as session:
        point = point_of(session, key)
    assert point is not None

    async def asked_too_late(client: PrefectClient) -> None:
        await waiting_runs.finish_run(client, run_id, "Исполнено", tags=())
        with pytest.raises(Pause):
            await waiting_runs.ask(client, run_id, point, 2, name="В работе", refusal="")

    office.api(asked_too_late)
    assert office.runs()[key]["state_name"] == "Исполнено"


def test_a_run_that_no_longer_waits_is_not_renamed(office: Office, opened: tuple[str, UUID]) -> None:
    key, run_id = opened
    office.api(lambda client: waiting_runs.finish_run(client, run_id, "Исполнено", tags=["krasnodar"]))
    office.api(lambda client: waiting_runs.rename_state(client, run_id, "Просрочено"))
    assert (office.runs()[key]["state_type"], office.runs()[key]["state_name"]) == ("COMPLETED", "Исполнено")


def test_the_form_asks_in_russian_and_has_no_field_of_two_types() -> None:
    assert issubclass(Decision, RunInput)
    fields = waiting_runs.form_schema()["properties"]
    assert [field["title"] for field in fields.values()] == [
        "Решение",
        "Дата исполнения",
        "Подтверждение",
        "Основание",
        "Новый срок",
    ]
    assert {field["type"] for field in fields.values()} == {"string"}


def test_the_names_of_the_form_come_from_a_suspended_state() -> None:
    assert Suspended(timeout_seconds=1, pause_key="decision-1").name == "Suspended"
    assert waiting_runs.waiting_state("В работе", 3).state_details.run_input_keyset == {
        "description": "suspended-decision-3-description",
        "response": "suspended-decision-3-response",
        "schema": "suspended-decision-3-schema",
    }
