"""The first sync of a real roadmap against the bare API calls it needs, and a second sync with no change."""

import asyncio
import gc
import os
import socket
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from prefect.client.orchestration import PrefectClient
from sqlmodel import col, select

from deployments.registry import item_deployments
from deployments.serve.prefect import PrefectServer, with_auth
from deployments.sync import sync
from models import PrefectRef, clock
from models.db import engine_for, open_session
from models.db.migrate import migrate
from models.settings import Settings
from roadmap.catalogue.loading import built_in
from tasks.daily.control_day import control_day
from tasks.editions.training_copies import load_training_copy
from tasks.prefect.cards.point_facts import controlled_items
from tasks.prefect.client import bounded, call, connect
from tasks.prefect.names import POOL
from tasks.prefect.runs.waiting_runs import form_schema, scheduled_state

CODE = "moscow-oblast"
AIM_SECONDS = 3.0


def run() -> list[dict[str, Any]]:
    """Rows of (name, value, unit, peer, ratio, aim, ok); a server of its own is started and stopped."""
    os.environ.pop("PREFECT_API_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        settings = with_auth(Settings(data=Path(folder), port=_free_port()))
        server = PrefectServer(settings)
        server.start()
        try:
            return _measure(settings)
        finally:
            server.stop()


def _measure(settings: Settings) -> list[dict[str, Any]]:
    at = clock.now()
    engine = engine_for(settings.database)
    migrate(engine)
    with open_session(engine) as session:
        load_training_copy(session, built_in(CODE), today=clock.today("Europe/Moscow"), at=at)
    control_day(engine, today=None, at=at)
    started = time.perf_counter()
    report = sync(engine, settings=settings, at=at)
    first = time.perf_counter() - started
    gc.collect()  # the litter of the first sync is not cleared away at the cost of the second
    started = time.perf_counter()
    again = sync(engine, settings=settings, at=at)
    second = time.perf_counter() - started
    bare = asyncio.run(_bare(settings, engine, at))
    told = f"{report.created} deployments, {report.runs.runs_created} runs"
    return [
        _row(f"first sync of {CODE} ({told})", first, peer=bare, aim="", ok=True),
        _row("second sync, no change", second, peer=None, aim="≤ 3 s", ok=second <= AIM_SECONDS and not again.changed),
    ]


async def _bare(settings: Settings, engine: Any, at: datetime) -> float:
    """The same deployments, runs, forms and cards by one plain call each, at the same concurrency; seconds."""
    with open_session(engine) as session:
        deployments = item_deployments(controlled_items(session).values())
        runs = list(session.execute(select(PrefectRef).where(col(PrefectRef.kind) == "run")).scalars())
    async with connect(settings) as client:
        started = time.perf_counter()
        flow_id = await client.create_flow_from_name("bare")
        made = await bounded(
            client.create_deployment(
                flow_id,
                d.key.replace("/", " "),
                description=d.description,
                tags=list(d.tags),
                work_pool_name=POOL,
                entrypoint=d.entrypoint,
            )
            for d in deployments
        )
        by_item = {d.key: made_id for d, made_id in zip(deployments, made, strict=True)}
        await bounded(_bare_run(client, by_item["/".join(row.key.split("/")[:2])], row, at) for row in runs)
        return time.perf_counter() - started


async def _bare_run(client: PrefectClient, deployment_id: UUID, row: PrefectRef, at: datetime) -> None:
    """A named run; one that waits is set running and suspended, and gets its form and card."""
    created = await client.create_flow_run_from_deployment(
        deployment_id, name=row.content_hash, state=scheduled_state(at), idempotency_key=f"bare {row.key}"
    )
    if row.state_name == "Запланировано":
        return
    for state in ({"type": "RUNNING"}, {"type": "PAUSED", "name": row.state_name}):
        await call(client, "POST", f"/flow_runs/{created.id}/set_state", {"state": state, "force": True})
    for key, value in (("schema", str(form_schema())), ("description", row.content_hash)):
        await client.create_flow_run_input(flow_run_id=created.id, key=key, value=value)
    card = {"key": f"bare-{uuid4()}", "type": "markdown", "data": row.content_hash, "flow_run_id": str(created.id)}
    await call(client, "POST", "/artifacts/", card)


def _row(name: str, value: float, *, peer: float | None, aim: str, ok: bool) -> dict[str, Any]:
    ratio = value / peer if peer else None
    return {"name": name, "value": value, "unit": "s", "peer": peer, "ratio": ratio, "aim": aim, "ok": ok}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    from bench.table import show

    show(run())
