"""The analytic note as one HTML file that needs nothing else."""

from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from roadmap.monitoring.report.view import ReportView
from tasks.monitoring.report.docx import DEFAULT

if TYPE_CHECKING:
    from tasks.monitoring.report.charts import Chart

_templates = Environment(
    loader=FileSystemLoader(DEFAULT.parent),
    # By the name of a template: the style sheet is no HTML, but it is ours.
    autoescape=lambda name: name is not None and ".html" in name,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def report_html(note: ReportView, charts: Mapping[str, "Chart"]) -> bytes:
    """The whole note; pictures are inside, it runs no script and asks for nothing."""
    values = {
        "note": note,
        "charts": {key: data_address(chart) for key, chart in charts.items()},
        "alts": {key: chart.alt for key, chart in charts.items()},
    }
    return _templates.get_template("note.html.j2").render(values).encode()


def data_address(chart: "Chart") -> str:
    """A picture as a ``data:`` address."""
    return f"data:image/png;base64,{b64encode(chart.content).decode()}"
