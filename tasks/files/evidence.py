"""Files given as evidence: taken by what they hold, stored by their SHA-256 outside anything served, given back."""

import errno
import hashlib
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

import puremagic

from models.lifecycle.transitions import File
from models.settings import Settings

CHUNK = 1024 * 1024
MB = 1024 * 1024
LONGEST_NAME = 120
UNFINISHED_SECONDS = 3600
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ALLOWED_RU = "pdf, docx, xlsx, odt, ods, doc, xls, jpg, png"


class FileRefused(ValueError):
    """The file is not taken; nothing of it is kept. The text is one Russian line for the sender."""


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

    def __init__(self, file: File, unfinished: Path, place: Path) -> None:
        self.file = file
        self._unfinished, self._place = unfinished, place

    def keep(self) -> None:
        """Put the file in its place: whole or not at all. The same content given before stays as it is."""
        _make_folder(self._place.parent)
        if self._place.exists() and self._place.stat().st_size == self.file.size:
            return
        os.replace(self._unfinished, self._place)
        _sync_folder(self._place.parent)


@contextmanager
def incoming(settings: Settings, source: BinaryIO, name: str) -> Iterator[Incoming]:
    """Take a file from a stream; what is not kept by the end of the block is gone.

    Raises ``FileRefused``: empty, larger than ``max_file_mb``, of a type that is not taken, no room on the disk.
    """
    unfinished: Path | None = None
    try:
        _make_folder(settings.files)
        descriptor, path = mkstemp(prefix="unfinished-", dir=settings.files)
        unfinished = Path(path)
        with os.fdopen(descriptor, "wb") as target:
            digest, size = _copy(source, target, limit=settings.max_file_mb)
        kind = recognise(unfinished)
        file = File(hash=digest, name=plain_name(name, kind), media_type=kind.media_type, size=size)
        yield Incoming(file, unfinished, stored_at(settings, digest))
    except OSError as full:
        if full.errno not in FULL:
            raise
        raise NoRoom(
            "На сервере закончилось место: файл не сохранён, ничего не записано. Сообщите координатору "
            "или дайте вместо файла реквизиты документа."
        ) from full
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def sweep_unfinished(settings: Settings, *, at: datetime) -> int:
    """Remove what a crash left half-taken more than an hour ago; returns how many files."""
    old = [
        path
        for path in settings.files.glob("unfinished-*")
        if at.timestamp() - path.stat().st_mtime > UNFINISHED_SECONDS
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def stored_at(settings: Settings, digest: str) -> Path:
    """Where the content of a SHA-256 lies: «files/ab/cdef…». The digest is our own, never a sender's word."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError("not a SHA-256")
    return settings.files / digest[:2] / digest[2:]


def recognise(path: Path) -> Kind:
    """The type of a file by what it holds, whatever its name says. Raises ``FileRefused`` when it is not taken."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileRefused("Файл пуст. Выберите другой.")
    try:
        endings = {guess.extension for guess in puremagic.magic_string(head)}
    except puremagic.PureError:
        endings = set()
    kind = None
    if ".png" in endings and head[12:16] == b"IHDR":
        kind = PNG
    elif ".jpeg" in endings:
        kind = JPEG
    elif head.startswith(b"%PDF-"):
        kind = PDF
    elif head.startswith(b"PK\x03\x04"):
        kind = _in_zip(path)
    elif ".doc" in endings:
        kind = _in_compound(path)
    if kind is None:
        raise FileRefused(f"Такие файлы не принимаются. Можно: {ALLOWED_RU}. Архив распакуйте, другое сохраните в pdf.")
    return kind


def plain_name(name: str, kind: Kind) -> str:
    """The sender's name without folders and signs that deceive the eye, with the ending of what the file really is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Category C holds the signs that turn the direction of writing and make «exe» look like «pdf».
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    shown = " ".join(shown.split()).strip(". ")
    stem, dot, suffix = shown.rpartition(".")
    if dot and stem and f".{suffix.lower()}" in kind.suffixes:
        return f"{stem[:LONGEST_NAME].rstrip()}.{suffix}"
    return f"{(shown or 'файл')[:LONGEST_NAME].rstrip()}{kind.suffixes[0]}"


def _copy(source: BinaryIO, target: BinaryIO, *, limit: int) -> tuple[str, int]:
    """Copy at most ``limit`` MB, to the disk itself; returns the SHA-256 and the bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit * MB:
            raise FileRefused(f"Файл больше {limit} МБ. Уменьшите его или дайте ссылку на документ.")
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def _in_zip(path: Path) -> Kind | None:
    """Office files are zips; a zip that is no office file, or carries macros, is nothing we take."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            if "mimetype" in names and "content.xml" in names:
                if packed.getinfo("mimetype").file_size > 100:
                    return None
                said = packed.read("mimetype").decode("ascii", "replace").strip()
                return next((kind for kind in (ODT, ODS) if kind.media_type == said), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None


def _in_compound(path: Path) -> Kind | None:
    """The old binary formats and much else share one container: the names of its streams tell which it is."""
    content = path.read_bytes()
    for stream, kind in (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS)):
        # A directory entry is 64 bytes of name, zero-filled, and stands on a multiple of 128.
        entry = stream.encode("utf-16-le").ljust(64, b"\0")
        at = content.find(entry)
        while at != -1:
            if at % 128 == 0:
                return kind
            at = content.find(entry, at + 1)
    return None


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
