"""The overview artifacts of every roadmap on control."""

from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import PrefectRef
from models.db import open_session
from roadmap.calendar.zones import today_there
from tasks.prefect.cards.artifacts import publish_contents, publish_overview
from tasks.prefect.cards.point_facts import points
from tasks.prefect.names import UI_BASE, item_url


async def publish_overviews(
    client: PrefectClient, engine: Engine, *, today: date | None, at: datetime, run_id: UUID | None = None
) -> int:
    """Publish the overview, the overdue points and the progress of each roadmap; returns how many roadmaps."""
    with open_session(engine) as session:
        every = sorted(points(session), key=lambda point: point.item.roadmap_code)
        pages = item_urls(session, UI_BASE)
    lines: list[str] = []
    for _, group in groupby(every, key=lambda point: point.item.roadmap_code):
        theirs = list(group)
        day = today or today_there(at, theirs[0].item.zone)
        lines.append(await publish_overview(client, theirs, today=day, item_urls=pages, run_id=run_id))
    await publish_contents(client, lines)
    return len(lines)


def item_urls(session: Session, base: str) -> dict[str, str]:
    """The page in Prefect of each item that has one, by the item's key."""
    rows = session.execute(select(PrefectRef).where(col(PrefectRef.kind) == "deployment")).scalars()
    return {row.key: item_url(base, row.prefect_id) for row in rows}
