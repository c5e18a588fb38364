"""The life of one control point in Prefect. Every kind of item walks this one path; kinds differ by name only."""

from collections.abc import Coroutine
from datetime import date
from typing import Any
from uuid import UUID

from prefect import Flow, flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import Pause
from prefect.flow_runs import asuspend_flow_run
from prefect.states import Completed
from pydantic import ValidationError
from sqlalchemy import Engine

from models import clock, db
from models.settings import Settings
from roadmap.cards import FINAL, PointFacts, form_description, state_name
from tasks.cards import publish_card
from tasks.decide import Decision, decide_task, open_point_task
from tasks.point_facts import histories, point_of
from tasks.prefect_api import connect
from tasks.prefect_runs import FLOW_NAMES
from tasks.prefect_writing import today_in
from tasks.waiting import TIMEOUT_SECONDS, decision_key, last_asked, rename_state

NOT_CONTROLLED = "Не на контроле"
NO_ANSWER = "Форма не заполнена"


async def keep_point(point_key: str) -> State:
    """Open the point, then ask for decisions until it is closed; the final state says how it ended.

    The flow starts from its top at each resume: 1. opening is idempotent; 2. only the newest decision is looked at,
    older ones are settled; 3. one that was carried out is known by its key; 4. one that is refused is asked again.
    """
    run, engine, at = _this_run(), db.engine(), clock.now()
    point = _point(engine, point_key)
    if point is None:
        return Completed(name=NOT_CONTROLLED)
    today = today_in(point.item.zone, None, at)
    if state_name(point, today) not in FINAL:
        open_point_task(engine, point_key, at=at)
    number, refusal = last_asked(run), ""
    async with connect(Settings()) as client:
        while (point := await _show(client, run.id, engine, point_key, today=today, refusal=refusal)) is not None:
            if (name := state_name(point, today)) in FINAL:
                return Completed(name=name)
            decision = await _ask(client, run.id, point, number, today=today, refusal=refusal)
            refusal = NO_ANSWER
            if decision is not None:
                once_key = f"run:{run.id}:{decision_key(number)}"
                refusal = decide_task(engine, point_key, decision, once_key=once_key, today=today, at=at).refusal
            number += 1
    return Completed(name=NOT_CONTROLLED)


async def _ask(
    client: PrefectClient, run_id: UUID, point: PointFacts, number: int, *, today: date, refusal: str
) -> Decision | None:
    """The answer to the n-th form, None when it came empty; leaves the process when there is none yet."""
    form = Decision.with_initial_data(description=form_description(point, refusal))
    try:
        return await asuspend_flow_run(wait_for_input=form, key=decision_key(number), timeout=TIMEOUT_SECONDS)
    except Pause:
        await rename_state(client, run_id, state_name(point, today))
        raise
    except ValidationError:
        return None


async def _show(
    client: PrefectClient, run_id: UUID, engine: Engine, key: str, *, today: date, refusal: str
) -> PointFacts | None:
    point = _point(engine, key)
    if point is not None:
        with db.session(engine) as work:
            history = histories(work, [key])[key]
        await publish_card(client, run_id, point, history, today=today, refusal=refusal)
    return point


def _point(engine: Engine, key: str) -> PointFacts | None:
    with db.session(engine) as work:
        return point_of(work, key)


def _this_run() -> FlowRun:
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return context.flow_run


def _kind(kind: str) -> Flow[[str], Coroutine[Any, Any, State]]:
    return flow(name=FLOW_NAMES[kind])(keep_point)


agreement = _kind("agreement")
monitoring = _kind("monitoring")
session = _kind("session")
study = _kind("study")
document = _kind("document")
measure = _kind("measure")
