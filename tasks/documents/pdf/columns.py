"""Pages of running text in two columns, told by a strip that no word crosses and by the numbers of the points."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tasks.documents.pdf.lines import Line, Run

FEWEST_LINES, FEWEST_OF_PROSE = 3, 8
_POINT = re.compile(r"(\d{1,3})[.)](?:\s|$)")
_FULL, _MOSTLY, _APART = 0.85, 0.6, 0.8


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of running text. ``order``: where it comes on the page; ``goes_on``: None where only the place tells."""

    text: str
    top: float
    bottom: float
    order: float
    goes_on: bool | None = None


@dataclass(frozen=True, slots=True)
class _Band:
    """Lines [start, end) parted by the strip at ``x``; ``both`` of them have words on both sides."""

    start: int
    end: int
    x: float
    both: int


def in_columns(lines: Sequence[Line]) -> list[TextLine] | None:
    """The lines as they are read, the left column before the right one; None where the page has one column."""
    band = _band(lines)
    if band is None:
        return None
    inside = lines[band.start : band.end]
    left, right = ([part for line in inside if (part := _side(line, band.x, n))] for n in (0, 1))
    if not _are_columns(left, right):
        return None
    found = [_text_line(line, line.top) for line in lines[: band.start]]
    top = inside[0].top
    for n, line in enumerate([*left, *right]):
        begins = n == len(left) and left[-1].text[-1] in ".;:!?"
        text = _text_line(line, top + n / 1000)
        found.append(replace(text, goes_on=not begins and not _POINT.match(line.text)) if n == len(left) else text)
    return found + [_text_line(line, line.top) for line in lines[band.end :]]


def _text_line(line: Line, order: float) -> TextLine:
    return TextLine(line.text, line.top, line.bottom, order)


def _band(lines: Sequence[Line]) -> _Band | None:
    """The strip with the most lines on both sides of it."""
    strips = {(a.x1 + b.x0) / 2 for line in lines for a, b in pairwise(line.runs)}
    found: _Band | None = None
    for x in sorted(strips):
        start = 0
        for n in range(len(lines) + 1):
            if n < len(lines) and not any(run.x0 < x < run.x1 for run in lines[n].runs):
                continue
            both = sum(line.runs[0].x1 <= x <= line.runs[-1].x0 for line in lines[start:n])
            if both >= FEWEST_LINES and (found is None or both > found.both):
                found = _Band(start, _last(lines[:n], x), x, both)
            start = n + 1
    return found


def _last(lines: Sequence[Line], x: float) -> int:
    """Where the columns end: the left one may be longer, a line that stands apart below is no part of it."""
    end = max(n for n, line in enumerate(lines) if line.runs[-1].x0 >= x) + 1
    while end < len(lines):
        line, above = lines[end], lines[end - 1]
        if line.top - above.bottom > (line.bottom - line.top) * _APART:
            break
        end += 1
    return end


def _side(line: Line, x: float, n: int) -> Line | None:
    runs: list[Run] = [run for run in line.runs if (run.x0 >= x) == bool(n)]
    return Line(line.top, line.bottom, runs) if runs else None


def _are_columns(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Points that go on in the right column, or prose that fills both: rows of a table do neither."""
    if min(len(left), len(right)) < FEWEST_LINES:
        return False
    numbers = [[int(found[1]) for line in side if (found := _POINT.match(line.text))] for side in (left, right)]
    if numbers[1]:
        follows = bool(numbers[0]) and numbers[1][0] == numbers[0][-1] + 1
        return follows or (len(numbers[1]) > 1 and numbers[1][0] == 1)
    prose = min(len(left), len(right)) >= FEWEST_OF_PROSE and not numbers[0]
    return prose and _is_filled(left) and _is_filled(right)


def _is_filled(lines: Sequence[Line]) -> bool:
    start, end = min(line.runs[0].x0 for line in lines), max(line.runs[-1].x1 for line in lines)
    wide = [line for line in lines if line.runs[-1].x1 - line.runs[0].x0 > (end - start) * _FULL]
    return len(wide) > len(lines) * _MOSTLY
