"""Opens one point whose day has come, as the daily control does for all."""

from datetime import datetime

from sqlalchemy import Engine

from models import Roadmap, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.lifecycle.transitions import CONTROL
from roadmap.calendar.zones import today_there


def open_point(engine: Engine, key: str, *, at: datetime) -> str:
    """Open the point when its day has come; returns the status, ``Refused`` when there is no such point.

    A run that was to start on a day that has been moved since may come too early: it opens nothing.
    """
    with open_session(engine) as session:
        point = lifecycle.point_by_key(session, key)
        zone = session.get_one(Roadmap, point.roadmap_code).zone
        if point.status == "planned" and point.opens_on <= today_there(at, zone):
            move = TransitionCommand(action="open", actor=CONTROL, at=at, on=point.opens_on, tell=False)
            point = lifecycle.change(session, point, move)
        return point.status
