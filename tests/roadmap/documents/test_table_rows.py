"""Rows that are no plain measures: sections, totals, groups, several actions in one cell, parts of a table."""

import pytest

from tests.roadmap.documents.plans import HEADER, ROWS, asked, imported, items, words

OPEN = ("row", "table", "column", "number")


@pytest.mark.parametrize(
    "section",
    [
        pytest.param(("", "Раздел 2. Отчётность", "", ""), id="a labelled section in the column of measures"),
        pytest.param(("", "Отчётность", "", ""), id="a bare title there"),
        pytest.param(("", "II. Организация отчётности", "", ""), id="a Roman number typed before it"),
        pytest.param(("II", "Отчётность", "", ""), id="a Roman number in its column"),
        pytest.param(("Отчётность", "", "", ""), id="a merged row"),
    ],
)
def test_a_section_is_no_part_of_the_measure_before_it(section: tuple[str, ...]) -> None:
    found = imported([HEADER, *ROWS[:2], section, *ROWS[2:]])
    assert words(found) == list(ROWS)
    assert asked(found, *OPEN) == []
    assert items(found)[2].item.section == items(found)[3].item.section != items(found)[0].item.section
    assert (found.counts["heading"], found.counts["item"]) == (1, 4)


@pytest.mark.parametrize("total", ["Итого: 4 мероприятия", "Всего", "ИТОГО по разделу"])
def test_a_total_is_no_section_and_goes_on_with_nothing(total: str) -> None:
    found = imported([HEADER, *ROWS[:2], ("", total, "", ""), *ROWS[2:]])
    assert words(found) == list(ROWS)
    assert len({entry.item.section for entry in items(found)}) == 1


def test_a_numbered_row_without_a_term_over_its_own_rows_is_their_group() -> None:
    rows = [
        ("1", "Организация работы:", "", "Управление образования"),
        ("1.1", "назначить наставников", "до 1 марта 2027 г.", "ИМЦ"),
        ("1.2", "провести семинар", "апрель 2027 г.", ""),
        ("2", "Подвести итоги", "май 2027 г.", "ИМЦ"),
    ]
    found = imported([HEADER, *rows])
    assert [(row[0], row[3]) for row in words(found)] == [
        ("1.1", "ИМЦ"), ("1.2", "Управление образования"), ("2", "ИМЦ"),
    ]  # fmt: skip
    assert [entry.group for entry in items(found)] == ["Организация работы:", "Организация работы:", ""]


def test_who_stands_beside_a_group_alone_is_asked_about() -> None:
    rows = [
        ("1", "Организация работы:", "", "Управление образования"),
        ("1.1", "назначить наставников", "до 1 марта 2027 г.", "ИМЦ"),
        ("1.2", "провести семинар", "апрель 2027 г.", "ИМЦ"),
    ]
    found = imported([HEADER, *rows])
    assert [question.words for question in asked(found, "row")] == ["1. Организация работы: | Управление образования"]
    shared = imported(
        [HEADER, rows[0], rows[1], ("1.2", "провести семинар", "апрель 2027 г.", "Управление образования")]
    )
    assert asked(shared, *OPEN) == []


def test_a_number_over_a_count_that_begins_again_is_a_section() -> None:
    found = imported([HEADER, ("1.", "Кадры", "", ""), *ROWS[:2], ("2.", "Отчётность", "", ""), ROWS[0]])
    assert [entry.item.section for entry in items(found)] == ["1. Кадры", "1. Кадры", "2. Отчётность"]


@pytest.mark.parametrize(
    ("title", "term", "who"),
    [
        ("Конкурс: 1) положение; 2) жюри", "1) до 1 марта 2027 г.; 2) до 1 апреля 2027 г.", "ИМЦ"),
        ("Конкурс:\n1. положение\n2. жюри", "1. до 1 марта 2027 г.\n2. до 1 апреля 2027 г.", "ИМЦ"),
    ],
)
def test_actions_of_one_cell_with_terms_of_their_own_are_items(title: str, term: str, who: str) -> None:
    found = imported([HEADER, ("1", title, term, who)])
    assert words(found) == [
        ("1.1", "Конкурс: положение", "до 1 марта 2027 г.", "ИМЦ"),
        ("1.2", "Конкурс: жюри", "до 1 апреля 2027 г.", "ИМЦ"),
    ]


@pytest.mark.parametrize(
    "term",
    ["до 1 марта 2027 г.\nдо 1 июня 2027 г.", "– до 1 марта 2027 г.\n– до 1 июня 2027 г.",
     "– до 1 марта 2027 г. – до 1 июня 2027 г.", "1) до 1 марта 2027 г.; 2) до 1 июня 2027 г."],
)  # fmt: skip
def test_terms_under_each_other_are_a_list(term: str) -> None:
    found = imported([HEADER, ("1", "Утвердить положение", term, "ИМЦ")])
    (entry,) = items(found)
    assert [str(window.due) for window in entry.reading.windows] == ["2027-03-01", "2027-06-01"]


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("май\n2027 г.", "май 2027 г."),
        ("с 1 марта\nпо 30 апреля", "с 1 марта по 30 апреля"),
        ("сентябрь –\nоктябрь", "сентябрь – октябрь"),
        ("в течение\nгода", "в течение года"),
        ("апрель\nмай", "апрель; май"),
    ],
)
def test_one_term_in_two_lines_is_one(term: str, said: str) -> None:
    assert [row[2] for row in words(imported([HEADER, ("1", "Семинар", term, "ИМЦ")]))] == [said]


