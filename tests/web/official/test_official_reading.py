"""What an official sees behind the personal link, and what opening it must never do."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select

from models import Absence, Body, Edition, Executor, Item, Official, Roadmap, Transition, clock
from models.db import open_session
from roadmap.control.co_executors import PASSED
from tasks.people.links import revoke
from tests.worlds.pages import Pages

ACTIONS = ("acknowledge", "submit", "supplement", "recall", "recall-request", "progress", "extend", "not-mine")


def everything(pages: Pages) -> list[list[tuple[Any, ...]]]:
    """Every row of every table."""
    with pages.engine.connect() as connection:
        tables = SQLModel.metadata.sorted_tables
        return [[tuple(row) for row in connection.execute(text(f"SELECT * FROM {table.name}"))] for table in tables]


def official(pages: Pages, post: str) -> Official:
    found: list[Official] = pages.rows(Official, Official.post == post)
    assert len(found) == 1
    return found[0]


def stand_in(pages: Pages, absent: str, deputy: str, *, first: int = 0, last: int = 5) -> None:
    days: dict[str, Any] = {
        "starts_on": pages.today + timedelta(days=first),
        "ends_on": pages.today + timedelta(days=last),
    }
    with open_session(pages.engine) as session:
        away, instead = official(pages, absent).id, official(pages, deputy).id
        session.add(Absence(official_id=away or 0, deputy_id=instead or 0, set_by="x", set_at=clock.now(), **days))


def share(pages: Pages, item: str, body: str) -> None:
    """Make a body a co-executor of an item."""
    with open_session(pages.engine) as session:
        item_id = session.exec(select(Item.id).where(Item.code == item)).one()
        session.add(
            Executor(item_id=item_id or 0, body_id=session.exec(select(Body.id).where(Body.code == body)).one() or 0)
        )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_every_page_changes_nothing_at_all(pages: Pages, method: str) -> None:
    point = pages.point(days=3)
    link = pages.link("Ректор", channel=True)
    before = everything(pages)
    for path in ("", f"/point/{point}", f"/point/{point}?done=submit", "/absence", "/proof"):
        assert pages.client.request(method, link + path).status_code == 200, path
    for action in ACTIONS:
        assert pages.client.request(method, f"{link}/point/{point}/{action}").status_code == 405
    assert everything(pages) == before


def test_the_list_shows_overdue_first_then_by_deadline(pages: Pages) -> None:
    order = {"1.1": 20, "1.2": 4}
    for item, days in order.items():
        pages.point(item, days=days)
    late = pages.point("1.1", days=-8)
    pages.point("1.2", days=-9, status="submitted", submitted_on=pages.today)
    pages.point("1.1", days=90, status="planned", opens_on=pages.today + timedelta(days=50))
    page = pages.client.get(pages.link("Ректор")).text
    dates = [f"до {pages.today + timedelta(days=days):%d.%m.%Y}" for days in (-8, 4, 20, -9, 90)]
    places = [page.index(words) for words in dates]
    assert places == sorted(places)
    assert [
        heading for heading in ("Просрочено", "В работе", "На проверке у координатора", "Впереди") if heading in page
    ]
    assert f"/point/{late}" in page
    assert "просрочено на" in page


def test_what_is_overdue_of_others_does_not_count_as_the_readers(pages: Pages) -> None:
    pages.point("2.1", days=-3)
    pages.point("1.1", days=-3)
    share(pages, "1.1", "cnppm")
    page = " ".join(pages.client.get(pages.link("Директор центра")).text.split())
    assert 'Просрочено <span class="count">1</span>' in page
    assert 'Просрочено у других, вы — соисполнитель <span class="count">1</span>' in page


def test_closed_and_historical_points_are_not_on_the_list(pages: Pages) -> None:
    pages.point(days=-30, status="accepted", submitted_on=pages.today, closed_on=pages.today)
    pages.point(days=-40, status="planned", is_history=True)
    assert "нет пунктов" in pages.client.get(pages.link("Ректор")).text


def test_another_bodys_point_is_not_found_and_its_existence_not_told(pages: Pages) -> None:
    foreign = pages.point("2.1")
    link = pages.link("Ректор")
    answers = [pages.client.get(f"{link}/point/{number}") for number in (foreign, 10**6)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    for action in ACTIONS:
        fields = {"details": "приказ № 1", "on": pages.today, "until": pages.today, "reason": "да", "words": "да"}
        assert pages.send(link, foreign, action, **fields).status_code == 404
    assert pages.rows(Transition) == []


def test_a_co_executor_sees_the_point_marked_and_may_only_report_its_part(pages: Pages) -> None:
    point = pages.point("1.1")
    share(pages, "1.1", "cnppm")
    link = pages.link("Директор центра")
    assert "вы соисполнитель" in pages.client.get(link).text
    card = pages.client.get(f"{link}/point/{point}").text
    assert ("/progress" in card, "/submit" in card, "/extend" in card) == (True, False, False)
    assert pages.send(link, point, "submit", details="приказ № 1", on=pages.today).status_code == 409
    assert pages.send(link, point, "progress", words="наши данные готовы").status_code == 303
    assert pages.status(point) == "open"


def test_who_takes_part_is_called_as_the_letter_calls_him(pages: Pages) -> None:
    point = pages.point("1.1", days=30)
    share(pages, "1.1", "cnppm")
    bodies = [{"code": row.code, "name": row.name, "short": row.short} for row in pages.rows(Body)]
    item = {"code": "1.1", "owner": "iro", "co_executors": ["cnppm"], "executors": "ЦНППМ, школы"}
    heading = "Ответственный исполнитель (соисполнители)"
    with open_session(pages.engine) as session:
        edition = session.exec(select(Edition)).one()
        made: dict[str, Any] = {
            "roadmap_code": edition.roadmap_code,
            "act": "приказ",
            "content_hash": "2",
            "loaded_at": clock.now(),
        }
        session.add(Edition(**made, catalogue={"executors_heading": heading, "bodies": bodies, "items": [item]}))
    link = pages.link("Директор центра")
    assert "вы ответственный исполнитель, отвечает ИРО" in pages.client.get(link).text
    assert "Вы ответственный исполнитель. Отвечает" in pages.client.get(f"{link}/point/{point}").text


def test_a_term_of_the_part_that_is_over_is_said_to_be_over(pages: Pages) -> None:
    pages.point("1.1", days=10, opens_on=pages.today - timedelta(days=60))
    share(pages, "1.1", "cnppm")
    assert f", {PASSED}" in pages.client.get(pages.link("Директор центра")).text


def test_the_card_says_by_when_the_part_is_due_and_who_has_given_theirs(pages: Pages) -> None:
    point = pages.point("1.1", days=30, opens_on=pages.today)
    share(pages, "1.1", "cnppm")
    link, head = pages.link("Директор центра"), pages.link("Ректор")
    card = f"/point/{point}"
    assert "Срок вашей части —" in pages.client.get(link + card).text
    assert "срок вашей части —" in pages.client.get(link).text
    assert "представили 0 из 1" in pages.client.get(head + card).text
    done = pages.send(link, point, "progress", words="наши данные готовы")
    assert "ваша часть представлена" in pages.client.get(done.headers["location"]).text
    told = f"ваша часть представлена {pages.today:%d.%m.%Y}"
    assert told in pages.client.get(link).text
    assert "представили 1 из 1" in pages.client.get(head + card).text


def test_a_deputy_sees_the_points_of_the_one_who_is_away_only_then(pages: Pages) -> None:
    point = pages.point("1.1")
    link = pages.link("Директор центра")
    assert pages.client.get(f"{link}/point/{point}").status_code == 404
    stand_in(pages, "Ректор", "Директор центра")
    assert "за: Ректор" in pages.client.get(link).text
    assert pages.send(link, point, "acknowledge").status_code == 303
    (event,) = pages.rows(Transition)
    assert (event.action, event.actor) == ("acknowledge", "Директор центра (страница)")


def test_a_deputy_of_another_time_sees_nothing(pages: Pages) -> None:
    point = pages.point("1.1")
    stand_in(pages, "Ректор", "Директор центра", first=1, last=3)
    assert pages.client.get(f"{pages.link('Директор центра')}/point/{point}").status_code == 404


@pytest.mark.parametrize(
    ("absent", "deputy", "is_marked"), [("Ректор", "Методист", True), ("Методист", "Ректор", False)]
)
def test_within_a_body_only_the_points_of_its_lead_are_marked(
    pages: Pages, absent: str, deputy: str, is_marked: bool
) -> None:
    pages.point("1.1")
    stand_in(pages, absent, deputy)
    page = pages.client.get(pages.link(deputy)).text
    assert f"вы замещаете: {absent}" in page
    assert (f"за: {absent}" in page) is is_marked


def test_a_weekly_duty_shows_its_next_deadline_only(pages: Pages) -> None:
    for days in (7, 14, 21):
        pages.point("1.1", days=days, status="planned", opens_on=pages.today + timedelta(days=days - 6))
    later = pages.point("1.2", days=60, status="planned", opens_on=pages.today + timedelta(days=50))
    page = pages.client.get(pages.link("Ректор")).text
    assert page.count('class="point ') == 2
    assert f"/point/{later}" in page
    assert "И ещё 2 срока дальше" in page


def test_a_script_in_the_words_of_people_is_only_text(pages: Pages) -> None:
    point = pages.point("1.1")
    link, script = pages.link("Ректор"), "<script>alert(1)</script>"
    assert pages.send(link, point, "progress", words=script, details=f"{script} & «приказ»").status_code == 303
    card = pages.client.get(f"{link}/point/{point}").text
    assert script not in card
    assert card.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "&lt;итоги&gt;" in card


def test_links_that_are_forged_cut_or_revoked_open_nothing(pages: Pages) -> None:
    link = pages.link("Ректор")
    for broken in (link[:-1], link + "x", "/o/нет", "/o/%00", link.replace("/o/", "/o/x")):
        answer = pages.client.get(broken)
        assert (answer.status_code, "повреждена" in answer.text) == (403, True), broken
    with open_session(pages.engine) as session:
        revoke(session, session.get_one(Official, official(pages, "Ректор").id))
    answer = pages.client.get(link)
    assert (answer.status_code, "Ссылка отозвана" in answer.text) == (403, True)
    assert pages.client.get(pages.link("Ректор")).status_code == 200


def test_a_link_expires(pages: Pages) -> None:
    link = pages.link("Ректор")
    pages.settings.link_days = -1
    answer = pages.client.get(link)
    assert (answer.status_code, "истёк" in answer.text) == (403, True)


def test_the_card_says_what_came_back_and_why(pages: Pages) -> None:
    point = pages.point("1.1", days=-1, status="returned")
    with open_session(pages.engine) as session:
        step: dict[str, Any] = {"from_status": "submitted", "to_status": "returned", "happened_on": pages.today}
        session.add(
            Transition(point_id=point, action="return", actor="к", reason="нет подписи", noticed_at=clock.now(), **step)
        )
    card = pages.client.get(f"{pages.link('Ректор')}/point/{point}").text
    assert "Замечание координатора" in card
    assert "нет подписи" in card
    assert "просрочено на" in card


def test_a_closed_point_offers_nothing_and_one_on_review_what_its_report_may_still_be(pages: Pages) -> None:
    link = pages.link("Ректор")
    for days, status in enumerate(("submitted", "accepted", "withdrawn")):
        closed = {} if status == "submitted" else {"closed_on": pages.today}
        point = pages.point("1.1", days=30 + days, status=status, submitted_on=pages.today, **closed)
        card = pages.client.get(f"{link}/point/{point}").text
        offered = re.findall(rf'action="[^"]*/point/{point}/([a-z-]+)"', card)
        assert offered == (["supplement", "recall"] if status == "submitted" else []), status


def test_a_stage_of_a_process_is_named_and_says_what_it_waits_for(pages: Pages) -> None:
    whole = pages.point("1.1", days=30)
    stage = {"parent_id": whole, "stage": "sign", "stage_title": "Подпись муниципалитета · г. Сочи"}
    step = pages.point("1.1", days=20, status="planned", blocked=True, **stage)
    link = pages.link("Ректор")
    assert "Подпись муниципалитета · г. Сочи" not in pages.client.get(link).text, "its turn has not come"
    card = pages.client.get(f"{link}/point/{step}").text
    assert "Шаг: Подпись муниципалитета · г. Сочи" in card
    assert "ждёт предыдущего шага" in card


@pytest.mark.parametrize(
    ("role", "decides", "words"),
    [
        ("coordinator", "coordinator", 'href="/control"'),
        ("controller", "controller", "/requests"),
        ("controller", "coordinator", "Отчитываться не нужно"),
    ],
)
def test_who_keeps_control_is_led_to_the_place_for_it(pages: Pages, role: str, decides: str, words: str) -> None:
    with open_session(pages.engine) as session:
        session.exec(select(Official).where(Official.post == "Координатор")).one().role = role
        session.exec(select(Roadmap)).one().extensions_by = decides
    page = pages.client.get(pages.link("Координатор")).text
    assert words in page
    assert "/absence" not in page


def test_the_controller_sees_everything_and_reports_nothing(pages: Pages) -> None:
    with open_session(pages.engine) as session:
        session.exec(select(Official).where(Official.post == "Координатор")).one().role = "controller"
    late = pages.point("1.1", days=-5, overdue_on=pages.today - timedelta(days=4))
    pages.point("1.2", days=20)
    link = pages.link("Координатор")
    page = pages.client.get(link).text
    assert "На моём контроле" in page
    assert "Все пункты (2)" in page
    card = pages.client.get(f"{link}/point/{late}").text
    assert "Ваше решение" in card
    assert "Сообщить об исполнении" not in card
