"""Years, quarters or months as columns: the heading of a marked cell is the term, as words that the grammar reads."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from roadmap.documents.columns.content import DAYS, Content, is_mark
from roadmap.documents.neutral import Row
from roadmap.language.months import MONTHS, OF_MONTHS
from roadmap.language.normalise import fold, in_cyrillic

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ABOUT = re.compile(
    r"^(?:срок\w*|период\w*|месяц\w*|календарн\w+|план\w*|график|исполнени\w*|реализаци\w*|проведени\w*|выполнени\w*|год\w*|по|и|в|на|,)\s+"
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)\s*(?:год\w*|г\.?)?")
_QUARTER = re.compile(r"(?P<n>[ivхx]+|\d)\s*(?:-?\s?(?:й|ый))?\s*(?:кв\.?|квартал\w*)")
_HALF = re.compile(r"(?P<n>[i]+|\d)\s*(?:-?\s?(?:е|ое))?\s*(?:п/г|полугоди\w*|полуг\.?)")
_NONE = re.compile(r"[-–—0]|нет", re.IGNORECASE)
_DATED = re.compile(r"20\d\d")
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Span:
    """What one heading spans: «март», «I квартал 2027 г.», «2027 год»; ``n`` counts from 1 within its kind."""

    kind: str
    n: int
    year: int | None

    @property
    def words(self) -> str:
        """The span as a term."""
        if self.kind == "year":
            return f"{self.n} год"
        named = {
            "month": MONTHS[self.n - 1],
            "quarter": f"{_ROMAN[self.n - 1]} квартал",
            "half": f"{_ROMAN[self.n - 1]} полугодие",
        }
        return named[self.kind] + (f" {self.year} г." if self.year else "")


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns that are spans."""

    spans: tuple[tuple[int, Span], ...]

    @property
    def columns(self) -> frozenset[int]:
        return frozenset(at for at, _ in self.spans)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that the headings name, in order."""
        return tuple(sorted({year for _, span in self.spans if (year := span.n if span.kind == "year" else span.year)}))

    def term(self, row: Row) -> str:
        """The term of a row: the spans whose cells are marked, and what stands in them in words."""
        said = [
            said_under(row.cells[at].strip(), span)
            for at, span in self.spans
            if at < len(row.cells) and row.cells[at].strip() and not _NONE.fullmatch(row.cells[at].strip())
        ]
        return ", ".join(said)


def grid_of(words: Sequence[str], contents: Sequence[Content]) -> Grid | None:
    """The grid of a table whose headings are spans and whose cells are marks, days or terms: no sums of money."""
    spans = spans_of(words)
    if len(spans) < FEWEST:
        return None
    filled = sum(contents[at].filled for at, _ in spans)
    fitting = sum(
        contents[at].filled * max(contents[at].terms, contents[at].marks, contents[at].days * (span.kind == "month"))
        for at, span in spans
    )
    return Grid(spans) if filled and fitting >= 0.6 * filled else None


def spans_of(words: Sequence[str]) -> tuple[tuple[int, Span], ...]:
    """The columns whose heading is a span and nothing else."""
    return tuple((at, span) for at, cell in enumerate(words) if (span := span_named(cell)))


def span_named(words: str) -> Span | None:
    """The year, half, quarter or month that words name and nothing else; None for any other words."""
    text = fold(in_cyrillic(words)).strip(" .,:()")
    year = int(found[1]) if (found := _YEAR.search(text)) else None
    rest = _YEAR.sub(" ", text, count=1).strip(" .,:()")
    while (shorter := _ABOUT.sub("", f"{rest} ").strip(" .,:()")) != rest:
        rest = shorter
    if not rest:
        return Span("year", year, year) if year else None
    for kind, pattern, most in (("quarter", _QUARTER, 4), ("half", _HALF, 2)):
        if (found := pattern.fullmatch(rest)) and (n := _number(found["n"])) <= most and n:
            return Span(kind, n, year)
    month = next((n for n, name in enumerate(MONTHS, 1) if _is_month(rest, name)), 0)
    if not month and re.search(r"месяц", text):
        month = _number(rest)
    return Span("month", month, year) if 1 <= month <= 12 else None


def _is_month(words: str, name: str) -> bool:
    bare = words.rstrip(".")
    return bare in (name, OF_MONTHS[MONTHS.index(name)]) or (len(bare) in (3, 4, 5) and name.startswith(bare))


def _number(digits: str) -> int:
    if digits.isdigit():
        return int(digits)
    roman = digits.translate(str.maketrans("хі", "xi")).upper()
    return _ROMAN.index(roman) + 1 if roman in _ROMAN else 0


def said_under(cell: str, span: Span) -> str:
    """A mark is the heading; a day of a month, a month of a year take what the heading says; else both, to be asked."""
    if is_mark(cell):
        return span.words
    if _DATED.search(cell):
        return cell
    year = f" {span.year} г." if span.year else ""
    if span.kind == "month":
        if DAYS.fullmatch(cell):
            return f"{cell} {OF_MONTHS[span.n - 1]}{year}"
        named = any(name[:3] in fold(cell) for name in MONTHS)
        return f"{cell}{year}" if named or re.fullmatch(r"\d{1,2}\.\d{2}", cell) else f"{cell} ({span.words})"
    if re.fullmatch(r"\d{1,2}\.\d{2}", cell):
        return f"{cell}.{span.year}" if span.year else cell
    return f"{cell}{year}" if re.search(r"[а-яё]{3}", cell, re.IGNORECASE) else f"{cell} ({span.words})"


def day_of_month(day: str, month: str) -> str:
    """«12» and «март 2027 г.» as «12 марта 2027 г.»; words that are no month stay behind the day, to be asked."""
    name, _, rest = month.partition(" ")
    n = next((n for n, known in enumerate(MONTHS) if _is_month(fold(name), known)), None)
    return f"{day} {month if n is None else ' '.join(filter(None, (OF_MONTHS[n], rest)))}"
