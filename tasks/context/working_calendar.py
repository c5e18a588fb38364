"""The working calendar of a roadmap on control."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models import Edition
from roadmap.calendar import WorkCalendar


def calendar_of(session: Session, code: str) -> WorkCalendar:
    """The working calendar of a roadmap, from the newest edition of its catalogue."""
    newest = select(Edition).where(col(Edition.roadmap_code) == code).order_by(col(Edition.id).desc()).limit(1)
    edition = session.execute(newest).scalar_one_or_none()
    listed = edition.catalogue.get("days_off", []) if edition else []
    return WorkCalendar({date.fromisoformat(day["on"]): day["name"] for day in listed})
