"""What hostile files do to the libraries that read them, as functions; and such files, made small."""

import io
import os
import signal
import zipfile
import zlib
from base64 import a85encode
from collections.abc import Callable
from pathlib import Path

from tasks.files.errors import DocumentRefused

Work = Callable[[], None]
MB = 1024 * 1024


def spin() -> None:
    while True:
        pass


def swell() -> None:
    kept = []
    while True:
        kept.append(bytearray(16 * MB))


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def add(left: int, *, right: int) -> int:
    return left + right


def refuse(line: str) -> None:
    raise DocumentRefused(line)


def environment() -> dict[str, str]:
    return dict(os.environ)


def write(path: Path) -> None:
    path.write_bytes(b"x")


def pdf(*filters: str, body: bytes, before: bytes = b"") -> bytes:
    """A page whose words are in ``body``, already packed; ``before`` stands in the stream's dictionary."""
    named = "/".join(filters)
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<>>>>endobj\n"
        + f"4 0 obj<</Length {len(body)}/Filter[/{named}]".encode()
        + before
        + b">>stream\n"
        + body
        + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


def zeros(size: int) -> bytes:
    return zlib.compress(b" " * size, 9)


def ascii85(packed: bytes) -> bytes:
    return a85encode(packed) + b"~>"


def run_lengths(size: int) -> bytes:
    """So many blanks by the filter that repeats one byte up to 128 times."""
    return b"\x81 " * (size // 128) + b"\x80"


def lzw(size: int) -> bytes:
    """At least so many blanks: each code stands for one blank more than the one before it."""
    bits, made = [], 0
    while made < size:
        bits += [(256, 12 if made else 9), (32, 9)]
        for code in range(258, 4090):
            bits.append((code, 9 + (code >= 511) + (code >= 1023) + (code >= 2047)))
            made += code - 256
    whole = "".join(f"{code:0{width}b}" for code, width in bits)
    whole += "0" * (-len(whole) % 8)
    return int(whole, 2).to_bytes(len(whole) // 8, "big")


def book(rows: bytes, *, sheets: int = 1, name: str = "Показатели") -> bytes:
    """An .xlsx whose sheets all hold these rows, as bytes of XML."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, sheets + 1)
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{types}.worksheet+xml"/>' for n in numbers
        )
        + "</Types>",
        "_rels/.rels": f'{head}<Relationships xmlns="{relations}">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(f'<sheet name="{name}{n if n > 1 else ""}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{relations}">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        + "</Relationships>",
    }
    sheet = f'{head}<worksheet xmlns="{main}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
        for n in numbers:
            archive.writestr(f"xl/worksheets/sheet{n}.xml", sheet)
    return out.getvalue()
