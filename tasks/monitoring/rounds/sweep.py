"""One sweep over the rounds of a roadmap: what should be so, and is not? Run twice it changes nothing."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import ControlPoint, Roadmap, Round, Transition, lifecycle
from models.db.locks import lock_roadmap
from models.lifecycle.transitions import LIVE, TransitionCommand
from roadmap.calendar import WorkCalendar
from tasks.context.roadmap_day import RoadmapDay
from tasks.monitoring.rounds.collect import (
    OVER,
    OVERTAKEN,
    add_missing,
    ask,
    begin,
    data_points,
    settle,
    withdraw_absent,
    withdraw_all,
)
from tasks.monitoring.rounds.log import HEAVY_STEPS, step_done
from tasks.monitoring.rounds.plan import drop, plan
from tasks.monitoring.rounds.rows import (
    ENGINE,
    NOW,
    POINTS,
    ROUNDS,
    Monitoring,
    RoundRow,
    monitoring_of,
    round_row,
    rounds_of,
    steps_done,
    under_way,
)
from tasks.monitoring.submissions.record import fill_proven
from tasks.processes.rows import Members

__all__ = ["ENGINE", "RoundsReport", "Sweep", "bring_forward", "is_ready", "plan_rounds", "ready", "sweep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsReport:
    """What a sweep changed; all counts are 0 when everything was as it should be."""

    planned: int = 0
    """Rounds that came to be."""
    moved: int = 0
    """Rounds to come that followed the calendar or their rhythm."""
    opened: int = 0
    asked: int = 0
    """Bodies asked for data."""
    accepted: int = 0
    """Bodies whose data are complete."""
    withdrawn: int = 0
    """Rounds to come, and requests for data, that were taken off control."""


def plan_rounds(
    session: Session, roadmap_code: str, *, today: date, at: datetime, calendar: WorkCalendar
) -> RoundsReport:
    """The part of the sweep that only looks ahead: rounds to come are there, on their days, and no others."""
    lock_roadmap(session, roadmap_code)
    day, roadmap = (
        RoadmapDay.of(session, roadmap_code, today=today, at=at, calendar=calendar),
        session.get_one(Roadmap, roadmap_code),
    )
    monitoring = monitoring_of(session, roadmap)
    new, moved = plan(session, roadmap, monitoring, day)
    return RoundsReport(planned=new, moved=moved, withdrawn=drop(session, roadmap, monitoring, day))


def sweep(session: Session, roadmap_code: str, *, today: date, at: datetime, calendar: WorkCalendar) -> RoundsReport:
    """Bring the rounds of a roadmap forward to a day, in the caller's transaction.

    1. rounds are planned for every period that ends on control;
    2. those whose day has come open, their indicators as the edition in force has them;
    3. what control points prove is filled in, every other body whose word is needed is asked once;
    4. complete data are accepted; what nobody has to give any more is withdrawn.

    Two sweeps at once run one after the other: the roadmap's row is held from the start.
    """
    report = plan_rounds(session, roadmap_code, today=today, at=at, calendar=calendar)
    day = RoadmapDay.of(session, roadmap_code, today=today, at=at, calendar=calendar)
    due = rounds_of(
        session, ROUNDS.c.roadmap_code == roadmap_code, POINTS.c.status == "planned", ROUNDS.c.opens_on <= today
    )
    if not (rows := [*due, *under_way(session, roadmap_code)]):
        return report
    parts = Sweep.of(session, roadmap_code, day)
    opened = sum(parts.open(row) for row in rows)
    rows = [round_row(session, row.id) for row in rows]
    for row in rows:
        parts.fill(row)
    asked = sum(parts.ask(row) for row in rows)
    settled = [parts.settle(row) for row in rows]
    return replace(
        report,
        opened=opened,
        asked=asked,
        accepted=sum(accepted for accepted, _ in settled),
        withdrawn=report.withdrawn + sum(withdrawn for _, withdrawn in settled),
    )


@dataclass(frozen=True, slots=True)
class Sweep:
    """What every part of a sweep looks at."""

    session: Session
    day: RoadmapDay
    monitoring: Monitoring
    members: Members

    @classmethod
    def of(cls, session: Session, code: str, day: RoadmapDay) -> "Sweep":
        """Of a roadmap that is held until the end of the transaction."""
        return cls(session, day, monitoring_of(session, session.get_one(Roadmap, code)), Members.of(session, code))

    def open(self, row: RoundRow) -> int:
        """Open a round whose day has come; 1 when it was opened now."""
        if row.status == "planned" and row.opens_on > self.day.today:
            return 0
        return int(begin(self.session, row, self.monitoring, self.day))

    def ask(self, row: RoundRow) -> int:
        """Ask whose word is needed, who came midway too; returns how many bodies."""
        done = steps_done(self.session, [row.id])[row.id]
        if "opened" not in done or "computed" in done or not row.is_live:
            return 0
        is_overtaken = self._is_overtaken(row)
        if "asked" not in done:
            return ask(self.session, row, self.members, self.day, is_overtaken=is_overtaken)
        return 0 if is_overtaken else add_missing(self.session, row, self.members, self.day)

    def fill(self, row: RoundRow) -> int:
        """Fill in what control points have proven meanwhile; returns how many values."""
        done = steps_done(self.session, [row.id])[row.id]
        if "asked" not in done or "computed" in done or not row.is_live:
            return 0
        return fill_proven(self.session, row.id, at=self.day.at)

    def settle(self, row: RoundRow) -> tuple[int, int]:
        """Accept complete data, and withdraw what nobody has to give any more; returns how many of each."""
        withdrawn = withdraw_absent(self.session, row, self.members, self.day)
        accepted = settle(self.session, row, self.day)
        done = steps_done(self.session, [row.id])[row.id]
        if not row.is_live and "noted" not in done:
            withdrawn += withdraw_all(self.session, row, self.day, reason=OVER)
        elif self._is_overtaken(row):
            withdrawn += withdraw_all(self.session, row, self.day, reason=OVERTAKEN)
        return accepted, withdrawn

    def _is_overtaken(self, row: RoundRow) -> bool:
        """The next round of the rhythm has begun; one started by hand for a past period is overtaken by nothing."""
        if row.manual:
            return False
        later = rounds_of(
            self.session, ROUNDS.c.roadmap_code == row.roadmap_code, ROUNDS.c.rhythm == row.rhythm,
            ROUNDS.c.period_start > row.period_start, ROUNDS.c.opens_on <= self.day.today,
            POINTS.c.status != "withdrawn",
        )  # fmt: skip
        return bool(later)


def ready(session: Session, roadmap_code: str, *, today: date) -> list[Round]:
    """The rounds whose note is to be written or finished now, the oldest period first."""
    ids = [row.id for row in under_way(session, roadmap_code) if is_ready(session, row, today=today)]
    found = select(Round).where(col(Round.id).in_(ids)).order_by(col(Round.period_end), col(Round.id))
    return list(session.execute(found).scalars())


def assume_reports(session: Session, roadmap_code: str, *, today: date, at: datetime) -> None:
    """In a rehearsal: the notes that are to be written now are, but for the files and their letters."""
    for row in [row for row in under_way(session, roadmap_code) if is_ready(session, row, today=today)]:
        for step in HEAVY_STEPS:
            step_done(session, row.id, step, at=at, on=today, words="")
        if row.is_live:
            lifecycle.accept(
                session, row.key, TransitionCommand(action="accept", actor=ENGINE, at=at, on=today, tell=False)
            )


def is_ready(session: Session, row: RoundRow, *, today: date) -> bool:
    """Whether nothing holds the note up.

    All who were asked have answered; or the day of the note has come; or a person said not to wait. Where nobody is
    asked (what is monitored is the execution of the roadmap) it is written on the day data are due: by then reports of
    the period's end are in. Silent bodies do not stop it; a note begun is finished.
    """
    done = steps_done(session, [row.id])[row.id]
    if "archived" in done or row.status == "withdrawn":
        return False
    if "computed" in done:
        return row.is_live or "noted" in done
    if "asked" not in done or not row.is_live:
        return False
    if today >= row.note_on or _is_urged(session, row):
        return True
    asked = [point for point in data_points(session, row) if point.status != "withdrawn"]
    return not any(point.status in LIVE for point in asked) if asked else today >= row.due_on


def bring_forward(
    session: Session, which: str | ControlPoint, *, actor: str, reason: str, once_key: str, today: date, at: datetime
) -> ControlPoint:
    """Record a person's word that the note is not to wait for those who have not answered."""
    words = "составить справку, не дожидаясь остальных" + (f": {reason}" if reason else "")
    move = TransitionCommand(action="progress", actor=actor, at=at, on=today, reason=words, once_key=f"{NOW}{once_key}")
    return lifecycle.change(session, which, move)


def _is_urged(session: Session, row: RoundRow) -> bool:
    said = select(col(Transition.id)).where(
        col(Transition.point_id) == row.point_id, col(Transition.once_key).startswith(NOW)
    )
    return session.execute(said).first() is not None
