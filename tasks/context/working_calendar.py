"""The working calendar of a roadmap on control."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models import Edition, GivenCalendar
from roadmap.calendar import GivenYear, WorkCalendar
from roadmap.catalogue import calendar as of_catalogue
from roadmap.catalogue.schema import Catalogue


def calendar_of(session: Session, code: str) -> WorkCalendar:
    """The working calendar of a roadmap: the newest edition of its catalogue, with the years given by hand."""
    newest = select(Edition).where(col(Edition.roadmap_code) == code).order_by(col(Edition.id).desc()).limit(1)
    edition = session.execute(newest).scalar_one_or_none()
    catalogue = edition.catalogue if edition else {}
    return WorkCalendar(
        {date.fromisoformat(day["on"]): day["name"] for day in catalogue.get("days_off", [])},
        working_days=[date.fromisoformat(day) for day in catalogue.get("working_days", [])],
        years=given_years(session),
    )


def calendar_for(session: Session, catalogue: Catalogue) -> WorkCalendar:
    """The same of a catalogue that is not on control yet."""
    return of_catalogue.calendar_of(catalogue, given_years(session))


def given_years(session: Session) -> Mapping[int, GivenYear]:
    """The production calendars that people gave by hand."""
    rows = session.execute(select(GivenCalendar).order_by(col(GivenCalendar.year))).scalars()
    return {
        row.year: GivenYear(
            {date.fromisoformat(day["on"]): day["name"] for day in row.days_off},
            frozenset(date.fromisoformat(day) for day in row.working_days),
            row.source,
        )
        for row in rows
    }
