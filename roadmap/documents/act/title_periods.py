"""The span of time that a title names: «на 2027 год», «на 2026/2027 учебный год», «на I полугодие 2027 года»."""

import calendar
import re
from collections.abc import Iterator
from datetime import date

Span = tuple[date, date]

_DASH = r"\s*[-–—‑−]\s*"
_Y = r"20\d{2}"
_OF_YEAR = r"(?:\s*(?:годы|годов|годах|года|году|год|гг\.?|г\.?)(?!\w))?"
_MONTH_STEMS = (
    *(("январ",), ("феврал",), ("март",), ("апрел",), ("май", "мая", "мае", "маю"), ("июн",), ("июл",), ("август",)),
    *(("сентябр",), ("октябр",), ("ноябр",), ("декабр",)),
)
_MONTH = r"(?:январ|феврал|март|апрел|ма(?=[йяею](?!\w))|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-яё]*"
_DAY = rf"(?:\d{{1,2}}\.\d{{1,2}}(?:\.{_Y})?|\d{{1,2}}\s+{_MONTH}(?:\s+{_Y}{_OF_YEAR})?)"
_NUMBERS = (("i", "1", "перв"), ("ii", "2", "втор"), ("iii", "3", "трет"), ("iv", "4", "четв"))
_NTH = r"(?:iv|i{1,3}|[1-4](?:-?(?:й|е|ое|ый|ой|го|м|ом))?|перв\w+|втор\w+|трет\w+|четв[её]рт\w+)"
_STUDY = r"(?:учебн\w+\s+(?:годы|годов|годах|года|году|год)|уч\.?\s*(?:г(?:од\w*)?\.?))"
_PAIR = rf"{_Y}\s*(?:/|{_DASH})\s*(?:{_Y}|\d{{2}})(?!\d)"

_STUDY_YEARS = re.compile(
    rf"(?P<after>{_PAIR}(?:\s*(?:,|и|–)\s*{_PAIR})*)\s*{_OF_YEAR}\s*{_STUDY}|{_STUDY}\s*(?P<before>{_PAIR})"
)
_PART_OF_STUDY = re.compile(rf"(?:полугоди|четверт|триместр|семестр)\w*(?=\s+(?:{_PAIR}|{_STUDY}))")
_ONE_STUDY_YEAR = re.compile(rf"(?P<y>{_Y})\s*-?\s*(?:ого|ый|ом)?\s*{_STUDY}")
_DAYS = re.compile(rf"(?:с|со)\s+(?P<a>{_DAY})\s+(?:по|до)\s+(?P<b>{_DAY})|(?P<c>{_DAY}){_DASH}(?P<d>{_DAY})")
_HALF = re.compile(rf"(?P<a>{_NTH})\s+полугоди\w*\s+(?P<y>{_Y}){_OF_YEAR}")
_QUARTERS = re.compile(
    rf"(?P<a>{_NTH})(?:(?:{_DASH}|\s*,\s*|\s+и\s+)(?P<b>{_NTH}))?\s+(?:квартал\w*|кв\.)\s+(?P<y>{_Y}){_OF_YEAR}"
)
_MONTHS = re.compile(
    rf"(?<!\d\s)(?:с\s+)?(?P<a>{_MONTH})(?:\s+(?P<ya>{_Y}){_OF_YEAR})?(?:(?:{_DASH}|\s+по\s+|\s+и\s+)(?P<b>{_MONTH}))?"
    rf"\s+(?P<y>{_Y}){_OF_YEAR}"
)
_YEARS = re.compile(
    rf"(?:с\s+)?(?P<a>{_Y})(?P<more>(?:\s*,\s*{_Y})*){_OF_YEAR}(?:{_DASH}|\s+по\s+|\s+и\s+(?:на\s+)?"
    rf"(?:плановый\s+период\s+)?(?P<planned>{_Y}\s+и\s+)?)(?P<b>{_Y}|\d{{2}}(?=\s*(?:гг|год))){_OF_YEAR}"
)
_YEAR = re.compile(rf"(?<![\d.])(?P<y>{_Y}){_OF_YEAR}(?!\d)")
_UNTIL = re.compile(
    rf"(?:на\s+)?период\w*\s+до\s+(?:конца\s+)?(?P<y>{_Y}){_OF_YEAR}|до\s+конца\s+(?P<z>{_Y}){_OF_YEAR}"
)
_SUMMER = re.compile(r"(?<!\w)летн\w+|(?<!\w)летом(?!\w)")
#: A year that is looked back on, that dates another act, or that only begins something.
_NOT_PLANNED = re.compile(
    rf"(?:от|№)\s*{_DAY}|(?:за|итог\w*|результат\w*|отч[её]т\w*\s+(?:за|о)[^,]{{0,60}}?)\s+(?:{_NTH}\s+\w+\s+)?{_PAIR}\s*{_STUDY}"
    rf"|(?:за|итог\w*|результат\w*)\s+(?:{_NTH}\s+\w+\s+|{_MONTH}\s+|\d+\s+месяц\w*\s+)?{_Y}(?:{_DASH}{_Y})?{_OF_YEAR}"
    rf"|начиная\s+с\s+(?:\d+\s+\w+\s+)?{_Y}{_OF_YEAR}|(?<!\w)к(?:о)?\s+(?:\w+\s+)?(?:{_PAIR}\s*{_STUDY}|{_Y}{_OF_YEAR})"
)
_PLANNED = re.compile(r"(?:на|в|во|с|течение|период)\s+(?:период\s+)?$")


