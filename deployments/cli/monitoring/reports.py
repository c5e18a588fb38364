"""``vekha note``: the analytic note of a computed round, as files in a folder."""

import shutil
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import Session, col

from deployments.cli import output
from deployments.cli.roadmap.look import Json, known_roadmap
from models import Round, Snapshot, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.monitoring.periods import Period, parse_period, period_of
from tasks.files.errors import DocumentRefused
from tasks.files.store import Store
from tasks.monitoring.report.build import compose, load, write_report


def note(
    code: Annotated[str, typer.Argument(metavar="[КОД]", help="Код дорожной карты, например moscow-oblast.")] = "",
    period: Annotated[
        str, typer.Option("--period", metavar="ПЕРИОД", help="2026-Q3, 2026-H1, 2026-09, 2026; без ключа — последняя.")
    ] = "",
    folder: Annotated[Path, typer.Option("-o", "--output", metavar="ПАПКА", help="Куда положить файлы.")] = Path("."),
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="ФАЙЛ", help="Свой шаблон .docx; хранимая справка остаётся как была."),
    ] = None,
    sample: Annotated[
        Path | None, typer.Option("--sample", metavar="ФАЙЛ", help="Записать шаблон по умолчанию, чтобы его поправить.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Записать файлы аналитической справки: Word, PDF, HTML, диаграммы, страницы участников."""
    if sample is not None:
        return _sample(sample, as_json=as_json)
    if not code:
        output.fail("Назовите код дорожной карты, например: vekha note moscow-oblast --period 2026-Q3")
    settings = Settings()
    wanted = _period(period)
    with open_session(ready_engine()) as session:
        known_roadmap(session, code)
        row, of = _snapshot(session, code, wanted)
        computed, zone = load(session, row)
        files: dict[str, bytes | Path] = {}
        if template is not None:
            files = {made.name: made.content for made in compose(computed, template=template, zone=zone)}
        else:
            store = Store(settings.files)
            kept = write_report(session, row, store=store, template=settings.note_template, at=clock.now())
            files = {file.name: store.place(file.file_hash) for file in kept}
    _put(folder, files)
    if as_json:
        told = {"roadmap": code, "period": of.written, "sha256": computed.sha256, "as_of": computed.as_of}
        return output.as_json(told | {"folder": str(folder), "files": sorted(files)})
    output.screen.print(f"{code}: справка за {of.title}, файлов: {len(files)}, папка {folder}", markup=False)
    for name in files:
        output.screen.print(f"  {name}", markup=False)
    return None


def _period(written: str) -> Period | None:
    try:
        return parse_period(written) if written else None
    except ValueError as wrong:
        output.fail(str(wrong))


def _snapshot(session: Session, code: str, wanted: Period | None) -> tuple[int, Period]:
    """The newest snapshot of the period (of the latest one computed), or one clear line."""
    found = select(col(Snapshot.id), Round).join(Round, col(Round.id) == col(Snapshot.round_id))
    found = found.where(col(Round.roadmap_code) == code)
    if wanted is not None:
        found = found.where(col(Round.period_start) == wanted.start, col(Round.rhythm) == wanted.rhythm)
    newest = session.execute(found.order_by(col(Round.period_end).desc(), col(Snapshot.id).desc()).limit(1)).first()
    if newest is None or newest[0] is None:
        of = f" за {wanted.title}" if wanted else ""
        run = f"vekha monitor {code}" + (f" --period {wanted.written}" if wanted else " --period 2026-Q3")
        output.fail(f"{code}: расчёта{of} нет; составить: {run}")
    return newest[0], period_of(newest[1].period_start, newest[1].rhythm)


def _put(folder: Path, files: dict[str, bytes | Path]) -> None:
    """Each file whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            part = folder / f".{name}.part"
            if isinstance(content, bytes):
                part.write_bytes(content)
            else:
                shutil.copyfile(content, part)
            part.replace(folder / name)
    except OSError as problem:
        raise DocumentRefused(f"{folder}: сюда не записать ({problem.strerror}) — проверьте папку и права") from problem


def _sample(path: Path, *, as_json: bool) -> None:
    from tasks.monitoring.report.docx import DEFAULT

    if path.exists():
        raise DocumentRefused(f"{path}: файл уже есть — назовите другой")
    _put(path.parent, {path.name: DEFAULT})
    if as_json:
        return output.as_json({"template": str(path)})
    line = f"{path}: шаблон записан. Поправьте его в Word, поля в {{{{ }}}} сохраните; настройка VEKHA_NOTE_TEMPLATE"
    return output.screen.print(line, markup=False)
