"""The rounds of a roadmap with their control points, as they stand; what the newest edition says of monitoring."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Edition, Item, Roadmap, Round, RoundStep
from models.db.locks import lock_round
from models.db.rows import table_of
from models.lifecycle.transitions import LIVE
from models.queries.rounds import done_steps
from roadmap.catalogue.schema import Indicator, MonitoringRound, RoundRhythm
from roadmap.monitoring.periods import Period

#: Who is named in the history of what monitoring itself decides.
ENGINE = "порядок мониторинга"
POINTS, ROUNDS, STEPS = table_of(ControlPoint), table_of(Round), table_of(RoundStep)
#: What a round is asked with until an edition says otherwise.
USUAL = MonitoringRound(rhythm="quarter")
#: Begins the ``once_key`` of a person's word that a note is not to wait for those who are silent.
NOW = "round-now:"


class RoundRow(NamedTuple):
    """A round and its control point: the columns that decide."""

    id: int
    roadmap_code: str
    rhythm: RoundRhythm
    period_start: date
    period_end: date
    opens_on: date
    due_on: date
    note_on: date
    manual: bool
    point_id: int
    key: str
    item_id: int
    owner_id: int
    status: str

    @property
    def period(self) -> Period:
        """The period it is about."""
        return Period(self.period_start, self.period_end, self.rhythm)

    @property
    def is_live(self) -> bool:
        """Neither accepted nor taken off control."""
        return self.status in LIVE


_OF_POINT = ("key", "item_id", "owner_id", "status")


def rounds_of(session: Session, *where: Any) -> list[RoundRow]:
    """The rounds that meet the conditions, by period and rhythm."""
    columns = [(POINTS if name in _OF_POINT else ROUNDS).c[name] for name in RoundRow._fields]
    found = select(*columns).join(POINTS, POINTS.c.id == ROUNDS.c.point_id).where(*where)
    return [RoundRow(*row) for row in session.execute(found.order_by(ROUNDS.c.period_end, ROUNDS.c.rhythm))]


def round_row(session: Session, round_id: int) -> RoundRow:
    """One round."""
    (row,) = rounds_of(session, ROUNDS.c.id == round_id)
    return row


def under_way(session: Session, code: str) -> list[RoundRow]:
    """Rounds that are not over: begun and not archived, or with somebody still asked for data."""
    data, step = POINTS.alias("data"), STEPS.alias("step")
    asked = exists().where(data.c.parent_id == POINTS.c.id, data.c.status.in_(LIVE))
    archived = exists().where(step.c.round_id == ROUNDS.c.id, step.c.step == "archived", step.c.reversed_at.is_(None))
    begun = POINTS.c.status.not_in(("planned", "withdrawn"))
    # What is asked of bodies outlives a round, and may be there before it: a false day had it begun and was reversed.
    is_asked = asked & (POINTS.c.status != "planned")
    return rounds_of(session, ROUNDS.c.roadmap_code == code, (begun & ~archived) | is_asked)


def locked_round(session: Session, round_id: int) -> RoundRow:
    """The round, held until the end of the transaction: whoever comes second sees what the first has done."""
    lock_round(session, round_id)
    return round_row(session, round_id)


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What the edition in force says of monitoring; target years as the copy on control has them.

    A group that an indicator is asked of is named by its members.
    """

    rules: tuple[MonitoringRound, ...]
    indicators: tuple[Indicator, ...]

    def rule(self, rhythm: RoundRhythm) -> MonitoringRound:
        """The days of a rhythm; the usual ones where the edition does not name it."""
        return next((rule for rule in self.rules if rule.rhythm == rhythm), MonitoringRound(rhythm=rhythm))

    def asked(self, rhythm: RoundRhythm) -> tuple[Indicator, ...]:
        """The indicators a round of the rhythm asks for, in the order of the document."""
        return tuple(entry for entry in self.indicators if entry.in_round(rhythm))


def monitoring_of(session: Session, roadmap: Roadmap) -> Monitoring:
    """From the newest edition of the catalogue."""
    catalogue = _newest(session, roadmap.code)
    members = {one["code"]: tuple(one.get("members") or ()) for one in catalogue.get("bodies") or ()}
    rules = tuple(MonitoringRound.model_validate(one, strict=False) for one in catalogue.get("monitoring") or ())
    entries = [Indicator.model_validate(one, strict=False) for one in catalogue.get("indicators") or ()]
    moved = (
        entry.model_copy(
            update={
                "target_year": entry.target_year and entry.target_year + roadmap.shift_years,
                "asked_of": tuple(one for code in entry.asked_of for one in members.get(code) or (code,)),
            }
        )
        for entry in entries
    )
    return Monitoring(rules or (USUAL,), tuple(moved))


def _newest(session: Session, code: str) -> dict[str, Any]:
    """The catalogue of the newest edition; empty before there is one."""
    found = select(col(Edition.catalogue)).where(col(Edition.roadmap_code) == code)
    return session.execute(found.order_by(col(Edition.id).desc()).limit(1)).scalar_one_or_none() or {}


def coordinator_body(session: Session, code: str) -> int | None:
    """The body that keeps the rounds: the one that holds the monitoring by the document («Мониторинг проводится …»).

    Where it names none: the owner of its first monitoring on control, else of its first item. None: no body at all.
    """
    by = (_newest(session, code).get("monitoring_by") or {}).get("body")
    named = select(col(Body.id)).where(col(Body.roadmap_code) == code, col(Body.code) == by)
    if by and (body_id := session.execute(named).scalar()) is not None:
        return int(body_id)
    first = select(col(Item.owner_id)).where(col(Item.roadmap_code) == code, col(Item.kind) != "round")
    body = select(col(Body.id)).where(col(Body.roadmap_code) == code)
    for found in (
        first.where(col(Item.kind) == "monitoring", col(Item.is_controlled)).order_by(col(Item.position), col(Item.id)),
        first.order_by(col(Item.position), col(Item.id)),
        body.order_by(col(Body.id)),
    ):
        if (body_id := session.execute(found.limit(1)).scalar()) is not None:
            return int(body_id)
    return None


def steps_done(session: Session, round_ids: list[int]) -> dict[int, set[str]]:
    """The steps of each round that were done."""
    done: dict[int, set[str]] = {round_id: set() for round_id in round_ids}
    for round_id, step in session.execute(
        done_steps(col(RoundStep.round_id), col(RoundStep.step)).where(col(RoundStep.round_id).in_(round_ids))
    ):
        done[round_id].add(step)
    return done
