"""PDF files with a text layer as the neutral form: tables by their lines, the words around them as paragraphs."""

import io
from collections.abc import Iterator
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from roadmap.documents.neutral import Document, Paragraph, Row, Table, clean
from tasks.refusing import DocumentRefused

MOST_PAGES = 1_000
FEWEST_LETTERS = 20
_APART = 0.6


def from_pdf(content: bytes, name: str) -> Document:
    """The document in the bytes of a PDF; raises ``DocumentRefused`` for a password, damage, or pictures only."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                raise DocumentRefused(
                    f"{name}: в файле больше {MOST_PAGES} страниц — оставьте только приказ с приложениями"
                )
            blocks = [block for page in pdf.pages for block in _page(page)]
    except PdfminerException as error:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args):
            raise DocumentRefused(f"{name}: файл защищён паролем — снимите пароль и повторите") from error
        raise DocumentRefused(f"{name}: файл повреждён или это не PDF — сохраните его заново") from error
    letters = sum(len(block.text) for block in blocks if isinstance(block, Paragraph))
    letters += sum(
        len(cell) for block in blocks if isinstance(block, Table) for row in block.rows for cell in row.cells
    )
    if letters < FEWEST_LETTERS:
        raise DocumentRefused(f"{name}: в файле нет текста, только изображения — распознайте его или возьмите .docx")
    return Document(name, tuple(blocks))


def _page(page: Any) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables of a page from top to bottom."""
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]
    free = page.filter(lambda thing: not any(_inside(thing, box) for box in boxes)) if boxes else page
    pieces: list[tuple[float, Paragraph | Table]] = []
    pieces += _paragraphs(free.extract_text_lines(), page.page_number, [box[1] for box in boxes])
    for table in tables:
        rows = tuple(_rows(table, page.page_number))
        if rows:
            pieces.append((table.bbox[1], Table(rows)))
    page.close()
    yield from (block for _, block in sorted(pieces, key=lambda piece: piece[0]))


def _inside(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    if "top" not in thing:
        return False
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _paragraphs(lines: list[dict[str, Any]], page: int, tables: list[float]) -> list[tuple[float, Paragraph]]:
    """Lines as paragraphs: a gap, a number, a dash or a table between begins another one."""
    found: list[tuple[float, list[str]]] = []
    last: dict[str, Any] | None = None
    for line in lines:
        text = clean(line["text"])
        if not text or (text.isdecimal() and len(text) <= 4):  # the number of the page
            continue
        height = line["bottom"] - line["top"]
        goes_on = last is not None and line["top"] - last["bottom"] < height * _APART
        goes_on = goes_on and not any(last is not None and last["top"] < top < line["top"] for top in tables)
        if goes_on and not _begins(text):
            found[-1][1].append(text)
        else:
            found.append((line["top"], [text]))
        last = line
    return [(top, Paragraph(clean(" ".join(texts)), f"с. {page}")) for top, texts in found]


def _begins(text: str) -> bool:
    first = text.split(maxsplit=1)[0]
    return first in ("-", "–", "—", "•") or (first[0].isdecimal() and first[-1] in ".)" and len(first) < 8)


def _rows(table: Any, page: int) -> Iterator[Row]:
    """The rows of a table; a place without a cell of its own belongs to the one beside it or to the one above."""
    across = [(column.bbox[0] + column.bbox[2]) / 2 for column in table.columns]
    for n, (cells, drawn) in enumerate(zip(table.extract(), table.rows, strict=True), start=1):
        boxes = [box for box in drawn.cells if box is not None]
        covered = (
            at
            for at, box in enumerate(drawn.cells)
            if n > 1 and box is None and not any(left <= across[at] <= right for left, _, right, _ in boxes)
        )
        yield Row(tuple(map(clean, cells)), f"с. {page}, строка {n}", frozenset(covered))
