"""Rows of processes → what their cards show: one query for many points, never one a stage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Body, ControlPoint, Evidence
from models import Process as ProcessRow
from models.db.rows import table_of
from roadmap.cards.process import StageFact, process_card
from roadmap.processes.forecast import Forecast, durations, forecast
from roadmap.processes.schema import Process
from tasks.context.working_calendar import calendar_of
from tasks.prefect.cards.point_facts import PointFacts, points
from tasks.prefect.cards.round_facts import round_cards, rounds_under_way
from tasks.processes.rows import POINTS, StageRow

PROCESSES = table_of(ProcessRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFacts:
    """A process as it stands on a day: its stages in the order they came to be, each with its row."""

    process: Process
    deadline_on: date
    stages: tuple[tuple[StageRow, StageFact], ...]
    forecast: Forecast | None

    @property
    def facts(self) -> list[StageFact]:
        """The stages as cards show them."""
        return [fact for _, fact in self.stages]


def process_cards(session: Session, days: Mapping[str, date]) -> dict[str, str]:
    """Markdown of the process, or of the round of monitoring, of each point that has one, by key.

    ``days``: today in the zone of each point asked.
    """
    return round_cards(session, days) | {
        key: process_card(
            found.process, found.facts, deadline_on=found.deadline_on, forecast=found.forecast, today=days[key]
        )
        for key, found in process_facts(session, days)
    }


def process_facts(session: Session, days: Mapping[str, date]) -> Iterator[tuple[str, ProcessFacts]]:
    """The process of each point that has one, with the point's key; ``days`` as for ``process_cards``."""
    parents = select(
        POINTS.c.id, POINTS.c.key, POINTS.c.roadmap_code, POINTS.c.deadline_on, PROCESSES.c.code, PROCESSES.c.definition
    ).join(PROCESSES, PROCESSES.c.point_id == POINTS.c.id)
    listed = sorted(days)
    for first in range(0, len(listed), 500):
        for row in session.execute(parents.where(POINTS.c.key.in_(listed[first : first + 500]))).all():
            process = Process.model_validate(row.definition, strict=False)
            stages = _stages(session, row.id)
            calendar = calendar_of(session, row.roadmap_code)
            took = durations(_finished(session, row.roadmap_code, row.code), calendar)
            standing = [stage.standing() for stage, _ in stages]
            ends = forecast(process, standing, took, today=days[row.key], calendar=calendar)
            yield (
                row.key,
                ProcessFacts(process=process, deadline_on=row.deadline_on, stages=tuple(stages), forecast=ends),
            )


def under_way(session: Session) -> list[PointFacts]:
    """The points whose process, or round, has begun and has not ended."""
    running = select(col(ProcessRow.point_id)).where(col(ProcessRow.ended_on).is_(None))
    return [*points(session, col(ControlPoint.id).in_(running)), *rounds_under_way(session)]


def whole_of(session: Session, key: str) -> str:
    """The key of the point that a stage is a part of; any other key as it is."""
    whole = aliased(ControlPoint)
    found = select(col(whole.key)).join(ControlPoint, col(ControlPoint.parent_id) == col(whole.id))
    return session.execute(found.where(col(ControlPoint.key) == key)).scalar() or key


def _stages(session: Session, parent_id: int) -> list[tuple[StageRow, StageFact]]:
    owner, body = aliased(Body), aliased(Body)
    columns = [POINTS.c[name] for name in StageRow._fields]
    rows = session.execute(
        select(*columns, col(owner.short), col(body.short))
        .join(owner, col(owner.id) == POINTS.c.owner_id)
        .outerjoin(body, col(body.id) == POINTS.c.body_id)
        .where(POINTS.c.parent_id == parent_id)
        .order_by(POINTS.c.id)
    )
    counts = _counts(session, parent_id)
    stages = ((StageRow(*values), holder, case) for *values, holder, case in rows)
    return [(stage, _fact(stage, holder, case, counts.get(stage.id, (None, None)))) for stage, holder, case in stages]


def _counts(session: Session, parent_id: int) -> dict[int, tuple[int | None, int | None]]:
    """How many were planned and how many came, as last said, by stage."""
    found = (
        select(col(Evidence.point_id), col(Evidence.planned_count), col(Evidence.count))
        .join(ControlPoint, col(ControlPoint.id) == col(Evidence.point_id))
        .where(col(ControlPoint.parent_id) == parent_id, col(Evidence.count).is_not(None))
        .order_by(col(Evidence.id))
    )
    return {row.point_id: (row.planned_count, row[2]) for row in session.execute(found)}


def _fact(stage: StageRow, holder: str, case: str | None, counts: tuple[int | None, int | None]) -> StageFact:
    return StageFact(
        code=stage.stage,
        case=case if stage.case else None,
        holder=holder,
        status=stage.status,
        blocked=stage.blocked,
        opens_on=stage.opens_on,
        due_on=stage.deadline_on,
        done_on=stage.submitted_on or stage.closed_on,
        planned_count=counts[0],
        count=counts[1],
    )


def _finished(session: Session, code: str, process: str) -> list[tuple[str, date, date]]:
    """Stages of the same process in the same roadmap that took their time.

    One noted as done on the day it was opened tells nothing of how long such a stage takes.
    """
    stage, whole = aliased(ControlPoint), PROCESSES
    rows = session.execute(
        select(col(stage.stage), col(stage.opens_on), col(stage.submitted_on))
        .join(whole, whole.c.point_id == col(stage.parent_id))
        .where(
            col(stage.roadmap_code) == code,
            whole.c.code == process,
            col(stage.status) == "accepted",
            col(stage.submitted_on) > col(stage.opens_on),
        )
    )
    return [(str(name), first, last) for name, first, last in rows.tuples()]
