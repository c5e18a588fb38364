"""A registry that is kept: confirmed at each of its control points, with the number of its entries."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.control_point import keep_point
from tasks.prefect.names import FLOW_NAMES


@flow(name=FLOW_NAMES["registry"])
async def registry(point_key: str) -> State:
    """Ends when its keeper has confirmed it and named the count."""
    return await keep_point(point_key, has_stages=True)
