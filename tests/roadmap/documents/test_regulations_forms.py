"""The forms in which a regulation of any region lays duties: openings, lists, sentences, rhythms, names."""

import random

import pytest

from roadmap.catalogue.answers import Answer
from roadmap.documents.bodies import Bodies, aliases
from roadmap.documents.entries import Entry
from roadmap.documents.importer import Found, find
from roadmap.documents.neutral import Document, Paragraph
from roadmap.documents.plain_text import from_text
from roadmap.documents.questions import Answers
from roadmap.documents.text.passages import whole
from roadmap.language.cases import nominative

HEAD = """ПОЛОЖЕНИЕ
о методической службе Тульской области

I. Общие положения

1. Настоящее Положение определяет порядок работы службы.

II. Функции

"""


def imported(body: str, answers: Answers | None = None) -> Found:
    return find(from_text(HEAD + body.replace("\n", "\n\n"), "order.txt"), answers)


def told(body: str) -> list[tuple[str, str, str, str]]:
    """(number, title, responsible, term) of each duty."""
    return [_told(entry) for entry in imported(body).items]


def _told(entry: Entry) -> tuple[str, str, str, str]:
    words = entry.item.words
    return entry.item.number, words["title"], words["responsible"], words["term"]


@pytest.mark.parametrize(
    "opening",
    [
        pytest.param("2. Институт развития образования:", id="a name and a colon"),
        pytest.param("2. Институт развития образования осуществляет:", id="a verb"),
        pytest.param("2. Институт развития образования осуществляет следующие функции:", id="a verb with its object"),
        pytest.param("2. Институт развития образования, который обеспечивает:", id="a clause"),
        pytest.param("2. Институт развития образования, осуществляющий функции:", id="a participle"),
        pytest.param("2. Институт развития образования (далее – ИРО) обеспечивает:", id="an alias in between"),
        pytest.param("2. Функции института развития образования:", id="functions of a body"),
        pytest.param("2. Основными задачами института развития образования являются:", id="tasks of a body"),
        pytest.param("2. К полномочиям института развития образования относятся:", id="powers of a body"),
    ],
)
def test_the_entries_of_a_list_that_a_body_opens_are_its_duties(opening: str) -> None:
    found = told(f"{opening}\n- проведение курсов;\n- проведение мониторинга не реже двух раз в год.")
    assert [(number, title, term) for number, title, _, term in found] == [
        ("2", "проведение курсов", ""),
        ("2", "проведение мониторинга не реже двух раз в год", "не реже двух раз в год"),
    ]
    assert {who.casefold() for _, _, who, _ in found} == {"институт развития образования"}


@pytest.mark.parametrize(
    "opening",
    [
        "2. Целью деятельности службы является:",
        "2. Принципы работы методической службы:",
        "2. В состав службы входят:",
        "2. Основные каналы взаимодействия:",
    ],
)
def test_a_list_that_no_body_opens_lays_no_duty(opening: str) -> None:
    assert told(f"{opening}\n- открытость;\n- проведение курсов.") == []


def test_a_measure_is_an_indicator_and_a_work_with_a_rhythm_a_duty_too() -> None:
    found = imported("2. Показатели службы:\nдоля обученных (не менее 10% ежегодно);\nразработка плана (ежегодно).")
    assert [_told(entry)[1:] for entry in found.items] == [("разработка плана", "", "ежегодно")]
    assert (found.texts["indicator"], found.texts["item"]) == (1, 1)


@pytest.mark.parametrize("mark", [("а) ", "б) "), ("1) ", "2) "), ("- ", "- "), ("– ", "– "), ("• ", "• "), ("", "")])
def test_an_entry_counts_whatever_mark_it_has(mark: tuple[str, str]) -> None:
    found = told(f"2. Институт обеспечивает:\n{mark[0]}проведение курсов;\n{mark[1]}ведение реестра ежемесячно.")
    assert [title for _, title, _, _ in found] == ["проведение курсов", "ведение реестра ежемесячно"]


