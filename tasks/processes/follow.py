"""Live stages follow the deadline of their point, the bodies of the parties and the list of municipalities."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from models import Transition
from models.db.rows import table_of
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.calendar_moves import BY_CALENDAR
from models.lifecycle.transitions import TransitionCommand
from roadmap.processes.staging import Place, PlannedStage
from tasks.context.roadmap_day import RoadmapDay
from tasks.processes.plan import Parties, plan_of
from tasks.processes.rows import ENGINE, POINTS, Member, Members, Parent, StageRow, Underway

TRANSITIONS = table_of(Transition)
#: Why the stages that were left were withdrawn when a person accepted their point.
TAKEN_WHOLE = "исполнение пункта принято в целом"


def follow(session: Session, one: Underway, *, day: RoadmapDay, parties: Parties) -> int:
    """Bring live stages in line with the deadline of the point and with the bodies of the parties; returns how many.

    What a person decided about a stage itself (a later deadline, another body) stays. A stage not begun is changed
    in silence, one under way by a move that its party hears of.
    """
    live = [stage for stage in one.stages if stage.is_live and stage.status != "submitted"]
    wanted = {planned.place: planned for planned in plan_of(one, {s.case for s in live if s.case}, day.calendar)}
    live = [stage for stage in live if stage.place in wanted]
    stale = [stage for stage in live if not stage.deadline_note.startswith(wanted[stage.place].note)]
    holders = {stage.id: parties.body(wanted[stage.place].party, one, stage.body_id) for stage in live}
    handed = [stage for stage in live if holders[stage.id] != stage.owner_id]
    if not stale and not handed:
        return 0
    by_hand = _by_hand(session, one.parent.id)
    _set_days(session, one, stale, wanted, day=day, extended=by_hand["extend"])
    handed = [stage for stage in handed if stage.id not in by_hand["reassign"]]
    _hand_over(session, handed, holders, day)
    return len(stale) + len(handed)


def withdraw_absent(session: Session, one: Underway, *, day: RoadmapDay, members: Members) -> int:
    """Withdraw the live stages of municipalities that have left or merged; returns how many."""
    changes = []
    for stage in one.stages:
        member = members.by_body.get(stage.body_id or 0)
        if stage.is_live and stage.case and member and member.until and member.until < day.today:
            changes.append(_withdrawal(stage, _why_absent(member), day))
    return change_many(session, changes)


def withdraw_left_over(session: Session, one: Underway, *, day: RoadmapDay) -> int:
    """The point was closed as a whole: what is left of its stages is withdrawn; returns how many."""
    how = TAKEN_WHOLE if one.parent.status == "accepted" else "пункт снят с контроля"
    live = [stage for stage in one.stages if stage.is_live]
    owner = one.parent.owner_id
    return change_many(session, [_withdrawal(stage, how, day, hears=stage.owner_id != owner) for stage in live])


def _withdrawal(stage: StageRow, reason: str, day: RoadmapDay, *, hears: bool = True) -> Change:
    """Told to those who had the stage in hand; who was never asked for it need not hear that it is gone.

    Nor need the owner of the whole point (``hears`` off), who is told of that.
    """
    told = stage.status != "planned" and hears
    return Change(
        stage.id, TransitionCommand(action="withdraw", actor=ENGINE, at=day.at, on=day.today, reason=reason, tell=told)
    )


def _why_absent(member: Member) -> str:
    assert member.until is not None
    if member.merged_into:
        return f"вошёл в состав муниципалитета «{member.merged_into}», участвовал по {member.until:%d.%m.%Y}"
    return f"муниципалитет участвовал по {member.until:%d.%m.%Y}"


def extended_by_hand(session: Session, parent_id: int) -> set[int]:
    """The stages whose deadline a person moved."""
    return _by_hand(session, parent_id)["extend"]


def _by_hand(session: Session, parent_id: int) -> dict[str, set[int]]:
    """The stages that a person moved or handed over."""
    decided = (
        select(TRANSITIONS.c.point_id, TRANSITIONS.c.action)
        .join(POINTS, POINTS.c.id == TRANSITIONS.c.point_id)
        .where(POINTS.c.parent_id == parent_id, TRANSITIONS.c.actor != ENGINE)
        .where(TRANSITIONS.c.action.in_(("extend", "reassign")))
        .where(func.coalesce(TRANSITIONS.c.once_key, "").not_like(f"{BY_CALENDAR}%"))
    )
    found: dict[str, set[int]] = {"extend": set(), "reassign": set()}
    for point_id, action in session.execute(decided):
        found[action].add(point_id)
    return found


def _set_days(
    session: Session,
    one: Underway,
    stale: Sequence[StageRow],
    wanted: Mapping[Place, PlannedStage],
    *,
    day: RoadmapDay,
    extended: set[int],
) -> None:
    silent: list[dict[str, Any]] = []
    changes: list[Change] = []
    reason = _reason(session, one.parent) if stale else ""
    counted_on = {stage.code for stage in one.process.stages if stage.after is not None}
    for stage in stale:
        plan = wanted[stage.place]
        due = _new_due(stage, plan, day=day, keeps=stage.id in extended, from_others=stage.stage in counted_on)
        if stage.status == "planned" or due == stage.due_on:
            begins = min(plan.opens_on, due) if stage.status == "planned" else stage.opens_on
            silent.append({"its_id": stage.id, "due": due, "opens": begins, "note": plan.note})
            continue
        move = TransitionCommand(
            action="extend", actor=ENGINE, at=day.at, on=day.today, reason=reason, due_on=due, deadline_on=due
        )
        changes.append(Change(stage.id, move, {"deadline_note": plan.note}))
    change_many(session, changes)
    if silent:
        columns: dict[str, Any] = {
            "opens_on": bindparam("opens"),
            "due_on": bindparam("due"),
            "deadline_on": bindparam("due"),
        }
        columns |= {"deadline_note": bindparam("note")}
        session.execute(update(POINTS).where(POINTS.c.id == bindparam("its_id")).values(columns), silent)


def _new_due(stage: StageRow, plan: PlannedStage, *, day: RoadmapDay, keeps: bool, from_others: bool) -> date:
    """The day of a stage after its point has moved: never sooner than it can still be done, unless it was already."""
    if keeps and stage.due_on >= plan.due_on:
        return stage.due_on
    if stage.status == "planned":
        return plan.due_on if stage.blocked else max(plan.due_on, day.least)
    if from_others:
        return stage.due_on
    soonest = max(day.least, stage.opens_on)
    return plan.due_on if plan.due_on >= soonest else min(max(stage.due_on, stage.opens_on), soonest)


def _reason(session: Session, parent: Parent) -> str:
    """«срок пункта — 15.10.2026: письмо министерства», with the ground of the move that the point had last."""
    last = (
        select(TRANSITIONS.c.reason)
        .where(TRANSITIONS.c.point_id == parent.id, TRANSITIONS.c.action == "extend")
        .order_by(TRANSITIONS.c.id.desc())
        .limit(1)
    )
    ground = session.execute(last).scalar()
    return f"срок пункта — {parent.deadline_on:%d.%m.%Y}" + (f": {ground}" if ground else "")


def _hand_over(session: Session, handed: Sequence[StageRow], holders: Mapping[int, int], day: RoadmapDay) -> None:
    reason = "сторона этапа изменена: этап ведёт другой орган"
    changes = []
    for stage in handed:
        move = TransitionCommand(
            action="reassign",
            actor=ENGINE,
            at=day.at,
            on=day.today,
            reason=reason,
            owner_id=holders[stage.id],
            tell=stage.status != "planned",
        )
        changes.append(Change(stage.id, move))
    change_many(session, changes)
