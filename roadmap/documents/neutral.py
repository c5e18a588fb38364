"""The neutral form of a document: paragraphs and tables with their places, whatever file they came from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_SERVICE = re.compile(r"</?p>|\*\*|\\(?=_)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\ufeff\ufffe\uffff]")
_BLANKS = re.compile(r"\s+")
_BROKEN_WORD = re.compile(r"(?<=[а-яёА-ЯЁ])- (?=[а-яё]{3})")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text; ``place`` says where, in words for people."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Row:
    """One source row. ``covered`` holds the columns that a merged cell above stretches over."""

    cells: tuple[str, ...]
    place: str
    covered: frozenset[int] = frozenset()
    after_break: bool = False
    """The first row of a page: what stands here may continue the row before."""
    lines: tuple[tuple[str, ...], ...] = ()
    """The cells by their own lines (paragraphs, line breaks) where a cell has several; empty where none has."""

    @property
    def filled(self) -> tuple[int, ...]:
        """The columns that hold words."""
        return tuple(at for at, cell in enumerate(self.cells) if cell)

    def lines_of(self, at: int) -> tuple[str, ...]:
        """The lines of one cell, as they stand under each other; () for an empty cell."""
        if self.lines and at < len(self.lines):
            return self.lines[at]
        return (self.cells[at],) if at < len(self.cells) and self.cells[at] else ()

    @property
    def words(self) -> str:
        """The cells as one line, as questions show them."""
        return " | ".join(cell for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one table as it stands in the file: a table split over pages is several."""

    rows: tuple[Row, ...]
    doubt: str = ""
    """Why its columns cannot be told surely; its rows are then whole lines, and a question."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a sequence of blocks; ``name`` is the file name."""

    name: str
    blocks: tuple[Paragraph | Table, ...]


def clean(text: str | None) -> str:
    """One line without service marks; every kind of blank is one blank."""
    return _BLANKS.sub(" ", _SERVICE.sub("", text or "")).strip()


def join_torn(first: str, second: str) -> str:
    """Two halves of a torn cell as one text; a half that ends inside a hyphenated word takes no blank."""
    if not first or not second:
        return first or second
    glued = re.search(r"[а-яёА-ЯЁ]-$", first) and second[0].islower()
    return first + ("" if glued else " ") + second


def healed(text: str) -> str:
    """The words with «гуманитарно- технологический» as one word again; «видео- и фото-» stays."""
    return _BROKEN_WORD.sub("-", text)


def together(documents: Iterable[Document]) -> Document:
    """Several files of one order as one document; with more than one file every place names its file."""
    parts = tuple(documents)
    if len(parts) == 1:
        return parts[0]
    blocks: list[Paragraph | Table] = []
    for part in parts:
        for block in part.blocks:
            if isinstance(block, Paragraph):
                blocks.append(Paragraph(block.text, f"{part.name}, {block.place}"))
            else:
                rows = (replace(row, place=f"{part.name}, {row.place}") for row in block.rows)
                blocks.append(Table(tuple(rows), block.doubt))
    return Document(", ".join(part.name for part in parts), tuple(blocks))
