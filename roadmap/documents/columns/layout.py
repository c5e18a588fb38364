"""The columns of a table by their roles, and the rows that only repeat or number them."""

import re
from dataclasses import dataclass, field
from typing import Literal

from roadmap.documents.columns.content import Content
from roadmap.documents.columns.grid import Grid, day_of_month
from roadmap.documents.columns.roles import NAME_RU, OFFERED, Role
from roadmap.documents.neutral import Row
from roadmap.language.normalise import plain_with_signs


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a table: the column of each role and the words of columns that nobody knows."""

    kind: Literal["roadmap", "indicators"]
    at: dict[Role, int]
    words: tuple[str, ...]
    unknown: tuple[int, ...] = field(default=())
    by_content: frozenset[int] = frozenset()
    """The columns whose cells, and not the words of the header, tell their role."""
    answered: frozenset[int] = frozenset()
    """The columns whose role a person named."""
    grid: Grid | None = None
    day: int | None = None
    """The column of the day where the term is a month: «Месяц» beside «Число»."""
    contents: tuple[Content, ...] = ()

    def cell(self, row: Row, role: Role) -> str:
        """The words of a role in a row; empty where the table has no such column or the row is short."""
        at = self.at.get(role)
        return row.cells[at] if at is not None and at < len(row.cells) else ""

    @property
    def nested(self) -> bool:
        """Numbered groups of measures that carry no number of their own."""
        return "group" in self.at and "number" in self.at

    def term_of(self, row: Row) -> str:
        """The words of a row's term: all that its columns say together."""
        if self.grid:
            return self.grid.term(row)
        if "term" not in self.at and "term_end" in self.at:
            return " – ".join(filter(None, (self.cell(row, "term_start"), self.cell(row, "term_end"))))
        words = self.cell(row, "term")
        day = row.cells[self.day] if self.day is not None and self.day < len(row.cells) else ""
        return day_of_month(day, words) if day else words

    def role_of(self, at: int) -> Role:
        """The role of a column; ``term`` for the spans of a grid."""
        if (self.grid and at in self.grid.columns) or at == self.day:
            return "term"
        return next((role for role, column in self.at.items() if column == at), "unknown")

    def offered(self, at: int) -> tuple[str, ...]:
        """What a column of this table may be called, the likeliest first."""
        content = self.contents[at] if at < len(self.contents) else Content()
        return offered(content, frozenset(self.at))


def offered(content: Content, taken: frozenset[Role] = frozenset()) -> tuple[str, ...]:
    """What a column with such cells may be called, the likeliest first; a role that is taken is less likely."""
    likely: tuple[Role, ...] = ()
    if content.is_term:
        likely = ("term", "unused", "done")
    elif content.is_people:
        likely = ("responsible", "executors", "participants", "controller")
    elif content.done >= 0.5:
        likely = ("done",)
    elif content.is_words and "title" not in taken:
        likely = ("title",)
    free = (role for role in (*likely, "unused") if role not in taken)
    return tuple(NAME_RU[role] for role in dict.fromkeys((*free, *likely, *OFFERED)))


_NUMBERS = re.compile(r"^\d{1,2}$")


def is_column_numbers(row: Row) -> bool:
    """«1 2 3 …» under the header and on top of every page, one of them possibly lost."""
    filled = row.filled
    return (
        len(filled) >= 2
        and len(filled) >= len(row.cells) - 1
        and all(_NUMBERS.match(row.cells[at]) and int(row.cells[at]) == at + 1 for at in filled)
    )


def is_rule(row: Row) -> bool:
    """A row of dashes only, as Markdown draws it."""
    return bool(row.filled) and all(re.fullmatch(r":?[-–—]{2,}:?", row.cells[at]) for at in row.filled)


def is_repeated(row: Row, columns: Columns) -> bool:
    """The words of the header once more."""
    return bool(row.filled) and [plain_with_signs(cell) for cell in row.cells if cell] == [
        plain_with_signs(w) for w in columns.words if w
    ]
