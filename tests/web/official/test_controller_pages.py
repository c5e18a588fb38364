"""«На моём контроле»: the deputy minister sees everything, decides with a button, and learns what has come of it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest
from bs4 import BeautifulSoup

from models import AuditEntry, ControlPoint, Item, Mute, Official, Request, Roadmap, Transition, clock
from models.db import open_session
from tests.worlds.pages import PASSWORD, Pages

POST = "Заместитель министра"


@pytest.fixture
def link(pages: Pages) -> str:
    """The page of the deputy minister."""
    with open_session(pages.engine) as session:
        official = Official(roadmap_code="krai", role="controller", post=POST)
        session.add(official)
        session.flush()
        session.add(official.channel("email", "deputy@example.org"))
    return pages.link(POST, channel=True)


@pytest.fixture
def late(pages: Pages) -> int:
    """A point ten days overdue."""
    return pages.point("1.1", days=-10)


@pytest.fixture
def coordinator(pages: Pages) -> Iterator[httpx.Client]:
    """A browser in which the coordinator is logged in."""
    with httpx.Client(base_url=pages.url, trust_env=False, timeout=30) as client:
        found = re.search(r'name="csrf" value="([^"]+)"', client.get("/control/login").text)
        assert found
        client.post("/control/login", data={"csrf": found[1], "password": PASSWORD})
        yield client


def forms(html: str) -> dict[str, dict[str, str]]:
    """The fields of each form by the end of its address."""
    found = {}
    for form in BeautifulSoup(html, "html.parser").find_all("form"):
        fields = {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input")}
        action = str(form["action"])
        found["/".join(action.rsplit("/", 2)[1:])] = fields | {"action": action}
    return found


def words(html: str, selector: str = "main") -> str:
    found = BeautifulSoup(html, "html.parser").select_one(selector)
    return " ".join(found.get_text(" ").split()) if found else ""


def send(client: httpx.Client, form: dict[str, str], **typed: str | date) -> httpx.Response:
    return client.post(form["action"], data=form | {name: f"{value}" for name, value in typed.items()})


def decide(pages: Pages, link: str, point: int, action: str, **typed: str | date) -> httpx.Response:
    form = forms(pages.client.get(f"{link}/point/{point}").text)[f"{point}/{action}"]
    return send(pages.client, form, **typed)


def tiles(html: str) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in BeautifulSoup(html, "html.parser").select(".tile")]


def test_the_page_counts_and_lists_everything_the_longest_overdue_first(pages: Pages, link: str) -> None:
    oldest, older = pages.point("1.1", days=-20), pages.point("2.1", days=-2)
    pages.point("1.2", days=5)
    done = {"status": "accepted", "submitted_on": pages.today, "closed_on": pages.today}
    pages.point("1.2", days=-1, **done)
    page = pages.client.get(link).text
    assert tiles(page) == [
        "1 ждёт вашего решения",
        "2 просрочено",
        "1 срок в ближайшие 7 дней",
        "0 на личном контроле",
        "1 исполнено в этом квартале",
    ]
    assert words(page, "#awaiting table").count("20 дней") == 1, "two days late is not reported to him yet"
    order = re.findall(r"/point/(\d+)\">[^<]", BeautifulSoup(page, "html.parser").select_one("#late").decode())  # type: ignore[union-attr]
    assert list(dict.fromkeys(order)) == [str(oldest), str(older)]
    assert "Все пункты (4)" in page
    assert "Решений пока не было" in page


def test_filters_narrow_the_list_by_body_and_state(pages: Pages, link: str) -> None:
    pages.point("1.1", days=-10)
    centre = pages.point("2.1", days=20)
    body = pages.rows(ControlPoint)[1].owner_id
    page = pages.client.get(f"{link}?body={body}").text
    assert "Все пункты · ЦНППМ (1)" in page
    assert f"/point/{centre}" in BeautifulSoup(page, "html.parser").select_one("#points").decode()  # type: ignore[union-attr]
    assert "Просрочено (1)" in words(pages.client.get(f"{link}?state=overdue").text, "#points")
    assert "По этому отбору пунктов нет" in pages.client.get(f"{link}?state=personal").text
    assert "Все пункты (2)" in pages.client.get(f"{link}?state=вздор&body=вздор").text


def test_a_demand_is_recorded_marked_and_followed(
    pages: Pages, link: str, late: int, coordinator: httpx.Client
) -> None:
    until = pages.today + timedelta(days=5)
    answer = decide(pages, link, late, "demand", until=until, reason="жду отчёт <сегодня>")
    assert answer.status_code == 303
    card = pages.client.get(answer.headers["location"]).text
    assert "Записано: исполнение потребовано" in card
    assert f"Потребовано исполнение до {until:%d.%m.%Y}" in card
    home = pages.client.get(link).text
    assert tiles(home)[0] == "0 ждут вашего решения"
    assert f"потребовано до {until:%d.%m.%Y}" in words(home, "#late")
    assert f"Потребовано исполнение до {until:%d.%m.%Y} «жду отчёт <сегодня>»" in words(home, "#fates")
    assert "Ждём исполнения, осталось 5 дней" in words(home, "#fates")
    assert f"потребовано до {until:%d.%m.%Y}" in words(coordinator.get("/control").text, "#late")
    hers = words(coordinator.get(f"/control/point/{late}").text)
    assert f"потребовано исполнение до {until:%d.%m.%Y} Заместитель министра" in hers
    his = words(pages.client.get(f"{pages.link('Ректор')}/point/{late}").text)
    assert f"Контролирующее лицо требует исполнения до {until:%d.%m.%Y}. жду отчёт <сегодня>" in his
    assert [row.actor for row in pages.rows(AuditEntry, AuditEntry.action == "решение: потребовано исполнение")] == [
        POST
    ]


def test_the_same_form_twice_is_one_decision_and_an_old_page_says_who_was_first(
    pages: Pages, link: str, late: int
) -> None:
    form = forms(pages.client.get(f"{link}/point/{late}").text)
    demand = form[f"{late}/demand"]
    until = pages.today + timedelta(days=5)
    assert [send(pages.client, demand, until=until).status_code for _ in range(2)] == [303, 303]
    assert len(pages.rows(Transition)) == 1
    stale = send(pages.client, form[f"{late}/order-withdrawal"], reason="отменено")
    assert stale.status_code == 409
    assert "потребовано исполнение (Заместитель министра (страница), " in stale.text
    assert "отменено</textarea>" in stale.text, "what was typed is kept"
    assert pages.rows(Request) == []


@pytest.mark.parametrize(
    ("action", "typed", "line"),
    [
        ("demand", {"until": ""}, "Заполните поле «Исполнить до»"),
        ("demand", {"until": "2020-01-01"}, "слишком рано"),
        ("order-extension", {"until": "31.12.2099", "reason": "так"}, "слишком поздно"),
        ("order-extension", {"until": "", "reason": "так"}, "Заполните поле «Новый срок»"),
        ("order-withdrawal", {"reason": " "}, "Заполните поле «Основание»"),
    ],
)
def test_a_form_filled_badly_is_refused_in_words(
    pages: Pages, link: str, late: int, action: str, typed: dict[str, str], line: str
) -> None:
    answer = decide(pages, link, late, action, **typed)
    assert answer.status_code == 400
    assert line in answer.text
    assert pages.rows(Transition) == []


def test_an_order_goes_through_the_coordinators_queue_and_its_outcome_is_seen(
    pages: Pages, link: str, late: int, coordinator: httpx.Client
) -> None:
    day = pages.today + timedelta(days=60)
    answer = decide(pages, link, late, "order-extension", until=day, reason="нет данных от школ")
    assert "передано координатору" in pages.client.get(answer.headers["location"]).text
    assert "Ждёт решения координатора" in words(pages.client.get(link).text, "#fates")
    queue = words(coordinator.get("/control").text, "#queue")
    assert f"Поручено перенести на {day:%d.%m.%Y} Заместитель министра: «нет данных от школ»" in queue
    page = coordinator.get(f"/control/point/{late}").text
    assert f"Контролирующее лицо поручило перенести срок с {pages.today - timedelta(days=10):%d.%m.%Y}" in page
    grant = send(coordinator, forms(page)["1/grant"])
    assert grant.status_code == 303
    assert "Решение записано: поручение выполнено" in coordinator.get("/control").text
    with open_session(pages.engine) as session:
        assert session.get_one(ControlPoint, late).due_on == day
    assert "Выполнено (координатор, " in words(pages.client.get(link).text, "#fates")
    again = send(coordinator, forms(page)["1/grant"] | {"once": pages.once()})
    assert again.status_code == 409


def test_the_history_has_the_number_of_who_decided(pages: Pages, link: str, late: int) -> None:
    day = pages.today + timedelta(days=10)
    decide(pages, link, late, "order-extension", until=f"{day}", reason="нет данных от школ")
    decide(pages, link, late, "personal")
    [person] = pages.rows(Official, Official.post == POST)
    events = pages.rows(Transition, Transition.point_id == late)
    assert {one.action: one.official_id for one in events if one.action in ("order", "take_personal")} == {
        "order": person.id,
        "take_personal": person.id,
    }
    assert {one.official_id for one in pages.rows(AuditEntry, AuditEntry.actor == POST)} == {person.id}


def test_the_coordinator_may_answer_an_order_with_a_reason(
    pages: Pages, link: str, late: int, coordinator: httpx.Client
) -> None:
    decide(pages, link, late, "order-withdrawal", reason="отменено")
    page = coordinator.get(f"/control/point/{late}").text
    assert "Контролирующее лицо поручило снять с контроля" in page
    assert send(coordinator, forms(page)["1/refuse"]).status_code == 422
    assert send(coordinator, forms(page)["1/refuse"], reason="срок установлен приказом").status_code == 303
    fates = words(pages.client.get(link).text, "#fates")
    assert "Поручено снять с контроля «отменено»" in fates
    assert "Не выполнено (координатор, " in fates
    assert "срок установлен приказом" in fates
    assert pages.status(late) == "open"


def test_an_order_to_withdraw_is_carried_out_by_one_button(
    pages: Pages, link: str, late: int, coordinator: httpx.Client
) -> None:
    decide(pages, link, late, "order-withdrawal", reason="отменено")
    page = coordinator.get(f"/control/point/{late}").text
    assert send(coordinator, forms(page)["1/grant"]).status_code == 303
    assert pages.status(late) == "withdrawn"
    assert "Выполнено" in words(pages.client.get(link).text, "#fates")


def test_personal_control_is_put_on_and_taken_off(
    pages: Pages, link: str, late: int, coordinator: httpx.Client
) -> None:
    decide(pages, link, late, "personal")
    home = pages.client.get(link).text
    assert tiles(home)[3] == "1 на личном контроле"
    assert "на личном контроле" in words(home, "#late")
    assert "на личном контроле" in words(coordinator.get("/control").text, "#late")
    assert "Личный контроль Заместитель министра, с " in words(coordinator.get(f"/control/point/{late}").text)
    decide(pages, link, late, "not-personal")
    home = pages.client.get(link).text
    assert tiles(home)[3] == "0 на личном контроле"
    assert "Снято с личного контроля" in words(home, "#fates")


def test_what_is_muted_is_shown_by_whom_why_and_how_much_is_overdue(pages: Pages, link: str, late: int) -> None:
    with open_session(pages.engine) as session:
        item = pages.rows(Item, Item.code == "1.1")[0]
        until = pages.today + timedelta(days=30)
        facts = {"roadmap_code": "krai", "item_id": item.id, "reason": "идёт суд", "until": until}
        session.add(Mute(**facts, set_by="координатор", set_at=clock.now()))
    muted = words(pages.client.get(link).text, "#muted")
    assert "1.1 Форсайт-сессия" in muted
    assert f"1 идёт суд {until:%d.%m.%Y} координатор" in muted


def test_nobody_else_decides_so(pages: Pages, link: str, late: int) -> None:
    form = forms(pages.client.get(f"{link}/point/{late}").text)[f"{late}/personal"]
    rector = pages.link("Ректор")
    stolen = form | {"action": form["action"].replace(link.removeprefix(pages.url), rector.removeprefix(pages.url))}
    assert send(pages.client, stolen).status_code == 404
    assert "/order/" not in pages.client.get(f"{rector}/point/{late}").text
    assert send(pages.client, form | {"action": form["action"].replace("personal", "accept")}).status_code == 404
    assert pages.rows(Transition) == []


def test_a_point_that_is_done_has_no_button(pages: Pages, link: str) -> None:
    done = {"status": "accepted", "submitted_on": pages.today, "closed_on": pages.today}
    point = pages.point("1.1", days=-1, **done)
    assert "<form" not in pages.client.get(f"{link}/point/{point}").text


def test_the_coordinator_records_what_was_demanded_by_word_of_mouth(
    pages: Pages, link: str, late: int, coordinator: httpx.Client
) -> None:
    form = forms(coordinator.get(f"/control/point/{late}").text)[f"{late}/demand"]
    assert form["ordered_by"] == POST
    until = pages.today + timedelta(days=5)
    assert send(coordinator, form, until=until, ordered_by="").status_code == 422
    assert send(coordinator, form, until=until, reason="к совещанию").status_code == 303
    fates = words(pages.client.get(link).text, "#fates")
    assert "по указанию: Заместитель министра. к совещанию" in fates
    assert "координатор" in fates


def test_extensions_that_he_decides_are_counted_among_what_waits(pages: Pages, link: str) -> None:
    with open_session(pages.engine) as session:
        session.get_one(Roadmap, "krai").extensions_by = "controller"
    point = pages.point("1.1", days=10)
    rector = pages.link("Ректор")
    pages.send(rector, point, "extend", until=pages.today + timedelta(days=90), reason="нет данных")
    page = pages.client.get(link).text
    assert tiles(page)[0] == "1 ждёт вашего решения"
    assert "Просьбы о переносе сроков, которые решаете вы: 1" in page
