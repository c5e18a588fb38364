"""Roadmap tables of PDF files with lines, with some lines and with none: read surely, or asked about."""

import io
import zlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib import pagesizes
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from roadmap.documents.draft import draft
from roadmap.documents.importer import Found, find
from tasks.documents.pdf.reading import from_pdf
from tasks.documents.reader import read_document
from tasks.files.errors import DocumentRefused

HEAD = ("ПРИКАЗ", "от 12.01.2027 № 15", "Об утверждении плана", "План мероприятий Краснодарского края на 2027 год")
TAIL = "После таблицы стоит обычный текст, который тянется через всю ширину листа и переходит на вторую строку."
HEADER = ("№ п/п", "Наименование мероприятия", "Ответственный исполнитель", "Срок")
WIDTHS = (40, 170, 110, 110)
MEASURES = (
    (
        "1",
        "Семинар для директоров школ и их заместителей по методической работе",
        "институт развития образования",
        "май 2027 г.",
    ),
    ("2", "Форум педагогов", "министерство", "до 1 июня 2027 г."),
    ("3", "Слёт", "министерство образования и науки края", "весь период"),
)
MANY = tuple((str(n), f"Мероприятие номер {n} с длинным названием", "институт", "май 2027 г.") for n in range(1, 31))
GRID = ("GRID", (0, 0), (-1, -1), 1, "black")
Style = Sequence[tuple[Any, ...]]


@pytest.fixture(scope="module")
def style() -> ParagraphStyle:
    if "Geist" not in pdfmetrics.getRegisteredFontNames():
        font = files("prefect.server").joinpath("ui-v2", "fonts", "Geist-VariableFont_wght.ttf")
        pdfmetrics.registerFont(TTFont("Geist", io.BytesIO(font.read_bytes())))
    return ParagraphStyle("words", fontName="Geist", fontSize=10, leading=12, spaceAfter=12)


class Printer:
    """Prints orders; ``padding`` 0 leaves no wider gap between rows than within them."""

    def __init__(self, style: ParagraphStyle) -> None:
        self.style = style

    def table(
        self,
        rows: Sequence[Sequence[str]],
        *,
        lines: Style = (),
        widths: Sequence[float] = WIDTHS,
        padding: float = 3,
        valign: str = "TOP",
        repeat: int = 1,
    ) -> Table:
        paddings = [(side, (0, 0), (-1, -1), padding) for side in ("TOPPADDING", "BOTTOMPADDING")]
        cells = [[Paragraph(text, self.style) if text else "" for text in words] for words in rows]
        looks = [("VALIGN", (0, 0), (-1, -1), valign), *paddings, *lines]
        return Table(cells, colWidths=widths, repeatRows=repeat, style=looks)

    def print(self, *parts: Any, tail: str = TAIL) -> bytes:
        out = io.BytesIO()
        words = [Paragraph(text, self.style) for text in HEAD]
        story = [*words, *parts, *([Paragraph(tail, self.style)] if tail else [])]
        SimpleDocTemplate(out, pagesize=pagesizes.A5).build(story)
        return out.getvalue()

    def read(self, rows: Sequence[Sequence[str]], **looks: Any) -> Found:
        return found_in(self.print(self.table(rows, **looks)))


@pytest.fixture
def printer(style: ParagraphStyle) -> Printer:
    return Printer(style)


def found_in(content: bytes) -> Found:
    found = find(from_pdf(content, "order.pdf"))
    assert found.rows == sum(found.counts.values())
    assert draft(found)
    return found


def rows_of(found: Found) -> list[tuple[str, ...]]:
    table = (entry for entry in found.items if entry.origin == "table")
    return [(e.item.number, *(e.item.words.get(role, "") for role in ("title", "responsible", "term"))) for e in table]


def asked(found: Found) -> list[str]:
    return [question.why for question in found.all_questions() if question.about in ("table", "row", "term")]


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param({"lines": [GRID]}, id="all lines"),
        pytest.param({}, id="no lines"),
        pytest.param({"padding": 0}, id="no lines and no gaps between rows"),
        pytest.param({"valign": "MIDDLE"}, id="no lines, numbers in the middle of the height"),
        pytest.param({"lines": [("LINEBELOW", (0, 0), (-1, 0), 1, "black")]}, id="a line under the header"),
        pytest.param(
            {"lines": [("LINEABOVE", (0, 0), (-1, 0), 1, "black"), ("LINEBELOW", (0, 0), (-1, -1), 1, "black")]},
            id="lines between rows only",
        ),
        pytest.param({"lines": [("BOX", (0, 0), (-1, -1), 1, "black")]}, id="a frame only"),
        pytest.param({"lines": [("GRID", (0, 0), (-1, 0), 1, "black")]}, id="lines around the header only"),
        pytest.param(
            {"lines": [("BOX", (0, 0), (-1, -1), 1, "black"), ("LINEAFTER", (0, 0), (-1, -1), 1, "black")]},
            id="lines between columns only",
        ),
    ],
)
def test_a_table_with_any_lines_gives_the_same_measures(printer: Printer, looks: dict[str, Any]) -> None:
    found = printer.read([HEADER, ("1", "2", "3", "4"), *MEASURES], **looks)
    assert rows_of(found) == list(MEASURES)
    assert asked(found) == []
    assert {name: n for name, n in found.counts.items() if n} == {"header": 2, "item": 3}
    assert [entry.item.place for entry in found.items] == [f"с. 1, строка {n}" for n in (3, 4, 5)]


