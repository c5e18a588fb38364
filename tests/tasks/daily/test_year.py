"""A whole year of Moscow's roadmap, day by day, with people who report in time, late, badly or never."""

import email
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import ControlPoint, Item, Notice, Round, lifecycle
from models.db import open_session
from models.lifecycle import Action, TransitionCommand
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.contacts import RoadmapContacts
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.training_contacts import training_contacts
from roadmap.control.reminders import OF_CONTROL, RANK, REQUESTS
from roadmap.letters.wording import DIGEST
from roadmap.monitoring.indicators.submission import Given
from tasks.daily.control_day import control_day
from tasks.daily.simulate import Simulation, letters_between, simulate
from tasks.editions.load import load_roadmap
from tasks.letters.deliver import deliver
from tasks.monitoring.rounds.sweep import assume_reports
from tasks.monitoring.submissions.record import asked_of, record, settle_data
from tasks.people.contacts import load_contacts
from tests.parts.databases import sqlite_engine

CODE = "moscow-oblast"
FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
EXPECTED = Path(__file__).with_name("moscow_year.txt")
CALENDAR = WorkCalendar()


def days() -> Iterator[date]:
    return (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))


@pytest.fixture
def moscow(tmp_path: Path) -> Iterator[Engine]:
    """Moscow's roadmap three years later, on control for the year 2027, with contacts."""
    engine = sqlite_engine(tmp_path / "vekha.db")
    catalogue = built_in(CODE)
    at = datetime(2027, 1, 1, tzinfo=UTC)
    contacts = {name: entry for name, entry in training_contacts(catalogue).items() if name != "roadmap"}
    with open_session(engine) as session:
        load_roadmap(session, catalogue, today=FIRST, at=at, controlled_from=FIRST, shift_years=3, rehearsal=True)
        load_contacts(session, CODE, RoadmapContacts.model_validate(contacts))
    yield engine
    engine.dispose()


def wanted(point: ControlPoint, position: int, today: date) -> Action | None:
    """What people do with a point today. Items take turns: in time, late by ten days, returned once, never.

    The coordinator decides after three working days, in every third item after seven.
    """
    habit = position % 7
    due, submitted = point.deadline_on, point.submitted_on
    if point.status == "submitted" and submitted:
        if habit == 2 and submitted < due:
            return "return" if today == CALENDAR.add_working_days(submitted, 2) else None
        patience = 7 if position % 3 == 0 else 3
        return "accept" if today == CALENDAR.add_working_days(submitted, patience) else None
    if point.status not in ("open", "returned") or habit == 6:
        return None
    reports = {0: due + timedelta(days=10), 2: due - timedelta(days=5)}.get(habit, due - timedelta(days=1))
    if point.status == "returned":
        reports = due + timedelta(days=2)
    return "submit" if today == max(reports, point.opens_on) else None


def answer(session: Session, today: date, at: datetime) -> None:
    """The keeper gives its data a day before they are due; for the third quarter it never does."""
    for one in session.execute(select(Round).where(col(Round.indicators).is_not(None))).scalars():
        if today == one.due_on - timedelta(days=1) and one.period_end != date(2027, 9, 30):
            for body_id, asked in asked_of(session, one.id or 0).items():
                given = [Given(entry.code, 1, 1 if entry.counted in ("share", "ratio") else None) for entry in asked]
                record(session, one.id or 0, body_id, given, actor="год", source="form", at=at)
            settle_data(session, one.id or 0, at=at, today=today)


def live(session: Session, today: date) -> None:
    """The day's reports and decisions, after the morning's letters; rounds of monitoring run by themselves."""
    answer(session, today, datetime.combine(today, time(12), UTC))
    found = select(ControlPoint, col(Item.position)).join(Item, col(Item.id) == col(ControlPoint.item_id))
    found = found.where(col(Item.kind) != "round")
    for point, position in session.execute(found.where(col(ControlPoint.closed_on).is_(None))).all():
        if (action := wanted(point, position, today)) is not None:
            at = datetime.combine(today, time(12), UTC)
            move = TransitionCommand(
                action=action, actor="год", at=at, on=today, reason="замечания" if action == "return" else ""
            )
            lifecycle.change(session, point.key, move)


