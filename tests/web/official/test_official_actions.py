"""Every form of the official's pages: what is written, what is refused, what happens twice or at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col

from models import Absence, AuditEntry, Body, Channel, ControlPoint, Evidence, Official, Request, Transition, clock
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from tests.worlds.pages import Pages

GOOD = {"details": "приказ от 20.05.2027 № 118"}


@pytest.fixture
def point(pages: Pages) -> int:
    """An open point of the institute, a month ahead."""
    number: int = pages.point(days=30)
    return number


@pytest.fixture
def link(pages: Pages) -> str:
    """The rector's link, from a letter."""
    found: str = pages.link("Ректор", channel=True)
    return found


def test_a_report_is_written_once_with_its_proof_and_audit(pages: Pages, point: int, link: str) -> None:
    done_on = pages.today - timedelta(days=2)
    answer = pages.send(link, point, "submit", **GOOD, link="https://example.org/a?b=1", on=done_on, words="провели")
    assert (answer.status_code, pages.status(point)) == (303, "submitted")
    assert "Записано" in pages.client.get(answer.headers["location"]).text
    (event,), (proof,), (entry,) = pages.rows(Transition), pages.rows(Evidence), pages.rows(AuditEntry)
    assert (event.action, event.actor, event.happened_on, event.reason) == (
        "submit",
        "Ректор (страница)",
        done_on,
        "провели",
    )
    assert proof.words == "приказ от 20.05.2027 № 118\nhttps://example.org/a?b=1"
    assert (entry.actor, entry.action, entry.subject) == ("Ректор", "submit", pages.rows(ControlPoint)[0].key)


def test_an_action_through_a_letters_link_proves_the_channel(pages: Pages, point: int, link: str) -> None:
    pages.send(pages.link("Методист"), point, "acknowledge")
    assert [channel.proven_at for channel in pages.rows(Channel)] == [None] * 4
    pages.send(link, point, "progress", words="начали")
    assert [channel.proven_at is not None for channel in pages.rows(Channel)] == [True, False, False, False]


def test_reminders_are_put_off_to_a_day_before_the_deadline(pages: Pages, point: int, link: str) -> None:
    until = pages.today + timedelta(days=10)
    card = pages.client.get(f"{link}/point/{point}").text
    assert "Напомнить позже" in card
    answer = pages.send(link, point, "remind-later", until=until)
    assert "напоминаний не будет" in pages.client.get(answer.headers["location"]).text
    (row,) = pages.rows(ControlPoint)
    assert row.quiet_until == until
    assert f"Сейчас отложены до {until:%d.%m.%Y}" in pages.client.get(f"{link}/point/{point}").text
    for wrong in (pages.today, row.deadline_on, ""):
        assert pages.send(link, point, "remind-later", until=wrong).status_code == 400
    tomorrow = pages.point(days=1)
    assert "Напомнить позже" not in pages.client.get(f"{link}/point/{tomorrow}").text


def test_the_same_form_twice_is_one_action(pages: Pages, point: int, link: str) -> None:
    once = pages.once()
    for _ in range(3):
        assert pages.send(link, point, "progress", once=once, words="половина").status_code == 303
    assert len(pages.rows(Transition)) == len(pages.rows(AuditEntry)) == 1
    assert pages.send(link, point, "progress", once=once, words="теперь три четверти").status_code == 303
    assert [event.reason for event in pages.rows(Transition)] == ["половина", "теперь три четверти"]


@pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)
def test_the_same_form_pressed_at_once_is_one_action(pages: Pages, point: int, link: str) -> None:
    once = pages.once()
    with ThreadPoolExecutor(6) as crowd:
        press = [crowd.submit(pages.send, link, point, "acknowledge", once=once) for _ in range(6)]
    assert Counter(each.result().status_code for each in press) == {303: 6}
    assert [event.action for event in pages.rows(Transition)] == ["acknowledge"]
    assert pages.audit() == ["acknowledge"]


@pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)
def test_two_colleagues_reporting_at_once_leave_one_report(pages: Pages, point: int, link: str) -> None:
    links = [link, pages.link("Методист")] * 2
    with ThreadPoolExecutor(4) as crowd:
        sent = [crowd.submit(pages.send, each, point, "submit", **GOOD, on=pages.today) for each in links]
    assert Counter(each.result().status_code for each in sent) == {303: 1, 409: 3}
    assert len(pages.rows(Transition)) == len(pages.rows(Evidence)) == len(pages.audit()) == 1


