"""Tables that coordinators fill in, .xlsx or .csv, as rows of cells; and the writing of forms to fill in."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from roadmap.catalogue.file import NotTaken, read_file
from tasks.files.archives import Swollen, refuse_swollen_workbook
from tasks.files.errors import DocumentRefused
from tasks.files.limited import Limits, TooMuchWork, limited

Cell = str | date | int | float | None
LARGEST = 20 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 20_000, 60
MOST_ROWS_OF_A_BOOK = 200_000
"""All its sheets; of the first so many are read as ``MOST_ROWS``, the empty ones at its end do not count."""
LIMITS = Limits(seconds=20, memory_mb=1024)
"""The largest table that is taken needs a third of it."""
TOO_MUCH = "на чтение таблицы уходит слишком много времени или памяти — оставьте в файле только нужные строки"
CSV_ENCODINGS = ("utf-8-sig", "cp1251")


def read_rows(path: Path) -> list[tuple[Cell, ...]]:
    """The rows of the first sheet, the first row first; ``DocumentRefused`` names the file and the remedy."""
    too_large = f"файл больше {LARGEST // 2**20} МБ — оставьте в нём только таблицу"
    try:
        content = read_file(path, most=LARGEST, too_large=too_large)
    except NotTaken as error:
        raise DocumentRefused(f"{path.name}: {error}") from error
    except OSError as error:
        raise DocumentRefused(f"{path.name}: файл не читается ({error.strerror}) — проверьте путь {path}") from error
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise DocumentRefused(f"{path.name}: нужен файл .xlsx или .csv — сохраните таблицу в одном из них")
    try:
        rows = limited(LIMITS, read, content, path.name)
    except TooMuchWork as stopped:
        raise DocumentRefused(f"{path.name}: {TOO_MUCH}") from stopped
    if not rows:
        raise DocumentRefused(f"{path.name}: таблица пуста — в первой строке нужны заголовки столбцов")
    return rows


def address(row: int, column: int) -> str:
    """«D5» for the fifth row and the fourth column, both from 1."""
    return f"{get_column_letter(column)}{row}"


def _xlsx(content: bytes, name: str) -> list[tuple[Cell, ...]]:
    try:
        refuse_swollen_workbook(content, most_rows=MOST_ROWS_OF_A_BOOK)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows: list[tuple[Cell, ...]] = []
        for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
            rows.append(tuple(map(_plain, row)))
            if len(rows) > MOST_ROWS:
                raise DocumentRefused(f"{name}: больше {MOST_ROWS} строк — разделите таблицу")
        book.close()
    except Swollen as error:
        raise DocumentRefused(f"{name}: {error} — разделите таблицу") from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError, TypeError) as error:
        if isinstance(error, DocumentRefused):
            raise
        raise DocumentRefused(f"{name}: файл не читается как .xlsx — откройте и сохраните его заново") from error
    return _without_tail(rows)


def _plain(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, str | date | int | float):
        return value
    return str(value)


def _csv(content: bytes, name: str) -> list[tuple[Cell, ...]]:
    for encoding in CSV_ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DocumentRefused(f"{name}: файл не в кодировке UTF-8 или Windows-1251 — сохраните его в UTF-8")
    if "\0" in text:
        raise DocumentRefused(f"{name}: это не текст — сохраните таблицу как .csv в UTF-8")
    head = text.split("\n", 1)[0]
    delimiter = max(";\t,", key=head.count)
    try:
        cut = (tuple(row[:MOST_COLUMNS]) for row in csv.reader(io.StringIO(text), delimiter=delimiter))
        rows: list[tuple[Cell, ...]] = list(islice(cut, MOST_ROWS + 1))
    except csv.Error as error:
        raise DocumentRefused(f"{name}: строки не читаются ({error}) — сохраните таблицу как .csv заново") from error
    if len(rows) > MOST_ROWS:
        raise DocumentRefused(f"{name}: больше {MOST_ROWS} строк — разделите таблицу")
    return _without_tail(rows)


_READERS = {".xlsx": _xlsx, ".csv": _csv}


def _without_tail(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Without the empty rows that formatting leaves at the end."""
    while rows and all(cell is None or not str(cell).strip() for cell in rows[-1]):
        rows.pop()
    return rows


def write_form(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a form of one sheet, the whole file or nothing; ``DocumentRefused`` when it cannot be written there."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title[:31]
    sheet.append(list(header))
    for row in rows:
        sheet.append([_safe(cell) for cell in row])
    for number, words in enumerate(header, start=1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.cell(1, number).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = 34 if number == 1 else max(16, len(words) * 0.8)
        for cells in sheet.iter_rows(min_row=2, min_col=number, max_col=number):
            if isinstance(cells[0].value, date):
                cells[0].number_format = "DD.MM.YYYY"
    sheet.freeze_panes = "B2"
    part = path.with_name(f".{path.name}.part")
    try:
        book.save(part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DocumentRefused(f"{path}: сюда не записать ({error.strerror}) — проверьте папку и права") from error


def _safe(cell: Cell) -> Cell:
    """Words that begin like a formula stay words."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@" else cell
