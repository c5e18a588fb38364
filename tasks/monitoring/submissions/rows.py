"""Reads what a round asks, of whom, what is proven already, and what was answered."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Body, ControlPoint, IndicatorValue, Item, Municipality, Round, RoundStep
from models.lifecycle.transitions import Refused
from models.queries.rounds import done_steps
from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.indicators.submission import Given
from roadmap.monitoring.periods import Period, parse_period
from tasks.monitoring.submissions.computed import points_done

FEW_BODIES = 5_000


@dataclass(frozen=True, slots=True)
class Earlier:
    """A value of an earlier round."""

    given: Given
    period: Period


def period_of(round_: Round) -> Period:
    """The period of a round, with its names."""
    return Period(round_.period_start, round_.period_end, round_.rhythm)  # type: ignore[arg-type]


def indicators_of(round_: Round) -> tuple[Indicator, ...]:
    """The indicators as they were when the round opened; none before that."""
    return tuple(Indicator.model_validate(one) for one in round_.indicators or ())


def answerers(session: Session, round_: Round) -> dict[int, tuple[Indicator, ...]]:
    """Body → the indicators it answers for, proven or not, in the order of the catalogue.

    A municipal indicator is answered by each municipality that takes part on the day the answers are due (where none
    does: by the keeper of the roadmap), one with ``asked_of`` by those bodies, any other by the keeper.
    """
    asked = indicators_of(round_)
    keeper = session.get_one(ControlPoint, round_.point_id).owner_id
    taking_part = select(col(Municipality.body_id)).where(
        col(Municipality.roadmap_code) == round_.roadmap_code,
        col(Municipality.since) <= round_.due_on,
        col(Municipality.until).is_(None) | (col(Municipality.until) >= round_.due_on),
    )
    towns = dict.fromkeys(session.execute(taking_part.order_by(col(Municipality.body_id))).scalars()) or {keeper: None}
    named = _named(session, round_.roadmap_code, asked)
    by = {one.code: _answering(one, towns, named) or (keeper,) for one in asked}
    found: dict[int, tuple[Indicator, ...]] = {}
    for body in dict.fromkeys((*towns, keeper, *named.values())):
        mine = tuple(one for one in asked if body in by[one.code])
        if mine:
            found[body] = mine
    return found


def _answering(one: Indicator, towns: Collection[int], named: Mapping[str, int]) -> Collection[int]:
    """Bodies that answer for an indicator; none: the keeper."""
    if one.is_municipal:
        return towns
    return tuple(named[code] for code in one.asked_of if code in named)


def _named(session: Session, roadmap_code: str, asked: Collection[Indicator]) -> dict[str, int]:
    """Code → body of those that indicators are asked of by name."""
    codes = {code for one in asked for code in one.asked_of}
    if not codes:
        return {}
    of_roadmap = select(col(Body.code), col(Body.id)).where(col(Body.roadmap_code) == roadmap_code)
    return dict(session.execute(of_roadmap.where(col(Body.code).in_(codes)).order_by(col(Body.id))).tuples().all())


def proven(
    session: Session, round_: Round, who: Mapping[int, tuple[Indicator, ...]] | None = None
) -> dict[tuple[str, int], str]:
    """(indicator, body) → key of the control point that proves a flag, or what a computed indicator was counted from.

    Nobody is asked for these. ``who``: as ``answerers`` gives it.

    A flag is proven by a point of an item in ``proven_by`` that was accepted and done by the end of the period. An item
    that fans out proves the keeper's flag once the points of all bodies of one deadline are accepted.
    """
    who = answerers(session, round_) if who is None else who
    found: dict[tuple[str, int], str] = {}
    if computed := [(one.code, body) for body, asked in who.items() for one in asked if one.computed_from]:
        words = points_done(session, round_.roadmap_code, round_.period_end).words
        found |= dict.fromkeys(computed, words)
    codes = {code for one in indicators_of(round_) if one.counted == "flag" for code in one.proven_by}
    if not codes:
        return found
    deadlines = _deadlines(session, round_, codes)
    for body, asked in who.items():
        for one in asked:
            if one.counted != "flag":
                continue
            keys = [key for code in one.proven_by for key in _proofs(deadlines[code], one, body, round_.period_end)]
            if keys:
                found[one.code, body] = keys[-1]
    return found


def asked_of(session: Session, round_id: int) -> dict[int, tuple[Indicator, ...]]:
    """Body → the indicators it is asked for: those it answers for and that no control point proves."""
    round_ = session.get_one(Round, round_id)
    who = answerers(session, round_)
    known = proven(session, round_, who)
    left = {body: tuple(one for one in asked if (one.code, body) not in known) for body, asked in who.items()}
    return {body: asked for body, asked in left.items() if asked}


def current(
    session: Session, round_id: int, *, as_of: datetime | None = None, bodies: Collection[int] | None = None
) -> dict[tuple[str, int], IndicatorValue]:
    """The values in force by (code of the indicator, body): the newest row of each, recorded by ``as_of``."""
    mine = [col(IndicatorValue.round_id) == round_id]
    if as_of is not None:
        mine.append(col(IndicatorValue.recorded_at) <= as_of)
    if bodies is not None and len(bodies) < FEW_BODIES:
        mine.append(col(IndicatorValue.body_id).in_(bodies))
    newest = (
        select(func.max(col(IndicatorValue.id)))
        .where(*mine)
        .group_by(col(IndicatorValue.indicator_code), col(IndicatorValue.body_id))
    )
    rows = session.execute(select(IndicatorValue).where(col(IndicatorValue.id).in_(newest))).scalars()
    return {(row.indicator_code, row.body_id): row for row in rows}


def history(session: Session, round_id: int, body_id: int) -> dict[str, list[IndicatorValue]]:
    """Everything a body ever answered in a round, by indicator, oldest first."""
    mine = (col(IndicatorValue.round_id) == round_id, col(IndicatorValue.body_id) == body_id)
    found: defaultdict[str, list[IndicatorValue]] = defaultdict(list)
    for row in session.execute(select(IndicatorValue).where(*mine).order_by(col(IndicatorValue.id))).scalars():
        found[row.indicator_code].append(row)
    return dict(found)


def earlier(
    session: Session, round_: Round, *, bodies: Collection[int] | None = None
) -> dict[tuple[str, int], Earlier]:
    """The last numbers before a round by (indicator, body): of the same rhythm, of a cumulative one of any rhythm."""
    before = (
        col(Round.roadmap_code) == round_.roadmap_code,
        col(Round.id) != round_.id,
        (col(Round.period_end) < round_.period_end)
        | ((col(Round.period_end) == round_.period_end) & (col(Round.period_start) > round_.period_start)),
        col(Round.indicators).is_not(None),
    )
    rounds = session.execute(select(Round).where(*before).order_by(col(Round.period_end).desc())).scalars().all()
    rounds = sorted(rounds, key=lambda one: (one.period_end, one.rhythm == round_.rhythm), reverse=True)[:8]
    cumulative = {one.code for one in indicators_of(round_) if one.cumulative}
    found: dict[tuple[str, int], Earlier] = {}
    for one in rounds:
        if one.rhythm != round_.rhythm and not cumulative:
            continue
        assert one.id is not None
        for key, row in current(session, one.id, bodies=bodies).items():
            fits = one.rhythm == round_.rhythm or key[0] in cumulative
            if fits and row.numerator is not None:
                found.setdefault(key, Earlier(given_of(row), period_of(one)))
    return found


def given_of(row: IndicatorValue) -> Given:
    """A stored value as the answer it was."""
    return Given(row.indicator_code, row.numerator, row.denominator, row.reason, row.place)


def noted_at(session: Session, round_id: int) -> datetime | None:
    """When the note of a round was written; None before that."""
    noted = done_steps(col(RoundStep.done_at)).where(
        col(RoundStep.round_id) == round_id, col(RoundStep.step) == "noted"
    )
    return session.execute(noted).scalar_one_or_none()


def the_round(session: Session, roadmap_code: str, period: str | None = None) -> Round:
    """The round of a period («2026-Q3»); without one the round that collects answers now.

    ``Refused`` when there is none, or (two rhythms at once) more than one.
    """
    rounds = open_rounds(session, roadmap_code)
    if period is not None:
        try:
            wanted = parse_period(period)
        except ValueError as wrong:
            raise Refused(str(wrong)) from wrong
        same = (col(Round.rhythm) == wanted.rhythm, col(Round.period_start) == wanted.start)
        meant = select(Round).where(col(Round.roadmap_code) == roadmap_code, *same)
        found: Round | None = session.execute(meant).scalar_one_or_none()
        if found is None:
            raise Refused(f"«{roadmap_code}»: раунда мониторинга за {wanted.title} нет; начать: vekha monitor")
        if found.indicators is None:
            raise Refused(f"«{roadmap_code}»: раунд за {wanted.title} откроется {found.opens_on:%d.%m.%Y}")
        return found
    if not rounds:
        raise Refused(f"«{roadmap_code}»: раунд мониторинга ещё не открывался; начать: vekha monitor {roadmap_code}")
    if len(rounds) > 1:
        named = ", ".join(f"{period_of(one).written} ({period_of(one).title})" for one in rounds)
        raise Refused(
            f"«{roadmap_code}»: собираются данные нескольких раундов: {named} — назовите один ключом --period"
        )
    return rounds[0]


def open_rounds(session: Session, roadmap_code: str) -> list[Round]:
    """The newest round of each rhythm that has opened; one whose note is done counts while no other has one left."""
    opened = (col(Round.roadmap_code) == roadmap_code, col(Round.indicators).is_not(None))
    rounds = session.execute(select(Round).where(*opened)).scalars().all()
    # A round that somebody started for a past period does not stand before the regular one.
    newest = {one.rhythm: one for one in sorted(rounds, key=lambda one: (not one.manual, one.period_end))}
    collecting = [one for one in newest.values() if noted_at(session, one.id or 0) is None]
    return collecting or sorted(newest.values(), key=lambda one: one.period_end)[-1:]


def _deadlines(session: Session, round_: Round, codes: Collection[str]) -> defaultdict[str, dict[date, list[Any]]]:
    """Item → deadline → its points that were not withdrawn, oldest deadline first."""
    rows = session.execute(
        select(
            col(Item.code).label("item"),
            col(ControlPoint.key),
            col(ControlPoint.body_id),
            col(ControlPoint.due_on),
            col(ControlPoint.status),
            func.coalesce(col(ControlPoint.submitted_on), col(ControlPoint.closed_on)).label("done_on"),
        )
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .where(
            col(ControlPoint.roadmap_code) == round_.roadmap_code,
            col(Item.code).in_(codes),
            col(ControlPoint.purpose) == "result",
            col(ControlPoint.parent_id).is_(None),
            col(ControlPoint.status) != "withdrawn",
        )
        .order_by(col(ControlPoint.due_on), col(ControlPoint.key))
    )
    found: defaultdict[str, dict[date, list[Any]]] = defaultdict(dict)
    for row in rows:
        found[row.item].setdefault(row.due_on, []).append(row)
    return found


def _proofs(deadlines: Mapping[date, list[Any]], one: Indicator, body: int, until: date) -> list[str]:
    """Keys of the points that prove a flag of a body, oldest first."""
    keys = []
    for points in deadlines.values():
        ours = [point for point in points if point.body_id == body] if one.is_municipal else points
        if ours and all(point.status == "accepted" and point.done_on <= until for point in ours):
            keys.append(ours[-1].key)
    return keys
