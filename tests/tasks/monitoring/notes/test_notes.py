"""The files of a note: the same numbers in Word, PDF and HTML as in the snapshot, kept once, own pages."""

import io
import re
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdfium2 import PdfDocument
from sqlalchemy import Engine

from roadmap.monitoring.report import words
from roadmap.monitoring.report.view import report_of
from roadmap.monitoring.snapshot import Snapshot
from tasks.monitoring.report.build import Composed, compose
from tasks.monitoring.report.pdf import report_pdf
from tasks.monitoring.report.xlsx import appendix_xlsx
from tests.parts.papers import pdf_pages, pdf_text, squeezed
from tests.parts.unpainted import unpainted_figure

AT = datetime(2024, 10, 14, 9, 0, tzinfo=UTC)
ZONE = "Europe/Moscow"
Keep = Callable[[Engine, Snapshot], int]
KINDS = {".docx", ".html", ".pdf"}


def whole(snapshot: Snapshot) -> dict[str, Composed]:
    """The files of the whole note by their ending (charts by name)."""
    made = compose(snapshot, template=None, zone=ZONE)
    return {Path(one.name).suffix if not one.name.endswith(".png") else one.name: one for one in made}


@pytest.fixture(scope="module")
def moscow(snapshot_of: Callable[..., Snapshot]) -> tuple[Snapshot, dict[str, Composed]]:
    """Moscow's six indicators and 54 municipalities, written once for the tests that only read; charts are white."""
    snapshot = snapshot_of()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.monitoring.report.charts.figure_of", unpainted_figure)
        return snapshot, whole(snapshot)


def docx_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def number(text: str) -> float:
    return float(re.sub(r"[^\d,−]", "", text).replace(",", ".").replace("−", "-"))


def test_the_numbers_of_the_word_document_are_those_of_the_snapshot(
    moscow: tuple[Snapshot, dict[str, Composed]],
) -> None:
    snapshot, made = moscow
    document = Document(io.BytesIO(made[".docx"].content))
    tables = {table.rows[0].cells[1].text: table for table in document.tables}
    shown = {row.cells[0].text: row.cells for row in tables["Показатель"].rows[1:]}
    assert shown.keys() == {one.code for one in snapshot.indicators}
    for one in snapshot.indicators:
        value, _, coverage = shown[one.code][3].text.partition(" (")
        assert value == words.amount(one, one.value)
        assert coverage == (f"{words.coverage(one)})" if one.asked > 1 else "")
        if one.way == "share" and one.value is not None:
            assert number(value) == pytest.approx(one.value, abs=0.06)
    sources = [table for table in document.tables if table.rows[0].cells[-1].text == "Источник"]
    for table, one in zip(sources, snapshot.indicators, strict=True):
        rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
        assert [row[0] for row in rows] == [answer.name for answer in one.answers]
        for row, answer in zip(rows, one.answers, strict=True):
            assert (number(row[1]) if row[1] != "—" else None) == answer.numerator
            assert (number(row[2]) if row[2] != "—" else None) == answer.denominator


def test_the_word_document_is_an_official_paper(moscow: tuple[Snapshot, dict[str, Composed]]) -> None:
    content = moscow[1][".docx"].content
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.styles["Normal"].font.size.pt == 14
    assert "PAGE" in section.header._element.xml
    pictures = document._element.xpath(".//wp:docPr")
    assert len(pictures) == 12
    assert all(picture.get("descr").startswith(("График", "Диаграмма")) for picture in pictures)
    assert len({picture.get("id") for picture in pictures}) == 12
    text = docx_text(content)
    assert "Сергиево-Посадский городской округ <№ 1> & филиал" in text
    assert "{{" not in text
    assert "{%" not in text


def test_the_pdf_and_the_page_say_what_the_word_document_says(moscow: tuple[Snapshot, dict[str, Composed]]) -> None:
    snapshot, made = moscow
    pdf, html = squeezed(pdf_text(made[".pdf"].content)), squeezed(made[".html"].content.decode())
    note = report_of(snapshot, zone=ZONE)
    for line in (*note.summary, *(one.sentence for one in note.details), note.execution, snapshot.sha256):
        assert squeezed(line) in pdf, line
        assert squeezed(line) in html, line
    for row in (*note.indicators.rows, *note.sections.rows, *note.overdue.rows):
        assert squeezed(row.get("value") or row["days" if "days" in row else "share"]) in pdf
    assert [page.split("\n")[0] for page in pdf_pages(made[".pdf"].content)[1:4]] == ["2", "3", "4"]
    with PdfDocument(made[".pdf"].content) as opened:
        assert [round(side) for side in opened[0].get_size()] == [595, 842]


def test_a_letter_of_another_language_does_not_garble_the_pdf(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(count=9, silent=2)
    text = "Мәғариф бүлеге — муниципаль район хакимиәтенең мәғариф бүлеге, әлеге осорҙа мәғлүмәт бирмәне һәм һуңланы."
    note = report_of(snapshot.model_copy(update={"remarks": (text,)}), zone=ZONE)
    said = squeezed(pdf_text(report_pdf(note, {}, as_of=snapshot.as_of)))
    assert squeezed(text) in said
    assert squeezed(note.summary[2]) in said


def test_the_page_needs_nothing_from_outside_and_runs_nothing(moscow: tuple[Snapshot, dict[str, Composed]]) -> None:
    html = moscow[1][".html"].content.decode()
    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?!data:)', html)
    assert "округ &lt;№ 1&gt; &amp; филиал" in html


@pytest.mark.parametrize(
    ("code", "facts", "said", "not_said"),
    [
        pytest.param("surgut", {"count": 44}, "показатель не оценивается", "не достигнут", id="Surgut is not judged"),
        pytest.param("krasnodar", {"count": 44}, "составлена по исполнению", "Карта дефицитов", id="no indicators"),
        pytest.param(
            "moscow-oblast", {"silent": 54, "advice": (), "overdue": (), "by_body": ()},
            "Нет данных: 6 показателей", "Адресные рекомендации", id="nothing given",
        ),
        pytest.param(
            "krasnodar",
            {"by_body": (), "by_section": (), "by_kind": (), "overdue": (), "advice": (), "remarks": ()},
            "Данных по показателям в этом раунде не запрашивалось", "По разделам", id="nothing at all",
        ),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("unpainted")
def test_a_note_says_what_there_is(
    code: str, facts: dict[str, Any], said: str, not_said: str, snapshot_of: Callable[..., Snapshot]
) -> None:
    made = whole(snapshot_of(code, **facts))
    texts = (docx_text(made[".docx"].content), pdf_text(made[".pdf"].content), made[".html"].content.decode())
    for text in map(squeezed, texts):
        assert squeezed(said) in text
        assert squeezed(not_said) not in text


def test_the_same_snapshot_gives_the_same_bytes(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of("krasnodar", count=20)
    first = {name: made.content for name, made in whole(snapshot).items()} | {"xlsx": appendix_xlsx(snapshot)}
    time.sleep(2.1)  # A clock in a file would show: office files count in seconds, zips in two of them.
    again = {name: made.content for name, made in whole(snapshot).items()} | {"xlsx": appendix_xlsx(snapshot)}
    assert [name for name in first if first[name] != again[name]] == []


@pytest.mark.usefixtures("campaign")
def test_a_note_of_2400_municipalities_is_written_in_seconds(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(count=2400, silent=300)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    made = whole(snapshot)
    assert time.process_time() - began < 15
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 300
    assert "ещё 280 (полный перечень — в приложении)" in docx_text(made[".docx"].content).replace("\u00a0", " ")
    assert len(made[".html"].content) < 5 * 2**20
