"""How a note lies on paper: no heading alone at the end of a page, no doubled stop, tables of sensible width."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pdfplumber
import pytest
from docx import Document
from docx.shared import Mm
from pypdfium2 import PdfDocument, PdfTextObj

from roadmap.monitoring.report.tables import advice_grid
from roadmap.monitoring.report.view import Pages, report_of
from roadmap.monitoring.snapshot import Advice, Snapshot
from tasks.monitoring.report.charts import charts_of
from tasks.monitoring.report.docx import report_docx
from tasks.monitoring.report.html import report_html
from tasks.monitoring.report.pdf import page_pdf, report_pdf

TEXT_MM = 165
#: Where the text of a page ends, points from its top.
END = (297 - 20) * 72 / 25.4
#: Letters of one line end no further from each other, points.
LINE = 4


def bottoms(content: bytes) -> Iterator[tuple[bool, str, float]]:
    """Of each page but the last: whether its last line is a heading, the line, and the white below it, mm."""
    with PdfDocument(content) as pdf:
        for page in list(pdf)[:-1]:
            lows = [(shape.get_bounds()[1], shape) for shape in page.get_objects()]
            low = min(bottom for bottom, _ in lows)
            words = [(bottom, shape) for bottom, shape in lows if isinstance(shape, PdfTextObj)]
            bottom = min(bottom for bottom, _ in words)
            line = [shape for at, shape in words if at - bottom < LINE]
            is_heading = low == bottom and all("Bol" in shape.get_font().get_base_name() for shape in line)
            texts = page.get_textpage()
            said = texts.get_text_bounded(bottom=bottom, top=bottom + LINE)
            yield is_heading, said, (END - (page.get_height() - low)) * 25.4 / 72


def with_charts_alone(snapshot: Snapshot) -> Snapshot:
    """As in the first round of all: no way to draw yet, so that every chart stands alone."""
    first = tuple(one.model_copy(update={"trend": one.trend[-1:]}) for one in snapshot.indicators)
    return snapshot.model_copy(update={"indicators": first})


def assert_lies_well(snapshot: Snapshot) -> None:
    content = report_pdf(report_of(snapshot), charts_of(snapshot, form="screen"), as_of=snapshot.as_of)
    pages = list(bottoms(content))
    assert [line for is_heading, line, _ in pages if is_heading] == []
    assert max(white for _, _, white in pages) < 100, "a page is left more than a third white"


@pytest.mark.parametrize(("count", "is_first"), [(3, True), (7, False), (23, True)])
@pytest.mark.usefixtures("unpainted")
def test_no_heading_stands_alone_at_the_end_of_a_page(
    count: int, is_first: bool, snapshot_of: Callable[..., Snapshot]
) -> None:
    snapshot = snapshot_of(count=count, silent=1)
    assert_lies_well(with_charts_alone(snapshot) if is_first else snapshot)


@pytest.mark.parametrize("count", [*range(3, 45)])
@pytest.mark.usefixtures("unpainted", "campaign")
def test_no_heading_stands_alone_in_a_note_of_so_many(count: int, snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(count=count, silent=1)
    assert_lies_well(snapshot)
    assert_lies_well(with_charts_alone(snapshot))


def test_in_word_headings_and_heads_of_tables_keep_with_what_follows(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(count=9, silent=1)
    document = Document(io.BytesIO(report_docx(report_of(snapshot), {}, template=None, as_of=snapshot.as_of)))
    for level in (1, 2):
        assert document.styles[f"Heading {level}"].paragraph_format.keep_with_next
    for table in document.tables:
        assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in table.rows[0].cells)


@pytest.mark.usefixtures("unpainted")
def test_two_pictures_stand_side_by_side_in_word(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of()
    charts = charts_of(snapshot, form="screen")
    document = Document(io.BytesIO(report_docx(report_of(snapshot), charts, template=None, as_of=snapshot.as_of)))
    widths = [
        [int(size.get("cx")) for size in paragraph._p.xpath(".//wp:inline/wp:extent")]
        for paragraph in document.paragraphs
    ]
    pairs = [several for several in widths if len(several) > 1]
    both = [one for one in snapshot.indicators if {f"trend/{one.code}", f"worst/{one.code}"} <= charts.keys()]
    assert len(pairs) == len(both) > 0
    assert all(sum(several) <= Mm(TEXT_MM) for several in pairs)


def advice(**facts: Any) -> Advice:
    known: dict[str, Any] = {
        "rule": "silent", "indicator": None, "body": "mo-1", "body_name": "Орехово-Зуевский г. о.",
        "text": "Представить данные за III квартал 2024 г..", "ground": "Отставание 5 п.\u00a0п..", "item_codes": (),
        "items": tuple(f"2.{n} {'Сопровождение педагогических работников ' * 6}" for n in range(1, 6)),
        "due_on": "2024-12-15", "open_key": "k",
    }  # fmt: skip
    return Advice.model_validate(known | facts)


@pytest.mark.parametrize("with_body", [True, False])
def test_the_table_of_recommendations_is_readable(with_body: bool) -> None:
    grid = advice_grid([advice(is_open_already=True)], with_body=with_body)
    wide = {column.key: column.width for column in grid.columns}
    assert sum(wide.values()) == 100
    assert wide["points"] >= 20
    [row] = grid.rows
    assert row["points"].endswith("; ещё\u00a02")
    assert max(len(part) for part in row["points"].split("; ")) <= 65
    assert row["text"] == "Представить данные за III квартал 2024 г. Дано ранее, ещё не исполнено."
    assert row["ground"] == "Отставание 5 п.\u00a0п."


def test_a_row_of_recommendations_is_lower_than_a_fifth_of_a_page(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(count=5, silent=0, advice=(advice(), advice(body="mo-2")))
    content = page_pdf(Pages(snapshot).page("mo-1", "Балашиха"), as_of=snapshot.as_of)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        rows = [row for page in pdf.pages for table in page.find_tables() for row in table.rows]
    assert max(row.bbox[3] - row.bbox[1] for row in rows) * 25.4 / 72 < 297 / 5


@pytest.mark.parametrize("code", ["moscow-oblast", "surgut", "krasnodar"])
@pytest.mark.usefixtures("unpainted")
def test_no_sentence_of_a_note_ends_with_two_stops(code: str, snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(code, count=9, silent=2, remarks=("Показатель введён в III квартале 2024 г..",))
    renamed = tuple(
        one.model_copy(update={"answers": tuple(replace(each, name=f"{each.name} г. о.") for each in one.answers)})
        for one in snapshot.indicators
    )
    facts = {"indicators": renamed, "silent": ("Рузский г. о.",), "advice": (advice(),)}
    snapshot = snapshot.model_copy(update=facts)
    note, charts = report_of(snapshot), charts_of(snapshot, form="screen")
    own = Pages(snapshot).page("mo-1", "Балашиха г. о.")
    parts = (own.subject, own.lead, own.execution, own.closing, *(row["text"] for row in own.advice.rows))
    said = (*(chart.alt for chart in charts.values()), report_html(note, {}).decode(), *parts)
    assert [found for text in said for found in re.findall(r".{0,40}\.\s?\.", text)] == []
