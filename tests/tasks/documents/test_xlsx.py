"""Workbooks are read as they are seen: merged cells, dates by their format, several sheets, nothing hidden."""

import io
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.filters import FilterColumn, Filters
from openpyxl.worksheet.worksheet import Worksheet

from roadmap.documents.importer import find
from roadmap.documents.neutral import Document, Paragraph, Table
from tasks.documents.xlsx.reading import from_xlsx
from tasks.documents.xlsx.values import shown
from tasks.files.errors import DocumentRefused

HEADER = ("№ п/п", "Мероприятие", "Ответственный", "Срок")
FIRST = ("1", "Семинар", "институт", "май 2027 г.")
SECOND = ("2", "Форум", "министерство", "до 1 июня 2027 г.")
Change = Callable[[Worksheet], object]


def sheet_of(*rows: tuple[Any, ...]) -> Worksheet:
    sheet = Workbook().active
    assert sheet is not None
    sheet.title = "Лист1"
    for row in rows:
        sheet.append(row)
    return sheet


def read(sheet: Worksheet) -> Document:
    out = io.BytesIO()
    assert sheet.parent is not None
    sheet.parent.save(out)
    return from_xlsx(out.getvalue(), "plan.xlsx")


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def rows(document: Document) -> list[list[tuple[str, ...]]]:
    return [[row.cells for row in block.rows] for block in document.blocks if isinstance(block, Table)]


def on(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """A moment as Excel keeps it, of no zone."""
    return datetime(year, month, day, hour)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (date(2027, 5, 31), "General", "31.05.2027"),
        (on(2027, 5, 31), "dd/mm/yyyy", "31.05.2027"),
        (on(2027, 5, 31, 15), "dd.mm.yyyy h:mm", "31.05.2027 15:00"),
        (on(2027, 5, 31), "General", "31.05.2027"),
        (on(2027, 5, 1), "[$-419]mmmm yyyy;@", "май 2027"),
        (on(2027, 5, 1), "mmm.yy", "май 2027"),
        (on(2027, 1, 1), "yyyy", "2027"),
        (on(2027, 3, 1), "d mmm", "1 марта"),
        (on(2027, 3, 1), "mmmm", "март"),
        (on(2027, 3, 1), "[$-F800]dddd, mmmm dd, yyyy", "01.03.2027"),
        (time(15, 30), "h:mm", "15:30"),
        (1.0, "General", "1"),
        (1.1, "General", "1.1"),
        (1.1, "0.00", "1.10"),
        (2027, "0", "2027"),
        (0.85, "0%", "85%"),
        (0.1 + 0.2, "General", "0.3"),
        (True, "General", "да"),
    ],
)  # fmt: skip
def test_a_value_is_what_the_sheet_shows(value: object, form: str, expected: str) -> None:
    assert shown(value, form) == expected


def test_struck_and_raised_words_of_a_cell_are_no_text() -> None:
    words = CellRichText(
        TextBlock(InlineFont(strike=True), "до мая "), "до июня", TextBlock(InlineFont(vertAlign="superscript"), "1")
    )
    assert rows(read(sheet_of(HEADER, (*FIRST[:3], words)))) == [[HEADER, (*FIRST[:3], "до июня")]]


def hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def hide_by_filter(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "A1:D3"
    sheet.auto_filter.filterColumn.append(FilterColumn(colId=0, filters=Filters(filter=["1"])))
    hide_row(sheet)


def close_group(sheet: Worksheet) -> None:
    sheet.row_dimensions.group(3, 3, hidden=True)


def hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["C"].hidden = True


def strike_row(sheet: Worksheet) -> None:
    for cell in sheet[3]:
        cell.font = Font(strike=True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda sheet: None, [HEADER, FIRST, SECOND], id="as it is"),
        pytest.param(hide_row, [HEADER, FIRST], id="a hidden row is no row"),
        pytest.param(hide_by_filter, [HEADER, FIRST, SECOND], id="a filter hides for the moment"),
        pytest.param(close_group, [HEADER, FIRST, SECOND], id="so does a closed group"),
        pytest.param(hide_column, [(*row[:2], row[3]) for row in (HEADER, FIRST, SECOND)], id="a hidden column"),
        pytest.param(strike_row, [HEADER, FIRST], id="a row struck out"),
    ],
)
def test_what_is_hidden_is_left_out(change: Change, expected: list[tuple[str, ...]]) -> None:
    sheet = sheet_of(HEADER, FIRST, SECOND)
    change(sheet)
    assert rows(read(sheet)) == [expected]


