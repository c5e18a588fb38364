"""Feeds of deadlines for calendar programs: read only, by a signed link that does not expire."""

import hashlib

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models import clock
from models.db import open_session
from tasks.letters.ics import feed
from tasks.people.links import calendar_owner

router = APIRouter()


@router.api_route("/calendar/{token}.ics", methods=["GET", "HEAD"])
def calendar(request: Request, token: str) -> Response:
    """The feed of an official or a body; 304 when the program has it already. Raises ``LinkRefused``."""
    settings = request.app.state.settings
    with open_session(request.app.state.engine) as session:
        whose = calendar_owner(session, settings, token)
        text = feed(session, whose, at=clock.now(), ahead_days=settings.runs_ahead_days)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": "inline; filename*=utf-8''%D1%81%D1%80%D0%BE%D0%BA%D0%B8.ics",
    }
    if _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


def _has(request: Request, tag: str) -> bool:
    """``If-None-Match`` lists tags, weak ones among them, or is «*»."""
    listed = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    return tag in listed or "*" in listed
