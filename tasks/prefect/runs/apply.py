"""Carries out what the comparison of rows and runs asked for, in small batches that a kill cannot spoil."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from sqlalchemy import Engine
from sqlmodel import Session

from models import PrefectRef
from models.db import open_session
from models.db.rows import chunks
from roadmap.calendar.zones import today_there, zone_of
from roadmap.cards.point import Happened
from roadmap.cards.run_tags import MOVING_TAGS, REFUSED, with_moving_tags
from roadmap.control.state import PLANNED
from tasks.prefect.cards.artifacts import publish_card
from tasks.prefect.cards.point_facts import PointFacts, histories
from tasks.prefect.cards.process_facts import process_cards
from tasks.prefect.client import PAGE, Progress, bounded, pages
from tasks.prefect.runs import waiting_runs
from tasks.prefect.runs.waiting_runs import NewRun

STARTS = time(9)
"""The hour of the roadmap's zone at which a run that nobody opened before starts by itself."""
BATCH = 20
FRESH = timedelta(minutes=1)
"""A run that changed since may be at work still, or its worker has a last word to say: «Crashed» comes twice."""
UNNAMED = "Suspended"
"""What Prefect itself calls the state of a waiting run, until the flow has named it."""
UNDONE = "Точка на контроле, поэтому запуск начат заново: отмена запуска её не снимает. Снять — решением «снять»."
FINISHED = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The run a point should have today."""

    point: PointFacts
    deployment_id: UUID
    name: str
    state_name: str
    tags: frozenset[str]
    """Those that follow the point."""

    @property
    def waits(self) -> bool:
        """Whether it waits for the coordinator already."""
        return self.state_name != PLANNED

    @property
    def starts_at(self) -> datetime | None:
        """When a worker starts it; None for a run that waits."""
        if self.waits:
            return None
        return datetime.combine(self.point.opens_on, STARTS, zone_of(self.point.item.zone))


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the server has it."""

    id: UUID
    key: str
    deployment_id: UUID | None
    name: str
    type: str
    state_name: str
    since: datetime
    was_asked: bool
    """Whether it has waited for a decision at least once."""
    starts_at: datetime | None = None
    """When a worker is to start it."""
    asked: str = ""
    """The pause key of the form it waits with."""
    failing_since: datetime | None = None
    """Of a run that died: when it first did since it last waited."""
    worker: str = ""
    pid: int = 0
    """The worker that started it last, and the process on the worker's machine; 0 when not known."""
    worker_is_silent: bool = False
    """That worker has not been heard of for some time."""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Job:
    """One run to write: ``kind`` is the field of the report it counts under."""

    kind: str
    run: Run | None
    wanted: Wanted | None
    final: str = ""


async def carry_out(
    client: PrefectClient,
    engine: Engine,
    jobs: Sequence[Job],
    *,
    today: date | None,
    at: datetime,
    progress: Progress,
) -> Counter[str]:
    """Do the jobs; returns how many of each kind.

    1. runs without a place are deleted, for their names and keys to be free;
    2. missing runs are created, many in one call; one that exists and has died is started again;
    3. every job is finished (state, form, card) and noted, batch by batch.
    """
    gone = [job for job in jobs if job.kind == "runs_deleted"]
    await bounded(_delete(client, engine, job) for job in gone)
    new = await _create(client, [job for job in jobs if job.kind == "runs_created"], at=at)
    rest = new + [job for job in jobs if job.kind not in ("runs_deleted", "runs_created")]
    done = 0
    for some in chunks(rest, BATCH):
        with open_session(engine) as session:
            shown = [job.wanted.point for job in some if job.wanted and job.wanted.waits]
            told = histories(session, {point.key for point in shown})
            days = {point.key: today or today_there(at, point.item.zone) for point in shown}
            stages = process_cards(session, days)
        await bounded(_finish(client, job, told, stages, today=today, at=at) for job in some)
        with open_session(engine) as session:
            for job in some:
                _note(session, job)
        done += len(some)
        progress(done, len(rest))
    return Counter(job.kind for job in [*gone, *rest])


async def _delete(client: PrefectClient, engine: Engine, job: Job) -> None:
    assert job.run is not None
    await client.delete_flow_run(job.run.id)
    with open_session(engine) as session:
        if (row := session.get(PrefectRef, ("run", job.run.key))) is not None:
            session.delete(row)


