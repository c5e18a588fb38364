"""The sheet of a form as it is read: whatever somebody sends is rows, or one line that says what to send instead."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.workbook import EVERYBODY, SHEET, Form, FormRow
from tasks.files.errors import DocumentRefused
from tasks.monitoring.submissions.sheets import read_sheet
from tasks.monitoring.submissions.workbooks import form_xlsx


def zipped(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def workbook(title: str, *rows: list[Any]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    sheet = book.create_sheet(title, 0)
    for row in rows:
        sheet.append(row)
    book.save(target)
    return target.getvalue()


def form() -> bytes:
    """A form of forty rows."""
    one = Indicator(code="x", title="Доля", unit="percent", source=Source(place="п. 1"))
    rows = tuple(FormRow(f"b{n}", f"Округ {n}", 1, one) for n in range(40))
    return form_xlsx(Form(key="k", version="v", body=EVERYBODY, title="t", rows=rows))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(lambda: b"", "файл не читается как .xlsx", id="nothing"),
        pytest.param(lambda: b"%PDF-1.7", "файл не читается как .xlsx", id="a PDF"),
        pytest.param(lambda: zipped("readme.txt", b"hello"), "файл не читается как .xlsx", id="a zip"),
        pytest.param(lambda: b"PK" + b"0" * (20 * 2**20), "файл больше 20 МБ", id="huge"),
        pytest.param(lambda: zipped("a.xml", b"0" * (201 * 2**20)), "таблица слишком велика", id="huge once unpacked"),
        pytest.param(lambda: workbook("Лист1"), "листа «Показатели» нет (есть: «Лист1», «Sheet»)", id="another sheet"),
    ],
)
def test_what_is_no_form_is_told_in_one_line(made: Callable[[], bytes], expected: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_sheet(made())
    assert str(refused.value).startswith(expected)


def test_cells_are_read_as_they_stand_a_formula_as_its_words() -> None:
    cells = [1, 2.5, "да", True, None, datetime(2027, 5, 1, 12), "=1+1"]  # noqa: DTZ001
    (row,) = read_sheet(workbook(SHEET, cells))
    assert row[:7] == (1, 2.5, "да", True, None, date(2027, 5, 1), "=1+1")


def test_a_form_is_read_back_as_it_was_written() -> None:
    rows = read_sheet(form())
    assert len(rows) == 44
    assert rows[4][:4] == ("b0", "x", "share", "Округ 0")


def test_bytes_lost_on_the_way_are_no_traceback() -> None:
    source, outcomes = form(), set()
    for cut in range(0, len(source), 41):
        with suppress(DocumentRefused):
            outcomes.add(len(read_sheet(source[:cut] + bytes(64) + source[cut + 64 :])))
    assert outcomes <= {44}