def test_somebody_decided_meanwhile_and_the_page_says_how_it_stands(pages: Pages, point: int, link: str) -> None:
    with open_session(pages.engine) as session:
        move = TransitionCommand(
            action="withdraw", actor="координатор", at=clock.now(), on=pages.today, reason="отменено"
        )
        change(session, pages.rows(ControlPoint)[0].key, move)
    answer = pages.send(link, point, "submit", **GOOD, on=pages.today)
    assert answer.status_code == 409
    assert "Не записано" in answer.text
    assert "снято с контроля" in answer.text
    assert pages.rows(ControlPoint)[0].key not in answer.text


REFUSED: list[tuple[str, str, Callable[[date], dict[str, Any]], str]] = [
    ("a report without any proof", "submit", lambda day: {"on": day}, "Подтвердите исполнение"),
    ("a day that has not come", "submit", lambda day: GOOD | {"on": day + timedelta(days=1)}, "слишком поздно"),
    ("a day before the roadmap began", "submit", lambda _: GOOD | {"on": date(2020, 12, 31)}, "слишком рано"),
    ("a day that is none", "submit", lambda _: GOOD | {"on": "31.06.2026"}, "не дата"),
    ("no day", "submit", lambda _: GOOD | {"on": ""}, "Заполните"),
    ("a script as a link", "submit", lambda day: {"link": "javascript:alert(1)", "on": day}, "адрес целиком"),
    ("a link with a password", "submit", lambda day: {"link": "https://a:b@c.example", "on": day}, "адрес целиком"),
    ("NUL in the words", "progress", lambda _: {"words": "a\0b"}, "служебные знаки"),
    ("too many words", "progress", lambda _: {"words": "ж" * 4001}, "слишком длинно"),
    ("only spaces", "progress", lambda _: {"words": " \n "}, "Заполните"),
    ("another deadline without a reason", "extend", lambda day: {"until": day + timedelta(days=60)}, "Заполните"),
    ("another deadline before the present", "extend", lambda d: {"until": d, "reason": "да"}, "слишком рано"),
    ("another deadline after years", "extend", lambda d: {"until": "2090-01-01", "reason": "да"}, "слишком поздно"),
    ("a body that is not there", "not-mine", lambda _: {"body": "999", "reason": "да"}, "из списка"),
    ("a body that is no number", "not-mine", lambda _: {"body": "1 OR 1=1", "reason": "да"}, "из списка"),
    ("the own body", "not-mine", lambda _: {"body": "1", "reason": "да"}, "другой орган"),
    ("no once-key", "acknowledge", lambda _: {"once": ""}, "устарела"),
    ("a once-key of another's making", "acknowledge", lambda _: {"once": "run:1:decision-1"}, "устарела"),
]


