"""The analytic note and a body's own page as PDF."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from roadmap.monitoring.report.view import Page, ReportView
from tasks.monitoring.report.pdf_layout import Paper

if TYPE_CHECKING:
    from tasks.monitoring.report.charts import Chart


def report_pdf(note: ReportView, charts: Mapping[str, "Chart"], *, as_of: datetime) -> bytes:
    """The whole note; the same note gives the same bytes."""
    pdf = Paper(f"{note.heading}. {note.region}. {note.period}", as_of)
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
            if one.worst:
                pdf.say(one.worst)
            pdf.charts(charts.get(f"trend/{one.code}"), charts.get(f"worst/{one.code}"), below=one.document)
            pdf.small(one.document)
    if note.lagging.rows:
        pdf.head("Где значения хуже цели или среднего по региону")
        pdf.chart_and_grid(charts.get("lagging"), note.lagging)
    _execution(pdf, note, charts)
    for title, grid in (("Просроченные контрольные точки", note.overdue), ("Адресные рекомендации", note.advice)):
        if grid.rows:
            pdf.head(title)
            pdf.grid(grid)
    if note.heat:
        pdf.head("Карта дефицитов")
        pdf.small(f"Строки — участники, столбцы — номера показателей. {note.heat.compared}")
        pdf.legend(note.heat)
        pdf.heat(note.heat)
    pdf.head("Приложение. Исходные данные")
    pdf.say(note.appendix_words)
    for title, grid in note.appendix:
        pdf.head(title, 2)
        pdf.grid(grid)
    return pdf.finished(note.closing)


def _execution(pdf: "Paper", note: ReportView, charts: Mapping[str, "Chart"]) -> None:
    pdf.head("Исполнение дорожной карты")
    pdf.say(note.execution)
    for title, key, grid in (
        ("По разделам", "sections", note.sections),
        ("По видам мероприятий", "kinds", note.kinds),
        ("По исполнителям", "bodies", note.bodies),
    ):
        if grid.rows:
            pdf.head(title, 2)
            pdf.chart_and_grid(charts.get(key), grid)


def page_pdf(page: Page, *, as_of: datetime) -> bytes:
    """A body's own page."""
    pdf = Paper(f"{page.heading} — {page.body} — {page.region}", as_of)
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
