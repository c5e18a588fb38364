"""A session, conference, webinar or meeting: programme and invitations before, protocol and decisions after."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.control_point import keep_point
from tasks.prefect.names import FLOW_NAMES


@flow(name=FLOW_NAMES["session"])
async def session(point_key: str) -> State:
    """Ends with the protocol; what was decided goes on as items of its own. A short one is one wait for its result."""
    return await keep_point(point_key, has_stages=True)
