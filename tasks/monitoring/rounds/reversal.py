"""Rounds of monitoring that a false day brought forward go back to where they were; the right day does it again."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, insert, null, or_, select, update
from sqlmodel import Session, col

from models import IndicatorValue, Recommendation, Round, RoundLetter
from models import Snapshot as SnapshotRow
from models.db.rows import table_of
from models.lifecycle.transitions import CONTROL
from roadmap.calendar.zones import zone_of
from tasks.context.roadmap_day import RoadmapDay
from tasks.monitoring.rounds.rows import POINTS, ROUNDS, STEPS

LETTERS, SNAPSHOTS, ADVICE = table_of(RoundLetter), table_of(SnapshotRow), table_of(Recommendation)
VALUES = table_of(IndicatorValue)
WHY_SETTLED = "справка, которая её предложила, составлена по неверной дате"


@dataclass(frozen=True, slots=True)
class RoundsBack:
    """How many rounds, notes and recommendations a false day had made and were reversed."""

    rounds: int = 0
    notes: int = 0
    recommendations: int = 0


def put_rounds_back(session: Session, code: str, day: RoadmapDay) -> RoundsBack:
    """Reverse the steps that were done for days after today, with what came of them; rounds begun by hand stay.

    Snapshots keep their files and are nobody's newest note; what was proposed and not decided is settled; letters
    count as not sent, so that those of the true note go. Data points under the round keep their keys and wait.
    """
    false = _false_steps(code, day)
    steps = session.execute(false).all()
    if not steps:
        _record_values_again(session, code, day.at)
        return RoundsBack()
    ids = [row.id for row in steps]
    session.execute(update(STEPS).where(STEPS.c.id.in_(ids)).values(reversed_at=day.at))
    of = {step: {row.round_id for row in steps if row.step == step} for step in {row.step for row in steps}}
    rounds = {row.round_id for row in steps}
    session.execute(update(ROUNDS).where(ROUNDS.c.id.in_(of.get("opened", ()))).values(indicators=null()))
    _put_data_points_back(session, code)
    notes = _reverse_snapshots(session, code, day.at)
    enclosed = (LETTERS.c.round_id.in_(of.get("sent", ())), LETTERS.c.reversed_at.is_(None))
    session.execute(update(LETTERS).where(*enclosed).values(reversed_at=day.at))
    recommendations = _settle(session, of.get("recommended", set()), day.at)
    _record_values_again(session, code, day.at)
    return RoundsBack(len(rounds), notes, recommendations)


def _false_steps(code: str, day: RoadmapDay) -> Select[Any]:
    tomorrow = datetime.combine(day.today + timedelta(days=1), time(), zone_of(day.zone))
    is_false = or_(STEPS.c.on_day > day.today, and_(STEPS.c.on_day.is_(None), STEPS.c.done_at >= tomorrow))
    return (
        select(STEPS.c.id, STEPS.c.round_id, STEPS.c.step)
        .join(ROUNDS, ROUNDS.c.id == STEPS.c.round_id)
        .where(ROUNDS.c.roadmap_code == code, ROUNDS.c.manual.is_(False), STEPS.c.reversed_at.is_(None), is_false)
    )


def _put_data_points_back(session: Session, code: str) -> None:
    """What was asked too early waits for its round, which opens it: no day of its own does."""
    planned = (
        select(POINTS.c.id, ROUNDS.c.opens_on, ROUNDS.c.due_on)
        .join(ROUNDS, ROUNDS.c.point_id == POINTS.c.parent_id)
        .where(POINTS.c.roadmap_code == code, POINTS.c.purpose == "data", POINTS.c.status == "planned")
    )
    for row in session.execute(planned).all():
        days = {"opens_on": row.opens_on, "due_on": row.due_on, "deadline_on": row.due_on}
        session.execute(update(POINTS).where(POINTS.c.id == row.id).values(**days, blocked=True, next_check_on=None))


def _reverse_snapshots(session: Session, code: str, at: datetime) -> int:
    """Those of reversed steps, and those of a time that has not come."""
    of_step = exists().where(
        STEPS.c.round_id == SNAPSHOTS.c.round_id,
        STEPS.c.step == "computed",
        STEPS.c.done_at == SNAPSHOTS.c.made_at,
        STEPS.c.reversed_at.is_not(None),
    )
    ours = SNAPSHOTS.c.round_id.in_(select(ROUNDS.c.id).where(ROUNDS.c.roadmap_code == code))
    false = (ours, SNAPSHOTS.c.reversed_at.is_(None), or_(of_step, SNAPSHOTS.c.made_at > at))
    return int(session.execute(update(SNAPSHOTS).where(*false).values(reversed_at=at)).rowcount)  # type: ignore[attr-defined]


def _settle(session: Session, rounds: set[int], at: datetime) -> int:
    """Proposed by false notes and not decided: the true note may propose the same again."""
    proposed = (ADVICE.c.round_id.in_(rounds), ADVICE.c.state == "proposed")
    settled = {"state": "settled", "reason": WHY_SETTLED, "open_key": null(), "reversed_at": at}
    decided = {"decided_by": CONTROL, "decided_at": at}
    return int(session.execute(update(ADVICE).where(*proposed).values(settled | decided)).rowcount)  # type: ignore[attr-defined]


def _record_values_again(session: Session, code: str, at: datetime) -> None:
    """Values recorded at an instant that has not come count from now on: their rows are kept, copies are dated."""
    newer = VALUES.alias("newer")
    same = exists().where(
        newer.c.round_id == VALUES.c.round_id,
        newer.c.indicator_code == VALUES.c.indicator_code,
        newer.c.body_id == VALUES.c.body_id,
        newer.c.id > VALUES.c.id,
    )
    ours = select(col(Round.id)).where(col(Round.roadmap_code) == code)
    names = [column.name for column in VALUES.columns if column.name not in ("id", "recorded_at")]
    ahead = select(*(VALUES.c[name] for name in names)).where(
        VALUES.c.round_id.in_(ours), VALUES.c.recorded_at > at, ~same
    )
    rows = [dict(row) | {"recorded_at": at} for row in session.execute(ahead).mappings()]
    if rows:
        session.execute(insert(VALUES), rows)
