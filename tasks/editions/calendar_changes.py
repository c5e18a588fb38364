"""Deadlines follow the working calendar: a production calendar that comes out later moves the points of its year.

The government's decree is known in the autumn before; until then a year is counted by the law's own transfers alone.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import extract, func, select, update
from sqlmodel import Session, col

from models import Edition, Roadmap
from models.db.rows import table_of
from models.lifecycle import LIVE
from models.lifecycle.calendar_moves import CalendarMove, move_with_calendar
from models.tables.control_point import ControlPoint
from roadmap.calendar import Roll, WorkCalendar
from roadmap.calendar.working_days import roll
from roadmap.catalogue.schema import Catalogue
from roadmap.control.planning import COUNTED_IN_MONTHS, PlannedPoint, not_approved, plan
from roadmap.control.upcoming import upcoming
from roadmap.language import counted, day, plural
from roadmap.reading import Reading
from tasks.editions.point_changes import plan_points
from tasks.editions.point_matching import (
    BY_EDITION,
    POINTS,
    StoredPoint,
    duty_of,
    is_live,
    serve,
    stored_points,
)
from tasks.editions.point_rows import calendar_move, opens_with

logger = logging.getLogger(__name__)
SHOWN_DAYS = 4
#: Not the document's: rounds of monitoring and what is asked for them plan their own days.
OWN_DAYS = ("round", "data")
Days = Mapping[str, Any]
"""By year (as a word, for JSON): ``WorkCalendar.exceptions`` and whether it is final."""


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What another working calendar did to a roadmap."""

    words: str
    """In Russian: what changed."""
    moves: tuple[CalendarMove, ...]

    @property
    def summary(self) -> str:
        """In Russian, for the coordinator; empty where no deadline moved."""
        if not self.moves:
            return ""
        points = counted(len(self.moves), "срок", "срока", "сроков")
        nearest = min(self.moves, key=lambda one: one.deadline_on)
        return (
            f"{self.words[:1].upper()}{self.words[1:]}. Поэтому перенесено: {points}, ближайший — "
            f"с {day(nearest.deadline_from)} на {day(nearest.deadline_on)}; ответственные об этом узнают из писем."
        )


def days_of(calendar: WorkCalendar, roadmap: Roadmap, today: date) -> dict[str, Any]:
    """The working days that the deadlines of a roadmap are counted by, as they are kept beside it."""
    last = max(roadmap.period_end.year, today.year) + 1
    years = range(roadmap.period_start.year, last + 1)
    return {f"{year}": {**calendar.exceptions(year), "final": calendar.is_final(year)} for year in years}


def follow_calendar(
    session: Session, code: str, *, calendar: WorkCalendar, today: date, at: datetime
) -> CalendarChange | None:
    """Move the live points whose working day is another now; None where the calendar is as it was.

    1. points of the document are planned anew: their deadline and its note follow, and where the words themselves
       count working days («до 5-го рабочего дня») the day as well;
    2. all others — extended by a decision, named by a plan, stages — move where their deadline was the working day of
       their term;
    3. what is past or would be past already stays as it was promised.
    """
    roadmap = session.get_one(Roadmap, code)
    before, now = roadmap.calendar, days_of(calendar, roadmap, today)
    if before is not None and all(before.get(year) == days for year, days in now.items()):
        return None
    moves, notes = _document_moves(session, roadmap, calendar, today=today, now=now)
    if before is not None:
        seen = {one.id for one in moves} | notes.keys()
        moves += _other_moves(session, roadmap, calendar, _WorkedBefore(before, calendar), seen)
    moves = [one for one in moves if one.deadline_on >= today or one.deadline_from < today]
    words = _words(before, now, calendar, moves)
    told = upcoming(moves)
    reasons = {
        key: words + (f"; это касается и других сроков пункта ({others})" if others else "")
        for key, others in told.items()
    }
    move_with_calendar(session, moves, reasons=reasons, reason=words, today=today, at=at)
    for point_id, note in notes.items():
        session.execute(update(POINTS).where(POINTS.c.id == point_id).values(deadline_note=note))
    session.execute(update(table_of(Roadmap)).where(col(Roadmap.code) == code).values(calendar=now))
    session.expire_all()
    if moves:
        logger.warning("%s: the working calendar changed, %d deadlines moved", code, len(moves))
    return CalendarChange(words, tuple(moves))


