"""Lines of print as runs of words, and the columns that they stand in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from roadmap.documents.columns.columns import Columns
from roadmap.documents.neutral import clean
from tasks.documents.pdf.words import FULL, LINE

NUMBER = re.compile(r"\d+(\.\d+)*[.)]?$")


@dataclass(slots=True)
class Run:
    """Words with usual blanks between them; points from the left edge of the page."""

    x0: float
    x1: float
    text: str


@dataclass(slots=True)
class Line:
    """One line of print as runs from left to right; points from the top of the page."""

    top: float
    bottom: float
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        return clean(" ".join(run.text for run in self.runs))


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a table: the x of each gutter, in order, and what the header says of them."""

    gutters: tuple[float, ...]
    columns: Columns
    gap: float | None = None
    """A gap between lines wider than it parts two rows, as a page before has shown."""

    def crosses(self, run: Run) -> bool:
        return any(run.x0 < x < run.x1 for x in self.gutters)

    def at(self, run: Run) -> int:
        """The column that a run stands in."""
        return sum(x < (run.x0 + run.x1) / 2 for x in self.gutters)

    def edges(self, lines: Sequence[Line]) -> list[float]:
        """How far to the right the words of each column reach."""
        edges = [0.0] * (len(self.gutters) + 1)
        for run in (run for line in lines for run in line.runs if not self.crosses(run)):
            edges[self.at(run)] = max(edges[self.at(run)], run.x1)
        return edges

    def cells(self, lines: Sequence[Line], edges: Sequence[float] = ()) -> tuple[str, ...]:
        """The words of the lines by column, each column read from top to bottom.

        With ``edges`` lines are parted by the marks of pdf_words.
        """
        cells: list[list[str]] = [[] for _ in range(len(self.gutters) + 1)]
        for line in lines:
            for run in line.runs:
                at = self.at(run)
                is_full = bool(edges) and run.x1 >= edges[at] - (line.bottom - line.top) * 0.5
                cells[at] += [run.text, FULL if is_full else LINE]
        texts = ("".join(words[:-1]) for words in cells)
        return tuple(texts) if edges else tuple(map(clean, texts))

    def number(self, line: Line) -> str:
        """The number in the line's column of numbers, if it has one."""
        at = self.columns.at.get("number")
        words = self.cells([line])[at] if at is not None else ""
        return words if NUMBER.match(words) else ""


def lines_of(words: Sequence[dict[str, Any]]) -> list[Line]:
    """The words of a page as lines from top to bottom; a blank wider than half a line's height parts two runs."""
    lines: list[Line] = []
    rows: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda word: (word["top"] + word["bottom"], word["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        last = rows[-1][0] if rows else None
        if last is not None and abs(middle - (last["top"] + last["bottom"]) / 2) < (last["bottom"] - last["top"]) * 0.3:
            rows[-1].append(word)
        else:
            rows.append([word])
    for row in rows:
        line = Line(min(word["top"] for word in row), max(word["bottom"] for word in row))
        wide = (line.bottom - line.top) * 0.55
        for word in sorted(row, key=lambda word: word["x0"]):
            if line.runs and word["x0"] - line.runs[-1].x1 < wide:
                line.runs[-1].x1 = max(line.runs[-1].x1, word["x1"])
                line.runs[-1].text += f" {word['text']}"
            else:
                line.runs.append(Run(word["x0"], word["x1"], word["text"]))
        lines.append(line)
    return [line for n, line in enumerate(lines) if not (n in (0, len(lines) - 1) and line.text.isdecimal())]
