"""What a file is by what it holds; its name decides only where the content says nothing."""

import io
import re
import zipfile
import zlib
from pathlib import PurePath
from typing import Literal

from tasks.files.archives import refuse_many_entries

Kind = Literal[
    "docx", "xlsx", "pdf", "html", "mht", "txt", "zip", "odt", "ods", "rtf", "doc", "xls", "xml",
    "locked", "compound", "image", "archive", "unknown",
]  # fmt: skip

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8", b"BM")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|table)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_OFFICE_XML = re.compile(r"<\?mso-application|<w:wordDocument|<pkg:package|<office:document")
_LETTER = re.compile(r"(?:mime-version|from|content-type)\s*:", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_HEAD = 8192
_TEXTS = ("", ".txt", ".text", ".md")
FEWEST_LETTERS = 20


def suffix_of(name: str) -> str:
    """The ending of a name in small letters, with its dot; empty where there is none."""
    return PurePath(name).suffix.casefold()


def kind_of(content: bytes, name: str) -> Kind:
    """The kind of a file. Raises ``Swollen`` for an archive of too many entries."""
    if content.startswith(b"PK"):
        return _in_zip(content) if content.startswith((b"PK\x03\x04", b"PK\x05\x06")) else _by_name(content, name)
    if content.startswith(_COMPOUND):
        return _in_compound(content)
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if content.startswith(_IMAGES):
        return "image"
    if content.startswith(_ARCHIVES):
        return "archive"
    return _of_text(content, name)


def _in_zip(content: bytes) -> Kind:
    """Office files are archives: their parts tell which they are. What is damaged is taken for what most are."""
    refuse_many_entries(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            said = archive.read("mimetype")[:100] if "mimetype" in names and len(names) < 5_000 else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error):
        # Damaged or locked: the reader says what is wrong with it.
        return "docx"
    if any(part.startswith("word/document") for part in names):
        return "docx"
    if any(part.startswith("xl/workbook") for part in names):
        return "xlsx"
    if b"opendocument" in said:
        return "ods" if b"spreadsheet" in said else "odt"
    return "zip"


def _in_compound(content: bytes) -> Kind:
    """The old binary formats share one container: the names of its streams tell which it is."""
    for stream, kind in (
        ("EncryptedPackage", "locked"),
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("Book", "xls"),
    ):
        if stream.encode("utf-16-le") in content:
            return kind  # type: ignore[return-value]
    return "compound"


def _of_text(content: bytes, name: str) -> Kind:
    head = content[:_HEAD].decode("utf-16" if content.startswith(_UTF16) else "utf-8", "replace").lstrip("\ufeff")
    suffix = suffix_of(name)
    if _OFFICE_XML.search(head):
        return "xml"
    if _LETTER.match(head) and ("multipart/" in head or suffix in (".mht", ".mhtml", ".eml")):
        return "mht"
    if _PAGE.match(head) or suffix in (".html", ".htm", ".xhtml"):
        return "html"
    return _by_name(content, name)


def _by_name(content: bytes, name: str) -> Kind:
    """Plain words, whatever the name; a few letters are a text only where the name says so."""
    if suffix_of(name) in _TEXTS:
        return "txt"
    if content.startswith(_UTF16):
        return "txt"
    piece = content[:_HEAD]
    text = piece.decode("cp1251" if b"\xd0" not in piece else "utf-8", "ignore")
    if _CONTROL.search(text) or sum(map(str.isalpha, text)) < FEWEST_LETTERS:
        return "unknown"
    return "txt"
