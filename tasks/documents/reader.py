"""A file of an order becomes the neutral form; what cannot be read is refused in one Russian line."""

import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from roadmap.documents.neutral import Document
from roadmap.documents.plain_text import from_text
from tasks.files.errors import DocumentRefused

LARGEST = 50 * 1024 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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
    if content.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise DocumentRefused(f"{path.name}: файл защищён паролем — снимите пароль и повторите")
        raise DocumentRefused(f"{path.name}: старый формат Word (.doc) — сохраните документ как .docx")
    if kind == ".txt":
        return from_text(_decoded(content, path.name), path.name)
    if kind not in _READERS:
        raise DocumentRefused(f"{path.name}: формат «{kind or 'без расширения'}» не читается — нужен один из: {_KNOWN}")
    module, function = _READERS[kind]
    reader: Callable[[bytes, str], Document] = getattr(import_module(module), function)
    try:
        return reader(content, path.name)
    except DocumentRefused:
        raise
    except Exception as error:  # a damaged file may break a library anywhere; the cause stays in the log
        log.debug("could not read %s", path, exc_info=True)
        raise DocumentRefused(f"{path.name}: файл повреждён или записан с ошибками — сохраните его заново") from error


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DocumentRefused(f"{path.name}: это папка — укажите файл документа")
        if path.stat().st_size > LARGEST:
            raise DocumentRefused(f"{path.name}: файл больше 50 МБ — удалите из него рисунки или разделите на части")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DocumentRefused(f"{path.name}: файла нет — проверьте путь {path}") from error
    except (OSError, ValueError) as error:
        if isinstance(error, DocumentRefused):
            raise
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
