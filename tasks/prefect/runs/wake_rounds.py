"""Wakes the waiting runs of rounds whose note is to be written now."""

from datetime import date, datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound
from sqlalchemy import Engine, select
from sqlmodel import col

from models import PrefectRef, Roadmap
from models.db import open_session
from roadmap.calendar.zones import today_there
from tasks.monitoring.rounds.rows import round_row
from tasks.monitoring.rounds.sweep import ready
from tasks.prefect.runs.waiting_runs import start_again


async def wake_rounds(client: PrefectClient, engine: Engine, *, today: date | None, at: datetime) -> int:
    """Start the waiting runs of rounds whose note is to be written now; returns how many.

    The form they waited with is not answered: the flow starts from its top, sees that the round is ready and does not
    ask again.
    """
    woken = 0
    for run_id in _ready_runs(engine, today=today, at=at):
        try:
            run = await client.read_flow_run(run_id)
        except ObjectNotFound:
            continue
        if run.state is not None and run.state.is_paused():
            await start_again(client, run_id, at)
            woken += 1
    return woken


def _ready_runs(engine: Engine, *, today: date | None, at: datetime) -> list[UUID]:
    with open_session(engine) as session:
        zones = dict(session.execute(select(col(Roadmap.code), col(Roadmap.zone))).tuples().all())
        found = []
        for code, zone in zones.items():
            found += ready(session, code, today=today or today_there(at, zone))
        keys = [round_row(session, one.id or 0).key for one in found]
        noted = select(col(PrefectRef.prefect_id)).where(col(PrefectRef.kind) == "run", col(PrefectRef.key).in_(keys))
        return [UUID(run_id) for run_id in session.execute(noted).scalars()]
