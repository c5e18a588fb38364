"""Makes the Prefect server say what the database says: deployments first, then the runs of the control points."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, PrefectHTTPStatusError
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from deployments.registry import POOL_TYPE, Deployment, item_deployments, service_deployments
from deployments.serve.prefect import CannotStart
from models import Official, PrefectRef, Roadmap
from models.db import open_session
from models.db.rows import chunks
from models.settings import Settings
from models.tables.audit import write_audit
from roadmap.calendar.office_hours import OfficeHours
from roadmap.calendar.zones import today_there
from roadmap.language import counted
from tasks.context.working_calendar import calendar_of
from tasks.monitoring.rounds.sweep import plan_rounds
from tasks.prefect import api_password
from tasks.prefect.cards.point_facts import controlled_items
from tasks.prefect.client import Progress, bounded, call, connect, is_unauthorized, pages, silent
from tasks.prefect.names import FLOW_NAMES, POOL, POOL_TEMPLATE, api_url
from tasks.prefect.runs.reconcile import RunsReport, known_deployments, reconcile_runs

BATCH = 8
DEFAULT_HOURS = OfficeHours()
DELETED = "В Prefect удалено вручную: {deployments}. Создано заново: точку снимает с контроля только решение по ней."


class PrefectUnreachable(CannotStart):
    """No Prefect server answers, or it does not take our password; the text is one Russian line."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did to the server; a second one with no change in between only counts ``unchanged``."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    runs: RunsReport = field(default_factory=RunsReport)

    @property
    def changed(self) -> int:
        """Deployments and runs written."""
        return self.created + self.updated + self.deleted + self.runs.changed

    def summary(self) -> str:
        """One Russian line for the person at the screen."""
        deployments = self.created + self.updated + self.unchanged
        told = counted(deployments, "развёртывание", "развёртывания", "развёртываний")
        counts = (
            ("создано", self.created),
            ("обновлено", self.updated),
            ("удалено", self.deleted),
        )
        changes = ", ".join([*(f"{words}: {count}" for words, count in counts if count), *self.runs.words()])
        return f"Prefect: {told}; {changes or 'расхождений нет'}."


def sync(
    engine: Engine, *, settings: Settings, at: datetime, today: date | None = None, progress: Progress = silent
) -> SyncReport:
    """Reconcile the server with the database; returns what was written. Killed at any moment, the next one mends.

    ``today`` is each roadmap's own day unless given. Raises ``PrefectUnreachable``.
    """
    return asyncio.run(sync_async(engine, settings=settings, at=at, today=today, progress=progress))


async def sync_async(
    engine: Engine, *, settings: Settings, at: datetime, today: date | None = None, progress: Progress = silent
) -> SyncReport:
    """``sync`` for a caller that already runs an event loop."""
    try:
        async with connect(settings) as client:
            return await sync_with(
                client,
                engine,
                at=at,
                today=today,
                ahead_days=settings.runs_ahead_days,
                hours=OfficeHours(settings.office_from, settings.office_to),
                progress=progress,
            )
    except PrefectHTTPStatusError as refused:
        if is_unauthorized(refused):
            raise PrefectUnreachable(api_password.refused(settings)) from None
        raise
    except httpx.TransportError as broken:
        raise PrefectUnreachable(
            f"Сервер Prefect не отвечает по адресу {api_url(settings)}: запустите vekha up "
            "или проверьте PREFECT_API_URL"
        ) from broken


