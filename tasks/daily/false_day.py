"""A day of control that was false (a wrong clock, a mistyped day) is found when the right one comes, and reversed.

What the engine did for days that have not come is led back by counter-records, what it would have done without them
follows in the day's own work: from the first true control on all stands as if the days had never been. What people
decided on such a day stays.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from models import ControlLook, ControlPoint, Edition, Roadmap, Transition
from models.db.rows import table_of
from models.lifecycle.reversal import date_overdue, undo_false_overdue, undo_false_steps
from models.lifecycle.transitions import CONTROL
from models.tables.audit import write_audit
from roadmap.calendar.zones import today_there
from roadmap.control.looks import Look, is_far_ahead, last_true, was_ahead
from roadmap.language import counted
from tasks.context.roadmap_day import RoadmapDay
from tasks.monitoring.rounds.reversal import put_rounds_back
from tasks.monitoring.rounds.rows import ENGINE as MONITORING
from tasks.processes.reversal import put_stages_back
from tasks.processes.rows import ENGINE as PROCESSES
from tasks.reminders.false_letters import remark_to_coordinators, reverse_letters
from tasks.reminders.judge_again import TrueDays, judge_again, judge_waiting, tell_news_again

logger = logging.getLogger(__name__)

LOOKS = table_of(ControlLook)
LOOKED_BACK = 500
"""Rows of looks that are read: more than a year of them."""
ENGINES = (CONTROL, PROCESSES, MONITORING)


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseDays:
    """What a control found of false days and reversed."""

    first: date
    last: date
    steps: int
    """Points that were led back: opened, withdrawn, reported or accepted by the engine too early."""
    overdue: int
    looks: int
    """Points whose next look lay on a wrong day."""
    rounds: int
    notes: int
    recommendations: int
    dropped: int
    """Letters that had not left."""
    sent: int
    """Letters that had left and are followed by one that says so."""
    news: int
    """Points whose news is told again."""

    @property
    def words(self) -> str:
        """In Russian, for the coordinator."""
        first, last = f"{self.first:%d.%m.%Y}", f"{self.last:%d.%m.%Y}"
        days = f"за {first}" if first == last else f"с {first} по {last}"
        found = (
            ("точка возвращена назад", "точки возвращены назад", "точек возвращено назад"),
            ("запись о просрочке отменена", "записи о просрочке отменены", "записей о просрочке отменено"),
            ("день напоминания исправлен", "дня напоминаний исправлены", "дней напоминаний исправлено"),
            ("раунд мониторинга возвращён", "раунда мониторинга возвращены", "раундов мониторинга возвращено"),
            ("справка не учитывается", "справки не учитываются", "справок не учитывается"),
            ("рекомендация отменена", "рекомендации отменены", "рекомендаций отменено"),
            ("неотправленное письмо отменено", "неотправленных письма отменены", "неотправленных писем отменено"),
            ("письмо ушло", "письма ушли", "писем ушло"),
        )
        reversed_ = (self.steps, self.overdue, self.looks, self.rounds, self.notes, self.recommendations)
        numbers = (*reversed_, self.dropped, self.sent)
        told = "; ".join(counted(n, *forms) for forms, n in zip(found, numbers, strict=True) if n)
        told += ", адресатам будет сообщено, что их не следует учитывать" if self.sent else ""
        return (
            f"Ежедневный контроль был проведён по неверной дате ({days}): сбой системных часов или ошибка в дате. "
            f"Сделанное отменено, решения должностных лиц сохранены. {told or 'Изменений не потребовалось'}."
        )


@dataclass(frozen=True, slots=True)
class Day:
    """What the days before tell about this one."""

    is_held: bool = False
    """The clock seems to have gone back: nothing is done today."""
    false: FalseDays | None = None
    true: TrueDays | None = None
    """The days that were right, where false ones were found."""
    since: date | None = None
    """The last day before today on which the control was rightly at work, where days were false or held since."""


def begin_day(session: Session, roadmap: Roadmap, day: RoadmapDay, *, is_clock_right: bool = False) -> Day:
    """Note that the control is at work today, and reverse what false days left behind.

    A control that a person wants for a past day (the clock says a later one) is noted where no later day was looked
    at, and reverses nothing: it was not the clock that was wrong. ``is_clock_right``: a person says so, and nothing is
    held.
    """
    every = _looks(session, day.code)
    rows = _standing(every)
    standing = [row for row in rows if row.reversed_at is None]
    last = max((row.on_day for row in standing), default=None)
    if last is None or day.today > last:
        looks = [Look(row.on_day) for row in standing]
        if is_far_ahead(looks, day.today):
            skipped = (day.today - (last or day.today)).days
            logger.warning(
                "%s: the last control was %d days ago (%s): an outage, or the clock is wrong; if the clock, the first "
                "control on the right day reverses what this one does",
                day.code,
                skipped,
                last,
            )
        _note(session, day)
        true = _true_days(day, standing)
        was_held = any(row.reversed_at is not None for row in rows)
        is_first = was_held or _is_first_since_reversal(every, true)
        return Day(true=true if is_first else None, since=last if was_held else None)
    if day.today == last or day.today < today_there(day.at, day.zone):
        return Day()
    looks = [Look(row.on_day, is_held=row.reversed_at is not None) for row in rows]
    if not is_clock_right and not was_ahead(looks, day.today, since=_since(session, roadmap)):
        if day.today not in {look.on_day for look in looks if look.is_held}:
            _note(session, day, reversed_at=day.at)
            logger.warning(
                "%s: the clock says %s, and control has been at work through %s: nothing is done today; "
                "after a week of days in the past they will be believed",
                day.code,
                day.today,
                last,
            )
        return Day(is_held=True)
    true = _true_days(day, standing)
    since = max((row.on_day for row in standing if row.on_day < day.today), default=None)
    jumped = last_true(looks, day.today, since=_since(session, roadmap))
    since = min((one for one in (since, jumped) if one is not None), default=None)
    return Day(false=_heal(session, roadmap, day, standing, true), true=true, since=since)


def end_day(session: Session, roadmap: Roadmap, day: RoadmapDay, begun: Day) -> None:
    """What the day's own work could not know of the days before."""
    if begun.since is not None:
        date_overdue(session, day.code, since=begun.since, today=day.today)
    if begun.true is not None and day.calendar.is_working(day.today):
        facts = {"today": day.today, "after": day.today, "true": begun.true, "calendar": day.calendar}
        judge_waiting(session, roadmap, **facts)  # type: ignore[arg-type]


