"""Makes the default template of the analytic note: ``python docs/make_note_template.py``.

A coordinator may replace the template: open it in Word, change what is to look otherwise, keep the fields. Fields:
heading, subject, region, title, act, period, execution, appendix_words, closing (text); summary, remarks (lists of
text); indicators, lagging, sections, kinds, bodies, overdue, advice (rows with named cells, each with «…_more» on what
is left out); details (title, sentence, document, worst, trend, worst_chart); heat (columns, rows, legend, more);
appendix (title, rows); lagging_chart, sections_chart, bodies_chart (pictures, empty where there is nothing to draw).
"""

import io
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from roadmap.monitoring.report import tables
from roadmap.monitoring.report.tables import Column
from tasks.files.reproducible import tidy

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "tasks" / "monitoring" / "report" / "templates" / "note.docx"
FONT = "Times New Roman"
TEXT_MM = 165
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


class Maker:
    """A Word document that is being written from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        self._paper()
        self._styles()

    def _paper(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin, section.right_margin = Mm(30), Mm(15)
        section.top_margin = section.bottom_margin = Mm(20)
        section.header_distance = Mm(10)
        # The number stands in the middle above the text, from the second page on (ГОСТ Р 7.0.97-2016, пункт 3.2).
        section.different_first_page_header_footer = True
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = number.add_run()
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            part.text = text or None
            run._r.append(part)

    def _styles(self) -> None:
        normal = self.document.styles["Normal"]
        _face(normal, 14)
        normal.element.rPr.append(_lang())
        shape = normal.paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing = 1.15
        for name, size, bold, centred in (("Note Text", 14, False, False), ("Note Title", 14, True, True)):
            style = self._style(name, size, bold=bold)
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.JUSTIFY
            style.paragraph_format.first_line_indent = Cm(0 if centred else 1.25)
            style.paragraph_format.space_after = Pt(0 if centred else 4)
        for name, size in (("Heading 1", 14), ("Heading 2", 14)):
            style = self.document.styles[name]
            _face(style, size)
            style.font.bold, style.font.italic = True, False
            style.font.color.rgb = None
            style.paragraph_format.space_before = Pt(14 if name == "Heading 1" else 10)
            style.paragraph_format.space_after = Pt(6)
            style.paragraph_format.keep_with_next = True
        self._style("Note Cell", 11).paragraph_format.line_spacing = 1.0
        small = self._style("Note Small", 11)
        small.paragraph_format.line_spacing, small.paragraph_format.space_before = 1.0, Pt(3)
        picture = self._style("Note Picture", 11)
        picture.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture.paragraph_format.line_spacing = 1.0
        picture.paragraph_format.space_before = picture.paragraph_format.space_after = Pt(4)

    def _style(self, name: str, size: float, *, bold: bool = False) -> Any:
        style = self.document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self.document.styles["Normal"]
        _face(style, size)
        style.font.bold = bold
        return style

    def text(self, words: str, style: str = "Note Text") -> None:
        self.document.add_paragraph(words, style)

    def head(self, words: str, level: int = 1) -> None:
        self.document.add_paragraph(words, f"Heading {level}")

    def each(self, loop: str, *paragraphs: tuple[str, str]) -> None:
        """Paragraphs once for each entry of a list."""
        self.text(f"{{%p for {loop} %}}")
        for words, style in paragraphs:
            self.text(words, style)
        self.text("{%p endfor %}")

    def when(self, condition: str, words: str, style: str) -> None:
        """A paragraph that stands only if there is something to say."""
        self.text(f"{{%p if {condition} %}}")
        self.text(words, style)
        self.text("{%p endif %}")

    def table(self, loop: str, columns: Sequence[Column], *, toned: str = "", bold_head: bool = True) -> None:
        """A table whose middle row is repeated for each row of the list."""
        table = self.document.add_table(rows=4, cols=len(columns), style="Table Grid")
        table.autofit = False
        for n, column in enumerate(columns):
            table.columns[n].width = width = Mm(TEXT_MM * column.width / 100)
            tone = "{% cellbg row.tone %}" if column.key == toned else ""
            for row, words in ((0, column.title), (2, f"{tone}{{{{ row.{column.key} }}}}")):
                cell = table.cell(row, n)
                cell.width = width
                align = "center" if row == 0 else column.align
                _fill(cell, words, align, bold=row == 0 and bold_head, fill="E8EDF1" if row == 0 else "")
        _fill(table.cell(1, 0), f"{{%tr for row in {loop} %}}", "left")
        _fill(table.cell(3, 0), "{%tr endfor %}", "left")
        _row(table.rows[0], header=True)
        _row(table.rows[2])

    def heat(self) -> None:
        """The heat table: as many columns as there are indicators."""
        table = self.document.add_table(rows=4, cols=4, style="Table Grid")
        for n, (top, body) in enumerate(
            (
                ("Участник", "{{ row.name }}"),
                ("{%tc for code in heat.columns %}", "{%tc for cell in row.cells %}"),
                ("{{ code }}", "{% cellbg cell.tone %}{{ cell.text }}"),
                ("{%tc endfor %}", "{%tc endfor %}"),
            )
        ):
            _fill(table.cell(0, n), top, "center", bold=True, fill="" if "%" in top else "E8EDF1")
            _fill(table.cell(2, n), body, "left" if n == 0 else "center")
        _fill(table.cell(1, 0), "{%tr for row in heat.rows %}", "left")
        _fill(table.cell(3, 0), "{%tr endfor %}", "left")
        _row(table.rows[0], header=True)
        _row(table.rows[2])

    def save(self) -> bytes:
        core = self.document.core_properties
        core.author, core.title, core.comments = "", "Аналитическая справка", ""
        core.created = core.modified = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
        content = io.BytesIO()
        self.document.save(content)
        return tidy(content.getvalue())


def _face(style: Any, size: float) -> None:
    style.font.name, style.font.size = FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)


def _lang() -> Any:
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "ru-RU")
    return lang


def _fill(cell: Any, words: str, align: str, *, bold: bool = False, fill: str = "") -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = "Note Cell"
    paragraph.alignment = ALIGN[align]
    paragraph.add_run(words).bold = bold or None
    if fill:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _row(row: Any, *, header: bool = False) -> None:
    """A row is not torn by the end of a page; the header stands on each page."""
    properties = row._tr.get_or_add_trPr()
    if header:
        # A heading keeps to the head of its table, and the head to the first row.
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    for name in ("w:cantSplit", "w:tblHeader") if header else ("w:cantSplit",):
        properties.append(OxmlElement(name))


def make() -> bytes:
    """The template, the same bytes each time."""
    doc = Maker()
    doc.text("{{ heading }}", "Note Title")
    doc.text("{{ subject }}", "Note Title")
    doc.text("{{ region }}", "Note Title")
    doc.text("{{ title }}, {{ act }}", "Note Small")
    doc.head("Основное")
    doc.each("line in summary", ("{{ line }}", "Note Text"))
    doc.text("{%p if remarks %}")
    doc.head("Примечания", 2)
    doc.each("line in remarks", ("{{ line }}", "Note Text"))
    doc.text("{%p endif %}")
    doc.text("{%p if indicators %}")
    doc.head("Показатели и целевые значения")
    doc.table("indicators", tables.indicators_grid(()).columns, toned="verdict")
    doc.head("Показатели по отдельности")
    doc.text("{%p for one in details %}")
    doc.head("{{ one.title }}", 2)
    doc.text("{{ one.sentence }}")
    doc.when("one.worst", "{{ one.worst }}", "Note Text")
    doc.when("one.trend or one.worst_chart", "{{ one.trend }}{{ one.worst_chart }}", "Note Picture")
    doc.text("{{ one.document }}", "Note Small")
    doc.text("{%p endfor %}")
    doc.text("{%p endif %}")
    _lagging(doc)
    _execution(doc)
    _section(doc, "overdue", "Просроченные контрольные точки", tables.overdue_grid(()).columns, "days")
    _section(doc, "advice", "Адресные рекомендации", tables.advice_grid(()).columns, "")
    doc.text("{%p if heat.rows %}")
    doc.head("Карта дефицитов")
    doc.text("Строки — участники, столбцы — номера показателей. {{ heat.legend }}", "Note Small")
    doc.heat()
    doc.when("heat.more", "{{ heat.more }}", "Note Small")
    doc.text("{%p endif %}")
    doc.head("Приложение. Исходные данные")
    doc.text("{{ appendix_words }}")
    doc.text("{%p for part in appendix %}")
    doc.head("{{ part.title }}", 2)
    doc.table("part.rows", tables.ANSWER_COLUMNS, toned="value")
    doc.text("{%p endfor %}")
    doc.text("{{ closing }}", "Note Small")
    return doc.save()


def _lagging(doc: Maker) -> None:
    doc.text("{%p if lagging %}")
    doc.head("Где значения хуже цели или среднего по региону")
    doc.when("lagging_chart", "{{ lagging_chart }}", "Note Picture")
    doc.table("lagging", tables.lagging_grid(()).columns, toned="target")
    doc.when("lagging_more", "{{ lagging_more }}", "Note Small")
    doc.text("{%p endif %}")


def _execution(doc: Maker) -> None:
    doc.head("Исполнение дорожной карты")
    doc.text("{{ execution }}")
    for name, title in (("sections", "Раздел"), ("kinds", "Вид мероприятия"), ("bodies", "Исполнитель")):
        doc.text(f"{{%p if {name} %}}")
        doc.head({"sections": "По разделам", "kinds": "По видам мероприятий", "bodies": "По исполнителям"}[name], 2)
        if name != "kinds":
            doc.when(f"{name}_chart", f"{{{{ {name}_chart }}}}", "Note Picture")
        doc.table(name, tables.execution_grid(title, ()).columns, toned="share")
        doc.when(f"{name}_more", f"{{{{ {name}_more }}}}", "Note Small")
        doc.text("{%p endif %}")


def _section(doc: Maker, name: str, title: str, columns: Sequence[Column], toned: str) -> None:
    doc.text(f"{{%p if {name} %}}")
    doc.head(title)
    doc.table(name, columns, toned=toned)
    doc.when(f"{name}_more", f"{{{{ {name}_more }}}}", "Note Small")
    doc.text("{%p endif %}")


if __name__ == "__main__":
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(make())
    sys.stdout.write(f"{TEMPLATE}\n")
