"""The duties of an order in running text: whoever is told, whatever the term, however the points are numbered."""

import pytest

from roadmap.catalogue.answers import Answer
from roadmap.documents.contradictions import contradictions
from roadmap.documents.importer import Found, find
from roadmap.documents.plain_text import from_text
from roadmap.documents.questions import Answers, Question

HEAD = """МИНИСТЕРСТВО ОБРАЗОВАНИЯ ПЕНЗЕНСКОЙ ОБЛАСТИ

ПРИКАЗ

от 15.01.2027 № 12

Об организации работы в 2027 году

"""
Told = list[tuple[str, str, str]]


def imported(body: str, answers: Answers | None = None, *, word: str = "ПРИКАЗЫВАЮ:") -> Found:
    text = f"{HEAD}{word}\n\n" + body.replace("\n", "\n\n") + "\n\nМинистр И.И. Иванов"
    return find(from_text(text, "order.txt"), answers)


def told(body: str, *, word: str = "ПРИКАЗЫВАЮ:") -> Told:
    """(responsible, title, term) of each duty."""
    words = [entry.item.words for entry in imported(body, word=word).items]
    return [(said["responsible"], said["title"], said["term"]) for said in words]


def asked(found: Found) -> list[Question]:
    return [question for question in found.all_questions() if question.about not in ("act", "zone")]


@pytest.mark.parametrize(
    ("point", "who"),
    [
        ("Отделу кадров подготовить список", "Отделу кадров"),
        ("ИМЦ подготовить список", "ИМЦ"),
        ("МБУ «ИМЦ» (Сидорова С.С.) подготовить список", "МБУ «ИМЦ» (Сидорова С.С.)"),
        ("Сидоровой С.С., директору ИМЦ, подготовить список", "Сидоровой С.С., директору ИМЦ"),
        ("Петрову Ивану Ивановичу подготовить список", "Петрову Ивану Ивановичу"),
        ("Рекомендовать главам городских округов подготовить список", "главам городских округов"),
        ("Поручить отделу кадров (Ильина О.О.) подготовить список", "отделу кадров (Ильина О.О.)"),
        ("Обязать директоров школ подготовить список", "директоров школ"),
        ("Администрации района подготовить список", "Администрации района"),
        ("Рабочей группе подготовить список", "Рабочей группе"),
        ("Заведующей сектором Ким А.А. подготовить список", "Заведующей сектором Ким А.А."),
        ("Муниципальным координаторам подготовить список", "Муниципальным координаторам"),
        ("И.о. директора института подготовить список", "И.о. директора института"),
        ("Всем школам подготовить список", "Всем школам"),
        ("Инспекции по надзору – подготовить список", "Инспекции по надзору"),
        ("Отделу кадров – подготовка списка до 1 мая 2027 г.", "Отделу кадров"),
        ("ГКУ «Центр оценки» (далее – Центр) подготовить список", "ГКУ «Центр оценки» (далее – Центр)"),
    ],
)
def test_any_bearer_is_told(point: str, who: str) -> None:
    ((responsible, title, _),) = told(f"1. {point}.")
    assert (responsible, "списка" in title or "список" in title) == (who, True)


@pytest.mark.parametrize(
    "point",
    [
        "Отчёт представить до 1 мая 2027 г.",
        "Информацию об исполнении представить до 1 мая 2027 г.",
        "Провести семинар до 1 мая 2027 г.",
        "Настоящий приказ довести до сведения школ до 1 мая 2027 г.",
        "ВПР провести до 1 мая 2027 г.",
        "Школу № 5 включить в перечень до 1 мая 2027 г.",
    ],
)
def test_where_nobody_is_told_the_bearer_is_asked_and_none_is_made_up(point: str) -> None:
    found = imported(f"1. {point}")
    assert [entry.item.words["responsible"] for entry in found.items] == [""]
    assert [question.about for question in asked(found)] == ["responsible"]


