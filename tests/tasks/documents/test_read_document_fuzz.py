"""Damaged files of every kind are read or refused in one line; what is read stays accounted for."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path

import pytest
from docx import Document as new_docx
from openpyxl import Workbook
from reportlab.lib import pagesizes
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from roadmap.documents.draft import draft
from roadmap.documents.importer import find
from tasks.documents.reader import read_document
from tasks.files.errors import DocumentRefused

HEAD = ("ПРИКАЗ", "от 12.01.2027 № 15", "План мероприятий Краснодарского края на 2027 год")
ROWS = (
    ("№ п/п", "Мероприятие", "Ответственный", "Срок"),
    *((str(n), f"Семинар {n}", "институт", "май 2027 г.") for n in range(1, 5)),
)
TAGS = (
    "<table>",
    "</table>",
    "<tr>",
    "<td rowspan=9999>",
    "<td colspan=-1>",
    "</td>",
    "<!--",
    "<script>",
    "&#0;",
    "<p",
)
XML = (
    '<w:gridSpan w:val="999999999"/>',
    '<w:vMerge w:val="continue"/>',
    "<w:tr/>",
    "<w:tbl/>",
    "</w:tc><w:tc>",
    "<w:p/>",
    '<w:ilvl w:val="-1"/>',
    "&amp;&#1;",
)


WORD_PARTS = ("word/document.xml", "word/numbering.xml", "word/styles.xml")
SHEET_PARTS = ("sheet1.xml", "sharedStrings.xml", "xl/styles.xml", "workbook.xml")
SHEET_XML = (
    '<row r="1048576" hidden="1"/>',
    '<c r="XFD9" t="s"><v>99999</v></c>',
    '<c t="d"><v>2027-13-45</v></c>',
    "<mergeCell ref='A1:XFD1048576'/>",
    '<col min="1" max="16384" hidden="1"/>',
    "</row><row>",
    "<f>A1</f>",
    "&amp;&#1;",
)


def docx() -> bytes:
    document = new_docx()
    for text in HEAD:
        document.add_paragraph(text)
    table = document.add_table(rows=0, cols=4)
    for words in ROWS:
        for cell, text in zip(table.add_row().cells, words, strict=True):
            cell.text = text
    table.cell(1, 2).merge(table.cell(3, 2))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for text in HEAD:
        sheet.append([text])
    for words in ROWS:
        sheet.append(words)
    sheet.merge_cells("C5:C7")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def mht() -> bytes:
    message = EmailMessage()
    message.set_content(html().decode(), subtype="html")
    message.add_related(b"\x89PNG", "image", "png")
    return message.as_bytes()


def bundle() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Приказ.docx", docx())
        archive.writestr("План.txt", txt())
    return out.getvalue()


def html() -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in words) + "</tr>" for words in ROWS)
    return ("".join(f"<p>{text}</p>" for text in HEAD) + f"<table>{rows}</table>").encode()


def txt() -> bytes:
    return ("\n\n".join(HEAD) + "\n\n" + "\n".join("\t".join(words) for words in ROWS)).encode()


def pdf(*, ruled: bool, packed: int = 1) -> bytes:
    if "Geist" not in pdfmetrics.getRegisteredFontNames():
        font = files("prefect.server").joinpath("ui-v2", "fonts", "Geist-VariableFont_wght.ttf")
        pdfmetrics.registerFont(TTFont("Geist", io.BytesIO(font.read_bytes())))
    style = ParagraphStyle("words", fontName="Geist", fontSize=10)
    cells = [[Paragraph(text, style) for text in words] for words in ROWS]
    lines = [("GRID", (0, 0), (-1, -1), 1, "black")] if ruled else []
    out = io.BytesIO()
    story = [*(Paragraph(text, style) for text in HEAD), Table(cells, colWidths=(50, 150, 90, 90), style=lines)]
    SimpleDocTemplate(out, pagesize=pagesizes.A5, pageCompression=packed).build(story)
    return out.getvalue()


def flipped(whole: bytes, chance: random.Random) -> bytes:
    """Single bytes changed in their places, or pieces changed, lost or doubled; now and then the end is missing."""
    content = bytearray(whole)
    if chance.random() < 0.5:
        for _ in range(chance.randrange(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        return bytes(content)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(content))
        content[at : at + chance.randrange(40)] = chance.randbytes(chance.randrange(20))
    return bytes(content[: chance.randrange(len(content))] if chance.random() < 0.3 else content)


def torn_xml(whole: bytes, chance: random.Random) -> bytes:
    """A sound archive around a document with parts put where they do not belong, or flipped bytes."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    own = [name for name in parts if name.endswith((*WORD_PARTS, *SHEET_PARTS))]
    name = chance.choice(own)
    content = parts[name].decode()
    for _ in range(chance.randrange(1, 5)):
        at = chance.choice([n for n, letter in enumerate(content) if letter == "<"])
        content = content[:at] + chance.choice(XML if "word/" in name else SHEET_XML) + content[at:]
    parts[name] = content.encode() if chance.random() < 0.7 else flipped(parts[name], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return out.getvalue()


def torn_tags(whole: bytes, chance: random.Random) -> bytes:
    content = whole.decode()
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(content))
        content = content[:at] + chance.choice(TAGS) + content[at + chance.randrange(9) :]
    return content.encode()


