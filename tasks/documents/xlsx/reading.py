"""Workbooks as the neutral form: each sheet that is seen is the words above and below its table, and the table.

Hidden sheets, rows and columns are left out; what a filter or a closed group hides for the moment is not.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

from roadmap.documents.columns.columns import columns_of
from roadmap.documents.neutral import Document, Paragraph, Row, Table, clean
from tasks.documents.lines import cleaned, lines_of_cells, paragraphs_of
from tasks.documents.xlsx.values import shown
from tasks.files.archives import Swollen, refuse_swollen_workbook
from tasks.files.errors import DocumentRefused

MOST_ROWS = 100_000
MOST_COLUMNS = 60
MOST_MERGED = 2_000_000
"""Single cells under all merged ones: a whole column is a million."""
_USUAL_NAME = re.compile(r"(?:лист|sheet|страница|page|таблица|table)\s*\d*$", re.IGNORECASE)
_MERGED = re.compile(rb"mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def from_xlsx(content: bytes, name: str) -> Document:
    """The document in the bytes of an .xlsx; raises ``DocumentRefused`` for what swells or has no words."""
    try:
        refuse_swollen_workbook(content, most_rows=MOST_ROWS)
        has_formulas = _has_formulas(content)
    except Swollen as error:
        raise DocumentRefused(f"{name}: {error} — оставьте в файле только план") from error
    book = load_workbook(io.BytesIO(content), data_only=True, rich_text=True)
    formulas = load_workbook(io.BytesIO(content)) if has_formulas else None
    blocks: list[Paragraph | Table] = []
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            below = formulas[sheet.title] if formulas is not None else None
            blocks += _blocks(sheet.title, _rows(_Sheet(sheet, below)))
    if not blocks:
        raise DocumentRefused(f"{name}: на листах нет слов")
    return Document(name, tuple(blocks))


def _has_formulas(content: bytes) -> bool:
    """Whether there are any. Raises ``Swollen`` where merged cells are of a size that the library would not survive."""
    found, merged = False, 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in (part for part in archive.namelist() if "sheets/" in part):
            inside = archive.read(part)
            found = found or bool(_FORMULA.search(inside))
            for left, top, right, bottom in _MERGED.findall(inside):
                columns = column_index_from_string(right.decode()) - column_index_from_string(left.decode()) + 1
                merged += max(0, columns) * max(0, int(bottom) - int(top) + 1)
            if merged > MOST_MERGED:
                raise Swollen("слишком много объединённых ячеек")
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that is seen: its number in the sheet, the lines of its cells, the columns that merged cells cover."""

    number: int
    cells: list[tuple[str, ...]]
    covered: frozenset[int]

    @property
    def filled(self) -> int:
        return sum(map(bool, self.cells))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(clean(" ".join(lines)) for lines in self.cells)


class _Sheet:
    """The words of a sheet by row and column, and what of it is seen."""

    def __init__(self, sheet: Any, formulas: Any) -> None:
        self.merged = [(each.min_row, each.min_col, each.max_row, each.max_col) for each in sheet.merged_cells.ranges]
        self.hidden_rows = set(_hidden_rows(sheet))
        self.hidden_columns = set(_hidden_columns(sheet))
        self.words: dict[int, dict[int, tuple[str, ...]]] = {}
        looks: dict[int, tuple[bool, str]] = {}
        # As they are kept: to walk by rows would make a million cells above one that stands far below.
        for (row, column), cell in sheet._cells.items():
            value = cell.value
            if value is None and formulas is not None:
                value = formulas._cells[row, column].value  # a program that does not reckon wrote the formula alone
            if value is None:
                continue
            style = cell.style_id
            if style not in looks:
                looks[style] = (bool(cell.font and cell.font.strike), cell.number_format or "")
            struck, form = looks[style]
            if not struck and (lines := cleaned(shown(value, form).split("\n"))):
                self.words.setdefault(row, {})[column] = lines


def _hidden_rows(sheet: Any) -> Iterator[int]:
    """Rows that were hidden by hand."""
    filtered = range(0)
    if sheet.auto_filter.ref and sheet.auto_filter.filterColumn:
        first, last = (re.sub(r"\D", "", corner) for corner in (sheet.auto_filter.ref.split(":") * 2)[:2])
        filtered = range(int(first or 0), int(last or 0) + 1)
    for number, row in sheet.row_dimensions.items():
        if (row.hidden or row.height == 0) and not row.outlineLevel and number not in filtered:
            yield number


