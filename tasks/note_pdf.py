"""The analytic note and a body's own page as PDF, A4, with the fonts that matplotlib ships."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from roadmap.monitoring.heat import Heat
from roadmap.monitoring.note_tables import Column, Grid
from roadmap.monitoring.note_view import Note, Page
from roadmap.monitoring.note_words import printable

if TYPE_CHECKING:
    from tasks.charts import Chart

#: Times-like, with Cyrillic; words with a letter that it lacks (of other languages of Russia) are set in DejaVu.
TEXT, SPARE = "STIXGeneral", "DejaVu Serif"
FILES = {
    (TEXT, ""): "STIXGeneral",
    (TEXT, "B"): "STIXGeneralBol",
    (SPARE, ""): "DejaVuSerif",
    (SPARE, "B"): "DejaVuSerif-Bold",
}
INDENT = 12.5
LEFT, RIGHT, TOP, WIDTH = 30, 15, 20, 165
HEAD_FILL, INK, SOFT, LINE = (232, 237, 241), (27, 37, 48), (84, 98, 108), (144, 164, 174)
CELL_PT = 10
SMALL_PT = 10.5


def note_pdf(note: Note, charts: Mapping[str, "Chart"], *, as_of: datetime) -> bytes:
    """The whole note; the same note gives the same bytes."""
    pdf = _Pdf(f"{note.heading}. {note.region}. {note.period}", as_of)
    pdf.title_block(note.heading, note.subject, note.region, f"{note.title}, {note.act}")
    pdf.head("Основное")
    pdf.each(note.summary)
    if note.remarks:
        pdf.head("Примечания", 2)
        pdf.each(note.remarks)
    if note.indicators.rows:
        pdf.head("Показатели и целевые значения")
        pdf.grid(note.indicators)
        pdf.head("Показатели по отдельности")
        for one in note.details:
            pdf.head(one.title, 2)
            pdf.say(one.sentence)
            pdf.chart(charts.get(f"trend/{one.code}"))
            if one.worst:
                pdf.say(one.worst)
            pdf.chart(charts.get(f"worst/{one.code}"))
            pdf.small(one.document)
    if note.lagging.rows:
        pdf.head("Карта отстающих муниципалитетов")
        pdf.chart(charts.get("lagging"))
        pdf.grid(note.lagging)
    _execution(pdf, note, charts)
    for title, grid in (("Просроченные контрольные точки", note.overdue), ("Адресные рекомендации", note.advice)):
        if grid.rows:
            pdf.head(title)
            pdf.grid(grid)
    if note.heat:
        pdf.head("Карта дефицитов")
        pdf.small(f"Строки — муниципалитеты, столбцы — номера показателей. {note.heat.compared}")
        pdf.legend(note.heat)
        pdf.heat(note.heat)
    pdf.head("Приложение. Исходные данные")
    pdf.say(note.appendix_words)
    for title, grid in note.appendix:
        pdf.head(title, 2)
        pdf.grid(grid)
    return pdf.finished(note.closing)


def _execution(pdf: "_Pdf", note: Note, charts: Mapping[str, "Chart"]) -> None:
    pdf.head("Исполнение дорожной карты")
    pdf.say(note.execution)
    for title, key, grid in (
        ("По разделам", "sections", note.sections),
        ("По видам мероприятий", "kinds", note.kinds),
        ("По исполнителям", "bodies", note.bodies),
    ):
        if grid.rows:
            pdf.head(title, 2)
            pdf.chart(charts.get(key))
            pdf.grid(grid)


def page_pdf(page: Page, *, as_of: datetime) -> bytes:
    """A body's own page."""
    pdf = _Pdf(f"{page.heading}. {page.body}. {page.region}", as_of)
    pdf.title_block(page.body, page.subject, page.region, f"{page.title}, {page.act}")
    pdf.say(page.lead)
    if page.indicators.rows:
        pdf.head("Показатели", 2)
        pdf.grid(page.indicators)
    if page.execution:
        pdf.head("Исполнение дорожной карты", 2)
        pdf.say(page.execution)
    for title, grid in (("Просроченные контрольные точки", page.overdue), ("Рекомендации", page.advice)):
        if grid.rows:
            pdf.head(title, 2)
            pdf.grid(grid)
    return pdf.finished(page.closing)


