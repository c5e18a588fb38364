"""Rows of processes → what their cards show: one query for many points, never one a stage."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Body, ControlPoint
from models import Process as ProcessRow
from roadmap.cards import PointFacts
from roadmap.process_cards import StageFact, process_card
from roadmap.processes.forecast import durations, forecast
from roadmap.processes.schema import Process
from roadmap.processes.staging import Standing
from tasks.control_day import calendar_of
from tasks.point_facts import points
from tasks.stages_rows import POINTS, StageRow
from tasks.storing import table_of

PROCESSES = table_of(ProcessRow)


def process_cards(work: Session, days: Mapping[str, date]) -> dict[str, str]:
    """Markdown of the process of each point that has one, by key; ``days``: today in the zone of each point asked."""
    found: dict[str, str] = {}
    parents = select(
        POINTS.c.id, POINTS.c.key, POINTS.c.roadmap_code, POINTS.c.deadline_on, PROCESSES.c.code, PROCESSES.c.definition
    ).join(PROCESSES, PROCESSES.c.point_id == POINTS.c.id)
    listed = sorted(days)
    for first in range(0, len(listed), 500):
        for row in work.execute(parents.where(POINTS.c.key.in_(listed[first : first + 500]))).all():
            day = days[row.key]
            process = Process.model_validate(row.definition, strict=False)
            facts, standing = _stages(work, row.id)
            calendar = calendar_of(work, row.roadmap_code)
            took = durations(_finished(work, row.roadmap_code, row.code), calendar)
            ends = forecast(process, standing, took, today=day, calendar=calendar)
            found[row.key] = process_card(process, facts, deadline_on=row.deadline_on, forecast=ends, today=day)
    return found


def under_way(work: Session) -> list[PointFacts]:
    """The points whose process has begun and has not ended."""
    running = select(col(ProcessRow.point_id)).where(col(ProcessRow.ended_on).is_(None))
    return points(work, col(ControlPoint.id).in_(running))


def whole_of(work: Session, key: str) -> str:
    """The key of the point that a stage is a part of; any other key as it is."""
    whole = aliased(ControlPoint)
    found = select(col(whole.key)).join(ControlPoint, col(ControlPoint.parent_id) == col(whole.id))
    return work.execute(found.where(col(ControlPoint.key) == key)).scalar() or key


def _stages(work: Session, parent_id: int) -> tuple[list[StageFact], list[Standing]]:
    owner, body = aliased(Body), aliased(Body)
    columns = [POINTS.c[name] for name in StageRow._fields]
    rows = work.execute(
        select(*columns, col(owner.short), col(body.short))
        .join(owner, col(owner.id) == POINTS.c.owner_id)
        .outerjoin(body, col(body.id) == POINTS.c.body_id)
        .where(POINTS.c.parent_id == parent_id)
        .order_by(POINTS.c.id)
    ).all()
    facts, standing = [], []
    for *values, holder, case in rows:
        stage = StageRow(*values)
        standing.append(stage.standing())
        facts.append(
            StageFact(
                code=stage.stage,
                case=case if stage.case else None,
                holder=holder,
                status=stage.status,
                waits=stage.waits,
                opens_on=stage.opens_on,
                due_on=stage.deadline_on,
                done_on=stage.submitted_on or stage.closed_on,
            )
        )
    return facts, standing


def _finished(work: Session, code: str, process: str) -> list[tuple[str, date, date]]:
    """Stages of the same process in the same roadmap that took their time.

    One noted as done on the day it was opened tells nothing of how long such a stage takes.
    """
    stage, whole = aliased(ControlPoint), PROCESSES
    rows = work.execute(
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
