"""The note goes to those who keep control, to each body its own page only; once, in the one letter of the day."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import docx
from sqlmodel import select

from models import Notice, Official
from models.db import open_session
from roadmap.calendar.office_hours import OfficeHours
from tasks.monitoring.rounds.mailing import queue
from tasks.people.replacements import Successor, replace_official
from tests.worlds.posted import Posted

NOTE_DAY = date(2027, 7, 14)
NINE = datetime(2027, 7, 14, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "https://vekha.example.org"
TOWNS = {"sochi": "г. Сочи", "anapa": "г. Анапа", "eysk": "Ейский район"}


def test_each_gets_what_is_meant_for_it_and_the_files_open(posted: Posted) -> None:
    round_id = posted.note()
    assert posted.queued(round_id) == 9, "coordinator, controller, two of the keeper with its page, three towns"
    posted.delivered()
    assert posted.to == ["anapa", "coordinator", "deputy", "eysk", "methodist", "rector", "sochi"]
    for name in ("coordinator", "deputy", "rector"):
        own = {"Страница участника — ИРО — за II квартал 2027 г.pdf"} if name == "rector" else set()
        assert "справка за II квартал 2027 г." in posted.letter(name)["Subject"]
        assert "Данные за II квартал 2027 г. запрошены у 4 участников мониторинга" in posted.text(name)
        files = posted.files(name)
        assert set(files) - own == {"Справка за II квартал 2027 г.docx", "Справка за II квартал 2027 г.pdf"}
        opened = docx.Document(BytesIO(files["Справка за II квартал 2027 г.docx"]))
        assert opened.paragraphs[0].text == "Аналитическая справка за II квартал 2027 г."
        assert posted.pdf_text(files["Справка за II квартал 2027 г.pdf"]) == "the note"
    assert f"{SITE}/control/monitoring/{round_id}" in posted.text("coordinator")


def test_a_body_reads_its_own_numbers_and_nobody_elses(small_posted: Posted) -> None:
    small_posted.queued(small_posted.note())
    small_posted.delivered()
    for code, own, foreign in (("sochi", "4 242", "7 373"), ("anapa", "7 373", "4 242")):
        subject = small_posted.letter(code)["Subject"]
        assert "итоги мониторинга за II квартал 2027 г. Краснодарский край" in subject
        words = small_posted.text(code) + small_posted.html(code)
        assert own in words
        assert foreign not in words
        assert not [name for other, name in TOWNS.items() if other != code and name in words]
        [(name, content)] = small_posted.files(code).items()
        assert (name, small_posted.pdf_text(content)) == (small_posted.page_name(code), f"page of {code}")
    assert "не представлены" in small_posted.text("eysk")


def test_once_however_often_the_step_runs(posted: Posted) -> None:
    round_id = posted.note()
    assert posted.queued(round_id) == 9
    assert posted.queued(round_id) == 0
    posted.delivered()
    assert posted.queued(round_id, NOTE_DAY + DAY) == 0
    assert posted.delivered(NOTE_DAY + DAY).sent == 0
    assert len(posted.mail_server.letters) == 7


def test_it_rides_in_the_letter_that_waits_and_after_one_that_left_in_the_next(posted: Posted) -> None:
    friday = date(2027, 7, 16)
    posted.due(friday)
    round_id = posted.note()
    posted.controlled(friday)
    with open_session(posted.engine) as session:
        for notice in session.exec(select(Notice)):
            post = session.get_one(Official, notice.official_id).post
            notice.state = "sent" if post == "Координатор" else "queued"
    before = len(posted.monitored.world.rows(Notice))
    posted.queued(round_id, friday)
    put = posted.put()
    assert ("Ректор", "note", friday) in put
    assert ("Координатор", "note", date(2027, 7, 19)) in put, "Monday: nothing leaves on days off"
    days = [(row["official_id"], row["on_day"]) for row in posted.monitored.world.rows(Notice)]
    assert len(days) == len(set(days)) > before


def test_who_is_away_is_stood_in_for_and_one_address_takes_one_page(small_posted: Posted) -> None:
    round_id = small_posted.note()
    small_posted.absent("Координатор", "Заместитель министра")
    small_posted.absent("Начальник, г. Сочи", "Начальник, г. Анапа")
    small_posted.monitored.world.official("executor", "Директор", "school@example.org", body="school")
    small_posted.absent("Начальник, Ейский район", "Директор")
    small_posted.queued(round_id)
    put = {(post, part) for post, part, _ in small_posted.put()}
    assert ("Координатор", "note") not in put
    assert ("Директор", "page") in put
    assert ("Начальник, Ейский район", "page") not in put
    # The deputy has a page of his own: Sochi's goes to Sochi all the same.
    assert {("Начальник, г. Сочи", "page"), ("Начальник, г. Анапа", "page")} <= put


def test_a_muted_body_gets_its_page_when_the_mute_is_over(small_posted: Posted) -> None:
    round_id = small_posted.note()
    small_posted.mute(NOTE_DAY + DAY)
    assert small_posted.queued(round_id) == 8
    days = (NOTE_DAY + DAY, NOTE_DAY + 2 * DAY, NOTE_DAY + 5 * DAY)
    assert [small_posted.queued_missed(day) for day in days] == [0, 1, 0]
    assert ("Начальник, г. Сочи", "page", NOTE_DAY + 2 * DAY) in small_posted.put()


def test_of_a_muted_round_the_controller_hears_at_once_and_the_others_when_the_mute_is_over(posted: Posted) -> None:
    round_id = posted.note()
    posted.mute(NOTE_DAY + DAY, of_round=round_id)
    assert (posted.queued(round_id), posted.queued(round_id)) == (1, 0)
    assert [(post, part) for post, part, _ in posted.put()] == [("Заместитель министра", "note")]
    days = (NOTE_DAY + DAY, NOTE_DAY + 2 * DAY, NOTE_DAY + 5 * DAY)
    assert [posted.queued_missed(day) for day in days] == [0, 8, 0]
    assert [post for post, part, _ in posted.put() if part == "note"].count("Заместитель министра") == 1


def test_what_was_muted_while_the_letter_waited_is_left_out(small_posted: Posted) -> None:
    small_posted.queued(small_posted.note())
    small_posted.mute(NOTE_DAY + DAY)
    assert small_posted.delivered().dropped == 1
    assert "sochi" not in small_posted.to


def test_files_too_large_for_a_letter_are_behind_a_link(small_posted: Posted) -> None:
    round_id = small_posted.note(size=10 * 1024 * 1024)
    small_posted.queued(round_id)
    small_posted.delivered()
    assert small_posted.files("coordinator") == {}
    assert f"Материалы — на странице: {SITE}/control/monitoring/{round_id}" in small_posted.text("coordinator")
    assert "Во вложении" not in small_posted.text("deputy")
    assert f"/monitoring/{round_id}" in small_posted.text("deputy")
    assert list(small_posted.files("sochi")) == [small_posted.page_name("sochi")]


def test_a_file_lost_from_the_disk_does_not_hold_up_the_letter(small_posted: Posted) -> None:
    small_posted.queued(small_posted.note())
    for path in small_posted.settings.files.rglob("*"):
        path.unlink() if path.is_file() else None
    small_posted.delivered()
    assert len(small_posted.mail_server.letters) == 7
    assert "Материалы — на странице" in small_posted.text("coordinator")
    assert list(small_posted.files("sochi")) == [small_posted.page_name("sochi")], "it is written anew"


def test_the_coordinator_reads_whom_a_page_did_not_reach(posted: Posted) -> None:
    round_id = posted.note()
    posted.queued(round_id)
    with open_session(posted.engine) as session:
        for notice in session.exec(select(Notice)):
            post = session.get_one(Official, notice.official_id).post
            notice.state = "dead" if post in ("Начальник, г. Сочи", "Заместитель министра") else "sent"
        for point in ("anapa", "eysk", "institute", "sochi"):
            session.add(posted.monitored.data(point).sqlmodel_update({"status": "accepted", "closed_on": NOTE_DAY}))
    for day in (NOTE_DAY + DAY, NOTE_DAY + 2 * DAY):
        posted.controlled(day)
        posted.delivered(day)
    told = [words for words in posted.texts("coordinator") if "Не доставлено" in words]
    assert len(told) == 1, "each loss is told once"
    assert "Не доставлено: Начальник, г. Сочи, письмо от 14.07.2027" in told[0]
    assert "Не доставлено: Заместитель министра, письмо от 14.07.2027" in told[0]


def test_a_letter_that_never_left_gives_its_page_to_the_next(small_posted: Posted) -> None:
    small_posted.queued(small_posted.note())
    monday = NOTE_DAY + 5 * DAY
    small_posted.due(monday)
    small_posted.controlled(monday)
    small_posted.delivered(monday)
    assert {"Справка за II квартал 2027 г.docx", "сроки.ics"} <= set(small_posted.files("rector"))
    assert "справка за II квартал" in small_posted.letter("rector")["Subject"]


def test_the_successor_gets_what_waits_and_nothing_twice(posted: Posted) -> None:
    round_id = posted.note()
    with open_session(posted.engine) as session:
        sochi = session.exec(select(Official).where(Official.post == "Начальник, г. Сочи")).one()
        session.add(sochi.channel("url", "json://gateway.example.org/vekha"))
    posted.queued(round_id)
    with open_session(posted.engine) as session:
        sochi = session.exec(select(Official).where(Official.post == "Начальник, г. Сочи")).one()
        new = Successor(name="Петрова М. И.", email="petrova@example.org", post=sochi.post)
        replace_official(session, sochi, new, today=NOTE_DAY, actor="координатор", at=NINE)
    assert posted.queued(round_id) == 0
    posted.delivered()
    assert list(posted.files("petrova")) == [posted.page_name("sochi")]
    assert posted.to.count("sochi") == 1, "the one that says who answers now"
    assert posted.files("sochi") == {}


def test_the_letter_leaves_in_the_office_hours_of_its_reader(small_posted: Posted) -> None:
    round_id = small_posted.note()
    with open_session(small_posted.engine) as session:
        session.exec(select(Official).where(Official.post == "Начальник, г. Сочи")).one().zone = "Asia/Vladivostok"
    with open_session(small_posted.engine) as session:
        evening = datetime(2027, 7, 14, 14, 30, tzinfo=UTC)
        queue(session, round_id, today=NOTE_DAY, at=evening, hours=OfficeHours())
        hours = {
            session.get_one(Official, one.official_id).post: one.not_before.astimezone(UTC)
            for one in session.exec(select(Notice))
        }
    assert hours["Координатор"] == evening, "half past five in Moscow"
    assert hours["Начальник, г. Сочи"] == datetime(2027, 7, 14, 23, tzinfo=UTC), "nine on Thursday there"
