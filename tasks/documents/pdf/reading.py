"""PDF files with a text layer as the neutral form: tables by lines or columns, the words around them as paragraphs."""

import io
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from roadmap.documents.columns.columns import columns_of
from roadmap.documents.neutral import Document, Paragraph, Table, clean
from tasks.documents.pdf.columns import TextLine, in_columns
from tasks.documents.pdf.lines import NUMBER, Grid, lines_of
from tasks.documents.pdf.notes import without_notes
from tasks.documents.pdf.ruled import RuledTable, ruled_tables
from tasks.documents.pdf.turns import upright
from tasks.documents.pdf.unruled import Unruled, may_hold_header, unruled_tables
from tasks.documents.pdf.words import LINE, Speller
from tasks.files.errors import DocumentRefused
from tasks.files.pdf_streams import LARGEST_UNPACKED, Unpacked, unpacking_at_most

MOST_PAGES = 1_000
FEWEST_LETTERS = 20
_PIECE = 1024 * 1024
_UNKNOWN = re.compile(r"\(cid:\d+\)|\ufffd|[\ue000-\uf8ff]")
_APART = 0.6
_CLOSE = 40

# What the library says of damage goes to a log where there is one, not between the lines that a person reads.
logging.getLogger("pdfminer").addHandler(logging.NullHandler())


def from_pdf(content: bytes, name: str) -> Document:
    """The document in the bytes of a PDF; raises ``DocumentRefused`` for a password, damage, or pictures only."""
    _refuse_swelling(content, name)
    try:
        with unpacking_at_most(LARGEST_UNPACKED), pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                raise DocumentRefused(
                    f"{name}: в файле больше {MOST_PAGES} страниц — оставьте только приказ с приложениями"
                )
            blocks = _blocks(pdf.pages)
    except Unpacked as error:
        raise _swollen(name) from error
    except PdfminerException as error:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args):
            raise DocumentRefused(f"{name}: файл защищён паролем — снимите пароль и повторите") from error
        raise DocumentRefused(f"{name}: файл повреждён или это не PDF — сохраните его заново") from error
    _refuse_without_words(blocks, name)
    return Document(name, tuple(blocks))


def _refuse_without_words(blocks: list[Paragraph | Table], name: str) -> None:
    """Pictures only, or letters of a font that does not say which they are."""
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    texts += [cell for block in blocks if isinstance(block, Table) for row in block.rows for cell in row.cells]
    letters = sum(map(len, texts))
    if letters < FEWEST_LETTERS:
        raise DocumentRefused(
            f"{name}: в файле нет текста, только изображения — возьмите .docx или распознайте его "
            "(ocrmypdf -l rus --deskew) и сверьте числа"
        )
    if sum(len(_UNKNOWN.sub("", text)) for text in texts) < letters * 0.7:
        raise DocumentRefused(f"{name}: шрифт файла не даёт прочесть буквы — распознайте его или возьмите .docx")


def _refuse_swelling(content: bytes, name: str) -> None:
    """The first filter of streams is tried at once, pictures apart; the reader itself is stopped at the same size."""
    left = LARGEST_UNPACKED
    for start in re.finditer(rb"stream\r?\n", content):
        if b"/Image" in content[max(0, start.start() - 300) : start.start()]:
            continue
        waiting = content[start.end() : max(start.end(), content.find(b"endstream", start.end()))]
        unpacker = zlib.decompressobj()
        try:
            while waiting and not unpacker.eof:
                left -= len(unpacker.decompress(waiting, _PIECE))
                waiting = unpacker.unconsumed_tail
                if left < 0:
                    raise _swollen(name)
        except zlib.error:  # packed otherwise, or damaged: the reader will tell
            continue


def _swollen(name: str) -> DocumentRefused:
    return DocumentRefused(f"{name}: после распаковки файл больше 200 МБ — сохраните его заново")


def _blocks(pages: list[Any]) -> list[Paragraph | Table]:
    """Paragraphs and tables with lines in them, made one line each by the words of the whole document."""
    grid: Grid | None = None
    found: list[Paragraph | Table] = []
    for page in pages:
        blocks, grid = _page(without_notes(upright(page)), grid)
        found += blocks
    speller = Speller(text for block in found for text in _texts(block))
    return [_spelt(block, speller) for block in found]


def _texts(block: Paragraph | Table) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
    else:
        yield from (cell for row in block.rows for cell in row.cells)


def _spelt(block: Paragraph | Table, speller: Speller) -> Paragraph | Table:
    if isinstance(block, Paragraph):
        return replace(block, text=speller.joined(block.text))
    rows = (replace(row, cells=tuple(map(speller.joined, row.cells))) for row in block.rows)
    return replace(block, rows=tuple(rows))


