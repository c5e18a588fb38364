"""Questions asked one by one: each once, with a way back, and anew where an answer changes what is asked."""

import pytest

from roadmap.catalogue.answers import Answer, answers_text, read_answers
from roadmap.documents.importer import find
from roadmap.documents.interview import Interview
from roadmap.documents.plain_text import from_text
from roadmap.documents.questions import Answers, Question, asked_once
from tests.roadmap.documents.order import ORDER


def interview(*answers: Answer) -> Interview:
    document = from_text(ORDER, "order.txt")
    return Interview.of(lambda given: find(document, given), answers)


def asked(talk: Interview) -> list[str]:
    return [one.question.words for one in talk.queue[talk.at :]]


def test_equal_questions_are_one_with_all_their_places() -> None:
    first, second = (
        Question("term", "строка 2", "К лету", "почему.", "а"),
        Question("term", "строка 9", "к лету", "", ""),
    )
    (one,) = asked_once([first, second])
    assert one.places == ("строка 2", "строка 9")
    assert one.line == "(term) строка 2; строка 9: «К лету» — почему. Предлагается: а"
    assert one.to_json()["places"] == ["строка 2", "строка 9"]


@pytest.mark.parametrize(
    ("question", "likeliest", "offered"),
    [
        pytest.param(
            Question("term", "", "", "", "вписать срок", ("май", "июнь")), "май", ("май", "июнь"), id="its choices"
        ),
        pytest.param(
            Question("row", "", "", "", "мероприятие"),
            "мероприятие",
            ("мероприятие", "пропустить", "продолжение", "заголовок"),
            id="a proposal that stands, before what always stands",
        ),
        pytest.param(
            Question("responsible", "", "", "", "«региональный» или «муниципальный»"),
            "региональный",
            ("региональный", "муниципальный"),
            id="what the proposal names in marks",
        ),
        pytest.param(
            Question("table", "", "", "", "дать графам шапку или «пропустить»"),
            "",
            ("пропустить",),
            id="an instruction is no answer",
        ),
    ],
)
def test_what_a_question_offers(question: Question, likeliest: str, offered: tuple[str, ...]) -> None:
    assert (question.likeliest, question.offered) == (likeliest, offered)


def test_what_the_act_is_comes_before_the_rows_and_an_answer_serves_every_place() -> None:
    talk = interview()
    assert asked(talk) == ["authority", "Кабинет", "к лету", "Форум"]
    for words in ("министерство образования Краснодарского края", "не нужна", "до 1 июня 2027 г.", "институт"):
        talk.answer(words)
    assert talk.current is None
    assert talk.found.all_questions() == []
    assert [entry.item.words["term"] for entry in talk.found.items] == ["май 2027 г.", *["до 1 июня 2027 г."] * 2]


def test_back_returns_to_the_answer_and_another_takes_its_place() -> None:
    talk = interview()
    assert not talk.back()
    talk.answer("министерство")
    assert talk.back()
    assert talk.current is not None
    assert talk.given_to(talk.current) == "министерство"
    talk.answer("департамент")
    assert [answer.answer for answer in talk.answers] == ["департамент"]


def test_what_the_document_leaves_blank_is_settled_by_an_empty_answer() -> None:
    talk = interview()
    talk.answer("")
    assert talk.answers == [Answer("act", "authority", "")]
    while talk.current:
        talk.skip()
    left = find(from_text(ORDER, "order.txt"), Answers(talk.answers)).all_questions()
    assert "act" not in {question.about for question in left}


def test_a_skipped_question_stays_open_and_is_not_asked_again() -> None:
    talk = interview()
    while talk.current:
        talk.skip()
    assert talk.answers == []
    assert len(asked_once(talk.found.all_questions())) == len(talk.queue) == 4


def test_an_answer_that_did_not_do_is_asked_for_once_more() -> None:
    kept = Answer("term", "к лету", "когда потеплеет")
    talk = interview(kept)
    while talk.current and talk.current.question.about != "term":
        talk.skip()
    assert talk.current is not None
    assert talk.current.question.why.startswith("ответ «когда потеплеет» не читается")
    assert talk.given_to(talk.current) == "когда потеплеет"


@pytest.mark.parametrize(
    ("at", "words", "doubt"),
    [
        pytest.param(0, "", "", id="the document may leave its head blank"),
        pytest.param(1, "важная", "графа может быть такой: номер", id="no role of a column"),
        pytest.param(2, "когда потеплеет", "срок не читается", id="no term"),
        pytest.param(2, "назвать даты", "", id="the dates are to be named"),
        pytest.param(3, "", "пустой ответ", id="nobody"),
        pytest.param(3, "институт", "", id="a body"),
    ],
)
def test_words_that_are_no_answer_are_said_at_once(at: int, words: str, doubt: str) -> None:
    talk = interview()
    assert talk.doubt(talk.queue[at], words).startswith(doubt)
    assert bool(talk.doubt(talk.queue[at], words)) is bool(doubt)


def test_answers_to_other_commands_stay_in_the_file() -> None:
    other = Answer("item", "1.2", "исключён")
    talk = interview(other)
    talk.answer("министерство")
    assert talk.answers == [other, Answer("act", "authority", "министерство")]


def test_the_file_of_answers_is_read_as_it_was_written_and_keeps_its_head() -> None:
    answers = [Answer("term", "к лету: 2027", "до 01.06.2027"), Answer("act", "number", "")]
    text = answers_text(answers)
    assert text.startswith("# Ответы")
    assert read_answers(text, "answers.yaml") == answers
    assert answers_text([], "# моё\nanswers: []\n# внизу\n").splitlines()[0] == "# моё"
