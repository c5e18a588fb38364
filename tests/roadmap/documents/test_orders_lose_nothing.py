"""Property: under «ПРИКАЗЫВАЮ» no verb of duty is without an item or a question, whatever the words and their order."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roadmap.documents.importer import Found, find
from roadmap.documents.neutral import Document, Paragraph
from roadmap.documents.orders import addressees, clauses, directives, entry, labels, order, terms_in_text

BEARERS = (
    *(
        "",
        "Отделу кадров",
        "ИМЦ",
        "МБУ «ИМЦ» (Сидорова С.С.)",
        "Сидоровой С.С., директору ИМЦ,",
        "Рекомендовать главам округов",
    ),
    *("Методический совет", "Коллегам", "Отдел кадров", "Бабушкину", "Школе № 5", "Обязать директоров", "Всем", "Ей"),
)
VERBS = (
    "подготовить",
    "провести",
    "представлять",
    "обеспечить",
    "Создать",
    "назначить",
    "довести",
    "завершить",
    "вести",
)
OBJECTS = ("сводный план", "сбор сведений", "список участников (приложение 2)", "«Неделю науки»")
TERMS = (
    *("", "до 1 марта 2027 г.", "в апреле", "ежеквартально", "в месячный срок", "к началу года", "20 мая 2027 года"),
    *("когда потребуется", "по мере готовности", "не позднее третьего дня"),
)
NUMBERS: tuple[Callable[[int], str], ...] = (
    lambda n: f"{n}. ", lambda n: f"{n}) ", lambda n: f"{n}.", lambda n: f"§ {n}. ", lambda n: "", lambda n: "– ",
    lambda n: ("", "I", "II", "III", "IV")[n] + ". ",
)  # fmt: skip
ORDERS = ("ПРИКАЗЫВАЮ:", "П Р И К А З Ы В А Ю:", "РАСПОРЯЖАЮСЬ:", "ПОСТАНОВЛЯЕТ:", "РЕШИЛА:", "ОБЯЗЫВАЮ:")


@st.composite
def point(draw: st.DrawFn) -> tuple[str, str]:
    """(a point, the object of its verb): bearer, term, verb and object in any order that an order may have."""
    bearer, verb, what, term = (draw(st.sampled_from(words)) for words in (BEARERS, VERBS, OBJECTS, TERMS))
    mark = draw(st.sampled_from(["", "№ 1", "№ 2", "№ 3"]))
    what = f"{what} {mark}".strip()
    parts = draw(st.sampled_from([(bearer, verb, what, term), (bearer, term, verb, what), (term, bearer, verb, what)]))
    return " ".join(filter(None, parts)), verb


def imported(points: list[str], word: str = "ПРИКАЗЫВАЮ:") -> Found:
    head = ["ПРИКАЗ", "от 15.01.2027 № 12", "О работе в 2027 году", word]
    texts = [*head, *points, "Министр И.И. Иванов"]
    return find(Document("order", tuple(Paragraph(text, f"абзац {n}") for n, text in enumerate(texts, start=1))))


def known(found: Found) -> int:
    """How much was found or is asked."""
    return len(found.items) + len(found.all_questions())


def places(found: Found) -> set[str]:
    """Where something was found or is asked."""
    asked = {question.place for question in found.all_questions()}
    return asked | {entry.item.place.rpartition(", ")[2] for entry in found.items}


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(point(), min_size=1, max_size=4), st.sampled_from(NUMBERS), st.sampled_from(ORDERS))
def test_no_verb_of_duty_is_without_item_or_question(
    points: list[tuple[str, str]], number: Callable[[int], str], word: str
) -> None:
    texts = [f"{number(n)}{text}." for n, (text, _) in enumerate(points, start=1)]
    found = places(imported(texts, word))
    assert [text for n, text in enumerate(texts, start=5) if f"абзац {n}" not in found] == []


POINTS = [
    "1. Отделу кадров провести сбор сведений до 1 марта 2027 г.",
    "2. Рекомендовать главам округов в месячный срок подготовить план.",
    "3. ИМЦ (Сидорова С.С.): 1) собрать списки в апреле 2027 г.",
    "4. Создать рабочую группу.",
    "5. Провести совещание, школам представить отчёты. Срок: до 1 июня 2027 г.",
    "II. Школам завершить ремонт.",
    "Членам комиссии собираться ежемесячно.",
]


@pytest.mark.parametrize(
    ("module", "name", "off"),
    [
        pytest.param(directives, "is_addressee", lambda words: False, id="nobody is known as an addressee"),
        pytest.param(order, "is_addressee", lambda words: False, id="no line is known by its addressee"),
        pytest.param(addressees, "kind_of", lambda words: "unknown", id="no names are known"),
        pytest.param(terms_in_text, "spans", lambda text, reads: [], id="no terms are seen"),
        pytest.param(directives, "labelled", labels.Labelled, id="no labels in a line"),
        pytest.param(order, "labelled", labels.Labelled, id="no labels on lines of their own"),
        pytest.param(order, "number_of", lambda digits: None, id="no other numbers"),
        pytest.param(entry, "kind_of", lambda words: "unknown", id="no names in lists"),
    ],
)
def test_a_classifier_that_fails_leads_to_questions_and_never_to_silence(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, off: object
) -> None:
    before = imported(POINTS)
    monkeypatch.setattr(module, name, off)
    after = imported(POINTS)

    assert places(before) <= places(after)
    assert known(after) >= known(before)


@pytest.mark.parametrize(
    ("module", "name", "off"),
    [
        pytest.param(clauses, "is_addressee", lambda words: False, id="no clause is known by its addressee"),
        pytest.param(directives, "duties_in", lambda text, reads: [text], id="clauses are not parted"),
    ],
)
def test_clauses_that_are_not_parted_stay_words_of_one_item(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, off: object
) -> None:
    before = imported(POINTS)
    monkeypatch.setattr(module, name, off)
    after = imported(POINTS)

    assert places(before) <= places(after)
    titles = " ".join(entry.item.words["title"] for entry in after.items)
    assert [entry.item.words["title"] for entry in before.items if entry.item.words["title"] not in titles] == []
