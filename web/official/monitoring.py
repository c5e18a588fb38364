"""The files of a round behind a personal link: the note for whom it was sent to, to a body its own page only."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.exceptions import HTTPException

from models import Body, Official, ReportFile, Roadmap, Round, clock
from models.db import open_session
from roadmap.monitoring.periods import Period
from tasks.files.store import Store
from tasks.pages.sent_files import sent_files
from web.downloads import report_response
from web.official.entry import visitor
from web.pages import RowId, render

router = APIRouter()
READ = ["GET", "HEAD"]


@router.api_route("/o/{token}/monitoring/{round_id}", methods=READ)
def round_files(request: Request, token: str, round_id: RowId) -> Response:
    """What of a round was sent to the official, to be downloaded."""
    with open_session(request.app.state.engine) as session:
        official = visitor(session, request, token).official
        files = _files(session, official, round_id, store=Store(request.app.state.settings.files))
        row = session.get_one(Round, round_id)
        values: dict[str, Any] = {
            "official": official,
            "body": session.get(Body, official.body_id) if official.body_id is not None else None,
            "roadmap": session.get_one(Roadmap, official.roadmap_code),
            "home": f"/o/{token}",
            "files": files,
            "round_id": round_id,
            "period": Period(row.period_start, row.period_end, row.rhythm).title,  # type: ignore[arg-type]
        }
    return render(request, "official/monitoring.html", **values)


@router.api_route("/o/{token}/monitoring/{round_id}/file/{file_id}", methods=READ)
def round_file(request: Request, token: str, round_id: RowId, file_id: RowId) -> Response:
    """One of those files."""
    with open_session(request.app.state.engine) as session:
        official = visitor(session, request, token).official
        found = next(
            (
                file
                for file in _files(session, official, round_id, store=Store(request.app.state.settings.files))
                if file.id == file_id
            ),
            None,
        )
    if found is None:
        raise HTTPException(404, "Такого файла среди ваших нет.")
    return report_response(request, found)


def _files(session: Session, official: Official, round_id: int, *, store: Store) -> list[ReportFile]:
    """The files of what was put into letters of the official; 404 when nothing was."""
    files = sent_files(session, official, round_id, store=store, at=clock.now())
    if files is None:
        raise HTTPException(404, "Материалов этого раунда среди ваших нет.")
    return files
