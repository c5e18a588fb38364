"""Rows of rounds → what their cards show."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Roadmap, RoundStep
from models.db.rows import table_of
from models.lifecycle.transitions import LIVE
from models.queries.rounds import done_steps
from roadmap.calendar.zones import zone_of
from roadmap.cards.round import RoundFacts, round_card
from tasks.monitoring.rounds.log import STEPS_RU
from tasks.monitoring.rounds.rows import POINTS, RoundRow, rounds_of
from tasks.prefect.cards.point_facts import PointFacts, points

BODIES = table_of(Body)


def round_cards(session: Session, days: Mapping[str, date]) -> dict[str, str]:
    """Markdown of each round among the points asked (key → today there), by key."""
    rows = rounds_of(session, POINTS.c.key.in_(sorted(days))) if days else []
    return {row.key: round_card(round_facts(session, row)) for row in rows}


def rounds_under_way(session: Session) -> list[PointFacts]:
    """The points of rounds that have begun and are not over."""
    begun = (col(ControlPoint.purpose) == "round", col(ControlPoint.status).in_(LIVE))
    return points(session, *begun, col(ControlPoint.status) != "planned")


def round_facts(session: Session, row: RoundRow) -> RoundFacts:
    """How far a round has come."""
    data = (
        select(POINTS.c.status, BODIES.c.short)
        .join(BODIES, BODIES.c.id == POINTS.c.body_id)
        .where(POINTS.c.parent_id == row.point_id, POINTS.c.purpose == "data")
        .order_by(BODIES.c.short)
    )
    asked = session.execute(data).all()
    waited = [short for status, short in asked if status in LIVE]
    answered = sum(status == "accepted" for status, _ in asked)
    zone = zone_of(session.get_one(Roadmap, row.roadmap_code).zone)
    steps = done_steps().where(col(RoundStep.round_id) == row.id).order_by(col(RoundStep.id))
    return RoundFacts(
        due_on=row.due_on,
        note_on=row.note_on,
        asked=answered + len(waited),
        answered=answered,
        waited_for=waited,
        steps=[
            (STEPS_RU[one.step], one.done_at.astimezone(zone).date(), one.words)
            for one in session.execute(steps).scalars()
        ],
    )
