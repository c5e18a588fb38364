"""Tags by which the runs of points are found, and the overview that leads to them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from roadmap.cards.overview import overview_markdown, summary_rows
from roadmap.cards.run_tags import REFUSED, THIS_WEEK, all_runs, moving_tags, with_moving_tags

WEDNESDAY = date(2027, 5, 26)


@dataclass(frozen=True)
class Item:
    key: str = "krai/1.2"
    number: str = "1.2"
    title: str = "Форсайт-сессия [для] методистов"


ITEM = Item()


@dataclass
class Point:
    deadline_on: date
    status: str = "open"
    opens_on: date = date(2027, 5, 1)
    submitted_on: date | None = None
    is_history: bool = False
    blocked: bool = False
    key: str = "krai/1.2/-/2027"
    body: str = ""
    owner_name: str = "ИРО"
    item: Any = ITEM


@pytest.mark.parametrize(
    ("point", "tags"),
    [
        (Point(date(2027, 5, 23)), {"Просрочено"}),
        (Point(date(2027, 5, 24)), {"Просрочено", THIS_WEEK}),
        (Point(date(2027, 5, 30)), {"В работе", THIS_WEEK}),
        (Point(date(2027, 5, 31)), {"В работе"}),
        (Point(date(2027, 5, 30), opens_on=date(2027, 5, 28), status="planned"), {"Запланировано", THIS_WEEK}),
        (Point(date(2027, 5, 28), status="accepted", submitted_on=WEDNESDAY), {"Исполнено"}),
    ],
    ids=["last Sunday", "this Monday", "this Sunday", "next Monday", "not begun", "done"],
)
def test_the_week_is_from_monday_to_sunday_and_what_is_done_is_not_due(point: Point, tags: set[str]) -> None:
    assert moving_tags(point, WEDNESDAY) == tags


def test_a_refused_decision_is_a_tag_and_tags_of_people_stay() -> None:
    tags = moving_tags(Point(WEDNESDAY), WEDNESDAY, "нет основания")
    assert REFUSED in tags
    present = ["krai", "на контроле у министра", "Просрочено", REFUSED]
    assert with_moving_tags(present, {"На доработке"}) == ["krai", "На доработке", "на контроле у министра"]


def test_the_page_of_an_item_is_asked_for_every_name_its_runs_have() -> None:
    assert all_runs().count("runs.flowRuns.state.name=") == 7
    assert " " not in all_runs()


def test_the_overview_begins_with_counts_and_links_and_its_rows_with_date_and_state() -> None:
    points: list[Any] = [
        Point(date(2027, 5, 28)),
        Point(date(2027, 5, 20)),
        Point(date(2027, 6, 30), status="submitted", submitted_on=WEDNESDAY),
        Point(date(2027, 12, 31)),
    ]
    links, pages = "[Просрочено](/runs)", {"krai/1.2": "/deployments/deployment/1"}
    lines = overview_markdown(points, region="Край", today=WEDNESDAY, links=links, item_urls=pages).splitlines()
    assert lines[0] == "## Обзор · Край"
    assert lines[2] == "На 26.05.2027: просрочено — 1, на проверке — 1, срок на этой неделе — 1."
    assert lines[4] == links
    rows = [row.split(" | ") for row in lines[8:]]
    assert [row[:2] for row in rows] == [
        ["| 20.05.2027", "Просрочено"],
        ["| 28.05.2027", "В работе"],
        ["| 30.06.2027", "На проверке"],
    ]
    assert rows[0][2].endswith("](/deployments/deployment/1)")
    assert list(summary_rows(points, WEDNESDAY)[0])[:2] == ["Срок", "Состояние"]
