"""Absences entered by the coordinator; officials enter theirs on their own page."""

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import Absence, Official
from tasks.people import PeopleRefused, audit


def set_absence(
    work: Session,
    official: Official,
    deputy: Official,
    *,
    starts_on: date,
    ends_on: date,
    today: date,
    actor: str,
    at: datetime,
) -> bool:
    """Between the days, both included, the deputy gets the official's letters; False when that is entered already.

    ``PeopleRefused``: days backwards or past, the same person, another roadmap's, another absence on these days.
    """
    if ends_on < starts_on:
        raise PeopleRefused(
            f"Отсутствие кончается ({ends_on:%d.%m.%Y}) раньше, чем начинается — поправьте --from и --to"
        )
    if ends_on < today:
        raise PeopleRefused(f"День {ends_on:%d.%m.%Y} уже прошёл: сегодня {today:%d.%m.%Y}, поправьте --to")
    if official.id == deputy.id:
        raise PeopleRefused("Заместитель — другой человек: назовите другую должность или номер (--deputy)")
    if official.roadmap_code != deputy.roadmap_code:
        raise PeopleRefused("Заместитель должен быть в контактах той же дорожной карты")
    meets = select(Absence).where(
        col(Absence.official_id) == official.id, col(Absence.starts_on) <= ends_on, col(Absence.ends_on) >= starts_on
    )
    for other in work.execute(meets).scalars():
        if (other.starts_on, other.ends_on, other.deputy_id) == (starts_on, ends_on, deputy.id):
            return False
        days = f"{other.starts_on:%d.%m.%Y} — {other.ends_on:%d.%m.%Y}"
        raise PeopleRefused(f"На эти дни уже записано замещение: {days}; снять его: vekha absence … --back")
    assert official.id is not None
    assert deputy.id is not None
    work.add(
        Absence(
            official_id=official.id,
            deputy_id=deputy.id,
            starts_on=starts_on,
            ends_on=ends_on,
            set_by=actor,
            set_at=at,
        )
    )
    words = f"с {starts_on:%d.%m.%Y} по {ends_on:%d.%m.%Y}, замещает № {deputy.id}"
    audit(work, "absence", f"№ {official.id}", words, actor=actor, at=at)
    return True


def back(work: Session, official: Official, *, today: date, actor: str, at: datetime) -> int:
    """The official is in office: absences to come are removed, one under way ends yesterday; returns how many."""
    ended = end_absences(work, official, today=today)
    if ended:
        audit(work, "absence-taken-back", f"№ {official.id}", f"записей: {ended}", actor=actor, at=at)
    return ended


def absences_left(work: Session, official: Official, today: date) -> list[Absence]:
    """The official's absences that are not over, by the first day."""
    found = select(Absence).where(col(Absence.official_id) == official.id, col(Absence.ends_on) >= today)
    return list(work.execute(found.order_by(col(Absence.starts_on))).scalars())


def end_absences(work: Session, official: Official, *, today: date) -> int:
    """As ``back``, without a record."""
    left = absences_left(work, official, today)
    for absence in left:
        if absence.starts_on >= today:
            work.delete(absence)
        else:
            absence.ends_on = date.fromordinal(today.toordinal() - 1)
            work.add(absence)
    return len(left)