def _page(page: Any, before: Grid | None) -> tuple[list[Paragraph | Table], Grid | None]:
    """Paragraphs and tables of a page from top to bottom, and the columns of a table without lines that goes on."""
    ruled = [table for table in ruled_tables(page) if _is_drawn(table, page)]
    boxes = [table.box for table in ruled]
    free = _outside(page, boxes)
    unruled: list[Unruled] = []
    grid = None
    text = free.extract_text()
    is_table = before is not None or may_hold_header(text)
    if is_table:
        unruled, grid = unruled_tables(lines_of(free.extract_words()), page.page_number, before)
        boxes += [(0, table.top, page.width, table.bottom) for table in unruled]
        free = _outside(free, boxes[len(ruled) :])
    pieces: list[tuple[float, Paragraph | Table]] = []
    pieces += _paragraphs(_text_lines(free, boxes), page.page_number, [box[1] for box in boxes])
    tables = [(table.box[1], Table(tuple(table.rows(page.page_number)))) for table in ruled]
    tables += [(table.top, table.table) for table in unruled]
    pieces += _placed(sorted(tables, key=lambda piece: piece[0]), page.page_number)
    page.close()
    return [block for _, block in sorted(pieces, key=lambda piece: piece[0])], grid


def _text_lines(free: Any, boxes: list[Any]) -> list[TextLine]:
    """The lines outside of tables as they are read: by columns where the page has two and no table."""
    if not boxes and (parted := in_columns(lines_of(free.extract_words()))) is not None:
        return parted
    return [
        TextLine(line["text"], line["top"], line["bottom"], line["top"])
        for line in free.extract_text_lines(return_chars=False)
    ]


def _outside(page: Any, boxes: list[Any]) -> Any:
    return page.filter(lambda thing: not any(_inside(thing, box) for box in boxes)) if boxes else page


def _placed(tables: list[tuple[float, Table]], page: int) -> list[tuple[float, Table]]:
    """Where a page has several tables, the place of a row says in which of them it stands."""
    if len(tables) < 2:
        return tables
    return [
        (top, replace(table, rows=tuple(replace(row, place=_place(page, n, m)) for m, row in enumerate(table.rows, 1))))
        for n, (top, table) in enumerate(tables, start=1)
    ]


def _place(page: int, table: int, row: int) -> str:
    return f"с. {page}, таблица {table}, строка {row}"


def _is_drawn(table: RuledTable, page: Any) -> bool:
    """Whether lines part the rows and columns: a frame, or a header above words without lines, does not."""
    if not any(any(row) for row in table.texts) or len(table.across) < 2:
        return False
    if len(table.texts) == 1 and columns_of(tuple(map(clean, table.texts[0]))) is not None:
        bottom = table.box[3]
        lined = any(bottom - 1 < edge["top"] < bottom + _CLOSE and edge["top"] > bottom + 1 for edge in page.edges)
        if not lined and any(bottom < letter["top"] < bottom + _CLOSE for letter in page.chars):
            return False
    heaped = any(sum(bool(NUMBER.match(part)) for part in row[0].splitlines()) > 1 for row in table.texts)
    return not heaped


def _inside(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    if "top" not in thing:
        return False
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _paragraphs(lines: list[TextLine], page: int, tables: list[float]) -> list[tuple[float, Paragraph]]:
    """Lines as paragraphs: a gap, a number, a dash or a table between begins another one."""
    found: list[tuple[float, list[str]]] = []
    last: TextLine | None = None
    for line in lines:
        text = clean(line.text.removesuffix("\xad")) + ("\xad" if line.text.endswith("\xad") else "")
        if not text or (text.isdecimal() and len(text) <= 4):  # the number of the page
            continue
        goes_on = line.goes_on
        if goes_on is None:
            height = line.bottom - line.top
            goes_on = last is not None and line.top - last.bottom < height * _APART and line.order >= last.order
            goes_on = goes_on and not any(last is not None and last.top < top < line.top for top in tables)
        if goes_on and found and not _begins(text):
            found[-1][1].append(text)
        else:
            found.append((line.order, [text]))
        last = line
    return [(order, Paragraph(LINE.join(texts), f"с. {page}")) for order, texts in found]


def _begins(text: str) -> bool:
    """A number, a dash, «ПРИКАЗЫВАЮ:»."""
    first = text.split(maxsplit=1)[0]
    if text.isupper() and text.endswith(":"):
        return True
    return first in ("-", "–", "—", "•") or (first[0].isdecimal() and first[-1] in ".)" and len(first) < 8)
