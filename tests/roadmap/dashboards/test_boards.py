"""What the coordinator sees: lights, states, the order of the queue, the load of the months."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from roadmap.control.state import COLOURS_RU, state_of
from roadmap.dashboards.boards import (
    STATES_RU,
    has_state,
    is_urgent,
    light,
    light_table,
    load,
    queue_order,
)
from tasks.pages.filters import ShownPoint

TODAY = date(2027, 5, 26)


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def point(days: int = 30, **facts: Any) -> ShownPoint:
    """An open point of the institute, due in so many days."""
    common: dict[str, Any] = {
        "id": 1,
        "key": "krai/1/-/x",
        "roadmap_code": "krai",
        "item_id": 1,
        "position": 1,
        "number": "1",
        "item_code": "1",
        "item_title": "Форсайт-сессия",
        "section": "Раздел 1",
        "source": "приложение, строка 1",
        "kind": "session",
        "owner_id": 10,
        "owner": "ИРО",
        "owner_name": "Институт развития образования",
        "region": "Край",
        "act": "приказ",
        "zone": "Europe/Moscow",
        "opens_on": day(min(days, 0) - 20),
        "due_on": day(days),
        "deadline_on": day(days),
        "status": "open",
    }
    return ShownPoint(**(common | facts))


LIGHTS = {
    "an open point in time is green": (point(), "green", "в работе"),
    "eight days before the deadline are still green": (point(8), "green", "в работе"),
    "seven days before the deadline are yellow": (point(7), "yellow", "срок близко"),
    "the day of the deadline is yellow, not red": (point(0), "yellow", "срок сегодня"),
    "the day after the deadline is red": (point(-1), "red", "просрочено"),
    "a returned point is yellow": (point(status="returned"), "yellow", "на доработке"),
    "a returned point past its deadline is red": (point(-1, status="returned"), "red", "просрочено"),
    "a request makes a point yellow": (point(has_open_request=True), "yellow", "есть просьба или поручение"),
    "a request does not hide that the deadline is past": (point(-2, has_open_request=True), "red", "просрочено"),
    "an owner that letters do not reach is yellow": (point(is_reachable=False), "yellow", "исполнитель не на связи"),
    "what has not begun is grey": (point(60, status="planned", opens_on=day(1)), "grey", "ещё не начато"),
    "a planned point whose day has come counts as open": (
        point(60, status="planned", opens_on=TODAY),
        "green",
        "в работе",
    ),
    "reported in time is green": (point(-3, status="submitted", submitted_on=day(-3)), "green", "на проверке"),
    "reported late waits in yellow": (
        point(-3, status="submitted", submitted_on=day(-2)),
        "yellow",
        "на проверке, сдано с опозданием",
    ),
    "accepted is green": (point(-9, status="accepted", submitted_on=day(-9)), "green", "исполнено"),
    "accepted late is green and says so": (
        point(-9, status="accepted", submitted_on=day(-8)),
        "green",
        "исполнено с опозданием",
    ),
    "withdrawn has no light": (point(-9, status="withdrawn"), "none", "снято с контроля"),
}


@pytest.mark.parametrize(("one", "colour", "words"), LIGHTS.values(), ids=LIGHTS)
def test_light(one: ShownPoint, colour: str, words: str) -> None:
    found = light(one, TODAY)
    assert (found.colour, found.words) == (colour, words)
    assert found.colour in COLOURS_RU


STATES = {
    "accepted in time": (point(-9, status="accepted", submitted_on=day(-9)), "done"),
    "accepted late": (point(-9, status="accepted", submitted_on=day(-8)), "done_late"),
    "past its deadline, whatever was returned": (point(-1, status="returned"), "overdue"),
    "submitted is submitted, even late": (point(-1, status="submitted", submitted_on=TODAY), "submitted"),
    "planned and its day has come": (point(9, status="planned", opens_on=TODAY), "open"),
    "planned for later": (point(9, status="planned", opens_on=day(1)), "planned"),
    "a stage that waits for another, whatever the day": (point(-9, status="planned", blocked=True), "planned"),
}


@pytest.mark.parametrize(("one", "expected"), STATES.values(), ids=STATES)
def test_state(one: ShownPoint, expected: str) -> None:
    assert state_of(one, TODAY) == expected
    assert has_state(one, expected, TODAY)
    assert [other for other in STATES_RU if has_state(one, other, TODAY)].count(expected) == 1


def test_what_waits_for_a_decision_lies_across_the_states() -> None:
    assert has_state(point(has_open_request=True), "decide", TODAY)
    assert has_state(point(status="submitted", submitted_on=TODAY), "decide", TODAY)
    assert not has_state(point(), "decide", TODAY)


@pytest.mark.parametrize(("days", "expected"), [(-1, False), (0, True), (7, True), (8, False)])
def test_soon_is_today_and_seven_days(days: int, expected: bool) -> None:
    assert has_state(point(days), "soon", TODAY) is expected
    assert not has_state(point(days, status="submitted", submitted_on=TODAY), "soon", TODAY)


def test_the_table_puts_the_reddest_body_first_and_sections_in_the_order_of_the_document() -> None:
    late = point(-1, owner_id=11, owner="Я-центр", section="Раздел 2", position=9)
    found = light_table([point(), late, replace(late, status="withdrawn"), point(2)], TODAY)
    assert found.sections == ("Раздел 1", "Раздел 2")
    assert [row.owner for row in found.rows] == ["Я-центр", "ИРО"]
    first, second = found.rows
    assert first.cells[0] is None
    assert (first.total.colour, first.total.total) == ("red", 1)
    assert second.cells[0] is not None
    assert (second.cells[0].colour, second.cells[0].counts) == ("yellow", {"green": 1, "yellow": 1})
    assert found.total.counts == {"red": 1, "yellow": 1, "green": 1}


def test_a_body_with_nothing_but_withdrawn_points_has_no_row() -> None:
    assert light_table([point(status="withdrawn")], TODAY).rows == ()


URGENT = {
    "due in three days": (3, 0, True),
    "due in four days and asked today": (4, 0, False),
    "waiting for four days": (40, -4, False),
    "waiting for five days": (40, -5, True),
    "overdue": (-1, 0, True),
}


@pytest.mark.parametrize(("deadline", "since", "expected"), URGENT.values(), ids=URGENT)
def test_urgent(deadline: int, since: int, expected: bool) -> None:
    assert is_urgent(day(deadline), day(since), TODAY) is expected


def test_the_queue_shows_urgent_ones_first_then_the_longest_waiting() -> None:
    asked = {"fresh": (40, 0), "older": (40, -3), "urgent": (1, 0), "urgent and older": (-4, -2)}
    order = sorted(asked, key=lambda name: queue_order(day(asked[name][0]), day(asked[name][1]), TODAY))
    assert order == ["urgent and older", "urgent", "older", "fresh"]


def test_load_counts_what_is_owed_by_month_and_overdue_work_now() -> None:
    points = [
        point(-40),
        point(0),
        point(40),
        point(400),
        point(5, status="submitted"),
        point(3, owner_id=11, owner="МОЦ"),
    ]
    found = load(points, {10: "Ректор · ИРО"}, TODAY)
    assert (found.months[0], found.months[-1]) == (date(2027, 5, 1), date(2028, 4, 1))
    assert [(row.who, row.cells[:3], row.total) for row in found.rows] == [
        ("Ректор · ИРО", (2, 0, 1), 3),
        ("МОЦ", (1, 0, 0), 1),
    ]
    assert found.peak == 2


def test_two_bodies_whose_officials_are_named_alike_are_two_rows() -> None:
    found = load([point(), point(owner_id=11)], {10: "Директор", 11: "Директор"}, TODAY)
    assert [(row.who, row.total) for row in found.rows] == [("Директор", 1), ("Директор", 1)]
