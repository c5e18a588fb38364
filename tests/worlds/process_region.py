"""A region with an agreement in every municipality: ministry, legal department, institute, three municipalities."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models import ControlPoint, Edition, Evidence, Item, Roadmap, Transition, lifecycle
from models.db import open_session
from tasks.context.working_calendar import calendar_of
from tasks.processes.sweep import StagesReport, advance
from tests.worlds.region import Region

OPENS, DEADLINE = date(2027, 6, 1), date(2027, 8, 2)


@dataclass
class ProcessRegion(Region):
    """The small world with processes in it, and what a test does to it."""

    on: date = OPENS
    parent: str = ""
    reports: list[StagesReport] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    """Points whose days are to be named, where a test has such."""

    def build(self) -> None:
        self.add_body("ministry", "Минобр", "regional")
        self.add_body("legal", "Правовой отдел", "regional")
        with open_session(self.engine) as session:
            edition = session.execute(select(Edition)).scalar_one()
            parties = {"ministry": "ministry", "legal": "legal"}
            edition.catalogue = dict(edition.catalogue) | {"items": [{"code": "a1", "parties": parties}]}
        self.add_towns()
        self.world.official("executor", "Министр", "ministry@example.org", body="ministry", is_lead=True)
        self.world.official("executor", "Юрист", "legal@example.org", body="legal", is_lead=True)
        self.parent = self.add_point("agreement", "a1", OPENS, DEADLINE)

    def add_point(self, kind: str, item: str, opens_on: date, due_on: date, **facts: Any) -> str:
        """A planned point of the institute, and its item where there is none yet."""
        key = f"{self.code}/{item}/-/{due_on}"
        with open_session(self.engine) as session:
            owner = self.body("institute")
            row = session.execute(select(Item).where(col(Item.code) == item)).scalar_one_or_none()
            if row is None:
                row = self.world._item(90, owner)
                row.sqlmodel_update({"code": item, "kind": kind, "position": 90})
                session.add(row)
                session.flush()
            days: dict[str, Any] = {
                "opens_on": opens_on,
                "due_on": due_on,
                "deadline_on": due_on,
                "next_check_on": opens_on,
            }
            point: dict[str, Any] = {"key": key, "roadmap_code": self.code, "item_id": row.id, "owner_id": owner}
            session.add(ControlPoint(**(point | days | facts)))
        return key

    def sweep(self, on: date | None = None, **more: Any) -> StagesReport:
        """A day's opening and sweep, without letters."""
        self.on = on or self.on
        with open_session(self.engine) as session:
            lifecycle.open_due(session, self.code, today=self.on, at=self.at)
            calendar = calendar_of(session, self.code)
            report = advance(session, self.code, today=self.on, at=self.at, calendar=calendar, **more)
            lifecycle.mark_overdue(session, self.code, today=self.on, at=self.at)
        self.reports.append(report)
        return report

    def stage(self, stage: str, town: str = "-", parent: str = "") -> ControlPoint:
        return self.point(f"{parent or self.parent}/{stage}/{town}")

    def point(self, key: str) -> ControlPoint:
        with open_session(self.engine) as session:
            return lifecycle.point_by_key(session, key)

    def submit(self, stage: str, town: str = "-", on: date | None = None, parent: str = "") -> None:
        """The party reports its stage."""
        self.move("submit", f"{parent or self.parent}/{stage}/{town}", on=on, evidence="письмо № 1")

    def extend(self, key: str, due: date, reason: str = "письмо министерства") -> None:
        self.move("extend", key, due_on=due, deadline_on=due, reason=reason)

    def do(self, stages: Iterable[tuple[str, str]], on: date) -> None:
        """The parties report these stages on a day, and the sweep of the day runs after each."""
        self.sweep(on)
        for stage, town in stages:
            self.submit(stage, town)
            self.sweep()

    def open_stages(self) -> set[tuple[str, str]]:
        """(stage, municipality) of what is being worked on."""
        with open_session(self.engine) as session:
            found = select(col(ControlPoint.key)).where(
                col(ControlPoint.parent_id).is_not(None), col(ControlPoint.status).in_(("open", "returned"))
            )
            return {(key.split("/")[-2], key.split("/")[-1]) for key in session.execute(found).scalars()}

    def history(self, key: str) -> list[tuple[str, str, str]]:
        """(action, actor, reason) of a point."""
        with open_session(self.engine) as session:
            point = lifecycle.point_by_key(session, key)
            found = select(Transition).where(col(Transition.point_id) == point.id).order_by(col(Transition.id))
            return [(row.action, row.actor, row.reason) for row in session.execute(found).scalars()]

    def proof(self, key: str) -> list[str]:
        with open_session(self.engine) as session:
            point = lifecycle.point_by_key(session, key)
            found = select(col(Evidence.words)).where(col(Evidence.point_id) == point.id).order_by(col(Evidence.id))
            return list(session.execute(found).scalars())

    def set_period_end(self, end: date) -> None:
        with open_session(self.engine) as session:
            session.get_one(Roadmap, self.code).period_end = end
