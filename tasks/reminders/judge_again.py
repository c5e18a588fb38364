"""Looks that a false day wrote are judged again, as if the control had last been at work on the last true day."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlmodel import Session, col

from models import ControlPoint, Notice, NoticeLine, Roadmap, Transition
from models.db.rows import chunks
from models.lifecycle.transitions import NEWS
from roadmap.calendar import WorkCalendar
from roadmap.calendar.zones import today_there
from roadmap.control.ladder import Ladder
from roadmap.control.reminders import OWNER_NEWS, Reason, Situation, next_look
from tasks.reminders import scratch_tables as tables
from tasks.reminders.enqueue import SAME, asked_on, is_met
from tasks.reminders.recipients import COUNTED, rowcount
from tasks.reminders.scratch_tables import situation as _situation

DAY = timedelta(days=1)
NEVER = date(1900, 1, 1)
#: Reasons that told something new; with no channel to the owner the coordinator is told of that instead.
NEWS_TOLD: frozenset[Reason] = frozenset(OWNER_NEWS.values()) | {
    "accepted",
    "withdrawn",
    "submitted",
    "asked_extension",
    "asked_transfer",
    "no_channel",
}


@dataclass(frozen=True, slots=True)
class TrueDays:
    """The working days on which the control was really at work, with the instants, both ascending."""

    days: Sequence[date]
    instants: Sequence[datetime]

    @property
    def last(self) -> date:
        """The last of them; a day before all where there is none: through days off alone nothing has been told."""
        return self.days[-1] if self.days else NEVER

    def told_on(self, at: datetime, *, zone: str, today: date, calendar: WorkCalendar) -> date:
        """The day on which what happened at an instant was told, or would have been had the clock been right."""
        place = bisect_left(self.instants, at)
        if place < len(self.days):
            return self.days[place]
        return min(calendar.add_working_days(today_there(at, zone), 1), today)


def tell_news_again(session: Session, code: str, *, reversed_at: datetime, true: TrueDays, today: date) -> int:
    """What only letters of false days told is news again; returns of how many points.

    ``reversed_at`` marks those letters. What was decided in the meantime is told as well.
    """
    lines = (
        select(col(NoticeLine.point_id))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .where(col(Notice.reversed_at) == reversed_at, col(NoticeLine.reason).in_(sorted(NEWS_TOLD)))
    )
    newest = (
        select(col(Transition.point_id), func.max(col(Transition.id)).label("id"))
        .where(col(Transition.point_id).in_(lines), col(Transition.action).in_(sorted(NEWS)))
        .group_by(col(Transition.point_id))
        .subquery()
    )
    found = (
        select(col(ControlPoint.id), col(Transition.action), col(Transition.happened_on))
        .join(newest, newest.c.point_id == col(ControlPoint.id))
        .join(Transition, col(Transition.id) == newest.c.id)
        .where(col(ControlPoint.roadmap_code) == code, col(ControlPoint.news).is_(None))
        .where(col(ControlPoint.status) == col(Transition.to_status))
    )
    if true.instants:
        found = found.where(col(Transition.noticed_at) > true.instants[-1])
    rows = session.execute(found).all()
    for point_id, action, on in rows:
        news = {"news": NEWS[action], "next_check_on": min(on, today)}
        session.execute(update(ControlPoint).where(col(ControlPoint.id) == point_id).values(news))
    return len(rows)


def judge_again(session: Session, roadmap: Roadmap, *, today: date, true: TrueDays, calendar: WorkCalendar) -> int:
    """Write the next look of every point whose look lies after ``today`` anew; returns how many were wrong.

    By situations, as the control decides: a million points have a few thousand.
    """
    ladder, after = Ladder.from_json(roadmap.ladder), true.last
    point = ControlPoint
    ahead = (col(point.roadmap_code) == roadmap.code, col(point.next_check_on) > today)
    news = update(point).where(*ahead, col(point.news).is_not(None)).values(next_check_on=today)
    changed = rowcount(session.execute(news.execution_options(synchronize_session=False)))
    changed += _rounds(session, ahead, after)
    changed += judge_waiting(session, roadmap, today=today, after=after, true=true, calendar=calendar)
    return changed + _others(session, ahead, after, ladder=ladder, calendar=calendar)


def _rounds(session: Session, ahead: tuple[Any, ...], after: date) -> int:
    """A round under way is silent until its note is late by a day."""
    silent = (col(ControlPoint.purpose) == "round", col(ControlPoint.deadline_on) >= after)
    found = select(col(ControlPoint.id), col(ControlPoint.deadline_on), col(ControlPoint.next_check_on))
    rows = [row for row in session.execute(found.where(*ahead, *silent)) if row[2] != row[1] + DAY]
    for point_id, deadline_on, _ in rows:
        its = col(ControlPoint.id) == point_id
        session.execute(update(ControlPoint).where(its).values(next_check_on=deadline_on + DAY))
    return len(rows)


def judge_waiting(
    session: Session, roadmap: Roadmap, *, today: date, after: date, true: TrueDays, calendar: WorkCalendar
) -> int:
    """Of reported results the coordinator is reminded from the day on which he was first told.

    Asked once more when the day's work is done: a reminder that a false day has put off does not move those after it.
    """
    ladder = Ladder.from_json(roadmap.ladder)
    ahead = (col(ControlPoint.roadmap_code) == roadmap.code, col(ControlPoint.next_check_on) > today)
    since = (
        select(func.max(col(Transition.noticed_at)))
        .where(col(Transition.point_id) == col(ControlPoint.id))
        .where(col(Transition.action).in_(("submit", "extend", "refuse")))
        .correlate(ControlPoint)
        .scalar_subquery()
    )
    found = select(col(ControlPoint.id), col(ControlPoint.next_check_on), since).where(
        *ahead, col(ControlPoint.status) == "submitted", col(ControlPoint.purpose) != "round"
    )
    looks: defaultdict[date | None, list[int]] = defaultdict(list)
    reported = Situation("submitted", today, today, today)
    for point_id, was, at in session.execute(found):
        told_on = true.told_on(at, zone=roadmap.zone, today=today, calendar=calendar) if at else today
        look = next_look(reported, after=after, ladder=ladder, calendar=calendar, told_on=told_on)
        if look != was:
            looks[look].append(point_id)
    for look, ids in looks.items():
        for some in chunks(ids):
            its = col(ControlPoint.id).in_(some)
            session.execute(update(ControlPoint).where(its).values(next_check_on=look))
    return sum(map(len, looks.values()))


def _others(session: Session, ahead: tuple[Any, ...], after: date, *, ladder: Ladder, calendar: WorkCalendar) -> int:
    point = ControlPoint
    silent = (col(point.purpose) == "round") & (col(point.deadline_on) >= after)
    columns = (point.status, point.opens_on, point.deadline_on, point.next_check_on, point.news, point.is_history)
    asked = (asked_on("extend"), asked_on("reassignment"))
    met = select(*(col(column) for column in columns), *asked, col(point.quiet_until)).distinct()
    met = met.where(*ahead, col(point.status) != "submitted", ~silent)
    rows: list[dict[str, Any]] = []
    asks = False
    for situation in (Situation(*row) for row in session.execute(met).all()):
        look = next_look(situation, after=after, ladder=ladder, calendar=calendar)
        asks = asks or bool(situation.extension_asked_on or situation.transfer_asked_on)
        if look != situation.next_check_on:
            same = {name: getattr(situation, name) for name in SAME}
            rows.append(same | {"no": len(rows), "news": situation.news or "", "look_again_on": look})
    if not rows:
        return 0
    tables.make(session)
    session.execute(insert(_situation), rows)
    written = (
        update(point)
        .where(*ahead, is_met(asks=asks), ~silent, literal(1) == 1)
        .values(next_check_on=_situation.c.look_again_on)
        .execution_options(synchronize_session=False, **COUNTED)
    )
    changed = rowcount(session.execute(written))
    tables.drop(session)
    return changed
