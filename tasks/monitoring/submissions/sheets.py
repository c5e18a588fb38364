"""Draws the .xlsx form of a round and reads the cells of a filled one."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from roadmap.monitoring import workbook
from roadmap.monitoring.indicators.submission import Typed, takes_denominator
from roadmap.monitoring.workbook import ANSWERS, HEADER, HEADER_ROW, HIDDEN, SHEET, Form, address
from tasks.files.archives import Swollen, refuse_swollen_workbook
from tasks.files.errors import DocumentRefused
from tasks.files.limited import TooMuchWork, limited
from tasks.files.spreadsheets import LARGEST, LIMITS, MOST_ROWS_OF_A_BOOK, TOO_MUCH

MOST_ROWS = 100_000
#: What a broken or hostile file may raise inside the reader.
UNREADABLE = (
    *(zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError, TypeError, AttributeError),
    *(SyntaxError, EOFError, NotImplementedError, RuntimeError, zlib.error, struct.error, OverflowError),
)
WIDTHS = {
    workbook.NAME: 24,
    workbook.NUMBER: 5,
    workbook.TITLE: 52,
    workbook.TARGET: 30,
    workbook.UNIT: 9,
    workbook.WHAT: 30,
    workbook.FIRST: 13,
    workbook.OF: 30,
    workbook.SECOND: 13,
    workbook.REASON: 34,
    workbook.LAST: 30,
}
_THIN = Side(style="thin", color="B8BEC8")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_OPEN = PatternFill("solid", fgColor="FFF9DB")
_SHUT = PatternFill("solid", fgColor="F1F3F5")
_HEAD = PatternFill("solid", fgColor="DCE6F2")


def draw(form: Form) -> Workbook:
    """The workbook: one sheet, everything but the answers locked, checks on the cells of the answers."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(SHEET)
    for column, width in WIDTHS.items():
        sheet.column_dimensions[address(1, column)[:-1]].width = width
    for column in HIDDEN:
        sheet.column_dimensions[address(1, column)[:-1]].hidden = True
    sheet.row_dimensions[1].hidden = True
    # Without its size in the head a sheet is read twice.
    sheet.calculate_dimension = lambda: f"A1:{address(HEADER_ROW + len(form.rows), workbook.LAST)}"
    sheet.row_dimensions[HEADER_ROW].height = 32
    sheet.freeze_panes = address(HEADER_ROW + 1, workbook.NUMBER)
    sheet.protection.sheet = True
    # «False» lets the reader do it: widening a column harms nothing.
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    _draw_head(sheet, form)
    for check in _checks(form):
        sheet.data_validations.append(check)
    styled = _Styles(sheet)
    for row in form.rows:
        sheet.append(styled.cells(row.cells, has_second=takes_denominator(row.indicator)))
    return book


def read_sheet(content: bytes) -> list[tuple[Typed, ...]]:
    """The rows of the sheet «Показатели»; a formula is the words «=…», whatever a spreadsheet made of it.

    ``DocumentRefused``: not .xlsx, too large, without that sheet.
    """
    if len(content) > LARGEST:
        raise DocumentRefused(f"файл больше {LARGEST // 2**20} МБ — пришлите саму форму, без вложений")
    try:
        return limited(LIMITS, _read, content)
    except TooMuchWork as stopped:
        raise DocumentRefused(TOO_MUCH) from stopped


def _read(content: bytes) -> list[tuple[Typed, ...]]:
    try:
        refuse_swollen_workbook(content, most_rows=MOST_ROWS_OF_A_BOOK)
        with warnings.catch_warnings():
            # The reader tells of parts of a file that it drops; none of them is a cell.
            warnings.simplefilter("ignore")
            return _rows(content)
    except Swollen as error:
        raise DocumentRefused(f"{error} — пришлите саму форму") from error
    except UNREADABLE as error:
        if isinstance(error, DocumentRefused):
            raise
        raise DocumentRefused("файл не читается как .xlsx — откройте форму и сохраните её заново") from error


