"""What an office file is as an archive: how much is in it, counted before a library unpacks it."""

import io
import re
import zipfile
from collections.abc import Iterator

MB = 1024 * 1024
LARGEST_UNPACKED = 200 * MB
MOST_ENTRIES = 5_000
MOST_SHEETS = 255
MOST_TAGS = 10_000_000
"""Of all sheets and words of a workbook: a hundred thousand rows of a dozen cells."""
CHUNK = MB
_ENTRY = b"PK\x01\x02"
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_LONGEST_TAG = 64


class Swollen(ValueError):
    """More than an office file has; ``str`` is a Russian phrase that says what there is too much of."""


def refuse_many_entries(content: bytes) -> None:
    """Counted in the bytes: a list of the entries would be made of all of them. Raises ``Swollen``."""
    if content.count(_ENTRY) > MOST_ENTRIES:
        raise Swollen(f"в файле больше {MOST_ENTRIES} частей")


def refuse_swollen_workbook(content: bytes, *, most_rows: int) -> None:
    """Count sheets, rows and cells of an .xlsx as they are, whatever they say of themselves. Raises ``Swollen``.

    Rows are counted over all sheets. Raises as ``zipfile`` does for what is no archive.
    """
    refuse_many_entries(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise Swollen("таблица слишком велика")
        sheets = [part for part in parts if "sheets/" in part.filename and part.filename.endswith(".xml")]
        if len(sheets) > MOST_SHEETS:
            raise Swollen(f"больше {MOST_SHEETS} листов")
        rows = tags = 0
        for part in parts:
            for piece, new in _pieces(archive, part):
                tags += new.count(b"<")
                rows += sum(1 for _ in _ROW.finditer(piece))
                if rows > most_rows:
                    raise Swollen(f"больше {most_rows} строк")
                if tags > MOST_TAGS:
                    raise Swollen("слишком много ячеек")


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, bytes]]:
    """A part bit by bit: what was new, and the same with the tag before it that may have been cut."""
    left = b""
    with archive.open(part) as file:
        while new := file.read(CHUNK):
            piece = left + new
            at = piece.rfind(b"<")
            left = piece[at:] if at != -1 and len(piece) - at < _LONGEST_TAG else b""
            yield piece[: len(piece) - len(left)], new
    yield left, b""
