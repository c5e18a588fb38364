"""What a letter gives its reader to press and to keep: personal links that open, and a calendar of its deadlines."""

import re
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import recurring_ical_events
from icalendar import Calendar, Event
from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import col

from models import Absence, Body, ControlPoint, Notice, Official, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from models.settings import Settings
from roadmap.letters.ics import uid
from roadmap.letters.letter import MOST_LINES
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver
from tasks.people.links import calendar_owner, link_holder
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
NINE = datetime(2027, 5, 26, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "https://vekha.example.org"
LINK = re.compile(rf"{SITE}/o/([\w.-]+)(?:/point/(\d+))?")


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """Letters lie in the mailbox folder; the pages have a public address."""
    return Settings(
        _env_file=None,
        data=tmp_path,
        public_url=SITE,
        link_key=SecretStr("a key long enough that nobody guesses it"),
        link_days=30,
    )


def letters(world: World, here: Settings, day: date = WEDNESDAY) -> dict[str, EmailMessage]:
    """The letters of a day's control, by address."""
    at = datetime.combine(day, time(6), UTC)
    assert not control_day(world.engine, today=day, at=at - timedelta(hours=3)).failed
    deliver(world.engine, settings=here, at_source=lambda: at)
    found = {}
    for path in (here.letters / f"{day}").glob("*.eml"):
        parsed = message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(parsed, EmailMessage)
        found[parsed["To"]] = parsed
    return found


def shown(letter: EmailMessage) -> list[str]:
    """Text and HTML."""
    bodies = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return [body.get_content().replace("\r\n", "\n") for body in bodies if body is not None]


def attached(letter: EmailMessage) -> Calendar:
    """The calendar of a letter, as a mail program finds it."""
    [part] = letter.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert (part.get_filename(), part.get_param("method")) == ("сроки.ics", "PUBLISH")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    parsed = Calendar.from_ical(content)
    assert isinstance(parsed, Calendar)
    assert [error for component in parsed.walk() for error in component.errors] == []
    return parsed


def events(letter: EmailMessage) -> dict[str, Event]:
    return {str(event["UID"]): event for event in attached(letter).events}


def number_of(world: World, key: str) -> int:
    with open_session(world.engine) as session:
        found = session.execute(select(ControlPoint).where(col(ControlPoint.key) == key)).scalar_one()
        assert found.id is not None
        return int(found.id)


def test_every_link_of_a_letter_opens_as_its_reader(small_world: World, here: Settings) -> None:
    key = small_world.point(WEDNESDAY - 7 * DAY, next_check_on=WEDNESDAY - 2 * DAY)
    got = letters(small_world, here)
    assert sorted(got) == ["deputy@example.org", "rector@example.org"]
    for address, letter in got.items():
        for body in shown(letter):
            found = LINK.findall(body)
            assert [point for _, point in found] == ["", f"{number_of(small_world, key)}"]
            for token, _ in found:
                with open_session(small_world.engine) as session:
                    by = link_holder(session, here, token)
                    assert by.channel is not None
                    assert by.channel.address == address


def test_the_letter_says_that_no_account_is_needed_and_until_when(small_world: World, here: Settings) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    for body in shown(letters(small_world, here)["rector@example.org"]):
        assert "Ответить можно без учётной записи: откройте ссылку" in body
        assert "действуют до 25.06.2027" in body


def test_the_coordinator_is_led_to_the_page_with_the_log_in(small_world: World, here: Settings) -> None:
    key = small_world.point(WEDNESDAY + DAY, next_check_on=WEDNESDAY - DAY)
    with open_session(small_world.engine) as session:
        lifecycle.change(session, key, TransitionCommand(action="submit", actor="ректор", at=NINE, on=WEDNESDAY))
    letter = letters(small_world, here)["coordinator@example.org"]
    for body in shown(letter):
        assert f"{SITE}/control/point/{number_of(small_world, key)}" in body
        assert LINK.findall(body) == []
        assert "без учётной записи" not in body
    assert list(letter.iter_attachments()) == []


def test_no_token_stands_in_a_subject_a_log_or_the_database(
    small_world: World, here: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    caplog.set_level(0)
    letter = letters(small_world, here)["rector@example.org"]
    token = LINK.findall(shown(letter)[0])[0][0]
    assert token not in letter["Subject"] + caplog.text + str(small_world.rows(Notice)) + letter["Message-ID"]


def test_the_letter_offers_the_feed_of_its_reader(small_world: World, here: Settings) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    for body in shown(letters(small_world, here)["rector@example.org"]):
        [token] = re.findall(rf"{SITE}/calendar/([\w.-]+)\.ics", body)
        with open_session(small_world.engine) as session:
            whose = calendar_owner(session, here, token)
            assert isinstance(whose, Official)
            assert whose.post == "Ректор"


def test_the_attached_calendar_holds_the_deadlines_of_the_letter(small_world: World, here: Settings) -> None:
    soon = small_world.point(WEDNESDAY + DAY, next_check_on=WEDNESDAY)
    small_world.point(WEDNESDAY - DAY, next_check_on=WEDNESDAY)
    another = small_world.item(7)
    quiet = small_world.point(WEDNESDAY - 2 * DAY, next_check_on=WEDNESDAY + 30 * DAY, item_id=another)
    letter = letters(small_world, here)["rector@example.org"]
    parsed = attached(letter)
    assert [str(one["SUMMARY"]) for one in recurring_ical_events.of(parsed).at(WEDNESDAY)] == ["Просрочено: 2"]
    [event] = recurring_ical_events.of(parsed).between(WEDNESDAY + DAY, WEDNESDAY + 9 * DAY)
    assert (event["UID"], event.decoded("dtstart"), event.decoded("dtstamp")) == (uid(soon), WEDNESDAY + DAY, NINE)
    assert "http" not in event["DESCRIPTION"], "a calendar is shown to colleagues"
    assert f"/point/{number_of(small_world, quiet)}" not in shown(letter)[0], (
        "what is overdue stands in one entry even when the letter does not repeat it"
    )


def test_a_moved_deadline_moves_its_event_with_the_next_letter(small_world: World, here: Settings) -> None:
    key = small_world.point(WEDNESDAY + DAY, next_check_on=WEDNESDAY)
    before = events(letters(small_world, here)["rector@example.org"])[uid(key)]
    new = WEDNESDAY + 20 * DAY
    with open_session(small_world.engine) as session:
        at = NINE + timedelta(hours=2)
        move = TransitionCommand(
            action="extend", actor="координатор", at=at, on=WEDNESDAY, reason="да", due_on=new, deadline_on=new
        )
        lifecycle.change(session, key, move)
    after = events(letters(small_world, here, WEDNESDAY + DAY)["rector@example.org"])[uid(key)]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert (before.decoded("dtstart"), after.decoded("dtstart")) == (WEDNESDAY + DAY, new)
    assert after.decoded("dtstamp") > before.decoded("dtstamp")


def test_a_withdrawn_deadline_is_cancelled_in_the_calendar(small_world: World, here: Settings) -> None:
    key = small_world.point(WEDNESDAY + DAY, next_check_on=WEDNESDAY)
    letters(small_world, here)
    with open_session(small_world.engine) as session:
        gone = TransitionCommand(
            action="withdraw", actor="координатор", at=NINE, on=WEDNESDAY, reason="отменено приказом"
        )
        lifecycle.change(session, key, gone)
    event = events(letters(small_world, here, WEDNESDAY + DAY)["rector@example.org"])[uid(key)]
    assert (event["STATUS"], event["SEQUENCE"], event.walk("VALARM")) == ("CANCELLED", 1, [])


def test_a_deputy_is_told_for_whom(small_world: World, here: Settings) -> None:
    small_world.official("executor", "Директор школы", "school@example.org", body="school", is_lead=True)
    own = small_world.point(WEDNESDAY, body="school", item="2", next_check_on=WEDNESDAY)
    theirs = small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    with open_session(small_world.engine) as session:
        ids = {one.post: one.id for one in session.execute(select(Official)).scalars()}
        session.add(
            Absence(
                official_id=ids["Ректор"],
                deputy_id=ids["Директор школы"],
                starts_on=WEDNESDAY,
                ends_on=WEDNESDAY,
                set_by="тест",
                set_at=NINE,
            )
        )
    got = letters(small_world, here)
    assert sorted(got) == ["school@example.org"]
    for body in shown(got["school@example.org"]):
        assert body.count("за время отсутствия: Ректор") == 1
    text = shown(got["school@example.org"])[0]
    part = next(part for part in text.split("\n\n") if f"/point/{number_of(small_world, theirs)}" in part)
    assert "за время отсутствия: Ректор" in part
    assert set(events(got["school@example.org"])) == {uid(own), uid(theirs)}


def test_a_very_long_letter_tells_sixty_points_and_counts_the_rest(small_world: World, here: Settings) -> None:
    for n in range(372):
        small_world.point(WEDNESDAY - DAY, item=f"n{n:03}", next_check_on=WEDNESDAY, item_id=small_world.item(n + 10))
    letter = letters(small_world, here)["rector@example.org"]
    assert "просрочено — 372" in letter["Subject"]
    for body in shown(letter):
        assert "и ещё 312" in body
        assert body.count("/point/") == MOST_LINES
    assert len(shown(letter)[1].encode()) < 102_000, "some mail programs cut a longer letter"
    [event] = attached(letter).events
    assert event["SUMMARY"] == "Просрочено: 372"


def test_what_was_handed_over_while_the_letter_waited_is_not_asked_of_the_old_owner(
    small_world: World, here: Settings
) -> None:
    key = small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    at = datetime.combine(WEDNESDAY, time(6), UTC)
    control_day(small_world.engine, today=WEDNESDAY, at=at - timedelta(hours=3))
    with open_session(small_world.engine) as session:
        school = session.execute(select(col(Body.id)).where(col(Body.code) == "school")).scalar_one()
        over = TransitionCommand(
            action="reassign", actor="координатор", at=at, on=WEDNESDAY, reason="не его", owner_id=school
        )
        lifecycle.change(session, key, over)
    report = deliver(small_world.engine, settings=here, at_source=lambda: at)
    assert (report.sent, report.dropped) == (0, 1)


def test_each_channel_of_an_official_gets_a_link_of_its_own(small_world: World, here: Settings) -> None:
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    with open_session(small_world.engine) as session:
        rector = session.execute(select(Official).where(col(Official.post) == "Ректор")).scalar_one()
        session.add(rector.channel("email", "second@example.org"))
    got = letters(small_world, here)
    assert sorted(got) == ["rector@example.org", "second@example.org"]
    tokens = {address: LINK.findall(shown(letter)[0])[0][0] for address, letter in got.items()}
    with open_session(small_world.engine) as session:
        channels = {address: link_holder(session, here, token).channel for address, token in tokens.items()}
        assert {address: one.address for address, one in channels.items() if one} == {one: one for one in tokens}


def test_where_letters_give_codes_no_link_of_them_opens_a_page(small_world: World, here: Settings) -> None:
    coded = here.model_copy(update={"letter_codes": True})
    small_world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    plain, html = shown(letters(small_world, coded)["rector@example.org"])
    (code,) = re.findall(r"Код для входа \(скопируйте целиком\): (\S+)", plain)
    assert re.search(rf">{re.escape(code)}</span>", html)
    for words in (plain, html):
        assert {token for token, _ in LINK.findall(words)} == {"my"}
    assert code not in "".join(re.findall(r'href="([^"]+)"', html))
    with open_session(small_world.engine) as session:
        assert link_holder(session, coded, code).official.is_lead
