"""A form that is refused says everything at once: at the top with links to the fields, and under each field."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup, Tag

from models import Official, Transition
from models.db import open_session
from tests.worlds.pages import Pages

FIELDS = ["input", "textarea", "select"]
SCRIPT = "javascript:alert(1)"


@pytest.fixture
def link(pages: Pages) -> str:
    """The rector's link."""
    return pages.link("Ректор")


def by_id(page: BeautifulSoup, name: str) -> Tag:
    found = page.find(id=name)
    assert isinstance(found, Tag), name
    return found


def faults(answer: httpx.Response) -> dict[str, str]:
    """Field → what the top of the page says of it; each is a link to a field that says the same itself."""
    page = BeautifulSoup(answer.text, "html.parser")
    (alert,) = page.find_all(role="alert")
    found = {}
    for one in alert.find_all("a"):
        field = by_id(page, str(one["href"]).removeprefix("#"))
        assert field.name in FIELDS
        assert field["aria-invalid"] == "true"
        assert one.text in by_id(page, str(field["aria-describedby"])).text
        found[str(field["id"])] = one.text
    assert {str(field["id"]) for field in page.find_all(FIELDS, attrs={"aria-invalid": True})} == set(found)
    return found


FORMS: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    (
        "everything wrong with a report",
        "submit",
        {"link": SCRIPT, "on": "31.06.2027", "words": "a\0b", "files": [("a.exe", b"MZ"), ("b.pdf", b"%PDF-1.7\n1")]},
        {
            "submit-link": "адрес целиком",
            "submit-file": "«a.exe»: Такие файлы",
            "submit-on": "не дата",
            "submit-words": "служебные знаки",
        },
    ),
    (
        "no proof and no day",
        "submit",
        {"on": ""},
        {"submit-details": "Подтвердите исполнение", "submit-on": "Заполните поле"},
    ),
    (
        "a progress report without words and with a bad link",
        "progress",
        {"link": SCRIPT},
        {"progress-words": "Заполните поле", "progress-link": "адрес целиком"},
    ),
    ("an extension", "extend", {"until": ""}, {"extend-until": "Заполните", "extend-reason": "Заполните"}),
    ("not mine", "not-mine", {"body": "нет"}, {"not-mine-body": "из списка", "not-mine-reason": "Заполните"}),
    ("not mine but whose", "not-mine", {"body": "1", "reason": "да"}, {"not-mine-body": "другой орган"}),
]


@pytest.mark.parametrize(("action", "fields", "expected"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_all_that_is_wrong_is_listed_at_once_in_the_order_of_the_form(
    pages: Pages, link: str, action: str, fields: dict[str, Any], expected: dict[str, str]
) -> None:
    point = pages.point(days=30)
    answer = pages.send(link, point, action, **fields)
    found = faults(answer)
    assert list(found) == list(expected)
    for field, words in expected.items():
        assert words in found[field]
    assert pages.rows(Transition) == []


def test_what_was_typed_stays_beside_what_is_wrong(pages: Pages, link: str) -> None:
    point = pages.point(days=30)
    typed = {"details": "приказ № 5", "link": SCRIPT, "on": "вчера", "words": "провели"}
    page = BeautifulSoup(pages.send(link, point, "submit", **typed).text, "html.parser")
    assert by_id(page, "submit-details").text == typed["details"]
    assert by_id(page, "submit-link")["value"] == SCRIPT
    assert by_id(page, "submit-on")["value"] == typed["on"]
    assert by_id(page, "submit-words").text == typed["words"]
    assert "open" in by_id(page, "submit").attrs
    assert "open" not in by_id(page, "progress").attrs


def test_what_is_about_no_field_is_said_without_a_link(pages: Pages, link: str) -> None:
    point = pages.point(days=-2)
    answer = pages.send(link, point, "extend", until=pages.today + timedelta(days=30), reason="не успели")
    assert faults(answer) == {}
    assert "просить о переносе нужно было заранее" in answer.text


def test_an_absence_lists_its_faults_as_well(pages: Pages, link: str) -> None:
    form = {"once": pages.once(), "deputy": "нет", "starts_on": "", "ends_on": "31.06.2027"}
    answer = pages.client.post(f"{link}/absence", data=form)
    found = faults(answer)
    assert list(found) == ["absence-deputy", "absence-starts_on", "absence-ends_on"]


def test_and_so_do_the_orders_of_whoever_controls(pages: Pages) -> None:
    with open_session(pages.engine) as session:
        session.get_one(Official, 4).role = "controller"
    point = pages.point(days=-3)
    link = pages.link("Координатор")
    form = {"once": pages.once(), "seen": "0", "until": "вчера", "reason": ""}
    found = faults(pages.client.post(f"{link}/order/{point}/order-extension", data=form))
    assert list(found) == ["order-extension-until", "order-extension-reason"]
    assert list(faults(pages.client.post(f"{link}/order/{point}/order-withdrawal", data=form))) == [
        "order-withdrawal-reason"
    ]
