"""A .zip with the documents of one order: what is in it, and in which order it is read."""

import io
import re
import zipfile
from pathlib import PurePosixPath

from tasks.files.archives import MB, Swollen, refuse_many_entries
from tasks.files.errors import DocumentRefused

MOST_DOCUMENTS = 50
LARGEST_UNPACKED = 100 * MB
#: Signatures of what lies beside them, and what a system leaves in a folder.
_NO_DOCUMENTS = frozenset((".sig", ".p7s", ".sgn", ".sign", ".ds_store", ".db", ".ini"))
_UTF8_NAME = 0x800
_CHUNK = MB


def unpacked(content: bytes, name: str) -> list[tuple[str, bytes]]:
    """The documents of an archive by their names, «Приложение 2» before «Приложение 10».

    Raises ``DocumentRefused``: damaged, locked, empty, too much in it.
    """
    try:
        refuse_many_entries(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _documents(archive, name)
    except Swollen as error:
        raise DocumentRefused(f"{name}: {error} — оставьте в архиве только приказ с приложениями") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, DocumentRefused):
            raise
        raise DocumentRefused(f"{name}: архив повреждён или упакован необычно — соберите его заново") from error


def _documents(archive: zipfile.ZipFile, name: str) -> list[tuple[str, bytes]]:
    entries = [(_name(entry), entry) for entry in archive.infolist() if not entry.is_dir()]
    entries = [(inner, entry) for inner, entry in entries if _is_document(inner)]
    if not entries:
        raise DocumentRefused(f"{name}: в архиве нет документов")
    if len(entries) > MOST_DOCUMENTS:
        raise DocumentRefused(f"{name}: в архиве больше {MOST_DOCUMENTS} файлов — оставьте приказ с приложениями")
    if any(entry.flag_bits & 1 for _, entry in entries):
        raise DocumentRefused(f"{name}: архив защищён паролем — распакуйте его и дайте файлы")
    found: list[tuple[str, bytes]] = []
    left = LARGEST_UNPACKED
    for inner, entry in sorted(entries, key=lambda pair: _natural(pair[0])):
        pieces = []
        with archive.open(entry) as file:
            while piece := file.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    raise DocumentRefused(f"{name}: после распаковки больше 100 МБ — оставьте приказ с приложениями")
                pieces.append(piece)
        found.append((inner, b"".join(pieces)))
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; Russian ones are often written as Windows writes them for DOS."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp866")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _is_document(inner: str) -> bool:
    path = PurePosixPath(inner)
    hidden = path.name.startswith((".", "~$")) or "__MACOSX" in path.parts
    return not hidden and path.suffix.casefold() not in _NO_DOCUMENTS


def _natural(inner: str) -> list[tuple[int, str]]:
    return [
        (int(piece), "") if piece.isdecimal() else (0, piece) for piece in re.findall(r"\d{1,9}|\D+", inner.casefold())
    ]
