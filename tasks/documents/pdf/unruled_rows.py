"""Rows among the lines of a table that no lines are drawn in: by numbers, by wider gaps, or not at all."""

import re
from collections.abc import Sequence
from itertools import pairwise

from roadmap.documents.neutral import Row
from tasks.documents.pdf.lines import Grid, Line
from tasks.documents.pdf.words import LINE

_LABEL = re.compile(r"(?:Направление|Раздел|Этап|Блок|Часть|Задача|Цель|Подраздел|[А-ЯЁ]{5,})\b|[IVXІХ]+[.)]\s")


def segments(body: Sequence[Line], grid: Grid, *, torn: bool) -> list[Sequence[Line]] | None:
    """The lines by row; None where the rows, or a line over a gutter, cannot be told; ``torn`` on a new page."""
    if any(grid.crosses(run) and len(line.runs) > 1 for line in body for run in line.runs):
        return None
    found: list[Sequence[Line]] = []
    part: list[Line] = []
    for line in [*body, None]:
        heading = line is not None and _is_heading([line], grid)
        if (line is None or heading) and part:
            rows = _rows_of(part, grid, torn=torn and not found)
            if rows is None:
                return None
            found += rows
            part = []
        if line is not None and heading:
            found.append([line])
        elif line is not None:
            part.append(line)
    return _joined_headings(found, grid)


def _joined_headings(rows: Sequence[Sequence[Line]], grid: Grid) -> list[Sequence[Line]]:
    """A heading over two lines is one: the second begins with a small letter."""
    found: list[Sequence[Line]] = []
    for row in rows:
        if found and row[0].text[:1].islower() and _is_heading(row, grid) and _is_heading(found[-1], grid):
            found[-1] = [*found[-1], *row]
        else:
            found.append(row)
    return found


def _rows_of(lines: Sequence[Line], grid: Grid, *, torn: bool) -> list[Sequence[Line]] | None:
    """The rows among lines without headings: bands between wider gaps, or what stands from one number to the next."""
    bands = _bands(lines, grid.gap)
    numbered = "number" in grid.columns.at
    if bands is not None and not (numbered and any(_numbers(band, grid) > 1 for band in bands)):
        return bands if torn or not numbered or _numbers(bands[0], grid) else None
    if not numbered:
        return [[line] for line in lines] if all(_is_whole(line, grid) for line in lines) else None
    starts = [n for n, line in enumerate(lines) if grid.number(line)]
    if not all(_begins_measure(lines[n], grid) for n in starts):
        return None
    if not starts or starts[0] > 0:
        if not torn:  # numbers in the middle of the height of their rows
            return None
        starts.insert(0, 0)
    return [lines[a:b] for a, b in pairwise([*starts, len(lines)])]


def _numbers(lines: Sequence[Line], grid: Grid) -> int:
    return sum(bool(grid.number(line)) for line in lines)


def row_gap(lines: Sequence[Line]) -> float | None:
    """The gap above which lines belong to two rows; None where all gaps are alike."""
    ordered = sorted(gap for gap in _gaps(lines) if gap >= 0)  # lines side by side at other heights tell nothing
    height = sum(line.bottom - line.top for line in lines) / max(len(lines), 1)
    jump, limit = max(((b - a, (a + b) / 2) for a, b in pairwise(ordered)), default=(0.0, 0.0))
    return limit if jump >= height * 0.25 else None


def _gaps(lines: Sequence[Line]) -> list[float]:
    return [below.top - above.bottom for above, below in pairwise(lines)]


def _bands(lines: Sequence[Line], known: float | None) -> list[Sequence[Line]] | None:
    """The lines parted at gaps clearly wider than those within rows; None where all gaps are alike.

    Where a page before has shown how wide the gaps between rows are, lines that all stand closer are one row.
    """
    gaps = _gaps(lines)
    if not gaps:
        return [lines]
    limit = row_gap(lines)
    if limit is None:
        return [lines] if known is not None and max(gaps) < known else None
    cuts = [0, *(n for n, gap in enumerate(gaps, start=1) if gap > limit), len(lines)]
    return [lines[a:b] for a, b in pairwise(cuts)]


def _is_whole(line: Line, grid: Grid) -> bool:
    """Every cell filled and none that goes on from above: the line is a row by itself."""
    cells = grid.cells([line])
    return all(cells) and not cells[grid.columns.at["title"]][0].islower()


def _begins_measure(line: Line, grid: Grid) -> bool:
    """A number beside the beginning of a measure: else the number stands in the middle of a row's height."""
    words = grid.columns.cell(Row(grid.cells([line]), ""), "title")
    return bool(words) and not words[0].islower()


def whole_row(segment: Sequence[Line], grid: Grid, edges: Sequence[float]) -> tuple[str, ...]:
    """The cells of a row, lines parted by the marks of pdf_words; a heading stands in the first."""
    if _is_heading(segment, grid):
        return (LINE.join(line.text for line in segment), *("" for _ in grid.gutters))
    return grid.cells(segment, edges)


def _is_heading(segment: Sequence[Line], grid: Grid) -> bool:
    return all(is_wide(line, grid) or (len(line.runs) == 1 and _LABEL.match(line.text)) for line in segment)


def is_wide(line: Line, grid: Grid) -> bool:
    """One run over a gutter: a heading inside the table, or a paragraph after it."""
    return len(line.runs) == 1 and grid.crosses(line.runs[0])
