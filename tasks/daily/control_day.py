"""The day's work over every roadmap: open, mark overdue, decide who is told, put the letters into the outbox.

Rules run on situations, SQL moves the rows: a million points have a few thousand situations.
"""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import ControlPoint, Roadmap, lifecycle
from models.db import open_session
from models.db.locks import lock_roadmap
from models.lifecycle.transitions import CONTROL
from models.settings import Settings
from models.tables.alert import keep_alerts
from models.tables.audit import write_audit
from roadmap.calendar import WorkCalendar
from roadmap.calendar.office_hours import OfficeHours
from roadmap.calendar.zones import today_there
from roadmap.control.ladder import Ladder
from roadmap.control.reminders import Audience, Decision, Situation, decide
from tasks.context.office import office_hours
from tasks.context.roadmap_day import RoadmapDay
from tasks.context.working_calendar import calendar_of
from tasks.daily.false_day import Day, FalseDays, begin_day, end_day
from tasks.editions.calendar_changes import follow_calendar
from tasks.monitoring.rounds.sweep import RoundsReport, sweep
from tasks.processes.sweep import StagesReport, advance
from tasks.reminders.co_executors import enqueue_co_executors
from tasks.reminders.digest import queue_digests
from tasks.reminders.enqueue import Telling, asked_on, enqueue_reminders
from tasks.reminders.failed_deliveries import enqueue_failed_deliveries, queue_retries
from tasks.reminders.false_letters import remark_to_coordinators
from tasks.reminders.orders import enqueue_orders
from tasks.reminders.recipients import opening_hours

