"""Web pages are read as they are seen: hidden rows, struck words and notes are no text, blocks may be a table."""

import pytest

from roadmap.documents.neutral import Document, Paragraph, Table
from tasks.documents.html.reading import from_html
from tasks.files.errors import DocumentRefused

HEADER = ("Мероприятие", "Срок", "Ответственный")
FIRST = ("Семинар", "май 2027 г.", "институт")
SECOND = ("Форум", "июнь 2027 г.", "институт")
Row = tuple[str, ...]


def cells(row: Row, tag: str = "td") -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for text in row)


def table(*rows: Row) -> str:
    return "<table>" + "".join(f"<tr>{cells(row)}</tr>" for row in rows) + "</table>"


def blocks(*rows: Row, tag: str = "div") -> str:
    return "".join(f"<div class=r>{cells(row, tag)}</div>" for row in rows)


def read(page: str) -> Document:
    return from_html(f"<meta charset=utf-8><body>{page}".encode(), "order.html")


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def rows(document: Document) -> list[list[Row]]:
    return [[row.cells for row in block.rows] for block in document.blocks if isinstance(block, Table)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param("до мая<sup>1</sup>", ["до мая"], id="the sign of a note"),
        pytest.param("до 10<sup>00</sup> часов", ["до 10:00 часов"], id="raised minutes"),
        pytest.param("до мая<span style='vertical-align: super'>2)</span>", ["до мая"], id="raised by a style"),
        pytest.param("<del>до июня</del> до мая", ["до мая"], id="deleted"),
        pytest.param("<s>до июня</s> <strike>июль</strike> до мая", ["до мая"], id="struck out"),
        pytest.param("<span style='text-decoration:line-through'>июня</span> мая", ["мая"], id="struck by a style"),
        pytest.param("<p hidden>скрыто</p>видно", ["видно"], id="the attribute hidden"),
        pytest.param("<p style='color:red;display: none'>скрыто</p>видно", ["видно"], id="not displayed"),
        pytest.param("<style>.x{display:none}</style><p class='y x'>скрыто</p>видно", ["видно"], id="by a class"),
        pytest.param(
            "<style>@media print{.x{display:none}}</style><p class=x>видно</p>", ["видно"], id="on paper alone"
        ),
        pytest.param(
            "<style>.x{display:none}</style><div class=x><p>План</div>", ["План"], id="a part that a click opens"
        ),
        pytest.param("1. Семинар<br>Срок: май<br/>2. Форум", ["1. Семинар", "Срок: май", "2. Форум"], id="line breaks"),
        pytest.param("<ol><li>Семинар<li><p>Форум</ol>", ["1. Семинар", "2. Форум"], id="a numbered list"),
        pytest.param("<ol start=3><li>Семинар</ol>", ["3. Семинар"], id="a list that begins with three"),
        pytest.param("<ul><li>Семинар</ul>Форум", ["– Семинар", "Форум"], id="a list"),
        pytest.param("<pre>1. Семинар\n2. Форум</pre>", ["1. Семинар", "2. Форум"], id="typed text"),
        pytest.param("<div>" * 1500 + "глубоко", ["глубоко"], id="a page of unclosed tags"),
        pytest.param(table(("Приказ",)), ["Приказ"], id="a frame"),
        pytest.param("<table>слова<tr><td>1<td>2</table>", ["слова"], id="words in no cell"),
    ],
)
def test_words_are_those_that_are_seen(page: str, expected: list[str]) -> None:
    assert texts(read(page)) == expected


def test_a_page_without_tags_is_text() -> None:
    document = from_html("ПРИКАЗ\n\n1. Провести семинар.\n2. Провести форум.".encode(), "order.html")
    assert texts(document) == ["ПРИКАЗ", "1. Провести семинар.", "2. Провести форум."]


def test_a_page_too_deep_for_the_library_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="глубоко"):
        read("<div>" * 5000 + "глубоко")


def test_a_cell_keeps_its_lines() -> None:
    page = "<table><tr><td>институт<br>министерство<td><p>май<p>июнь<td><ul><li>а<li>б</ul></table>"
    (found,) = [block for block in read(page).blocks if isinstance(block, Table)]
    (row,) = found.rows
    assert row.cells == ("институт министерство", "май июнь", "– а – б")
    assert row.lines == (("институт", "министерство"), ("май", "июнь"), ("– а", "– б"))


HIDDEN = (
    f"<table><tr>{cells(HEADER)}<tr style='display:none'>{cells(SECOND)}<tr hidden>{cells(SECOND)}<tr>{cells(FIRST)}"
)
LAYOUT = f"<table><tr><td>Меню<td>План{table(HEADER, FIRST)}</table>"
GRID = (
    f"<div style='display:grid;grid-template-columns:repeat(2,1fr) 2fr'>{cells(HEADER, 'p')}{cells(FIRST, 'p')}</div>"
)


@pytest.mark.parametrize(
    ("page", "words", "tables"),
    [
        pytest.param(HIDDEN, [], [[HEADER, FIRST]], id="hidden rows"),
        pytest.param(LAYOUT, ["Меню", "План"], [[HEADER, FIRST]], id="a table that lays out the page"),
        pytest.param(
            table(HEADER, (f"Семинар{table(('10',), ('20',))}", *FIRST[1:])),
            [],
            [[HEADER, ("Семинар 10 20", *FIRST[1:])]],
            id="a list in a cell is words of the cell",
        ),
        pytest.param(blocks(HEADER, FIRST), [], [[HEADER, FIRST]], id="rows of blocks"),
        pytest.param(blocks(HEADER, FIRST, tag="span"), [], [[HEADER, FIRST]], id="rows of spans under a known header"),
        pytest.param(
            f"<div>{blocks(HEADER)}</div><div>{blocks(FIRST, SECOND)}</div>конец",
            ["конец"],
            [[HEADER, FIRST, SECOND]],
            id="the header in a block of its own",
        ),
        pytest.param(GRID, [], [[HEADER, FIRST]], id="blocks in a grid"),
        pytest.param(
            blocks(("Новость", "Текст"), ("Другая", "Слова")),
            ["Новость", "Текст", "Другая", "Слова"],
            [],
            id="no table",
        ),
        pytest.param(
            blocks(HEADER, FIRST) + "между" + blocks(HEADER, SECOND),
            ["между"],
            [[HEADER, FIRST], [HEADER, SECOND]],
            id="words between part two tables",
        ),
    ],
)
def test_tables_are_those_that_are_seen(page: str, words: list[str], tables: list[list[Row]]) -> None:
    document = read(page)
    assert (texts(document), rows(document)) == (words, tables)
