"""Periods of monitoring: how they are named, written on the command line, follow each other; the days of a round."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from roadmap.calendar import WorkCalendar
from roadmap.calendar.spans import month_end
from roadmap.catalogue.schema import MonitoringRound, RoundRhythm
from roadmap.language.months import MONTHS as MONTH_NAMES
from roadmap.reading import Every

MONTHS: dict[RoundRhythm, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
#: How a target that returns is said.
RETURNS_RU: dict[Every, str] = {
    "week": "еженедельно",
    "month": "ежемесячно",
    "quarter": "ежеквартально",
    "half_year": "каждое полугодие",
    "year": "ежегодно",
}
_ROMAN = ("I", "II", "III", "IV")
_WRITTEN = re.compile(r"(20[0-9]{2})(?:-(Q[1-4]|H[12]|0[1-9]|1[0-2]))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A whole calendar month, quarter, half-year or year; both days included."""

    start: date
    end: date
    rhythm: RoundRhythm

    @property
    def title(self) -> str:
        """«III квартал 2026 г.», «сентябрь 2026 г.», «I полугодие 2026 г.», «2026 год»."""
        year, part = self.start.year, (self.start.month - 1) // MONTHS[self.rhythm]
        if self.rhythm == "year":
            return f"{year} год"
        if self.rhythm == "month":
            return f"{MONTH_NAMES[part]} {year} г."
        return f"{_ROMAN[part]} {'квартал' if self.rhythm == 'quarter' else 'полугодие'} {year} г."

    @property
    def written(self) -> str:
        """As the command line takes it: «2026-Q3», «2026-09», «2026-H1», «2026»."""
        part = (self.start.month - 1) // MONTHS[self.rhythm] + 1
        tails: dict[RoundRhythm, str] = {"month": f"-{part:02}", "quarter": f"-Q{part}", "half_year": f"-H{part}"}
        return f"{self.start.year}{tails.get(self.rhythm, '')}"

    @property
    def previous(self) -> "Period":
        """The period before."""
        return period_of(self.start - timedelta(days=1), self.rhythm)

    @property
    def next(self) -> "Period":
        """The period after."""
        return period_of(self.end + timedelta(days=1), self.rhythm)


def period_of(day: date, rhythm: RoundRhythm) -> Period:
    """The period of the rhythm that holds a day."""
    months = MONTHS[rhythm]
    first = (day.month - 1) // months * months + 1
    return Period(date(day.year, first, 1), month_end(date(day.year, first + months - 1, 1)), rhythm)


def parse_period(text: str) -> Period:
    """Read «2026-Q3», «2026-H1», «2026-09» or «2026»; ``ValueError`` with one Russian line otherwise."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"период «{text}» не понят: квартал 2026-Q3, полугодие 2026-H1, месяц 2026-09, год 2026")
    year, part = int(found[1]), (found[2] or "").upper()
    if not part:
        return period_of(date(year, 1, 1), "year")
    if part.startswith("Q"):
        return period_of(date(year, int(part[1]) * 3, 1), "quarter")
    if part.startswith("H"):
        return period_of(date(year, int(part[1]) * 6, 1), "half_year")
    return period_of(date(year, int(part), 1), "month")


def periods_between(start: date, end: date, rhythm: RoundRhythm) -> Iterator[Period]:
    """The periods that end from ``start`` to ``end``, both included, oldest first."""
    one = period_of(start, rhythm)
    while one.end <= end:
        yield one
        one = one.next


@dataclass(frozen=True, slots=True)
class RoundDays:
    """The days of a round: it opens, answers are due, the note is due."""

    opens_on: date
    due_on: date
    note_on: date


def round_days(period: Period, rule: MonitoringRound, calendar: WorkCalendar) -> RoundDays:
    """It opens on the first working day after the period; that day is working day 1 of ``data_days``, ``note_days``."""
    return days_from(period.end + timedelta(days=1), rule, calendar)


def days_from(day: date, rule: MonitoringRound, calendar: WorkCalendar) -> RoundDays:
    """The same for a round that starts on ``day`` (or on the next working day), as one by hand does."""
    before = day - timedelta(days=1)
    return RoundDays(
        calendar.add_working_days(before, 1),
        calendar.add_working_days(before, rule.data_days),
        calendar.add_working_days(before, rule.note_days),
    )
