"""Targeted recommendations: proposed by a round, on the coordinator's word items on control, settled with them.

``open_key`` names a shortfall while it is open and is unique: the same is not recommended twice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models import Body, ControlPoint, Recommendation, Roadmap, Round
from models import Snapshot as SnapshotRow
from models.db.rows import ids_by_code, table_of
from models.lifecycle.transitions import Refused
from models.personal import known_people
from models.queries.rounds import kept_snapshots
from models.tables.audit import write_audit
from roadmap.calendar import WorkCalendar
from roadmap.monitoring.periods import Period
from roadmap.monitoring.snapshot import Advice, Snapshot
from tasks.context.working_calendar import calendar_of
from tasks.monitoring.recommendations.items import Wanted, put_on_control
from tasks.reminders.recipients import COUNTED, rowcount

STATE_RU = {
    "proposed": "ждёт решения",
    "taken": "взята на контроль",
    "declined": "отклонена",
    "settled": "снята с контроля: пункт закрыт",
}
REVERSED_RU = "отменена: справка составлена по неверной дате"
ROWS = table_of(Recommendation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """A recommendation as people read it."""

    row: Recommendation
    number: int
    """In the note of its round, from 1."""
    period: str
    """«III квартал 2026 г.»"""
    body: str
    """Short name of who is to act."""
    point_key: str
    """Of the item it became; empty until then."""

    @property
    def state_words(self) -> str:
        """«ждёт решения»."""
        return REVERSED_RU if self.row.reversed_at else STATE_RU[self.row.state]

    @property
    def source(self) -> str:
        """«Справка за III квартал 2026 г., рекомендация 3»."""
        return f"Справка за {self.period}, рекомендация {self.number}"


def propose(session: Session, round_id: int, snapshot: Snapshot, *, at: datetime) -> int:
    """Propose what the snapshot advises and what is not open yet; returns how many are new.

    The same round proposes the same once, also after the coordinator declined it. ``at`` stands in the audit.
    """
    code = session.get_one(Round, round_id).roadmap_code
    bodies = ids_by_code(session, Body, code)
    standing = _of_round(round_id).where(col(Recommendation.reversed_at).is_(None))
    said = {_shortfall(row) for row in session.execute(standing).scalars()}
    new = 0
    for advice in snapshot.advice:
        row = _proposed(code, round_id, advice, bodies.get(advice.body))
        if row is None or advice.is_open_already or _shortfall(row) in said:
            continue
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(ROWS)
        values = row.model_dump(exclude={"id"})
        insert = insert.values(values).on_conflict_do_nothing(index_elements=["open_key"])
        new += rowcount(session.execute(insert, execution_options=COUNTED)) > 0
    if new:
        write_audit(
            session,
            at=at,
            actor="порядок мониторинга",
            action="предложены рекомендации",
            subject=code,
            detail=f"раунд № {round_id}: {new}",
        )
    return new


def take(
    session: Session,
    recommendation_id: int,
    *,
    actor: str,
    due_on: date | None,
    today: date,
    at: datetime,
    calendar: WorkCalendar | None = None,
) -> str:
    """Put a recommendation on control with its term or another; returns the key of the new control point.

    ``Refused`` when it was decided already (whoever is second is told by whom), or the day is past.
    """
    found = _held(session, recommendation_id)
    row = found.row
    due_on = due_on or row.due_on
    if due_on < today:
        raise Refused(f"Срок {due_on:%d.%m.%Y} уже прошёл: назовите день не раньше {today:%d.%m.%Y}")
    _decide(session, found, "taken", actor=actor, at=at)
    roadmap = session.get_one(Roadmap, row.roadmap_code)
    key = put_on_control(
        session,
        roadmap,
        Wanted(row.body_id, row.text, found.source, tuple(row.item_codes), due_on),
        today=today,
        calendar=calendar or calendar_of(session, roadmap.code),
    )
    point = session.execute(select(col(ControlPoint.id)).where(col(ControlPoint.key) == key)).scalar_one()
    session.execute(update(ROWS).where(ROWS.c.id == row.id).values(point_id=point, due_on=due_on))
    words = f"№ {row.id}, срок {due_on:%d.%m.%Y}: {found.source}"
    write_audit(session, at=at, actor=actor, action="рекомендация взята на контроль", subject=key, detail=words)
    return key


def decline(session: Session, recommendation_id: int, *, actor: str, reason: str, at: datetime) -> None:
    """Decline a recommendation; a later round may give it again. ``Refused`` without a reason or when decided."""
    if not reason.strip():
        raise Refused("Укажите, почему рекомендация отклонена")
    found = _held(session, recommendation_id)
    _decide(session, found, "declined", actor=actor, at=at, reason=reason.strip(), open_key=None)
    words = f"№ {recommendation_id}: {reason.strip()}"
    write_audit(
        session, at=at, actor=actor, action="рекомендация отклонена", subject=found.row.roadmap_code, detail=words
    )


def settle_closed(session: Session, roadmap_code: str) -> int:
    """Settle the recommendations whose point was accepted or withdrawn: a new shortfall may be recommended again."""
    closed = select(col(ControlPoint.id)).where(
        col(ControlPoint.roadmap_code) == roadmap_code, col(ControlPoint.status).in_(("accepted", "withdrawn"))
    )
    taken = (ROWS.c.roadmap_code == roadmap_code, ROWS.c.state == "taken", ROWS.c.point_id.in_(closed))
    return rowcount(session.execute(update(ROWS).where(*taken).values(state="settled", open_key=None)))


def recommended(session: Session, *where: Any) -> list[Recommended]:
    """Recommendations that meet the conditions, by round and number in its note."""
    found = (
        select(Recommendation, Round, col(Body.short), col(ControlPoint.key))
        .join(Round, col(Round.id) == col(Recommendation.round_id))
        .join(Body, col(Body.id) == col(Recommendation.body_id))
        .outerjoin(ControlPoint, col(ControlPoint.id) == col(Recommendation.point_id))
        .where(*where)
        .order_by(col(Round.period_end), col(Round.id), col(Recommendation.id))
    )
    rows = session.execute(found, execution_options={"populate_existing": True}).all()
    numbers = {round_id: _numbers(session, round_id) for round_id in {round_.id for _, round_, _, _ in rows}}
    listed = [
        Recommended(
            row=row,
            number=numbers[round_.id][row.id],
            period=Period(round_.period_start, round_.period_end, round_.rhythm).title,
            body=short,
            point_key=key or "",
        )
        for row, round_, short, key in rows
    ]
    return sorted(listed, key=lambda one: (one.row.round_id, one.number, one.row.id))


def _numbers(session: Session, round_id: int) -> dict[int | None, int]:
    """The place of each recommendation in the newest snapshot of its round; those it has not follow."""
    newest = kept_snapshots(col(SnapshotRow.content)).where(col(SnapshotRow.round_id) == round_id)
    content = session.execute(newest.order_by(col(SnapshotRow.id).desc()).limit(1)).scalar_one_or_none() or {}
    bodies = ids_by_code(session, Body, session.get_one(Round, round_id).roadmap_code)
    places: dict[_Shortfall, int] = {}
    for place, one in enumerate(content.get("advice", ()), start=1):
        shortfall = (one["rule"], one["indicator"], bodies.get(one["body"], 0), tuple(one["item_codes"]), one["text"])
        places.setdefault(shortfall, place)
    numbers: dict[int | None, int] = {}
    for row in session.execute(_of_round(round_id)).scalars():
        numbers[row.id] = places.get(_shortfall(row), 0)
    last = len(content.get("advice", ()))
    for row_id in [row_id for row_id, number in numbers.items() if not number]:
        numbers[row_id] = last = last + 1
    return numbers


_Shortfall = tuple[str, str | None, int, tuple[str, ...], str]


def _shortfall(row: Recommendation) -> _Shortfall:
    return (row.rule, row.indicator_code, row.body_id, tuple(row.item_codes), row.text)


def _of_round(round_id: int) -> Any:
    return select(Recommendation).where(col(Recommendation.round_id) == round_id).order_by(col(Recommendation.id))


def _proposed(code: str, round_id: int, advice: Advice, body_id: int | None) -> Recommendation | None:
    if body_id is None:
        return None
    return Recommendation(
        roadmap_code=code,
        round_id=round_id,
        rule=advice.rule,
        indicator_code=advice.indicator,
        body_id=body_id,
        text=advice.text,
        ground=advice.ground,
        item_codes=list(advice.item_codes),
        due_on=advice.due_on,
        open_key=advice.open_key,
    )


def _held(session: Session, recommendation_id: int) -> Recommended:
    """The recommendation, held until the end of the transaction. ``Refused`` when there is none."""
    mine = ROWS.c.id == recommendation_id
    session.execute(update(ROWS).where(mine).values(state=ROWS.c.state))
    found = recommended(session, mine)
    if not found:
        raise Refused(f"Рекомендации № {recommendation_id} нет; список: vekha recommendations КОД")
    return found[0]


def _decide(session: Session, found: Recommended, state: str, *, actor: str, at: datetime, **more: Any) -> None:
    row = found.row
    known = known_people(session)
    actor = known.author(actor).words
    more = {name: known.without(value) if name == "reason" else value for name, value in more.items()}
    mine = (ROWS.c.id == row.id, ROWS.c.state == "proposed")
    done = session.execute(update(ROWS).where(*mine).values(state=state, decided_by=actor, decided_at=at, **more))
    if not rowcount(done):
        when = f", {row.decided_at:%d.%m.%Y}" if row.decided_at else ""
        raise Refused(f"Рекомендация № {row.id} уже решена: {STATE_RU[row.state]} ({row.decided_by}{when})")