def spans_of(title: str) -> list[Span]:
    """The spans that the title names as its own, likeliest first, each once; several mean that it leaves a choice."""
    text = _NOT_PLANNED.sub(" ", title.casefold().replace("ё", "е"))
    found = list(_spans(text))
    planned = [span for span, is_planned in found if is_planned]
    spans = list(dict.fromkeys(planned or [span for span, _ in found]))
    narrow = [span for span in spans if not any(other != span and _inside(other, span) for other in spans)]
    spans = narrow if len(narrow) == 1 else spans
    return [*spans, *_summers(text, spans)]


def end_named(title: str) -> date | None:
    """The last day of «на период до 2030 года», where the title names no beginning."""
    match = _UNTIL.search(title.casefold())
    return date(int(match["y"] or match["z"]), 12, 31) if match else None


def study_year(first: int, last: int) -> Span:
    """From 1 September of the first year to 31 August of the last one."""
    return date(first, 9, 1), date(last, 8, 31)


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _summers(text: str, spans: list[Span]) -> Iterator[Span]:
    """«В летний период 2027 года» may be the three months as well as the whole year."""
    year = spans[0][0].year if len(spans) == 1 else 0
    if year and _SUMMER.search(text) and spans[0] == (date(year, 1, 1), date(year, 12, 31)):
        yield date(year, 6, 1), date(year, 8, 31)


def _spans(text: str) -> Iterator[tuple[Span, bool]]:
    """(span, whether «на», «в» or «с» stands before it), what has been read is not read again."""
    partly = bool(_PART_OF_STUDY.search(text))
    for pattern, meaning in (
        (_UNTIL, None), (_STUDY_YEARS, _of_study_years), (_ONE_STUDY_YEAR, _of_one_study_year), (_DAYS, _of_days),
        (_HALF, _of_half), (_QUARTERS, _of_quarters), (_MONTHS, _of_months), (_YEARS, _of_years), (_YEAR, _of_year),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            is_planned = bool(_PLANNED.search(text[: match.start()])) or match[0].startswith("с ")
            for span in meaning(match) if meaning else ():
                yield span, is_planned
                if partly and meaning is _of_study_years:  # a half of a study year has no days of its own
                    yield (span[0], date(span[0].year, 12, 31)), is_planned
                    yield (date(span[1].year, 1, 1), span[1]), is_planned
        text = pattern.sub(lambda read: " " * len(read[0]), text)


def _of_study_years(match: re.Match[str]) -> Iterator[Span]:
    named = re.findall(r"20\d{2}|\d{2}(?!\d)", match["after"] or match["before"])
    years = [int(year) if len(year) == 4 else 2000 + int(year) for year in named]
    if years == sorted(years) and years[0] < years[-1]:
        yield study_year(years[0], years[-1])


def _of_one_study_year(match: re.Match[str]) -> Iterator[Span]:
    year = int(match["y"])
    yield from (study_year(year, year + 1), study_year(year - 1, year))


def _of_days(match: re.Match[str]) -> Iterator[Span]:
    first, last = match["a"] or match["c"], match["b"] or match["d"]
    years = [re.search(rf"{_Y}", words) for words in (first, last)]
    if years[1] is None:
        return
    end = _day(last, int(years[1][0]))
    start = _day(first, int(years[0][0]) if years[0] else int(years[1][0]))
    if start and end and start > end and not years[0]:
        start = start.replace(year=start.year - 1)
    if start and end and start <= end:
        yield start, end


def _day(words: str, year: int) -> date | None:
    if match := re.match(r"(\d{1,2})\.(\d{1,2})", words):
        day, month = int(match[1]), int(match[2])
    else:
        day, month = int(words.split()[0]), _month(words.split()[1])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_half(match: re.Match[str]) -> Iterator[Span]:
    nth, year = _nth(match["a"]), int(match["y"])
    if nth <= 2:
        yield _months(year, 6 * nth - 5, year, 6 * nth)


def _of_quarters(match: re.Match[str]) -> Iterator[Span]:
    first, year = _nth(match["a"]), int(match["y"])
    last = _nth(match["b"]) if match["b"] else first
    if first <= last:
        yield _months(year, 3 * first - 2, year, 3 * last)


def _of_months(match: re.Match[str]) -> Iterator[Span]:
    year = int(match["y"])
    first = _month(match["a"])
    last = _month(match["b"]) if match["b"] else first
    begins = int(match["ya"]) if match["ya"] else year if first <= last else year - 1
    if (begins, first) <= (year, last):
        yield _months(begins, first, year, last)


def _of_years(match: re.Match[str]) -> Iterator[Span]:
    first = int(match["a"])
    last = int(match["b"]) if len(match["b"]) == 4 else 2000 + int(match["b"])
    if first <= last:
        yield date(first, 1, 1), date(last, 12, 31)


def _of_year(match: re.Match[str]) -> Iterator[Span]:
    yield date(int(match["y"]), 1, 1), date(int(match["y"]), 12, 31)


def _months(first_year: int, first: int, last_year: int, last: int) -> Span:
    return date(first_year, first, 1), date(last_year, last, calendar.monthrange(last_year, last)[1])


def _month(words: str) -> int:
    return next(n for n, stems in enumerate(_MONTH_STEMS, start=1) if words.startswith(stems))


def _nth(words: str) -> int:
    """1…4 of «ii», «2-е», «второе»: the longest stem decides between «i» and «iii»."""
    stems = [(len(stem), n) for n, names in enumerate(_NUMBERS, start=1) for stem in names if words.startswith(stem)]
    return max(stems)[1]