def _hidden_columns(sheet: Any) -> Iterator[int]:
    for column in sheet.column_dimensions.values():
        if column.hidden and not column.outlineLevel and column.min:
            yield from range(column.min, min(column.max or column.min, 200) + 1)


def _rows(sheet: _Sheet) -> list[_Line]:
    """The rows that are seen down to the last with words, blank ones between them too."""
    covered: dict[int, set[int]] = {}
    for top, left, bottom, right in sheet.merged:
        _merge(sheet, covered, (top, left, bottom, right))
    numbers = [n for n in sheet.words if n not in sheet.hidden_rows and sheet.words[n]]
    columns = {at for n in numbers for at in sheet.words[n] if at not in sheet.hidden_columns}
    if not columns:
        return []
    seen = sorted(columns)[:MOST_COLUMNS]
    taken = sorted({*numbers, *(n for n in covered if min(numbers) < n <= max(numbers))})
    found: list[_Line] = []
    for n in taken:
        if found and n > found[-1].number + 1 and not _only_hidden(sheet, found[-1].number, n):
            found.append(_Line(n - 1, [() for _ in seen], frozenset()))
        words = sheet.words.get(n, {})
        under = frozenset(m for m, at in enumerate(seen) if at in covered.get(n, ()))
        found.append(_Line(n, [words.get(at, ()) for at in seen], under))
    return found


def _only_hidden(sheet: _Sheet, above: int, below: int) -> bool:
    return below - above < 1000 and all(n in sheet.hidden_rows for n in range(above + 1, below))


def _merge(sheet: _Sheet, covered: dict[int, set[int]], box: tuple[int, int, int, int]) -> None:
    """The words of a merged cell stand in its first row and column that are seen; below them it is covered."""
    top, left, bottom, right = box
    words = sheet.words.get(top, {}).pop(left, ())
    last = max(sheet.words, default=0)
    rows = [n for n in range(top, min(bottom, last, top + MOST_ROWS) + 1) if n not in sheet.hidden_rows]
    columns = [at for at in range(left, min(right, left + 200) + 1) if at not in sheet.hidden_columns]
    if rows and columns and words:
        sheet.words.setdefault(rows[0], {})[columns[0]] = words
    for n in rows[1:]:
        covered.setdefault(n, set()).update(columns)


def _blocks(sheet: str, rows: Sequence[_Line]) -> Iterator[Paragraph | Table]:
    """Blank rows part the sheet; in each part single words above and below the table are paragraphs."""
    first = True
    for blank, group in groupby(rows, lambda row: not row.filled and not row.covered):
        if blank:
            continue
        part = list(group)
        start, end = _table_in(part)
        for row in part[:start]:
            yield from _paragraphs(sheet, row)
        if first and not start and not _USUAL_NAME.match(sheet.strip()):
            yield Paragraph(clean(sheet), f"лист «{sheet}»")
        first = False
        if start < end:
            yield Table(tuple(_row(sheet, row) for row in part[start:end]))
        for row in part[end:]:
            yield from _paragraphs(sheet, row)


def _table_in(part: Sequence[_Line]) -> tuple[int, int]:
    """Where the table begins and ends among the rows: at a header that is known, else at the first of several cells."""
    header = next((n for n, row in enumerate(part[:30]) if columns_of(row.words) is not None), None)
    wide = [n for n, row in enumerate(part) if row.filled > 1 or row.covered]
    if header is None or any(row.filled > 2 for row in part[:header]):
        header = wide[0] if wide else len(part)
    return header, (wide[-1] + 1 if wide else len(part))


def _paragraphs(sheet: str, row: _Line) -> Iterator[Paragraph]:
    for lines in row.cells:
        for text in paragraphs_of(lines):
            yield Paragraph(text, _place(sheet, row))


def _row(sheet: str, row: _Line) -> Row:
    return Row(row.words, _place(sheet, row), row.covered, lines=lines_of_cells(row.cells))


def _place(sheet: str, row: _Line) -> str:
    return f"лист «{sheet}», строка {row.number}"
