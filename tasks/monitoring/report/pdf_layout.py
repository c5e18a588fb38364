"""The paper of a note: A4 with the fonts that matplotlib ships, headings, paragraphs, pictures, tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, TableBordersLayout, VAlign, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from roadmap.monitoring.report.heat_table import Heat
from roadmap.monitoring.report.tables import Column, Grid
from roadmap.monitoring.report.words import printable
from tasks.monitoring.report.chart_axes import HALF_MM

if TYPE_CHECKING:
    from tasks.monitoring.report.charts import Chart

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
PADDING = 0.9
LINE_HEIGHT = 0.43
#: Of a heading, by its level: the room above it, mm, and its size, points.
GAP, HEAD_PT = {1: 4.0, 2: 2.5}, {1: 14.0, 2: 12.5}


class Paper(FPDF):
    """A4 with the margins and the page numbers of an official paper (ГОСТ Р 7.0.97-2016)."""

    def __init__(self, title: str, as_of: datetime) -> None:
        super().__init__(format="A4")
        self._heads: list[tuple[str, int]] = []
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
        """A heading; it is written with what follows, so that it never stays alone at the end of a page."""
        self._heads.append((printable(words), level))

    def _stand(self, height: float) -> None:
        """Write the headings that wait, on a page that has room for them and so much of what follows."""
        heads, self._heads = self._heads, []
        tall = sum(GAP[level] + 1 + self._tall(words, HEAD_PT[level], style="B") for words, level in heads)
        if self.get_y() > TOP and self.will_page_break(tall + height):
            self.add_page()
        for words, level in heads:
            self.ln(GAP[level])
            self.start_section(words, level=level - 1)
            self._write(words, style="B", size=HEAD_PT[level])
            self.ln(1)

    def _tall(self, words: str, size: float, *, style: str = "", width: float = WIDTH, line: float = 0.46) -> float:
        """How tall words stand in a width, mm."""
        self.set_font(self._family(words), style, size)
        tall = self.multi_cell(width, size * line, words or " ", dry_run=True, output=MethodReturnValue.HEIGHT)
        assert isinstance(tall, float)
        return tall

    def each(self, several: Iterable[str]) -> None:
        for words in several:
            self.say(words)

    def say(self, words: str) -> None:
        """A paragraph with an indented first line."""
        words = printable(words)
        # Four lines stay together; of more, three do.
        tall = self._tall(words, 13, line=LINE_HEIGHT)
        self._stand(tall if tall < 23 else 17)
        self.set_font(self._family(words), "", 13)
        with self.text_columns(text_align="J", l_margin=LEFT, r_margin=RIGHT) as column:
            column.paragraph(first_line_indent=INDENT, line_height=1.22, bottom_margin=1).write(words)

    def small(self, words: str) -> None:
        self._stand(self._tall(printable(words), SMALL_PT))
        self.set_text_color(*SOFT)
        self._write(words, size=SMALL_PT)
        self.set_text_color(*INK)

    def charts(self, *several: "Chart | None", below: str = "") -> None:
        """Pictures side by side, not torn from page to page, nor from the small words ``below`` that follow."""
        there = [chart for chart in several if chart is not None]
        if not there:
            return
        tall = max(chart.height_mm for chart in there)
        self._stand(tall + 4 + (self._tall(printable(below), SMALL_PT) if below else 0))
        self.ln(1.5)
        x, y = float(LEFT), self.get_y()
        for chart in there:
            self.image(BytesIO(chart.content), x=x, y=y, w=chart.width_mm, alt_text=chart.alt)
            x = LEFT + WIDTH - HALF_MM
        self.set_xy(LEFT, y + tall + 2)

    def chart_and_grid(self, chart: "Chart | None", grid: Grid) -> None:
        """A chart above its table; where the page has no room for it, below: the table fills the page."""
        height = 0.0 if chart is None else chart.height_mm
        heads = 20 * len(self._heads)
        # With no room for a piece of the table either, both go to the next page.
        is_above = not self.will_page_break(height + heads + 4) or self.will_page_break(45 + heads)
        self.charts(chart if is_above else None)
        self.grid(grid)
        self.charts(None if is_above else chart)

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
        self._table(["Участник", *heat.columns], columns, rows, size=9)
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
        self.set_fill_color(255)
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
        for style in ("", "B") if SPARE.lower() not in self.fonts else ():
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
        several = list(rows)
        self._stand(sum(self._row_tall(cells, columns, size) for cells in (titles, [c[0] for c in several[0]])) + 2)
        self.ln(1)
        self.set_font(TEXT, "", size)
        aligns = tuple({"left": Align.L, "center": Align.C, "right": Align.R}[column.align] for column in columns)
        with self.table(
            width=WIDTH, col_widths=tuple(column.width for column in columns), text_align=aligns,
            line_height=size * 0.42,
            align=Align.L, padding=PADDING, v_align=VAlign.T, borders_layout=TableBordersLayout.ALL,
            wrapmode=WrapMode.WORD,
            headings_style=FontFace(emphasis="BOLD", fill_color=HEAD_FILL, color=INK),
        ) as table:  # fmt: skip
            table.row([printable(title) for title in titles])
            for cells in several:
                row = table.row()
                for words, tone in cells:
                    ground = _rgb(tone) if tone else None
                    row.cell(printable(words), style=FontFace(family=self._family(words), fill_color=ground))
        self.ln(2)

    def _row_tall(self, cells: Sequence[str], columns: Sequence[Column], size: float) -> float:
        """How tall a row of a table stands, mm."""
        total = sum(column.width for column in columns)
        widths = (WIDTH * column.width / total - 2 * PADDING for column in columns)
        pairs = zip(cells, widths, strict=True)
        return 2 * PADDING + max(self._tall(printable(c), size, width=w - 1, line=0.42) for c, w in pairs)


@cache
def _fonts() -> Mapping[tuple[str, str], Path]:
    """Where the fonts lie."""
    import matplotlib

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return {key: folder / f"{name}.ttf" for key, name in FILES.items()}


def _rgb(tone: str) -> tuple[int, int, int]:
    number = int(tone, 16)
    return number >> 16, number >> 8 & 255, number & 255