class _Pdf(FPDF):
    """A4 with the margins and the page numbers of an official paper (ГОСТ Р 7.0.97-2016)."""

    def __init__(self, title: str, as_of: datetime) -> None:
        super().__init__(format="A4")
        for style in ("", "B"):
            self.add_font(TEXT, style, _fonts()[TEXT, style])
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(True, margin=20)
        self.set_title(title)
        self.set_lang("ru-RU")
        self.set_creation_date(as_of)
        self.set_producer("")
        self.set_text_color(*INK)
        self.set_draw_color(*LINE)
        self.add_page()

    def header(self) -> None:
        """The number of the page above the text, from the second page on."""
        if self.page_no() > 1:
            self.set_font(TEXT, "", 11)
            self.set_xy(LEFT, 10)
            self.cell(WIDTH, 5, str(self.page_no()), align=Align.C)
            self.set_xy(LEFT, TOP)

    def title_block(self, heading: str, subject: str, region: str, act: str) -> None:
        """Centred, above the first page."""
        for words, style, size in ((heading, "B", 15), (subject, "B", 13), (region, "B", 13), (act, "", 11)):
            self._write(words, style=style, size=size, align=Align.C)
        self.ln(2)

    def head(self, words: str, level: int = 1) -> None:
        """A heading that does not stay alone at the end of a page."""
        if self.will_page_break(34):
            self.add_page()
        self.ln(4 if level == 1 else 2.5)
        self.start_section(printable(words), level=level - 1)
        self._write(words, style="B", size=14 if level == 1 else 12.5)
        self.ln(1)

    def each(self, several: Iterable[str]) -> None:
        for words in several:
            self.say(words)

    def say(self, words: str) -> None:
        """A paragraph with an indented first line."""
        words = printable(words)
        self.set_font(self._family(words), "", 13)
        with self.text_columns(text_align="J", l_margin=LEFT, r_margin=RIGHT) as column:
            column.paragraph(first_line_indent=INDENT, line_height=1.22, bottom_margin=1).write(words)

    def small(self, words: str) -> None:
        self.set_text_color(*SOFT)
        self._write(words, size=SMALL_PT)
        self.set_text_color(*INK)

    def chart(self, chart: "Chart | None") -> None:
        """A picture that is not torn from page to page."""
        if chart is None:
            return
        if self.will_page_break(chart.height_mm + 4):
            self.add_page()
        self.ln(1.5)
        self.image(BytesIO(chart.content), x=LEFT, w=WIDTH, alt_text=chart.alt)
        self.ln(2)

    def grid(self, grid: Grid) -> None:
        """A table; its head stands on each page."""
        rows = ([(row[column.key], row["tone"] if column.key == grid.toned else "") for column in grid.columns]
                for row in grid.rows)  # fmt: skip
        self._table([column.title for column in grid.columns], grid.columns, rows)
        if grid.more:
            self.small(grid.more)

    def heat(self, heat: Heat) -> None:
        """The heat table."""
        other = min(13, 72 // len(heat.columns))
        first = Column("name", "", 100 - other * len(heat.columns))
        columns = (first, *(Column(code, code, other, "center") for code in heat.columns))
        rows = ([(row.name, ""), *((cell.text, cell.tone) for cell in row.cells)] for row in heat.rows)
        self._table(["Муниципалитет", *heat.columns], columns, rows, size=9)
        if heat.more:
            self.small(heat.more)

    def legend(self, heat: Heat) -> None:
        """Colours and what they mean."""
        self.ln(1)
        self.set_font(TEXT, "", SMALL_PT)
        for tone, words in heat.legend:
            wide = self.get_string_width(words) + 12
            if self.get_x() + wide > LEFT + WIDTH:
                self.ln(5.5)
            self.set_fill_color(*_rgb(tone))
            self.rect(self.get_x(), self.get_y() + 0.6, 4, 4, style="DF")
            self.set_x(self.get_x() + 5)
            self.cell(wide - 6, 5, words)
        self.ln(7)

    def finished(self, closing: str) -> bytes:
        """The bytes, with the last line written."""
        self.ln(4)
        self.small(closing)
        return bytes(self.output())

    def _write(self, words: str, *, size: float, style: str = "", align: Align = Align.L) -> None:
        words = printable(words)
        self.set_font(self._family(words), style, size)
        self.set_x(LEFT)
        self.multi_cell(WIDTH, size * 0.46, words, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _family(self, words: str) -> str:
        """One face for all of the words: mixed within a justified line, the library garbles what follows."""
        if all(ord(sign) in self.fonts[TEXT.lower()].cmap for sign in words if sign not in "\n\u00ad"):  # type: ignore[union-attr]
            return TEXT
        for style in ("", "B"):
            self.add_font(SPARE, style, _fonts()[SPARE, style])
        return SPARE

    def _table(
        self,
        titles: Sequence[str],
        columns: Sequence[Column],
        rows: Iterable[Sequence[tuple[str, str]]],
        *,
        size: float = CELL_PT,
    ) -> None:
        self.ln(1)
        self.set_font(TEXT, "", size)
        aligns = tuple({"left": Align.L, "center": Align.C, "right": Align.R}[column.align] for column in columns)
        with self.table(
            width=WIDTH, col_widths=tuple(column.width for column in columns), text_align=aligns,
            line_height=size * 0.42,
            align=Align.L, padding=0.9, borders_layout=TableBordersLayout.ALL, wrapmode=WrapMode.WORD,
            headings_style=FontFace(emphasis="BOLD", fill_color=HEAD_FILL, color=INK),
        ) as table:  # fmt: skip
            table.row([printable(title) for title in titles])
            for cells in rows:
                row = table.row()
                for words, tone in cells:
                    ground = _rgb(tone) if tone else None
                    row.cell(printable(words), style=FontFace(family=self._family(words), fill_color=ground))
        self.ln(2)


@cache
def _fonts() -> Mapping[tuple[str, str], Path]:
    """Where the fonts lie."""
    import matplotlib

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return {key: folder / f"{name}.ttf" for key, name in FILES.items()}


def _rgb(tone: str) -> tuple[int, int, int]:
    number = int(tone, 16)
    return number >> 16, number >> 8 & 255, number & 255
