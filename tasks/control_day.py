"""The day's work over every roadmap: open, mark overdue, decide who is told, put the letters into the outbox.

Rules run on situations, SQL moves the rows: a million points have a few thousand situations.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import ControlPoint, Edition, Roadmap, lifecycle
from models.db import session
from roadmap.calendar import WorkCalendar
from roadmap.control import Ladder
from roadmap.notices import Decision, Situation, decide
from tasks.telling import Telling, tell

logger = logging.getLogger(__name__)

#: The hour, in the roadmap's zone, before which no letter leaves.
OFFICE_OPENS = time(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapDay:
    """What one day's control did in one roadmap."""

    code: str
    on: date
    is_working: bool
    opened: int
    overdue: int
    told: Telling


@dataclass(frozen=True, slots=True)
class ControlReport:
    """What a control did; the caller must fail visibly when ``failed`` (codes) is not empty."""

    days: tuple[RoadmapDay, ...]
    failed: tuple[str, ...]

    @property
    def opened(self) -> int:
        """Points opened."""
        return sum(day.opened for day in self.days)

    @property
    def overdue(self) -> int:
        """Points newly found overdue."""
        return sum(day.overdue for day in self.days)

    @property
    def lines(self) -> int:
        """Lines put into letters."""
        return sum(day.told.lines for day in self.days)

    @property
    def notices(self) -> int:
        """Letters put into the outbox."""
        return sum(day.told.notices for day in self.days)

    @property
    def undeliverable(self) -> int:
        """Reasons that reach nobody, not even the coordinator."""
        return sum(day.told.undeliverable for day in self.days)


def control_day(engine: Engine, *, today: date | None, at: datetime) -> ControlReport:
    """Do the work of one day (None: today in each roadmap's zone); twice the same day changes nothing.

    1. each roadmap in its own transaction: one that breaks is logged and named, the others go on;
    2. points whose day has come are opened, passed deadlines are recorded, on any day;
    3. letters are decided on working days only; what a day off held back is told on the next working day.
    """
    days, failed = [], []
    with session(engine) as work:
        codes = list(work.execute(select(Roadmap.code).order_by(Roadmap.code)).scalars())  # type: ignore[call-overload]
    for code in codes:
        try:
            with session(engine) as work:
                days.append(control_roadmap(work, code, today=today, at=at))
        except Exception:
            logger.exception("daily control of roadmap %s failed", code)
            failed.append(code)
    return ControlReport(tuple(days), tuple(failed))


def control_roadmap(work: Session, code: str, *, today: date | None, at: datetime) -> RoadmapDay:
    """One roadmap's day inside the caller's transaction."""
    roadmap = work.get_one(Roadmap, code)
    zone = ZoneInfo(roadmap.zone)
    today = today or at.astimezone(zone).date()
    calendar = calendar_of(work, code)
    opened = lifecycle.open_due(work, code, today=today, at=at)
    overdue = lifecycle.mark_overdue(work, code, today=today, at=at)
    told = Telling()
    if calendar.is_working(today):
        decisions = _decisions(work, code, today=today, ladder=Ladder.from_json(roadmap.ladder), calendar=calendar)
        not_before = max(at, datetime.combine(today, OFFICE_OPENS, zone))
        told = tell(work, code, decisions, today=today, not_before=not_before)
    return RoadmapDay(
        code=code, on=today, is_working=calendar.is_working(today), opened=opened, overdue=overdue, told=told
    )


def calendar_of(work: Session, code: str) -> WorkCalendar:
    """The working calendar of a roadmap, from the newest edition of its catalogue."""
    newest = select(Edition).where(col(Edition.roadmap_code) == code).order_by(col(Edition.id).desc()).limit(1)
    edition = work.execute(newest).scalar_one_or_none()
    listed = edition.catalogue.get("days_off", []) if edition else []
    return WorkCalendar({date.fromisoformat(day["on"]): day["name"] for day in listed})


def _decisions(
    work: Session, code: str, *, today: date, ladder: Ladder, calendar: WorkCalendar
) -> dict[Situation, Decision]:
    """The decision for every situation that has come up for a look."""
    columns = (
        col(ControlPoint.status),
        col(ControlPoint.opens_on),
        col(ControlPoint.deadline_on),
        col(ControlPoint.next_check_on),
        col(ControlPoint.news),
        col(ControlPoint.is_history),
    )
    met = select(*columns).distinct()
    met = met.where(col(ControlPoint.roadmap_code) == code, col(ControlPoint.next_check_on) <= today)
    situations = (Situation(*row) for row in work.execute(met))
    return {s: decide(s, today=today, ladder=ladder, calendar=calendar) for s in situations}
