"""Rows whose cells slid to the left, as narrow tables of copied text have them."""

from collections.abc import Callable
from dataclasses import replace

from roadmap.documents.columns.layout import Columns
from roadmap.documents.neutral import Row
from roadmap.documents.tables.numbers import NUMBER


def aligned(row: Row, columns: Columns, reads: Callable[[str], bool]) -> Row:
    """A row whose cells slid to the left is laid out again by the one cell that reads as a term.

    Only where the cell of the number holds words and the cells around the term fill their columns exactly.
    """
    at, first = columns.at.get("term", -1), columns.at.get("number", -1)
    if first != 0 or at <= 0 or len(row.filled) < 3 or not row.cells[0] or NUMBER.match(row.cells[0]):
        return row
    terms = [n for n in row.filled if n != at and reads(row.cells[n])]
    if len(terms) != 1 or (at < len(row.cells) and reads(row.cells[at])):
        return row
    before = [n for n in row.filled if n < terms[0]]
    after = [n for n in row.filled if n > terms[0]]
    left = sorted(n for role, n in columns.at.items() if n < at and role not in ("number", "group"))
    right = sorted(n for n in columns.at.values() if n > at)
    if len(before) != len(left) or len(after) > len(right):
        return row
    cells = [""] * len(columns.words)
    for source, target in zip([*before, terms[0], *after], [*left, at, *right], strict=False):
        cells[target] = row.cells[source]
    return replace(row, cells=tuple(cells), lines=())
