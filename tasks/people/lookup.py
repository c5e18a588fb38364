"""Officials as commands name them, the record of what was done about them, and the ladder of their reminders."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import Body, ControlPoint, Official, Roadmap
from models.lifecycle import Refused
from models.tables.audit import write_audit
from roadmap.control.ladder import Ladder
from roadmap.language.normalise import one_line
from tasks.people import links

CALENDAR = "ссылка на календарь органа отозвана"


class PeopleRefused(Refused):
    """What was asked about people is not possible; the text is one Russian line."""


def official_of(session: Session, code: str, words: str) -> Official:
    """The official in office whom a post or a number names; ``PeopleRefused`` when none, or several, do."""
    found = select(Official).where(col(Official.roadmap_code) == code, col(Official.is_active))
    people: list[Official] = list(session.execute(found.order_by(col(Official.id))).scalars())
    wanted = one_line(words)
    named = [one for one in people if wanted in (str(one.id), one_line(one.post))]
    if len(named) == 1:
        return named[0]
    if named:
        listed = ", ".join(f"№ {one.id}" for one in named)
        raise PeopleRefused(f"Должность «{words}» есть у нескольких ({listed}) — назовите номер: vekha people {code}")
    raise PeopleRefused(f"Должностного лица «{words}» в «{code}» нет; список с номерами: vekha people {code}")


def body_of(session: Session, code: str, wanted: str) -> Body:
    """The body of a roadmap by its code; ``PeopleRefused`` lists those that there are."""
    found = select(Body).where(col(Body.roadmap_code) == code).order_by(col(Body.code))
    bodies: dict[str, Body] = {body.code: body for body in session.execute(found).scalars()}
    if wanted not in bodies:
        raise PeopleRefused(f"Органа «{wanted}» в дорожной карте «{code}» нет (есть: {', '.join(bodies)})")
    return bodies[wanted]


def revoke_links(session: Session, whose: Official | Body, *, actor: str, at: datetime) -> None:
    """Every link given to the official, or to the body's calendar, so far opens nothing from now on."""
    links.revoke(session, whose)
    subject, detail = (f"№ {whose.id}", "ссылки отозваны") if isinstance(whose, Official) else (whose.code, CALENDAR)
    write_audit(session, at=at, actor=actor, action="revoke", subject=subject, detail=detail)


def set_ladder(
    session: Session, roadmap: Roadmap, wanted: dict[str, Any] | None, *, today: date, actor: str, at: datetime
) -> bool:
    """Give the roadmap a ladder of its own (None: the default again); False when it has that one already.

    Open points are looked at anew from tomorrow on: what was told today is not told twice. ``PeopleRefused`` names
    what is wrong with the ladder.
    """
    try:
        ladder, before = Ladder.from_json(wanted), Ladder.from_json(roadmap.ladder)
    except ValueError as wrong:
        raise PeopleRefused(str(wrong)) from wrong
    if ladder == before and (wanted is None) == (roadmap.ladder is None):
        return False
    roadmap.ladder = None if wanted is None else ladder.to_json()
    session.add(roadmap)
    tomorrow = today + timedelta(days=1)
    session.execute(
        update(ControlPoint)
        .where(col(ControlPoint.roadmap_code) == roadmap.code, col(ControlPoint.status).in_(("open", "returned")))
        .where(col(ControlPoint.next_check_on) > tomorrow)
        .values(next_check_on=tomorrow)
    )
    write_audit(session, at=at, actor=actor, action="ladder", subject=roadmap.code, detail=str(ladder.to_json()))
    return True
