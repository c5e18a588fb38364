"""What a round asks of bodies: it opens, its control points for data come to be, follow who takes part, and end."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlmodel import Session

from models import Body, Round
from models.db.rows import table_of
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import LIVE, TransitionCommand
from roadmap.language import counted
from tasks.context.roadmap_day import RoadmapDay
from tasks.monitoring.rounds.log import is_done, step_done
from tasks.monitoring.rounds.rows import ENGINE, POINTS, ROUNDS, Monitoring, RoundRow
from tasks.monitoring.submissions.record import fill_proven, settle_data
from tasks.monitoring.submissions.rows import answerers, asked_of
from tasks.processes.rows import Members

BODIES = table_of(Body)
DATA = "data"
OVERTAKEN = "начат следующий раунд"
OVER = "раунд закрыт без справки"
NOT_ASKED = "по показателям этого раунда данные даёт другой орган"


class DataPoint(NamedTuple):
    """What a body is asked in a round: the columns that decide."""

    id: int
    body_id: int
    status: str

    @property
    def is_live(self) -> bool:
        """Not given, and not withdrawn."""
        return self.status in LIVE


def data_points(session: Session, row: RoundRow) -> list[DataPoint]:
    """What every body was asked in the round."""
    columns = [POINTS.c[name] for name in DataPoint._fields]
    found = select(*columns).where(POINTS.c.parent_id == row.point_id, POINTS.c.purpose == DATA)
    return [DataPoint(*one) for one in session.execute(found.order_by(POINTS.c.id))]


def begin(session: Session, row: RoundRow, monitoring: Monitoring, day: RoadmapDay) -> bool:
    """Open the round, its indicators as the edition in force has them; False when that was done already."""
    if is_done(session, row.id, "opened") or not row.is_live:
        return False
    if row.status == "planned":
        move = TransitionCommand(action="open", actor=ENGINE, at=day.at, on=min(row.opens_on, day.today), tell=False)
        change_many(session, [Change(row.point_id, move, {"opens_on": move.on})])
    asked = [entry.model_dump(mode="json") for entry in monitoring.asked(row.rhythm)]
    session.execute(update(ROUNDS).where(ROUNDS.c.id == row.id).values(indicators=asked))
    n = len(asked)
    words = f"за {row.period.title}, {counted(n, 'показатель', 'показателя', 'показателей')}"
    return step_done(session, row.id, "opened", at=day.at, on=day.today, words=words)


def ask(session: Session, row: RoundRow, members: Members, day: RoadmapDay, *, is_overtaken: bool) -> int:
    """Ask every body whose word is needed, once; returns how many were asked.

    What control points prove is filled in first and not asked for. A round that the next one has overtaken while
    nothing ran asks nobody: its note says that there are no data.
    """
    if is_done(session, row.id, "asked") or not is_done(session, row.id, "opened"):
        return 0
    fill_proven(session, row.id, at=day.at)
    count = 0 if is_overtaken else add_missing(session, row, members, day)
    words = f"запрошено у {counted(count, 'органа', 'органов', 'органов')}"
    if not count:
        words = OVERTAKEN if is_overtaken else "запрашивать нечего"
    step_done(session, row.id, "asked", at=day.at, on=day.today, words=words)
    return count


def add_missing(session: Session, row: RoundRow, members: Members, day: RoadmapDay) -> int:
    """Ask those who should be asked and were not, a municipality that came midway too; returns how many."""
    there = data_points(session, row)
    wanted = _wanted(session, row, members, day.today)
    bodies = sorted(wanted - {point.body_id for point in there})
    # What a false day had asked is asked again under the same keys.
    again = [point.id for point in there if point.status == "planned" and point.body_id in wanted]
    if not bodies and not again:
        return 0
    opens, due = _days(row, day)
    known = session.execute(select(BODIES.c.id, BODIES.c.code, BODIES.c.short).where(_among(bodies)))
    names = {body_id: (code, short) for body_id, code, short in known}
    title = f"Данные для мониторинга за {row.period.title}"
    rows = [
        {
            "key": f"{row.key}/{DATA}/{names[body_id][0]}",
            "roadmap_code": row.roadmap_code,
            "item_id": row.item_id,
            "body_id": body_id,
            "owner_id": body_id,
            "purpose": DATA,
            "opens_on": opens,
            "due_on": due,
            "deadline_on": due,
            "status": "planned",
            "is_history": False,
            "next_check_on": opens,
            "parent_id": row.point_id,
            "stage": DATA,
            "stage_title": f"{title} · {names[body_id][1]}",
            "blocked": False,
        }
        for body_id in bodies
    ]
    if rows:
        session.execute(insert(POINTS), rows)
    move = TransitionCommand(action="open", actor=ENGINE, at=day.at, on=opens, tell=False)
    days = {"opens_on": opens, "due_on": due, "deadline_on": due, "next_check_on": opens, "blocked": False}
    fresh = [point.id for point in data_points(session, row) if point.status == "planned" and point.id not in again]
    opened = [*(Change(point_id, move) for point_id in fresh), *(Change(point_id, move, days) for point_id in again)]
    return change_many(session, opened)


def withdraw_absent(session: Session, row: RoundRow, members: Members, day: RoadmapDay) -> int:
    """Ask no more who has left or merged, or for whom another body answers now; returns how many."""
    reasons = {}
    if live := [point for point in data_points(session, row) if point.is_live]:
        answering = answerers(session, session.get_one(Round, row.id))
        for point in live:
            absent = _why_absent(members, point.body_id, max(day.today, row.due_on))
            if absent or point.body_id not in answering:
                reasons[point.id] = absent or NOT_ASKED
    return _withdraw(session, reasons, day)


def withdraw_all(session: Session, row: RoundRow, day: RoadmapDay, *, reason: str) -> int:
    """Ask nobody any more: the next round has begun, or this one was closed; returns how many were asked still."""
    return _withdraw(session, {point.id: reason for point in data_points(session, row) if point.is_live}, day)


def _withdraw(session: Session, reasons: Mapping[int, str], day: RoadmapDay) -> int:
    moves = {
        point_id: TransitionCommand(action="withdraw", actor=ENGINE, at=day.at, on=day.today, reason=reason)
        for point_id, reason in reasons.items()
    }
    return change_many(session, [Change(point_id, move) for point_id, move in moves.items()])


def settle(session: Session, row: RoundRow, day: RoadmapDay) -> int:
    """Accept what bodies have given in full; returns how many."""
    if not any(point.is_live for point in data_points(session, row)):
        return 0
    return settle_data(session, row.id, at=day.at, today=day.today)


def _wanted(session: Session, row: RoundRow, members: Members, today: date) -> set[int]:
    """Bodies whose word the round needs now; a municipality that has left is not asked."""
    return {body_id for body_id in asked_of(session, row.id) if not _why_absent(members, body_id, today)}


def _why_absent(members: Members, body_id: int, day: date) -> str:
    """Why a municipality takes no part on a day; empty for one that does, and for any other body."""
    member = members.by_body.get(body_id)
    if member is None or member.until is None or day <= member.until:
        return ""
    into = f"вошёл в состав муниципалитета «{member.merged_into}», " if member.merged_into else "муниципалитет "
    return f"{into}участвовал по {member.until:%d.%m.%Y}"


def _days(row: RoundRow, day: RoadmapDay) -> tuple[date, date]:
    """Who is asked later than the others has two working days at the least."""
    if day.today <= row.opens_on:
        return row.opens_on, row.due_on
    return day.today, max(row.due_on, day.least)


def _among(bodies: Sequence[int]) -> Any:
    return BODIES.c.id.in_(bodies)
