"""One Prefect run per control point: what should be there, what is there, and the mending of the difference."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import ControlPoint, PrefectRef
from models.db import open_session
from models.db.rows import chunks
from models.settings import Settings
from models.tables.alert import keep_alerts
from roadmap.calendar.zones import today_there
from roadmap.cards.point import run_name
from roadmap.cards.run_tags import moving_tags, with_moving_tags
from roadmap.control.state import FINAL, state_name
from tasks.prefect.cards.artifacts import publish_card
from tasks.prefect.cards.point_facts import LIVE, PointFacts, controlled_items, histories, point_of, points
from tasks.prefect.cards.process_facts import process_cards, whole_of
from tasks.prefect.client import Progress, bounded, call, pages, silent
from tasks.prefect.names import FLOW_NAMES, KEPT_BY_ANOTHER, POOL, worker_name
from tasks.prefect.runs.apply import FRESH, Job, Run, Wanted, carry_out, has_tags
from tasks.prefect.runs.waiting_runs import end_stray, finish_run, has_ended, rename_state, start_again

STALE = timedelta(hours=1)
"""A run that is busy for longer has lost its process."""
UNFINISHED = ["SCHEDULED", "PENDING", "RUNNING", "PAUSED"]
DIED = ["CRASHED", "FAILED"]
LONGEST_REST = timedelta(hours=6)
TOLD_AFTER = timedelta(minutes=30)
"""A run that has been failing for so long is told of: it does not mend itself."""
BACK = "Точка возвращена на контроль: запуск начат заново."
FAILING = "Запуск «{name}» прерывается ошибкой: решение по точке не исполняется. Причина — в журнале запуска."


@dataclass(frozen=True, slots=True)
class RunsReport:
    """How many runs were written, and how; ``runs_kept`` needed nothing."""

    runs_created: int = 0
    runs_opened: int = 0
    runs_renamed: int = 0
    runs_moved: int = 0
    runs_finished: int = 0
    runs_restarted: int = 0
    runs_deleted: int = 0
    runs_kept: int = 0

    @property
    def changed(self) -> int:
        """Runs that were written at all."""
        written: int = sum(getattr(self, field.name) for field in fields(self)) - self.runs_kept
        return written

    def words(self) -> list[str]:
        """What was written, in Russian."""
        counts = (
            ("запусков создано", self.runs_created),
            ("открыто", self.runs_opened),
            ("переименовано", self.runs_renamed),
            ("перенесено", self.runs_moved),
            ("закрыто", self.runs_finished),
            ("начато заново", self.runs_restarted),
            ("запусков удалено", self.runs_deleted),
        )
        return [f"{words}: {count}" for words, count in counts if count]


def known_deployments(session: Session) -> dict[str, UUID]:
    """The deployments the last sync left, by item key."""
    return {key: UUID(prefect_id) for key, prefect_id in _noted(session, "deployment").items()}


async def reconcile_runs(
    client: PrefectClient,
    engine: Engine,
    deployments: Mapping[str, UUID],
    *,
    today: date | None,
    at: datetime,
    ahead_days: int,
    progress: Progress = silent,
) -> RunsReport:
    """Make Prefect's runs say what the rows say.

    1. every live point that opens within ``ahead_days`` has one unfinished run, named and in its state;
    2. a run of a point that is closed ends, whatever its process died of; a run of a point that is gone is deleted;
    3. a run that died, or that lost its process, is started again by the worker.

    What was done is noted in ``PrefectRef`` in small batches; killed at any moment, the next call mends the rest. A
    point without a deployment in ``deployments`` (by item key) is left to the next sync.
    """
    with open_session(engine) as session:
        wanted = _wanted(session, deployments, today=today, at=at, ahead_days=ahead_days)
        noted = _noted(session, "run")
    ours, strays = _by_owner([*await _found(client, DIED), *await _found(client, UNFINISHED)])
    silent_workers = await _silent_workers(client) if any(run.type == "RUNNING" for run in ours) else set()
    ours = [replace(run, worker_is_silent=run.worker in silent_workers) for run in ours]
    died = [await _with_its_failures(client, run) for run in ours if run.type in DIED]
    runs = {run.key: run for run in (*died, *(run for run in ours if run.type in UNFINISHED))}
    waiting = {key for key, run in runs.items() if run.type == "PAUSED"}
    with open_session(engine) as session:
        wanted |= _put_back(session, deployments, waiting - wanted.keys(), today=today, at=at)
        keep_alerts(session, "run", _failing(died, wanted, at), at=at)
        closed = _closed(session, runs.keys() - wanted.keys(), today=today, at=at)
    jobs = list(_jobs(wanted, runs, noted=noted, closed=closed, at=at))
    await bounded(end_stray(client, run.id, KEPT_BY_ANOTHER) for run in strays if at - run.since > FRESH)
    done = await carry_out(client, engine, jobs, today=today, at=at, progress=progress)
    written = sum(done.values())
    counts = {name: done[name] for name in (field.name for field in fields(RunsReport)) if name in done}
    return RunsReport(**counts, runs_kept=max(len(wanted) + len(closed) - written, 0))


def _noted(session: Session, kind: str) -> dict[str, str]:
    """Prefect's id of everything of this kind that the last sync left, by its key; as columns: there are thousands."""
    ids = select(col(PrefectRef.key), col(PrefectRef.prefect_id)).where(col(PrefectRef.kind) == kind)
    return dict(session.execute(ids).tuples().all())


