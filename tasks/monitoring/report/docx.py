"""The analytic note as a Word document, by a template that the coordinator may replace."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadmap.catalogue.file import NotTaken, read_file
from roadmap.monitoring.report.tables import Grid
from roadmap.monitoring.report.view import ReportView
from roadmap.monitoring.report.words import printable
from tasks.files.errors import DocumentRefused
from tasks.files.reproducible import tidy

if TYPE_CHECKING:
    from tasks.monitoring.report.charts import Chart

DEFAULT = Path(__file__).parent / "templates" / "note.docx"
LARGEST = 20 * 1024 * 1024
GRIDS = ("indicators", "lagging", "sections", "kinds", "bodies", "overdue", "advice")
TEXTS = ("heading", "subject", "region", "title", "act", "period", "execution", "appendix_words", "closing")


def report_docx(note: ReportView, charts: Mapping[str, "Chart"], *, template: Path | None, as_of: datetime) -> bytes:
    """The document; without ``template`` by the default one.

    Raises ``DocumentRefused`` with one line that names the template: absent, not a .docx, an unknown field, a broken
    tag. The default is never taken in its place.
    """
    from docxtpl import DocxTemplate  # type: ignore[import-untyped]
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    path = template or DEFAULT
    document = DocxTemplate(io.BytesIO(_content(path)))
    context = _context(note, charts, document)
    try:
        if not document.get_undeclared_template_variables() & context.keys():
            raise _refused(path, "в нём нет ни одного поля справки, например {{ heading }}")
        # The template is a stranger's program: it reads the fields, and nothing else.
        env = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        document.render(context, jinja_env=env, autoescape=True)
        return _saved(document.docx, note, as_of)
    except DocumentRefused:
        raise
    except Exception as problem:
        raise _refused(path, _said(problem)) from problem


def _content(path: Path) -> bytes:
    try:
        content = read_file(path, most=LARGEST, too_large=f"он больше {LARGEST // 2**20} МБ")
    except NotTaken as problem:
        raise _refused(path, str(problem)) from problem
    except OSError as problem:
        raise _refused(path, f"файл не читается ({problem.strerror})") from problem
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if "word/document.xml" not in packed.namelist():
                raise _refused(path, "это не документ Word (.docx)")
    except zipfile.BadZipFile as problem:
        raise _refused(path, "это не документ Word (.docx)") from problem
    return content


def _refused(path: Path, why: str) -> DocumentRefused:
    return DocumentRefused(
        f"Шаблон справки {path}: {why}; справка не составлена — исправьте шаблон или уберите VEKHA_NOTE_TEMPLATE"
    )


def _said(problem: Exception) -> str:
    """What is wrong with the template, in words for the coordinator."""
    from jinja2 import TemplateSyntaxError, UndefinedError

    if isinstance(problem, UndefinedError):
        return f"неизвестное поле ({problem.message})"
    if isinstance(problem, TemplateSyntaxError):
        return f"ошибка в теге ({problem.message})"
    return f"документ не складывается ({type(problem).__name__}: {' '.join(str(problem).split())[:200]})"


def _context(note: ReportView, charts: Mapping[str, "Chart"], document: Any) -> dict[str, Any]:
    """The fields of the template."""

    def picture(key: str) -> Any:
        return _picture(document, charts[key]) if key in charts else ""

    grids: dict[str, Grid] = {name: getattr(note, name) for name in GRIDS}
    heat = note.heat
    return {
        **{name: printable(getattr(note, name)) for name in TEXTS},
        **{name: _rows(grid) for name, grid in grids.items()},
        **{f"{name}_more": grid.more for name, grid in grids.items()},
        **{f"{name}_chart": picture(name) for name in ("lagging", "sections", "bodies")},
        "summary": [printable(line) for line in note.summary],
        "remarks": [printable(line) for line in note.remarks],
        "details": [
            {
                "code": one.code,
                **{name: printable(getattr(one, name)) for name in ("title", "sentence", "document", "worst")},
                "trend": picture(f"trend/{one.code}"),
                "worst_chart": picture(f"worst/{one.code}"),
            }
            for one in note.details
        ],
        "heat": {
            "columns": heat.columns if heat else (),
            "rows": [{"name": printable(row.name), "cells": row.cells} for row in heat.rows] if heat else [],
            "legend": f"{heat.compared} {heat.legend_words}" if heat else "",
            "more": heat.more if heat else "",
        },
        "appendix": [{"title": printable(title), "rows": _rows(grid)} for title, grid in note.appendix],
    }


def _rows(grid: Grid) -> list[dict[str, str]]:
    return [{key: printable(text) for key, text in row.items()} for row in grid.rows]


def _picture(document: Any, chart: "Chart") -> Any:
    """A chart in the text, with what it shows in words for those who cannot see it."""
    from docx.shared import Mm
    from docxtpl import InlineImage

    class Described(InlineImage):  # type: ignore[misc]
        def _insert_image(self) -> str:
            part = self.tpl.current_rendering_part
            inline = part.new_pic_inline(self.image_descriptor, self.width, self.height)
            inline.docPr.set("descr", chart.alt)
            inline.docPr.set("name", chart.name)
            closing = '<w:r><w:t xml:space="preserve">'
            return f"</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r>{closing}"

    return Described(document, io.BytesIO(chart.content), width=Mm(chart.width_mm), height=Mm(chart.height_mm))


def _saved(document: Any, note: ReportView, as_of: datetime) -> bytes:
    core = document.core_properties
    core.title, core.subject = f"{note.heading}. {note.subject}", note.region
    core.created = core.modified = as_of.replace(tzinfo=None, microsecond=0)
    content = io.BytesIO()
    document.save(content)
    return tidy(content.getvalue())
