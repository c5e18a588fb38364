"""Tables of a web page that are made of blocks: rows of as many blocks each, or blocks in a grid."""

from collections.abc import Callable, Sequence
from typing import Any

from roadmap.documents.columns.columns import columns_of
from roadmap.documents.neutral import clean
from tasks.documents.html.styles import Styles

_ROWS = frozenset(("div", "section", "article", "ul", "dl"))
_CELLS = frozenset(("div", "section", "span", "li", "dt", "dd"))
_SURE_CELLS = frozenset(("div", "section"))
FEWEST_CELLS, FEWEST_ROWS, MOST_CELLS = 3, 3, 60


def cells_of(element: Any) -> list[Any]:
    """The blocks side by side that an element consists of; none where it is no row."""
    if element.tag not in _ROWS or not 2 <= len(element) <= MOST_CELLS or (element.text or "").strip():
        return []
    cells = list(element)
    if any(cell.tag not in _CELLS or (cell.tail or "").strip() for cell in cells):
        return []
    return [] if any(_is_row(cell) for cell in cells) else cells


def _is_row(cell: Any) -> bool:
    """Whether a cell is itself parted into blocks: then what holds it is no row but a table."""
    blocks = [child for child in cell if child.tag in _CELLS and child.tag != "span"]
    return len(blocks) > 1 and not (cell.text or "").strip()


def is_table(rows: Sequence[Sequence[Any]], words: Callable[[Any], str]) -> bool:
    """Rows of as many blocks are a table by a header that is known, or by their number."""
    known = any(columns_of(tuple(clean(words(cell)) for cell in row)) is not None for row in rows[:2])
    if known and len(rows) > 1:
        return True
    sure = all(cell.tag in _SURE_CELLS for row in rows for cell in row)
    return sure and len(rows) >= FEWEST_ROWS and len(rows[0]) >= FEWEST_CELLS


def grid_rows(element: Any, styles: Styles) -> list[tuple[Any, ...]]:
    """The cells of an element laid out as a grid, row by row; none where it is no grid, or not a full one."""
    columns = styles.columns(element)
    if columns < 2 or len(element) < 2 * columns or len(element) % columns:
        return []
    cells = list(element)
    return [tuple(cells[n : n + columns]) for n in range(0, len(cells), columns)]
