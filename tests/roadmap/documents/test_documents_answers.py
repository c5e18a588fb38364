"""Answers in their one form: read whole, or refused with file, place and remedy."""

import pytest

from roadmap.catalogue.answers import Answer, AnswersError, read_answers


def test_answers_are_read_in_order_and_cut_of_blanks() -> None:
    first, second = (
        "{about: term, words: ' к лету ', answer: до 1 июня 2027 г.}",
        "{about: row, words: а, answer: пропустить}",
    )
    text = f"answers:\n- {first}\n- {second}"
    assert read_answers(text, "answers.yaml") == [
        Answer("term", "к лету", "до 1 июня 2027 г."),
        Answer("row", "а", "пропустить"),
    ]


@pytest.mark.parametrize("text", ["", "# пусто\n", "answers:\n", "answers: []"])
def test_a_file_without_answers_has_none(text: str) -> None:
    assert read_answers(text, "answers.yaml") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("да", "нужен ключ answers", id="a word"),
        pytest.param("[]", "нужен ключ answers", id="a bare list"),
        pytest.param("answers: {а: б}", "нужен ключ answers и под ним список", id="a mapping in place of the list"),
        pytest.param('"1.1": "2.1"', "нужен ключ answers", id="old and new codes"),
        pytest.param("answers: [1]", "запись 1: нужны ровно поля", id="an entry that is none"),
        pytest.param("answers:\n- {about: а, words: б}", "запись 1: нужны ровно поля", id="a field is missing"),
        pytest.param(
            "answers:\n- {about: а, words: б, answer: в}\n- {about: а, words: в, answer: 2027-05-31}",
            "запись 2, answer: нужны слова — возьмите значение в кавычки",
            id="a date without quotes",
        ),
        pytest.param("answers:\n- {about: ' ', words: б, answer: в}", "about: пусто", id="nothing to find it by"),
        pytest.param(
            "answers:\n- {about: а, words: К лету, answer: в}\n- {about: а, words: к  лету, answer: г}",
            "записи 1 и 2: на один вопрос «к  лету» разные ответы",
            id="two answers to one question",
        ),
        pytest.param("answers: [", "строка", id="no YAML"),
    ],
)
def test_another_form_is_one_line_with_file_and_place(text: str, why: str) -> None:
    with pytest.raises(AnswersError) as refused:
        read_answers(text, "мои ответы.yaml")
    line = str(refused.value)
    assert line.startswith("мои ответы.yaml: ")
    assert why in line
    assert "\n" not in line


def test_the_same_answer_twice_does_no_harm() -> None:
    twice = "answers:\n- {about: а, words: б, answer: в}\n- {about: а, words: Б, answer: в}"
    assert len(read_answers(twice, "answers.yaml")) == 2
