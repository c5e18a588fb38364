"""An answer is shown beside the words of the document that it stands for."""

import pytest

from roadmap.review.answered import quoted, with_act_words

BOTH = "в документе: «к лету»; принято: «до 1 июня 2027 г.», ответ координатора"
SILENT = "в документе ответственный не назван; принято: «институт», ответ координатора"
DATES = "в документе: «к лету»; принято: даты назовёт ответственный, ответ координатора"


@pytest.mark.parametrize(
    ("field", "accepted", "act_words", "shown"),
    [
        pytest.param("term", "до 1 июня 2027 г.", {"term": "к лету"}, BOTH, id="both are shown"),
        pytest.param("responsible", "институт", {"responsible": ""}, SILENT, id="the document is silent"),
        pytest.param("term", "", {"term": "к лету"}, DATES, id="the dates are to be named"),
        pytest.param("term", "май 2027 г.", {"responsible": ""}, "", id="another field was answered"),
        pytest.param("term", "май 2027 г.", {}, "", id="nothing was answered"),
    ],
)
def test_an_answer_is_shown_with_the_words_it_stands_for(
    field: str, accepted: str, act_words: dict[str, str], shown: str
) -> None:
    assert with_act_words(field, accepted, act_words) == shown
    assert quoted(field, accepted, act_words, otherwise="не назван") == (shown or f"«{accepted}»")


def test_where_there_are_no_words_at_all_it_is_said() -> None:
    assert quoted("term", "", {}, otherwise="не назван") == "не назван"
