"""Word files as the neutral form: merged cells, automatic numbers, tables inside cells, content controls, text boxes.

A table that only lays out a page, a frame of one column or one around another table, is the paragraphs and tables
that stand in it.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.opc.constants import CONTENT_TYPE
from docx.opc.part import PartFactory
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart

from roadmap.documents.neutral import Document
from tasks.documents.docx.numbers import Numbers, is_decimal, number_in
from tasks.documents.docx.text import Looks, is_on
from tasks.documents.grids import Cell, Grid, GridRow, Words, blocks_of
from tasks.documents.lines import cleaned
from tasks.files.archives import LARGEST_UNPACKED, Swollen, refuse_many_entries
from tasks.files.errors import DocumentRefused

MOST_COLUMNS = 60
_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:customXml", "w:smartTag", "w:moveTo")))
_P, _TBL, _TR, _TC, _TRPR, _TCPR = map(qn, ("w:p", "w:tbl", "w:tr", "w:tc", "w:trPr", "w:tcPr"))
_VAL = qn("w:val")
_NO_ROW = tuple(f"{_TRPR}/{qn(name)}" for name in ("w:hidden", "w:del"))
#: A template and a document with macros are documents: nothing in them is run here.
_MAIN_PARTS = (
    CONTENT_TYPE.WML_DOCUMENT_MAIN,
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
)
PartFactory.part_type_for.update(dict.fromkeys(_MAIN_PARTS, DocumentPart))


def from_docx(content: bytes, name: str) -> Document:
    """The document in the bytes of a .docx; raises ``DocumentRefused`` for archives that are none or swell."""
    _check_archive(content, name)
    part = Package.open(io.BytesIO(content)).main_document_part
    if part.content_type not in _MAIN_PARTS:
        raise DocumentRefused(f"{name}: это не документ Word — сохраните его как .docx")
    opened = part.document
    reader = _Reader(Numbers(opened), Looks(opened.styles.element))
    blocks = tuple(blocks_of(reader.parts(opened.element.body)))
    if not blocks:
        raise DocumentRefused(f"{name}: в документе нет текста — возможно, в нём только рисунки; нужен текст")
    return Document(name, blocks)


def _check_archive(content: bytes, name: str) -> None:
    """Sizes are judged by the archive's own list before anything is unpacked; the unpacker stops at the listed size."""
    try:
        refuse_many_entries(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except Swollen as error:
        raise DocumentRefused(f"{name}: {error} — удалите из него рисунки и вложения") from error
    except zipfile.BadZipFile as error:
        raise DocumentRefused(f"{name}: файл повреждён или это не .docx — сохраните его заново") from error
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise DocumentRefused(f"{name}: после распаковки файл больше 200 МБ — удалите из него рисунки и вложения")
    if any(part.flag_bits & 1 for part in parts):
        raise DocumentRefused(f"{name}: файл защищён паролем — снимите пароль и повторите")
    if not any(part.filename.startswith("word/document") for part in parts):
        raise DocumentRefused(f"{name}: это не документ Word — сохраните его как .docx")


def _children(element: Any) -> Iterator[Any]:
    """Children in order, with those of content controls and accepted insertions in their place."""
    waiting = [iter(element)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag in _WRAPPERS:
            waiting.append(iter(child))
        else:
            yield child


@dataclass(slots=True)
class _Reader:
    """Reads paragraphs and tables in the order of the document, in which the numbers of lists are counted."""

    numbers: Numbers
    looks: Looks

    def parts(self, container: Any) -> Iterator[Words | Grid]:
        """What stands in the body, a cell or a text box."""
        for element in _children(container):
            if element.tag == _P:
                yield from self._paragraph(element)
            elif element.tag == _TBL:
                yield Grid(list(self._rows(element)))

    def _paragraph(self, paragraph: Any) -> Iterator[Words | Grid]:
        number = self.numbers.of(paragraph)
        words = self.looks.words(paragraph)
        lines = cleaned(words.lines)
        if is_decimal(number):
            yield Words(lines, number)
        elif number or lines:
            yield Words((number + lines[0], *lines[1:]) if lines else (number.strip(),))
        for box in words.boxes:
            yield from self.parts(box)

    def _rows(self, table: Any) -> Iterator[GridRow]:
        for row in (child for child in _children(table) if child.tag == _TR):
            if any(is_on(row.find(path)) for path in _NO_ROW):
                continue
            cells = [Cell()] * number_in(row.find(f"{_TRPR}/{qn('w:gridBefore')}"), 0)
            covered: set[int] = set()
            for cell in (child for child in _children(row) if child.tag == _TC):
                span, goes_on = _span(cell)
                if goes_on:
                    covered.update(range(len(cells), len(cells) + span))
                cells += [Cell() if goes_on else Cell(list(self.parts(cell)))] + [Cell()] * (span - 1)
            yield GridRow(cells[:MOST_COLUMNS], frozenset(covered))


def _span(cell: Any) -> tuple[int, bool]:
    """How many columns a cell takes, and whether it is the lower part of a merged one."""
    properties = cell.find(_TCPR)
    if properties is None:
        return 1, False
    span = number_in(properties.find(qn("w:gridSpan")), 1)
    merged = properties.find(qn("w:vMerge"))
    return max(1, span), merged is not None and merged.get(_VAL, "continue") == "continue"
