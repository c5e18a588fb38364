"""Tables of a PDF page that lines are drawn for: the cells as they are drawn, the words in them by lines."""

from collections.abc import Iterator
from typing import Any

from roadmap.documents.neutral import Row
from tasks.documents.pdf.turns import lines_in
from tasks.documents.pdf.words import FULL, LINE

Box = tuple[float, float, float, float]
_LETTER = 0.5
"""The width of a letter, in heights of a line: a line that leaves less to the right edge of its column is full."""


class RuledTable:
    """A table that the library found by its lines; ``texts`` are its cells, lines parted by the marks of pdf_words."""

    def __init__(self, found: Any, letters: list[dict[str, Any]]) -> None:
        self.box: Box = found.bbox
        self.across = [(column.bbox[0] + column.bbox[2]) / 2 for column in found.columns]
        self._rows = found.rows
        cells = [[lines_in(own) for own in _letters(row, letters)] for row in found.rows]
        edges: dict[int, float] = {}
        for row in cells:
            for at, lines in enumerate(row):
                edges[at] = max([edges.get(at, 0.0), *(edge for _, edge in lines)])
        height = min((letter["bottom"] - letter["top"] for letter in letters[:1]), default=10.0)
        self.texts = [
            tuple(_marked(lines, edges[at] - height * _LETTER) for at, lines in enumerate(row)) for row in cells
        ]

    def rows(self, page: int) -> Iterator[Row]:
        """The rows; a place without a cell of its own belongs to the one beside it or to the one above."""
        for n, (cells, drawn) in enumerate(zip(self.texts, self._rows, strict=True), start=1):
            boxes = [box for box in drawn.cells if box is not None]
            covered = (
                at
                for at, box in enumerate(drawn.cells)
                if n > 1 and box is None and not any(left <= self.across[at] <= right for left, _, right, _ in boxes)
            )
            yield Row(cells, f"с. {page}, строка {n}", frozenset(covered))


def ruled_tables(page: Any) -> list[RuledTable]:
    """Everything on the page that looks like a table by its lines."""
    found = page.find_tables()
    return [RuledTable(table, [each for each in page.chars if _holds(table.bbox, each)]) for table in found]


def _letters(row: Any, letters: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The letters of each cell of a row; none where there is no cell."""
    own = [letter for letter in letters if _holds(row.bbox, letter)]
    for box in row.cells:
        yield [letter for letter in own if _holds(box, letter)] if box is not None else []


def _holds(box: Box, letter: dict[str, Any]) -> bool:
    across, down = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
    return bool(box[0] <= across < box[2] and box[1] <= down < box[3])


def _marked(lines: list[tuple[str, float]], limit: float) -> str:
    text = ""
    for n, (words, edge) in enumerate(lines):
        mark = FULL if edge >= limit and edge else LINE
        text += words + (mark if n + 1 < len(lines) else "")
    return text
