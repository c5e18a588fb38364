"""A round of monitoring in a region: four indicators of three municipalities, two of the keeper, one of them a flag."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models import Body, ControlPoint, IndicatorValue, Item, Round, RoundStep, Transition
from models.db import open_session
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.submission import Given
from roadmap.monitoring.periods import parse_period
from tests.worlds.region import TOWNS, Region

OPENS, DUE, NOTE = date(2027, 7, 1), date(2027, 7, 7), date(2027, 7, 14)


def indicator(code: str, title: str, **facts: Any) -> Indicator:
    return Indicator(code=code, title=title, source=Source(place=f"приложение 3, показатель {code}"), **facts)


INDICATORS = (
    indicator(
        "trained",
        "Доля учителей, прошедших обучение",
        unit="percent",
        comparison="at_least",
        target=12,
        words="Не менее 12% от общего числа учителей",
        numerator="Учителей обучено с начала года",
        denominator="Учителей всего",
        cumulative=True,
    ),
    indicator("per-methodist", "Учителей на одного методиста", unit="count", way="ratio", words="Не более 250 человек"),
    indicator("events", "Число мероприятий", unit="count", words="Не установлено"),
    indicator("policy", "Принята программа", unit="yes_no", asked="municipality"),
    indicator("plan", "Утверждён комплекс мер", unit="yes_no", words="Утверждён", proven_by=("1",)),
    indicator("schools", "Доля школ с наставниками", unit="percent", asked="owner", words="Не менее 80 %"),
)
#: What a municipality answers where a test does not say otherwise.
ANSWERS = (
    Given("trained", 12, 100),
    Given("per-methodist", 300, 2),
    Given("events", 7),
    Given("policy", 1),
)


@dataclass
class Monitored(Region):
    """The small world with a round, and what a test does to it."""

    on: date = date(2027, 7, 2)
    bodies: dict[str, int] = field(default_factory=dict)

    def build(self) -> None:
        self.add_towns()
        with open_session(self.engine) as session:
            self.bodies = {body.code: body.id or 0 for body in session.execute(select(Body)).scalars()}
            item = self.world._item(90, self.bodies["institute"])
            item.sqlmodel_update({"code": "m-quarter", "kind": "round", "title": "Ежеквартальный мониторинг"})
            session.add(item)

    def round(self, period: str = "2027-Q2", *, asks: bool = True, indicators: Any = INDICATORS, **facts: Any) -> int:
        """A round that is open, with the data points of those it asks; returns its id."""
        one = parse_period(period)
        opens, due, note = (day + (one.end - date(2027, 6, 30)) for day in (OPENS, DUE, NOTE))
        key = f"{self.code}/m-{one.rhythm}/-/{note}"
        with open_session(self.engine) as session:
            item = session.execute(select(Item).where(col(Item.code) == "m-quarter")).scalar_one()
            point = ControlPoint(
                key=key,
                roadmap_code=self.code,
                item_id=item.id or 0,
                owner_id=self.bodies["institute"],
                purpose="round",
                opens_on=opens,
                due_on=note,
                deadline_on=note,
                status="open",
                stage_title=f"за {one.title}",
            )
            session.add(point)
            session.flush()
            days = {"period_start": one.start, "period_end": one.end, "opens_on": opens, "due_on": due, "note_on": note}
            frozen = None if indicators is None else [each.model_dump(mode="json") for each in indicators]
            row = Round(
                roadmap_code=self.code, rhythm=one.rhythm, point_id=point.id or 0, indicators=frozen, **(days | facts)
            )
            session.add(row)
            session.flush()
            for step in ("opened", "asked") if frozen is not None else ():
                session.add(RoundStep(round_id=row.id or 0, step=step, done_at=self.at))
            for code in (*TOWNS, "institute") if asks else ():
                session.add(self._data_point(code, point, one.title, opens, due))
            return row.id or 0

    def _data_point(self, code: str, parent: ControlPoint, title: str, opens: date, due: date) -> ControlPoint:
        return ControlPoint(
            key=f"{parent.key}/data/{code}",
            roadmap_code=self.code,
            item_id=parent.item_id,
            body_id=self.bodies[code],
            owner_id=self.bodies[code],
            purpose="data",
            opens_on=opens,
            due_on=due,
            deadline_on=due,
            status="open",
            next_check_on=opens,
            news=None,
            parent_id=parent.id,
            stage="data",
            stage_title=f"Данные для мониторинга за {title} · {TOWNS.get(code, 'ИРО')}",
        )

    def give(self, round_id: int, town: str = "sochi", *given: Given, **more: Any) -> int:
        """Answers of a body, kept; returns how many were new."""
        from tasks.monitoring.submissions.record import record

        facts: dict[str, Any] = {"actor": f"Начальник, {town}", "source": "form", "at": self.at} | more
        with open_session(self.engine) as session:
            return record(session, round_id, self.bodies[town], given or ANSWERS, **facts)

    def ask(self, question: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """The answer of a function that takes a session first."""
        with open_session(self.engine) as session:
            return question(session, *args, **more)

    def settle(self, round_id: int) -> int:
        from tasks.monitoring.submissions.record import settle_data

        return int(self.ask(settle_data, round_id, at=self.at, today=self.on))

    def note(self, round_id: int) -> None:
        """The note of the round is written now."""
        with open_session(self.engine) as session:
            session.add(RoundStep(round_id=round_id, step="noted", done_at=self.at))

    def values(self, round_id: int) -> list[tuple[str, str, float | None, float | None, str]]:
        """(body, indicator, numerator, denominator, source) of every row, as they were written."""
        names = {number: code for code, number in self.bodies.items()}
        with open_session(self.engine) as session:
            rows = session.execute(
                select(IndicatorValue).where(col(IndicatorValue.round_id) == round_id).order_by(col(IndicatorValue.id))
            ).scalars()
            return [(names[r.body_id], r.indicator_code, r.numerator, r.denominator, r.source) for r in rows]

    def data(self, town: str, period_end: str = "2027-07-14") -> ControlPoint:
        """The data point of a body."""
        with open_session(self.engine) as session:
            key = f"{self.code}/m-quarter/-/{period_end}/data/{town}"
            point: ControlPoint = session.execute(select(ControlPoint).where(col(ControlPoint.key) == key)).scalar_one()
            return point

    def events(self, point: ControlPoint) -> list[tuple[str, str, date]]:
        """(action, actor, day) of a point."""
        with open_session(self.engine) as session:
            rows = session.execute(
                select(Transition).where(col(Transition.point_id) == point.id).order_by(col(Transition.id))
            )
            return [(row.action, row.actor, row.happened_on) for row in rows.scalars()]

    def accepted(self, *, done_on: date, item: str = "1") -> str:
        """An item's control point that was accepted; returns its key."""
        due = done_on + timedelta(days=1)
        key = f"{self.code}/{item}/-/{due}"
        with open_session(self.engine) as session:
            row = session.execute(select(Item).where(col(Item.code) == item)).scalar_one()
            days = {
                "opens_on": done_on,
                "due_on": due,
                "deadline_on": due,
                "submitted_on": done_on,
                "closed_on": done_on,
            }
            facts = {"key": key, "roadmap_code": self.code, "item_id": row.id, "owner_id": row.owner_id}
            session.add(ControlPoint(status="accepted", **(facts | days)))
        return key
