"""Web pages as the neutral form: paragraphs, lists and tables as they are seen, tables of blocks among them."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bs4 import UnicodeDammit
from lxml import etree

from roadmap.documents.neutral import Document, Paragraph, clean
from roadmap.documents.plain_text import from_text
from tasks.documents.grids import DEEPEST, Cell, Grid, GridRow, Words, blocks_of
from tasks.documents.html.blocks import cells_of, grid_rows, is_table
from tasks.documents.html.styles import Styles, styles_of
from tasks.documents.lines import above_the_line
from tasks.files.errors import DocumentRefused

MOST_COLUMNS = 60
MOST_ROWS_DOWN = 2_000
_BLOCKS = frozenset(
    (
        *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "br", "hr", "center"),
        *("section", "article", "header", "footer", "main", "nav", "aside", "form", "fieldset", "blockquote"),
        *("table", "caption", "tr", "td", "th", "body", "figure", "figcaption", "details", "summary", "option"),
        "address",
    )
)
_SILENT = frozenset(("script", "style", "head", "template", "noscript", "object", "svg", "math"))
_ROW, _CELLS = "tr", frozenset(("td", "th"))
_TAG = re.compile(
    r"<(?:!doctype|html|body|head|p|div|br|table|tr|td|li|h[1-6]|span|a|b|i|pre|meta|script|style)[\s/>]", re.IGNORECASE
)

# What the library says of damage goes to a log where there is one, not between the lines that a person reads.
logging.getLogger("bs4").addHandler(logging.NullHandler())


def from_html(content: bytes, name: str) -> Document:
    """The document in the bytes of a page; raises ``DocumentRefused`` where there is no text."""
    markup = UnicodeDammit(content, is_html=True).unicode_markup
    if markup is None:
        raise DocumentRefused(f"{name}: кодировка не распознана — сохраните страницу в UTF-8")
    return from_markup(markup, name)


def from_markup(markup: str, name: str) -> Document:
    """As ``from_html``, for a page whose letters are known."""
    if not _TAG.search(markup):
        return from_text(markup, name)
    # A page of unclosed tags is deep: what lies deeper than the library goes would be lost unsaid.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(markup.replace("\0", "").encode("utf-8", "replace"), parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" or "depth" in entry.message for entry in parser.error_log):
        raise DocumentRefused(f"{name}: теги страницы вложены слишком глубоко — сохраните её заново или как .docx")
    blocks = tuple(blocks_of(_Page(styles_of(root)).parts(root, DEEPEST))) if root is not None else ()
    if not blocks:
        raise DocumentRefused(f"{name}: на странице нет текста")
    return Document(name, blocks)


@dataclass(slots=True)
class _Flow:
    """Words in the order of the page, parted into paragraphs, and the tables between them."""

    parts: list[Words | Grid] = field(default_factory=list)
    words: str = ""
    number: str = ""
    """That of the list entry whose words are awaited."""
    rows: list[Any] = field(default_factory=list)
    """Elements one after another that may be rows of a table of blocks."""

    def end(self) -> None:
        """What follows is another paragraph."""
        if text := clean(self.words):
            bullet = self.number if self.number.startswith("–") else ""
            self.parts.append(Words((bullet + text,), "" if bullet else self.number))
            self.number = ""
        self.words = ""


class _Page:
    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._entries: dict[Any, int] = {}

    def parts(self, container: Any, deep: int) -> list[Words | Grid]:
        """What stands in an element."""
        flow = _Flow()
        walk = etree.iterwalk(container, events=("start", "end"))
        inside: set[Any] = set()
        for event, element in walk:
            if event == "end":
                self._leave(element, container, flow, inside)
            elif not self._enter(element, container, flow, deep):
                walk.skip_subtree()
            else:
                inside.add(element)
        self._end_rows(flow, deep)
        flow.end()
        return flow.parts

    def _enter(self, element: Any, container: Any, flow: _Flow, deep: int) -> bool:
        """Whether the children of the element are read one by one; else it was read whole, or is not read."""
        if element is not container:
            if element.tag in _SILENT or not isinstance(element.tag, str) or not self._styles.is_seen(element):
                return False
            if cells_of(element):
                self._row(element, flow, deep)
                return False
        if element.tag in _BLOCKS:
            flow.end()
        if element is not container and self._whole(element, flow, deep):
            return False
        if element.tag == "li":
            flow.number = self._number(element)
        self._add(element.text, flow, deep)
        return True

    def _whole(self, element: Any, flow: _Flow, deep: int) -> bool:
        """Whether the element is a thing of its own: a table, a grid, words above the line, text as it was typed."""
        if element.tag == "table" and deep:
            self._end_rows(flow, deep)
            flow.parts += self._table(element, deep - 1)
        elif element.tag == "pre":
            self._end_rows(flow, deep)
            flow.end()
            flow.parts += _typed("".join(element.itertext()))
        elif self._styles.is_raised(element):
            self._add(above_the_line("".join(element.itertext()), flow.words), flow, deep)
        elif (rows := grid_rows(element, self._styles)) and is_table(rows, _words):
            self._end_rows(flow, deep)
            flow.parts.append(self._grid(rows, deep))
        else:
            return False
        return True

    def _leave(self, element: Any, container: Any, flow: _Flow, inside: set[Any]) -> None:
        if element in inside:
            inside.discard(element)
            if element.tag in _BLOCKS:
                flow.end()
            if element.tag == "li":
                flow.number = ""
        elif element.tag == "table":
            flow.end()
        if element is not container:
            self._add(element.tail, flow, DEEPEST)

    def _number(self, entry: Any) -> str:
        """What a browser shows before an entry of a list."""
        parent = entry.getparent()
        if parent is None or parent.tag != "ol":
            return "– "
        last = self._entries.get(parent, _span(parent.get("start"), 10_000) - 1)
        self._entries[parent] = last + 1
        return f"{last + 1}. "

    def _add(self, text: str | None, flow: _Flow, deep: int) -> None:
        if text and flow.rows and text.strip():
            self._end_rows(flow, deep)
        flow.words += text or ""

    def _row(self, element: Any, flow: _Flow, deep: int) -> None:
        """A row of blocks waits for the next one: only together they are a table."""
        flow.end()
        if flow.rows and len(flow.rows[-1]) != len(element):
            self._end_rows(flow, deep)
        flow.rows.append(element)

    def _end_rows(self, flow: _Flow, deep: int) -> None:
        rows, flow.rows = flow.rows, []
        if not rows:
            return
        cells = [cells_of(row) for row in rows]
        if is_table(cells, _words):
            flow.parts.append(self._grid(cells, deep))
            return
        for row in rows:
            flow.parts += self.parts(row, deep)

    def _grid(self, rows: Sequence[Sequence[Any]], deep: int) -> Grid:
        return Grid([GridRow([Cell(self.parts(cell, deep)) for cell in row]) for row in rows])

    def _table(self, table: Any, deep: int) -> Iterator[Words | Grid]:
        """The table, after the words that stand in it outside of cells: its caption."""
        caption: list[Words | Grid] = []
        stray = [table.text or ""]
        rows: list[list[Any]] = []
        walk = etree.iterwalk(table, events=("start",))
        for _, element in walk:
            if element is table:
                continue
            stray.append(element.tail or "")
            if not isinstance(element.tag, str) or not self._styles.is_seen(element) or element.tag in _SILENT:
                walk.skip_subtree()
            elif element.tag == _ROW:
                rows.append([])
                stray.append(element.text or "")
            elif element.tag in _CELLS:
                if not rows or (element.getparent().tag != _ROW and element.getprevious() is None):
                    rows.append([])
                rows[-1].append(element)
                walk.skip_subtree()
            elif element.tag not in ("tbody", "thead", "tfoot", "colgroup", "col"):
                caption += self.parts(element, deep)
                walk.skip_subtree()
        yield from caption
        if words := clean(" ".join(stray)):
            yield Words((words,))
        if rows:
            yield Grid(list(self._spread(rows, deep)))

    def _spread(self, rows: Sequence[Sequence[Any]], deep: int) -> Iterator[GridRow]:
        """Cells in their columns: some take several, or stretch over rows below."""
        down: dict[int, int] = {}
        for row in rows:
            cells: dict[int, Cell] = {}
            begun: dict[int, int] = {}
            for cell in row:
                at = 0
                while at in cells or down.get(at, 0) > 0:
                    at += 1
                wide, rows_down = _span(cell.get("colspan"), MOST_COLUMNS), _span(cell.get("rowspan"), MOST_ROWS_DOWN)
                parts = self.parts(cell, deep)
                for n in range(at, min(at + wide, MOST_COLUMNS)):
                    cells[n] = Cell(parts if n == at else ())
                    if rows_down > 1:
                        begun[n] = rows_down
            covered = frozenset(n for n, left in down.items() if left and n not in cells)
            width = max([*cells, *covered], default=-1) + 1
            yield GridRow([cells.get(n, Cell()) for n in range(width)], covered)
            down = {n: left - 1 for n, left in (down | begun).items() if left > 1}


def _words(element: Any) -> str:
    return " ".join(element.itertext())


def _typed(text: str) -> Iterator[Words | Grid]:
    for block in from_text(text, "").blocks:
        if isinstance(block, Paragraph):
            yield Words((block.text,))
        else:
            yield Grid([GridRow([Cell((Words((cell,)),) if cell else ()) for cell in row.cells]) for row in block.rows])


def _span(value: str | None, most: int) -> int:
    return min(max(1, int(value)), most) if value and value.isdecimal() and len(value) < 9 else 1