async def restore_deleted(engine: Engine, *, settings: Settings, at: datetime) -> str:
    """Make again what somebody has deleted in Prefect: deployments, and the runs that went with them.

    Returns what was done, one Russian line that the audit keeps as well; empty when everything that the last sync left
    is there. The look costs the server one count. Raises ``PrefectUnreachable``.
    """
    with open_session(engine) as session:
        ids = [str(noted) for noted in known_deployments(session).values()]
    try:
        async with connect(settings) as client:
            asked = {"deployments": {"id": {"any_": ids}}}
            missing = len(ids) - await call(client, "POST", "/deployments/count", asked) if ids else 0
    except (httpx.TransportError, PrefectHTTPStatusError):
        return ""  # that the server is away is told by who watches it
    if not missing:
        return ""
    report = await sync_async(engine, settings=settings, at=at)
    told = DELETED.format(deployments=counted(missing, "развёртывание", "развёртывания", "развёртываний"))
    with open_session(engine) as session:
        write_audit(session, at=at, actor="Веха", action="Prefect восстановлен", subject="", detail=told)
    return f"{told} {report.summary()}"


async def sync_with(
    client: PrefectClient,
    engine: Engine,
    *,
    at: datetime,
    today: date | None = None,
    ahead_days: int,
    hours: OfficeHours = DEFAULT_HOURS,
    progress: Progress = silent,
) -> SyncReport:
    """``sync`` over an open client.

    1. rounds of monitoring to come are planned, for a roadmap just loaded to show them at once;
    2. the server is read: the deployments of our flows carry the hash of their content as version;
    3. those that are missing or differ are written, and noted batch by batch;
    4. runs follow their points; 5. deployments of items no longer on control are deleted last.
    """
    _plan_rounds(engine, today=today, at=at)
    with open_session(engine) as session:
        items = controlled_items(session)
        zones = [*session.exec(select(Roadmap.zone)), *_zones_of_officials(session)]
        noted = {
            row.key: row.prefect_id for row in session.exec(select(PrefectRef).where(PrefectRef.kind == "deployment"))
        }
    wanted = [*item_deployments(items.values()), *service_deployments(zones, hours)]
    await _ensure_pool(client)
    present = await _present(client, {deployment.flow for deployment in wanted} | set(FLOW_NAMES.values()))
    wanted = _under_their_names(wanted, present, noted)
    changed = [d for d in wanted if present.get((d.flow, d.name), {}).get("version") != content_hash(d)]
    written = await _write(client, engine, changed, progress)
    ids = {d.key: UUID(row["id"]) for d in wanted if (row := present.get((d.flow, d.name)))} | written
    _note_unchanged(engine, wanted, ids)

    def onwards(done: int, total: int) -> None:
        progress(len(changed) + done, len(changed) + total)

    runs = await reconcile_runs(client, engine, ids, today=today, at=at, ahead_days=ahead_days, progress=onwards)
    kept = {(d.flow, d.name) for d in wanted}
    orphans = [row for place, row in present.items() if place not in kept]
    await bounded(client.delete_deployment(UUID(row["id"])) for row in orphans)
    new = sum((d.flow, d.name) not in present for d in changed)
    return SyncReport(new, len(changed) - new, len(wanted) - len(changed), len(orphans), runs)


def _plan_rounds(engine: Engine, *, today: date | None, at: datetime) -> None:
    with open_session(engine) as session:
        zones = {roadmap.code: roadmap.zone for roadmap in session.exec(select(Roadmap))}
    for code, zone in zones.items():
        with open_session(engine) as session:
            plan_rounds(session, code, today=today or today_there(at, zone), at=at, calendar=calendar_of(session, code))


def _zones_of_officials(session: Session) -> list[str]:
    """Zones of their own that officials in office have: letters leave by their clocks."""
    found = session.exec(
        select(Official.zone).where(col(Official.is_active), col(Official.zone).is_not(None)).distinct()
    )
    return [zone for zone in found if zone]


def _under_their_names(
    wanted: Sequence[Deployment], present: Mapping[tuple[str, str], dict[str, Any]], noted: Mapping[str, str]
) -> list[Deployment]:
    """Deployments that are there keep their name when an edition changes an item's words or number.

    Prefect cannot rename a deployment, and its runs cannot move to another: under a new name they would be lost. The
    description and the names of the runs say the new words.
    """
    places = {row["id"]: place for place, row in present.items()}
    taken = {(deployment.flow, deployment.name) for deployment in wanted}
    kept = []
    for deployment in wanted:
        there = places.get(noted.get(deployment.key, ""))
        if there is not None and there not in taken and there[0] == deployment.flow:
            deployment = replace(deployment, name=there[1])
        kept.append(deployment)
    return kept


