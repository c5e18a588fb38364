"""Gives a stored file back: always as a download, never shown in the pages' own origin."""

from fastapi import Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from models import Evidence
from tasks.files import stored_at

#: A browser that shows the file all the same gives it no rights at all.
_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def file_response(request: Request, evidence: Evidence) -> Response:
    """The file of an evidence, streamed; 404 when the evidence is words only, or the file is gone from the disk."""
    if evidence.file_hash is None:
        raise HTTPException(404)
    path = stored_at(request.app.state.settings, evidence.file_hash)
    if not path.is_file():
        raise HTTPException(404, "Файла на сервере нет. Сообщите координатору.")
    return FileResponse(path, media_type=evidence.media_type, filename=evidence.file_name, headers=_HEADERS)
