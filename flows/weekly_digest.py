"""The week's overview of every roadmap."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.service import service_flow
from models import clock
from models.settings import Settings
from tasks.installation import own_engine
from tasks.prefect.cards.overviews import publish_overviews
from tasks.prefect.client import connect

overview_task = task(name="Сводки", cache_policy=NO_CACHE)(publish_overviews)


@service_flow("Сводка по дорожной карте")
async def weekly_digest() -> State:
    """Publish the summary table, what is overdue and the progress per section of each roadmap."""
    async with connect(Settings()) as client:
        count = await overview_task(client, own_engine(), today=None, at=clock.now(), run_id=flow_run.id)
    return Completed(name="Сводки готовы", message=f"Комплексов мер: {count}.")
