"""What is found in an order: items, act, directives, indicators, questions; every row accounted for."""

import random
from datetime import date
from typing import Any

import pytest

from roadmap.catalogue.answers import Answer
from roadmap.catalogue.loading import parse_catalogue
from roadmap.catalogue.open_questions import open_questions
from roadmap.documents.act.regions import region_of, zone_of
from roadmap.documents.columns.columns import columns_of
from roadmap.documents.draft import draft
from roadmap.documents.importer import Found, find
from roadmap.documents.orders.terms_in_text import part
from roadmap.documents.plain_text import from_text
from roadmap.documents.questions import Answers
from roadmap.terms import read

HEAD = """МИНИСТЕРСТВО ОБРАЗОВАНИЯ КРАСНОДАРСКОГО КРАЯ

ПРИКАЗ

от 12.01.2027 № 15-а

Об утверждении плана мероприятий

В соответствии с планом министерства образования Краснодарского края п р и к а з ы в а ю:

1. Утвердить план мероприятий.

2. Отделу кадров (Иванова И.И.) представить отчет в срок до 1 декабря 2027 года.

3. Контроль за исполнением приказа возложить на заместителя министра П.П. Петрова.

Министр

План мероприятий на 2027 год

"""
HEADER = "№ п/п\tНаименование мероприятия\tОтветственный\tСрок\tРезультат"
NUMBERS = "1\t2\t3\t4\t5"


def imported(rows: list[str], answers: Any = (), *, head: str = HEAD) -> Found:
    return find(from_text(head + "\n".join(rows), "order.txt"), answered(answers))


def answered(entries: Any) -> Answers:
    return Answers(Answer(**entry) for entry in entries)


def titles(found: Found) -> list[str]:
    return [entry.item.words["title"] for entry in found.items if entry.origin == "table"]


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        pytest.param(
            ("Срок исполнения", "Исполнитель", "Мероприятие", "№"),
            {"term": 0, "responsible": 1, "title": 2, "number": 3},
            id="columns in another order",
        ),
        pytest.param(
            ("№ п/п", "Содержание работы", "Период", "Ответственные", "Соисполнители", "Вид документа"),
            {"number": 0, "title": 1, "term": 2, "responsible": 3, "executors": 4, "result": 5},
            id="columns in other words",
        ),
        pytest.param(
            (
                "№ п/п",
                "Наименование мероприятия",
                "Срок реализации",
                "Ожидаемый результат",
                "Ответственный исполнитель",
            ),
            {"number": 0, "title": 1, "term": 2, "result": 3, "responsible": 4},
            id="the expected result is no measure",
        ),
    ],
)
def test_a_header_is_known_by_its_words(header: tuple[str, ...], roles: dict[str, int]) -> None:
    columns = columns_of(header)
    assert columns is not None
    assert (columns.kind, columns.at, columns.unknown) == ("roadmap", roles, ())


@pytest.mark.parametrize(
    "words", [("Иванов", "Петров"), ("", "Срок"), ("1", "2", "3"), ("Фамилия", "Должность", "Тел.")]
)
def test_other_words_are_no_header(words: tuple[str, ...]) -> None:
    assert columns_of(words) is None


def test_a_cell_torn_by_a_page_break_is_whole_again() -> None:
    found = imported(
        [
            HEADER,
            NUMBERS,
            "1\tПроведение семинара\tинститут развития\tдо 1 мая 2027 г.\tсправка",
            "",
            NUMBERS,
            "\tдля директоров\tобразования\t\t",
            "2\tКонференция\tинститут развития образования\tиюнь 2027 г.\tпрограмма",
        ]
    )
    assert titles(found) == ["Проведение семинара для директоров", "Конференция"]
    assert found.items[0].item.words["responsible"] == "институт развития образования"
    assert dict(found.counts) == {"header": 3, "item": 2, "continuation": 1}
    assert found.all_questions() == []


