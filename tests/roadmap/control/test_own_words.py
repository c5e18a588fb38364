"""A duty without a term whose own words name its rhythm: «ежегодных совещаний»."""

from typing import Any

import pytest

from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.control.planning import read_item


def duty(title: str, **facts: Any) -> tuple[Catalogue, Item]:
    of = built_in("kirov")
    found = next(item for item in of.duties if item.code == "3.2.3-11")
    return of, found.model_copy(update={"title": title} | facts)


@pytest.mark.parametrize(
    ("title", "facts", "read"),
    [
        pytest.param(
            "проведение ежегодных совещаний", {}, ("words-rhythm", "ежегодных"), id="an adjective of the duty"
        ),
        pytest.param("Ежегодный план мероприятий", {}, ("words-rhythm", "Ежегодный"), id="as it is written"),
        pytest.param(
            "сбор ежеквартальных отчётов", {"rhythm": "quarter"}, ("words-rhythm", "ежеквартальных"), id="quarters"
        ),
        pytest.param("проведение совещаний", {}, ("own-rhythm", ""), id="no such word: the rhythm is ours"),
        pytest.param("сбор ежемесячных отчётов", {}, ("own-rhythm", ""), id="another rhythm: for a reviewer to say"),
        pytest.param("ежегодный и ежемесячный отчёт", {}, ("own-rhythm", ""), id="two rhythms say nothing certain"),
        pytest.param("Ежегодник достижений", {}, ("own-rhythm", ""), id="another word with the same stem"),
        pytest.param("не-ежегодных сборов", {}, ("own-rhythm", ""), id="half of a word"),
    ],
)
def test_the_ground_of_a_rhythm_is_the_duty_s_own_word(
    title: str, facts: dict[str, Any], read: tuple[str, str]
) -> None:
    reading = read_item(*duty(title, **facts))
    assert (reading.rule, reading.text) == read


def test_the_named_term_of_a_duty_stands_before_its_words() -> None:
    assert read_item(*duty("ежегодных сборов", term="не реже одного раза в год")).text == "не реже одного раза в год"


def test_without_a_rhythm_of_the_catalogue_an_adjective_plans_nothing() -> None:
    assert read_item(*duty("назначить ежемесячную выплату", rhythm=None)).kind == "unreadable"


@pytest.mark.parametrize(("code", "item"), [("kirov", "3.2.3-11"), ("kirov", "4.1-03"), ("surgut", "p4.3")])
def test_the_days_are_those_of_the_rhythm_in_a_training_copy_too(code: str, item: str) -> None:
    of = built_in(code)
    found = next(entry for entry in of.duties if entry.code == item)
    plain = found.model_copy(update={"title": "план"})
    for shift in (0, 3):
        assert read_item(of, found, shift=shift).windows == read_item(of, plain, shift=shift).windows