@pytest.mark.parametrize(
    ("sentence", "title", "responsible", "term"),
    [
        pytest.param(
            "Муниципальные службы еженедельно представляют сведения в институт.",
            *("представляют сведения в институт", "Муниципальные службы", "еженедельно"),
            id="a rhythm before the verb is kept as the term",
        ),
        pytest.param(
            "Мониторинг проводится ГАУ ДПО «Институт развития» не реже одного раза в год.",
            *("Мониторинг проводится ГАУ ДПО «Институт развития» не реже одного раза в год",),
            *("ГАУ ДПО «Институт развития»", "не реже одного раза в год"),
            id="the doer of a passive",
        ),
        pytest.param(
            "План утверждается ежегодно до 1 декабря.",
            *("План утверждается ежегодно до 1 декабря", "", "ежегодно до 1 декабря"),
            id="nobody named",
        ),
        pytest.param(
            "Заседания проводятся по мере необходимости, но не реже одного раза в квартал.",
            *("Заседания проводятся по мере необходимости, но не реже одного раза в квартал", ""),
            "не реже одного раза в квартал",
            id="the rhythm of two conditions",
        ),
        pytest.param(
            "Отчёт готовится министерством образования ежемесячно не позднее 10 числа месяца, следующего за отчётным.",
            "Отчёт готовится министерством образования ежемесячно не позднее 10 числа месяца, следующего за отчётным",
            *("министерство образования", "ежемесячно не позднее 10 числа месяца, следующего за отчётным"),
            id="a long term, the doer in the nominative",
        ),
    ],
)
def test_a_sentence_with_a_rhythm_is_a_duty(sentence: str, title: str, responsible: str, term: str) -> None:
    assert told(f"2. {sentence}") == [("2", title, responsible, term)]


def test_what_follows_from_a_rhythm_in_the_same_paragraph_is_a_duty_of_the_same_body() -> None:
    found = told("2. Анализ проводится ГАУ «Институт» ежегодно. По итогам анализа готовится справка.")
    assert [(title, who) for _, title, who, _ in found] == [
        ("Анализ проводится ГАУ «Институт» ежегодно", "ГАУ «Институт»"),
        ("По итогам анализа готовится справка", "ГАУ «Институт»"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param(
            "Педагоги в возрасте до 35 лет участвуют в конкурсах на период до 2024 года.", id="an age, a span"
        ),
        pytest.param("Совет руководствуется Законом «О ежегодных отчётах, не реже раза в год».", id="words in quotes"),
        pytest.param("Служба является частью системы образования.", id="what a body is"),
    ],
)
def test_a_sentence_without_rhythm_or_office_is_no_duty(sentence: str) -> None:
    assert told(f"2. {sentence}") == []


def test_a_rhythm_that_is_not_understood_is_asked_in_its_own_words() -> None:
    found = imported("2. Институт:\nа) не реже чем раз в две недели обновляет программу.")
    (question,) = (q for q in found.all_questions() if q.about == "term")
    assert question.words == "не реже чем раз в две недели"


def test_a_duty_torn_by_a_page_is_whole_and_one_paragraph_may_hold_several() -> None:
    found = imported("2. Институт обеспечивает:\nпроведение курсов для\nпедагогов; ведение реестра;\nанализ запросов.")
    titles = [entry.item.words["title"] for entry in found.items]
    assert titles == ["проведение курсов для педагогов", "ведение реестра", "анализ запросов"]
    assert (found.texts["item"], found.texts["continuation"]) == (2, 1)


def test_two_entries_without_marks_stay_two() -> None:
    assert len(whole([Paragraph("проведение курсов", "1"), Paragraph("ведение реестра", "2")])) == 2


def test_places_that_many_paragraphs_share_do_not_hide_a_duty() -> None:
    texts = ["ПРИКАЗ", "от 12.01.2027 № 5", "О службе", "п р и к а з ы в а ю:", "1. Утвердить положение.", "Министр"]
    texts += ["1. Функции", "1.1. Институт обеспечивает:", "проведение курсов;", "ведение реестра ежегодно."]
    found = find(Document("order.pdf", tuple(Paragraph(text, "с. 1") for text in texts)))
    assert [entry.code for entry in found.items] == ["1.1-02", "1.1-03"]
    assert sum(found.texts.values()) == len(texts)


