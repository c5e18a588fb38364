"""Gives a stored file back: always as a download, never shown in the pages' own origin."""

from fastapi import Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from models import Evidence, ReportFile
from tasks.files.store import Store

#: A browser that shows the file all the same gives it no rights at all.
_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def file_response(request: Request, evidence: Evidence) -> Response:
    """The file of an evidence, streamed; 404 when the evidence is words only, or the file is gone from the disk."""
    if evidence.file_hash is None:
        raise HTTPException(404)
    return _stored(request, evidence.file_hash, evidence.media_type, evidence.file_name)


def report_response(request: Request, file: ReportFile) -> Response:
    """A file of an analytic note, streamed; 404 when it is gone from the disk."""
    return _stored(request, file.file_hash, file.media_type, file.name)


def _stored(request: Request, file_hash: str, media_type: str | None, name: str | None) -> Response:
    path = Store(request.app.state.settings.files).place(file_hash)
    if not path.is_file():
        raise HTTPException(404, "Файла на сервере нет. Сообщите координатору.")
    return FileResponse(path, media_type=media_type, filename=name, headers=_HEADERS)