@pytest.mark.parametrize(("action", "fields", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_meant_is_refused_in_one_line(
    pages: Pages, point: int, link: str, action: str, fields: Callable[[date], dict[str, Any]], words: str
) -> None:
    answer = pages.send(link, point, action, **fields(pages.today))
    assert answer.status_code in (400, 409)
    assert words in answer.text
    assert pages.rows(Transition) == pages.rows(Evidence) == pages.rows(AuditEntry) == pages.rows(Request) == []


def test_what_was_typed_stays_in_a_refused_form(pages: Pages, point: int, link: str) -> None:
    answer = pages.send(link, point, "submit", details="приказ <7>", words="долгий текст", on="нет")
    assert "приказ &lt;7&gt;</textarea>" in answer.text
    assert "долгий текст</textarea>" in answer.text
    assert '<details class="action submit" id="submit" open>' in answer.text


def test_ten_megabytes_of_text_are_refused(pages: Pages, point: int, link: str) -> None:
    for files in (None, {"file": ("", b"")}):
        data = {"once": pages.once(), "words": "ж" * 5_000_000}
        answer = pages.client.post(f"{link}/point/{point}/progress", data=data, files=files)
        assert answer.status_code in (400, 413)
        assert "text/html" in answer.headers["content-type"]
    assert pages.rows(Transition) == []


def test_an_extension_is_asked_once_and_the_old_deadline_stays(pages: Pages, point: int, link: str) -> None:
    new, reason = pages.today + timedelta(days=60), "ждём приказ министерства"
    assert pages.send(link, point, "extend", until=new, reason=reason).status_code == 303
    (request,), (row,) = pages.rows(Request), pages.rows(ControlPoint)
    assert (request.kind, request.state, request.new_due_on, request.reason) == ("extend", "waiting", new, reason)
    assert (row.has_open_request, row.due_on) == (True, pages.today + timedelta(days=30))
    card = pages.client.get(f"{link}/point/{point}").text
    assert "ждёт решения" in card
    assert "/extend" not in card
    assert pages.send(link, point, "extend", until=new, reason="ещё раз").status_code == 409
    assert len(pages.rows(Request)) == 1


def test_an_extension_is_not_asked_after_the_last_day_for_it(pages: Pages, link: str) -> None:
    late = pages.point(days=-2)
    card = pages.client.get(f"{link}/point/{late}").text
    assert "просить о переносе нужно было заранее" in card
    answer = pages.send(link, late, "extend", until=pages.today + timedelta(days=30), reason="не успели")
    assert (answer.status_code, "заранее" in answer.text) == (409, True)
    assert pages.rows(Request) == []


@pytest.mark.parametrize(("body", "expected"), [("unknown", None), ("2", 2)])
def test_not_mine_goes_to_the_coordinator(pages: Pages, point: int, link: str, body: str, expected: int | None) -> None:
    assert pages.send(link, point, "not-mine", body=body, reason="не наш профиль").status_code == 303
    (request,), (row,) = pages.rows(Request), pages.rows(ControlPoint)
    assert (request.kind, request.to_body_id, row.owner_id) == ("reassignment", expected, 1)
    assert pages.rows(Body, col(Body.id) == 2)[0].code == "cnppm"


def test_a_deputy_is_named_for_days_and_taken_back(pages: Pages, link: str) -> None:
    (colleague,) = pages.rows(Official, Official.post == "Методист")
    first, last = pages.today + timedelta(days=1), pages.today + timedelta(days=9)
    form = {"once": pages.once(), "deputy": colleague.id, "starts_on": f"{first}", "ends_on": f"{last}"}
    for _ in range(2):
        assert pages.client.post(f"{link}/absence", data=form).status_code == 303
    (absence,) = pages.rows(Absence)
    assert (absence.starts_on, absence.ends_on, absence.deputy_id) == (first, last, colleague.id)
    assert "вас замещает: Методист" in pages.client.get(link).text
    again = pages.client.post(f"{link}/absence", data=form | {"once": pages.once()})
    assert again.status_code == 303, "the same days and deputy are one absence"
    other = pages.client.post(f"{link}/absence", data=form | {"once": pages.once(), "ends_on": f"{first}"})
    assert (other.status_code, "уже записано" in other.text) == (409, True)
    back = {"once": pages.once(), "back": absence.id}
    assert pages.client.post(f"{pages.link('Методист')}/absence", data=back).status_code == 303
    assert len(pages.rows(Absence)) == 1, "only the one who is away takes it back"
    assert pages.client.post(f"{link}/absence", data=back).status_code == 303
    assert pages.rows(Absence) == []
    assert pages.audit() == ["absence", "absence-taken-back"]


@pytest.mark.parametrize("deputy", ["Директор центра", "Ректор", "Координатор"])
def test_only_a_colleague_of_the_same_body_stands_in(pages: Pages, link: str, deputy: str) -> None:
    (other,) = pages.rows(Official, Official.post == deputy)
    form = {"once": pages.once(), "deputy": other.id, "starts_on": f"{pages.today}", "ends_on": f"{pages.today}"}
    assert pages.client.post(f"{link}/absence", data=form).status_code == 409
    assert pages.rows(Absence) == []


def test_an_absence_that_runs_backwards_is_refused(pages: Pages, link: str) -> None:
    (colleague,) = pages.rows(Official, Official.post == "Методист")
    days = {"starts_on": f"{pages.today + timedelta(days=3)}", "ends_on": f"{pages.today}"}
    answer = pages.client.post(f"{link}/absence", data={"once": pages.once(), "deputy": colleague.id} | days)
    assert (answer.status_code, "раньше первого" in answer.text) == (409, True)


def test_a_button_confirms_that_letters_arrive(pages: Pages, link: str) -> None:
    assert "Да, письмо пришло" in pages.client.get(f"{link}/proof").text
    assert pages.client.post(f"{link}/proof").status_code == 200
    assert pages.rows(Channel)[0].proven_at is not None
    assert pages.audit() == ["proof"]
