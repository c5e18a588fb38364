"""Who is away and who stands in: the one place that checks and writes it, for commands and for the official's page."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from models import Absence, Official
from models.personal import known_people
from models.tables.audit import write_audit
from tasks.people.lookup import PeopleRefused

LONGEST = timedelta(days=366)


def add_absence(
    session: Session,
    official: Official,
    deputy: Official,
    *,
    starts_on: date,
    ends_on: date,
    today: date,
    actor: str,
    at: datetime,
    once_key: str | None = None,
) -> bool:
    """Between the days, both included, the deputy gets the official's letters; False when that is entered already.

    ``PeopleRefused``: days backwards or past, longer than a year, the same person, another roadmap's, another absence
    of either on these days.
    """
    _check_days(starts_on, ends_on, today=today)
    _check_deputy(official, deputy)
    for other in _on_these_days(session, official, starts_on, ends_on):
        if (other.starts_on, other.ends_on, other.deputy_id) == (starts_on, ends_on, deputy.id):
            return False
        raise PeopleRefused(f"На эти дни уже записано замещение: {_days(other)} — сначала снимите его")
    for other in _on_these_days(session, deputy, starts_on, ends_on):
        raise PeopleRefused(f"Заместителя ({deputy.post}) самого замещают: {_days(other)} — выберите другого или дни")
    assert official.id is not None
    assert deputy.id is not None
    session.add(
        Absence(
            official_id=official.id,
            deputy_id=deputy.id,
            starts_on=starts_on,
            ends_on=ends_on,
            set_by=known_people(session).author(actor).words,
            set_at=at,
            once_key=once_key,
        )
    )
    return True


def absence_words(starts_on: date, ends_on: date, deputy: Official) -> str:
    """How the audit names an absence: by numbers, never by names."""
    return f"с {starts_on:%d.%m.%Y} по {ends_on:%d.%m.%Y}, замещает № {deputy.id}"


def set_absence(
    session: Session,
    official: Official,
    deputy: Official,
    *,
    starts_on: date,
    ends_on: date,
    today: date,
    actor: str,
    at: datetime,
) -> bool:
    """``add_absence`` by the coordinator, with a line in the audit."""
    is_new = add_absence(
        session, official, deputy, starts_on=starts_on, ends_on=ends_on, today=today, actor=actor, at=at
    )
    if is_new:
        words = absence_words(starts_on, ends_on, deputy)
        write_audit(session, at=at, actor=actor, action="absence", subject=f"№ {official.id}", detail=words)
    return is_new


def back(session: Session, official: Official, *, today: date, actor: str, at: datetime) -> int:
    """The official is in office: absences to come are removed, one under way ends yesterday; returns how many."""
    ended = end_absences(session, official, today=today)
    if ended:
        write_audit(
            session,
            at=at,
            actor=actor,
            action="absence-taken-back",
            subject=f"№ {official.id}",
            detail=f"записей: {ended}",
        )
    return ended


def absences_left(session: Session, official: Official, today: date) -> list[Absence]:
    """The official's absences that are not over, by the first day."""
    found = select(Absence).where(col(Absence.official_id) == official.id, col(Absence.ends_on) >= today)
    return list(session.execute(found.order_by(col(Absence.starts_on))).scalars())


def end_absences(session: Session, official: Official, *, today: date) -> int:
    """As ``back``, without a record."""
    return sum(end_absence(session, absence, today=today) for absence in absences_left(session, official, today))


def end_absence(session: Session, absence: Absence, *, today: date) -> bool:
    """One to come is removed, one under way ends yesterday; False when it is over, or somebody has just ended it."""
    is_left = (col(Absence.id) == absence.id, col(Absence.ends_on) >= today)
    if absence.starts_on >= today:
        ended = session.execute(delete(Absence).where(*is_left))
    else:
        ended = session.execute(update(Absence).where(*is_left).values(ends_on=today - timedelta(days=1)))
    return int(ended.rowcount) == 1  # type: ignore[attr-defined]


def _check_days(starts_on: date, ends_on: date, *, today: date) -> None:
    if ends_on < starts_on:
        raise PeopleRefused(
            f"Последний день отсутствия ({ends_on:%d.%m.%Y}) раньше первого ({starts_on:%d.%m.%Y}) — поправьте дни"
        )
    if ends_on < today:
        raise PeopleRefused(f"День {ends_on:%d.%m.%Y} уже прошёл: сегодня {today:%d.%m.%Y} — поправьте последний день")
    if ends_on - starts_on > LONGEST:
        raise PeopleRefused("Замещение — не дольше года: на больший срок координатор назначает другого ответственного")


def _check_deputy(official: Official, deputy: Official) -> None:
    if official.id == deputy.id:
        raise PeopleRefused("Заместитель — другой человек: назовите другую должность или номер")
    if official.roadmap_code != deputy.roadmap_code:
        raise PeopleRefused("Заместитель должен быть в контактах той же дорожной карты")


def _on_these_days(session: Session, official: Official, starts_on: date, ends_on: date) -> list[Absence]:
    meets = select(Absence).where(
        col(Absence.official_id) == official.id, col(Absence.starts_on) <= ends_on, col(Absence.ends_on) >= starts_on
    )
    return list(session.execute(meets.order_by(col(Absence.starts_on))).scalars())


def _days(absence: Absence) -> str:
    return f"{absence.starts_on:%d.%m.%Y} — {absence.ends_on:%d.%m.%Y}"