async def _create(client: PrefectClient, jobs: list[Job], *, at: datetime) -> list[Job]:
    """The jobs with the runs that now exist; those of runs that were there and had died become restarts."""
    groups: dict[UUID, dict[str, Wanted]] = {}
    for job in jobs:
        assert job.wanted is not None
        groups.setdefault(job.wanted.deployment_id, {})[job.wanted.point.key] = job.wanted
    ids: dict[str, UUID] = {}
    for deployment, wants in groups.items():  # one after another: SQLite behind the server would refuse the others
        ids |= await waiting_runs.create_runs(client, deployment, [_new_run(want) for want in wants.values()])
    dead = await _dead(client, list(ids.values()))
    return [
        Job(
            "runs_restarted" if ids[key] in dead else "runs_created",
            _just_made(ids[key], want, at),
            want,
        )
        for deployment, wants in groups.items()
        for key, want in wants.items()
    ]


def has_tags(run: Run, want: Wanted) -> bool:
    """Whether the tags of a run say how its point stands; that a decision was refused stays until the next one."""
    return run.tags & MOVING_TAGS - {REFUSED} == want.tags


def _new_run(want: Wanted) -> NewRun:
    return NewRun(
        point_key=want.point.key,
        name=want.name,
        state_name=want.state_name,
        starts_at=want.starts_at,
        tags=want.tags,
    )


def _just_made(run_id: UUID, want: Wanted, at: datetime) -> Run:
    key, deployment = want.point.key, want.deployment_id
    return Run(run_id, key, deployment, want.name, "NEW", want.state_name, at, was_asked=False, tags=want.tags)


async def _dead(client: PrefectClient, ids: list[UUID]) -> set[UUID]:
    """Which of the runs have ended: an idempotency key gives the old run back, whatever became of it."""
    found: set[UUID] = set()
    for some in chunks(ids, PAGE):
        asked = {"id": {"any_": [str(run_id) for run_id in some]}, "state": {"type": {"any_": FINISHED}}}
        found |= {UUID(run["id"]) for run in await pages(client, "/flow_runs/filter", {"flow_runs": asked})}
    return found


async def _finish(
    client: PrefectClient,
    job: Job,
    told: Mapping[str, list[Happened]],
    stages: Mapping[str, str],
    *,
    today: date | None,
    at: datetime,
) -> None:
    run, want = job.run, job.wanted
    assert run is not None
    match job.kind:
        case "runs_finished":
            return await waiting_runs.finish_run(client, run.id, job.final, tags=run.tags)
        case "runs_restarted":
            why = UNDONE if run.type == "NEW" else ""
            return await waiting_runs.start_again(client, run.id, at, why=why)
        case "runs_noted":
            return None
    assert want is not None
    if run.name != want.name or not has_tags(run, want):
        kept = want.tags | (run.tags & {REFUSED})
        await client.update_flow_run(run.id, name=want.name, tags=with_moving_tags(run.tags, kept))
    if run.type == "SCHEDULED" and want.waits:
        await waiting_runs.open_run(client, run.id, want.state_name)
    elif run.type == "SCHEDULED" and want.starts_at is not None and run.starts_at != want.starts_at:
        await waiting_runs.start_at(client, run.id, want.starts_at)
    elif run.type == "PAUSED" and run.state_name != want.state_name:
        await waiting_runs.rename_state(client, run.id, want.state_name)
    if not want.waits:
        return None
    if job.kind in ("runs_created", "runs_opened"):
        await waiting_runs.give_form(client, run.id, want.point)
    elif run.type == "PAUSED" and run.state_name == UNNAMED and at - run.since > FRESH:
        # Its process died between the wait and the form: without one, no answer is taken.
        await waiting_runs.give_form(client, run.id, want.point, waiting_runs.decision_number(run.asked))
    day = today or today_there(at, want.point.item.zone)
    return await publish_card(client, run.id, want.point, told[run.key], today=day, stages=stages.get(run.key, ""))


def _note(session: Session, job: Job) -> None:
    assert job.run is not None
    name = job.wanted.state_name if job.wanted else job.final
    words = job.wanted.name if job.wanted else job.run.name
    session.merge(
        PrefectRef(kind="run", key=job.run.key, prefect_id=str(job.run.id), content_hash=words, state_name=name)
    )