@pytest.mark.parametrize(
    ("words", "term", "title"),
    [
        ("провести семинар в апреле 2027 г.", "в апреле 2027 г.", "провести семинар"),
        ("обеспечить участие педагогов 20 мая 2027 года", "20 мая 2027 года", "обеспечить участие педагогов"),
        ("подготовить приказ к 15 марта 2027 г.", "к 15 марта 2027 г.", "подготовить приказ"),
        ("до 1 марта 2027 года подготовить приказ", "до 1 марта 2027 года", "подготовить приказ"),
        ("разработать планы в месячный срок", "в месячный срок", "разработать планы"),
        (
            "в течение 10 дней со дня подписания приказа назначить лиц",
            "в течение 10 дней со дня подписания приказа",
            "назначить лиц",
        ),
        (
            "ежеквартально, до 5 числа месяца, следующего за отчётным, представлять сведения",
            "ежеквартально, до 5 числа месяца, следующего за отчётным",
            "представлять сведения",
        ),
        (
            "ежеквартально представлять сведения до 5 числа месяца, следующего за отчётным",
            "ежеквартально, до 5 числа месяца, следующего за отчётным",
            "представлять сведения",
        ),
        ("назначить ответственных в срок до 01.02.2027", "в срок до 01.02.2027", "назначить ответственных"),
        ("обеспечить явку учащихся 15 мая 2027 г.", "15 мая 2027 г.", "обеспечить явку учащихся"),
        ("еженедельно по средам собирать совет", "еженедельно по средам", "собирать совет"),
        ("собрать отчёты школ. Срок – до 10 апреля 2027 г.", "до 10 апреля 2027 г.", "собрать отчёты школ"),
        ("разместить сведения (срок – до 1 марта 2027 г.)", "до 1 марта 2027 г.", "разместить сведения"),
        ("провести с 1 по 15 мая 2027 г. неделю науки", "с 1 по 15 мая 2027 г.", "провести неделю науки"),
        ("представить отчёт до 1 марта", "до 1 марта", "представить отчёт"),
        ("представить отчёт к началу учебного года", "к началу учебного года", "представить отчёт"),
        (
            "разместить план в срок, не превышающий 5 рабочих дней",
            "в срок, не превышающий 5 рабочих дней",
            "разместить план",
        ),
    ],
)
def test_any_term_is_cut_out_wherever_it_stands(words: str, term: str, title: str) -> None:
    assert told(f"1. Отделу кадров {words}.") == [("Отделу кадров", title, term)]


@pytest.mark.parametrize(
    "words",
    [
        "исполнять приказ от 10.01.2026 № 5",
        "реализовать план на 2027 год",
        "организовать участие педагогов до 35 лет",
        "создать постоянно действующую комиссию",
        "провести отбор в соответствии с планом",
        "обеспечить реализацию Стратегии развития до 2030 года",
        "указать сведения по состоянию на 1 января 2027 г.",
    ],
)
def test_what_dates_another_thing_is_no_term(words: str) -> None:
    ((_, title, term),) = told(f"1. Отделу кадров {words}.")
    assert (title, term) == (words, "") or title.startswith(words[:-3])
    assert term == ""


def test_a_day_of_another_thing_is_asked_and_not_taken() -> None:
    found = imported("1. Отделу кадров рассмотреть заявки, поступившие до 1 марта 2027 г.")
    assert [entry.reading.windows for entry in found.items] == [()]
    assert [question.about for question in asked(found)] == ["term"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("1. Отделу кадров собрать план.\n2. Школам провести сбор.", id="points"),
        pytest.param("1) Отделу кадров собрать план;\n2) Школам провести сбор.", id="brackets"),
        pytest.param("§ 1. Отделу кадров собрать план.\n§ 2. Школам провести сбор.", id="paragraph signs"),
        pytest.param("1 Отделу кадров собрать план.\n2 Школам провести сбор.", id="bare numbers"),
        pytest.param("I. Отделу кадров собрать план.\nII. Школам провести сбор.", id="Roman"),
        pytest.param("Отделу кадров собрать план.\nШколам провести сбор.", id="no numbers"),
        pytest.param("– Отделу кадров собрать план;\n– Школам провести сбор.", id="dashes"),
        pytest.param("1. Отделу кадров собрать план. 2. Школам провести сбор.", id="in one paragraph"),
        pytest.param("1. Отделу кадров собрать план.\n3. Школам провести сбор.", id="a number left out"),
        pytest.param(
            "1. Отделу кадров собрать план.\nОснование: записка.\n2. Школам провести сбор.", id="words between"
        ),
        pytest.param("1. Отделу кадров собрать план. Школам провести сбор.", id="two sentences"),
        pytest.param("1. Отделу кадров собрать план, а школам провести сбор.", id="two clauses"),
    ],
)
def test_points_are_found_however_they_are_numbered(body: str) -> None:
    assert [(who.casefold(), title) for who, title, _ in told(body)] == [
        ("отделу кадров", "собрать план"),
        ("школам", "провести сбор"),
    ]


@pytest.mark.parametrize(
    "word",
    [
        "ПРИКАЗЫВАЮ:",
        "п р и к а з ы в а ю:",
        "ПОСТАНОВЛЯЕТ:",
        "ОБЯЗЫВАЮ:",
        "РЕШИЛА:",
        "В целях развития обязываю:",
        "Распоряжаюсь:",
    ],
)
def test_any_word_of_order_opens_the_points(word: str) -> None:
    assert told("Отделу кадров собрать план.", word=word) == [("Отделу кадров", "собрать план", "")]


def test_points_may_follow_the_word_of_order_in_its_own_paragraph() -> None:
    assert told("2. Школам провести сбор.", word="ПРИКАЗЫВАЮ: 1. Отделу кадров собрать план.") == [
        ("Отделу кадров", "собрать план", ""),
        ("Школам", "провести сбор", ""),
    ]


