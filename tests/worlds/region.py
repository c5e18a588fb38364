"""The small roadmap with municipalities in it, as rounds and processes build upon it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import col

from models import Body, ControlPoint, Municipality, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from tests.worlds.world import World

TOWNS = {"anapa": "г. Анапа", "eysk": "Ейский район", "sochi": "г. Сочи"}
"""Municipality → short name."""


@dataclass
class Region:
    """A world with municipalities that take part, on one day."""

    world: World
    code: str = "krai"
    on: date = date(2027, 3, 31)

    @property
    def engine(self) -> Engine:
        return self.world.engine

    @property
    def at(self) -> datetime:
        return datetime.combine(self.on, time(9), UTC)

    def add_body(self, code: str, short: str, level: str = "municipal") -> None:
        with open_session(self.engine) as session:
            session.add(Body(roadmap_code=self.code, code=code, name=short, short=short, level=level))

    def add_towns(self) -> None:
        """Three municipalities with a head each."""
        for code, short in TOWNS.items():
            self.add_body(code, short)
        for code, short in TOWNS.items():
            self.join(code)
            self.world.official("executor", f"Начальник, {short}", f"{code}@example.org", body=code, is_lead=True)

    def body(self, code: str) -> int:
        with open_session(self.engine) as session:
            found = select(col(Body.id)).where(col(Body.roadmap_code) == self.code, col(Body.code) == code)
            return int(session.execute(found).scalar_one())

    def join(self, town: str, **facts: Any) -> None:
        """A municipality takes part."""
        body_id = self.body(town)
        with open_session(self.engine) as session:
            since = facts.pop("since", date(2027, 1, 1))
            session.add(Municipality(body_id=body_id, roadmap_code=self.code, since=since, **facts))

    def move(self, action: Any, key: str, *, on: date | None = None, **more: Any) -> ControlPoint:
        """What the coordinator decides about a point."""
        with open_session(self.engine) as session:
            move = TransitionCommand(action=action, actor="координатор", at=self.at, on=on or self.on, **more)
            return (lifecycle.accept if action == "accept" else lifecycle.change)(session, key, move)
