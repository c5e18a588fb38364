"""A file of an order becomes the neutral form; what cannot be read is refused in one Russian line."""

import codecs
import logging
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from roadmap.catalogue.file import MB, NotTaken, read_file
from roadmap.documents.neutral import Document, Paragraph, together
from roadmap.documents.plain_text import from_text
from tasks.documents.bundle import unpacked
from tasks.documents.kinds import Kind, kind_of, suffix_of
from tasks.documents.office import converted, is_for_office
from tasks.files.archives import Swollen
from tasks.files.errors import DocumentRefused
from tasks.files.limited import Limits, TooMuchWork, limited

LARGEST = 50 * 1024 * 1024
FEWEST_SECONDS, SECONDS_PER_MB, MOST_SECONDS = 20, 20, 60
"""A page takes a tenth or a fifth of a second, and 5 KB at least: what is small has few, whatever it unpacks to."""
MEMORY_MB = 1024
MOST_LETTERS = 2_000_000
MOST_ROWS = 100_000
"""Paragraphs, and rows of tables. What an order says is read word by word: a book of ten volumes is none."""
#: (module, function) by kind: the libraries behind each take longer to load than a short order to read.
_READERS: dict[Kind, tuple[str, str]] = {
    "docx": ("tasks.documents.docx.reading", "from_docx"),
    "xlsx": ("tasks.documents.xlsx.reading", "from_xlsx"),
    "pdf": ("tasks.documents.pdf.reading", "from_pdf"),
    "html": ("tasks.documents.html.reading", "from_html"),
    "mht": ("tasks.documents.mht", "from_mht"),
}
KNOWN_RU = ".docx, .docm, .xlsx, .pdf, .html, .mht, .txt, .zip с ними, а с LibreOffice — .doc, .rtf, .odt, .ods, .xls"
_REFUSED: dict[Kind, str] = {
    "locked": "файл защищён паролем — снимите пароль и повторите",
    "compound": "старый формат Office, который не читается — сохраните документ как .docx или .doc",
    "image": "это изображение без текста — распознайте его и сохраните как .docx",
    "archive": "такой архив не читается — распакуйте его или соберите .zip",
}

log = logging.getLogger(__name__)


def read_document(path: Path) -> Document:
    """The document in the file, whatever its name says it is; an archive is its documents one after another.

    Raises ``DocumentRefused`` for whatever keeps it from being read.
    """
    content = _content(path)
    document = _read(content, path.name)
    _refuse_endless(document)
    return document


def _read(content: bytes, name: str, *, packed: bool = False) -> Document:
    try:
        kind = kind_of(content, name)
        if is_for_office(kind):
            content, kind = converted(content, kind, name)
        if kind == "zip":
            return _bundle(content, name, packed=packed)
        module, _ = _READERS.get(kind, ("", ""))
        return limited(_limits(len(content), module), _parsed, content, name, kind)
    except Swollen as error:
        raise DocumentRefused(f"{name}: {error} — удалите из него рисунки и вложения") from error
    except TooMuchWork as stopped:
        raise DocumentRefused(
            f"{name}: на чтение файла уходит слишком много времени или памяти — "
            "сохраните его заново или оставьте только приказ с приложениями"
        ) from stopped


def _bundle(content: bytes, name: str, *, packed: bool) -> Document:
    """Each document of an archive as it is read by itself; one that cannot be read keeps all from being read."""
    if packed:
        raise DocumentRefused(f"{name}: архив в архиве — распакуйте его")
    documents = limited(_limits(len(content), "tasks.documents.bundle"), unpacked, content, name)
    try:
        whole = together([_read(inside, inner, packed=True) for inner, inside in documents])
    except DocumentRefused as refused:
        raise DocumentRefused(f"{name}: {refused}") from refused
    return replace(whole, name=name)


def _limits(size: int, module: str) -> Limits:
    seconds = min(MOST_SECONDS, FEWEST_SECONDS + SECONDS_PER_MB * size // MB)
    return Limits(seconds=seconds, memory_mb=MEMORY_MB, libraries=(module,) if module else ())


def _parsed(content: bytes, name: str, kind: Kind) -> Document:
    if kind == "txt":
        return from_text(_decoded(content, name), name)
    if kind in _REFUSED:
        raise DocumentRefused(f"{name}: {_REFUSED[kind]}")
    if kind not in _READERS:
        suffix = suffix_of(name) or "без расширения"
        raise DocumentRefused(f"{name}: формат «{suffix}» не читается — нужен один из: {KNOWN_RU}")
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
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise DocumentRefused(f"{name}: это не текст — сохраните документ как .docx или .txt в UTF-8")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentRefused(f"{name}: кодировка не распознана — сохраните файл в UTF-8")