def _wanted(
    session: Session, deployments: Mapping[str, UUID], *, today: date | None, at: datetime, ahead_days: int
) -> dict[str, Wanted]:
    horizon = (today or at.date()) + timedelta(days=ahead_days)
    items = controlled_items(session)
    # The stages of a process are shown on the run of the point they belong to.
    whole = col(ControlPoint.parent_id).is_(None)
    live = points(
        session, col(ControlPoint.status).in_(LIVE), col(ControlPoint.opens_on) <= horizon, whole, items=items
    )
    return _wanted_of(live, deployments, today=today, at=at)


def _put_back(
    session: Session, deployments: Mapping[str, UUID], keys: Iterable[str], *, today: date | None, at: datetime
) -> dict[str, Wanted]:
    """Points that open later than runs are made ahead, of which a run waits: a false day had opened them.

    The run goes on waiting under the name of what is to come, and is found again when the day has come.
    """
    found: dict[str, Wanted] = {}
    items = controlled_items(session) if keys else {}
    for some in chunks(sorted(keys)):
        its = (col(ControlPoint.key).in_(some), col(ControlPoint.status).in_(LIVE))
        found |= _wanted_of(points(session, *its, items=items), deployments, today=today, at=at)
    return found


def _wanted_of(
    live: Iterable[PointFacts], deployments: Mapping[str, UUID], *, today: date | None, at: datetime
) -> dict[str, Wanted]:
    return {
        point.key: Wanted(
            point,
            deployments[point.item.key],
            run_name(point),
            state_name(point, day),
            moving_tags(point, day),
        )
        for point in live
        if point.item.key in deployments
        for day in [today or today_there(at, point.item.zone)]
    }


def _closed(session: Session, keys: Iterable[str], *, today: date | None, at: datetime) -> dict[str, str]:
    """The final state's name of every closed point among the keys; live ones have ``""``."""
    found = {}
    items = controlled_items(session, with_dropped=True)
    for some in chunks(sorted(keys)):
        for point in points(session, col(ControlPoint.key).in_(some), items=items):
            name = state_name(point, today or today_there(at, point.item.zone))
            found[point.key] = name if name in FINAL else ""
    return found


def _by_owner(found: Iterable[dict[str, Any]]) -> tuple[list[Run], list[Run]]:
    """The runs that we made, and those that people made by hand and that wait or are to start."""
    ours, strays = [], []
    for one in found:
        run = _run(one)
        if one["idempotency_key"]:
            ours.append(run)
        elif one["deployment_id"] and run.type in ("SCHEDULED", "PAUSED"):
            strays.append(run)
    return ours, strays


async def _found(client: PrefectClient, types: list[str]) -> list[dict[str, Any]]:
    body = {
        "flows": {"name": {"any_": list(FLOW_NAMES.values())}},
        "flow_runs": {"state": {"type": {"any_": types}}},
        "sort": "ID_DESC",
    }
    return await pages(client, "/flow_runs/filter", body)


async def _with_its_failures(client: PrefectClient, run: Run) -> Run:
    """A run that died, with the hour since which it has done nothing but that."""
    states = await call(client, "GET", f"/flow_run_states/?flow_run_id={run.id}")
    since = run.since
    for state in sorted(states, key=lambda state: str(state["timestamp"]), reverse=True):
        if state["type"] in DIED:
            since = datetime.fromisoformat(state["timestamp"])
        elif state["type"] not in ("SCHEDULED", "PENDING", "RUNNING"):
            break
    return replace(run, failing_since=since)


def _failing(died: Iterable[Run], wanted: Mapping[str, Wanted], at: datetime) -> dict[str, str]:
    """Key → words, of the runs of live points that starting again has not mended."""
    return {
        run.key: FAILING.format(name=run.name)
        for run in died
        if run.key in wanted and run.failing_since is not None and at - run.failing_since > TOLD_AFTER
    }


def _is_rested(run: Run, at: datetime) -> bool:
    """A run that fails each time is begun again ever more seldom: it rests half as long as it has been failing."""
    failing = run.since - run.failing_since if run.failing_since else timedelta()
    return at - run.since > max(FRESH, min(failing / 2, LONGEST_REST))


