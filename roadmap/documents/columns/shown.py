"""The roles that the columns of a table were given, as people and programs see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from roadmap.documents.columns.layout import Columns
from roadmap.documents.columns.roles import NAME_RU

By = Literal["words", "content", "answer"]
_BY_RU: dict[By, str] = {"words": "", "content": " (по содержанию)", "answer": " (по ответу)"}
OPEN = "не распознана"


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """The words of a heading, the role in Russian and what told it."""

    words: str
    role: str
    by: By


@dataclass(frozen=True, slots=True)
class TableShown:
    """One table: where it stands and what each of its columns was taken for."""

    place: str
    columns: tuple[ColumnShown, ...]

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        columns = [{"words": column.words, "role": column.role, "by": column.by} for column in self.columns]
        return {"place": self.place, "columns": columns}

    @property
    def line(self) -> str:
        """All columns in one line: «Этап» — мероприятие (по содержанию); «Срок» — срок."""
        named = (f"«{column.words}» — {column.role}{_BY_RU[column.by]}" for column in self.columns)
        return f"Графы ({self.place}): {'; '.join(named)}"


def shown(columns: Columns, place: str) -> TableShown:
    """The columns of a table as they were taken; the spans of a grid are one."""
    return TableShown(place, tuple(_columns(columns)))


def _columns(columns: Columns) -> Iterator[ColumnShown]:
    gridded = sorted(columns.grid.columns) if columns.grid else []
    for at, words in enumerate(columns.words):
        role = columns.role_of(at)
        if gridded and at in gridded:
            if at == gridded[0]:
                yield ColumnShown(f"{words} … {columns.words[gridded[-1]]}", "срок по отметкам в графах", "words")
        elif at in columns.unknown:
            yield ColumnShown(words, OPEN, "words")
        elif role != "unknown":
            by: By = "answer" if at in columns.answered else "content" if at in columns.by_content else "words"
            yield ColumnShown(words or f"графа {at + 1}", NAME_RU[role], by)
        elif words:
            yield ColumnShown(words, NAME_RU["unused"], "answer")
