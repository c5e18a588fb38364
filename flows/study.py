"""A study of competences (НИКУ): coordinators, lists, training, its days, results, changed programmes."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.control_point import keep_point
from tasks.prefect.names import FLOW_NAMES


@flow(name=FLOW_NAMES["study"])
async def study(point_key: str) -> State:
    """Begins once its days are named by the plan; ends when the programmes follow its results."""
    return await keep_point(point_key, has_stages=True)