def _run(run: dict[str, Any]) -> Run:
    return Run(
        id=UUID(run["id"]),
        key=run["idempotency_key"] or "",
        deployment_id=UUID(run["deployment_id"]) if run["deployment_id"] else None,
        name=run["name"],
        type=run["state_type"],
        state_name=run["state_name"],
        since=datetime.fromisoformat(run["state"]["timestamp"]),
        was_asked=bool(run["empirical_policy"]["pause_keys"]),
        starts_at=_instant(run["next_scheduled_start_time"]),
        asked=(run["state"]["state_details"].get("pause_key") or ""),
        worker=(run.get("labels") or {}).get("prefect.worker.name", ""),
        tags=frozenset(run["tags"]),
        pid=int(pid) if (pid := run.get("infrastructure_pid") or "").isdigit() else 0,
    )


def _instant(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def _jobs(
    wanted: Mapping[str, Wanted],
    runs: Mapping[str, Run],
    *,
    noted: Mapping[str, str],
    closed: Mapping[str, str],
    at: datetime,
) -> Iterable[Job]:
    """What has to be written; deleting and creating anew is two jobs."""
    for key, run in runs.items():
        if key in wanted:
            continue
        if key not in closed:
            yield Job("runs_deleted", run, None)
        elif closed[key] and (not _is_busy(run) or _is_lost(run, at)):
            yield Job("runs_finished", run, None, closed[key])
    for key, want in wanted.items():
        mine = runs.get(key)
        if mine is not None and mine.deployment_id != want.deployment_id:
            yield Job("runs_deleted", mine, None)
            mine = None
        if mine is None:
            yield Job("runs_created", None, want)
        elif kind := _mending(want, mine, noted.get(key), at):
            yield Job(kind, mine, want)


def _is_busy(run: Run) -> bool:
    """On its way through a worker: asked before and scheduled again means an answer waits to be carried out."""
    return run.type in ("PENDING", "RUNNING") or (run.type == "SCHEDULED" and run.was_asked)


def _is_lost(run: Run, at: datetime) -> bool:
    """Nobody works on a busy run any more: a worker of this machine has left its process, or it has taken too long."""
    busy = at - run.since
    return busy > STALE or (run.type == "RUNNING" and busy > FRESH and _is_gone(run))


def _is_gone(run: Run) -> bool:
    if run.worker_is_silent:
        return True
    # The process can be looked for where it was started only.
    if os.name != "posix" or run.worker != worker_name(Settings()) or not run.pid:
        return False
    try:
        os.kill(run.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _mending(want: Wanted, run: Run, noted: str | None, at: datetime) -> str:
    """Which job a run needs; empty when none."""
    if run.type in DIED:
        return "runs_restarted" if _is_rested(run, at) else ""
    if _is_busy(run):
        return "runs_restarted" if run.type != "SCHEDULED" and _is_lost(run, at) else ""
    if run.type == "SCHEDULED" and want.waits:
        return "runs_opened"
    is_noted = noted == str(run.id)
    if run.type == "PAUSED" and not is_noted:
        return "runs_opened"
    if run.type == "SCHEDULED" and run.starts_at != want.starts_at:
        return "runs_moved"
    if run.name != want.name or not has_tags(run, want) or (run.type == "PAUSED" and run.state_name != want.state_name):
        return "runs_renamed"
    return "" if is_noted else "runs_noted"


async def _silent_workers(client: PrefectClient) -> set[str]:
    """Workers, on whatever machine, that have not been heard of for some time: what they ran has died with them.

    The server says so, by its own clock, after three heartbeats left out: ours may be another.
    """
    try:
        workers = await call(client, "POST", f"/work_pools/{POOL}/workers/filter", {})
    except (PrefectHTTPStatusError, ObjectNotFound):
        return set()
    return {one["name"] for one in workers if one["status"] == "OFFLINE"}


async def push_run(client: PrefectClient, engine: Engine, key: str, *, at: datetime) -> bool:
    """Show what has just been decided about one point on its run; False when it has no run to show it on.

    A stage is shown on the run of the point it is a part of.
    """
    with open_session(engine) as session:
        key = whole_of(session, key)
        noted = session.get(PrefectRef, ("run", key))
        point = point_of(session, key)
        history = histories(session, [key])[key]
        day = {key: today_there(at, point.item.zone)} if point else {}
        stages = process_cards(session, day).get(key, "")
    if noted is None or point is None:
        return False
    run_id, today = UUID(noted.prefect_id), today_there(at, point.item.zone)
    name, present = state_name(point, today), (await client.read_flow_run(run_id)).tags
    if name in FINAL:
        await finish_run(client, run_id, name, tags=present)
    else:
        now = with_moving_tags(present, moving_tags(point, today))
        await client.update_flow_run(run_id, name=run_name(point), tags=now)
        if await has_ended(client, run_id):
            await start_again(client, run_id, at, why=BACK)
        else:
            await rename_state(client, run_id, name)
    await publish_card(client, run_id, point, history, today=today, stages=stages)
    with open_session(engine) as session:
        session.merge(
            PrefectRef(kind="run", key=key, prefect_id=str(run_id), content_hash=run_name(point), state_name=name)
        )
    return True
