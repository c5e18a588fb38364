"""What Prefect shows beside the runs: the card of a point, the overview of a roadmap."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from roadmap.cards import Happened, PointFacts, artifact_key, point_card
from roadmap.overview import overdue_markdown, progress_markdown, summary_rows
from tasks.prefect_api import call


async def publish_card(
    client: PrefectClient,
    run_id: UUID,
    point: PointFacts,
    history: list[Happened],
    *,
    today: date,
    refusal: str = "",
) -> None:
    """A new version of the point's card, on the run's page."""
    await _publish(
        client,
        key=artifact_key(point.key),
        kind="markdown",
        data=point_card(point, history, today=today, refusal=refusal),
        about=f"{point.item.number} · {point.item.region}",
        run_id=run_id,
    )


async def publish_overview(
    client: PrefectClient, points: list[PointFacts], *, today: date, run_id: UUID | None = None
) -> None:
    """Three artifacts of one roadmap: the summary, what is overdue, progress per section."""
    code, region = points[0].item.roadmap_code, points[0].item.region
    rows = json.dumps(summary_rows(points, today), ensure_ascii=False)
    overdue = overdue_markdown(points, region=region, today=today)
    progress = progress_markdown(points, region=region, today=today)
    for key, kind, data, about in (
        (f"{code}-summary", "table", rows, f"Сводка по дорожной карте · {region}"),
        (f"{code}-overdue", "markdown", overdue, f"Просрочено · {region}"),
        (f"{code}-progress", "markdown", progress, f"Ход исполнения · {region}"),
    ):
        await _publish(client, key=key, kind=kind, data=data, about=about, run_id=run_id)


async def _publish(client: PrefectClient, *, key: str, kind: str, data: str, about: str, run_id: UUID | None) -> None:
    # Not client.create_artifact: outside a run its event would start a websocket of its own.
    body: dict[str, Any] = {"key": key, "type": kind, "data": data, "description": about}
    await call(client, "POST", "/artifacts/", body | ({"flow_run_id": str(run_id)} if run_id else {}))
