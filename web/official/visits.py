"""Who came by a personal link, and the day it is there."""

from typing import Any

from fastapi import Request
from sqlmodel import Session

from models import Body, Official, Roadmap, clock
from tasks.people.links import Answer
from web.official.entry import secret_of, visitor


def visit(session: Session, request: Request, token: str, *, once: str = "") -> tuple[Answer, Official, Roadmap]:
    """Who came by the link, and the day it is there. Raises ``LinkRefused``."""
    state, at = request.app.state, clock.now()
    official = visitor(session, request, token).official
    roadmap = session.get_one(Roadmap, official.roadmap_code)
    today = clock.today(roadmap.zone, at)
    shown = secret_of(request, token)
    answer = Answer(settings=state.settings, engine=state.engine, token=shown, at=at, once=once, today=today)
    return answer, official, roadmap


def person(session: Session, official: Official, roadmap: Roadmap, token: str) -> dict[str, Any]:
    """What every page of an official shows of him."""
    body = session.get(Body, official.body_id) if official.body_id is not None else None
    return {"official": official, "body": body, "roadmap": roadmap, "home": f"/o/{token}"}
