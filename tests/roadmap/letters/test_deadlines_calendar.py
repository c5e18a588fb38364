"""Deadlines as iCalendar text, parsed back by a reader of calendars, and asked which events fall on which days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from roadmap.letters.ics import LISTED, Deadline, calendar, uid

TODAY = date(2027, 5, 26)
LOADED = datetime(2027, 1, 11, 6, 0, tzinfo=UTC)
SENT = datetime(2027, 5, 26, 6, 0, tzinfo=UTC)


def deadline(days: int = 5, status: str = "open", **facts: Any) -> Deadline:
    """A deadline so many days from today."""
    values: dict[str, Any] = {
        "key": f"krai/1.2/-/{TODAY + timedelta(days=days)}",
        "number": "1.2",
        "title": "Форсайт-сессия",
        "term": "до 31 мая",
        "result": "аналитическая справка",
        "source": "Приложение, строка 2",
        "owner": "ИРО",
        "deadline_on": TODAY + timedelta(days=days),
        "status": status,
        "changes": 0,
        "changed_at": LOADED,
    }
    return Deadline(**(values | facts))


def read(*deadlines: Deadline, **more: Any) -> Calendar:
    """What a calendar program reads, with nothing in it that it could not read."""
    usual: dict[str, Any] = {"whose": "official/1", "today": TODAY}
    text = calendar(deadlines, **(usual | more))
    parsed = Calendar.from_ical(text)
    assert isinstance(parsed, Calendar)
    assert [error for component in parsed.walk() for error in component.errors] == []
    return parsed


def only(parsed: Calendar) -> Any:
    """The one event; what stands in it may be any of the library's thirty types."""
    [event] = parsed.events
    return event


def on(parsed: Calendar, day: date) -> list[str]:
    """Summaries of the events of a day."""
    return [str(event["SUMMARY"]) for event in recurring_ical_events.of(parsed).at(day)]


def test_a_deadline_is_one_all_day_event_on_its_day() -> None:
    parsed = read(deadline())
    event = only(parsed)
    assert event.decoded("dtstart") == date(2027, 5, 31)
    assert event.decoded("dtend") == date(2027, 6, 1)
    assert event["UID"] == uid("krai/1.2/-/2027-05-31")
    assert (event["SUMMARY"], event["STATUS"], event["TRANSP"]) == (
        "Срок: 1.2. Форсайт-сессия",
        "CONFIRMED",
        "TRANSPARENT",
    )
    assert (event["SEQUENCE"], event.decoded("last-modified")) == (0, LOADED)
    assert event["DESCRIPTION"].split("\n") == [
        "1.2. Форсайт-сессия",
        "Срок: 31.05.2027 (в документе: до 31 мая)",
        "Результат: аналитическая справка",
        "Ответственный: ИРО",
        "Где установлено: Приложение, строка 2",
        "Ответить можно по ссылке из последнего письма.",
    ]
    assert "URL" not in event
    assert [on(parsed, date(2027, 5, day)) for day in (30, 31)] == [[], ["Срок: 1.2. Форсайт-сессия"]]
    assert on(parsed, date(2027, 6, 1)) == []


def test_the_reminder_comes_on_the_day_before_at_nine() -> None:
    event = only(read(deadline()))
    [reminder] = event.walk("VALARM")
    assert reminder["ACTION"] == "DISPLAY"
    assert reminder["DESCRIPTION"] == "Завтра срок: 1.2. Форсайт-сессия"
    [alarm] = event.alarms.times
    assert alarm.trigger == datetime(2027, 5, 30, 9, 0)  # noqa: DTZ001 - an all-day event has no zone


def test_a_letter_says_for_every_program_what_it_is() -> None:
    parsed = read(deadline(), sent_at=SENT)
    assert (parsed["METHOD"], parsed["VERSION"], parsed["CALSCALE"]) == ("PUBLISH", "2.0", "GREGORIAN")
    assert parsed["PRODID"]
    assert "X-WR-CALNAME" not in parsed
    assert only(parsed).decoded("dtstamp") == SENT


