"""What a round's run does before its note, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from models.db import open_session
from models.db.locks import lock_roadmap
from tasks.context.roadmap_day import RoadmapDay
from tasks.monitoring.rounds.rows import POINTS, RoundRow, round_row, rounds_of
from tasks.monitoring.rounds.sweep import Sweep, is_ready


@dataclass(frozen=True, slots=True)
class RoundState:
    """How a round stands for its run."""

    round_id: int
    is_ready: bool


def round_state(engine: Engine, key: str, *, today: date) -> RoundState | None:
    """The round of a point, and whether its note is to be written now; None when there is no such round."""
    with open_session(engine) as session:
        found = rounds_of(session, POINTS.c.key == key)
        return RoundState(found[0].id, is_ready(session, found[0], today=today)) if found else None


def open_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Открыть раунд»."""
    return _one(engine, round_id, lambda parts, row: parts.open(row), today=today, at=at)


def ask_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Запросить данные»."""
    return _one(engine, round_id, lambda parts, row: parts.ask(row), today=today, at=at)


def fill_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Заполнить из контрольных точек»."""
    return _one(engine, round_id, lambda parts, row: parts.fill(row), today=today, at=at)


def settle_round(engine: Engine, round_id: int, *, today: date, at: datetime) -> int:
    """«Принять данные»."""
    return _one(engine, round_id, lambda parts, row: parts.settle(row)[0], today=today, at=at)


def _one(engine: Engine, round_id: int, part: Callable[[Sweep, RoundRow], int], *, today: date, at: datetime) -> int:
    with open_session(engine) as session:
        code = round_row(session, round_id).roadmap_code
        lock_roadmap(session, code)
        return part(
            Sweep.of(session, code, RoadmapDay.of(session, code, today=today, at=at)), round_row(session, round_id)
        )