def test_words_above_and_below_the_table_are_paragraphs_and_places_name_the_row() -> None:
    title = "План мероприятий на 2027 год"
    sheet = sheet_of(
        ("СОГЛАСОВАНО", None, "УТВЕРЖДЕНО"), (), (title,), HEADER, ("Раздел 1",), FIRST, (), SECOND, (), ("Примечание",)
    )
    document = read(sheet)
    assert texts(document) == [title, "Примечание"]
    found = find(document)
    assert [entry.item.number for entry in found.items] == ["1", "2"]
    assert [entry.item.place for entry in found.items] == ["лист «Лист1», строка 6", "лист «Лист1», строка 8"]
    assert {entry.item.section for entry in found.items} == {"Раздел 1"}


def test_merged_cells_cover_what_is_below_them() -> None:
    sheet = sheet_of(HEADER, FIRST, (*SECOND[:3], None))
    sheet.merge_cells("D2:D3")
    (table,) = [block for block in read(sheet).blocks if isinstance(block, Table)]
    assert [(row.cells[3], sorted(row.covered)) for row in table.rows] == [("Срок", []), (FIRST[3], []), ("", [3])]


def test_a_merged_cell_whose_first_row_is_hidden_is_seen_in_the_next() -> None:
    sheet = sheet_of(HEADER, FIRST, (*SECOND[:3], None))
    sheet.merge_cells("D2:D3")
    sheet.row_dimensions[2].hidden = True
    assert rows(read(sheet)) == [[HEADER, (*SECOND[:3], FIRST[3])]]


def test_a_cell_keeps_its_lines() -> None:
    (table,) = [b for b in read(sheet_of(HEADER, (*FIRST[:3], "май\nиюнь"))).blocks if isinstance(b, Table)]
    assert (table.rows[1].cells[3], table.rows[1].lines_of(3)) == ("май июнь", ("май", "июнь"))


def test_sheets_follow_one_another_and_hidden_ones_are_left_out() -> None:
    sheet = sheet_of(HEADER, FIRST)
    book = sheet.parent
    assert book is not None
    for title, state in (("План на 2027 год", "visible"), ("Черновик", "hidden")):
        other = book.create_sheet(title)
        other.sheet_state = state
        other.append(HEADER)
        other.append(SECOND)
    document = read(sheet)
    assert (texts(document), rows(document)) == (["План на 2027 год"], [[HEADER, FIRST], [HEADER, SECOND]])


def test_a_formula_that_nobody_reckoned_is_shown_as_it_is() -> None:
    assert rows(read(sheet_of(HEADER, (*FIRST[:3], "=A2+1")))) == [[HEADER, (*FIRST[:3], "=A2+1")]]


def test_a_cell_far_below_costs_nothing() -> None:
    sheet = sheet_of(HEADER, FIRST)
    sheet.cell(1_048_576, 16_384, "конец")
    assert texts(read(sheet)) == ["конец"]


def test_merged_cells_without_end_are_refused_at_once() -> None:
    sheet = sheet_of(HEADER, FIRST)
    sheet.merged_cells.add("A3:XFD1048576")
    with pytest.raises(DocumentRefused, match="объединённых"):
        read(sheet)


def test_a_workbook_without_words_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="нет слов"):
        read(sheet_of())
