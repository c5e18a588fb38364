"""Seasons, holidays of schools and other stretches that have no fixed days: those that are usual."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from roadmap.calendar.spans import month_end
from roadmap.reading import Window
from roadmap.terms.grammar.words import MONTHS
from roadmap.terms.meaning.rhythms import Limits
from roadmap.terms.proposing.from_parts import said

_SEASONS = {r"зим(?:а|у|ой|ы|н)": (12, 2), r"вес(?:н|ен)": (3, 5), r"лет(?:о|ом|а|н)": (6, 8), r"осен": (9, 11)}
_SATURDAY, _SUNDAY = 5, 6
_MONTH = re.compile("|".join(genitive for _, genitive, _ in MONTHS) + "|" + "|".join(name for name, *_ in MONTHS))
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_VAGUE = {"начал": (1, 10), "середин": (11, 20), "кон": (21, 31)}
_QUARTER = re.compile(r"(?:\b(?P<number>[1-4]|iv|i{1,3})(?:-?[а-я]{1,2})?\s+)?четверт[ьи]", re.IGNORECASE)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_BY_END = re.compile(r"\b(?:до конца|к концу)\b")
_DAY = timedelta(days=1)


def seasonal(text: str, period: Limits) -> Iterator[str]:
    """«Летом», «осенние каникулы», «в конце мая», «III четверть»: the usual days, in each year of the period."""
    words = text.casefold().replace("ё", "е")
    years = [int(year) for year in _YEAR.findall(words)] or list(range(period.start.year - 1, period.end.year + 1))
    for year in years:
        for windows in _of_year(words, year):
            if any((window.start or window.due) > period.end or window.due < period.start for window in windows):
                continue
            yield from said(windows)


def _of_year(words: str, year: int) -> Iterator[list[Window]]:
    season = _named(_SEASONS, words)
    if "каникул" in words:
        if season is not None:
            yield [holidays(season[0], year)]
    elif (quarter := _QUARTER.search(words)) is not None:
        yield from _school_quarters(quarter["number"], year)
    elif season is not None:
        yield [_months(year, *season)]
    elif not _BY_END.search(words) and (vague := _named(_VAGUE, words)) is not None:
        yield from _vague(words, year, vague)


def _named(stems: dict[str, tuple[int, int]], words: str) -> tuple[int, int] | None:
    return next((found for stem, found in stems.items() if re.search(rf"\b{stem}", words)), None)


def _months(year: int, first: int, last: int) -> Window:
    """Whole months; those of winter begin in the year."""
    due = date(year + (last < first), last, 1)
    return Window(date(year, first, 1), month_end(due))


def holidays(season_starts: int, year: int) -> Window:
    """The usual school holidays that begin in the year: nine days from a Saturday in autumn and spring, the days off of
    the new year in winter, all summer."""
    if season_starts == 12:
        return Window(date(year, 12, 31), date(year + 1, 1, 8))
    if season_starts == 6:
        return _months(year, 6, 8)
    if season_starts == 9:
        start = date(year, 10, 31) - _DAY * ((date(year, 10, 31).weekday() - _SATURDAY) % 7)
        return Window(start, start + 8 * _DAY)
    due = date(year, 3, 31) - _DAY * ((date(year, 3, 31).weekday() - _SUNDAY) % 7)
    return Window(due - 8 * _DAY, due)


def _school_quarters(number: str | None, year: int) -> Iterator[list[Window]]:
    """The quarters of the school year that begins in the year, between its usual holidays."""
    autumn, winter, spring = holidays(9, year), holidays(12, year), holidays(3, year + 1)
    assert autumn.start is not None
    assert winter.start is not None
    assert spring.start is not None
    quarters = [
        Window(date(year, 9, 1), autumn.start - _DAY),
        Window(autumn.due + _DAY, winter.start - _DAY),
        Window(winter.due + _DAY, spring.start - _DAY),
        Window(spring.due + _DAY, date(year + 1, 5, 31)),
    ]
    if number is None:
        yield quarters
    else:
        yield [quarters[_ROMAN.get(number, 0) - 1 if number in _ROMAN else int(number) - 1]]


def _vague(words: str, year: int, days: tuple[int, int]) -> Iterator[list[Window]]:
    """«Конец мая» is its last decade, «начало года» its first month, «конец учебного года» May."""
    first, last = days
    if (month := _MONTH.search(words)) is not None:
        number = next(n for n, names in enumerate(MONTHS, start=1) if month.group() in names)
        start = date(year, number, first)
        due = month_end(start) if last == 31 else start.replace(day=last)
        yield [Window(start, due)]
        if last == 31:
            yield [Window(None, due)]
    elif re.search(r"\bгод", words):
        school = "учебн" in words
        months = {1: 9 if school else 1, 11: 1 if school else 6, 21: 5 if school else 12}
        yield [_months(year, months[first], months[first])]