def test_headings_are_inherited_down_and_a_second_level_makes_a_group() -> None:
    found = imported(
        [
            HEADER,
            "Подготовка\t\t\t\t",
            "1\tПриказ\tминистерство\tмай 2027 г.\tприказ",
            "Проведение\t\t\t\t",
            "Направление 1. Учеба\t\t\t\t",
            "1\tСеминар\tминистерство\tмай 2027 г.\tсправка",
            "Направление 2. Опыт\t\t\t\t",
            "1\tФорум\tминистерство\tмай 2027 г.\tсправка",
            "Итоги\t\t\t\t",
            "1\tОтчет\tминистерство\tмай 2027 г.\tотчет",
        ]
    )
    table = [entry for entry in found.items if entry.origin == "table"]
    assert [(e.code, e.item.section, e.group) for e in table] == [
        ("1.1", "Подготовка", ""),
        ("2.1.1", "Направление 1. Учеба", "Проведение"),
        ("2.2.1", "Направление 2. Опыт", "Проведение"),
        ("3.1", "Итоги", ""),
    ]
    assert found.counts["heading"] == 5


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param("\tСеминар\tинститут\tмай 2027 г.\tсправка", "нет номера", id="an own term without a number"),
        pytest.param("два\tСеминар\tинститут\tвесной\tсправка", "«два»", id="a number that is none"),
        pytest.param("\t\tинститут\tмай 2027 г.\t", "второй срок", id="a second term of one measure"),
        pytest.param("7\t\t\tмай 2027 г.\t", "нет мероприятия", id="a number without a measure"),
        pytest.param("2\tСлет\tинститут\tмай 2027 г.\tсправка\tлишнее", "вне граф", id="words outside the columns"),
    ],
)
def test_a_row_that_is_not_understood_is_a_question_and_never_dropped(row: str, why: str) -> None:
    found = imported([HEADER, "1\tПриказ\tминистерство\tмай 2027 г.\tприказ", row])

    (question,) = found.all_questions()
    assert why in question.why
    assert question.place == "строка 23"
    assert question.words == " | ".join(filter(None, row.split("\t")))
    assert (found.counts["question"], found.counts["item"], found.rows) == (1, 1, 3)


def test_an_answer_settles_the_question_with_the_same_words_in_the_next_import() -> None:
    rows = [HEADER, "1\tПриказ\tминистерство\tк лету\tприказ", "\tСеминар\tинститут\tмай 2027 г.\tсправка"]
    first = imported(rows)
    assert [question.about for question in first.all_questions()] == ["row", "term"]

    answers = [
        {"about": "term", "words": "К лету", "answer": "до 1 июня 2027 г."},
        {"about": "row", "words": first.questions[0].words, "answer": "мероприятие"},
    ]
    second = imported(rows, answers)

    assert second.all_questions() == []
    assert [entry.item.words["term"] for entry in second.items[:2]] == ["до 1 июня 2027 г.", "май 2027 г."]
    assert open_questions(draft(second)) == []


@pytest.mark.parametrize("term", ["31 июня 2027 г.", "к лету", "июнь 2027 г. и потом", ""])
def test_a_term_that_is_not_read_is_a_question_above_its_item_in_the_draft(term: str) -> None:
    found = imported([HEADER, f"1\tПриказ\tминистерство\t{term}\tприказ"])

    (question,) = found.all_questions()
    assert (question.about, question.words) == ("term", term or "Приказ")
    text = draft(found)
    line = next(n for n, line in enumerate(text.splitlines()) if line.startswith("# ВОПРОС"))
    assert text.splitlines()[line + 1].startswith("- code:")
    assert open_questions(text) == [f"строка {line + 1}: {question.line}"]


def test_a_draft_without_questions_is_a_catalogue_with_the_words_of_the_document() -> None:
    found = imported([HEADER, "1\tСоглашение: «да»\tминистерство; институт\tмай 2027 г.\t# не вопрос"])
    catalogue = parse_catalogue(draft(found).encode(), "draft.yaml")

    (item,) = catalogue.items
    assert (item.title, item.result, item.kind) == ("Соглашение: «да»", "# не вопрос", "agreement")
    assert [item.owner, *item.co_executors] == ["ministerstvo", "institut"]
    assert (catalogue.region, catalogue.act.number, catalogue.title) == (
        "Краснодарский край",
        "15-а",
        "План мероприятий на 2027 год",
    )
    assert catalogue.controller is not None
    assert (catalogue.controller.post, catalogue.controller.name) == ("заместитель министра", "П.П. Петрова")
    (directive,) = catalogue.directives
    assert (directive.code, directive.title, directive.term) == (
        "p2",
        "представить отчет",
        "в срок до 1 декабря 2027 года",
    )


def test_a_column_that_nobody_knows_is_a_question_until_it_is_answered() -> None:
    rows = [f"{HEADER}\tПримечание", "1\tПриказ\tминистерство\tмай 2027 г.\tприказ\tважно"]
    (question,) = imported(rows).all_questions()
    assert (question.about, question.words) == ("column", "Примечание")
    answered = imported(rows, [{"about": "column", "words": "Примечание", "answer": "не нужна"}])
    assert answered.all_questions() == []


