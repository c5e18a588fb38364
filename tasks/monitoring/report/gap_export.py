"""The map of deficits as an Excel table: numbers stay numbers, the ground of a cell says how it stands."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from roadmap.dashboards.monitoring import SIGNS
from roadmap.monitoring.indicators.gaps import LEVEL_RU, Cell, DeficitMap, Level
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.point_export import FORMULA_SIGNS

FILLS: dict[Level, str] = {-2: "F3A8A0", -1: "FBDDA8", 0: "F4F6F7", 1: "D5EBD3", 2: "A9D6A5"}


def deficits_workbook(found: DeficitMap, snapshot: Snapshot) -> bytes:
    """An .xlsx of the map, a row a body, with a second sheet that explains columns and colours."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Карта дефицитов"
    sheet.append(["Орган", "Сумма дефицитов", *(_words(column.heading) for column in found.columns)])
    for number, cell in enumerate(sheet[1], start=1):
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3E8EF")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = 36 if number == 1 else 18
    for row in found.rows:
        sheet.append([_words(row.body), row.deficit])
        for place, cell in enumerate(row.cells, start=3):
            _write(sheet.cell(sheet.max_row, place), cell)
        _mark(sheet.cell(sheet.max_row, 1))
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    _explain(book.create_sheet("Пояснения"), found, snapshot)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _write(target: Any, cell: Cell | None) -> None:
    """«12,3 %» becomes the number 0,123 shown as a percentage, so that it can be sorted and reckoned with."""
    if cell is None:
        target.value = "не запрашивалось"
        target.font = Font(color="808080")
        return
    number, is_share = _number(cell.words)
    target.value = cell.words if number is None else number / 100 if is_share else number
    if number is not None:
        target.number_format = "0.0##%" if is_share else "General"
    target.alignment = Alignment(horizontal="right")
    if cell.level is not None:
        target.fill = PatternFill("solid", fgColor=FILLS[cell.level])


def _number(words: str) -> tuple[float | None, bool]:
    plain = words.replace("\u00a0", "").replace(" ", "").replace("\u2212", "-").replace(",", ".")
    try:
        return float(plain.removesuffix("%")), plain.endswith("%")
    except ValueError:
        return None, False


def _explain(sheet: Any, found: DeficitMap, snapshot: Snapshot) -> None:
    sheet.append([_words(f"{snapshot.region}: мониторинг за {snapshot.period}")])
    sheet.append([f"Данные на {snapshot.as_of:%d.%m.%Y}, контрольная сумма расчёта {snapshot.sha256}"])
    sheet.append([])
    for column in found.columns:
        sheet.append([_words(column.heading), _words(column.title), _words(f"сравнивается: {column.compared}")])
    sheet.append([])
    for level, words in LEVEL_RU.items():
        sheet.append([SIGNS[level], words])
        sheet.cell(sheet.max_row, 1).fill = PatternFill("solid", fgColor=FILLS[level])
    for name, width in (("A", 24), ("B", 90), ("C", 40)):
        sheet.column_dimensions[name].width = width
    for row in sheet.iter_rows():
        for cell in row:
            _mark(cell)


def _words(words: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", words)


def _mark(cell: Any) -> None:
    """What begins like a formula is stored as text."""
    if isinstance(cell.value, str) and cell.value.startswith(FORMULA_SIGNS):
        cell.data_type = "s"
        cell.quotePrefix = True
