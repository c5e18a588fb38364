"""Word and web tables of every shape that orders have: no row is lost, none is mixed with another."""

import io
from collections.abc import Sequence

import pytest
from docx import Document as new_docx
from docx.table import Table

from roadmap.catalogue.loading import parse_catalogue
from roadmap.documents.draft import draft
from roadmap.documents.importer import Found, find
from tasks.documents.docx.reading import from_docx
from tasks.documents.html.reading import from_html

HEAD = ("ПРИКАЗ", "от 12.01.2027 № 15", "Об утверждении плана", "План мероприятий Краснодарского края на 2027 год")
HEADER = ("№ п/п", "Мероприятие", "Ответственный", "Срок")
FIRST = ("1", "Семинар для директоров", "институт", "май 2027 г.")
SECOND = ("2", "Форум педагогов", "министерство", "до 1 июня 2027 г.")
THIRD = ("3", "Слёт", "институт", "весь период")
Rows = Sequence[Sequence[str]]


class Order:
    """A Word order under construction."""

    def __init__(self) -> None:
        self.document = new_docx()
        for text in HEAD:
            self.document.add_paragraph(text)

    def table(self, rows: Rows, *merged: tuple[tuple[int, int], tuple[int, int]]) -> Table:
        table = self.document.add_table(rows=0, cols=max(map(len, rows)))
        for words in rows:
            for cell, text in zip(table.add_row().cells, words, strict=False):
                cell.text = text
        for first, last in merged:
            table.cell(*first).merge(table.cell(*last))
        made: Table = table
        return made

    def words(self, text: str) -> None:
        self.document.add_paragraph(text)

    def read(self) -> Found:
        out = io.BytesIO()
        self.document.save(out)
        found = find(from_docx(out.getvalue(), "order.docx"))
        assert found.rows == sum(found.counts.values())
        assert found.counts["item"] == sum(entry.origin == "table" for entry in found.items)
        parse_catalogue(draft(found).encode(), "draft.yaml")
        return found


def rows_of(found: Found) -> list[tuple[str, ...]]:
    table = (entry for entry in found.items if entry.origin == "table")
    return [(e.item.number, *(e.item.words.get(role, "") for role in ("title", "responsible", "term"))) for e in table]


def sections_of(found: Found) -> list[str]:
    return [entry.item.section for entry in found.items if entry.origin == "table"]


def counts(found: Found) -> dict[str, int]:
    return {name: n for name, n in found.counts.items() if n}


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        pytest.param([HEADER, FIRST, SECOND, THIRD], {"header": 1, "item": 3}, id="plain"),
        pytest.param(
            [("Комплекс мер", "", "", ""), HEADER, FIRST, SECOND, THIRD],
            {"heading": 1, "header": 1, "item": 3},
            id="the header in the second row, under a title",
        ),
        pytest.param(
            [HEADER, ("1", "2", "3", "4"), FIRST, HEADER, SECOND, ("1", "2", "3", "4"), THIRD],
            {"header": 4, "item": 3},
            id="the header and the column numbers repeated",
        ),
        pytest.param(
            [(*HEADER, ""), (*FIRST, ""), (*SECOND, ""), (*THIRD, "")], {"header": 1, "item": 3}, id="an empty column"
        ),
        pytest.param(
            [("", *words[:2], "", *words[2:]) for words in (HEADER, FIRST, SECOND, THIRD)],
            {"header": 1, "item": 3},
            id="empty columns at the edge and inside",
        ),
        pytest.param(
            [(*words[1:], words[0]) for words in (HEADER, FIRST, SECOND, THIRD)],
            {"header": 1, "item": 3},
            id="the numbers in the last column",
        ),
        pytest.param(
            [HEADER, FIRST, ("", "", "", ""), SECOND, THIRD],
            {"header": 1, "item": 3, "continuation": 1},
            id="an empty row",
        ),
    ],
)
def test_a_table_of_any_shape_gives_the_same_measures(rows: Rows, counted: dict[str, int]) -> None:
    order = Order()
    order.table(rows)
    found = order.read()
    assert rows_of(found) == [FIRST, SECOND, THIRD]
    assert counts(found) == counted


@pytest.mark.parametrize("merged", [True, False], ids=["cells merged", "cells left blank"])
def test_a_header_of_two_rows_is_one_header(merged: bool) -> None:
    rows = [
        ("№", "Мероприятие", "Срок", "", "Ответственный"),
        ("", "", "начало", "окончание", ""),
        ("1", "Семинар", "01.03.2027", "31.05.2027", "институт"),
    ]
    order = Order()
    down = [((0, n), (1, n)) for n in (0, 1, 4)]
    order.table(rows, *([*down, ((0, 2), (0, 3))] if merged else []))
    found = order.read()
    assert rows_of(found) == [("1", "Семинар", "институт", "01.03.2027 – 31.05.2027")]
    assert counts(found) == {"header": 2, "item": 1}