def test_the_json_has_the_agreed_fields() -> None:
    told = imported([HEADER, "1\tПриказ\tминистерство\tмай 2027 г.\tприказ"]).to_json()

    parts = ["act", "items", "indicators", "tables", "bodies", "people", "rows", "paragraphs", "questions"]
    assert list(told) == parts
    fields = ("number", "origin", "section", "group", "title", "responsible", "executors", "term", "reading", "result")
    assert set(told["items"][0]) == {*fields, "source"}
    assert told["rows"] == {
        "total": 2,
        "item": 1,
        "indicator": 0,
        "continuation": 0,
        "heading": 0,
        "header": 1,
        "question": 0,
    }


def test_a_relative_term_and_an_alias_are_found_in_the_words() -> None:
    text = "направить копию в прокуратуру в течение 5 рабочих дней со дня регистрации;"
    parted = part(text, lambda words: read(words, start=date(2027, 1, 1), end=date(2028, 1, 1)).kind != "unreadable")
    assert (parted.rest, parted.term) == (
        "направить копию в прокуратуру",
        "в течение 5 рабочих дней со дня регистрации",
    )

    found = imported(
        [
            HEADER,
            "1\tПриказ\tЦентр мастерства (далее – ЦНППМ), институт\tмай 2027 г.\tприказ",
            "2\tСеминар\tЦНППМ\tмай 2027 г.\tсправка",
        ]
    )
    first, second, *_ = found.items
    assert [body.short for body in first.bodies] == ["ЦНППМ", "институт"]
    assert second.bodies == first.bodies[:1]


def test_signs_that_were_not_read_are_a_question_about_their_measure() -> None:
    found = imported([HEADER, "1\tСем\ufffdнар\tинститут\tмай 2027 г.\tсправка"])
    (question,) = found.all_questions()
    assert (question.about, question.place, question.words) == ("row", "строка 22", "Сем\ufffdнар")


@pytest.mark.parametrize("damage", range(40))
def test_damaged_rows_never_raise_and_stay_accounted_for(damage: int) -> None:
    chance = random.Random(damage)
    good = [HEADER, NUMBERS, *(f"{n}\tМероприятие {n}\tинститут\tмай 2027 г.\tсправка" for n in range(1, 12))]
    rows = []
    for row in good:
        cells = row.split("\t")
        for _ in range(chance.randrange(3)):
            at = chance.randrange(len(cells))
            cells[at : at + 1] = chance.choice([[], [""], [cells[at], ""], ["<p>" + cells[at][::-1]], ["\u2028", "1."]])
            cells = cells or [""]
        rows.append("\t".join(cells) + "\t")
    found = imported(rows)
    assert found.rows == sum(found.counts.values())
    assert found.rows == len(rows)
    parse_catalogue(draft(found).encode(), "draft.yaml")
    assert len(open_questions(draft(found))) == len(found.all_questions())


@pytest.mark.parametrize(
    ("words", "region", "zone"),
    [
        ("МИНИСТЕРСТВО ОБРАЗОВАНИЯ КРАСНОДАРСКОГО КРАЯ", "Краснодарский край", "Europe/Moscow"),
        ("Министерство образования Омской области", "Омская область", "Asia/Omsk"),
        ("Министерство образования Томской области", "Томская область", "Asia/Tomsk"),
        ("Министерство образования и науки Республики Башкортостан", "Республика Башкортостан", "Asia/Yekaterinburg"),
        ("Министерство просвещения Российской Федерации", "", "Europe/Moscow"),
    ],
)
def test_the_region_and_its_zone_are_told_by_the_words_of_the_act(words: str, region: str, zone: str) -> None:
    assert (region_of([words]), zone_of(region)) == (region, zone)


def test_words_that_no_field_takes_stand_above_their_entry() -> None:
    rows = "№\tМероприятие\tСрок\tОтветственный\tУчастники\n1\tСеминар\tмай\tинститут\tпедагоги школ\n"
    text = f"План на 2027 год\n\n{rows}"
    drafted_lines = draft(find(from_text(text, "order.txt"))).splitlines()
    at = drafted_lines.index("# В документе ещё: участники — «педагоги школ»")
    assert drafted_lines[at + 1] == "- code: '1'"


def test_the_same_person_who_was_answered_keeps_the_words_of_the_row() -> None:
    rows = "№\tМероприятие\tСрок\tОтветственный\n1\tСеминар\tмай\tдиректор, методист\n2\tФорум\tиюнь\tон же\n"
    answers = Answers([Answer("responsible", "Форум", "методист")])
    found = find(from_text(f"План на 2027 год\n\n{rows}", "order.txt"), answers)
    assert (found.items[1].item.words["responsible"], found.items[1].item.act_words) == (
        *("методист", {"responsible": "он же"}),
    )
