"""The page «Контроль» as a whole: filters, lists, pages of lists, the number of queries."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import Engine, event, insert
from sqlmodel import select

from models import Body, Channel, ControlPoint, Item, Mute, Official, PrefectRef, clock
from models.db import open_session
from tests.worlds.pages import Pages

PASSWORD = "пароль координатора"


@pytest.fixture
def control(pages: Pages) -> Pages:
    """The pages with a coordinator logged in."""
    found = re.search(r'name="csrf" value="([^"]+)"', pages.client.get("/control/login").text)
    assert found
    form = {"csrf": found[1], "password": PASSWORD}
    assert pages.client.post("/control/login", data=form).status_code == 303
    return pages


def section(control: Pages, anchor: str, query: str = "") -> Tag:
    answer = control.client.get(f"/control{query}")
    assert answer.status_code == 200
    found = BeautifulSoup(answer.text, "html.parser").find("section", id=anchor)
    assert isinstance(found, Tag)
    return found


def rows(control: Pages, anchor: str, query: str = "") -> list[str]:
    found = section(control, anchor, query)
    return [" ".join(row.get_text(" ").split()) for row in found.select("tbody tr")]


def body(control: Pages, short: str) -> int:
    return int(next(row.id for row in control.rows(Body) if row.short == short))


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements that the block makes the engine run."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_an_empty_roadmap_is_a_calm_page(control: Pages) -> None:
    page = control.client.get("/control").text
    for words in ("Решать сейчас нечего", "Просроченного нет", "В этом году сроков нет"):
        assert words in page
    assert "<script" not in page
    assert " style=" not in page


def test_the_overdue_list_begins_with_the_longest_delay(control: Pages) -> None:
    control.point("1.1", days=-1)
    control.point("1.2", days=-11)
    control.point("2.1", days=0)
    assert [row.split(" дн")[0][:2].strip() for row in rows(control, "late")] == ["11", "1"]


FILTERS = {
    "by roadmap": ("roadmap=krai", 3),
    "by another roadmap": ("roadmap=nowhere", 0),
    "by section": ("section=1. Организационное обеспечение", 3),
    "by state": ("state=overdue", 1),
    "by what waits for a decision": ("state=decide", 1),
    "by kind": ("kind=study", 0),
    "by the kind of an old bookmark": ("kind=measure", 0),
    "by part of the name, whatever the case": ("name=цнп", 1),
    "by two at once": ("name=иро&state=overdue", 1),
    "everything": ("", 3),
}


@pytest.mark.parametrize(("query", "expected"), FILTERS.values(), ids=FILTERS)
def test_filters(control: Pages, query: str, expected: int) -> None:
    control.point("1.1", days=-3)
    control.point("1.2", days=9, status="submitted", submitted_on=control.today)
    control.point("2.1", days=20)
    assert len(rows(control, "points", f"?{query}")) == expected


def test_the_period_bounds_the_deadline_on_both_sides(control: Pages) -> None:
    for item, days in (("1.1", 9), ("1.2", 10), ("2.1", 11)):
        control.point(item, days=days)
    day = control.today + timedelta(days=10)
    assert len(rows(control, "points", f"?from={day}&to={day}")) == 1
    assert len(rows(control, "points", f"?from={day}")) == 2
    assert len(rows(control, "points", f"?body={body(control, 'ЦНППМ')}")) == 1


def test_without_a_period_old_work_stays_and_old_results_go(control: Pages) -> None:
    long_ago = {"opens_on": date(2021, 1, 1)}
    control.point("1.1", days=-900, **long_ago)
    done = control.today - timedelta(days=900)
    control.point("1.2", days=-900, status="accepted", submitted_on=done, closed_on=done, **long_ago)
    control.point("2.1", days=-900, is_history=True, **long_ago)
    assert [row.split()[1] for row in rows(control, "points")] == ["1.1"]


BAD: tuple[str, ...] = ("state=burnt", "kind=x", "body=x", "from=31.12.2026", "from=2026-13-01", "from=9999-01-01")
BAD += ("from=2027-01-01&to=2026-01-01", "points-page=x&year=77&queue-page=-1", "body=" + "9" * 40)


@pytest.mark.parametrize("query", BAD)
def test_a_filter_that_is_not_understood_is_left_out(control: Pages, query: str) -> None:
    control.point()
    assert len(rows(control, "points", f"?{query}")) == 1


def test_what_was_not_understood_is_told_and_escaped(control: Pages) -> None:
    page = control.client.get("/control", params={"state": "<b>x</b>"}).text
    assert "Фильтр «Состояние»: «&lt;b&gt;x&lt;/b&gt;» не значится" in page


def test_a_cell_of_the_lights_leads_to_its_points(control: Pages) -> None:
    control.point("1.1", days=-2)
    control.point("1.2", days=40)
    control.point("2.1", days=3)
    table = section(control, "lights")
    cells = [" ".join(cell.get_text(" ").split()) for cell in table.select("tbody td.red, tbody td.yellow")]
    assert cells == ["1 просрочено 1 в срок", "1 просрочено 1 в срок", "1 внимание", "1 внимание"]
    link = table.select_one("tbody td.red a")
    assert link is not None
    assert len(rows(control, "points", f"{link['href']}".removeprefix("/control").split("#")[0])) == 2


def test_a_cell_of_items_without_a_section_leads_to_just_these(control: Pages) -> None:
    control.point("1.1", days=-2)
    control.point("1.2", days=-3)
    with open_session(control.engine) as session:
        session.exec(select(Item).where(Item.code == "1.1")).one().section = ""
    table = section(control, "lights")
    assert "Вне разделов" in [cell.get_text() for cell in table.select("thead th")]
    links = [str(link["href"]).removeprefix("/control").split("#")[0] for link in table.select("tbody td.red a")]
    counts = {len(rows(control, "points", link)) for link in links if "section=" in link}
    assert counts == {1}
    page = BeautifulSoup(control.client.get("/control").text, "html.parser")
    assert "Вне разделов" in [option.get_text() for option in page.select("select[name=section] option")]


def test_owners_out_of_reach_and_mutes_are_shown(control: Pages) -> None:
    control.point("2.1", days=40)
    with open_session(control.engine) as session:
        for channel in control.rows(Channel):
            session.delete(session.get_one(Channel, channel.id))
        mute: dict[str, Any] = {"reason": "реорганизация", "until": control.today, "set_by": "координатор"}
        session.add(Mute(roadmap_code="krai", body_id=body(control, "ЦНППМ"), set_at=clock.now(), **mute))
        gone: dict[str, Any] = mute | {"until": control.today - timedelta(days=1), "reason": "прошлое"}
        session.add(Mute(roadmap_code="krai", body_id=body(control, "ИРО"), set_at=clock.now(), **gone))
    (lost,) = rows(control, "lost")
    assert lost.startswith("Директор центра · ЦНППМ нет действующего адреса 1")
    (muted,) = rows(control, "muted")
    assert muted.startswith("ЦНППМ реорганизация")
    assert "внимание" in section(control, "lights").select("tbody td")[-1].get_text()


def test_an_unconfirmed_drill_is_out_of_reach_and_an_untried_channel_is_not(control: Pages) -> None:
    control.point("1.1", days=40)
    control.point("2.1", days=40)
    centre = next(one.id for one in control.rows(Official) if one.post == "Директор центра")
    with open_session(control.engine) as session:
        channel = session.get_one(Channel, next(one.id for one in control.rows(Channel) if one.official_id == centre))
        channel.drilled_at = datetime(2026, 5, 1, 12, tzinfo=UTC)
        session.add(channel)
    assert "запрошена 01.05.2026" in rows(control, "lost")[0]
    assert len(rows(control, "lost")) == 1
    assert "ещё не проверяли: 1 исполнитель" in section(control, "lost").get_text()


def test_every_row_links_to_its_run(control: Pages) -> None:
    control.point("1.1", days=-2)
    with open_session(control.engine) as session:
        session.add(PrefectRef(kind="run", key=control.rows(ControlPoint)[0].key, prefect_id="11-22"))
    address = "/prefect/runs/flow-run/11-22?tab=Artifacts"
    for anchor in ("late", "points"):
        assert section(control, anchor).select_one(f'a[href="{address}"]')
    assert address in control.client.get(f"/control/point/{control.rows(ControlPoint)[0].id}").text


def test_the_page_leads_to_the_lists_in_prefect_of_the_roadmap_that_is_shown(control: Pages) -> None:
    page = BeautifulSoup(control.client.get("/control?roadmap=krai").text, "html.parser")
    links = {link.get_text(): unquote(str(link["href"])) for link in page.select('a[href*="/runs?"]')}
    base = "/prefect/runs?"
    assert list(links) == ["Просрочено", "На проверке", "На этой неделе", "Всё, что в работе"]
    assert links["Просрочено"].startswith(f"{base}state=Просрочено&tag=krai&")
    assert links["На этой неделе"].startswith(f"{base}tag=На этой неделе&tag=krai&")


def many(control: Pages, number: int) -> None:
    """As many bodies, each with one point of one item; every third is late, every fourth waits for a decision."""
    item = next(row for row in control.rows(Item) if row.code == "2.1")
    today = control.today
    with open_session(control.engine) as session:
        session.execute(
            insert(Body),
            [
                {
                    "roadmap_code": "krai",
                    "code": f"m{n}",
                    "name": f"МОУО {n}",
                    "short": f"МОУО {n}",
                    "level": "municipal",
                }
                for n in range(number)
            ],
        )
    owners = [row.id for row in control.rows(Body) if row.code.startswith("m")]
    with open_session(control.engine) as session:
        session.execute(
            insert(ControlPoint),
            [
                {
                    "key": f"krai/2.1/m{n}/x",
                    "roadmap_code": "krai",
                    "item_id": item.id,
                    "body_id": owner,
                    "owner_id": owner,
                    "purpose": "result",
                    "opens_on": today - timedelta(days=90),
                    "due_on": today + timedelta(days=5 - n % 3 * 4),
                    "deadline_on": today + timedelta(days=5 - n % 3 * 4),
                    "deadline_note": "",
                    "status": "submitted" if n % 4 == 0 else "open",
                    "submitted_on": today if n % 4 == 0 else None,
                    "is_history": False,
                    "has_open_request": False,
                }
                for n, owner in enumerate(owners)
            ],
        )


@pytest.mark.parametrize("web_engine", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.usefixtures("campaign")
def test_five_thousand_points_take_as_many_queries_as_five(control: Pages) -> None:
    many(control, 5)
    with counted(control.engine) as few:
        control.client.get("/control")
    control.client.get("/control/export.xlsx")
    with open_session(control.engine) as session:
        for point in control.rows(ControlPoint):
            session.delete(session.get_one(ControlPoint, point.id))
        session.flush()
        for row in control.rows(Body):
            if row.code.startswith("m"):
                session.delete(session.get_one(Body, row.id))
    many(control, 5000)
    with counted(control.engine) as seen:
        answer = control.client.get("/control")
    assert answer.status_code == 200
    assert len(seen) == len(few) <= 21
    assert len(answer.content) < 600_000
    assert len(rows(control, "points")) == 50
    assert "Страница 1 из 100, всего 5000" in answer.text


def test_a_point_can_be_handed_over_among_thousands_of_bodies(control: Pages) -> None:
    many(control, 2400)
    point, other = (row.id for row in control.rows(ControlPoint)[1:3])
    answer = control.client.get(f"/control/point/{point}")
    assert len(answer.content) < 400_000
    page = BeautifulSoup(answer.text, "html.parser")
    offered = [str(one["value"]) for one in page.select("datalist option")]
    form = {str(one["name"]): str(one["value"]) for one in page.select("form[action$='/hand-over'] input[type=hidden]")}
    chosen = next(one for one in offered if one.endswith(" · МОУО 2399"))
    path = f"/control/point/{point}/hand-over"
    assert control.client.post(path, data=form | {"reason": "х", "body": "МОУО 2399"}).status_code == 422
    assert control.client.post(path, data=form | {"reason": "по Положению", "body": chosen}).status_code == 303
    owners = {row.id: row.owner_id for row in control.rows(ControlPoint)}
    assert owners[point] == int(chosen.split(" · ")[0]) != owners[other]


def test_the_pages_of_a_list_keep_the_filters_and_show_everything_once(control: Pages) -> None:
    many(control, 120)
    onward = section(control, "points", "?kind=session").select(".pager a")
    assert [link["href"] for link in onward] == ["/control?kind=session&points-page=2#points"]
    seen = [row for page in (1, 2, 3) for row in rows(control, "points", f"?points-page={page}")]
    assert len(seen) == len(set(seen)) == 120
    assert rows(control, "points", "?points-page=99") == rows(control, "points", "?points-page=3")
