"""Indicators: what their words say, what they leave open, and what an answer settles."""

from typing import Any

import pytest

from roadmap.catalogue.answers import Answer
from roadmap.catalogue.loading import parse_catalogue
from roadmap.catalogue.open_questions import open_questions
from roadmap.documents.draft import draft
from roadmap.documents.importer import Found, find
from roadmap.documents.plain_text import from_text
from roadmap.documents.questions import Answers, Question

HEAD = """МИНИСТЕРСТВО ОБРАЗОВАНИЯ КРАСНОДАРСКОГО КРАЯ

ПРИКАЗ

от 12.01.2027 № 15

Об утверждении плана мероприятий на 2027 год

"""
HEADER = "№\tПоказатель\tЗначение"
TITLE = "Доля педагогов, прошедших диагностику"


def imported(*targets: str, answer: str | None = None, title: str = TITLE) -> Found:
    rows = [HEADER, *(f"{n}\t{title}\t{target}" for n, target in enumerate(targets, start=1))]
    answers = [Answer("indicator", title, answer)] if answer else []
    return find(from_text(HEAD + "\n".join(rows), "order.txt"), Answers(answers))


def doubts(found: Found) -> list[Question]:
    return [question for question in found.all_questions() if question.about == "indicator"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param("рост", ["число цели не названо", "год или ритм цели не назван"], id="no number and no year"),
        pytest.param("рост к 2027 г.", ["число цели не названо"], id="no number"),
        pytest.param("не менее 30%", ["год или ритм цели не назван"], id="no year"),
        pytest.param("30% к 2027 г.", ["сравнение не названо: «30% к 2027 г.»"], id="no comparison"),
    ],
)
def test_what_a_target_leaves_open_is_asked_with_its_place(words: str, why: list[str]) -> None:
    (question,) = doubts(imported(words))
    assert question.why.split("; ") == why
    assert (question.words, question.place) == (TITLE, "строка 10")


@pytest.mark.parametrize(
    "words", ["не менее 30% к 2027 г.", "не более 250 человек к 2027 году", "100% ежегодно", "не ниже 10% ежегодно"]
)
def test_a_target_with_number_comparison_and_time_is_no_question(words: str) -> None:
    assert doubts(imported(words)) == []


def test_what_is_done_or_not_needs_no_number_and_no_year() -> None:
    assert doubts(imported("Разработана система", title="Разработана система мониторинга")) == []


@pytest.mark.parametrize(
    ("answer", "target"),
    [
        pytest.param(
            "не менее 40% к 2027 г.", {"comparison": "at_least", "target": 40.0, "target_year": 2027}, id="a target"
        ),
        pytest.param("без цели", {}, id="no target, as the document has it"),
    ],
)
def test_an_answer_settles_the_doubt_and_stands_in_the_draft(answer: str, target: dict[str, Any]) -> None:
    found = imported("рост", answer=answer)
    assert doubts(found) == []
    (indicator,) = parse_catalogue(draft(found).encode(), "draft.yaml").indicators
    assert {name: getattr(indicator, name) for name in target} == target
    assert (indicator.target is None) == (not target)


def test_an_answer_without_a_number_leaves_the_question_open() -> None:
    (question,) = doubts(imported("рост", answer="побольше"))
    assert "число цели не названо" in question.why


def test_the_question_stands_above_its_indicator_in_the_draft() -> None:
    found = imported("не менее 30% к 2027 г.", "рост")
    lines = draft(found).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("# ВОПРОС (indicator)"))
    assert lines[at + 1] == "- code: '2'"
    assert len(open_questions("\n".join(lines))) == len(found.all_questions())


def test_rows_of_indicators_are_counted_as_such() -> None:
    found = imported("не менее 30% к 2027 г.", "рост")
    assert {name: n for name, n in found.to_json()["rows"].items() if n} == {"total": 3, "indicator": 2, "header": 1}
