"""What in a file does something when it is opened: macros, actions, objects of other programs, parts from elsewhere.

Judged by what a program goes by, types of content, relations and keys of objects, and not by names of parts, which
anybody may choose.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from xml.etree import ElementTree

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError
from pdfminer.pdfparser import PDFParser, PDFStreamParser
from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import PSLiteral

from tasks.files.pdf_streams import Unpacked, unpacking_at_most

MB = 1024 * 1024
LARGEST_PART = 64 * MB
MACROS = "в нём макросы"
OBJECTS = "в нём объекты другой программы"
ELSEWHERE = "он обращается к другим файлам или адресам: к шаблону, рисунку, таблице"
ACTIONS = "при открытии он запускает сценарий или программу"
ENCLOSED = "в него вложены другие файлы"
LOCKED = "он защищён паролем"
TOO_LARGE = "он слишком велик внутри"
#: A piece of the name of a type, of content or of a relation, and what it means; the first that fits counts.
TYPES: tuple[tuple[str, str], ...] = (
    ("macro", MACROS),
    ("vbaproject", MACROS),
    ("vbadata", MACROS),
    ("activex", OBJECTS),
    ("oleobject", OBJECTS),
    ("/control", OBJECTS),
    ("attachedtoolbars", MACROS),
    ("attachedtemplate", ELSEWHERE),
    ("externallink", ELSEWHERE),
    ("querytable", ELSEWHERE),
    ("/connections", ELSEWHERE),
    ("spreadsheetml.connections", ELSEWHERE),
    ("subdocument", ELSEWHERE),
    ("afchunk", ENCLOSED),
)
HYPERLINK = "/hyperlink"
WORD, EXCEL = "wordprocessingml.document.main+xml", "spreadsheetml.sheet.main+xml"
_REMOTE = re.compile(r"\s*(?:[a-z][a-z0-9+.\-]*:|//|\\\\)", re.IGNORECASE)
_SCRIPTS = ("office:1.0}event-listeners", "office:1.0}script", "script:1.0}event-listener")
_LINKED = ("text:1.0}a", "drawing:1.0}a", "office:1.0}dde-source", "meta:1.0}auto-reload")
_ODF_OBJECTS = ("drawing:1.0}plugin", "drawing:1.0}applet", "drawing:1.0}floating-frame", "drawing:1.0}object-ole")
_DDE = ("office:1.0}dde-source", "text:1.0}dde-connection-decl", "table:1.0}dde-link")
#: Keys and types of PDF objects that act, or bring other files.
PDF_KEYS = {
    "JavaScript": ACTIONS,
    "JS": ACTIONS,
    "Launch": ACTIONS,
    "ImportData": ACTIONS,
    "GoToE": ACTIONS,
    "RichMedia": ACTIONS,
    "Rendition": ACTIONS,
    "XFA": ACTIONS,
    "EmbeddedFile": ENCLOSED,
    "EmbeddedFiles": ENCLOSED,
    "FileAttachment": ENCLOSED,
}
_NAME = re.compile(rb"/([^\s/<>\[\](){}%]+)")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")


class Active(Exception):
    """The file does something of its own; ``str`` is a Russian phrase that says what."""


def office_kind(archive: zipfile.ZipFile) -> str | None:
    """«docx» or «xlsx» by the type of the main part, None for anything else. Raises ``Active``.

    Raises ``ElementTree.ParseError`` and as ``zipfile`` does.
    """
    types = [value.lower() for value in _types(archive)]
    for value in types:
        _refuse_type(value)
    for part in archive.infolist():
        # Left behind with neither type nor relation, it is still no part of a plain document.
        if part.filename.lower().endswith("vbaproject.bin"):
            raise Active(MACROS)
        if part.filename.lower().endswith(".rels"):
            for relation in _parsed(archive, part).iter():
                _refuse_relation(relation)
    for main, kind in ((WORD, "docx"), (EXCEL, "xlsx")):
        if any(value.endswith(main) for value in types):
            return kind
    return None


def _types(archive: zipfile.ZipFile) -> Iterator[str]:
    for part in archive.infolist():
        # One may stand there twice: programs do not agree which of them counts.
        if part.filename.lower() == "[content_types].xml":
            for entry in _parsed(archive, part).iter():
                yield entry.get("ContentType", "")


def _refuse_type(value: str) -> None:
    for piece, meaning in TYPES:
        if piece in value:
            raise Active(meaning)


def _refuse_relation(relation: ElementTree.Element) -> None:
    kind = relation.get("Type", "").lower()
    _refuse_type(kind)
    if relation.get("TargetMode", "").strip().lower() == "external" and not kind.endswith(HYPERLINK):
        raise Active(ELSEWHERE)


def refuse_active_open_document(archive: zipfile.ZipFile) -> None:
    """Look through the parts of an .odt or .ods. Raises ``Active`` and as ``office_kind`` does."""
    for part in archive.infolist():
        top = part.filename.replace("\\", "/").lstrip("/").partition("/")[0].lower()
        if top in ("basic", "scripts", "dialogs"):
            raise Active(MACROS)
        if part.filename.lower().endswith(".xml"):
            for element in _parsed(archive, part).iter():
                _refuse_element(element)


def _refuse_element(element: ElementTree.Element) -> None:
    if element.tag.endswith(_SCRIPTS):
        raise Active(MACROS)
    if element.tag.endswith(_ODF_OBJECTS):
        raise Active(OBJECTS)
    if element.tag.endswith(_DDE):
        raise Active(ELSEWHERE)
    path = element.get("{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}full-path", "").lower()
    if path.startswith(("basic/", "scripts/")):
        raise Active(MACROS)
    target = element.get("{http://www.w3.org/1999/xlink}href", "")
    if target.lower().startswith(("vnd.sun.star.script:", "macro:", "javascript:")):
        raise Active(MACROS)
    if _REMOTE.match(target) and not element.tag.endswith(_LINKED):
        raise Active(ELSEWHERE)


def _parsed(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> ElementTree.Element:
    if part.file_size > LARGEST_PART:
        raise Active(TOO_LARGE)
    return ElementTree.fromstring(archive.read(part))


def refuse_active_compound(content: bytes) -> None:
    """Macros of the old binary formats: by the storages that hold them, and sheets of macros. Raises ``Active``."""
    for storage in ("_VBA_PROJECT_CUR", "_VBA_PROJECT", "Macros", "VBA"):
        if has_entry(content, storage):
            raise Active(MACROS)
    # A record of a sheet: its size, its place, hidden or not, its kind (1: of macros), the length of its name.
    for found in re.finditer(rb"\x85\x00(.)\x00....[\x00-\x02]\x01(.)[\x00\x01]", content, re.DOTALL):
        size, letters = found[1][0], found[2][0]
        if letters and size in (8 + letters, 8 + 2 * letters):
            raise Active(MACROS)


def has_entry(content: bytes, name: str) -> bool:
    """Whether the directory of an old binary file has the name: 64 bytes, zero-filled, on a multiple of 128."""
    entry = name.encode("utf-16-le").ljust(64, b"\0")
    at = content.find(entry)
    while at != -1:
        if at % 128 == 0:
            return True
        at = content.find(entry, at + 1)
    return False


def refuse_active_pdf(content: bytes) -> None:
    """Look at every object of a PDF, in streams of objects too, and at what a broken one has between them.

    Raises ``Active``.
    """
    try:
        with warnings.catch_warnings(), unpacking_at_most():
            warnings.simplefilter("ignore")  # what the library says of damage
            for name in chain(_names_outside_streams(content), _names_of_objects(content)):
                _refuse_name(name)
    except Unpacked as swollen:
        raise Active(TOO_LARGE) from swollen
    except PDFEncryptionError as locked:
        raise Active(LOCKED) from locked


def _refuse_name(name: str) -> None:
    if name in PDF_KEYS:
        raise Active(PDF_KEYS[name])


def _names_outside_streams(content: bytes) -> Iterator[str]:
    """What stands in the file itself and in its streams of objects, whether or not a table of the file lists them.

    What only looks like a name, in the bytes of a picture, is left out.
    """
    at = 0
    while (found := _STREAM.search(content, at)) is not None:
        piece = content[at : found.start()]
        names = set(_names(piece))
        yield from names
        end = content.find(b"endstream", found.end())
        if "ObjStm" in names:
            yield from _names(_unpacked(piece, content[found.end() : end if end != -1 else None]))
        # Of one that never ends the rest is looked at as it stands.
        at = end if end != -1 else found.end()
    yield from _names(content[at:])


def _unpacked(before: bytes, packed: bytes) -> bytes:
    """A stream by the dictionary that stands last before it; nothing when it cannot be told."""
    try:
        _, described = PDFStreamParser(before[before.rindex(b"obj") + 3 :]).nextobject()
        return PDFStream(described, packed).get_data() if isinstance(described, dict) else b""
    except Exception:
        return b""


def _names(piece: bytes) -> Iterator[str]:
    for found in _NAME.finditer(piece):
        name = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes((int(code[1], 16),)), found[1])
        yield name.decode("latin-1")


def _names_of_objects(content: bytes) -> Iterator[str]:
    """By the tables of the file, with what is encrypted so that anybody may read it."""
    try:
        document = PDFDocument(PDFParser(io.BytesIO(content)))
    except PDFEncryptionError:
        raise
    except Exception:  # no reader opens it either, and what stands in it has been looked at
        return
    for number in sorted({number for table in document.xrefs for number in table.get_objids()}):
        try:
            found = document.getobj(number)
        except Exception:
            continue
        yield from _names_in(found)
    for trailer in (table.get_trailer() for table in document.xrefs):
        yield from _names_in(trailer)


def _names_in(found: Any) -> Iterator[str]:
    waiting: list[Any] = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, PDFStream):
            value = value.attrs
        if isinstance(value, dict):
            yield from _texts(value.keys())
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, PSLiteral):
            yield from _texts((value.name,))


def _texts(names: Iterable[object]) -> Iterator[str]:
    for name in names:
        yield name.decode("latin-1") if isinstance(name, bytes) else str(name)
