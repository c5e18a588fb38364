"""The life of one control point in Prefect, common to every kind; kinds with stages are flows beside this."""

from datetime import date, datetime

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed, Failed
from sqlalchemy import Engine

from models import clock, db
from models.settings import Settings
from roadmap.calendar.zones import today_there
from roadmap.cards.point import run_name
from roadmap.cards.run_tags import moving_tags, with_moving_tags
from roadmap.control.state import FINAL, state_name
from tasks.control.opening import open_point
from tasks.installation import own_engine
from tasks.prefect.cards.artifacts import publish_own_card
from tasks.prefect.cards.point_facts import PointFacts, point_of
from tasks.prefect.client import connect
from tasks.prefect.names import FLOW_NAMES, KEPT_BY_ANOTHER
from tasks.prefect.runs.forms import answer
from tasks.prefect.runs.waiting_runs import ask, decision_key, last_asked
from tasks.processes.sweep import advance_point

NOT_CONTROLLED = "Не на контроле"
NO_ANSWER = "Форма не заполнена"
NO_SUCH_POINT = "Такой точки нет"

open_task = task(name="Открыть", cache_policy=NO_CACHE)(open_point)
advance_task = task(name="Этапы", cache_policy=NO_CACHE)(advance_point)
card_task = task(name="Карточка", cache_policy=NO_CACHE)(publish_own_card)
answer_task = task(name="Решение", cache_policy=NO_CACHE)(answer)


async def keep_point(point_key: str, *, has_stages: bool) -> State:
    """Open the point, then ask for decisions until it is closed; the final state says how it ended.

    The flow starts from its top at each resume: 1. opening is idempotent, and so is bringing the stages forward;
    2. only the newest decision is looked at, older ones are settled; 3. one that was carried out is known by its key;
    4. one that is refused is asked again.
    """
    run, engine, at = this_run(), own_engine(), clock.now()
    point = _point(engine, point_key)
    if stray := not_ours(run, point_key, point):
        return stray
    if point is None:
        return Completed(name=NOT_CONTROLLED)
    today = today_there(at, point.item.zone)
    async with connect(Settings()) as client:
        number, refusal = await last_asked(client, run), ""
        while (point := _go_on(engine, point_key, has_stages, today=today, at=at)) is not None:
            await card_task(client, engine, run.id, point, today=today, refusal=refusal)
            await label(client, run, point, today=today, refusal=refusal)
            if (name := state_name(point, today)) in FINAL:
                return Completed(name=name)
            decision = await ask(client, run.id, point, number, name=name, refusal=refusal)
            refusal = NO_ANSWER
            if decision is not None:
                once_key = f"run:{run.id}:{decision_key(number)}"
                carried_out = answer_task(
                    engine, point_key, decision, once_key=once_key, actor=decision.actor, today=today, at=at
                )
                refusal = carried_out.refusal
            number += 1
    return Completed(name=NOT_CONTROLLED)


async def label(client: PrefectClient, run: FlowRun, point: PointFacts, *, today: date, refusal: str) -> None:
    """Let the run say how its point stands now: a decision may have moved the deadline, or was not taken."""
    tags = with_moving_tags(run.tags, moving_tags(point, today, refusal))
    await client.update_flow_run(run.id, name=run_name(point), tags=tags)


def _go_on(engine: Engine, key: str, has_stages: bool, *, today: date, at: datetime) -> PointFacts | None:
    """Open the point when its day has come and bring its stages forward; None when it is not on control any more."""
    point = _point(engine, key)
    if point is None:
        return None
    if state_name(point, today) not in FINAL:
        open_task(engine, key, at=at)
    if has_stages:
        advance_task(engine, key, today=today, at=at)
    return _point(engine, key)


def not_ours(run: FlowRun, key: str, point: PointFacts | None) -> State | None:
    """How a run ends that people made by hand («Quick run»): each point on control has a run of its own already."""
    if run.idempotency_key == key or run.deployment_id is None:
        return None
    if point is None:
        return no_such_point(key)
    return Cancelled(name=KEPT_BY_ANOTHER, message=f"Решение по точке принимают в запуске «{run_name(point)}».")


def no_such_point(key: str) -> State:
    """How a run ends that was given the key of no point."""
    return Failed(name=NO_SUCH_POINT, message=f"На контроле нет точки «{key}».")


def _point(engine: Engine, key: str) -> PointFacts | None:
    with db.open_session(engine) as session:
        return point_of(session, key)


def this_run() -> FlowRun:
    """The run this process is for."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return context.flow_run


@flow(name=FLOW_NAMES["monitoring"])
async def monitoring(point_key: str) -> State:
    """A round of monitoring: one wait for its result."""
    return await keep_point(point_key, has_stages=False)


@flow(name=FLOW_NAMES["activity"])
async def activity(point_key: str) -> State:
    """Any other duty: one wait for its result."""
    return await keep_point(point_key, has_stages=False)
