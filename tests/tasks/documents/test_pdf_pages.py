"""Pages of a PDF that lie on their side, heads written upwards, text in two columns, words on two lines."""

import io
from importlib.resources import files

import pytest
from pypdfium2 import PdfDocument
from reportlab.lib import pagesizes
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from roadmap.documents.neutral import Document
from roadmap.documents.neutral import Paragraph as Words
from roadmap.documents.neutral import Table as Found
from tasks.documents.pdf.reading import from_pdf
from tasks.documents.pdf.words import Speller

HEADER = ("№ п/п", "Мероприятие", "Ответственный", "Срок")
FIRST = ("1", "Семинар для директоров школ", "институт", "май 2027 г.")
SECOND = ("2", "Форум педагогов", "министерство", "до 1 июня 2027 г.")
GRID = [("GRID", (0, 0), (-1, -1), 1, "black")]


@pytest.fixture(scope="module")
def style() -> ParagraphStyle:
    if "Geist" not in pdfmetrics.getRegisteredFontNames():
        font = files("prefect.server").joinpath("ui-v2", "fonts", "Geist-VariableFont_wght.ttf")
        pdfmetrics.registerFont(TTFont("Geist", io.BytesIO(font.read_bytes())))
    return ParagraphStyle("words", fontName="Geist", fontSize=10, leading=12, spaceAfter=12)


def printed(*story: Flowable) -> bytes:
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=pagesizes.A5).build(list(story))
    return out.getvalue()


def turned(content: bytes, *, page: int) -> bytes:
    """The document with its pages laid on their side; what stands on them is not touched."""
    document, out = PdfDocument(content), io.BytesIO()
    for n in range(len(document)):
        document[n].set_rotation(page)
    document.save(out)
    return out.getvalue()


def rows(document: Document) -> list[list[tuple[str, ...]]]:
    return [[row.cells for row in block.rows] for block in document.blocks if isinstance(block, Found)]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Words)]


@pytest.mark.parametrize("page", [0, 90, 180, 270])
def test_a_page_that_lies_on_its_side_is_read_upright(page: int, style: ParagraphStyle) -> None:
    cells = [[Paragraph(text, style) for text in words] for words in (HEADER, FIRST, SECOND)]
    content = printed(Paragraph("План мероприятий на 2027 год", style), Table(cells, style=GRID))
    document = from_pdf(turned(content, page=page), "a.pdf")
    assert texts(document) == ["План мероприятий на 2027 год"]
    assert rows(document) == [[HEADER, FIRST, SECOND]]


class Turned(Flowable):  # type: ignore[misc]
    """Words written upwards, or downwards, in lines."""

    def __init__(self, *lines: str, degrees: int) -> None:
        super().__init__()
        self.lines, self.degrees = lines, degrees
        self.width, self.height = 12 * len(lines), 110

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.setFont("Geist", 10)
        if self.degrees == 90:
            self.canv.rotate(90)
            for n, line in enumerate(self.lines):
                self.canv.drawString(0, -10 - 12 * n, line)
        else:
            self.canv.translate(self.width, self.height)
            self.canv.rotate(-90)
            for n, line in enumerate(self.lines):
                self.canv.drawString(0, -10 - 12 * n, line)
        self.canv.restoreState()


@pytest.mark.parametrize("degrees", [90, -90], ids=["upwards", "downwards"])
def test_a_head_on_its_side_is_read(degrees: int, style: ParagraphStyle) -> None:
    heads = (("№ п/п",), ("Наименование", "мероприятия"), ("Ответственный",), ("Срок", "исполнения"))
    cells = [[Turned(*lines, degrees=degrees) for lines in heads]]
    cells += [[Paragraph(text, style) for text in words] for words in (FIRST, SECOND)]
    document = from_pdf(printed(Table(cells, colWidths=(40, 130, 90, 100), style=GRID)), "a.pdf")
    assert rows(document) == [[tuple(" ".join(lines) for lines in heads), FIRST, SECOND]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("до 1 июня 2027<super>1</super>", "до 1 июня 2027", id="a number"),
        pytest.param("до 1 июня 2027 г.<super>12)</super> затем", "до 1 июня 2027 г. затем", id="with a bracket"),
        pytest.param("до 10<super>00</super> часов", "до 10:00 часов", id="minutes stay"),
        pytest.param("Слова обычные 2027", "Слова обычные 2027", id="none"),
    ],
)
def test_the_sign_of_a_note_is_no_text(words: str, expected: str, style: ParagraphStyle) -> None:
    tail = "Текст приказа о мерах"
    assert texts(from_pdf(printed(Paragraph(words, style), Paragraph(tail, style)), "a.pdf")) == [expected, tail]


def columns(left: list[str], right: list[str], *, head: str = "", tail: str = "") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=pagesizes.A4)
    canvas.setFont("Geist", 10)
    canvas.drawString(50, 800, head)
    for x, lines in ((50, left), (320, right)):
        for n, line in enumerate(lines):
            canvas.drawString(x, 760 - 12 * n, line)
    canvas.drawString(50, 700 - 12 * max(len(left), len(right)), tail)
    canvas.save()
    return out.getvalue()


