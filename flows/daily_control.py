"""The day's work over every roadmap, and what Prefect shows of it."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.service import service_flow
from models import clock, db
from models.settings import Settings
from tasks.daily.control_day import ControlReport, control_day
from tasks.installation import own_engine
from tasks.letters.heartbeat import watch
from tasks.monitoring.rounds.produce import RoundsRun, run_rounds
from tasks.prefect.cards.artifacts import refresh_cards
from tasks.prefect.cards.overviews import publish_overviews
from tasks.prefect.client import connect
from tasks.prefect.runs.reconcile import known_deployments, reconcile_runs
from tasks.prefect.runs.wake_rounds import wake_rounds

control_day_task = task(name="Контроль дня", cache_policy=NO_CACHE)(control_day)
late_rounds_task = task(name="Раунды без справки", cache_policy=NO_CACHE)(run_rounds)
reconcile_task = task(name="Состояния запусков", cache_policy=NO_CACHE)(reconcile_runs)
wake_task = task(name="Раунды к справке", cache_policy=NO_CACHE)(wake_rounds)
cards_task = task(name="Карточки процессов", cache_policy=NO_CACHE)(refresh_cards)
watch_task = task(name="Сигнал наблюдателю", cache_policy=NO_CACHE)(watch)
overview_task = task(name="Сводки", cache_policy=NO_CACHE)(publish_overviews)


@service_flow("Ежедневный контроль")
async def daily_control() -> State:
    """Open, mark overdue, decide letters; then the runs, the overviews and the outside watcher.

    The run of a round whose note is to be written now is woken; one that has not written it by its day is done here.
    Fails when a roadmap or a round failed (the watcher is not called then, and alarms), and when the watcher cannot be
    reached: all else is done by then.
    """
    engine, settings, at = own_engine(), Settings(), clock.now()
    report = control_day_task(engine, today=None, at=at)
    rounds = late_rounds_task(engine, today=None, at=at, settings=settings, only_late=True)
    with db.open_session(engine) as session:
        deployments = known_deployments(session)
    async with connect(settings) as client:
        await reconcile_task(client, engine, deployments, today=None, at=at, ahead_days=settings.runs_ahead_days)
        await wake_task(client, engine, today=None, at=at)
        await cards_task(client, engine, today=None, at=at)
        await overview_task(client, engine, today=None, at=at, run_id=flow_run.id)
    if failed := [*report.failed, *rounds.failed, *report.held]:
        words = f"Контроль не прошёл: {', '.join(failed)}. {_summary(report, rounds)}"
        return Failed(name="Есть сбои", message=words)
    watch_task(engine, settings=settings, at=at)
    return Completed(name="Контроль проведён", message=_summary(report, rounds))


def _summary(report: ControlReport, rounds: RoundsRun) -> str:
    notes = f" Справок составлено: {len(rounds.outcomes)}." if rounds.outcomes else ""
    remarks = "".join(f" {remark}." for remark in report.remarks)
    return (
        f"Открыто: {report.opened}, просрочено: {report.overdue}, строк в письмах: {report.lines}, "
        f"писем: {report.notices}, не до кого довести: {report.undeliverable}.{notes}{remarks}"
    )