def _true_days(day: RoadmapDay, standing: list[ControlLook]) -> TrueDays:
    worked = [row for row in standing if row.on_day <= day.today and day.calendar.is_working(row.on_day)]
    return TrueDays(sorted(row.on_day for row in worked), sorted(row.looked_at for row in worked))


def _heal(
    session: Session, roadmap: Roadmap, day: RoadmapDay, standing: list[ControlLook], true: TrueDays
) -> FalseDays:
    days = [row.on_day for row in standing if row.on_day > day.today]
    session.execute(
        update(LOOKS)
        .where(LOOKS.c.roadmap_code == day.code, LOOKS.c.reversed_at.is_(None), LOOKS.c.on_day > day.today)
        .values(reversed_at=day.at)
    )
    if all(row.on_day != day.today for row in standing):
        _note(session, day)
    span = f"{min(days):%d.%m.%Y}" + (f" — {max(days):%d.%m.%Y}" if len(days) > 1 else "")
    reason = f"контроль был проведён по неверной дате ({span})"
    facts = {"today": day.today, "at": day.at, "reason": reason}
    newest = select(col(Transition.id)).order_by(col(Transition.id).desc()).limit(1)
    marker = session.execute(newest).scalar() or 0
    steps = undo_false_steps(session, day.code, engines=ENGINES, **facts)  # type: ignore[arg-type]
    overdue = undo_false_overdue(session, day.code, **facts)  # type: ignore[arg-type]
    undone = (
        select(col(Transition.point_id))
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(ControlPoint.roadmap_code) == day.code, col(ControlPoint.parent_id).is_not(None))
        .where(col(Transition.id) > marker, col(Transition.action) == "undo")
    )
    put_stages_back(session, day.code, undone=list(session.execute(undone).scalars()), day=day)
    rounds = put_rounds_back(session, day.code, day)
    letters = reverse_letters(session, day, false_from=min(days))
    news = tell_news_again(session, day.code, reversed_at=day.at, true=true, today=day.today)
    looks = judge_again(session, roadmap, today=day.today, true=true, calendar=day.calendar)
    found = FalseDays(
        first=min(days),
        last=max(days),
        steps=steps,
        overdue=overdue,
        looks=looks,
        rounds=rounds.rounds,
        notes=rounds.notes,
        recommendations=rounds.recommendations,
        dropped=letters.dropped,
        sent=letters.sent,
        news=news,
    )
    session.expire_all()
    remark_to_coordinators(session, day, found.words)
    write_audit(
        session, at=day.at, actor=CONTROL, action="неверная дата контроля", subject=day.code, detail=found.words
    )
    logger.warning("%s: false days %s to %s were reversed: %s", day.code, found.first, found.last, found)
    return found


def _looks(session: Session, code: str) -> list[ControlLook]:
    """The last ones in the order of happening."""
    found = select(ControlLook).where(col(ControlLook.roadmap_code) == code).order_by(col(ControlLook.id).desc())
    newest = session.execute(found.limit(LOOKED_BACK), execution_options={"populate_existing": True}).scalars()
    return list(newest)[::-1]


def _is_first_since_reversal(every: list[ControlLook], true: TrueDays) -> bool:
    """False days were found on a day off: this is the first working day since."""
    reversals = [row.reversed_at for row in every if row.reversed_at and row.reversed_at != row.looked_at]
    return bool(reversals) and (not true.instants or max(reversals) > true.instants[-1])


def _standing(every: list[ControlLook]) -> list[ControlLook]:
    """Those that stand, and the held ones since the last of them."""
    rows = [row for row in every if row.reversed_at is None or row.reversed_at == row.looked_at]
    last = max((place for place, row in enumerate(rows) if row.reversed_at is None), default=-1)
    return [row for place, row in enumerate(rows) if row.reversed_at is None or place > last]


def _note(session: Session, day: RoadmapDay, *, reversed_at: datetime | None = None) -> None:
    row = {"roadmap_code": day.code, "on_day": day.today, "looked_at": day.at, "reversed_at": reversed_at}
    session.execute(insert(LOOKS), [row])


def _since(session: Session, roadmap: Roadmap) -> date:
    """The day before the roadmap could first be looked at."""
    loaded = select(col(Edition.loaded_at)).where(col(Edition.roadmap_code) == roadmap.code)
    first = session.execute(loaded.order_by(col(Edition.id)).limit(1)).scalar()
    return today_there(first, roadmap.zone) if first else roadmap.controlled_from
