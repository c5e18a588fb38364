"""Notes made short: charts of the right size and words with nothing on them, a PDF that is its summary."""

import io
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from PIL import Image

from roadmap.monitoring.report.view import ReportView
from tasks.monitoring.report.chart_axes import MM, WIDTH_MM
from tasks.monitoring.report.charts import Chart
from tasks.monitoring.report.pdf_layout import Paper


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


def summary_pdf(note: ReportView, charts: Mapping[str, Chart], *, as_of: datetime) -> bytes:
    """In place of ``report_pdf``."""
    paper = Paper(note.heading, as_of)
    paper.each(note.summary)
    return paper.finished(note.closing)
