"""Files of every kind give the same items; what cannot be read is refused in one line."""

import io
import zipfile
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from docx import Document as new_docx
from reportlab.lib import pagesizes, pdfencrypt
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from roadmap.documents.importer import Found, find
from tasks.documents import reader as module
from tasks.documents.reader import read_document
from tasks.files.errors import DocumentRefused

HEAD = ("ПРИКАЗ", "от 12.01.2027 № 15", "Об утверждении плана", "План мероприятий Краснодарского края на 2027 год")
HEADER = ("№ п/п", "Мероприятие", "Ответственный", "Срок")
MEASURES = (
    ("1", "Семинар для директоров", "институт", "май 2027 г."),
    ("2", "Форум педагогов", "министерство", "до 1 июня 2027 г."),
)
WIDE = (
    ("1", "Семинар", "институт", "май 2027 г."),
    ("2", "Форум", "весь институт", ""),
    ("3", "Слет", "отдел", "июнь 2027 г."),
    ("4", "Съезд", "отдел", ""),
)
Build = Callable[[Path], Path]


def docx_order(path: Path) -> Path:
    """A heading over all columns, and a header repeated in the middle."""
    document = new_docx()
    for text in HEAD:
        document.add_paragraph(text)
    table = document.add_table(rows=0, cols=4)
    for words in (HEADER, ("Раздел 1. Учеба",), MEASURES[0], HEADER, MEASURES[1]):
        cells = table.add_row().cells
        if len(words) == 1:
            cells[0].merge(cells[3]).text = words[0]
        else:
            for cell, text in zip(cells, words, strict=True):
                cell.text = text
    document.save(str(path))
    return path


def html_order(path: Path) -> Path:
    rows = "".join("<tr>" + "".join(f"<td><p>{text}" for text in words) for words in MEASURES)
    head = "".join(f"<p>{text}</p>" for text in HEAD)
    header = "<tr>" + "".join(f"<th>{text}</th>" for text in HEADER) + "</tr>"
    section = "<tr><td colspan=4>Раздел 1. Учеба</td></tr>"
    path.write_text(
        f"<head><meta charset=windows-1251><style>p{{}}</style></head>{head}<table>{header}{section}{rows}</table>",
        encoding="cp1251",
    )
    return path


def pdf_order(
    path: Path,
    *,
    password: str = "",
    measures: tuple[tuple[str, ...], ...] = MEASURES,
    spans: Sequence[tuple[str, tuple[int, int], tuple[int, int]]] = (),
) -> Path:
    """A table in lines on as many pages as it needs, the header on each."""
    if "Geist" not in pdfmetrics.getRegisteredFontNames():
        font = files("prefect.server").joinpath("ui-v2", "fonts", "Geist-VariableFont_wght.ttf")
        pdfmetrics.registerFont(TTFont("Geist", io.BytesIO(font.read_bytes())))
    style = ParagraphStyle("words", fontName="Geist", fontSize=10, spaceAfter=12)
    section = ("Раздел 1. Учеба", "", "", "")
    table = Table(
        [[Paragraph(text, style) if text else "" for text in words] for words in (HEADER, section, *measures)],
        colWidths=(70, 170, 110, 110),
        repeatRows=1,
        style=[("GRID", (0, 0), (-1, -1), 1, "black"), ("SPAN", (0, 1), (-1, 1)), *spans],
    )
    crypt = pdfencrypt.StandardEncryption(password) if password else None
    story = [*(Paragraph(text, style) for text in HEAD), table]
    SimpleDocTemplate(str(path), pagesize=pagesizes.A5, encrypt=crypt).build(story)
    return path


def txt_order(path: Path) -> Path:
    rows = ("\t".join(words) for words in (HEADER, ("Раздел 1. Учеба", "", "", ""), *MEASURES))
    path.write_text("\n\n".join(HEAD) + "\n\n" + "\n".join(rows), encoding="cp1251")
    return path


def imported(path: Path) -> Found:
    return find(read_document(path))


def rows_of(found: Found) -> list[tuple[str, ...]]:
    table = (entry for entry in found.items if entry.origin == "table")
    return [(e.item.number, *(e.item.words.get(role, "") for role in ("title", "responsible", "term"))) for e in table]


KINDS = {".docx": docx_order, ".html": html_order, ".pdf": pdf_order, ".txt": txt_order}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_order_gives_the_same_items_from_every_kind_of_file(kind: str, tmp_path: Path) -> None:
    found = imported(KINDS[kind](tmp_path / f"order{kind}"))

    assert rows_of(found) == list(MEASURES)
    assert {entry.item.section for entry in found.items} == {"Раздел 1. Учеба"}
    assert (found.act.number, found.title) == ("15", HEAD[3])
    repeated = 1 if kind == ".docx" else 0
    assert {name: found.counts[name] for name in ("item", "heading", "header", "question")} == {
        "item": 2,
        "heading": 1,
        "header": 1 + repeated,
        "question": 0,
    }
    assert found.rows == sum(found.counts.values())


def test_a_pdf_table_over_many_pages_is_one_table_and_places_name_the_page(tmp_path: Path) -> None:
    measures = tuple((str(n), f"Мероприятие номер {n}", "институт", "май 2027 г.") for n in range(1, 61))
    found = imported(pdf_order(tmp_path / "order.pdf", measures=measures))

    assert rows_of(found) == list(measures)
    assert found.items[-1].item.place.startswith("с. ")
    assert found.items[-1].item.place != found.items[0].item.place
    assert found.counts["header"] >= 3
    assert found.rows == sum(found.counts.values())


