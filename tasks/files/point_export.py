"""The coordinator's list as an Excel table: real dates, a head that stays, a filter; no cell can be a formula."""

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from roadmap.control.state import is_overdue, state_name
from roadmap.dashboards.boards import KINDS_RU, BoardPoint, light

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Heading and width in characters.
COLUMNS: tuple[tuple[str, int], ...] = (
    ("Дорожная карта", 24),
    ("Раздел", 34),
    ("№", 9),
    ("Мероприятие", 60),
    ("Вид", 14),
    ("Отвечает", 26),
    ("Должностное лицо", 30),
    ("Начало работы", 14),
    ("Срок по документу", 14),
    ("Контрольный срок", 14),
    ("Состояние", 22),
    ("Отметка", 24),
    ("Просрочено, дней", 12),
    ("Сообщено", 14),
    ("Снято с контроля", 14),
    ("Потребовано исполнение до", 14),
    ("На личном контроле с", 14),
    ("Ключ", 40),
)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMAT = "DD.MM.YYYY"


def workbook(points: Iterable[BoardPoint], *, today: date, regions: Mapping[str, str], who: Mapping[int, str]) -> bytes:
    """An .xlsx of the points, a row each; ``regions`` by roadmap, ``who`` answers by body."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Контроль"
    sheet.append([heading for heading, _ in COLUMNS])
    for number, (cell, (_, width)) in enumerate(zip(sheet[1], COLUMNS, strict=True), start=1):
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3E8EF")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row, point in enumerate(points, start=2):
        values = _values(point, today=today, regions=regions, who=who)
        for column, value in enumerate(values, start=1):
            _write(sheet.cell(row, column), value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _values(point: BoardPoint, *, today: date, regions: Mapping[str, str], who: Mapping[int, str]) -> tuple[Any, ...]:
    late = (today - point.deadline_on).days if is_overdue(point, today) else None
    return (
        regions.get(point.roadmap_code, point.roadmap_code),
        point.section,
        point.number,
        f"Назвать даты: {point.title}" if point.purpose == "name_dates" else point.title,
        KINDS_RU.get(point.kind, point.kind),
        point.owner,
        who.get(point.owner_id, ""),
        point.opens_on,
        point.due_on,
        point.deadline_on,
        state_name(point, today),
        light(point, today).words,
        late,
        point.submitted_on,
        point.closed_on,
        point.demanded_until,
        point.personal_since,
        point.key,
    )


def _write(cell: Cell, value: Any) -> None:
    """Words stay words: what begins like a formula is stored as text and marked so for whoever edits it."""
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, date):
            cell.number_format = DATE_FORMAT
        return
    words = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.value = words
    if words.startswith(FORMULA_SIGNS):
        cell.data_type = "s"
        cell.quotePrefix = True
