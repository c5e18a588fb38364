"""The files of an analytic note: composed from one kept snapshot, stored by their hash."""

import errno
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models import Body, ReportFile, Roadmap
from models import Snapshot as SnapshotRow
from models.db.rows import table_of
from roadmap.monitoring.report.view import APPENDIX_BODIES, Pages, has_workbook, report_of
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.errors import DocumentRefused
from tasks.files.evidence import DOCX, FULL, PDF, PNG, XLSX
from tasks.files.store import Store

HTML = "text/html"
LONGEST_NAME, LONGEST_SHORT = 180, 60


@dataclass(frozen=True, slots=True)
class Composed:
    """A file that is composed, not stored yet; ``body_id``: whose own page it is."""

    name: str
    media_type: str
    content: bytes
    body_id: int | None = None


def write_report(
    session: Session, snapshot_row_id: int, *, store: Store, template: Path | None, at: datetime
) -> list[ReportFile]:
    """Write what the note of a snapshot is made of, and return its rows: the whole note first, then the own pages.

    Written once: what a row names and the disk holds stays as it was sent, whatever the template is by now; what is
    missing is made again. The own pages of more than 100 bodies are left to ``page_file``. Raises ``DocumentRefused``:
    a broken template, no room on the disk; no row is written then.
    """
    kept = {row.name: row for row in _rows(session, snapshot_row_id)}
    snapshot, zone = load(session, snapshot_row_id)
    whole = [row for row in kept.values() if row.body_id is None]
    if not whole or not all(_is_whole(store, row) for row in whole):
        for made in compose(snapshot, template=template, zone=zone):
            _keep(session, snapshot_row_id, made, kept, store=store, at=at)
    for made in _pages(session, snapshot, zone, kept, store):
        _keep(session, snapshot_row_id, made, kept, store=store, at=at)
    session.flush()
    return _rows(session, snapshot_row_id)


def page_file(
    session: Session,
    snapshot_row_id: int,
    body_id: int,
    *,
    store: Store,
    at: datetime,
    loaded: tuple[Snapshot, Pages] | None = None,
) -> ReportFile | None:
    """A body's own page, written when it is first asked for; None where the snapshot says nothing of the body.

    ``loaded``: the snapshot and its pages, where the caller asks for many.
    """
    body = session.get_one(Body, body_id)
    own = select(ReportFile).where(col(ReportFile.snapshot_id) == snapshot_row_id, col(ReportFile.body_id) == body_id)
    kept: dict[str, ReportFile] = {row.name: row for row in session.execute(own).scalars()}
    for row in kept.values():
        if _is_whole(store, row):
            return row
    snapshot, pages = loaded or _loaded(session, snapshot_row_id)
    shorts = select(col(Body.short)).where(col(Body.roadmap_code) == snapshot.roadmap)
    named = Counter(session.execute(shorts).scalars())
    if body.roadmap_code != snapshot.roadmap or body.code not in pages.bodies({body.code: body.short}):
        return None
    made = _page(pages, snapshot, body, is_alone=named[body.short] == 1)
    row = _keep(session, snapshot_row_id, made, kept, store=store, at=at)
    session.flush()
    return row


def _loaded(session: Session, snapshot_row_id: int) -> tuple[Snapshot, Pages]:
    snapshot, zone = load(session, snapshot_row_id)
    return snapshot, Pages(snapshot, zone=zone)


def load(session: Session, snapshot_row_id: int) -> tuple[Snapshot, str]:
    """The computed numbers of a kept snapshot, and the zone of its roadmap."""
    snapshot = Snapshot.model_validate(session.get_one(SnapshotRow, snapshot_row_id).content)
    return snapshot, session.get_one(Roadmap, snapshot.roadmap).zone


def compose(snapshot: Snapshot, *, template: Path | None, zone: str) -> Iterator[Composed]:
    """The files of the whole note: docx, html, pdf, the charts, with many bodies the appendix.

    The Word document comes first: a broken template is found before anything else is made.
    """
    from tasks.monitoring.report.charts import charts_of
    from tasks.monitoring.report.docx import report_docx
    from tasks.monitoring.report.html import report_html
    from tasks.monitoring.report.pdf import report_pdf
    from tasks.monitoring.report.xlsx import appendix_xlsx

    note, charts = report_of(snapshot, zone=zone), charts_of(snapshot)
    docx, html, pdf, *rest = _main_names(snapshot)
    yield Composed(docx, DOCX.media_type, report_docx(note, charts, template=template, as_of=snapshot.as_of))
    yield Composed(html, HTML, report_html(note, charts))
    yield Composed(pdf, PDF.media_type, report_pdf(note, charts, as_of=snapshot.as_of))
    if rest:
        yield Composed(rest[0], XLSX.media_type, appendix_xlsx(snapshot))
    for chart in charts.values():
        yield Composed(file_name(chart.name, snapshot, ".png"), PNG.media_type, chart.content)


