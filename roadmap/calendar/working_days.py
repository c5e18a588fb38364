"""Working days: the federal production calendar with its yearly transfers, plus a region's own days off."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import holidays
from holidays.version import __version__ as package_version

from roadmap.language import counted

DAY = timedelta(days=1)
Roll = Literal["preceding", "following", "none"]
"""Where a day that falls on a day off is moved to."""
WEEKDAYS_OFF = {5: "суббота", 6: "воскресенье"}

#: Нерабочие праздничные дни, ТК РФ, ст. 112, ч. 1: what stays true of a year the package does not know at all.
FIXED = {
    **{(1, day): "Новогодние каникулы" for day in (1, 2, 3, 4, 5, 6, 8)},
    (1, 7): "Рождество Христово",
    (2, 23): "День защитника Отечества",
    (3, 8): "Международный женский день",
    (5, 1): "Праздник Весны и Труда",
    (5, 9): "День Победы",
    (6, 12): "День России",
    (11, 4): "День народного единства",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Year:
    """One year of the federal calendar; ``is_final`` once the government's decree on transfers is known."""

    off: Mapping[date, str]
    working_weekends: frozenset[date]
    is_final: bool

    def day_off_name(self, day: date) -> str | None:
        """Why nobody works that day; None for a working day."""
        if day in self.working_weekends:
            return None
        return self.off.get(day) or WEEKDAYS_OFF.get(day.weekday())


@dataclass(frozen=True, slots=True)
class GivenYear:
    """A year's production calendar given by hand, where the package is late.

    ``off`` and ``working`` are what it adds to weekends, holidays and the transfers of the law itself; a day in
    ``working`` is worked whatever else is said of it. ``source`` is the act that says so.
    """

    off: Mapping[date, str]
    working: frozenset[date]
    source: str


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))


@lru_cache(maxsize=256)
def _federal(year: int) -> _Year:
    """The package's year; before the decree, the transfers that the law itself gives (ТК РФ, ст. 112, ч. 2)."""
    known = holidays.country_holidays("RU", years=year, expand=False, language="ru")
    if not known.start_year <= year <= known.end_year:
        return _Year(_moved_by_law({date(year, *day): name for day, name in FIXED.items()}), frozenset(), False)
    decreed = year in known.special_public_holidays or year in known.special_public_holidays_observed
    off = {day: _plain(name) for day, name in known.items()}
    return _Year(off if decreed else _moved_by_law(off), frozenset(known.weekend_workdays), decreed)


@lru_cache(maxsize=1024)
def _worked(known: _Year, year: int, off: frozenset[date], working: frozenset[date]) -> tuple[date, ...]:
    """The working days of a year; calendars of the same region, made anew each day, count them once."""
    return tuple(day for day in _days(year) if day in working or (day not in off and not known.day_off_name(day)))


def _by_hand(year: int, given: GivenYear) -> _Year:
    lawful = _moved_by_law({date(year, *day): name for day, name in FIXED.items()})
    return _Year({**lawful, **given.off}, given.working, is_final=True)


def _plain(name: str) -> str:
    """The package's label in the words of an official letter, fit to stand in brackets."""
    if moved := re.fullmatch(r"Выходной \(перенесено с (.+)\)", name):
        return f"выходной день, перенесённый с {moved[1]}"
    if observed := re.fullmatch(r"(.+) \(выходной\)", name):
        return _freed_by(observed[1])
    return name


def _freed_by(holiday: str) -> str:
    return f"выходной день за праздник «{holiday}»"


def _moved_by_law(off: Mapping[date, str]) -> dict[date, str]:
    """A holiday on a weekend frees the next working day; those of January wait for the decree."""
    moved = dict(off)
    for day, name in sorted(off.items()):
        if day.weekday() in WEEKDAYS_OFF and day.month != 1:
            following = day + DAY
            while following in moved or following.weekday() in WEEKDAYS_OFF:
                following += DAY
            moved[following] = _freed_by(name)
    return moved


