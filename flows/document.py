"""A document: draft, approval, publication with number, date and link."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.control_point import keep_point
from tasks.prefect.names import FLOW_NAMES


@flow(name=FLOW_NAMES["document"])
async def document(point_key: str) -> State:
    """Ends with the published document. A short one is one wait for its result."""
    return await keep_point(point_key, has_stages=True)
