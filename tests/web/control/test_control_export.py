"""The table for Excel: the filtered list, real dates, words that stay words."""

import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from models import ControlPoint, Item, Roadmap
from models.db import open_session
from tests.worlds.pages import Pages

PASSWORD = "пароль координатора"


@pytest.fixture
def control(pages: Pages) -> Pages:
    """The pages with a coordinator logged in."""
    found = re.search(r'name="csrf" value="([^"]+)"', pages.client.get("/control/login").text)
    assert found
    form = {"csrf": found[1], "password": PASSWORD}
    assert pages.client.post("/control/login", data=form).status_code == 303
    return pages


def test_the_table_for_excel_holds_the_filtered_list_with_real_dates(control: Pages) -> None:
    marked = {"demanded_until": control.today + timedelta(days=5), "personal_since": control.today}
    control.point("1.1", days=-3, **marked)
    control.point("2.1", days=20)
    answer = control.client.get("/control/export.xlsx?state=overdue")
    assert "filename*=UTF-8''%D0%9A" in answer.headers["content-disposition"]
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    head, *found = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert head[:4] == ["Дорожная карта", "Раздел", "№", "Мероприятие"]
    (row,) = [dict(zip(head, values, strict=True)) for values in found]
    due = control.today - timedelta(days=3)
    assert row["Контрольный срок"] == datetime(due.year, due.month, due.day)  # noqa: DTZ001 Excel knows no zones
    assert (row["Отвечает"], row["Должностное лицо"], row["Состояние"]) == ("ИРО", "Ректор", "Просрочено")
    assert row["Просрочено, дней"] == 3
    by_hand = (row["Потребовано исполнение до"], row["На личном контроле с"])
    assert [day.date() for day in by_hand if isinstance(day, datetime)] == list(marked.values())
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:R2")
    assert (sheet.column_dimensions["D"].width or 0) > 40


@pytest.mark.parametrize("words", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(1)", "\t=1", "=1\x0b"])
def test_no_cell_of_the_table_is_a_formula(control: Pages, words: str) -> None:
    control.point("1.1", days=10)
    with open_session(control.engine) as session:
        item = session.get_one(Item, control.rows(ControlPoint)[0].item_id)
        item.title, item.section = words, words
        session.add(item)
        roadmap = session.get_one(Roadmap, "krai")
        roadmap.region = words
        session.add(roadmap)
    content = control.client.get("/control/export.xlsx").content
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "d", "n"}
    assert sheet["A2"].value.strip() == words.replace("\x0b", "").strip()
    assert sheet["A2"].quotePrefix