def test_a_feed_has_a_name_and_says_how_often_to_ask() -> None:
    text = calendar([deadline()], whose="official/1", today=TODAY, name="Сроки: Ректор — Край, область; округ")
    parsed = Calendar.from_ical(text)
    assert parsed["X-WR-CALNAME"] == "Сроки: Ректор — Край, область; округ"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in text
    assert "X-PUBLISHED-TTL:PT6H\r\n" in text
    assert only(parsed).decoded("dtstamp") == LOADED


def test_a_moved_deadline_is_the_same_event_later_and_higher_in_sequence() -> None:
    before = deadline()
    after = deadline(14, key=before.key, changes=1, changed_at=SENT)
    first, second = only(read(before, sent_at=SENT)), only(read(after, sent_at=SENT + timedelta(days=1)))
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second.decoded("dtstart") == date(2027, 6, 9)
    assert second.decoded("last-modified") > first.decoded("last-modified")


@pytest.mark.parametrize(
    ("status", "summary", "state", "reminders"),
    [
        pytest.param("planned", "Срок: 1.2. Форсайт-сессия", "CONFIRMED", 1, id="not begun"),
        pytest.param("returned", "Срок: 1.2. Форсайт-сессия", "CONFIRMED", 1, id="to be mended"),
        pytest.param("submitted", "На проверке: 1.2. Форсайт-сессия", "CONFIRMED", 1, id="reported"),
        pytest.param("accepted", "✓ Исполнено: 1.2. Форсайт-сессия", "CONFIRMED", 0, id="done reminds of nothing"),
        pytest.param("withdrawn", "Снято с контроля: 1.2. Форсайт-сессия", "CANCELLED", 0, id="withdrawn goes away"),
    ],
)
def test_an_event_says_how_its_point_stands(status: str, summary: str, state: str, reminders: int) -> None:
    event = only(read(deadline(status=status)))
    assert (event["SUMMARY"], event["STATUS"], len(event.walk("VALARM"))) == (summary, state, reminders)


def test_what_is_overdue_is_one_entry_today_with_the_list() -> None:
    late = [deadline(-1, number="1.1"), deadline(-3, "returned", number="1.3"), deadline(-365, number="1.4")]
    parsed = read(*late, deadline(2))
    assert on(parsed, TODAY) == ["Просрочено: 3"]
    assert len(parsed.events) == 2
    [entry] = recurring_ical_events.of(parsed).at(TODAY)
    assert entry["DESCRIPTION"].split("\n") == [
        "1.4. Форсайт-сессия — срок 26.05.2026, просрочено на 365 дней",
        "1.3. Форсайт-сессия — срок 23.05.2027, просрочено на 3 дня",
        "1.1. Форсайт-сессия — срок 25.05.2027, просрочено на 1 день",
    ]


@pytest.mark.parametrize(
    ("days", "status", "is_entry"),
    [
        pytest.param(-1, "open", True, id="the day after, nothing reported"),
        pytest.param(-1, "returned", True, id="returned, the day is past"),
        pytest.param(0, "open", False, id="on its day it is not overdue"),
        pytest.param(-1, "submitted", False, id="reported"),
        pytest.param(-1, "accepted", False, id="done"),
        pytest.param(-1, "withdrawn", False, id="withdrawn"),
        pytest.param(-1, "planned", True, id="past, though the daily control has not opened it"),
        pytest.param(0, "planned", False, id="not begun, its last day"),
    ],
)
def test_overdue_is_what_was_not_reported_by_its_day(days: int, status: str, is_entry: bool) -> None:
    assert (only(read(deadline(days, status)))["SUMMARY"] == "Просрочено: 1") is is_entry


