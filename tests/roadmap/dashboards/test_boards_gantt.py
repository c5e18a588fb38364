"""The drawing of a year: rows, windows that become one bar, lanes, today's line; nothing gets into it unescaped."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from roadmap.dashboards.gantt import HEAD, LABEL, LANE, MONTH, gantt_svg, item_rows, section_rows
from roadmap.language.months import MONTHS
from tasks.pages.filters import ShownPoint

TODAY = date(2027, 5, 26)
SVG = "{http://www.w3.org/2000/svg}"
POINT = ShownPoint(
    id=7,
    key="krai/1/-/2027-05-31",
    roadmap_code="krai",
    item_id=1,
    position=1,
    number="1.1",
    item_code="1.1",
    item_title="Форсайт-сессия",
    section="Раздел 1",
    kind="session",
    source="приложение, строка 1",
    owner_id=10,
    owner="ИРО",
    owner_name="Институт развития образования",
    region="Край",
    act="приказ",
    zone="Europe/Moscow",
    opens_on=date(2027, 5, 1),
    due_on=date(2027, 5, 31),
    deadline_on=date(2027, 5, 31),
    status="open",
)


def due(opens_on: date, deadline_on: date, **facts: object) -> ShownPoint:
    return replace(POINT, opens_on=opens_on, due_on=deadline_on, deadline_on=deadline_on, **facts)  # type: ignore[arg-type]


def drawn(points: list[ShownPoint], year: int = 2027) -> ElementTree.Element:
    svg = gantt_svg(
        item_rows(points, year, TODAY), year, TODAY, title="Сроки 2027 года", link=lambda bar: f"/point/{bar.point_id}"
    )
    return ElementTree.fromstring(svg)


def bars(points: list[ShownPoint], year: int = 2027) -> list[ElementTree.Element]:
    return [rect for rect in drawn(points, year).iter(f"{SVG}rect") if rect.get("class") == "bar"]


def test_it_has_twelve_russian_months_a_title_and_a_description() -> None:
    root = drawn([POINT])
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert [word for word in words if word in MONTHS] == list(MONTHS)
    assert root.findtext(f"{SVG}title") == "Сроки 2027 года"
    assert "Строк: 1" in (root.findtext(f"{SVG}desc") or "")


def test_a_bar_goes_from_the_opening_to_the_end_of_the_deadline() -> None:
    (bar,) = bars([POINT])
    assert float(bar.get("x") or 0) == LABEL + 4 * MONTH
    assert float(bar.get("width") or 0) == pytest.approx(MONTH, abs=2)
    assert bar.get("data-light") == "внимание"
    assert bar.findtext(f"{SVG}title") == "01.05.2027 – 31.05.2027: срок близко"


def test_a_bar_is_clipped_by_the_year_and_a_one_day_duty_can_still_be_seen() -> None:
    whole, one_day = bars([due(date(2026, 3, 1), date(2028, 3, 1)), due(date(2027, 12, 31), date(2027, 12, 31))])
    assert float(whole.get("x") or 0) == LABEL
    assert float(whole.get("width") or 0) <= 12 * MONTH + 3
    assert float(one_day.get("width") or 0) >= 5
    assert float(one_day.get("x") or 0) + float(one_day.get("width") or 0) <= LABEL + 12 * MONTH + 3


def test_what_lies_outside_the_year_or_was_withdrawn_is_not_drawn() -> None:
    assert bars([due(date(2026, 1, 1), date(2026, 12, 31)), replace(POINT, status="withdrawn")]) == []


def test_overlapping_bars_of_an_item_lie_below_each_other() -> None:
    year, month = due(date(2027, 1, 1), date(2027, 12, 31)), due(date(2027, 3, 1), date(2027, 3, 31))
    april = due(date(2027, 4, 1), date(2027, 4, 30))
    tops = [int(bar.get("y") or 0) for bar in bars([year, month, april])]
    assert tops[1] - tops[0] == LANE
    assert tops[2] == tops[1]


def test_bodies_with_the_same_window_are_one_bar_of_the_worst_colour_with_their_number() -> None:
    late = due(date(2027, 4, 1), date(2027, 5, 1))
    (row,) = item_rows([late, replace(late, id=8, status="accepted"), replace(late, id=9)], 2027, TODAY)
    (bar,) = row.bars
    assert (bar.colour, bar.count, bar.point_id) == ("red", 3, None)


def test_sections_count_the_deadlines_of_each_month() -> None:
    points = [due(date(2027, 1, 1), date(2027, month, 20), id=month) for month in (3, 3, 6)]
    (row,) = section_rows(points, 2027, TODAY, regions={"krai": "Краснодарский край"})
    assert (row.heading, row.label) == ("Краснодарский край", "Раздел 1")
    assert [(bar.opens_on, bar.deadline_on, bar.count, bar.colour) for bar in row.bars] == [
        (date(2027, 3, 1), date(2027, 3, 31), 2, "red"),
        (date(2027, 6, 1), date(2027, 6, 30), 1, "green"),
    ]


def test_today_is_a_line_in_its_own_year_only() -> None:
    (line,) = [one for one in drawn([POINT]).iter(f"{SVG}line") if one.get("class") == "today"]
    assert float(line.get("x1") or 0) == pytest.approx(LABEL + (4 + 25 / 31) * MONTH, abs=0.1)
    assert int(line.get("y1") or 0) < HEAD
    later = drawn([due(date(2028, 1, 1), date(2028, 2, 1))], year=2028)
    assert [one for one in later.iter(f"{SVG}line") if one.get("class") == "today"] == []


def test_words_of_people_cannot_leave_their_place() -> None:
    evil = replace(POINT, item_title='</text><script>alert("1")</script>', section="<b>&'\"")
    root = drawn([evil])
    assert list(root.iter(f"{SVG}script")) == []
    assert any("<script>" in (text.text or "") for text in root.iter(f"{SVG}text"))
