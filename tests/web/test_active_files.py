"""Files that do something of their own when they are opened are refused, however their parts are called."""

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook
from reportlab.pdfgen.canvas import Canvas

from models.settings import Settings
from tasks.files.evidence import DOCX, ODT, PDF, XLSX, FileRefused, Kind, incoming, recognise
from tests.parts import hostile

BIN = "application/vnd.openxmlformats-officedocument"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLD = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1016


def saved(document: Any) -> bytes:
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def changed(
    content: bytes, *, types: str = "", relations: str = "", part: str = "word/x.bin", data: bytes = b"x"
) -> bytes:
    """An office file with a part more, more types of content and more relations of its main part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "[Content_Types].xml":
                text = text.replace(b"</Types>", types.encode() + b"</Types>")
            if name.endswith(("document.xml.rels", "workbook.xml.rels")):
                text = text.replace(b"</Relationships>", relations.encode() + b"</Relationships>")
            new.writestr(name, text)
        new.writestr(part, data)
    return out.getvalue()


def typed(value: str, part: str = "/word/x.bin") -> str:
    return f'<Override PartName="{part}" ContentType="{value}"/>'


def related(kind: str, target: str = "x.bin", mode: str = "") -> str:
    mode = f' TargetMode="{mode}"' if mode else ""
    return f'<Relationship Id="rId900" Type="{kind}" Target="{target}"{mode}/>'


def odt(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", ODT.media_type)
        for name, content in ({"content.xml": b"<x/>"} | parts).items():
            archive.writestr(name, content)
    return packed.getvalue()


def compound(*names: str, after: bytes = b"") -> bytes:
    return OLD + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names)) + after


def pdf(*objects: str, stream: bytes = b"") -> bytes:
    listed = "\n".join(f"{n} 0 obj {one} endobj" for n, one in enumerate(objects, start=3))
    head = "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    return (head + listed).encode() + stream + b"\ntrailer<</Root 1 0 R>>\n%%EOF"


def object_stream(inside: bytes, *, name: bytes = b"/ObjStm", pack: bool = True) -> bytes:
    content = b"9 0 " + inside
    packed = zlib.compress(content) if pack else content
    head = b"\n8 0 obj<</Type%b/N 1/First 4/Length %d%b>>stream\n" % (
        name,
        len(packed),
        b"/Filter/FlateDecode" if pack else b"",
    )
    return head + packed + b"\nendstream endobj"


def scan() -> bytes:
    """A page with a picture whose bytes look like a name, and a link to a page of the web."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(50, 50, "x")
    canvas.linkURL("https://example.org", (0, 0, 100, 100))
    canvas.save()
    return out.getvalue() + b"\n9 0 obj<</Length 20>>stream\n..../JavaScript /JS .\nendstream endobj\n"


def word() -> bytes:
    return saved(Document())


def excel() -> bytes:
    return saved(Workbook())


def with_link() -> bytes:
    return changed(saved(Document()), relations=related(f"{RELATION}/hyperlink", "https://example.org", "External"))