def test_numbers_typed_before_measures_are_no_dates() -> None:
    rows = [
        ("1. Кадры", "", ""),
        ("1.10. Провести совет", "май 2027 г.", "ИМЦ"),
        ("1.11. Издать приказ", "май 2027 г.", "ИМЦ"),
    ]
    found = imported([HEADER[1:], *rows])
    assert [row[:2] for row in words(found)] == [("1.10", "Провести совет"), ("1.11", "Издать приказ")]


def test_a_number_typed_before_the_measure_is_its_number() -> None:
    found = imported([HEADER[1:], *((f"{row[0]}. {row[1]}", *row[2:]) for row in ROWS)])
    assert words(found) == list(ROWS)


def test_a_part_goes_on_under_a_long_running_head_by_its_numbers() -> None:
    head = "Продолжение приложения к приказу департамента образования от 15.01.2027 № 12"
    found = imported([HEADER, *ROWS[:2]], ROWS[2:], between=[head])
    assert words(found) == list(ROWS)
    assert len(found.tables) == 1


def test_another_plan_without_a_header_has_the_columns_of_the_first_and_a_section_of_its_own() -> None:
    title = "План мероприятий по работе с молодыми педагогами на 2027 год"
    found = imported([HEADER, *ROWS[:2]], [("1", *ROWS[2][1:]), ("2", *ROWS[3][1:])], between=[title, "Участники: все"])
    assert [row[1:] for row in words(found)] == [row[1:] for row in ROWS]
    assert len({entry.item.section for entry in items(found)}) == 2


def test_a_row_that_begins_anew_without_number_and_term_is_a_question_with_answers_to_choose() -> None:
    row = ("", "Провести совещание", "", "")
    found = imported([HEADER, ROWS[0], row, ROWS[1]])
    (question,) = asked(found, "row")
    assert question.choices == ("мероприятие", "заголовок", "продолжение", "пропустить")
    settled = imported([HEADER, ROWS[0], row, ROWS[1]], answers=[("row", "Провести совещание", "мероприятие")])
    assert len(items(settled)) == 3


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(("", "Выставка книг", "", ""), id="at the end, in the column of measures"),
        pytest.param(("Провести слёт", "", "", ""), id="a verb over the whole row"),
    ],
)
def test_what_may_be_a_duty_is_no_heading(row: tuple[str, ...]) -> None:
    found = imported([HEADER, *ROWS, row])
    (question,) = asked(found, "row")
    assert question.words == "".join(row)
    assert {"мероприятие", "заголовок"} <= set(question.choices)


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("", "сентябрь 2027 г."),
        ("15", "15 сентября 2027 г."),
        ("до 5", "до 5 сентября 2027 г."),
        ("май 2027 г.", "май 2027 г."),
    ],
)
def test_a_month_over_its_measures_is_their_term(term: str, said: str) -> None:
    found = imported([HEADER, ("Сентябрь 2027 г.", "", "", ""), ("1", "Педсовет", term, "Завуч")])
    assert [row[2] for row in words(found)] == [said]


def test_terms_that_fit_no_number_of_actions_are_asked() -> None:
    terms = "1) до 1 марта 2027 г.; 2) до 1 апреля 2027 г."
    found = imported([HEADER, ("1", "1) положение; 2) жюри; 3) итоги", terms, "ИМЦ")])
    assert [question.words for question in asked(found, "term")] == [terms]


def test_another_table_as_wide_right_below_is_no_part_of_the_plan() -> None:
    people = [("1", "Иванов И.И.", "директор", "12-34"), ("2", "Петров П.П.", "завуч", "12-35")]
    found = imported([HEADER, *ROWS], people)
    assert words(found) == list(ROWS)
    assert [question.about for question in asked(found, *OPEN)] == ["table"]


def test_a_two_column_plan_is_no_stamp_whatever_its_words() -> None:
    rows = [("Утверждение положения № 3", "до 1 марта 2027 г."), ("Согласование плана", "апрель 2027 г.")]
    found = imported([("Этап", "Срок"), *rows])
    assert [row[1:3] for row in words(found)] == rows
    nameless = imported([("Чем", "Когда-нибудь"), *rows])
    assert len(items(nameless)) == 2 or asked(nameless, "table")


def test_what_the_plan_leaves_unsaid_for_all_its_rows_is_asked_once() -> None:
    found = imported([HEADER[:3], *(row[:3] for row in ROWS)])
    (question,) = asked(found, "responsible")
    settled = imported([HEADER[:3], *(row[:3] for row in ROWS)], answers=[("responsible", question.words, "ИМЦ")])
    assert {body.name for entry in items(settled) for body in entry.bodies} == {"ИМЦ"}
    assert asked(settled, "responsible") == []