def content_hash(deployment: Deployment) -> str:
    """Equal for equal content; it stands on the server as the deployment's version."""
    content = json.dumps(asdict(deployment), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


async def _ensure_pool(client: PrefectClient) -> None:
    pools = await call(client, "POST", "/work_pools/filter", {"work_pools": {"name": {"any_": [POOL]}}})
    if pools and pools[0]["base_job_template"] == POOL_TEMPLATE:
        return
    if pools:
        # One of an earlier version let whoever made a run choose its command and its environment.
        await call(client, "PATCH", f"/work_pools/{POOL}", {"base_job_template": POOL_TEMPLATE})
        return
    pool = WorkPoolCreate(name=POOL, type=POOL_TYPE, description="Исполнитель «Вехи»", base_job_template=POOL_TEMPLATE)
    try:
        await client.create_work_pool(pool)
    except ObjectAlreadyExists:
        return


async def _present(client: PrefectClient, flows: set[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The deployments of our flows by (flow name, name), in pages."""
    ours = {"flows": {"name": {"any_": sorted(flows)}}}
    names = {flow["id"]: flow["name"] for flow in await pages(client, "/flows/filter", ours)}
    found = await pages(client, "/deployments/filter", ours | {"sort": "NAME_ASC"})
    return {(names[row["flow_id"]], row["name"]): row for row in found if row["flow_id"] in names}


async def _write(
    client: PrefectClient, engine: Engine, changed: Sequence[Deployment], progress: Progress
) -> dict[str, UUID]:
    """Write deployments, several at once; returns their ids by key."""
    counted = Counter(deployment.flow for deployment in changed)
    flows = {name: await client.create_flow_from_name(name) for name in counted}
    ids: dict[str, UUID] = {}
    for some in chunks(changed, BATCH):
        made = await bounded(_deploy(client, flows[deployment.flow], deployment) for deployment in some)
        ids |= {deployment.key: made_id for deployment, made_id in zip(some, made, strict=True)}
        _note(engine, some, ids)
        progress(len(ids), len(changed))
    return ids


async def _deploy(client: PrefectClient, flow_id: UUID, deployment: Deployment) -> UUID:
    body = {
        "flow_id": str(flow_id),
        "name": deployment.name,
        "version": content_hash(deployment),
        "entrypoint": deployment.entrypoint,
        "description": deployment.description,
        "tags": list(deployment.tags),
        "work_pool_name": POOL,
        "parameter_openapi_schema": deployment.parameter_schema,
        "enforce_parameter_schema": True,
        "schedules": [
            {"schedule": {"cron": cron, "timezone": zone}, "active": True, "slug": zone.lower().replace("/", "-")}
            for cron, zone in deployment.schedules
        ],
    }
    return UUID((await call(client, "POST", "/deployments/", body))["id"])


def _note(engine: Engine, deployments: Sequence[Deployment], ids: dict[str, UUID]) -> None:
    with open_session(engine) as session:
        for deployment in deployments:
            session.merge(
                PrefectRef(
                    kind="deployment",
                    key=deployment.key,
                    prefect_id=str(ids[deployment.key]),
                    content_hash=content_hash(deployment),
                )
            )


def _note_unchanged(engine: Engine, wanted: Sequence[Deployment], ids: dict[str, UUID]) -> None:
    """Mend the notes where they differ from the server, and drop those of items no longer on control."""
    with open_session(engine) as session:
        rows = {row.key: row for row in session.exec(select(PrefectRef).where(PrefectRef.kind == "deployment"))}
        for key in rows.keys() - ids.keys():
            session.delete(rows[key])
    differing = [d for d in wanted if d.key not in rows or rows[d.key].prefect_id != str(ids[d.key])]
    _note(engine, differing, ids)
