"""What a page is made of before it is the neutral form: words and grids of cells, each cell again of both.

A grid is a table, or it only lays out the page: then what stands in its cells are paragraphs and tables of their own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from roadmap.documents.columns.columns import columns_of
from roadmap.documents.neutral import Paragraph, Row, Table, clean
from tasks.documents.lines import lines_of_cells, paragraphs_of

DEEPEST = 20
"""Tables one in another; what stands deeper is words."""
DEEPEST_HEADER = 8
_NUMBER = re.compile(r"\d+(\.\d+)*[.)]?$")
_POINT = re.compile(r"\d+(\.\d+)*[.)]\s")
_NUMBER_HEADING = "№ п/п"


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph by its lines; ``number`` is the one that the program shows before it, «1. »."""

    lines: tuple[str, ...]
    number: str = ""

    @property
    def numbered(self) -> tuple[str, ...]:
        """The lines with the number before the first; a number alone is a line."""
        if not self.lines:
            return (self.number.strip(),) if self.number else ()
        return (self.number + self.lines[0], *self.lines[1:])


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell."""

    parts: "Sequence[Words | Grid]" = ()

    @property
    def lines(self) -> list[str]:
        """The words line by line; a row of a table inside is one."""
        return [line for part in self.parts for line in _lines(part, DEEPEST)]

    @property
    def number(self) -> str:
        """The number that the program shows before the words, where the cell is one paragraph; else empty."""
        numbered = [part for part in self.parts if isinstance(part, Words) and part.number]
        first = self.parts[0] if self.parts else None
        return first.number if isinstance(first, Words) and first.lines and numbered == [first] else ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of cells; ``covered`` as in ``neutral.Row``."""

    cells: Sequence[Cell]
    covered: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells as they stand in the file."""

    rows: Sequence[GridRow]


def _lines(part: Words | Grid, deep: int) -> Iterator[str]:
    if isinstance(part, Words):
        yield from part.numbered
    elif deep:
        for row in part.rows:
            inner = (line for cell in row.cells for piece in cell.parts for line in _lines(piece, deep - 1))
            if words := " ".join(inner):
                yield words


def blocks_of(parts: Iterable[Words | Grid]) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in order, with their places counted over the whole document."""
    yield from _Blocks().of(parts, DEEPEST)


@dataclass(slots=True)
class _Blocks:
    paragraphs: int = 0
    tables: int = 0

    def of(self, parts: Iterable[Words | Grid], deep: int) -> Iterator[Paragraph | Table]:
        for part in parts:
            if isinstance(part, Words):
                yield from self._words(part)
            elif deep and _is_layout(part):
                for cell in (cell for row in part.rows for cell in row.cells):
                    yield from self.of(cell.parts, deep - 1)
            else:
                yield from self._table(part, deep)

    def _words(self, words: Words) -> Iterator[Paragraph]:
        for text in paragraphs_of(words.numbered):
            self.paragraphs += 1
            yield Paragraph(text, f"абзац {self.paragraphs}")

    def _table(self, grid: Grid, deep: int) -> Iterator[Paragraph | Table]:
        """The table, and after it the tables in its cells that have a header of their own."""
        inner = [part for row in grid.rows for cell in row.cells for part in cell.parts if isinstance(part, Grid)]
        apart = [part for part in inner if deep and _header_known(part)]
        rows = [_without(row, apart) for row in grid.rows] if apart else grid.rows
        self.tables += 1
        yield Table(tuple(_rows(rows, self.tables)))
        yield from self.of(apart, deep - 1)


def _without(row: GridRow, apart: Sequence[Grid]) -> GridRow:
    gone = set(map(id, apart))
    return GridRow([Cell([part for part in cell.parts if id(part) not in gone]) for cell in row.cells], row.covered)


