"""What a body is asked in a round and has answered, with everything known of each indicator; how far the round is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, IndicatorValue, Round
from roadmap.catalogue.schema import Indicator
from tasks.monitoring.submissions.rows import (
    Earlier,
    answerers,
    current,
    earlier,
    history,
    indicators_of,
    noted_at,
    proven,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One indicator of a body. ``now`` is the value in force, ``older`` what it corrected, the newest first."""

    number: int
    """Position among the indicators of the round, from 1."""
    indicator: Indicator
    now: IndicatorValue | None
    older: Sequence[IndicatorValue]
    earlier: Earlier | None
    """The last numbers of an earlier round."""
    proof: str
    """Key of the control point that proves it: nobody is asked then. Empty: it is asked."""
    after_note: frozenset[int]
    """Rows that came after the note was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one body is: indicators asked, given, said to be missing."""

    code: str
    name: str
    asked: int
    given: int
    no_data: int
    point: ControlPoint | None
    """Its data point; None before it is asked."""

    @property
    def left(self) -> int:
        """Indicators without any answer."""
        return self.asked - self.given - self.no_data


def answered(session: Session, round_: Round, body_id: int) -> list[Answered]:
    """Every indicator the body answers for, in the order of the catalogue."""
    assert round_.id is not None
    who = answerers(session, round_).get(body_id, ())
    proofs, rows = proven(session, round_, {body_id: who}), history(session, round_.id, body_id)
    past, noted = earlier(session, round_, bodies=[body_id]), noted_at(session, round_.id)
    numbers = {one.code: number for number, one in enumerate(indicators_of(round_), start=1)}
    found = []
    for one in who:
        mine = rows.get(one.code, [])
        late = frozenset(row.id or 0 for row in mine if noted is not None and row.recorded_at > noted)
        facts = {"proof": proofs.get((one.code, body_id), ""), "earlier": past.get((one.code, body_id))}
        now, older = (mine[-1], mine[-2::-1]) if mine else (None, [])
        found.append(
            Answered(number=numbers[one.code], indicator=one, now=now, older=older, after_note=late, **facts)  # type: ignore[arg-type]
        )
    return found


def progress(session: Session, round_: Round) -> list[Progress]:
    """Every body that answers for something that is not proven, by its short name."""
    assert round_.id is not None
    who, there = answerers(session, round_), current(session, round_.id)
    proofs = proven(session, round_, who)
    data = (col(ControlPoint.parent_id) == round_.point_id, col(ControlPoint.purpose) == "data")
    points = {one.body_id: one for one in session.execute(select(ControlPoint).where(*data)).scalars()}
    listed = []
    for body in session.execute(select(Body).where(col(Body.roadmap_code) == round_.roadmap_code)).scalars():
        codes = [one.code for one in who.get(body.id or 0, ()) if (one.code, body.id) not in proofs]
        rows = [row for code in codes if (row := there.get((code, body.id or 0)))]
        if codes:
            given = sum(row.numerator is not None for row in rows)
            facts = {"asked": len(codes), "given": given, "no_data": len(rows) - given}
            listed.append(Progress(code=body.code, name=body.short, point=points.get(body.id), **facts))
    return sorted(listed, key=lambda one: (one.name, one.code))
