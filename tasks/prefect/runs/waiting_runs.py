"""A Prefect run that waits for the coordinator without a process, and the names of its states.

Prefect's ``suspend_flow_run(wait_for_input=…, key=…)`` leaves three things behind: a paused state with a pause key and
the names of the form's inputs, the pause key in the run's ``empirical_policy``, and the form itself as inputs. The same
is written here through the API, by the sync, so that a hundred points open in seconds, and by the flow itself; on
Resume the flow starts, and ``ask`` with the same number returns the answer at once. This leans on the inside of Prefect
3.8 and 3.9: the only module that does, with a test against the real server that fails when a new version changes it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from logging import WARNING
from typing import Any
from uuid import UUID

import orjson
from httpx import HTTPStatusError
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import LogCreate
from prefect.client.schemas.objects import FlowRun, FlowRunPolicy, State, StateDetails, StateType
from prefect.exceptions import ObjectNotFound, Pause, PrefectHTTPStatusError
from prefect.input import keyset_from_paused_state
from prefect.states import Suspended
from pydantic import ValidationError

from models.db.rows import chunks
from models.settings import Settings
from roadmap.cards.point import form_description
from roadmap.cards.run_tags import with_moving_tags
from tasks.prefect.cards.point_facts import PointFacts
from tasks.prefect.client import call
from tasks.prefect.names import point_page
from tasks.prefect.runs.forms import Decision, StageDecision, form_for

#: Longer than any roadmap.
TIMEOUT_SECONDS = 20 * 366 * 24 * 3600
#: The server takes no more in one call.
BULK = 100
ATTEMPTS = 8
FORM_PREFIX = "suspended-"
"""What Prefect begins the names of a form's inputs with; the pause key follows."""
MOST_FORMS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to create: it waits from the first moment, or starts by itself at its hour."""

    point_key: str
    name: str
    state_name: str
    starts_at: datetime | None
    """None for a run that waits at once."""
    tags: frozenset[str] = frozenset()
    """Beside those of the deployment."""


def decision_key(number: int) -> str:
    """The pause key of the n-th decision asked in a run, from 1."""
    return f"decision-{number}"


def decision_number(key: str) -> int:
    """The number in a pause key; 1 for a key that is not ours."""
    number = key.removeprefix("decision-")
    return int(number) if number.isdigit() else 1


def waiting_state(name: str, number: int) -> State:
    """The state of a run that waits for its n-th decision, under a Russian name."""
    suspended: State = Suspended(timeout_seconds=TIMEOUT_SECONDS, pause_key=decision_key(number))
    details = suspended.state_details
    details.run_input_keyset = {str(part): key for part, key in keyset_from_paused_state(suspended).items()}
    return State(type=StateType.PAUSED, name=name, state_details=details)


def scheduled_state(starts_at: datetime) -> State:
    """The state of a run that a worker starts at its hour; under another name the pages do not list it as upcoming."""
    return State(type=StateType.SCHEDULED, name="Scheduled", state_details=StateDetails(scheduled_time=starts_at))


async def create_runs(client: PrefectClient, deployment_id: UUID, runs: Sequence[NewRun]) -> dict[str, UUID]:
    """Create runs of one deployment in few calls; returns their ids by point. A run that is there is kept as it is.

    A waiting run has no form yet: ``give_form`` follows. Raises RuntimeError when the server goes on refusing.
    """
    ids: dict[str, UUID] = {}
    for some in chunks(runs, BULK):
        ids |= await _create_some(client, deployment_id, some)
    return ids


async def _create_some(client: PrefectClient, deployment_id: UUID, runs: Sequence[NewRun]) -> dict[str, UUID]:
    # Where a single call answers "busy" and is repeated by the client, the bulk call reports «database is locked» as a
    # refusal of each run, and its transaction is lost: the whole batch is asked for again, its keys make that safe.
    path, bodies = f"/deployments/{deployment_id}/create_flow_run/bulk", [_body(run) for run in runs]
    results: list[dict[str, Any]] = []
    for attempt in range(ATTEMPTS):
        results = (await call(client, "POST", path, bodies))["results"]
        if all(result["status"] == "CREATED" for result in results):
            return {run.point_key: UUID(result["flow_run_id"]) for run, result in zip(runs, results, strict=True)}
        await asyncio.sleep(0.1 * 2**attempt)
    errors = {result["error"] for result in results if result["error"]}
    raise RuntimeError(f"Prefect refused runs of deployment {deployment_id}: {'; '.join(sorted(errors))[:500]}")


def _body(run: NewRun) -> dict[str, Any]:
    waits = run.starts_at is None
    state = waiting_state(run.state_name, 1) if run.starts_at is None else scheduled_state(run.starts_at)
    return {
        "name": run.name,
        "parameters": {"point_key": run.point_key},
        "idempotency_key": run.point_key,
        "tags": sorted(run.tags),
        "state": state.model_dump(mode="json", include={"type", "name", "state_details"}),
        "empirical_policy": {"pause_keys": [decision_key(1)] if waits else []},
    }


async def last_asked(client: PrefectClient, run: FlowRun) -> int:
    """The number of the newest decision asked in a run, 1 when none was: older answers are settled for good.

    It is read off the forms as well: of a run that failed, Prefect forgets the pause keys and keeps the forms.
    """
    forms = await client.filter_flow_run_input(run.id, key_prefix=FORM_PREFIX, limit=MOST_FORMS, exclude_keys=set())
    asked = {form.key.removeprefix(FORM_PREFIX).rpartition("-")[0] for form in forms}
    asked |= run.empirical_policy.pause_keys or set()
    return max(map(decision_number, asked), default=1)


async def open_run(client: PrefectClient, run_id: UUID, name: str) -> None:
    """Make a scheduled run wait for its first decision; ``give_form`` follows."""
    await client.update_flow_run(run_id, empirical_policy=FlowRunPolicy(pause_keys={decision_key(1)}))
    await client.set_flow_run_state(run_id, waiting_state(name, 1), force=True)


async def ask(
    client: PrefectClient, run_id: UUID, point: PointFacts, number: int, *, name: str, refusal: str
) -> Decision | None:
    """The answer to the n-th form of the run this process is for, None when it came empty.

    While there is none, the run is left to wait under ``name`` and Pause is raised, which ends the process. Prefect's
    own ``suspend_flow_run`` waits first and saves the form afterwards, under an English name: an answer that came
    between found no form, and one that came while the state was renamed was lost.
    """
    filled = await _answer(client, run_id, _keyset(number)["response"])
    if filled is None:
        await give_form(client, run_id, point, number, refusal)
        raise Pause(state=await _wait(client, run_id, name, number))
    try:
        return form_for(point).filled(filled)
    except ValidationError:
        return None


async def _wait(client: PrefectClient, run_id: UUID, name: str, number: int) -> State:
    """Leave the run to wait, with the form that lies there already; what was ended or cancelled meanwhile stays so.

    The state is written, not proposed: of a wait that is proposed the server of Prefect 3.9 throws away what lies under
    the names of its form, and the run would wait for an answer that nobody can give.
    """
    run = await client.read_flow_run(run_id)
    if run.state is not None and not run.state.is_running():
        return run.state
    policy = run.empirical_policy
    keys = (policy.pause_keys or set()) | {decision_key(number)}
    await client.update_flow_run(run_id, empirical_policy=policy.model_copy(update={"pause_keys": keys}))
    written = await client.set_flow_run_state(run_id, waiting_state(name, number), force=True)
    return written.state or waiting_state(name, number)


async def give_form(client: PrefectClient, run_id: UUID, point: PointFacts, number: int = 1, refusal: str = "") -> None:
    """Save the form a waiting run is resumed with; one that is there already stays.

    ``refusal`` says above its fields why the last answer was not taken.
    """
    keyset = _keyset(number)
    form = form_for(point)
    page = point_page(Settings(), point.id)
    words = form_description(point, refusal, has_stages=issubclass(form, StageDecision), page_url=page)
    for key, value in ((keyset["schema"], form_schema(form)), (keyset["description"], words)):
        try:
            await client.create_flow_run_input(flow_run_id=run_id, key=key, value=orjson.dumps(value).decode())
        except PrefectHTTPStatusError as refused:
            if refused.response.status_code != 409:
                raise


def _keyset(number: int) -> dict[str, str]:
    """The names of the n-th form's inputs."""
    keyset = waiting_state("", number).state_details.run_input_keyset
    assert keyset is not None
    return keyset


