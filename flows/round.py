"""A round of monitoring from its opening to the archive; nobody has to remember the quarter."""

from datetime import date, datetime
from uuid import UUID

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.states import Completed
from sqlalchemy import Engine

from flows.control_point import NOT_CONTROLLED, answer_task, card_task, label, not_ours, this_run
from models import clock, db
from models.settings import Settings
from roadmap.calendar.zones import today_there
from roadmap.control.state import FINAL, state_name
from tasks.installation import own_engine
from tasks.monitoring.rounds import produce, steps
from tasks.prefect.cards import report_artifacts
from tasks.prefect.cards.point_facts import PointFacts, point_of
from tasks.prefect.client import connect
from tasks.prefect.names import FLOW_NAMES
from tasks.prefect.runs.forms import RoundDecision
from tasks.prefect.runs.waiting_runs import ask, decision_key, last_asked

open_task = task(name="Открыть раунд", cache_policy=NO_CACHE)(steps.open_round)
ask_task = task(name="Запросить данные", cache_policy=NO_CACHE)(steps.ask_round)
fill_task = task(name="Заполнить из контрольных точек", cache_policy=NO_CACHE)(steps.fill_round)
settle_task = task(name="Принять данные", cache_policy=NO_CACHE)(steps.settle_round)
compute_task = task(name="Рассчитать показатели", cache_policy=NO_CACHE)(produce.compute_round)
note_task = task(name="Составить справку", cache_policy=NO_CACHE)(produce.report_round)
charts_task = task(name="Диаграммы", cache_policy=NO_CACHE)(report_artifacts.publish)
send_task = task(name="Разослать", cache_policy=NO_CACHE)(produce.send_round)
recommend_task = task(name="Рекомендации", cache_policy=NO_CACHE)(produce.recommend_round)
archive_task = task(name="В архив", cache_policy=NO_CACHE)(produce.archive_round)


@flow(name=FLOW_NAMES["round"])
async def monitoring_round(point_key: str) -> State:
    """Collect, then wait until the note is to be written (the daily control wakes the run); write it, send it, end.

    The flow starts from its top each time; every step looks first whether it was done. The form only serves who does
    not want to wait: 1. a round that is ready does not ask; 2. of answers only the newest is looked at, a wake is none.
    """
    run, engine, at = this_run(), own_engine(), clock.now()
    if stray := not_ours(run, point_key, _point(engine, point_key)):
        return stray
    async with connect(Settings()) as client:
        number, refusal = await last_asked(client, run), ""
        while (point := _point(engine, point_key)) is not None:
            today = today_there(at, point.item.zone)
            await _go_on(client, engine, run.id, point, today=today, at=at)
            point = _point(engine, point_key) or point
            await card_task(client, engine, run.id, point, today=today, refusal=refusal)
            await label(client, run, point, today=today, refusal=refusal)
            if (name := state_name(point, today)) in FINAL:
                return Completed(name=name)
            decision, refusal = await ask(client, run.id, point, number, name=name, refusal=refusal), ""
            if isinstance(decision, RoundDecision):
                once_key = f"run:{run.id}:{decision_key(number)}"
                carried_out = answer_task(
                    engine, point_key, decision, once_key=once_key, actor=decision.actor, today=today, at=at
                )
                refusal = carried_out.refusal
            number += 1
    return Completed(name=NOT_CONTROLLED)


async def _go_on(
    client: PrefectClient, engine: Engine, run_id: UUID, point: PointFacts, *, today: date, at: datetime
) -> None:
    """Everything that can be done of the round by now."""
    standing = steps.round_state(engine, point.key, today=today)
    if standing is None:
        return
    for collect in (open_task, ask_task, fill_task, settle_task):
        collect(engine, standing.round_id, today=today, at=at)
    standing = steps.round_state(engine, point.key, today=today)
    if standing is None or not standing.is_ready:
        return
    context = produce.RoundContext(engine, today, at, Settings())
    for step in (compute_task, note_task):
        step(context, standing.round_id)
    await charts_task(client, engine, standing.round_id, run_id)
    for step in (send_task, recommend_task, archive_task):
        step(context, standing.round_id)


def _point(engine: Engine, key: str) -> PointFacts | None:
    with db.open_session(engine) as session:
        return point_of(session, key)