def test_headings_over_all_columns_are_sections_in_a_table_without_lines(printer: Printer) -> None:
    rows = [
        HEADER,
        ("Раздел 1. Учёба", "", "", ""),
        MEASURES[0],
        ("Раздел 2. Обмен опытом между школами края", "", "", ""),
        *MEASURES[1:],
    ]
    found = printer.read(rows, lines=[("SPAN", (0, 1), (-1, 1)), ("SPAN", (0, 3), (-1, 3))])
    assert rows_of(found) == list(MEASURES)
    assert [e.item.section for e in found.items] == [rows[1][0], rows[3][0], rows[3][0]]


def test_rows_without_numbers_are_told_by_the_gaps_between_them(printer: Printer) -> None:
    found = printer.read([words[1:] for words in (HEADER, *MEASURES)], widths=WIDTHS[1:])
    assert [row[1:] for row in rows_of(found)] == [words[1:] for words in MEASURES]


@pytest.mark.parametrize("lines", [[], [GRID]], ids=["no lines", "all lines"])
@pytest.mark.parametrize("repeat", [0, 1], ids=["one header", "a header on each page"])
def test_a_table_over_pages_is_one_and_keeps_its_section(printer: Printer, lines: Style, repeat: int) -> None:
    section = ("Раздел 1. Учёба для всех педагогов", "", "", "")
    found = printer.read([HEADER, section, *MANY], lines=[*lines, ("SPAN", (0, 1), (-1, 1))], repeat=repeat)
    assert rows_of(found) == list(MANY)
    assert {entry.item.section for entry in found.items} == {section[0]}
    assert asked(found) == []
    assert found.items[-1].item.place.startswith("с. 3, строка ")
    assert found.counts["header"] == (3 if repeat else 1)


@pytest.mark.parametrize("lines", [[], [GRID]], ids=["no lines", "all lines"])
def test_a_cell_torn_between_pages_is_whole(printer: Printer, lines: Style) -> None:
    upper = [HEADER, ("1", "Семинар для директоров", "институт развития", "май 2027 г.")]
    lower = [("", "и их заместителей", "образования", ""), MEASURES[1]]
    parts = (printer.table(upper, lines=lines), PageBreak(), printer.table(lower, lines=lines, repeat=0))
    found = found_in(printer.print(*parts, tail=""))
    first = ("1", "Семинар для директоров и их заместителей", "институт развития образования", "май 2027 г.")
    assert rows_of(found) == [first, MEASURES[1]]
    assert found.counts["continuation"] == 1


@pytest.mark.parametrize(
    ("looks", "rows"),
    [
        pytest.param({"padding": 0, "valign": "MIDDLE"}, MEASURES, id="numbers in the middle and no gaps"),
        pytest.param({"padding": 0, "numbers": False}, MEASURES, id="neither numbers nor gaps"),
        pytest.param(
            {
                "widths": (36, 143, 94, 84),
                "lines": [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)],
            },
            [(str(n), "Проведение семинара для всех", "институт развития", "в течение года") for n in range(1, 5)],
            id="columns that touch",
        ),
    ],
)
def test_what_cannot_be_told_surely_is_one_question_with_its_page(
    printer: Printer, looks: dict[str, Any], rows: Sequence[tuple[str, ...]]
) -> None:
    looks = dict(looks)
    first = 0 if looks.pop("numbers", True) else 1
    widths = looks.pop("widths", WIDTHS[first:])
    found = printer.read([words[first:] for words in (HEADER, *rows)], widths=widths, **looks)
    assert rows_of(found) == []
    (question,) = [question for question in found.all_questions() if question.about == "table"]
    assert question.place == "с. 1, строка 1"
    assert "нет линий" in question.why
    assert "взять документ в .docx" in question.proposed
    assert found.rows == found.counts["question"] >= len(rows)


def test_a_header_whose_columns_cannot_be_parted_is_a_question_on_every_page(printer: Printer) -> None:
    page = "<br/>".join(f"{n} Мероприятие номер {n} институт май 2027 г." for n in range(1, 6))
    words = Paragraph(f"№ п/п Мероприятие Ответственный Срок<br/>{page}", printer.style)
    found = found_in(printer.print(words, PageBreak(), Paragraph(page, printer.style), tail=""))
    assert rows_of(found) == []
    assert [q.place for q in found.all_questions() if q.about == "table"] == ["с. 1, строка 1", "с. 2, строка 1"]
    assert found.counts["question"] == 11


def test_two_tables_of_one_page_are_told_apart_in_places(printer: Printer) -> None:
    second = Paragraph("План мероприятий второго этапа", printer.style)
    tables = (printer.table([HEADER, row], lines=[GRID]) for row in MEASURES[:2])
    found = found_in(printer.print(next(tables), second, next(tables)))
    assert [entry.item.place for entry in found.items] == ["с. 1, таблица 1, строка 2", "с. 1, таблица 2, строка 2"]


def test_running_text_with_the_words_of_a_header_is_no_table(printer: Printer) -> None:
    point = "1. Отделу кадров провести мероприятия в срок до 1 мая 2027 года, ответственный исполнитель – отдел."
    found = found_in(printer.print(*(Paragraph(point, printer.style) for _ in range(3))))
    assert (found.rows, asked(found)) == (0, [])


def swelling(path: Path) -> None:
    """One page whose words are 300 MB of blanks when unpacked."""
    packer = zlib.compressobj()
    piece = b" " * 2**20
    packed = b"".join(packer.compress(piece) for _ in range(300)) + packer.flush()
    canvas = Canvas(str(path))
    canvas.drawString(50, 50, "x")
    canvas.save()
    content = path.read_bytes()
    stream = b"9 0 obj\n<</Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (len(packed), packed)
    at = content.rindex(b"xref", 0, content.rindex(b"startxref"))
    path.write_bytes(content[:at] + stream + content[at:])


def test_a_pdf_that_swells_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    swelling(path)
    assert path.stat().st_size < 2**20
    with pytest.raises(DocumentRefused, match="200 МБ"):
        read_document(path)
