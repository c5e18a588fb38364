"""What was recorded of a stage was wrong: another day, another proof; what stood before stays in the history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from models import ControlPoint, Evidence, Transition
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import TransitionCommand
from roadmap.processes.agreement_rows import Fact
from roadmap.processes.ledger import Correction
from roadmap.processes.staging import is_over
from tasks.processes.follow import TAKEN_WHOLE
from tasks.processes.rows import ENGINE, StageRow, Underway, case_of, read_stages


@dataclass(frozen=True, slots=True)
class Differs:
    """A stage that is recorded otherwise than a fact says."""

    row: StageRow
    fact: Fact
    has_other_proof: bool

    @property
    def has_other_day(self) -> bool:
        """Not only the proof is another."""
        return self.row.submitted_on != self.fact.on


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who corrects, on what ground (empty: nothing is to be corrected), when."""

    ground: str
    actor: str
    today: date
    at: datetime


def differing(session: Session, one: Underway, said: Iterable[tuple[StageRow, Fact]]) -> list[Differs]:
    """The reported stages for which a fact names another day, or a proof that is not the newest one given.

    A fact without a proof says nothing about it.
    """
    proofs = _proofs(session, one)
    found = [
        Differs(row, fact, bool(fact.evidence) and fact.evidence != proofs.get(row.id, ""))
        for row, fact in said
        if row.submitted_on is not None
    ]
    return [differs for differs in found if differs.has_other_day or differs.has_other_proof]


def correct(session: Session, one: Underway, wrong: Sequence[Differs], by: By) -> bool:
    """Record the corrections, all or none; True when the day of the whole point moved with its last stage.

    ``Refused`` without a ground, or when somebody changed one of the stages meanwhile.
    """
    before = {point_id: _last_day(one, point_id) for point_id in _ended_by_stages(session, one)}
    change_many(session, [_correction(differs, by) for differs in wrong])
    read_stages(session, [one])
    changes = []
    for point_id, last in sorted(before.items()):
        after, whole = _last_day(one, point_id), session.get_one(ControlPoint, point_id)
        if after != last and whole.status in ("submitted", "accepted") and whole.submitted_on == last:
            move = TransitionCommand(
                action="correct", actor=by.actor, at=by.at, on=by.today, reason=by.ground, due_on=after
            )
            changes.append(Change(point_id, replace(move, tell=False)))
    return change_many(session, changes) > 0


def corrections(session: Session, one: Underway, names: dict[str, str]) -> tuple[Correction, ...]:
    """What was corrected in a process and in its point, oldest first; ``names`` of municipalities by code."""
    found = (
        select(Transition, ControlPoint)
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(or_(col(ControlPoint.parent_id).in_(one.point_ids), col(ControlPoint.id).in_(one.point_ids)))
        .where(col(Transition.action) == "correct")
        .order_by(col(Transition.id))
    )
    titles = {stage.code: stage.title for stage in one.process.stages}
    return tuple(
        Correction(
            name=names.get(case_of(point.key) or "", "") if point.stage else "",
            title=titles[point.stage] if point.stage else "Контрольная точка в целом",
            was=row.due_from,
            on=row.due_to,
            corrected_on=row.happened_on,
            actor=row.actor,
            reason=row.reason,
        )
        for row, point in session.execute(found).tuples()
    )


def _proofs(session: Session, one: Underway) -> dict[int, str]:
    """The newest proof of each stage."""
    found = (
        select(col(Evidence.point_id), col(Evidence.words))
        .join(ControlPoint, col(ControlPoint.id) == col(Evidence.point_id))
        .where(col(ControlPoint.parent_id).in_(one.point_ids), col(Evidence.is_interim).is_(False))
        .order_by(col(Evidence.id))
    )
    return dict(session.execute(found).tuples().all())


def _correction(differs: Differs, by: By) -> Change:
    row, fact = differs.row, differs.fact
    assert fact.on is not None
    move = TransitionCommand(
        action="correct",
        actor=by.actor,
        at=by.at,
        on=by.today,
        reason=by.ground,
        due_on=fact.on if differs.has_other_day else None,
        evidence=fact.evidence if differs.has_other_proof else "",
        tell=False,
    )
    return Change(row.id, move, {"opens_on": min(row.opens_on, fact.on)})


def _ended_by_stages(session: Session, one: Underway) -> set[int]:
    """The points whose day is that of their last stage: not those that were accepted as a whole over open stages."""
    over = {
        point_id
        for point_id in one.point_ids
        if is_over(row.standing() for row in one.stages if row.parent_id == point_id)
    }
    left_over = (
        select(col(ControlPoint.parent_id))
        .join(Transition, col(Transition.point_id) == col(ControlPoint.id))
        .where(col(ControlPoint.parent_id).in_(over), col(Transition.action) == "withdraw")
        .where(col(Transition.actor) == ENGINE, col(Transition.reason) == TAKEN_WHOLE)
    )
    return over - {point_id for point_id in session.execute(left_over).scalars() if point_id is not None}


def _last_day(one: Underway, point_id: int) -> date | None:
    """The day the last stage of a point was done."""
    stands = [row.standing() for row in one.stages if row.parent_id == point_id]
    return max((stage.done_on for stage in stands if stage.state == "done" and stage.done_on), default=None)
