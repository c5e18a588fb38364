"""Who stands in for an official: set and taken back on the official's page."""

from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import Absence, Channel, Official
from models.db import open_session
from models.lifecycle import Refused
from models.settings import Settings
from tasks.people.absences import absence_words, add_absence, end_absence
from tasks.people.links import Answer, actor_of, audit, link_holder


def colleagues(session: Session, official: Official) -> list[Official]:
    """Who may stand in: the others of the same body, in the order of contacts.yaml."""
    found = select(Official).where(
        col(Official.roadmap_code) == official.roadmap_code,
        col(Official.body_id) == official.body_id,
        col(Official.role) == official.role,
        col(Official.id) != official.id,
        col(Official.is_active),
    )
    return list(session.execute(found.order_by(col(Official.id))).scalars()) if official.body_id is not None else []


def absences(session: Session, official: Official, *, today: date) -> list[tuple[Absence, Official]]:
    """The official's absences that are not over, each with the deputy, by the first day."""
    found = (
        select(Absence, Official)
        .join(Official, col(Official.id) == col(Absence.deputy_id))
        .where(col(Absence.official_id) == official.id, col(Absence.ends_on) >= today)
        .order_by(col(Absence.starts_on))
    )
    return [(absence, deputy) for absence, deputy in session.execute(found)]


def stand_in(answer: Answer, *, deputy_id: int, starts_on: date, ends_on: date) -> None:
    """«Меня замещает … с … по …», both days included. ``Refused`` as by ``add_absence``."""
    once = f"page:{answer.once}"
    try:
        with open_session(answer.engine) as session:
            by = link_holder(session, answer.settings, answer.token)
            if session.execute(select(col(Absence.id)).where(col(Absence.once_key) == once)).first() is not None:
                return
            deputy = next((one for one in colleagues(session, by.official) if one.id == deputy_id), None)
            if deputy is None:
                raise Refused("Выберите заместителя из списка", field="deputy")
            is_new = add_absence(
                session,
                by.official,
                deputy,
                starts_on=starts_on,
                ends_on=ends_on,
                today=answer.today,
                actor=actor_of(by.official),
                at=answer.at,
                once_key=once,
            )
            if is_new:
                words = absence_words(starts_on, ends_on, deputy)
                audit(session, by, "absence", str(by.official.id), words, at=answer.at)
    except IntegrityError:
        # The same form pressed twice at once: the other press has written it.
        return


def take_back(answer: Answer, absence_id: int) -> None:
    """The official is back, or stays: an absence to come is removed, one under way ends yesterday."""
    with open_session(answer.engine) as session:
        by = link_holder(session, answer.settings, answer.token)
        absence = session.get(Absence, absence_id)
        if absence is None or absence.official_id != by.official.id or absence.ends_on < answer.today:
            return
        days = f"с {absence.starts_on:%d.%m.%Y} по {absence.ends_on:%d.%m.%Y}"
        if not end_absence(session, absence, today=answer.today):
            return
        audit(session, by, "absence-taken-back", str(by.official.id), days, at=answer.at)


def prove_channel(engine: Engine, settings: Settings, token: str, *, at: datetime) -> Channel | None:
    """The official has confirmed that the letter came; None when the link was not given by a letter."""
    with open_session(engine) as session:
        by = link_holder(session, settings, token)
        audit(session, by, "proof", str(by.official.id), "", at=at)
        return by.channel
