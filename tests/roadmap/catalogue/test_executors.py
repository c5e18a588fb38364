"""«Ответственный исполнитель (соисполнители)»: who is named first there is called as the column calls him."""

from typing import Any

import pytest

from roadmap.catalogue.executors import RESPONSIBLE, first_named, first_word_of, roles, takes_part
from roadmap.catalogue.loading import built_in

NAMES = {"zones": ("ЦНППМ АСОУ", "Центр"), "centre": ("ЦНППМ",), "service": ("ММС", "Методические службы")}


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("Ответственный исполнитель (соисполнители)", "ответственный исполнитель"),
        ("Исполнитель (Соисполнители)", "исполнитель"),
        ("Соисполнители", ""),
        ("Ответственные (по согласованию)", ""),
        ("", ""),
    ],
)
def test_what_the_heading_calls_the_first(heading: str, word: str) -> None:
    assert first_word_of(heading) == word


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ЦНППМ АСОУ, ММС", "zones"),
        ("ЦНППМ в рамках проекта", "centre"),
        ("методические службы; ЦНППМ", "service"),
        ("Руководитель ЦНППМ", None),
        ("ЦНППМАСОУ", None),
        ("", None),
    ],
)
def test_the_first_named_is_found_by_the_longest_name(words: str, code: str | None) -> None:
    assert first_named(words, NAMES) == code


def test_moscow_names_an_executor_beside_the_responsible_body_in_53_of_63_items() -> None:
    found = roles(stored("moscow-oblast"))
    assert list(found.values()).count("ответственный исполнитель") == 53
    assert set(found.values()) == {"ответственный исполнитель", RESPONSIBLE}
    assert {("1.2.3", "asou-network"), ("1.3.3", "cnppm-asou"), ("2.2.1", "mms")} <= found.keys()


@pytest.mark.parametrize("code", ["krasnodar", "kirov", "surgut", "bashkortostan"])
def test_others_have_no_such_column(code: str) -> None:
    assert roles(stored(code)) == {}


def stored(code: str) -> dict[str, Any]:
    return built_in(code).model_dump(mode="json")


def test_who_answers_by_the_document_is_not_lost_where_each_of_a_group_has_a_point() -> None:
    catalogue = built_in("moscow-oblast")
    items = {item.code: item for item in catalogue.items}
    assert takes_part(catalogue, items["2.4.2"])[-1] == items["2.4.2"].owner == "asou-method"
    assert roles(stored("moscow-oblast"))["2.4.2", "asou-method"] == RESPONSIBLE
    # The group itself, or one of its members, has its points.
    for code in ("2.2.1", "3.5.6", "1.2.3"):
        assert takes_part(catalogue, items[code]) == items[code].co_executors
