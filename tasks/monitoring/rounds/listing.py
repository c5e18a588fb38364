"""The rounds of a roadmap as a list: their days, who has answered, what was done last."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import ControlPoint, RoundStep
from models.lifecycle.transitions import LIVE
from models.queries.rounds import done_steps
from tasks.monitoring.rounds.rows import ROUNDS, rounds_of
from tasks.monitoring.rounds.sweep import is_ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A round as the list of rounds shows it."""

    key: str
    period: str
    """As the command line takes it: «2026-Q3»."""
    title: str
    """«III квартал 2026 г.»"""
    rhythm: str
    opens_on: date
    due_on: date
    note_on: date
    status: str
    manual: bool
    step: str
    """Code of the last step done; empty before the first."""
    asked: int
    answered: int
    is_ready: bool
    """Its note is to be written now."""


def rounds_list(session: Session, code: str, *, today: date) -> list[Listed]:
    """The rounds of a roadmap by period."""
    rows = rounds_of(session, ROUNDS.c.roadmap_code == code)
    last = dict(
        session.execute(
            done_steps(col(RoundStep.round_id), col(RoundStep.step))
            .where(col(RoundStep.round_id).in_([row.id for row in rows]))
            .order_by(col(RoundStep.id))
        )
        .tuples()
        .all()
    )
    counts = _counts(session, code)
    return [
        Listed(
            key=row.key,
            period=row.period.written,
            title=row.period.title,
            rhythm=row.rhythm,
            opens_on=row.opens_on,
            due_on=row.due_on,
            note_on=row.note_on,
            status=row.status,
            manual=row.manual,
            step=last.get(row.id, ""),
            asked=counts.get((row.point_id, True), 0) + counts.get((row.point_id, False), 0),
            answered=counts.get((row.point_id, True), 0),
            is_ready=row.id in last and is_ready(session, row, today=today),
        )
        for row in rows
    ]


def _counts(session: Session, code: str) -> dict[tuple[int, bool], int]:
    """(point of the round, whether it was given) → how many bodies."""
    given = col(ControlPoint.status) == "accepted"
    found = (
        select(col(ControlPoint.parent_id), given, func.count())
        .where(col(ControlPoint.roadmap_code) == code, col(ControlPoint.purpose) == "data")
        .where(col(ControlPoint.status).in_((*LIVE, "accepted")))
        .group_by(col(ControlPoint.parent_id), given)
    )
    return {(parent, bool(is_given)): n for parent, is_given, n in session.execute(found)}
