"""Word files as the neutral form: merged cells, automatic numbers, tables inside content controls."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from docx import Document as open_docx
from docx.oxml.ns import qn

from roadmap.documents.neutral import Document, Paragraph, Row, Table, clean
from tasks.files.archives import LARGEST_UNPACKED, Swollen, refuse_many_entries
from tasks.files.errors import DocumentRefused

MOST_COLUMNS = 60
_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:customXml", "w:smartTag", "w:moveTo")))
_P, _TBL, _TR, _TC = map(qn, ("w:p", "w:tbl", "w:tr", "w:tc"))
_T, _TAB, _BR, _CR, _HYPHEN = map(qn, ("w:t", "w:tab", "w:br", "w:cr", "w:noBreakHyphen"))
_VAL, _STYLE = qn("w:val"), qn("w:style")
_NUMBERED = f"{qn('w:pPr')}/{qn('w:numPr')}"
_PARAGRAPH_STYLE = f"{qn('w:pPr')}/{qn('w:pStyle')}"


def from_docx(content: bytes, name: str) -> Document:
    """The document in the bytes of a .docx; raises ``DocumentRefused`` for archives that are none or swell."""
    _check_archive(content, name)
    opened = open_docx(io.BytesIO(content))
    numbers = _Numbers(opened)
    blocks: list[Paragraph | Table] = []
    paragraphs = tables = 0
    for element in _children(opened.element.body):
        if element.tag == _P:
            if text := clean(numbers.of(element) + _text(element)):
                paragraphs += 1
                blocks.append(Paragraph(text, f"абзац {paragraphs}"))
        elif element.tag == _TBL:
            tables += 1
            blocks.append(Table(tuple(_rows(element, tables, numbers))))
    if not blocks:
        raise DocumentRefused(f"{name}: в документе нет текста — возможно, в нём только рисунки; нужен текст")
    return Document(name, tuple(blocks))


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
    if "word/document.xml" not in {part.filename for part in parts}:
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


def _text(element: Any) -> str:
    out = []
    for node in element.iter(_T, _TAB, _BR, _CR, _HYPHEN):
        out.append((node.text or "") if node.tag == _T else "-" if node.tag == _HYPHEN else " ")
    return "".join(out)


def _rows(table: Any, n: int, numbers: "_Numbers") -> Iterator[Row]:
    rows = (child for child in _children(table) if child.tag == _TR)
    for m, row in enumerate(rows, start=1):
        cells: list[str] = []
        covered: set[int] = set()
        before = row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}")
        cells += [""] * _number(before, 0)
        for cell in (child for child in _children(row) if child.tag == _TC):
            span, goes_on = _span(cell)
            if goes_on:
                covered.update(range(len(cells), len(cells) + span))
            cells += ["" if goes_on else _cell_text(cell, numbers)] + [""] * (span - 1)
        yield Row(tuple(cells[:MOST_COLUMNS]), f"таблица {n}, строка {m}", frozenset(covered))


def _span(cell: Any) -> tuple[int, bool]:
    """How many columns a cell takes, and whether it is the lower part of a merged one."""
    properties = cell.find(qn("w:tcPr"))
    if properties is None:
        return 1, False
    span = _number(properties.find(qn("w:gridSpan")), 1)
    merged = properties.find(qn("w:vMerge"))
    return max(1, span), merged is not None and merged.get(_VAL, "continue") == "continue"


def _number(element: Any, otherwise: int) -> int:
    value = element.get(_VAL, "") if element is not None else ""
    return min(int(value), MOST_COLUMNS) if value.isdecimal() else otherwise


def _cell_text(cell: Any, numbers: "_Numbers") -> str:
    return clean(" ".join(numbers.of(paragraph) + _text(paragraph) for paragraph in cell.iter(_P)))


class _Numbers:
    """The numbers that Word shows but does not store: «1.», «1.2.» of lists, in cells as well."""

    def __init__(self, opened: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        styles = ((style.get(qn("w:styleId")), style.find(_NUMBERED)) for style in opened.styles.element.iter(_STYLE))
        self._styled = {name: numbered for name, numbered in styles if numbered is not None}
        try:
            root = opened.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        abstract = {node.get(qn("w:abstractNumId")): node for node in root.findall(qn("w:abstractNum"))}
        for num in root.findall(qn("w:num")):
            link = num.find(qn("w:abstractNumId"))
            node = abstract.get(link.get(_VAL)) if link is not None else None
            if node is not None:
                self._levels[num.get(qn("w:numId"))] = dict(map(_level, node.findall(qn("w:lvl"))))

    def of(self, paragraph: Any) -> str:
        """The number that stands before the paragraph, with a blank after it; empty for plain text."""
        properties = paragraph.find(_NUMBERED)
        if properties is None and self._styled:
            style = paragraph.find(_PARAGRAPH_STYLE)
            properties = self._styled.get(style.get(_VAL)) if style is not None else None
        link = properties.find(qn("w:numId")) if properties is not None else None
        levels = self._levels.get(link.get(_VAL)) if link is not None else None
        if levels is None or link is None:
            return ""
        at = _number(properties.find(qn("w:ilvl")), 0)
        form, words, start = levels.get(at, ("none", "", 1))
        if form == "bullet":
            return "– "
        if form not in ("decimal", "decimalZero"):
            return ""
        counts = self._counts[link.get(_VAL)]
        counts[at] = counts.get(at, start - 1) + 1
        for deeper in [level for level in counts if level > at]:
            del counts[deeper]
        for level in range(at + 1):
            words = words.replace(f"%{level + 1}", str(counts.get(level, 1)))
        return f"{words} "


def _level(node: Any) -> tuple[int, tuple[str, str, int]]:
    def value(tag: str, otherwise: str) -> str:
        found = node.find(qn(tag))
        return str(found.get(_VAL, otherwise)) if found is not None else otherwise

    at, start = node.get(qn("w:ilvl"), "0"), value("w:start", "1")
    first = int(start) if start.isdecimal() else 1
    return (int(at) if at.isdecimal() else 0), (value("w:numFmt", "decimal"), value("w:lvlText", ""), first)
