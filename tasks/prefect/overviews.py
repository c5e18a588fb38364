"""The overview artifacts of every roadmap on control."""

from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from sqlalchemy import Engine

from models.db import open_session
from roadmap.calendar.zones import today_there
from tasks.prefect.artifacts import publish_overview
from tasks.prefect.point_facts import points


async def publish_overviews(
    client: PrefectClient, engine: Engine, *, today: date | None, at: datetime, run_id: UUID | None = None
) -> int:
    """Publish the summary, the overdue points and the progress of each roadmap; returns how many roadmaps."""
    with open_session(engine) as session:
        every = sorted(points(session), key=lambda point: point.item.roadmap_code)
    count = 0
    for _, group in groupby(every, key=lambda point: point.item.roadmap_code):
        theirs = list(group)
        await publish_overview(client, theirs, today=today or today_there(at, theirs[0].item.zone), run_id=run_id)
        count += 1
    return count