def test_a_word_table_split_in_two_goes_on_and_a_torn_row_is_whole(tmp_path: Path) -> None:
    document = new_docx()
    for rows in ((HEADER, ("1", "Семинар для", "институт", "май 2027 г.")), (("", "директоров", "", ""), MEASURES[1])):
        table = document.add_table(rows=0, cols=4)
        for words in rows:
            for cell, text in zip(table.add_row().cells, words, strict=True):
                cell.text = text
        document.add_paragraph("")
    document.save(str(tmp_path / "order.docx"))

    found = imported(tmp_path / "order.docx")
    assert rows_of(found) == list(MEASURES)
    assert (found.counts["continuation"], found.rows) == (1, 4)


@pytest.mark.parametrize("kind", [".docx", ".html"])
def test_words_of_a_cell_merged_downwards_belong_to_every_row_it_covers(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"order{kind}"
    if kind == ".docx":
        document = new_docx()
        table = document.add_table(rows=3, cols=4)
        for row, words in zip(table.rows, (HEADER, *MEASURES), strict=True):
            for cell, text in zip(row.cells, words, strict=True):
                cell.text = text
        table.cell(2, 3).text = ""
        table.cell(1, 3).merge(table.cell(2, 3))
        document.save(str(path))
    else:
        header = "".join(f"<th>{text}</th>" for text in HEADER)
        first = "".join(f"<td>{text}</td>" for text in MEASURES[0][:3]) + "<td rowspan=2>май 2027 г.</td>"
        second = "".join(f"<td>{text}</td>" for text in MEASURES[1][:3])
        path.write_text(f"<table><tr>{header}<tr>{first}<tr>{second}</table>", encoding="utf-8")

    assert [row[3] for row in rows_of(imported(path))] == ["май 2027 г.", "май 2027 г."]


def test_numbers_that_word_makes_itself_are_numbers(tmp_path: Path) -> None:
    document = new_docx()
    table = document.add_table(rows=0, cols=4)
    for words in (HEADER, *MEASURES):
        cells = table.add_row().cells
        for cell, text in zip(cells[1:], words[1:], strict=True):
            cell.text = text
        if words is HEADER:
            cells[0].text = words[0]
            continue
        cells[0].paragraphs[0].style = document.styles["List Number"]
    document.save(str(tmp_path / "order.docx"))

    assert [row[0] for row in rows_of(imported(tmp_path / "order.docx"))] == ["1", "2"]


def scan(path: Path) -> Path:
    canvas = Canvas(str(path))
    canvas.rect(10, 10, 300, 300, fill=1)
    canvas.save()
    return path


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (201 * 1024 * 1024))
    return path


def written(content: bytes) -> Build:
    def build(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return build


def large(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    return path


OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("name", "build", "why"),
    [
        pytest.param("a.pdf", scan, "нет текста", id="a scan without text"),
        pytest.param("a.pdf", lambda path: pdf_order(path, password="x"), "паролем", id="a PDF with a password"),
        pytest.param("a.pdf", written(b"%PDF-1.7 nothing"), "повреждён", id="a damaged PDF"),
        pytest.param(
            "a.docx", written(OLD_WORD + "EncryptedPackage".encode("utf-16-le")), "паролем", id="a locked Word"
        ),
        pytest.param("a.doc", written(OLD_WORD), ".doc", id="an old Word"),
        pytest.param("a.docx", written(b"PK\x03\x04 nothing"), "повреждён", id="a damaged Word"),
        pytest.param("a.docx", bomb, "200 МБ", id="a zip bomb"),
        pytest.param("a.docx", large, "50 МБ", id="a file that is too large"),
        pytest.param("a.txt", written(b"\0\1\2"), "не текст", id="bytes that are no text"),
        pytest.param("a.txt", written(b""), "пуст", id="an empty file"),
        pytest.param("a.html", written(b"<html><script>1</script>"), "нет текста", id="a page without words"),
        pytest.param("a.xlsx", written(b"PK"), "формат", id="an unknown type"),
        pytest.param("a.docx", lambda path: path, "файла нет", id="no file"),
        pytest.param("a.docx", lambda path: path.mkdir() or path, "папка", id="a folder"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(name: str, build: Build, why: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentRefused, match=why) as refused:
        read_document(build(tmp_path / name))
    assert str(refused.value).startswith(f"{name}: ")
    assert "\n" not in str(refused.value)


def test_the_largest_file_that_is_taken_is_fifty_megabytes() -> None:
    assert module.LARGEST == 50 * 2**20


def test_a_wide_cell_of_a_pdf_takes_no_words_from_the_row_above(tmp_path: Path) -> None:
    path = tmp_path / "order.pdf"
    pdf_order(path, spans=[("SPAN", (2, 3), (3, 3)), ("SPAN", (3, 4), (3, 5))], measures=WIDE)
    found = imported(path)
    assert [row[2:] for row in rows_of(found)] == [
        ("институт", "май 2027 г."),
        ("весь институт", ""),
        ("отдел", "июнь 2027 г."),
        ("отдел", "июнь 2027 г."),
    ]
    assert [question.about for question in found.all_questions() if question.about == "term"] == ["term"]