def moved_words(whole: bytes, chance: random.Random) -> bytes:
    """Positions in an unpacked page changed: cells slide over each other, columns run together."""
    words = whole.split(b" ")
    for _ in range(chance.randrange(1, 30)):
        at = chance.randrange(len(words))
        if words[at].replace(b".", b"").isdigit():
            words[at] = str(chance.randrange(-50, 600)).encode()
    return b" ".join(words)


Damage = Callable[[bytes, random.Random], bytes]
CASES: dict[str, tuple[str, Callable[[], bytes], Damage, int]] = {
    "docx: bytes": (".docx", docx, flipped, 150),
    "docx: the document inside": (".docx", docx, torn_xml, 60),
    "xlsx: bytes": (".xlsx", xlsx, flipped, 60),
    "xlsx: the sheet inside": (".xlsx", xlsx, torn_xml, 60),
    "mht: bytes": (".mht", mht, flipped, 60),
    "zip: bytes": (".zip", bundle, flipped, 40),
    "html: bytes": (".html", html, flipped, 80),
    "html: tags": (".html", html, torn_tags, 80),
    "txt: bytes": (".txt", txt, flipped, 80),
    "pdf with lines: bytes": (".pdf", lambda: pdf(ruled=True), flipped, 15),
    "pdf without lines: bytes": (".pdf", lambda: pdf(ruled=False), flipped, 15),
    "pdf with lines: positions": (".pdf", lambda: pdf(ruled=True, packed=0), moved_words, 15),
    "pdf without lines: positions": (".pdf", lambda: pdf(ruled=False, packed=0), moved_words, 25),
}


def damaged(case: str) -> Iterator[tuple[str, bytes]]:
    ending, build, damage, times = CASES[case]
    whole, chance = build(), random.Random(case)
    for n in range(times):
        yield f"{n}{ending}", damage(whole, chance)


@pytest.mark.parametrize("case", CASES)
def test_a_damaged_file_is_read_or_refused_in_one_line(case: str, tmp_path: Path) -> None:
    read = 0
    for name, content in damaged(case):
        path = tmp_path / name
        path.write_bytes(content)
        try:
            found = find(read_document(path))
        except DocumentRefused as refused:
            line = str(refused)
            assert line.startswith(f"{name}: "), line
            assert "\n" not in line
            continue
        read += 1
        assert found.rows == sum(found.counts.values())
        assert found.counts["item"] == sum(entry.origin == "table" for entry in found.items)
        assert all(entry.item.place for entry in found.items)
        assert draft(found)
    assert read or case in ("docx: bytes", "xlsx: bytes", "zip: bytes"), (
        "only an archive has sums that find every damage"
    )