def file_name(title: str, snapshot: Snapshot, suffix: str) -> str:
    """«Справка за III квартал 2026 г.docx»; no sign that a file system refuses."""
    shown = re.sub(r'[<>:"/\\|?*\x00-\x1f]', " ", f"{title} за {snapshot.period}")
    return f"{' '.join(shown.split())[:LONGEST_NAME].rstrip(' .')}{suffix}"


def _main_names(snapshot: Snapshot) -> list[str]:
    suffixes = (".docx", ".html", ".pdf")
    appendix = [file_name("Приложение к справке", snapshot, ".xlsx")] if has_workbook(snapshot) else []
    return [*(file_name("Справка", snapshot, suffix) for suffix in suffixes), *appendix]


def _pages(
    session: Session, snapshot: Snapshot, zone: str, kept: dict[str, ReportFile], store: Store
) -> Iterator[Composed]:
    """The own pages that are not there yet, of not more than 100 bodies."""
    bodies = {body.code: body for body in _bodies(session, snapshot.roadmap)}
    pages = Pages(snapshot, zone=zone)
    shown = pages.bodies({code: body.short for code, body in bodies.items()})
    if len(shown) > APPENDIX_BODIES:
        return
    there = {row.body_id for row in kept.values() if _is_whole(store, row)}
    named = Counter(body.short for body in bodies.values())
    for code in shown:
        if bodies[code].id not in there:
            yield _page(pages, snapshot, bodies[code], is_alone=named[bodies[code].short] == 1)


def _page(pages: Pages, snapshot: Snapshot, body: Body, *, is_alone: bool) -> Composed:
    from tasks.monitoring.report.pdf import page_pdf

    # The code keeps names apart where bodies share one, or two long ones would be cut to the same.
    shown = (
        body.short if is_alone and len(body.short) <= LONGEST_SHORT else f"{body.short[:LONGEST_SHORT]} ({body.code})"
    )
    content = page_pdf(pages.page(body.code, body.short, is_alone=is_alone), as_of=snapshot.as_of)
    name = file_name(f"Страница участника — {shown} —", snapshot, ".pdf")
    return Composed(name, PDF.media_type, content, body.id)


def _bodies(session: Session, roadmap_code: str) -> list[Body]:
    return list(
        session.execute(select(Body).where(col(Body.roadmap_code) == roadmap_code).order_by(col(Body.id))).scalars()
    )


def _rows(session: Session, snapshot_row_id: int) -> list[ReportFile]:
    found = select(ReportFile).where(col(ReportFile.snapshot_id) == snapshot_row_id)
    return list(session.execute(found.order_by(col(ReportFile.body_id).is_not(None), col(ReportFile.id))).scalars())


def _keep(
    session: Session, snapshot_row_id: int, made: Composed, kept: dict[str, ReportFile], *, store: Store, at: datetime
) -> ReportFile:
    """Store a file and its row; a row whose file is on the disk stays as it is.

    Of two who make the same at once the second takes the row of the first.
    """
    row = kept.get(made.name)
    if row is not None and _is_whole(store, row):
        return row
    digest = _store(store, made.content)
    if row is None:
        values = {
            "snapshot_id": snapshot_row_id,
            "name": made.name,
            "media_type": made.media_type,
            "file_hash": digest,
            "size": len(made.content),
            "body_id": made.body_id,
            "made_at": at,
        }
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(
            table_of(ReportFile)
        )
        session.execute(insert.values(values).on_conflict_do_nothing(index_elements=["snapshot_id", "name"]))
        mine = (col(ReportFile.snapshot_id) == snapshot_row_id, col(ReportFile.name) == made.name)
        kept[made.name] = row = session.execute(select(ReportFile).where(*mine)).scalar_one()
    else:
        row.file_hash, row.size, row.made_at = digest, len(made.content), at
    return row


def _is_whole(store: Store, row: ReportFile) -> bool:
    return store.has(row.file_hash, row.size)


def _store(store: Store, content: bytes) -> str:
    """Put the content in its place, whole or not at all; returns its SHA-256."""
    try:
        return store.keep(content)
    except OSError as problem:
        if problem.errno not in (*FULL, errno.EACCES, errno.EROFS):
            raise
        raise DocumentRefused(
            f"{store.folder}: справку не записать ({problem.strerror}) — освободите место или дайте права"
        ) from problem