def roll(day: date, rule: Roll, is_working: Callable[[date], bool]) -> date:
    """``WorkCalendar.roll`` over working days known in another way."""
    if rule == "none":
        return day
    step = DAY if rule == "following" else -DAY
    while not is_working(day):
        day += step
    return day


class WorkCalendar:
    """The working days of one region; immutable, years are computed when first asked for.

    ``days_off`` are the region's own days off (date → name), which the federal calendar does not know, ``working_days``
    its own worked weekends; ``years`` are production calendars given by hand, which stand before the package's.
    """

    __slots__ = ("_days_off", "_given", "_working", "_working_days")

    def __init__(
        self,
        days_off: Mapping[date, str] | None = None,
        *,
        working_days: Collection[date] = (),
        years: Mapping[int, GivenYear] | None = None,
    ) -> None:
        self._days_off = dict(days_off or {})
        self._working_days = frozenset(working_days)
        self._given = {year: _by_hand(year, given) for year, given in (years or {}).items()}
        self._working: dict[int, Sequence[date]] = {}

    @property
    def version(self) -> str:
        """What the days were computed from, for the record: «holidays 0.109 + 14 региональных дней»."""
        own = len(self._days_off) + len(self._working_days)
        by_hand = f" + внесено вручную: {', '.join(str(year) for year in sorted(self._given))}" if self._given else ""
        return f"holidays {package_version}{by_hand}" + (
            f" + {counted(own, 'региональный день', 'региональных дня', 'региональных дней')}" if own else ""
        )

    def is_final(self, year: int) -> bool:
        """Whether the year's decree on transfers is known; until then only the law's own rule is applied."""
        return self._federal(year).is_final

    def _federal(self, year: int) -> _Year:
        return self._given.get(year) or _federal(year)

    def exceptions(self, year: int) -> dict[str, list[str]]:
        """What of a year is not Monday to Friday: ISO days off among these, ISO days worked beside them."""
        days = list(_days(year))
        off = [f"{day}" for day in days if day.weekday() not in WEEKDAYS_OFF and not self.is_working(day)]
        worked = [f"{day}" for day in days if day.weekday() in WEEKDAYS_OFF and self.is_working(day)]
        return {"off": off, "worked": worked}

    def is_working(self, day: date) -> bool:
        """Whether the day is worked, working Saturdays included."""
        return self.day_off_name(day) is None

    def day_off_name(self, day: date) -> str | None:
        """Why nobody works that day, in Russian; None for a working day."""
        if day in self._working_days:
            return None
        if (own := self._days_off.get(day)) is not None:
            return own
        return self._federal(day.year).day_off_name(day)

    def roll(self, day: date, rule: Roll) -> date:
        """The day a term really ends when its last day is a day off.

        ``preceding``: указ губернатора Свердловской области, п. 16-17; ``following``: ГК РФ, ст. 193.
        """
        return roll(day, rule, self.is_working)

    def next_working(self, day: date) -> date:
        """The day itself when it is worked, else the first working day after it."""
        return self.roll(day, "following")

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after ``day`` (before it for negative n); the day itself is not counted."""
        step = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def working_days_between(self, today: date, due: date) -> int:
        """Working days left: ``due`` counted, ``today`` not; negative when ``due`` has passed."""
        years = range(min(today, due).year, max(today, due).year)
        whole = sum(len(self._year(year)) for year in years)
        ahead = self._passed(due) - self._passed(today)
        return ahead + whole if due >= today else ahead - whole

    def _passed(self, day: date) -> int:
        """Working days of the year up to and with the day."""
        return bisect_right(self._year(day.year), day)

    def _year(self, year: int) -> Sequence[date]:
        if year not in self._working:
            own = frozenset(day for day in self._days_off if day.year == year)
            more = frozenset(day for day in self._working_days if day.year == year)
            self._working[year] = _worked(self._federal(year), year, own, more)
        return self._working[year]
