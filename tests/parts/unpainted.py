"""Notes made short: charts of the right size with nothing on them, PDFs that are a title and an empty page."""

import io
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from fpdf import FPDF
from PIL import Image

from roadmap.monitoring.report.view import Page, ReportView
from tasks.monitoring.report.chart_axes import MM, WIDTH_MM
from tasks.monitoring.report.charts import Chart


class Unpainted:
    """A figure and its axes in one: whatever is drawn on it leaves no mark, and it is saved as white paper."""

    def __init__(self, height_mm: float, width_mm: float) -> None:
        self._inches = (width_mm / MM, height_mm / MM)

    def get_figwidth(self) -> float:
        return self._inches[0]

    def get_ylim(self) -> tuple[float, float]:
        return 0.0, 1.0

    def get_legend_handles_labels(self) -> tuple[list[Any], list[str]]:
        return [], []

    def get_xticklabels(self) -> list[Any]:
        return []

    get_yticklabels = get_xticklabels

    def savefig(self, content: io.BytesIO, *, dpi: float, **_: Any) -> None:
        wide, high = (round(inches * dpi) for inches in self._inches)
        content.write(_white(wide, high, dpi))

    def __getattr__(self, name: str) -> "Unpainted":
        """``axes.yaxis``, ``axes.figure`` and everything that draws."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> "Unpainted":
        return self


def unpainted_figure(height_mm: float, width_mm: float = WIDTH_MM) -> tuple[Unpainted, Unpainted]:
    """In place of ``figure_of``."""
    return (both := Unpainted(height_mm, width_mm)), both


@cache
def _white(wide: int, high: int, dpi: float) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (wide, high), "white").save(content, "png", dpi=(dpi, dpi))
    return content.getvalue()


def untold_note(note: ReportView, charts: Mapping[str, Chart], *, as_of: datetime) -> bytes:
    """In place of ``report_pdf``: the closing names the snapshot, so that notes differ."""
    return _titled(f"{note.heading} {note.closing}", as_of)


def untold_page(page: Page, *, as_of: datetime) -> bytes:
    """In place of ``page_pdf``."""
    return _titled(f"{page.body} {page.closing}", as_of)


def _titled(title: str, as_of: datetime) -> bytes:
    paper = FPDF()
    paper.set_title(title)
    paper.set_creation_date(as_of)
    paper.add_page()
    return bytes(paper.output())
