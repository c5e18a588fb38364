"""A region that is monitored each quarter and year: three municipalities, and a keeper who is asked a flag."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models import Body, ControlPoint, Edition, Municipality, Roadmap, Round, RoundStep, Transition
from models.db import open_session
from models.settings import Settings
from roadmap.monitoring.indicators.submission import Given
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import control_day
from tasks.monitoring.rounds.produce import RoundOutcome, run_round
from tasks.monitoring.rounds.sweep import RoundsReport, ready, sweep
from tasks.monitoring.submissions.record import record, settle_data
from tests.worlds.region import Region


def indicator(code: str, title: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "title": title, "source": {"place": "Приложение 2"}, **facts}


SHARE = indicator("share", "Доля учителей", unit="percent", comparison="at_least", target=10.0, target_year=2028)
COUNT = indicator("count", "Число методистов", unit="count")
FLAG = indicator("flag", "Создан реестр", unit="yes_no")
BOTH = [{"rhythm": "quarter"}, {"rhythm": "year", "data_days": 7, "note_days": 15}]


@dataclass
class MonitoredRegion(Region):
    """The small world with monitoring in it, and what a test does to it."""

    settings: Settings = field(kw_only=True)
    reports: list[RoundsReport] = field(default_factory=list)

    def build(self) -> None:
        self.add_towns()
        self.amend(indicators=[SHARE, COUNT, FLAG], monitoring=[{"rhythm": "quarter"}])

    def amend(self, **parts: Any) -> None:
        """A newer edition with other indicators or rhythms."""
        with open_session(self.engine) as session:
            newest = session.execute(select(Edition).order_by(col(Edition.id).desc()).limit(1)).scalar_one()
            catalogue = dict(newest.catalogue) | parts
            facts = {"act": "приказ", "content_hash": f"{newest.id}+", "loaded_at": newest.loaded_at}
            session.add(Edition(roadmap_code=self.code, catalogue=catalogue, **facts))

    def leave(self, town: str, until: date, into: str | None = None) -> None:
        with open_session(self.engine) as session:
            member = session.get_one(Municipality, self.body(town))
            member.until, member.merged_into_id = until, self.body(into) if into else None

    def roadmap(self, **facts: Any) -> None:
        with open_session(self.engine) as session:
            session.get_one(Roadmap, self.code).sqlmodel_update(facts)

    def sweep(self, on: date | None = None) -> RoundsReport:
        self.on = on or self.on
        with open_session(self.engine) as session:
            calendar = calendar_of(session, self.code)
            self.reports.append(sweep(session, self.code, today=self.on, at=self.at, calendar=calendar))
        return self.reports[-1]

    def ready(self, on: date | None = None) -> list[str]:
        self.on = on or self.on
        with open_session(self.engine) as session:
            return [f"{one.rhythm} {one.period_end}" for one in ready(session, self.code, today=self.on)]

    def round(self, ends: date, rhythm: str = "quarter") -> Round:
        with open_session(self.engine) as session:
            found = select(Round).where(col(Round.period_end) == ends, col(Round.rhythm) == rhythm)
            one: Round = session.execute(found).scalar_one()
            return one

    def rounds(self) -> list[tuple[str, date, date]]:
        """(rhythm, last day of the period, day of opening)."""
        with open_session(self.engine) as session:
            found = select(Round).order_by(col(Round.period_end), col(Round.rhythm))
            return [(one.rhythm, one.period_end, one.opens_on) for one in session.execute(found).scalars()]

    def point(self, round_: Round) -> ControlPoint:
        with open_session(self.engine) as session:
            return session.get_one(ControlPoint, round_.point_id)

    def data(self, round_: Round) -> dict[str, str]:
        """Body → status of what it is asked."""
        with open_session(self.engine) as session:
            found = (
                select(col(Body.code), col(ControlPoint.status))
                .join(Body, col(Body.id) == col(ControlPoint.body_id))
                .where(col(ControlPoint.parent_id) == round_.point_id)
            )
            return dict(sorted(session.execute(found).tuples()))

    def data_point(self, round_: Round, town: str) -> ControlPoint:
        with open_session(self.engine) as session:
            found = select(ControlPoint).where(
                col(ControlPoint.parent_id) == round_.point_id, col(ControlPoint.body_id) == self.body(town)
            )
            point: ControlPoint = session.execute(found).scalar_one()
            return point

    def answer(self, round_: Round, bodies: Iterable[str], numerator: float = 12) -> None:
        """The bodies give everything they are asked, and their points are settled."""
        given = [Given("share", numerator, 100), Given("count", 3)]
        for body in bodies:
            values = [Given("flag", 1)] if body == "institute" else given
            with open_session(self.engine) as session:
                kept: dict[str, Any] = {"actor": "Иванова А. А.", "source": "form", "at": self.at, "reason": "проверка"}
                record(session, round_.id or 0, self.body(body), values, **kept)
                settle_data(session, round_.id or 0, at=self.at, today=self.on)

    def run(self, round_: Round, *, is_urged: bool = False) -> RoundOutcome:
        facts = {"today": self.on, "at": self.at, "settings": self.settings}
        return run_round(self.engine, round_.id or 0, is_urged=is_urged, **facts)  # type: ignore[arg-type]

    def steps(self, round_: Round) -> dict[str, str]:
        """Step → what came of it, in the order of doing."""
        with open_session(self.engine) as session:
            found = select(RoundStep).where(col(RoundStep.round_id) == round_.id).order_by(col(RoundStep.id))
            return {row.step: row.words for row in session.execute(found).scalars()}

    def history(self, point: ControlPoint) -> list[tuple[str, str]]:
        """(action, reason) of a point."""
        with open_session(self.engine) as session:
            found = select(Transition).where(col(Transition.point_id) == point.id).order_by(col(Transition.id))
            return [(row.action, row.reason) for row in session.execute(found).scalars()]

    def letters(self, on: date) -> list[tuple[str, str]]:
        """(post, reason) of the letters that the control of a day adds."""
        self.on = on
        before = self.world.letters(on)
        assert not control_day(self.engine, today=on, at=datetime.combine(on, time(3), UTC)).failed
        return sorted((post, reason) for _, post, reason, _ in self.world.letters(on)[len(before) :])
