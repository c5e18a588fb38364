"""What broke off is taken up again within minutes."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.service import service_flow
from models import clock, db
from models.settings import Settings
from tasks.installation import own_engine
from tasks.prefect.client import connect
from tasks.prefect.health import keep_watch
from tasks.prefect.runs.reconcile import known_deployments, reconcile_runs
from tasks.prefect.turns import name_upcoming

watch_task = task(name="Что стоит", cache_policy=NO_CACHE)(keep_watch)
reconcile_task = task(name="Состояния запусков", cache_policy=NO_CACHE)(reconcile_runs)


@service_flow("Присмотр за запусками")
async def mend_runs() -> State:
    """Start again the runs that failed or lost their process, make those that were deleted, end those of closed points.

    An answer that was given before a run failed is kept by Prefect, and is carried out when it starts again.
    """
    engine, settings, at = own_engine(), Settings(), clock.now()
    with db.open_session(engine) as session:
        deployments = known_deployments(session)
    async with connect(settings) as client:
        report = await reconcile_task(
            client, engine, deployments, today=None, at=at, ahead_days=settings.runs_ahead_days
        )
        await name_upcoming(client, zone=settings.zone)
    await watch_task(engine, settings, at=at)
    told = ", ".join(report.words())
    return Completed(name="Исправлено" if told else "Всё на местах", message=told or "расхождений нет")
