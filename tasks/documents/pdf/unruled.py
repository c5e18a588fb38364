"""Tables of a PDF page that no lines are drawn for, told by the positions of the words under a known header.

A column is bounded by gutters: upright strips between two words of the header that the rows below leave blank. Rows
are told by the numbers in the first column, or by wider gaps between lines. Where either cannot be told surely the
lines are given whole, with the doubt in words: a mixture of cells would look like an order that nobody signed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from roadmap.documents.columns.columns import Columns, columns_of
from roadmap.documents.neutral import Row, Table, clean
from tasks.documents.pdf.lines import NUMBER, Grid, Line, Run
from tasks.documents.pdf.unruled_rows import is_wide, row_gap, segments, whole_row

DEEPEST_HEADER = 5
MOST_HEADINGS = 5
_HEADER_WORDS = (
    re.compile(r"мероприяти|содержан\w+ (?:работ|деятельн)|наименовани|поручени", re.IGNORECASE),
    re.compile(r"\bсрок|период", re.IGNORECASE),
    re.compile(r"ответственн|исполнител|результат", re.IGNORECASE),
)
_COLUMNS_DOUBT = "в таблице нет линий, и графы не отделить одну от другой"
_ROWS_DOUBT = "в таблице нет линий, и строки не отделить одну от другой"


@dataclass(frozen=True, slots=True)
class Header:
    """A header among the lines [start, end), with the extent of each cell; without cells it cannot be parted."""

    start: int
    end: int
    columns: Columns
    cells: list[Run]


@dataclass(frozen=True, slots=True)
class Unruled:
    """A table without lines and the strip of the page that it takes."""

    top: float
    bottom: float
    table: Table


def may_hold_header(text: str) -> bool:
    """A cheap look at the words of a page: without those of a header there is no table to find."""
    return all(words.search(text) for words in _HEADER_WORDS)


def unruled_tables(lines: Sequence[Line], page: int, before: Grid | None) -> tuple[list[Unruled], Grid | None]:
    """The tables without lines on a page, and the columns of one that reaches its end.

    ``before``: the columns of the table that reached the end of the page above; it may go on without a header.
    """
    found: list[Unruled] = []
    header = _header(lines, 0)
    until = header.start if header else len(lines)
    end, grid = 0, None
    if before is not None and (taken := _read(lines[:until], before, page, [])) is not None:
        found.append(taken[0])
        end, grid = taken[1], _with_gap(before, lines[: taken[1]])
    while header is not None:
        following = _header(lines, header.end)
        until = following.start if following else len(lines)
        grid = _grid(header, lines[header.end : until])
        taken = _read(lines[header.end : until], grid, page, lines[header.start : header.end])
        if taken is None:
            grid = replace(grid, gutters=())
            taken = _doubtful(lines[header.start : until], page, _COLUMNS_DOUBT), until - header.end
        found.append(taken[0])
        grid = _with_gap(grid, lines[header.end : header.end + taken[1]])
        end, header = header.end + taken[1], following
    return found, grid if end == len(lines) else None


def _with_gap(grid: Grid, lines: Sequence[Line]) -> Grid:
    """The grid that remembers how far apart the rows of this page stand."""
    gap = row_gap(lines)
    return replace(grid, gap=gap) if gap is not None else grid


def _header(lines: Sequence[Line], since: int) -> Header | None:
    """The next header: known words in at least three columns, each beginning as a title does."""
    for start in range(since, len(lines)):
        if len(lines[start].runs) > 1 and (found := _header_at(lines, start)) is not None:
            return found
        if _is_glued_header(lines[start : start + 2]):
            return Header(start, start + 1, Columns("roadmap", {}, ()), [])
    return None


def _header_at(lines: Sequence[Line], start: int) -> Header | None:
    """The header that begins with a line and takes as many as have its words."""
    best: Header | None = None
    for end in range(start + 1, min(start + DEEPEST_HEADER, len(lines)) + 1):
        if end > start + 1 and (NUMBER.match(lines[end - 1].runs[0].text) or _is_apart(lines, start, end - 1)):
            break
        cells = _cells_of(lines[start:end])
        words = tuple(clean(cell.text) for cell in cells)
        columns = columns_of(words)
        is_header = columns is not None and len(columns.at) >= 3 and all(map(_is_title, words))
        if best is not None and (not is_header or len(cells) < len(best.cells)):
            break
        if columns is not None and is_header:
            best = Header(start, end, columns, cells)
    return best


def _is_title(words: str) -> bool:
    """Short words with one capital, at their beginning: a second one is where the first row below begins."""
    if len(words) > 90 or words[-1] in ",;:" or not (words[0].isupper() or words.startswith(("№", "п/п"))):
        return False
    return not re.search(r"\s[А-ЯЁ][а-яё]", words)


def _is_glued_header(lines: Sequence[Line]) -> bool:
    """A whole header without blanks that would part its words: there is a table, but its columns cannot be seen."""
    if not lines[0].text.startswith(("№", "п/п")) or re.search(r"\d", lines[0].text):
        return False
    texts = (lines[0].text, " ".join(line.text for line in lines))
    return any(len(text) < 150 and all(words.search(text) for words in _HEADER_WORDS) for text in texts)


def _is_apart(lines: Sequence[Line], start: int, n: int) -> bool:
    """Whether the gap above the line is wider than those within the header so far: what follows is another row."""
    height = lines[n].bottom - lines[n].top
    within = [below.top - above.bottom for above, below in pairwise(lines[start:n])]
    usual = max([gap for gap in within if gap >= 0], default=height * 0.25)
    return lines[n].top - lines[n - 1].bottom > usual + height * 0.25


def _cells_of(lines: Sequence[Line]) -> list[Run]:
    """The runs of a header's lines, joined where one stands under another."""
    cells: list[Run] = []
    for run in (run for line in lines for run in line.runs):
        over = [cell for cell in cells if cell.x0 < run.x1 and run.x0 < cell.x1]
        whole = Run(run.x0, run.x1, " ".join([*(cell.text for cell in over), run.text]))
        for cell in over:
            whole.x0, whole.x1 = min(whole.x0, cell.x0), max(whole.x1, cell.x1)
            cells.remove(cell)
        cells.append(whole)
    return sorted(cells, key=lambda cell: cell.x0)


