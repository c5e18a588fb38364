"""Files given as evidence: taken by what they hold, stored by their SHA-256 outside anything served, given back."""

import errno
import hashlib
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import puremagic

from models.lifecycle.transitions import File
from models.settings import Settings
from tasks.files.archives import refuse_many_entries
from tasks.files.limited import Limits, TooMuchWork, limited
from tasks.files.store import Draft, Store

CHUNK = 1024 * 1024
MB = 1024 * 1024
LONGEST_NAME = 120
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LIMITS = Limits(seconds=20, memory_mb=768, libraries=("tasks.files.active_content",))
"""Beside the file itself; a scan of twenty megabytes takes a second."""
#: What a broken archive may raise inside the readers.
UNREADABLE = (
    *(zipfile.BadZipFile, ElementTree.ParseError, zlib.error, struct.error, NotImplementedError, RuntimeError),
    *(ValueError, EOFError, KeyError, OSError, OverflowError),
)
ALLOWED_RU = "pdf, docx, xlsx, odt, ods, doc, xls, jpg, png"


class FileRefused(ValueError):
    """The file is not taken; nothing of it is kept. The text is one Russian line for the sender."""


class FilesRefused(FileRefused):
    """Of several files some are not taken, so none is kept; ``lines`` say which and why."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(" ".join(lines))
        self.lines = tuple(lines)


class NoRoom(FileRefused):
    """The disk is full; nothing of the file is kept."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file: its usual endings, the first one for a name without, and what a browser is told."""

    suffixes: tuple[str, ...]
    media_type: str


PDF = Kind((".pdf",), "application/pdf")
PNG = Kind((".png",), "image/png")
JPEG = Kind((".jpg", ".jpeg", ".jfif"), "image/jpeg")
DOC = Kind((".doc",), "application/msword")
XLS = Kind((".xls",), "application/vnd.ms-excel")
_OOXML = "application/vnd.openxmlformats-officedocument"
DOCX = Kind((".docx",), f"{_OOXML}.wordprocessingml.document")
XLSX = Kind((".xlsx",), f"{_OOXML}.spreadsheetml.sheet")
ODT = Kind((".odt",), "application/vnd.oasis.opendocument.text")
ODS = Kind((".ods",), "application/vnd.oasis.opendocument.spreadsheet")
KINDS = (PDF, DOCX, XLSX, ODT, ODS, DOC, XLS, JPEG, PNG)
ACCEPT = ",".join(suffix for kind in KINDS for suffix in kind.suffixes)
"""For the chooser of a form."""


class Incoming:
    """A file that lies beside its place, checked and safe on the disk; ``keep`` puts it there."""

    def __init__(self, file: File, store: Store, draft: Draft) -> None:
        self.file = file
        self._store, self._draft = store, draft

    def keep(self) -> None:
        """Put the file in its place: whole or not at all. The same content given before stays as it is."""
        self._store.finish(self._draft, self.file.hash, self.file.size)


@contextmanager
def incoming(settings: Settings, source: BinaryIO, name: str) -> Iterator[Incoming]:
    """Take a file from a stream; what is not kept by the end of the block is gone.

    Raises ``FileRefused``: empty, larger than ``max_file_mb``, of a type that is not taken, no room on the disk.
    """
    store = Store(settings.files)
    try:
        with store.draft() as draft:
            digest, size = _copy(source, draft.stream, limit=settings.max_file_mb)
            draft.settle()
            kind = _recognised(draft.path, size)
            file = File(hash=digest, name=plain_name(name, kind), media_type=kind.media_type, size=size)
            yield Incoming(file, store, draft)
    except OSError as full:
        if full.errno not in FULL:
            raise
        raise NoRoom(
            "На сервере закончилось место: файл не сохранён, ничего не записано. Сообщите координатору "
            "или дайте вместо файла реквизиты документа."
        ) from full