def unapproved_lines(session: Session, roadmaps: Sequence[Roadmap], *, today: date) -> list[str]:
    """A Russian line for each roadmap with live points in a year whose production calendar is not approved yet."""
    year = extract("year", col(ControlPoint.deadline_on))
    counting = (
        select(col(ControlPoint.roadmap_code), year, func.count())
        .where(col(ControlPoint.roadmap_code).in_([roadmap.code for roadmap in roadmaps]))
        .where(col(ControlPoint.status).in_(LIVE), col(ControlPoint.is_history).is_(False))
        .where(col(ControlPoint.deadline_on) >= date(today.year, 1, 1))
        .group_by(col(ControlPoint.roadmap_code), year)
        .order_by(year)
    )
    by_code: dict[str, list[tuple[int, int]]] = {}
    for code, in_year, number in session.execute(counting):
        by_code.setdefault(code, []).append((int(in_year), number))
    lines = []
    for roadmap in roadmaps:
        kept = roadmap.calendar if roadmap.calendar and roadmap.roll != "none" else {}
        years = [one for one in by_code.get(roadmap.code, []) if not kept.get(f"{one[0]}", {"final": True})["final"]]
        if years:
            lines.append(unapproved_words(roadmap.region, years))
    return lines


def unapproved_words(region: str, years: Sequence[tuple[int, int]]) -> str:
    """«Край: производственный календарь на 2028 год ещё не утверждён, 12 сроков 2028 года посчитаны предварительно …».

    ``years``: each with its number of points.
    """
    listed = "; ".join(
        f"{not_approved(year)}, {counted(number, 'срок', 'срока', 'сроков')} {year} года "
        f"{plural(number, 'посчитан', 'посчитаны', 'посчитаны')} предварительно"
        for year, number in years
    )
    return f"{region}: {listed} — после утверждения часть может быть перенесена, исполнители об этом узнают"


class _WorkedBefore:
    """Whether a day was worked by the calendar that was kept; other years as they are now."""

    def __init__(self, days: Days, calendar: WorkCalendar) -> None:
        self._off = {year: frozenset(days[year]["off"]) for year in days}
        self._worked = {year: frozenset(days[year]["worked"]) for year in days}
        self._calendar = calendar

    def __call__(self, on: date) -> bool:
        year = f"{on.year}"
        if year not in self._off:
            return self._calendar.is_working(on)
        return f"{on}" in self._worked[year] or (on.weekday() < 5 and f"{on}" not in self._off[year])


def _document_moves(
    session: Session, roadmap: Roadmap, calendar: WorkCalendar, *, today: date, now: Days
) -> tuple[list[CalendarMove], dict[int, str]]:
    """Moves of the document's points, and the notes that changed though the deadline did not."""
    newest = select(Edition).where(col(Edition.roadmap_code) == roadmap.code).order_by(col(Edition.id).desc()).limit(1)
    edition = session.execute(newest).scalar_one_or_none()
    if edition is None:
        return [], {}
    try:
        catalogue = Catalogue.model_validate(edition.catalogue)
    except ValidationError:
        # An edition of another release: the next load brings its deadlines in line.
        logger.warning("%s: the edition on control is not read by this release, its deadlines stay", roadmap.code)
        return [], {}
    planned = plan(catalogue, calendar=calendar, shift=roadmap.shift_years)
    wanted = [point for *_, points in planned for point in points]
    there = stored_points(session, roadmap.code)
    serving = serve(there, wanted)
    moves, notes = [], {}
    for point in wanted:
        row = serving.get(duty_of(point))
        if row is None or not is_live(row) or row["due_on"] != point.planned_due_on:
            continue
        if row["deadline_on"] != point.deadline_on:
            moves.append(calendar_move(row, point))
        elif row["deadline_note"] != point.deadline_note:
            notes[row["id"]] = point.deadline_note
    return [*moves, *_read_anew(roadmap, there, planned, now, since=max(roadmap.controlled_from, today))], notes