@pytest.mark.parametrize(
    ("body", "duties"),
    [
        pytest.param(
            "1. Отделу кадров провести сбор до 1 мая 2027 г., представить отчёт до 1 июня 2027 г.",
            [
                ("Отделу кадров", "провести сбор", "до 1 мая 2027 г."),
                ("Отделу кадров", "представить отчёт", "до 1 июня 2027 г."),
            ],
            id="a term after each verb",
        ),
        pytest.param(
            "1. Отделу кадров до 1 мая 2027 г. провести сбор, до 1 июня 2027 г. представить отчёт.",
            [
                ("Отделу кадров", "провести сбор", "до 1 мая 2027 г."),
                ("Отделу кадров", "представить отчёт", "до 1 июня 2027 г."),
            ],
            id="a term before each verb",
        ),
        pytest.param(
            "1. Отделу кадров разработать и утвердить план до 1 мая 2027 г.",
            [("Отделу кадров", "разработать и утвердить план", "до 1 мая 2027 г.")],
            id="two verbs of one duty",
        ),
        pytest.param(
            "1. Директорам школ:\n- завершить ремонт;\n- оформить паспорта.\nСрок исполнения: до 10 августа 2027 г.",
            [
                ("Директорам школ", "завершить ремонт", "до 10 августа 2027 г."),
                ("Директорам школ", "оформить паспорта", "до 10 августа 2027 г."),
            ],
            id="a term below a list",
        ),
        pytest.param(
            "1. Директорам школ до 1 мая 2027 г.:\n- завершить ремонт;\n- оформить паспорта до 1 июня 2027 г.",
            [
                ("Директорам школ", "завершить ремонт", "до 1 мая 2027 г."),
                ("Директорам школ", "оформить паспорта", "до 1 июня 2027 г."),
            ],
            id="a term above a list",
        ),
        pytest.param(
            "1. Руководителям школ:\n1.1. Обеспечить:\n1.1.1. явку педагогов 15 марта 2027 г.;\n"
            "1.2. Представить отчёт.",
            [
                ("Руководителям школ", "явку педагогов", "15 марта 2027 г."),
                ("Руководителям школ", "Представить отчёт", ""),
            ],
            id="three levels",
        ),
        pytest.param(
            "1. Провести сбор.\nСрок: до 1 мая 2027 г.\nОтветственный: Ильина О.О.",
            [("Ильина О.О.", "Провести сбор", "до 1 мая 2027 г.")],
            id="labels below a point",
        ),
    ],
)
def test_each_duty_has_its_own_term_and_bearer(body: str, duties: Told) -> None:
    assert told(body) == duties


def test_two_terms_of_one_verb_are_a_question_with_both() -> None:
    found = imported("1. Отделу кадров собрать до 1 мая 2027 г. список на конкурс до 1 июня 2027 г.")
    (question,) = asked(found)
    assert (question.about, question.choices) == ("term", ("до 1 мая 2027 г.", "до 1 июня 2027 г."))
    answers = Answers([Answer("term", question.words, "до 1 июня 2027 г.")])
    again = imported("1. Отделу кадров собрать до 1 мая 2027 г. список на конкурс до 1 июня 2027 г.", answers)
    assert asked(again) == []


def test_what_the_act_does_itself_is_no_duty_and_is_said() -> None:
    found = imported(
        "1. Утвердить прилагаемый план.\n2. Признать утратившим силу приказ от 10.01.2026 № 5.\n"
        "3. Внести в приказ от 11.01.2026 № 6 следующие изменения:\n"
        "1) в пункте 2 слово «год» заменить словом «месяц»;\n"
        "4. Отделу кадров собрать план до 1 мая 2027 г."
    )
    assert [entry.code for entry in found.items] == ["p4"]
    assert asked(found) == []
    findings = contradictions(found)
    assert findings is not None
    assert [finding.place for finding in findings if finding.kind == "done"] == ["строка 11", "строка 13", "строка 17"]


@pytest.mark.parametrize(
    "point",
    [
        "Назначить ответственным за план Петрова П.П., заместителя начальника.",
        "Возложить ответственность за работу на Петрова П.П.",
        "Создать рабочую группу.",
        "Определить базовой площадкой лицей № 1.",
        "Ответственность за исполнение возложить на начальников отделов.",
    ],
)
def test_an_appointment_is_asked_about_until_it_is_answered(point: str) -> None:
    (question,) = asked(imported(f"1. {point}"))
    assert (question.about, question.choices) == ("row", ("пропустить", "поручение"))
    skipped = imported(f"1. {point}", Answers([Answer("row", question.words, "пропустить")]))
    assert (skipped.items, asked(skipped)) == ([], [])
    taken = imported(f"1. {point}", Answers([Answer("row", question.words, "поручение")]))
    assert len(taken.items) == 1


@pytest.mark.parametrize("words", ["оставляю за собой", "возложить на заместителя министра Орлова П.С."])
def test_who_controls_is_no_duty(words: str) -> None:
    found = imported(f"1. Отделу кадров собрать план.\n2. Контроль за исполнением приказа {words}.")
    assert [entry.code for entry in found.items] == ["p1"]
    assert asked(found) == []


def test_two_names_of_one_body_are_said() -> None:
    body = "1. Информационно-методическому центру собрать план.\n2. ИМЦ провести сбор.\n3. МБУ «ИМЦ» вести учёт."
    found = imported(body)
    findings = contradictions(found)
    assert findings is not None
    assert len([finding for finding in findings if finding.kind == "names"]) == 2
