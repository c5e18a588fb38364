"""Web pages as the neutral form: paragraphs and tables with spans; scripts and styles are left out."""

import logging
from html.parser import HTMLParser

from bs4 import UnicodeDammit

from roadmap.documents.neutral import Document, Paragraph, Row, Table, clean
from tasks.files.errors import DocumentRefused

MOST_COLUMNS = 60
MOST_ROWS_DOWN = 2_000
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "br", "hr"}
_BLOCKS |= {"section", "article", "header", "footer", "table", "tr", "td", "th", "body"}
_SILENT = frozenset(("script", "style", "head", "template", "noscript"))

# What the library says of damage goes to a log where there is one, not between the lines that a person reads.
logging.getLogger("bs4").addHandler(logging.NullHandler())


def from_html(content: bytes, name: str) -> Document:
    """The document in the bytes of a page; raises ``DocumentRefused`` where there is no text."""
    markup = UnicodeDammit(content, is_html=True).unicode_markup
    if markup is None:
        raise DocumentRefused(f"{name}: кодировка не распознана — сохраните страницу в UTF-8")
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    parser.finish()
    if not parser.blocks:
        raise DocumentRefused(f"{name}: на странице нет текста")
    return Document(name, tuple(parser.blocks))


class _Parser(HTMLParser):
    """Forgiving: an open cell or row ends where the next one begins; an inner table is words of its cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Paragraph | Table] = []
        self._words: list[str] = []
        self._silent = self._depth = self._tables = self._paragraphs = 0
        self._rows: list[Row] = []
        self._row: dict[int, str] | None = None
        self._cell: tuple[int, int, int] | None = None
        self._down: dict[int, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._part()
            self._depth += 1
        elif self._depth == 1 and tag == "tr":
            self._end_row()
            self._row = {}
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif tag in _BLOCKS:
            self._part()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_table()
            self._depth -= 1
            self._words.append(" ")
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif tag in _BLOCKS:
            self._part()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)

    def finish(self) -> None:
        """Close what the page left open."""
        if self._depth:
            self._end_table()
        self._end_paragraph()

    def _part(self) -> None:
        if self._depth:
            self._words.append(" ")
        else:
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        if text := clean("".join(self._words)):
            self._paragraphs += 1
            self.blocks.append(Paragraph(text, f"абзац {self._paragraphs}"))
        self._words.clear()

    def _begin_cell(self, attrs: dict[str, str | None]) -> None:
        if self._row is None:
            self._row = {}
        at = 0
        while at in self._row or self._down.get(at, 0) > 0:
            at += 1
        wide = _span(attrs.get("colspan"), MOST_COLUMNS)
        self._cell = (at, wide, _span(attrs.get("rowspan"), MOST_ROWS_DOWN))
        self._words.clear()

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        at, wide, down = self._cell
        for n in range(at, min(at + wide, MOST_COLUMNS)):
            self._row[n] = clean("".join(self._words)) if n == at else ""
            if down > 1:
                self._down[n] = down
        self._cell = None
        self._words.clear()

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            covered = frozenset(n for n, left in self._down.items() if left and n not in self._row)
            width = max([*self._row, *covered], default=-1) + 1
            cells = tuple(self._row.get(n, "") for n in range(width))
            place = f"таблица {self._tables + 1}, строка {len(self._rows) + 1}"
            self._rows.append(Row(cells, place, covered))
            self._down = {n: left - 1 for n, left in self._down.items() if left > 1}
        self._row = None

    def _end_table(self) -> None:
        self._end_row()
        self._words.clear()
        if self._rows:
            self._tables += 1
            self.blocks.append(Table(tuple(self._rows)))
        self._rows, self._down = [], {}


def _span(value: str | None, most: int) -> int:
    return min(max(1, int(value)), most) if value and value.isdecimal() and len(value) < 9 else 1