def listed(letters: Simulation) -> list[str]:
    return [f"{letter.on}; {letter.official}; {letter.summary}" for letter in letters.letters]


@pytest.mark.usefixtures("campaign")
def test_a_year_of_moscow_sends_exactly_these_letters(moscow: Engine, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data=tmp_path)
    outcomes: Counter[str] = Counter()
    for today in days():
        report = control_day(moscow, today=today, at=datetime.combine(today, time(3), UTC))
        assert not report.failed
        assert report.undeliverable == 0
        with open_session(moscow) as session:
            # The files of the notes have tests of their own: here they are taken as written.
            assume_reports(session, CODE, today=today, at=datetime.combine(today, time(5), UTC))
        at = datetime.combine(today, time(6), UTC)
        delivered = deliver(moscow, settings=settings, at_source=lambda at=at: at)  # type: ignore[misc]
        outcomes.update(sent=delivered.sent, failed=delivered.failed, dropped=delivered.dropped)
        with open_session(moscow) as session:
            live(session, today)
    with open_session(moscow) as session:
        letters = Simulation(tuple(letters_between(session, CODE, start=FIRST, end=LAST)), 0)
        assert {notice.state for notice in session.execute(select(Notice)).scalars()} == {"sent"}
    if os.environ.get("VEKHA_WRITE_EXPECTED"):
        EXPECTED.write_text("\n".join(listed(letters)) + "\n", encoding="utf-8")
    assert listed(letters) == EXPECTED.read_text(encoding="utf-8").splitlines()
    assert outcomes == Counter(sent=len(letters.letters), failed=0, dropped=0)
    files = sorted(settings.letters.rglob("*.eml"))
    assert len(files) == len(letters.letters)
    with files[0].open("rb") as file:
        assert email.message_from_binary_file(file, policy=default)["Subject"].endswith("[В-000001]")


def test_the_expected_year_is_silent_on_days_off_and_knows_every_ordinary_reason() -> None:
    lines = [line.split("; ") for line in EXPECTED.read_text(encoding="utf-8").splitlines()]
    assert {date.fromisoformat(on) for on, *_ in lines} <= {day for day in days() if CALENDAR.is_working(day)}
    assert len({(on, official) for on, official, _ in lines}) == len(lines)
    # A letter that only brings the note of a round, or a page of it, has no reasons.
    reasons = {part.split()[0] for *_, summary in lines for part in summary.split(", ") if part}
    asked_and_decided = REQUESTS | OF_CONTROL - {"escalated", "still_overdue"}
    asked_and_decided |= {"refused", "reassigned", "handed_over", "extended", "reopened", "withdrawn"}
    assert reasons == (set(RANK) | {DIGEST}) - asked_and_decided - {"no_channel", "co_no_channel", "undelivered"}


@pytest.mark.usefixtures("campaign")
def test_a_rehearsal_tells_the_load_of_a_period_and_writes_nothing(moscow: Engine) -> None:
    def everything() -> list[dict[str, object]]:
        with open_session(moscow) as session:
            return [point.model_dump() for point in session.execute(select(ControlPoint).order_by("id")).scalars()]

    before = everything()
    rehearsed = simulate(moscow, CODE, start=FIRST, end=date(2027, 3, 31))
    assert rehearsed == simulate(moscow, CODE, start=FIRST, end=date(2027, 3, 31))
    assert everything() == before
    with open_session(moscow) as session:
        assert session.execute(select(Notice)).all() == []
    assert sum(rehearsed.by_official.values()) == len(rehearsed.letters) > 0
    assert all(CALENDAR.is_working(letter.on) for letter in rehearsed.letters)
    assert rehearsed.peak is not None
    assert rehearsed.peak[1] == max(Counter(letter.on for letter in rehearsed.letters).values())


def test_a_rehearsal_of_a_quiet_period_is_empty(moscow: Engine) -> None:
    quiet = simulate(moscow, CODE, start=date(2027, 1, 2), end=date(2027, 1, 5))
    assert (quiet.letters, quiet.peak, quiet.by_official) == ((), None, {})