def _is_layout(grid: Grid) -> bool:
    """A frame, a list laid out in two columns, or cells that hold the table that the words are about."""
    if all(len(row.cells) < 2 for row in grid.rows):
        return True
    inner = [part for row in grid.rows for cell in row.cells for part in cell.parts if isinstance(part, Grid)]
    if inner:
        return not _header_known(grid) and any(_header_known(part) or _holds_most(part, grid) for part in inner)
    return len(grid.rows) == 1 and _is_list(grid.rows[0])


def _header_known(grid: Grid) -> bool:
    """Whether one of the first rows is the header of a roadmap or of indicators."""
    return any(columns_of(tuple(map(_shallow, row.cells))) is not None for row in grid.rows[:DEEPEST_HEADER])


def _shallow(cell: Cell) -> str:
    """The words of a cell without those of tables inside."""
    return clean(" ".join(line for part in cell.parts if isinstance(part, Words) for line in part.lines))


def _holds_most(part: Grid, grid: Grid) -> bool:
    """Whether a table inside, of several rows and columns, has more words than all around it."""
    if len(part.rows) < 2 or all(len(row.cells) < 2 for row in part.rows):
        return False
    inside, whole = (sum(map(len, _lines(each, DEEPEST))) for each in (part, grid))
    return inside * 2 > whole


def _is_list(row: GridRow) -> bool:
    """Points of an order side by side: one or two cells with words, several points in one of them."""
    filled = [cell.lines for cell in row.cells if cell.lines]
    return len(filled) <= 2 and any(sum(bool(_POINT.match(line)) for line in lines) > 1 for lines in filled)


def _rows(rows: Sequence[GridRow], n: int) -> Iterator[Row]:
    apart = _numbered_column(rows)
    heading = _header_row(rows, apart) if apart is not None else -1
    for m, row in enumerate(rows):
        cells = [cell.lines for cell in row.cells]
        covered = row.covered
        if apart is not None:
            cells, covered = _with_number(row, cells, apart, is_header=m == heading)
        words = tuple(clean(" ".join(lines)) for lines in cells)
        yield Row(words, f"таблица {n}, строка {m + 1}", covered, lines=lines_of_cells(cells))


def _numbered_column(rows: Sequence[GridRow]) -> int | None:
    """The column whose cells begin with numbers that the program shows, where no column holds the numbers alone."""
    counts: dict[int, int] = {}
    filled: dict[int, int] = {}
    for row in rows:
        for at, cell in enumerate(row.cells):
            if not cell.parts:
                continue
            filled[at] = filled.get(at, 0) + 1
            if cell.number:
                counts[at] = counts.get(at, 0) + 1
            elif at < 2 and _NUMBER.match(" ".join(cell.lines)):
                return None
    most = max(counts, key=lambda at: counts[at], default=None)
    return most if most is not None and counts[most] * 2 >= filled[most] - 1 else None


def _header_row(rows: Sequence[GridRow], at: int) -> int:
    """The row of several words above the first numbered one; -1 where there is none, as on a next page."""
    for m, row in enumerate(rows):
        if at < len(row.cells) and row.cells[at].number:
            return -1
        if sum(bool(cell.parts) for cell in row.cells) > 1:
            return m
    return -1


def _with_number(
    row: GridRow, cells: list[list[str]], at: int, *, is_header: bool
) -> tuple[list[list[str]], frozenset[int]]:
    """The row with its number in a column before the others; a heading over the row stays at its start."""
    covered = frozenset(n + 1 for n in row.covered)
    number = row.cells[at].number if at < len(row.cells) else ""
    if number:
        words = cells[at][0].removeprefix(number)
        return [[number.strip()], *cells[:at], [words, *cells[at][1:]], *cells[at + 1 :]], covered
    if is_header:
        return [[_NUMBER_HEADING], *cells], covered
    if cells and cells[0] and not any(cells[1:]):
        return [*cells, []], frozenset()
    if at in row.covered:
        covered |= {0}
    return [[], *cells], covered