def form_schema(form: type[Decision] = Decision) -> dict[str, Any]:
    """The JSON schema of a form, as ``RunInput.save`` writes it for a model without nested ones."""
    return {name: value for name, value in form.model_json_schema().items() if name != "description"}


async def rename_state(client: PrefectClient, run_id: UUID, name: str) -> None:
    """Give a waiting run's state another name; what it waits for stays. A run that does not wait is left alone.

    The name is written over whatever state there is: an answer that came after the state was read had its resume
    undone by it. Such a run starts again, and finds the answer saved.
    """
    run = await client.read_flow_run(run_id)
    if run.state is not None and run.state.is_paused():
        await _rename(client, run_id, run.state, name)
        keyset = run.state.state_details.run_input_keyset
        if keyset and await _answer(client, run_id, keyset["response"]) is not None:
            run = await client.read_flow_run(run_id)
            if run.state is not None and run.state.is_paused():
                await start_again(client, run_id, run.state.timestamp)


async def _answer(client: PrefectClient, run_id: UUID, key: str) -> dict[str, Any] | None:
    """What a form was filled in with; None while it is not."""
    try:
        value = await client.read_flow_run_input(run_id, key)
    except (HTTPStatusError, ObjectNotFound) as missing:
        if isinstance(missing, HTTPStatusError) and missing.response.status_code != 404:
            raise
        return None
    return dict(orjson.loads(value)) if value else None