def _grid(header: Header, body: Sequence[Line]) -> Grid:
    """A gutter between each two cells of the header that the rows of the body leave blank; none where one is shut."""
    gutters: list[float] = []
    last = max((n for n, line in enumerate(body) if NUMBER.match(line.runs[0].text)), default=len(body))
    many = [line for line in body[: last + 1] if len(line.runs) > 1]
    for left, right in pairwise(header.cells):
        runs = [run for line in many for run in line.runs if run.x0 < right.x0 and run.x1 > left.x1]
        edges = sorted({left.x1, right.x0, *(min(max(x, left.x1), right.x0) for run in runs for x in (run.x0, run.x1))})
        strips = [(b - a, (a + b) / 2) for a, b in pairwise(edges)]
        free = [(width, x) for width, x in strips if not any(run.x0 < x < run.x1 for run in runs)]
        if not free or max(free)[0] < 2:
            return Grid((), header.columns)
        gutters.append(max(free)[1])
    return Grid(tuple(gutters), header.columns)


def _read(lines: Sequence[Line], grid: Grid, page: int, header: Sequence[Line]) -> tuple[Unruled, int] | None:
    """The table that the lines begin with and how many they are; None where they are no rows of these columns."""
    if not grid.gutters:
        if header or not any(len(line.runs) > 2 or NUMBER.match(line.text.split()[0]) for line in lines):
            return None
        return _doubtful(lines, page, _COLUMNS_DOUBT), len(lines)
    end = _end(lines, grid)
    if end == 0:
        return None
    body = lines[:end]
    rows = segments(body, grid, torn=not header)
    if rows is None:
        return _doubtful([*header, *body], page, _ROWS_DOUBT), end
    whole = [grid.columns.words] if header else []
    edges = grid.edges(body)
    for segment in rows:
        whole.append(whole_row(segment, grid, edges))
    named = tuple(Row(cells, f"с. {page}, строка {n}") for n, cells in enumerate(whole, start=1))
    return Unruled((header or body)[0].top, body[-1].bottom, Table(named)), end


def _end(lines: Sequence[Line], grid: Grid) -> int:
    """How many lines belong to the table: up to the last row of several cells and what closely follows it."""
    last, wide = -1, 0
    for n, line in enumerate(lines):
        wide = wide + 1 if is_wide(line, grid) else 0
        if wide > MOST_HEADINGS:
            break
        if _begins_row(line, grid):
            last = n
    if last < 0:
        return 0
    gaps = [below.top - above.bottom for above, below in pairwise(lines[: last + 1])]
    widest = max([gap for gap in gaps if gap >= 0], default=lines[last].bottom - lines[last].top)
    end = last + 1
    while end < len(lines):
        line = lines[end]
        if is_wide(line, grid) or line.top - lines[end - 1].bottom > widest * 1.2 + 1:
            break
        end += 1
    return end


def _begins_row(line: Line, grid: Grid) -> bool:
    if any(grid.crosses(run) for run in line.runs):
        return False
    return len(line.runs) > 1 and ("number" not in grid.columns.at or bool(grid.number(line)))


def _doubtful(lines: Sequence[Line], page: int, doubt: str) -> Unruled:
    rows = tuple(Row((line.text,), f"с. {page}, строка {n}") for n, line in enumerate(lines, start=1))
    return Unruled(lines[0].top, lines[-1].bottom, Table(rows, doubt))