def _rows(content: bytes) -> list[tuple[Typed, ...]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    try:
        if SHEET not in book.sheetnames:
            there = ", ".join(f"«{title}»" for title in book.sheetnames[:5])
            raise DocumentRefused(f"листа «{SHEET}» нет (есть: {there}) — пришлите форму, которую скачали")
        rows: list[tuple[Typed, ...]] = []
        for row in book[SHEET].iter_rows(max_col=len(HEADER), values_only=True):
            rows.append(tuple(map(_plain, row)))
            if len(rows) > MOST_ROWS:
                raise DocumentRefused(f"больше {MOST_ROWS} строк — пришлите саму форму")
        return rows
    finally:
        book.close()


def _plain(value: Any) -> Typed:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else f"={type(value).__name__}"


def _draw_head(sheet: Any, form: Form) -> None:
    hidden, title, notes, header = form.head
    sheet.append(list(hidden))
    for cells, font in ((title, Font(bold=True, size=14)), (notes, Font(italic=True, color="5A6270"))):
        sheet.append([_styled(sheet, cell, font=font) if cell else None for cell in cells])
    look = {"font": Font(bold=True), "fill": _HEAD, "border": _GRID}
    top = Alignment(wrap_text=True, vertical="top")
    sheet.append([_styled(sheet, cell, alignment=top, **look) for cell in header])


class _Styles:
    """One cell for each column and look, used again for every row: twenty thousand rows are written in seconds."""

    def __init__(self, sheet: Any) -> None:
        words = Alignment(wrap_text=True, vertical="top")
        locked = {"fill": _SHUT, "border": _GRID, "alignment": words}
        unlocked = {"fill": _OPEN, "border": _GRID, "alignment": words, "protection": Protection(locked=False)}
        self._cells = [_styled(sheet, None, **(unlocked if n in ANSWERS else locked)) for n in range(len(HEADER))]
        self._shut = _styled(sheet, None, **locked)

    def cells(self, values: Sequence[Typed], *, has_second: bool) -> list[Any]:
        """A row; the denominator's cell is locked where there is none."""
        made = []
        for column, value in enumerate(values):
            cell = self._cells[column] if column != workbook.SECOND or has_second else self._shut
            cell.value = value
            # A name that begins like a formula stays a name.
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
            made.append(cell)
        return made


def _styled(sheet: Any, value: Typed, **look: Any) -> Any:
    cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
    for name, part in look.items():
        setattr(cell, name, part)
    return cell


def _checks(form: Form) -> Iterator[DataValidation]:
    """What a spreadsheet refuses at once; everything is checked again when the form comes back."""
    first, last = HEADER_ROW + 1, HEADER_ROW + len(form.rows)
    one, two = f"{address(first, workbook.FIRST)}", f"{address(first, workbook.SECOND)}"
    way = f"${address(first, workbook.WAY)}"
    flags = DataValidation(type="list", formula1='"да,нет"', allow_blank=True, showDropDown=False)
    flags.error, flags.errorTitle = "Выберите «да» или «нет».", "Ответ"
    number = DataValidation(
        type="custom",
        formula1=f'AND(ISNUMBER({one}),{one}>=0,OR({way}<>"share",ISBLANK({two}),{one}<={two}))',
        allow_blank=True,
    )
    number.error, number.errorTitle = "Нужно число не меньше нуля; часть не может быть больше целого.", "Ответ"
    whole = DataValidation(
        type="custom",
        formula1=f'AND(ISNUMBER({two}),{two}>=0,OR({way}<>"share",ISBLANK({one}),{one}<={two}))',
        allow_blank=True,
    )
    whole.error, whole.errorTitle = "Нужно число не меньше нуля и не меньше части.", "Знаменатель"
    reason = DataValidation(type="textLength", operator="lessThanOrEqual", formula1="500", allow_blank=True)
    reason.promptTitle, reason.prompt = "Причина", "Почему данных нет или почему исправляется переданное раньше"
    for check in (flags, number, whole, reason):
        check.showErrorMessage = check.showInputMessage = True
    for run in _runs(form):
        cells = f"{address(run[0], workbook.FIRST)}:{address(run[1], workbook.FIRST)}"
        (flags if run[2] else number).add(cells)
    whole.add(f"{two}:{address(last, workbook.SECOND)}")
    reason.add(f"{address(first, workbook.REASON)}:{address(last, workbook.REASON)}")
    return (check for check in (flags, number, whole, reason) if check.sqref)


def _runs(form: Form) -> Iterator[tuple[int, int, bool]]:
    """(first row, last row, yes or no) of neighbours that are answered alike."""
    start = HEADER_ROW + 1
    kinds = [row.indicator.counted == "flag" for row in form.rows]
    for number, kind in enumerate(kinds, start=start):
        if number - HEADER_ROW == len(kinds) or kinds[number - HEADER_ROW] != kind:
            yield start, number, kind
            start = number + 1
