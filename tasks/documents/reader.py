"""A file of an order becomes the neutral form; what cannot be read is refused in one Russian line."""

import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from roadmap.catalogue.file import MB, NotTaken, read_file
from roadmap.documents.neutral import Document, Paragraph
from roadmap.documents.plain_text import from_text
from tasks.files.errors import DocumentRefused
from tasks.files.limited import Limits, TooMuchWork, limited

LARGEST = 50 * 1024 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FEWEST_SECONDS, SECONDS_PER_MB, MOST_SECONDS = 20, 20, 60
"""A page takes a tenth or a fifth of a second, and 5 KB at least: what is small has few, whatever it unpacks to."""
MEMORY_MB = 1536
MOST_LETTERS = 2_000_000
MOST_ROWS = 100_000
"""Paragraphs, and rows of tables. What an order says is read word by word: a book of ten volumes is none."""
#: (module, function) by suffix: the libraries behind each take longer to load than a short order to read.
_READERS = {
    ".docx": ("tasks.documents.docx", "from_docx"),
    ".pdf": ("tasks.documents.pdf", "from_pdf"),
    ".html": ("tasks.documents.html", "from_html"),
    ".htm": ("tasks.documents.html", "from_html"),
}
_KNOWN = ".docx, .pdf, .html, .txt"

log = logging.getLogger(__name__)


def read_document(path: Path) -> Document:
    """The document in the file; raises ``DocumentRefused`` for whatever keeps it from being read."""
    content, kind = _content(path), path.suffix.casefold()
    module, _ = _READERS.get(kind, ("", ""))
    try:
        document = limited(_limits(len(content), module), _parsed, content, path.name, kind)
    except TooMuchWork as stopped:
        raise DocumentRefused(
            f"{path.name}: на чтение файла уходит слишком много времени или памяти — "
            "сохраните его заново или оставьте только приказ с приложениями"
        ) from stopped
    _refuse_endless(document)
    return document


def _limits(size: int, module: str) -> Limits:
    seconds = min(MOST_SECONDS, FEWEST_SECONDS + SECONDS_PER_MB * size // MB)
    return Limits(seconds=seconds, memory_mb=MEMORY_MB, libraries=(module,) if module else ())


def _parsed(content: bytes, name: str, kind: str) -> Document:
    if content.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise DocumentRefused(f"{name}: файл защищён паролем — снимите пароль и повторите")
        raise DocumentRefused(f"{name}: старый формат Word (.doc) — сохраните документ как .docx")
    if kind == ".txt":
        return from_text(_decoded(content, name), name)
    if kind not in _READERS:
        raise DocumentRefused(f"{name}: формат «{kind or 'без расширения'}» не читается — нужен один из: {_KNOWN}")
    module, function = _READERS[kind]
    reader: Callable[[bytes, str], Document] = getattr(import_module(module), function)
    try:
        return reader(content, name)
    except DocumentRefused:
        raise
    except Exception as error:  # a damaged file may break a library anywhere; the cause stays in the log
        log.debug("could not read %s", name, exc_info=True)
        raise DocumentRefused(f"{name}: файл повреждён или записан с ошибками — сохраните его заново") from error


def _refuse_endless(document: Document) -> None:
    rows = letters = 0
    for block in document.blocks:
        cells = [(block.text,)] if isinstance(block, Paragraph) else [row.cells for row in block.rows]
        rows += len(cells)
        letters += sum(len(cell) for row in cells for cell in row)
    if rows > MOST_ROWS or letters > MOST_LETTERS:
        raise DocumentRefused(f"{document.name}: текста больше, чем бывает в приказе — оставьте приказ с приложениями")


def _content(path: Path) -> bytes:
    too_large = "файл больше 50 МБ — удалите из него рисунки или разделите на части"
    try:
        content = read_file(path, most=LARGEST, too_large=too_large)
    except NotTaken as error:
        raise DocumentRefused(f"{path.name}: {error}") from error
    except IsADirectoryError as error:
        raise DocumentRefused(f"{path.name}: это папка — укажите файл документа") from error
    except FileNotFoundError as error:
        raise DocumentRefused(f"{path.name}: файла нет — проверьте путь {path}") from error
    except OSError as error:
        raise DocumentRefused(f"{path.name}: файл не читается — проверьте права на {path}") from error
    if not content:
        raise DocumentRefused(f"{path.name}: файл пуст")
    return content


def _decoded(content: bytes, name: str) -> str:
    if b"\0" in content:
        raise DocumentRefused(f"{name}: это не текст — сохраните документ как .docx или .txt в UTF-8")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentRefused(f"{name}: кодировка не распознана — сохраните файл в UTF-8")