def test_a_cell_merged_downwards_covers_an_empty_row_and_the_next_measure() -> None:
    order = Order()
    order.table([HEADER, FIRST, ("", "", "", ""), ("2", "Форум", "", "июнь 2027 г.")], ((1, 2), (3, 2)))
    assert rows_of(order.read()) == [FIRST, ("2", "Форум", "институт", "июнь 2027 г.")]


def test_a_table_split_with_its_header_repeated_is_one_and_keeps_its_section() -> None:
    order = Order()
    order.table([HEADER, ("Раздел 1. Учёба", "", "", ""), FIRST])
    order.words("")
    order.table([HEADER, SECOND, THIRD])
    found = order.read()
    assert rows_of(found) == [FIRST, SECOND, THIRD]
    assert sections_of(found) == ["Раздел 1. Учёба"] * 3
    assert [entry.code for entry in found.items] == ["1.1", "1.2", "1.3"]
    assert found.items[-1].item.place == "таблица 2, строка 3"


@pytest.mark.parametrize("header", [[HEADER], []], ids=["with a header", "without a header"])
def test_a_heading_between_tables_is_the_section_of_the_next(header: Rows) -> None:
    order = Order()
    order.table([HEADER, FIRST])
    order.words("Раздел 2. Обмен опытом")
    order.table([*header, SECOND, THIRD])
    found = order.read()
    assert rows_of(found) == [FIRST, SECOND, THIRD]
    assert sections_of(found) == [HEAD[3], *["Раздел 2. Обмен опытом"] * 2]


def test_a_table_inside_a_cell_is_words_of_the_cell() -> None:
    order = Order()
    table = order.table([HEADER, FIRST, SECOND])
    inner = table.cell(1, 1).add_table(rows=1, cols=2)
    for cell, text in zip(inner.rows[0].cells, ("10 чел.", "20 чел."), strict=True):
        cell.text = text
    found = order.read()
    assert rows_of(found) == [("1", "Семинар для директоров 10 чел. 20 чел.", *FIRST[2:]), SECOND]


def test_a_list_inside_a_cell_keeps_its_entries() -> None:
    order = Order()
    table = order.table([HEADER, ("1", "Провести:", *FIRST[2:]), SECOND])
    for text in ("семинары", "форумы"):
        table.cell(1, 1).add_paragraph(text, style="List Bullet")
    assert rows_of(order.read()) == [("1", "Провести: – семинары – форумы", *FIRST[2:]), SECOND]


def test_a_list_of_people_before_the_roadmap_is_a_question_and_no_measures() -> None:
    order = Order()
    order.table([("Фамилия", "Должность", "Телефон"), ("Иванов И.И.", "директор", "1-2"), ("Петров П.П.", "врач", "3")])
    order.words(HEAD[3])
    order.table([HEADER, FIRST])
    found = order.read()
    assert rows_of(found) == [FIRST]
    assert counts(found) == {"question": 3, "header": 1, "item": 1}
    (question,) = [question for question in found.all_questions() if question.about == "table"]
    assert question.place == "таблица 1, строка 1"


def test_a_stamp_before_the_roadmap_is_no_question() -> None:
    order = Order()
    order.table([("", "УТВЕРЖДЕН"), ("", "приказом министерства от 12.01.2027 № 15")])
    order.words(HEAD[3])
    order.table([HEADER, FIRST])
    assert counts(order.read()) == {"heading": 2, "header": 1, "item": 1}


def test_a_small_table_with_a_header_in_other_words_is_read() -> None:
    order = Order()
    order.table([("№", "Что делаем", "Кто", "Когда"), FIRST, SECOND])
    assert rows_of(order.read()) == [FIRST, SECOND]


def test_a_small_table_with_a_header_that_nobody_knows_is_a_question() -> None:
    order = Order()
    order.table(
        [("№", "Книга", "Полка", "Сколько"), ("1", "Приказы", "третья", "пять"), ("2", "Письма", "вторая", "две")]
    )
    found = order.read()
    assert counts(found) == {"question": 3}
    assert "без понятной шапки" in found.questions[0].why


def test_a_row_of_many_cells_above_the_header_is_a_question() -> None:
    order = Order()
    order.table([("0", "Приказ", "министерство", "январь 2027 г."), HEADER, FIRST])
    found = order.read()
    assert counts(found) == {"question": 1, "header": 1, "item": 1}
    assert found.questions[0].place == "таблица 1, строка 1"


def test_an_inner_table_and_open_tags_of_a_page_lose_no_row() -> None:
    cells = ["".join(f"<td>{text}" for text in words) for words in (HEADER, FIRST, SECOND)]
    inner = "<table><tr><td>10 чел.</table>"
    page = "".join(f"<p>{text}" for text in HEAD) + "<table><tr>" + "<tr>".join(cells).replace("Форум", inner + "Форум")
    found = find(from_html(page.encode(), "order.html"))
    assert rows_of(found) == [FIRST, ("2", "10 чел. Форум педагогов", *SECOND[2:])]


def test_a_word_file_with_tables_without_rows_is_read() -> None:
    order = Order()
    order.document.add_table(rows=0, cols=3)
    order.table([HEADER, FIRST])
    order.document.add_table(rows=0, cols=4)
    assert rows_of(order.read()) == [FIRST]
