"""The nightly sync as a flow; it stands here because it needs the registry, which flows do not know."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from deployments.sync import sync_async
from flows.run_names import dated
from models import clock, db
from models.settings import Settings


@flow(name="Сверка с Prefect", flow_run_name=dated("Сверка с Prefect"))
async def nightly_sync() -> State:
    """Compare deployments and runs with the database and mend the difference."""
    report = await sync_async(db.engine(), settings=Settings(), at=clock.now())
    return Completed(name="Сверено", message=report.summary())