def with_chart() -> bytes:
    """A chart brings its table with it."""
    return changed(
        saved(Document()),
        types=f'<Default Extension="xlsx" ContentType="{BIN}.spreadsheetml.sheet"/>',
        relations=related(f"{RELATION}/package", "embeddings/a.xlsx"),
        part="word/embeddings/a.xlsx",
    )


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    (
        "macros under another name",
        lambda: changed(word(), types=typed("application/vnd.ms-office.vbaProject")),
        "макросы",
    ),
    ("macros by the ending", lambda: changed(word(), types=typed("APPLICATION/vnd.ms-office.VBAPROJECT")), "макросы"),
    (
        "macros by a relation",
        lambda: changed(word(), relations=related("http://schemas.microsoft.com/office/2006/relationships/vbaProject")),
        "макросы",
    ),
    (
        "a document of the type with macros",
        lambda: changed(word(), types=typed("application/vnd.ms-word.document.macroEnabled.main+xml", "/word/a.xml")),
        "макросы",
    ),
    (
        "a sheet of old macros",
        lambda: changed(excel(), types=typed("application/vnd.ms-excel.macrosheet+xml", "/xl/a.xml"), part="xl/a.xml"),
        "макросы",
    ),
    (
        "a sheet of old macros by a relation",
        lambda: changed(
            excel(), relations=related("http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet")
        ),
        "макросы",
    ),
    (
        "a template from elsewhere",
        lambda: changed(
            word(), relations=related(f"{RELATION}/attachedTemplate", "http://evil.example/t.dotm", "External")
        ),
        "обращается",
    ),
    (
        "a picture from elsewhere",
        lambda: changed(word(), relations=related(f"{RELATION}/image", "http://evil.example/p.png", "External")),
        "обращается",
    ),
    (
        "types of content that stand there twice",
        lambda: changed(
            changed(word(), part="[content_types].xml", data=b"<Types/>"),
            types=typed("application/vnd.ms-office.vbaProject"),
        ),
        "макросы",
    ),
    ("an object", lambda: changed(word(), relations=related(f"{RELATION}/oleObject")), "объекты"),
    ("an object by its type", lambda: changed(word(), types=typed(f"{BIN}.oleObject")), "объекты"),
    ("a control", lambda: changed(word(), types=typed("application/vnd.ms-office.activeX+xml")), "объекты"),
    (
        "cells of another workbook",
        lambda: changed(excel(), types=typed(f"{BIN}.spreadsheetml.externalLink+xml", "/xl/e.xml"), part="xl/e.xml"),
        "обращается",
    ),
    ("Basic", lambda: odt(**{"Basic/Standard/Module1.xml": b"<x/>"}), "макросы"),
    (
        "a macro at the opening",
        lambda: odt(
            **{"content.xml": b'<d xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><o:event-listeners/></d>'}
        ),
        "макросы",
    ),
    (
        "a macro behind a link",
        lambda: odt(
            **{
                "content.xml": b'<a xmlns:x="http://www.w3.org/1999/xlink" '
                b'x:href="vnd.sun.star.script:S.M.x?language=Basic"/>'
            }
        ),
        "макросы",
    ),
    (
        "a picture of an odt from elsewhere",
        lambda: odt(**{"styles.xml": b'<i xmlns:x="http://www.w3.org/1999/xlink" x:href="https://evil.example/p"/>'}),
        "обращается",
    ),
    ("an old document with macros", lambda: compound("WordDocument", "Macros"), "макросы"),
    ("an old table with macros", lambda: compound("Workbook", "_VBA_PROJECT_CUR"), "макросы"),
    (
        "an old table with a sheet of macros",
        lambda: compound("Workbook", after=b"\x85\x00\x0e\x00\x01\x02\x03\x04\x00\x01\x06\x00Macro1"),
        "макросы",
    ),
    ("a script", lambda: pdf("<</S/JavaScript/JS(app.alert(1))>>"), "сценарий"),
    ("a program", lambda: pdf("<</S/Launch/F(calc.exe)>>"), "сценарий"),
    ("a name written otherwise", lambda: pdf("<</S/J#61va#53cript>>"), "сценарий"),
    ("a file inside", lambda: pdf("<</Type/EmbeddedFile>>"), "вложены"),
    ("a script in a stream of objects", lambda: pdf(stream=object_stream(b"<</S/JavaScript>>")), "сценарий"),
    (
        "a stream of objects under another spelling",
        lambda: pdf(stream=object_stream(b"<</S/Launch>>", name=b"/Obj#53tm")),
        "сценарий",
    ),
    ("a stream of objects as it is", lambda: pdf(stream=object_stream(b"<</S/#4caunch>>", pack=False)), "сценарий"),
    ("a PDF that swells", lambda: pdf(stream=object_stream(b" " * (210 * hostile.MB))), "велик"),
]
TAKEN: list[tuple[str, Callable[[], bytes], Kind]] = [
    ("a document with a link", with_link, DOCX),
    ("a document with a chart", with_chart, DOCX),
    ("a table", excel, XLSX),
    ("a text with a link", lambda: odt(**{"content.xml": b"<x/>", "Pictures/a.png": b"x"}), ODT),
    ("a scan with bytes like a name", scan, PDF),
]


@pytest.mark.parametrize(("make", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_acts_of_its_own_is_refused(tmp_path: Path, make: Callable[[], bytes], why: str) -> None:
    settings = Settings(data=tmp_path)
    with (
        pytest.raises(FileRefused, match=f"^Файл не принят: .*{why}"),
        incoming(settings, io.BytesIO(make()), "a.docx"),
    ):
        pytest.fail("it was taken")
    assert list(settings.files.iterdir()) == []


@pytest.mark.parametrize(("make", "kind"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_what_only_looks_so_is_taken(tmp_path: Path, make: Callable[[], bytes], kind: Kind) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(make())
    assert recognise(path) == kind


def test_an_archive_of_many_entries_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        for n in range(6_000):
            archive.writestr(f"word/{n}.xml", "")
    with pytest.raises(FileRefused):
        recognise(tmp_path / "a")
