"""What was closed by mistake comes back on control: its own run has ended, and has no form any more."""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.control_point import no_such_point, this_run
from models import clock, db
from models.lifecycle import Refused
from models.settings import Settings
from roadmap.calendar.zones import today_there
from tasks.control.commands import By, Reopen
from tasks.daily.decisions import decide
from tasks.installation import own_engine
from tasks.prefect.cards.point_facts import point_of
from tasks.prefect.client import connect
from tasks.prefect.names import COORDINATOR, PERSON_LABEL, actor_of
from tasks.prefect.runs.reconcile import push_run

decide_task = task(name="Решение", cache_policy=NO_CACHE)(decide)


@flow(name="Вернуть на контроль")
async def reopen(point_key: str, reason: str) -> State:
    """Bring a point back, with the ground that its executor reads; its run waits with a form again."""
    engine, at = own_engine(), clock.now()
    with db.open_session(engine) as session:
        point = point_of(session, point_key)
    if point is None:
        return no_such_point(point_key)
    today = today_there(at, point.item.zone)
    run = this_run()
    actor = actor_of(str(run.labels.get(PERSON_LABEL, COORDINATOR)))
    by = By(actor=actor, at=at, today=today, once_key=f"run:{run.id}")
    try:
        refusal = decide_task(engine, Reopen(key=point_key, by=by, reason=reason)).refusal
    except Refused as refused:
        refusal = refused.said
    if refusal:
        return Failed(name="Решение не записано", message=refusal)
    async with connect(Settings()) as client:
        await push_run(client, engine, point_key, at=at)
    return Completed(name="Возвращено на контроль", message=reason)