def _read_anew(
    roadmap: Roadmap,
    there: Sequence[StoredPoint],
    planned: Sequence[tuple[object, Any, Reading, list[PlannedPoint]]],
    now: Days,
    *,
    since: date,
) -> Iterator[CalendarMove]:
    """Points whose words count working days: «до 5-го рабочего дня месяца» is another day of another calendar."""
    counting = {item.code for _, item, reading, _ in planned if _counts_working_days(reading)}
    if not counting:
        return
    mine = [one for one in there if one.duty.place.split("/")[1] in counting]
    wanted = [point for _, item, _, points in planned if item.code in counting for point in points]
    mark = hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()[:12]
    rows = {one.row["id"]: one.row for one in mine}
    for moved in plan_points(mine, wanted, since=since).moved:
        row = rows[moved.id]
        # What a person extended meanwhile stays where the decision put it.
        if row["due_on"] == next(one.duty.day for one in mine if one.row["id"] == moved.id):
            yield calendar_move(row, moved.to, edition=f"{BY_EDITION}{mark}:")


def _counts_working_days(reading: Reading) -> bool:
    in_days = reading.relative is not None and reading.relative[1] == "working_days"
    return in_days or reading.rule.startswith(COUNTED_IN_MONTHS)


def _other_moves(
    session: Session, roadmap: Roadmap, calendar: WorkCalendar, was_working: _WorkedBefore, seen: set[int]
) -> list[CalendarMove]:
    """Live points that the document did not give, or a decision extended, and whose deadline is a working day."""
    rule: Roll = roadmap.roll  # type: ignore[assignment]
    live = (
        POINTS.c.roadmap_code == roadmap.code,
        POINTS.c.status.in_(LIVE),
        POINTS.c.is_history.is_(False),
        POINTS.c.purpose.not_in(OWN_DAYS),
    )
    moves = []
    for row in session.execute(POINTS.select().where(*live).order_by(POINTS.c.id)).mappings():
        due_on = row["due_on"]
        wanted = calendar.roll(due_on, rule)
        if row["id"] in seen or wanted == row["deadline_on"] or roll(due_on, rule, was_working) != row["deadline_on"]:
            continue
        note = row["deadline_note"]
        if wanted != due_on:
            off = f"{day(due_on)} — нерабочий день ({calendar.day_off_name(due_on)}), срок — {day(wanted)}"
            note = "; ".join(filter(None, (note, off)))
        moves.append(
            CalendarMove(
                id=row["id"],
                key=row["key"],
                status=row["status"],
                due_from=due_on,
                due_on=due_on,
                deadline_from=row["deadline_on"],
                deadline_on=wanted,
                opens_on=opens_with(row, wanted),
                note=note,
            )
        )
    return moves


def _words(before: Days | None, now: Days, calendar: WorkCalendar, moves: Sequence[CalendarMove]) -> str:
    """«утверждён производственный календарь на 2028 год: нерабочий день 29.02.2028»."""
    if before is None:
        years = sorted({one.deadline_from.year for one in moves})
        return f"сроки сверены с производственным календарём {_of_years([f'{year}' for year in years])}".rstrip()
    changed = [year for year in now if year in before and before[year] != now[year]]
    fresh = [year for year in changed if now[year]["final"] and not before[year]["final"]]
    what = "утверждён" if fresh and fresh == changed else "уточнён"
    words = f"{what} производственный календарь {_of_years(changed)}".rstrip()
    off = _newly(before, now, changed, "off", "worked")
    worked = _newly(before, now, changed, "worked", "off")
    named = ((off, "нерабочий день", "нерабочие дни"), (worked, "рабочий день", "рабочие дни"))
    parts = [f"{single if len(days) == 1 else several} {_listed(days)}" for days, single, several in named if days]
    return f"{words}: {', '.join(parts)}" if parts else words


def _newly(before: Days, now: Days, years: Sequence[str], name: str, other: str) -> list[date]:
    """Days that became so: listed now and not before, or listed before as the contrary and not now."""
    days: set[str] = set()
    for year in years:
        days |= set(now[year][name]) - set(before[year][name])
        days |= set(before[year][other]) - set(now[year][other])
    return sorted(date.fromisoformat(one) for one in days)


def _listed(days: Sequence[date]) -> str:
    shown = ", ".join(day(one) for one in days[:SHOWN_DAYS])
    return shown if len(days) <= SHOWN_DAYS else f"{shown} и ещё {len(days) - SHOWN_DAYS}"


def _of_years(years: Sequence[str]) -> str:
    if not years:
        return ""
    return f"на {years[0]} год" if len(years) == 1 else f"на {', '.join(years[:-1])} и {years[-1]} годы"
