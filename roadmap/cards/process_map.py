"""The drawn map of a process: an SVG that a Markdown artifact of Prefect shows as a picture. Pure.

Prefect 3.9 renders neither Mermaid nor inline SVG in an artifact, but an image whose address holds the SVG itself.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, ROW, MARGIN = 760, 56, 14
BAR_X, BAR_W, BAR_H = 520, 150, 14
COLOURS = {"done": "#2e7d32", "current": "#1565c0", "late": "#c62828", "waiting": "#b0bec5", "skipped": "#78909c"}
MARKS = {"done": "✓", "skipped": "–", "late": "!"}
SHOWN_TITLE, SHOWN_NOTE = 46, 62


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One stage of the map: its place, its state, and how many of its municipalities stand where."""

    number: int
    title: str
    state: str
    note: str
    done: int
    current: int
    late: int
    skipped: int
    total: int
    words: str


def map_image(rows: Sequence[MapRow]) -> str:
    """The map as a ``data:`` address."""
    return f"data:image/svg+xml;base64,{b64encode(map_svg(rows).encode()).decode()}"


def map_svg(rows: Sequence[MapRow]) -> str:
    """The stages from top to bottom with who holds them, their day, and a bar of what is done.

    The ground is white of its own: the pages of Prefect may be dark or light.
    """
    height = 2 * MARGIN + ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="Inter, Arial, sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" rx="10" fill="#ffffff"/>',
    ]
    for n, row in enumerate(rows):
        y = MARGIN + ROW * n + ROW // 2
        if n:
            parts.append(f'<line x1="36" y1="{y - ROW + 17}" x2="36" y2="{y - 17}" stroke="#90a4ae" stroke-width="2"/>')
        parts.append(_node(row, y))
    return "".join([*parts, "</svg>"])


def _node(row: MapRow, y: int) -> str:
    colour = COLOURS[row.state]
    mark = MARKS.get(row.state, str(row.number))
    title = f"{row.number}. {row.title}"
    said = "#546e7a" if row.state == "waiting" else colour
    return "".join(
        (
            f'<circle cx="36" cy="{y}" r="15" fill="{colour}"/>',
            _text(36, y + 5, mark, size=15, colour="#ffffff", anchor="middle", weight="bold"),
            _text(64, y - 3, _cut(title, SHOWN_TITLE), size=15, colour="#1b2530", weight="600"),
            _text(64, y + 16, _cut(row.note, SHOWN_NOTE), size=12, colour="#546e7a"),
            _bar(row, y),
            _text(BAR_X + BAR_W + 10, y + 5, row.words, size=13, colour=said),
        )
    )


def _bar(row: MapRow, y: int) -> str:
    top = y - BAR_H // 2
    parts = [f'<rect x="{BAR_X}" y="{top}" width="{BAR_W}" height="{BAR_H}" rx="4" fill="#eceff1"/>']
    x = float(BAR_X)
    for state, count in (("done", row.done), ("current", row.current), ("late", row.late), ("skipped", row.skipped)):
        width = BAR_W * count / row.total if row.total else 0.0
        if width:
            size = f'width="{width:.1f}" height="{BAR_H}"'
            parts.append(f'<rect x="{x:.1f}" y="{top}" {size} fill="{COLOURS[state]}"/>')
        x += width
    return "".join(parts)


def _text(x: int, y: int, words: str, *, size: int, colour: str, anchor: str = "start", weight: str = "normal") -> str:
    style = f'font-size="{size}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}"'
    return f'<text x="{x}" y="{y}" {style}>{escape(words)}</text>'


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