@contextmanager
def all_incoming(settings: Settings, given: Iterable[tuple[BinaryIO, str]]) -> Iterator[list[Incoming]]:
    """Take several files, each a stream and its sender's name, as ``incoming`` takes one; the same content once.

    Raises ``FilesRefused`` with a line for each that is not taken; ``NoRoom`` at once.
    """
    with ExitStack() as taken:
        found: dict[str, Incoming] = {}
        lines = []
        for source, name in given:
            try:
                file = taken.enter_context(incoming(settings, source, name))
                found.setdefault(file.file.hash, file)
            except NoRoom:
                raise
            except FileRefused as why:
                lines.append(f"«{shown_name(name) or 'без имени'}»: {why}")
        if lines:
            raise FilesRefused(lines)
        yield list(found.values())


def _recognised(path: Path, size: int) -> Kind:
    limits = replace(LIMITS, memory_mb=LIMITS.memory_mb + 4 * size // MB)
    try:
        return limited(limits, recognise, path.absolute())
    except TooMuchWork as stopped:
        raise FileRefused(
            "Файл не удалось проверить: внутри он слишком велик. Сохраните его в pdf заново."
        ) from stopped


def recognise(path: Path) -> Kind:
    """The type of a file by what it holds, whatever its name says.

    Raises ``FileRefused`` when it is of another type, or does something of its own when it is opened.
    """
    from tasks.files.active_content import Active  # its libraries are for the process that looks

    content = path.read_bytes()
    if not content:
        raise FileRefused("Файл пуст. Выберите другой.")
    try:
        kind = _kind(content)
    except Active as why:
        raise FileRefused(f"Файл не принят: {why}. Сохраните документ в pdf или без этого и приложите снова.") from why
    if kind is None:
        raise FileRefused(f"Такие файлы не принимаются. Можно: {ALLOWED_RU}. Архив распакуйте, другое сохраните в pdf.")
    return kind


def _kind(content: bytes) -> Kind | None:
    """By the first bytes, then by what is inside; raises ``Active``."""
    from tasks.files.active_content import refuse_active_pdf

    head = content[:4096]
    try:
        endings = {guess.extension for guess in puremagic.magic_string(head)}
    except puremagic.PureError:
        endings = set()
    if ".png" in endings and head[12:16] == b"IHDR":
        return PNG
    if ".jpeg" in endings:
        return JPEG
    if head.startswith(b"%PDF-"):
        refuse_active_pdf(content)
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(content)
    return _in_compound(content) if ".doc" in endings else None


def plain_name(name: str, kind: Kind) -> str:
    """The sender's name without folders and signs that deceive the eye, with the ending of what the file really is."""
    shown = shown_name(name)
    stem, dot, suffix = shown.rpartition(".")
    if dot and stem and f".{suffix.lower()}" in kind.suffixes:
        return f"{stem[:LONGEST_NAME].rstrip()}.{suffix}"
    return f"{(shown or 'файл')[:LONGEST_NAME].rstrip()}{kind.suffixes[0]}"


def shown_name(name: str) -> str:
    """The sender's name as it is told: without folders and signs that deceive the eye; may be empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Category C holds the signs that turn the direction of writing and make «exe» look like «pdf».
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    return " ".join(shown.split()).strip(". ")[:LONGEST_NAME]


def _copy(source: BinaryIO, target: BinaryIO, *, limit: int) -> tuple[str, int]:
    """Copy at most ``limit`` MB; returns the SHA-256 and the bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit * MB:
            raise FileRefused(f"Файл больше {limit} МБ. Уменьшите его или дайте ссылку на документ.")
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), size


def _in_zip(content: bytes) -> Kind | None:
    """Office files are zips; a zip that is no office file is nothing we take. Raises ``Active``."""
    from tasks.files.active_content import office_kind, refuse_active_open_document

    try:
        refuse_many_entries(content)
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
            if "mimetype" in names and "content.xml" in names:
                if packed.getinfo("mimetype").file_size > 100:
                    return None
                said = packed.read("mimetype").decode("ascii", "replace").strip()
                refuse_active_open_document(packed)
                return next((kind for kind in (ODT, ODS) if kind.media_type == said), None)
            return {"docx": DOCX, "xlsx": XLSX}.get(office_kind(packed) or "")
    except UNREADABLE:
        return None


def _in_compound(content: bytes) -> Kind | None:
    """The old binary formats and much else share one container: the names of its streams tell which it is."""
    from tasks.files.active_content import has_entry, refuse_active_compound

    for stream, kind in (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS)):
        if has_entry(content, stream):
            refuse_active_compound(content)
            return kind
    return None
