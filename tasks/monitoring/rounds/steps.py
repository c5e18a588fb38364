"""What a round's run in Prefect does before its note, step by step, and how a run that waits is woken."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound
from sqlalchemy import Engine, select
from sqlmodel import col

from models import Mirror, Roadmap, lifecycle
from models.db import session
from models.db.rows import hold_roadmap
from models.lifecycle.transitions import Move, Refused
from tasks.context.working_calendar import calendar_of
from tasks.control.decisions import ACTOR, Outcome
from tasks.monitoring.rounds.form import RoundDecision
from tasks.monitoring.rounds.rows import POINTS, RoundRow, round_row, rounds_of
from tasks.monitoring.rounds.sweep import Sweep, is_ready, ready, urge
from tasks.prefect.waiting_runs import start_again
from tasks.processes.rows import Day


@dataclass(frozen=True, slots=True)
class Standing:
    """How a round stands for its run."""

    round_id: int
    is_ready: bool


def standing(engine: Engine, key: str, *, today: date) -> Standing | None:
    """The round of a point, and whether its note is to be written now; None when there is no such round."""
    with session(engine) as work:
        found = rounds_of(work, POINTS.c.key == key)
        return Standing(found[0].id, is_ready(work, found[0], today=today)) if found else None


def open_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Открыть раунд»."""
    return _one(engine, round_id, lambda parts, row: parts.open(row), today=today, at=at)


def ask_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Запросить данные»."""
    return _one(engine, round_id, lambda parts, row: parts.ask(row), today=today, at=at)


def fill_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Заполнить из контрольных точек»."""
    return _one(engine, round_id, lambda parts, row: parts.fill(row), today=today, at=at)


def settle_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Принять данные»."""
    return _one(engine, round_id, lambda parts, row: parts.settle(row)[0], today=today, at=at)


def _one(engine: Engine, round_id: int, part: Callable[[Sweep, RoundRow], int], *, today: date, at: datetime) -> int:
    with session(engine) as work:
        code = round_row(work, round_id).roadmap_code
        hold_roadmap(work, code)
        return part(Sweep.of(work, code, Day(today, at, calendar_of(work, code))), round_row(work, round_id))


def answer_round(
    engine: Engine, key: str, decision: RoundDecision, *, once_key: str, today: date, at: datetime
) -> Outcome:
    """Carry out the coordinator's word on a round; the same ``once_key`` a second time changes nothing."""
    reason = decision.reason.strip()
    try:
        with session(engine) as work:
            if decision.decision == "снять с контроля":
                move = Move(action="withdraw", actor=ACTOR, at=at, on=today, reason=reason, once_key=once_key)
                return Outcome(lifecycle.change(work, key, move).status)
            urge(work, key, actor=ACTOR, reason=reason, once_key=once_key, today=today, at=at)
            return Outcome(lifecycle.point_by_key(work, key).status)
    except Refused as refused:
        with session(engine) as work:
            return Outcome(lifecycle.point_by_key(work, key).status, str(refused))


async def wake_rounds(client: PrefectClient, engine: Engine, *, today: date | None, at: datetime) -> int:
    """Start the waiting runs of rounds whose note is to be written now; returns how many.

    The form they waited with is not answered: the flow starts from its top, sees that the round is ready and does not
    ask again.
    """
    woken = 0
    for run_id in _ready_runs(engine, today=today, at=at):
        try:
            run = await client.read_flow_run(run_id)
        except ObjectNotFound:
            continue
        if run.state is not None and run.state.is_paused():
            await start_again(client, run_id, at)
            woken += 1
    return woken


def _ready_runs(engine: Engine, *, today: date | None, at: datetime) -> list[UUID]:
    with session(engine) as work:
        zones = dict(work.execute(select(col(Roadmap.code), col(Roadmap.zone))).tuples().all())
        found = []
        for code, zone in zones.items():
            found += ready(work, code, today=today or at.astimezone(ZoneInfo(zone)).date())
        keys = [round_row(work, one.id or 0).key for one in found]
        noted = select(col(Mirror.prefect_id)).where(col(Mirror.kind) == "run", col(Mirror.key).in_(keys))
        return [UUID(run_id) for run_id in work.execute(noted).scalars()]
