"""A tripartite agreement: draft, approval, three signatures in every municipality, registration."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.control_point import keep_point
from tasks.prefect.names import FLOW_NAMES


@flow(name=FLOW_NAMES["agreement"])
async def agreement(point_key: str) -> State:
    """Ends when every municipality has registered its agreement or refused."""
    return await keep_point(point_key, has_stages=True)
