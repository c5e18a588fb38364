"""What earlier rounds said: their kept snapshots, as they were known at an instant."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Recommendation, Round, RoundStep, Snapshot, Transition
from models.queries.rounds import kept_snapshots
from models.tables.roadmap import Body
from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.indicators.compute import EARLIER
from roadmap.monitoring.indicators.like import Numbers
from roadmap.monitoring.periods import Period
from roadmap.monitoring.recommendations.rules import OF_BODY, built_in_rules
from roadmap.monitoring.snapshot import TrendPoint


@dataclass(slots=True)
class Earlier:
    """What earlier rounds said of an indicator: the values, oldest first, and what bodies gave, by the last day."""

    points: list[TrendPoint] = field(default_factory=list)
    answered: dict[date, dict[str, Numbers]] = field(default_factory=dict)


def trends(
    session: Session, round_: Round, indicators: Mapping[str, Indicator], *, as_of: datetime
) -> dict[str, Earlier]:
    """For each indicator the earlier rounds of the rhythm that have a snapshot.

    Of a round the newest snapshot made of values up to ``as_of`` counts. A value that was counted in another way or
    unit than now is no earlier value of the indicator.
    """
    found = {code: Earlier() for code in indicators}
    for row_id, period in reversed(_earlier(session, round_, as_of)):
        for result in _results(session, row_id):
            entry = indicators.get(result["code"])
            if entry is not None and (result["way"], result["unit"]) == (entry.counted, entry.unit):
                gave, asked = result["gave"], result["asked"]
                point = TrendPoint(
                    period=period.title, ends_on=period.end, value=result["value"], asked=asked, given=len(gave)
                )
                found[result["code"]].points.append(point)
                found[result["code"]].answered[period.end] = gave
    return found


def open_keys(session: Session, round_: Round, *, as_of: datetime) -> frozenset[str]:
    """Shortfalls that other rounds had recommended something about by ``as_of``, and that were not settled then."""
    closed = (
        select(col(Transition.point_id), func.min(col(Transition.noticed_at)).label("at"))
        .where(col(Transition.to_status).in_(("accepted", "withdrawn")))
        .group_by(col(Transition.point_id))
        .subquery()
    )
    rows = session.execute(
        select(Recommendation, col(Body.code), closed.c.at, col(RoundStep.done_at))
        .join(Body, col(Body.id) == col(Recommendation.body_id))
        .outerjoin(closed, closed.c.point_id == col(Recommendation.point_id))
        .outerjoin(
            RoundStep,
            (col(RoundStep.round_id) == col(Recommendation.round_id))
            & (col(RoundStep.step) == "recommended")
            & col(RoundStep.reversed_at).is_(None),
        )
        .where(col(Recommendation.roadmap_code) == round_.roadmap_code, col(Recommendation.round_id) != round_.id)
        .where(col(Recommendation.reversed_at).is_(None))
    )
    return frozenset(
        _key(one, body)
        for one, body, closed_at, made_at in rows
        if (made_at is None or made_at <= as_of) and not _is_settled(one, closed_at, as_of)
    )


def _earlier(session: Session, round_: Round, as_of: datetime) -> list[tuple[int, Period]]:
    """The newest snapshot of each of the earlier rounds, the newest round first."""
    rounds = (
        col(Round.roadmap_code) == round_.roadmap_code,
        col(Round.rhythm) == round_.rhythm,
        col(Round.period_end) < round_.period_end,
    )
    rows = session.execute(
        kept_snapshots(col(Snapshot.id), col(Round.id), col(Round.period_start), col(Round.period_end))
        .join_from(Snapshot, Round, col(Round.id) == col(Snapshot.round_id))
        .where(*rounds, col(Snapshot.as_of) <= as_of)
        .order_by(col(Round.period_end).desc(), col(Snapshot.as_of).desc(), col(Snapshot.id).desc())
    )
    newest: dict[int, tuple[int, Period]] = {}
    for snapshot_id, round_id, start, end in rows:
        newest.setdefault(round_id, (snapshot_id, Period(start, end, round_.rhythm)))  # type: ignore[arg-type]
    return list(newest.values())[:EARLIER]


def _results(session: Session, snapshot_id: int) -> list[Any]:
    """One snapshot at a time: thousands of bodies make it megabytes."""
    content = session.execute(select(col(Snapshot.content)).where(col(Snapshot.id) == snapshot_id)).scalar_one()
    return [
        {name: one[name] for name in ("code", "way", "unit", "value", "asked")} | {"gave": _gave(one["answers"])}
        for one in content["indicators"]
    ]


def _gave(answers: list[Any]) -> dict[str, Numbers]:
    """Numerator and denominator by the code of the body that gave them."""
    return {
        sys.intern(each["body"]): (each["numerator"] or 0.0, each["denominator"])
        for each in answers
        if each["state"] == "given"
    }


def _key(one: Recommendation, body: str) -> str:
    """Its ``open_key``; made again as the rules make it where it was settled since."""
    if one.open_key is not None:
        return one.open_key
    of_body = {rule.code for rule in built_in_rules() if rule.when in OF_BODY}
    about = "-" if one.rule in of_body else one.indicator_code or next(iter(one.item_codes), "-")
    return f"{one.roadmap_code}/{one.rule}/{about}/{body}"


def _is_settled(one: Recommendation, closed_at: datetime | None, as_of: datetime) -> bool:
    """Settled by then: its item was closed, or it was declined, or nobody knows when."""
    if one.state in ("proposed", "taken") and closed_at is None:
        return False
    ended_at = closed_at or one.decided_at
    return ended_at is None or ended_at <= as_of
