"""What the cells of a column hold: terms, names of those who answer, marks, numbers, running words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from roadmap.documents.names import is_ditto, kind_of, names_in
from roadmap.documents.neutral import Row

#: Rows that are looked at: the head of a table of a thousand rows tells its columns.
SAMPLE = 24
LONGEST_TERM = 140
MOST = 0.6
CLEAR = 0.8

_MONTH = r"(?:январ|феврал|март|апрел|ма[йея]|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*"
_MONTH_ALONE = re.compile(rf"{_MONTH}(?:\s+20\d\d(?:\s*г\.?(?:ода)?)?)?", re.IGNORECASE)
_TERM = re.compile(
    rf"^(?:[-–—•]\s*|\d\)\s*)?(?:(?:в\s+срок|срок\w*|не\s+(?:позднее|реже|ранее)|по\s+состоянию|начиная|до|по|с|со|к|в|на"
    rf"|во|за|через|после|кажд\w+|последн\w+|перв\w+|втор\w+|треть\w+|четв\w+|при|раз|один|два|дважды|\d\w*|[IVX]+)\W+)*"
    rf"(?:{_MONTH}|\d{{1,2}}[.,/]\d{{1,2}}(?:[.,/]\d{{2,4}})?|\d{{1,2}}\s*(?:-|–)?\s*(?:го\s+)?(?:числ|{_MONTH})|(?:[IVX]+|\d)"
    r"?\s*(?:-?\w{1,2}\s+)?(?:кв\.|квартал|полугод)|20\d\d|еже[а-я\-]+|постоянн|систематич|регулярн|непрерывн|весь\s+(?:год|период)"
    r"|течени|течен\.|раз\w?\s+в|год\w?\b|месяц|недел|декад|каникул|весн|лет[оау]|осен|зим|мере\s|необходимост|отдельн\w+\s"
    r"(?:план|график)|(?:согласно|соответстви\w+\s+с|по)\s(?:план|график)|факт|запрос|поступлени|истечени|рабоч\w+\s+дн|дн(?:я|ей)"
    r"|квартал|начал\w\s|конц\w\s|середин)",
    re.IGNORECASE,
)  # fmt: skip
#: «1.1. Провести …»: a number before words is no date.
_NUMBERED = re.compile(r"^\d{1,3}(?:\.\d{1,3})*[.)]\s+(?=[А-ЯЁ])")
_DONE = re.compile(r"(?:выполнен|исполнен|проведен|проведён|завершен|завершён)\w{0,2}", re.IGNORECASE)
_MARK = re.compile(r"(?:[+*xхv✓✔•●■☑√]|\d?\+|да)", re.IGNORECASE)
#: Days of a month that the heading names: «15», «до 20», «10-12».
DAYS = re.compile(r"(?:(?:до|с|по|к|не позднее)\s+)?\d{1,2}(?:\s*(?:[-–—,и]|по)\s*\d{1,2})*")
_NUMBER = re.compile(r"\d+(?:\.\d+)*[.)]?|[IVXІХ]+[.)]?")


@dataclass(frozen=True, slots=True)
class Content:
    """Shares of the filled cells of one column that are of a kind, and how many letters they have on the average."""

    filled: int = 0
    terms: float = 0.0
    people: float = 0.0
    marks: float = 0.0
    numbers: float = 0.0
    days: float = 0.0
    months: float = 0.0
    done: float = 0.0
    letters: float = 0.0

    @property
    def is_term(self) -> bool:
        return self.filled > 0 and self.terms >= MOST

    @property
    def is_people(self) -> bool:
        return self.filled > 0 and self.people >= MOST and self.terms < MOST

    @property
    def is_words(self) -> bool:
        """Whether it may hold the measures: running words, neither terms nor numbers nor marks."""
        few = self.terms < 0.5 and self.numbers < 0.5 and self.marks < 0.5
        return self.filled > 0 and few and self.letters >= 4


def contents_of(rows: Sequence[Row], width: int, reads: Callable[[str], bool]) -> tuple[Content, ...]:
    """The content of each column in the first rows that have more than one cell filled."""
    sample = [row for row in rows if len(row.filled) > 1][:SAMPLE]
    columns = ([row.cells[at] for row in sample if at < len(row.cells) and row.cells[at]] for at in range(width))
    return tuple(_content(cells, reads) for cells in columns)


def is_term(words: str, reads: Callable[[str], bool]) -> bool:
    """Whether words are a term, be it one that the grammar asks about: its year is missing, its season has no days."""
    if len(words) > LONGEST_TERM or not words:
        return False
    words = _NUMBERED.sub("", words)
    return bool(_TERM.match(words)) or reads(words)


def is_mark(words: str) -> bool:
    """«+», «х», «✓»: the cell of a grid that is meant."""
    return bool(_MARK.fullmatch(words.strip()))


@lru_cache(maxsize=4096)
def is_people(words: str) -> bool:
    """Whether a cell names bodies, posts or persons and nothing else."""
    if len(words) > 400:
        return False
    return is_ditto(words) or all(kind_of(name) != "unknown" for name in names_in(words))


def _content(cells: list[str], reads: Callable[[str], bool]) -> Content:
    if not cells:
        return Content()
    n = len(cells)
    marks = sum(map(is_mark, cells))
    return Content(
        filled=n,
        terms=sum(is_term(cell, reads) for cell in cells) / n,
        people=sum(map(is_people, cells)) / n,
        marks=marks / n,
        numbers=sum(bool(_NUMBER.fullmatch(cell)) for cell in cells) / n,
        days=sum(bool(DAYS.fullmatch(cell)) for cell in cells) / n,
        months=sum(bool(_MONTH_ALONE.fullmatch(cell)) for cell in cells) / n,
        done=sum(bool(_DONE.match(cell)) for cell in cells) / n,
        letters=sum(sum(map(str.isalpha, cell)) for cell in cells) / n,
    )