def test_tomorrows_entry_of_what_is_overdue_replaces_todays() -> None:
    first = only(read(deadline(-1)))
    second = only(read(deadline(-1), today=TODAY + timedelta(days=1)))
    assert first["UID"] == second["UID"] != only(read(deadline(-1), whose="official/2"))["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second.decoded("dtstart") == date(2027, 5, 27)


def test_a_long_list_of_overdue_is_counted_out() -> None:
    entry = only(read(*(deadline(-n, number=f"{n}") for n in range(1, LISTED + 14))))
    lines = entry["DESCRIPTION"].split("\n")
    assert (entry["SUMMARY"], len(lines), lines[-1]) == ("Просрочено: 63", LISTED + 1, "и ещё 13")


def test_two_letters_in_a_row_merge_into_one_calendar() -> None:
    """A program keeps of each UID the event with the highest SEQUENCE, then the latest stamp (RFC 5546)."""
    monday = [deadline(5, key="a"), deadline(7, key="b"), deadline(-1, key="c")]
    tuesday = [
        deadline(9, key="a", changes=1),
        deadline(7, "withdrawn", key="b", changes=1),
        deadline(-1, key="c"),
        deadline(3, key="d"),
    ]
    kept: dict[str, Any] = {}
    letters = [(TODAY, SENT, monday), (TODAY + timedelta(days=1), SENT + timedelta(days=1), tuesday)]
    for today, at, told in letters:
        for event in read(*told, today=today, sent_at=at).events:
            key = str(event["UID"])
            held = kept.get(key)
            if held is None or _version(event) > _version(held):
                kept[key] = event
    shown = sorted((e.decoded("dtstart"), str(e["SUMMARY"])) for e in kept.values() if e["STATUS"] == "CONFIRMED")
    assert shown == [
        (date(2027, 5, 27), "Просрочено: 1"),
        (date(2027, 5, 29), "Срок: 1.2. Форсайт-сессия"),
        (date(2027, 6, 4), "Срок: 1.2. Форсайт-сессия"),
    ]


def _version(event: Any) -> tuple[int, datetime]:
    return int(event["SEQUENCE"]), event.decoded("dtstamp")


def test_the_order_in_which_deadlines_come_does_not_matter() -> None:
    some = [deadline(n, key=f"{n}") for n in (-5, -1, 0, 3, 3, 8)] + [deadline(3, key="x")]
    given_ = {"whose": "official/1", "today": TODAY, "name": "Сроки"}
    assert calendar(some, **given_) == calendar(reversed(some), **given_)  # type: ignore[arg-type]


def test_a_calendar_without_deadlines_is_still_one() -> None:
    assert read(name="Сроки").events == []


@given(words=st.text(max_size=400), more=st.text(max_size=400))
def test_whatever_the_words_they_are_read_back_and_no_line_is_too_long(words: str, more: str) -> None:
    text = calendar([deadline(title=words, result=more, owner=more, source=words)], whose="x", today=TODAY, name=words)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.count("\r\n") == text.count("\n") == text.count("\r")
    parsed = Calendar.from_ical(text)
    event = only(parsed)
    assert [error for component in parsed.walk() for error in component.errors] == []
    assert len(event["DESCRIPTION"].split("\n")) >= 4
    assert event.decoded("dtstart") == date(2027, 5, 31)


def test_commas_semicolons_quotes_and_backslashes_stay_what_they_are() -> None:
    words = 'Анализ; отчёт, «план» "А:Б" \\ C:\\new, n'
    assert only(read(deadline(title=words)))["SUMMARY"] == f"Срок: 1.2. {words}"


def test_uids_tell_nothing_and_differ() -> None:
    keys = [f"moscow-oblast/1.2/-/2027-{month:02}-28" for month in range(1, 13)]
    assert len({uid(key) for key in keys}) == 12
    assert "moscow" not in uid(keys[0])
    assert uid("krai/1/-/2027-05-31") == "7155742dec1ee66338cd6d416cb4e61b@vekha"


def test_an_answer_is_cited_with_the_words_of_the_act() -> None:
    both = "в документе: «к лету»; принято: «до 31 мая», ответ координатора"
    (event,) = Calendar.from_ical(calendar([deadline(answered=both)], whose="official/12", today=TODAY)).events
    assert f"Срок: 31.05.2027 ({both})" in str(event["description"])
