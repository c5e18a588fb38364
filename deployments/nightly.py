"""The nightly sync as a flow; it stands here because it needs the registry, which flows do not know."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from deployments.sync import sync_async
from flows.service import service_flow
from models import clock
from models.settings import Settings
from tasks.installation import own_engine


@service_flow("Сверка с Prefect")
async def nightly_sync() -> State:
    """Compare deployments and runs with the database and mend the difference."""
    report = await sync_async(own_engine(), settings=Settings(), at=clock.now())
    return Completed(name="Сверено", message=report.summary())