logger = logging.getLogger(__name__)
HELD = (
    "ежедневный контроль уже шёл за более поздние дни, поэтому за этот день ничего не сделано, напоминания не "
    "готовятся — проверьте часы; если они верны, выполните «vekha control --force», иначе контроль поверит им через "
    "неделю"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """What one day's control did in one roadmap."""

    code: str
    on: date
    is_working: bool
    opened: int
    overdue: int
    told: Telling
    stages: StagesReport
    rounds: RoundsReport
    false_days: FalseDays | None = None
    """What was found of days that the control had been at work on by a wrong clock, and reversed."""
    is_held: bool = False
    """The clock seems to have gone back: nothing was done."""

    calendar: str = ""
    """In Russian: which deadlines another working calendar moved; empty where none."""

    @property
    def remark(self) -> str:
        """What a person must know of this day, in Russian; empty on an ordinary one."""
        if self.is_held:
            return HELD
        return " ".join(filter(None, (self.false_days.words if self.false_days else "", self.calendar)))


@dataclass(frozen=True, slots=True)
class ControlReport:
    """What a control did; the caller must fail visibly when ``failed`` (codes) is not empty."""

    days: tuple[DayReport, ...]
    failed: tuple[str, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person must know of the days, with the codes; none on ordinary ones."""
        return tuple(f"{day.code}: {day.remark}" for day in self.days if day.remark)

    @property
    def held(self) -> tuple[str, ...]:
        """Codes of roadmaps for which nothing was done: the clock seems to have gone back."""
        return tuple(day.code for day in self.days if day.is_held)

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


def control_day(
    engine: Engine,
    *,
    today: date | None,
    at: datetime,
    hours: OfficeHours | None = None,
    is_clock_right: bool = False,
) -> ControlReport:
    """Do the work of one day (None: today in each roadmap's zone); twice the same day changes nothing.

    1. each roadmap in its own transaction: one that breaks is logged and named, the others go on; what days that were
       false left behind is reversed first;
    2. rounds of monitoring are brought forward, points whose day has come are opened, passed deadlines are recorded,
       on any day;
    3. letters are decided on working days only; what a day off held back is told on the next working day;
    4. letters that were given up are reported to the coordinator.
    ``hours``: before which hour no letter may leave; None: those of the settings. ``is_clock_right``: a person says so,
    where a day before the last one would be held.
    """
    days, failed = [], []
    hours = hours or office_hours(Settings())
    with open_session(engine) as session:
        codes = list(session.execute(select(Roadmap.code).order_by(Roadmap.code)).scalars())  # type: ignore[call-overload]
    for code in codes:
        try:
            with open_session(engine) as session:
                found = control_roadmap(session, code, today=today, at=at, hours=hours, is_clock_right=is_clock_right)
                days.append(found)
        except Exception:
            logger.exception("daily control of roadmap %s failed", code)
            failed.append(code)
    return ControlReport(tuple(days), tuple(failed))


def control_roadmap(
    session: Session,
    code: str,
    *,
    today: date | None,
    at: datetime,
    hours: OfficeHours | None = None,
    is_simulated: bool = False,
    is_clock_right: bool = False,
) -> DayReport:
    """One roadmap's day inside the caller's transaction.

    The roadmap's row is held first, as by ``advance``: of two at once the second waits and finds the work done.
    ``is_simulated``: the day is not lived through, so it is neither noted nor compared with those that were.
    """
    lock_roadmap(session, code)
    roadmap = session.get_one(Roadmap, code)
    today = today or today_there(at, roadmap.zone)
    calendar = calendar_of(session, code)
    day = RoadmapDay.of(session, code, today=today, at=at, calendar=calendar, hours=hours)
    begun = Day() if is_simulated else begin_day(session, roadmap, day, is_clock_right=is_clock_right)
    if not is_simulated:
        keep_alerts(session, f"control/{code}", {"clock": f"{roadmap.region}: {HELD}"} if begun.is_held else {}, at=at)
    if begun.is_held:
        return _nothing_done(day)
    followed = follow_calendar(session, code, calendar=calendar, today=today, at=at)
    if followed and followed.summary:
        remark_to_coordinators(session, day, followed.summary)
        write_audit(session, at=at, actor=CONTROL, action="календарь", subject=code, detail=followed.summary)
    rounds = sweep(session, code, today=today, at=at, calendar=calendar)
    opened = lifecycle.open_due(session, code, today=today, at=at)
    stages = advance(session, code, today=today, at=at, calendar=calendar)
    overdue = lifecycle.mark_overdue(session, code, today=today, at=at)
    told = Telling()
    if calendar.is_working(today):
        decisions = _decisions(session, roadmap, today=today, calendar=calendar)
        not_before = opening_hours(session, roadmap, today=today, at=at, hours=hours or OfficeHours())
        told = enqueue_reminders(session, code, decisions, today=today, not_before=not_before)
        from_control = enqueue_orders(session, roadmap, day, not_before=not_before)
        told = replace(told, notices=told.notices + from_control[0], lines=told.lines + from_control[1])
        taking_part = enqueue_co_executors(session, roadmap, day, not_before=not_before)
        told = replace(told, notices=told.notices + taking_part[0], lines=told.lines + taking_part[1])
        notices, lines = enqueue_failed_deliveries(session, code, today=today, not_before=not_before)
        notices += queue_retries(session, code, today=today, not_before=not_before)
        digests = queue_digests(session, roadmap, today=today, not_before=not_before)
        told = replace(told, notices=told.notices + notices, lines=told.lines + lines, digests=digests)
    end_day(session, roadmap, day, begun)
    return DayReport(
        code=code,
        on=today,
        is_working=calendar.is_working(today),
        opened=opened,
        overdue=overdue,
        told=told,
        stages=stages,
        rounds=rounds,
        false_days=begun.false,
        calendar=followed.summary if followed else "",
    )


def _nothing_done(day: RoadmapDay) -> DayReport:
    nothing = {"opened": 0, "overdue": 0, "told": Telling(), "stages": StagesReport(), "rounds": RoundsReport()}
    is_working = day.calendar.is_working(day.today)
    return DayReport(code=day.code, on=day.today, is_working=is_working, is_held=True, **nothing)  # type: ignore[arg-type]


def _decisions(session: Session, roadmap: Roadmap, *, today: date, calendar: WorkCalendar) -> dict[Situation, Decision]:
    """The decision for every situation that has come up for a look."""
    ladder = Ladder.from_json(roadmap.ladder)
    columns = (
        col(ControlPoint.status),
        col(ControlPoint.opens_on),
        col(ControlPoint.deadline_on),
        col(ControlPoint.next_check_on),
        col(ControlPoint.news),
        col(ControlPoint.is_history),
        asked_on("extend"),
        asked_on("reassignment"),
        col(ControlPoint.quiet_until),
    )
    met = select(*columns).distinct()
    met = met.where(col(ControlPoint.roadmap_code) == roadmap.code, col(ControlPoint.next_check_on) <= today)
    extensions_by: Audience = "controller" if roadmap.extensions_by == "controller" else "coordinator"
    situations = [Situation(*row) for row in session.execute(met).all()]
    return {
        s: decide(s, today=today, ladder=ladder, calendar=calendar, extensions_by=extensions_by) for s in situations
    }
