"""What Prefect shows beside the runs: the card of a point, the overview of a roadmap."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from sqlalchemy import Engine, select
from sqlmodel import col

from models import PrefectRef
from models.db import open_session
from models.settings import Settings
from roadmap.calendar.zones import today_there
from roadmap.cards.overview import counts_words, overdue_markdown, overview_markdown, progress_markdown, summary_rows
from roadmap.cards.point import Happened, artifact_key, point_card, run_name
from roadmap.language.markdown import no_markup
from tasks.prefect.cards.point_facts import PointFacts, histories
from tasks.prefect.cards.process_facts import process_cards, under_way
from tasks.prefect.client import call
from tasks.prefect.names import OVERVIEW_KEY, UI_BASE, Link, list_links, point_page


async def publish_card(
    client: PrefectClient,
    run_id: UUID,
    point: PointFacts,
    history: list[Happened],
    *,
    today: date,
    refusal: str = "",
    stages: str = "",
) -> None:
    """A new version of the point's card, on the run's page; ``stages`` is the card of its process."""
    await _publish(
        client,
        key=artifact_key(point.key),
        kind="markdown",
        data=_card(point, history, today=today, refusal=refusal, stages=stages),
        about=f"{run_name(point)} · {point.item.region}",
        run_id=run_id,
    )


def _card(point: PointFacts, history: list[Happened], *, today: date, refusal: str = "", stages: str = "") -> str:
    page = point_page(Settings(), point.id)
    return point_card(point, history, today=today, refusal=refusal, page_url=page, stages=stages)


async def publish_own_card(
    client: PrefectClient, engine: Engine, run_id: UUID, point: PointFacts, *, today: date, refusal: str = ""
) -> None:
    """``publish_card`` with the point's history and stages, which are looked up."""
    with open_session(engine) as session:
        history = histories(session, [point.key])[point.key]
        stages = process_cards(session, {point.key: today}).get(point.key, "")
    await publish_card(client, run_id, point, history, today=today, refusal=refusal, stages=stages)


async def refresh_cards(client: PrefectClient, engine: Engine, *, today: date | None, at: datetime) -> int:
    """Bring the cards of processes under way up to the day; returns how many differed from what is shown.

    Stages move without a decision in Prefect: by the pages of officials, by the day's control.
    """
    with open_session(engine) as session:
        shown = under_way(session)
        days = {point.key: today or today_there(at, point.item.zone) for point in shown}
        stages = process_cards(session, days)
        told = histories(session, days.keys())
        runs = {
            row.key: row.prefect_id
            for row in session.execute(select(PrefectRef).where(col(PrefectRef.kind) == "run")).scalars()
        }
    changed = 0
    for point in shown:
        if point.key not in runs:
            continue
        card = _card(point, told[point.key], today=days[point.key], stages=stages.get(point.key, ""))
        if await _latest(client, artifact_key(point.key)) != card:
            run_id, day = UUID(runs[point.key]), days[point.key]
            await publish_card(client, run_id, point, told[point.key], today=day, stages=stages.get(point.key, ""))
            changed += 1
    return changed


async def _latest(client: PrefectClient, key: str) -> str:
    found = await call(client, "POST", "/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
    return str(found[0]["data"]) if found else ""


async def publish_overview(
    client: PrefectClient,
    points: list[PointFacts],
    *,
    today: date,
    item_urls: Mapping[str, str],
    run_id: UUID | None = None,
) -> str:
    """Four artifacts of one roadmap: overview, summary, what is overdue, progress per section.

    ``item_urls``: the pages of the items, by key. Returns a line with a link to the overview, which stays at its place.
    """
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
    links = _links(code)
    whole = overview_markdown(points, region=region, today=today, links=links, item_urls=item_urls)
    place = await _pin(client, f"{OVERVIEW_KEY}-{code}", whole, f"Обзор · {no_markup(region)}")
    url = f"{UI_BASE}/artifacts/artifact/{place}"
    return f"- [{no_markup(region)}]({url}): {counts_words(points, today)}"


async def publish_contents(client: PrefectClient, lines: list[str]) -> None:
    """The artifact that leads to the overviews; its description is what stands on the page of its key."""
    words = "\n".join(["Обзор дорожных карт", "", _links(), "", *lines])
    await _pin(client, OVERVIEW_KEY, words, words)


def _links(roadmap: str = "") -> str:
    page = "/control" + (f"?roadmap={roadmap}" if roadmap else "")
    links = [*list_links(UI_BASE, roadmap=roadmap), Link("Страница контроля", page)]
    return " · ".join(f"[{link.words}]({link.url})" for link in links)


async def _pin(client: PrefectClient, key: str, data: str, about: str) -> str:
    """Write an artifact over the one that is there, for its address to last; returns its id."""
    found = await call(client, "POST", "/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
    body = {"data": data, "description": about}
    if found:
        await call(client, "PATCH", f"/artifacts/{found[0]['latest_id']}", body)
        return str(found[0]["latest_id"])
    return str((await call(client, "POST", "/artifacts/", body | {"key": key, "type": "markdown"}))["id"])


async def _publish(client: PrefectClient, *, key: str, kind: str, data: str, about: str, run_id: UUID | None) -> None:
    # Not client.create_artifact: outside a run its event would start a websocket of its own.
    body: dict[str, Any] = {"key": key, "type": kind, "data": data, "description": no_markup(about)}
    await call(client, "POST", "/artifacts/", body | ({"flow_run_id": str(run_id)} if run_id else {}))
