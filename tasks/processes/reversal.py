"""Stages that a false day had begun wait again, with the days they would have had."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import update
from sqlmodel import Session

from roadmap.processes.staging import LEAST_DAYS
from tasks.context.roadmap_day import RoadmapDay
from tasks.processes.follow import extended_by_hand
from tasks.processes.plan import in_time, plan_of
from tasks.processes.rows import POINTS, PROCESSES, StageRow, Underway, underway


def put_stages_back(session: Session, code: str, *, undone: Sequence[int], day: RoadmapDay) -> int:
    """Give the planned stages that a false day touched the days of a process that begins in its time; how many.

    ``undone``: points that were led back. A process that began on a false day begins anew: with its point, or today
    where that is open already. Stages keep their keys, so that the sweep finds them and adds none.
    """
    led_back, changed = set(undone), 0
    for one in underway(session, code):
        began_false = one.started_on > day.today
        if began_false:
            one = replace(one, started_on=max(one.parent.opens_on, day.today))
            its = PROCESSES.c.point_id == one.parent.id
            session.execute(update(PROCESSES).where(its).values(started_on=one.started_on))
        stages = [s for s in one.stages if s.status == "planned" and (began_false or s.id in led_back)]
        if stages:
            changed += _put_back(session, one, stages, day)
    return changed


def _put_back(session: Session, one: Underway, stages: Sequence[StageRow], day: RoadmapDay) -> int:
    planned = {plan.place: plan for plan in plan_of(one, {s.case for s in one.stages if s.case}, day.calendar)}
    kept = extended_by_hand(session, one.parent.id)
    least = day.calendar.add_working_days(one.started_on, LEAST_DAYS)
    changed = 0
    for stage in stages:
        plan = planned.get(stage.place)
        if plan is None:
            continue
        if not plan.blocked:
            plan = in_time(plan, today=one.started_on, least=least)
        values: dict[str, Any] = {"blocked": plan.blocked, "next_check_on": None if plan.blocked else plan.opens_on}
        if stage.id not in kept:
            values |= {"opens_on": plan.opens_on, "due_on": plan.due_on, "deadline_on": plan.due_on}
            values |= {"deadline_note": plan.note}
        session.execute(update(POINTS).where(POINTS.c.id == stage.id).values(values))
        changed += 1
    return changed
