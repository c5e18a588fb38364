"""Production calendars given by hand; the next control moves what stands on them."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models import GivenCalendar
from models.tables.audit import write_audit
from roadmap.catalogue.production_calendar import ProductionCalendar

ACTION = "производственный календарь"


def give_calendar(session: Session, given: ProductionCalendar, *, by: str, at: datetime) -> None:
    """Keep the year's calendar in place of the one the program knows or computes."""
    row = GivenCalendar(
        year=given.year,
        days_off=[day.model_dump(mode="json") for day in given.days_off],
        working_days=[f"{day}" for day in sorted(given.working_days)],
        source=given.source,
        given_at=at,
    )
    session.merge(row)
    write_audit(session, at=at, actor=by, action=ACTION, subject=f"{given.year}", detail=f"внесён: {given.source}")


def drop_calendar(session: Session, year: int, *, by: str, at: datetime) -> bool:
    """Go by what the program knows again; False where nothing was given for the year."""
    there = session.get(GivenCalendar, year)
    if there is None:
        return False
    session.execute(delete(GivenCalendar).where(col(GivenCalendar.year) == year))
    session.expire_all()
    write_audit(session, at=at, actor=by, action=ACTION, subject=f"{year}", detail="внесённое вручную убрано")
    return True


def given_calendars(session: Session) -> list[GivenCalendar]:
    """What was given, by year."""
    return list(session.execute(select(GivenCalendar).order_by(col(GivenCalendar.year))).scalars())