async def _rename(client: PrefectClient, run_id: UUID, state: State, name: str) -> None:
    if state.name != name:
        renamed = State(type=StateType.PAUSED, name=name, state_details=state.state_details)
        await client.set_flow_run_state(run_id, renamed, force=True)


async def finish_run(client: PrefectClient, run_id: UUID, name: str, *, tags: Iterable[str]) -> None:
    """End the run of a point that was closed elsewhere; ``tags``: those it has."""
    await client.update_flow_run(run_id, tags=with_moving_tags(tags, {name}))
    await client.set_flow_run_state(run_id, State(type=StateType.COMPLETED, name=name), force=True)


async def has_ended(client: PrefectClient, run_id: UUID) -> bool:
    """A run that does nothing any more."""
    run = await client.read_flow_run(run_id)
    return run.state is not None and run.state.is_final()


async def start_at(client: PrefectClient, run_id: UUID, starts_at: datetime) -> None:
    """Let a worker start a scheduled run at another hour."""
    await client.set_flow_run_state(run_id, scheduled_state(starts_at), force=True)


async def start_again(client: PrefectClient, run_id: UUID, at: datetime, *, why: str = "") -> None:
    """Let a worker start a run that died: the flow finds its way from the rows and the answers given.

    ``why`` is said in the journal of the run.
    """
    await client.set_flow_run_state(run_id, scheduled_state(at), force=True)
    if why:
        told = LogCreate(name="Веха", level=WARNING, message=why, timestamp=at, flow_run_id=run_id)
        await client.create_logs([told])


async def end_stray(client: PrefectClient, run_id: UUID, words: str) -> None:
    """End a run that is nobody's."""
    await client.set_flow_run_state(run_id, State(type=StateType.CANCELLED, name=words), force=True)
