"""What Prefect shows of a note: the summary with the indicators, and the charts as pictures."""

from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from sqlalchemy import Engine, select
from sqlmodel import col

from models import ControlPoint, Round
from models import Snapshot as SnapshotRow
from models.db import open_session
from models.queries.rounds import kept_snapshots
from roadmap.cards.point import artifact_key
from roadmap.language.markdown import no_markup
from roadmap.monitoring.report.tables import Grid
from roadmap.monitoring.report.view import ReportView, report_of
from tasks.monitoring.report.build import load
from tasks.prefect.client import call


async def publish(client: PrefectClient, engine: Engine, round_id: int, run_id: UUID) -> int:
    """Show the newest note of a round on the page of its run; returns how many artifacts are new.

    What is shown already is not published again; a round without a snapshot shows nothing.
    """
    from tasks.monitoring.report.charts import charts_of

    with open_session(engine) as session:
        rows = kept_snapshots(col(SnapshotRow.id)).where(col(SnapshotRow.round_id) == round_id)
        newest = session.execute(rows.order_by(col(SnapshotRow.id).desc()).limit(1)).scalar_one_or_none()
        if newest is None:
            return 0
        snapshot, zone = load(session, newest)
        point = select(col(ControlPoint.key)).join(Round, col(Round.point_id) == col(ControlPoint.id))
        key = artifact_key(session.execute(point.where(col(Round.id) == round_id)).scalar_one())
    note, charts = report_of(snapshot, zone=zone), charts_of(snapshot, form="screen")
    told = [(f"{key}-note", f"Справка · {snapshot.period} · {snapshot.region}", summary_markdown(note))]
    if charts:
        told.append(
            (f"{key}-charts", f"Диаграммы · {snapshot.period} · {snapshot.region}", charts_markdown(note, charts))
        )
    return sum([await _publish(client, name, about, data, run_id) for name, about, data in told])


def summary_markdown(note: ReportView) -> str:
    """Page one of the note, and the indicators against their targets."""
    parts = [f"# {no_markup(note.heading)}", f"**{no_markup(note.subject)}**", *map(no_markup, note.summary)]
    if note.remarks:
        parts += ["## Примечания", *map(no_markup, note.remarks)]
    if note.indicators.rows:
        parts += ["## Показатели и целевые значения", _table(note.indicators)]
    if note.advice.rows:
        parts += ["## Адресные рекомендации", _table(note.advice)]
    return "\n\n".join([*parts, no_markup(note.closing)])


def charts_markdown(note: ReportView, charts: Any) -> str:
    """Every chart under its name."""
    from tasks.monitoring.report.html import data_address

    parts = [f"# {no_markup(note.subject)}"]
    for chart in charts.values():
        # A square bracket in the words would end the picture.
        words = chart.alt.replace("[", "(").replace("]", ")")
        parts += [f"## {no_markup(chart.name)}", f"![{no_markup(words)}]({data_address(chart)})"]
    return "\n\n".join(parts)


def _table(grid: Grid) -> str:
    head = " | ".join(no_markup(column.title.replace("\u00ad", "")) for column in grid.columns)
    lines = [f"| {head} |", "|" + " --- |" * len(grid.columns)]
    lines += ["| " + " | ".join(no_markup(row[column.key]) for column in grid.columns) + " |" for row in grid.rows]
    return "\n".join(lines) + (f"\n\n{no_markup(grid.more)}" if grid.more else "")


async def _publish(client: PrefectClient, key: str, about: str, data: str, run_id: UUID) -> int:
    found = await call(client, "POST", "/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
    if found and found[0]["data"] == data and str(found[0]["flow_run_id"]) == str(run_id):
        return 0
    body = {"key": key, "type": "markdown", "data": data, "description": no_markup(about), "flow_run_id": str(run_id)}
    await call(client, "POST", "/artifacts/", body)
    return 1