PROSE = [f"Это {n}-я строка обычного текста, который идёт на" for n in range(1, 11)]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            ["1. Отделу кадров", "обновить списки", "до 1 марта 2027 г.", "2. Школам провести"],
            ["семинар до 1 мая", "2027 г.", "3. Центру собрать", "отчёты до 1 июня"],
            [
                "1. Отделу кадров обновить списки до 1 марта 2027 г.",
                "2. Школам провести семинар до 1 мая 2027 г.",
                "3. Центру собрать отчёты до 1 июня",
            ],
            id="a point goes on in the next column",
        ),
        pytest.param(PROSE, PROSE, [" ".join([*PROSE, *PROSE])], id="prose"),
        pytest.param(
            ["СОГЛАСОВАНО", "Глава района", "И. И. Иванов"],
            ["УТВЕРЖДЕНО", "Директор", "П. П. Петров"],
            ["СОГЛАСОВАНО УТВЕРЖДЕНО Глава района Директор И. И. Иванов П. П. Петров"],
            id="stamps side by side are read as before",
        ),
        pytest.param(
            ["1. Провести семинар", "2. Провести форум", "3. Провести слёт"],
            ["до 1 мая 2027 г.", "до 1 июня 2027 г.", "до 1 июля 2027 г."],
            [
                "1. Провести семинар до 1 мая 2027 г.",
                "2. Провести форум до 1 июня 2027 г.",
                "3. Провести слёт до 1 июля 2027 г.",
            ],
            id="rows are no columns",
        ),
    ],
)
@pytest.mark.usefixtures("style")
def test_two_columns_are_read_one_after_the_other(left: list[str], right: list[str], expected: list[str]) -> None:
    head, tail = "Приказ о мерах, которые тянутся через всю ширину листа, и о том, кто их принимает", "Директор"
    document = from_pdf(columns(left, right, head=head, tail=tail), "a.pdf")
    assert texts(document) == [head, *expected, tail]


WHOLE = "предотвращения нарушений, методическое управление образования, сентябрь, семинар"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("предотвращени\u2028я", "предотвращения", id="spelt whole elsewhere"),
        pytest.param("Методическ\u2028ий центр", "Методический центр", id="an ending that is no word"),
        pytest.param("Информацио\u2028нно-методическ\u2028ий центр", "Информационно-методический центр", id="twice"),
        pytest.param("Предот\u2028вращение", "Предотвращение", id="as the beginning of a word goes on elsewhere"),
        pytest.param("Научно-мет\u2028одический", "Научно-методический", id="a beginning that is no word"),
        pytest.param("Педагоги\u2028ческий совет", "Педагогический совет", id="an ending of adjectives"),
        pytest.param("Обществозн\u2028ание", "Обществознание", id="an ending of nouns"),
        pytest.param("Информационно\n-методический", "Информационно-методический", id="a hyphen goes on"),
        pytest.param("Управление\u2028образования", "Управление образования", id="two whole words"),
        pytest.param("Министерство\u2028просвещения", "Министерство просвещения", id="two words unknown so far"),
        pytest.param("Институт\u2028и школы", "Институт и школы", id="a short word"),
        pytest.param("Ответственный\u2028за сбор", "Ответственный за сбор", id="a preposition"),
        pytest.param("институтом\u2028год спустя", "институтом год спустя", id="a short noun"),
        pytest.param("методическ\nий центр", "методическ ий центр", id="not at the edge"),
        pytest.param("с 1 методическ\u2028ий", "с 1 методическ ий", id="not alone on its line"),
        pytest.param("Управле-\nние обра-\nзования", "Управление образования", id="parted by hyphens"),
        pytest.param("до 1 сен-\nтября", "до 1 сентября", id="a month"),
        pytest.param("август-\nсентябрь", "август-сентябрь", id="two months"),
        pytest.param("нормативно-\nправовых актов", "нормативно-правовых актов", id="a compound"),
        pytest.param("Санкт-\nПетербург", "Санкт-Петербург", id="a name"),
        pytest.param("видео-\nи фото", "видео- и фото", id="a hyphen that stands for a word"),
        pytest.param("2026-\n2027 годы", "2026- 2027 годы", id="numbers are let be"),
        pytest.param("обра\xad\nзование", "образование", id="a soft hyphen"),
    ],
)
def test_a_word_on_two_lines_is_one(text: str, expected: str) -> None:
    assert Speller([WHOLE, text]).joined(text) == expected


def test_a_word_torn_by_a_narrow_cell_is_whole(style: ParagraphStyle) -> None:
    body = "Информационно-методический"
    row = ("1", "Методический семинар", body, "май 2027 г.")
    cells = [[Paragraph(text, style) for text in words] for words in (HEADER, row)]
    story = Table(cells, colWidths=(40, 120, 100, 90), style=GRID)
    assert rows(from_pdf(printed(Paragraph("План на 2027 год", style), story), "a.pdf")) == [[HEADER, row]]


def test_the_last_row_of_a_table_without_lines_stands_alone_on_its_page(style: ParagraphStyle) -> None:
    torn = ("Информационно-методический центр", "май 2027 г.")
    many = [(str(n), f"Мероприятие {n} с названием, которое занимает две строки", *torn) for n in range(1, 12)]
    cells = [[Paragraph(text, style) for text in words] for words in (HEADER, *many)]
    table = Table(cells, colWidths=(50, 120, 115, 80), style=[("VALIGN", (0, 0), (-1, -1), "BOTTOM")])
    document = from_pdf(printed(table), "a.pdf")
    pages = rows(document)
    assert len(pages[-1]) == 1
    assert [row for page in pages for row in page] == [HEADER, *many]
    assert not any(block.doubt for block in document.blocks if isinstance(block, Found))