def test_a_line_among_definitions_that_is_none_is_a_question_until_it_is_answered() -> None:
    body = "2. Понятия:\nИРО – институт развития образования;\nвпишите значение.\nтьютор – опытный педагог области."
    first = imported(body)
    (question,) = (q for q in first.questions if q.about == "row")
    assert (question.words, first.texts["question"]) == ("впишите значение.", 1)
    again = imported(body, Answers([Answer("row", question.words, "пропустить")]))
    assert [q for q in again.questions if q.about == "row"] == []


def test_an_answer_settles_the_level_of_a_body() -> None:
    body = "2. Методический совет обеспечивает:\n- проведение семинаров."
    (question,) = (q for q in imported(body).questions if "уровень" in q.why)
    again = imported(body, Answers([Answer("responsible", question.words, "муниципальный")]))
    assert [entry.bodies[0].to_entry()["level"] for entry in again.items] == ["municipal"]
    assert [q for q in again.questions if "уровень" in q.why] == []


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Министерство образования, науки и молодёжной политики Тульской области", 1),
        ("Департамент культуры, спорта и туризма, институт развития образования", 2),
        ("министерство образования, образовательные организации", 2),
        ("Отдел правового обеспечения, государственной службы и кадров", 1),
        ("министерство, институт", 2),
        ("министерство; институт развития, науки", 2),
    ],
)
def test_a_comma_inside_a_name_does_not_part_it(cell: str, names: int) -> None:
    assert len(Bodies().named_in(cell)) == names


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Муниципальному казённому учреждению «Центр»", "Муниципальное казённое учреждение «Центр»"),
        ("Отделу правового обеспечения", "Отдел правового обеспечения"),
        ("министерства образования области", "министерство образования области"),
        ("Муниципальным методическим службам", "Муниципальные методические службы"),
        ("органами местного самоуправления", "органы местного самоуправления"),
        ("организации", "организации"),
        ("ЦНППМ", "ЦНППМ"),
    ],
)
def test_a_body_is_named_in_the_nominative(said: str, name: str) -> None:
    (body,) = Bodies().named_in(said)
    assert body.name == nominative(said) == name


@pytest.mark.parametrize(
    ("text", "shorts"),
    [
        ("Центр (далее – ЦНППМ)", ["ЦНППМ"]),
        ("Центр (далее - МКУ «ИМЦ»)", ["МКУ «ИМЦ»"]),
        ("Учреждение «Центр «Знание» (далее именуется – Центр)", ["Центр"]),
        ("Положение о службе (далее соответственно – Положение, служба, РС НМС)", ["Положение", "служба", "РС НМС"]),
        ("база программ (далее – база (реестр))", ["база (реестр)"]),
    ],
)
def test_a_short_name_is_read_in_every_form(text: str, shorts: list[str]) -> None:
    assert [short for _, short in aliases([text])] == shorts


@pytest.mark.parametrize("damage", range(30))
def test_a_damaged_regulation_never_raises_and_counts_every_paragraph(damage: int) -> None:
    chance = random.Random(damage)
    body = (
        "2. Институт (далее – ИРО) обеспечивает:\nа) курсы ежегодно;\nб) реестр, не реже раза в год; отчёт.\n"
        "3. Понятия:\nтьютор – педагог (далее – Т) области;\n4. Показатели:\nдоля педагогов (не менее 10% ежегодно)."
    )
    letters = list(body)
    for _ in range(25):
        at = chance.randrange(len(letters))
        letters[at] = chance.choice([letters[at] * 2, "", "(", "»", "\n", ":", ";", "–"])
    document = from_text(HEAD + "".join(letters).replace("\n", "\n\n"), "order.txt")
    assert sum(find(document).texts.values()) == len(document.blocks)
