"""What each column of a table is: by the words of its heading, by its cells, by marks under years and months."""

import pytest

from roadmap.documents.columns.roles import heading_of
from tests.roadmap.documents.plans import HEADER, ROWS, asked, imported, items, words

OPEN = ("column", "row", "table", "term", "responsible")


def under(heading: str, at: int) -> list[tuple[str, ...]]:
    """The usual table with another heading over one column."""
    return [(*HEADER[:at], heading, *HEADER[at + 1 :]), *ROWS]


@pytest.mark.parametrize(
    ("at", "heading"),
    [
        *((1, heading) for heading in ("Этап", "Тема", "Дела", "Событие", "Форма работы", "Объект контроля", "Цель")),
        *((1, heading) for heading in ("Контрольная точка", "Что делаем", "Mepoприятие", "Чем занимаемся", "Повестка")),
        *((2, heading) for heading in ("Когда", "Даты", "Месяц", "Временные рамки", "Планируемая дата", "Cрок")),
        *((2, heading) for heading in ("К какому дню", "Начало – окончание", "Финиш")),
        *((3, heading) for heading in ("Кто", "Кто проводит", "Куратор", "ФИО", "Отв.", "Ответств. лицо", "Отдел")),
        *((3, heading) for heading in ("На кого возложено", "Персона", "Oтветственный")),
    ],
)
def test_a_column_is_known_by_the_words_of_its_heading_or_by_its_cells(at: int, heading: str) -> None:
    found = imported(under(heading, at))
    assert words(found) == list(ROWS)
    assert asked(found, *OPEN) == []


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Ответственный за контроль", "controller"),
        ("Ответственный за исполнение", "responsible"),
        ("Участники", "participants"),
        ("Целевая аудитория", "participants"),
        ("Планируемый охват", "participants"),
        ("Планируемая дата", "term"),
        ("Дата внесения в план", "aside"),
        ("Дата факт", "done"),
        ("Отметка об исполнении", "done"),
        ("Контрольная дата", "term"),
        ("Результат выполнения мероприятия", "result"),
        ("Начальник отдела", "unknown"),
    ],
)
def test_words_name_a_role_or_say_that_it_is_none(heading: str, role: str) -> None:
    assert heading_of(heading, {}).role == role


@pytest.mark.parametrize("heading", ["Участники", "Целевая аудитория", "Ответственный за контроль", "Контроль"])
def test_those_who_take_part_or_control_are_kept_and_carry_nothing_out(heading: str) -> None:
    found = imported([(*HEADER, heading), *((*row, "Директор школы № 5") for row in ROWS)])
    assert words(found) == list(ROWS)
    assert {body.name for entry in items(found) for body in entry.bodies} == {row[3] for row in ROWS}
    assert {"controller": "Директор школы № 5"}.items() <= found.to_json()["items"][0].items() or {
        "participants": "Директор школы № 5"
    }.items() <= found.to_json()["items"][0].items()


def test_the_term_beats_another_date_which_is_asked_about_once() -> None:
    table = [("№", "Мероприятие", "Дата внесения", "Срок исполнения", "Ответственный")]
    table += [(number, title, "31.01.2027", term, who) for number, title, term, who in ROWS]
    found = imported(table)
    assert words(found) == list(ROWS)
    (question,) = asked(found, *OPEN)
    assert (question.about, question.words, question.choices[0]) == ("column", "Дата внесения", "не нужна")
    settled = imported(table, answers=[("column", "Дата внесения", "не нужна")])
    assert asked(settled, *OPEN) == []


def test_the_cells_win_where_the_words_say_clearly_otherwise() -> None:
    table = [("№", "Мероприятие", "Период", "Завершить", "Ответственный")]
    table += [(number, title, "первый этап", term, who) for number, title, term, who in ROWS]
    assert words(imported(table)) == list(ROWS)


def test_two_columns_that_may_both_be_the_term_are_asked_about_and_neither_is_taken() -> None:
    table = [("№", "Мероприятие", "Старт", "Финиш", "Ответственный")]
    table += [(number, title, "01.02.2027", "01.03.2027", who) for number, title, _, who in ROWS]
    found = imported(table)
    assert [question.choices[0] for question in asked(found, "column")] == ["срок", "срок"]
    assert {entry.reading.kind for entry in items(found)} == {"unreadable"}
    settled = imported(table, answers=[("column", "Финиш", "срок"), ("column", "Старт", "не нужна")])
    assert [row[2] for row in words(settled)] == ["01.03.2027"] * 4


def test_a_person_s_answer_goes_before_words_and_cells() -> None:
    table = [(*HEADER, "Соисполнитель"), *((*row, "ИМЦ") for row in ROWS)]
    found = imported(table, answers=[("column", "Соисполнитель", "участники")])
    assert items(found)[0].item.words["participants"] == "ИМЦ"
    assert found.tables[0].columns[-1].by == "answer"


def test_a_table_without_a_header_is_told_by_its_cells() -> None:
    found = imported(ROWS)
    assert words(found) == list(ROWS)
    assert {column.by for column in found.tables[0].columns} == {"content"}


def test_the_roles_taken_are_told() -> None:
    found = imported(under("Повестка", 1))
    assert found.table_lines() == [
        "Графы (таблица 1, строка 1): «№» — номер; «Повестка» — мероприятие (по содержанию); «Срок» — срок; "
        "«Ответственный» — ответственный"
    ]
    (table,) = found.to_json()["tables"]
    assert table["columns"][1] == {"words": "Повестка", "role": "мероприятие", "by": "content"}


@pytest.mark.parametrize(
    "table",
    [
        pytest.param([("ФИО", "Должность", "Телефон"), *[("Иванов И.И.", "методист", "12-34")] * 4], id="people"),
        pytest.param([("Дата", "Место", "Ответственные"), *[("1 мая 2027 г.", "Зал", "Завуч")] * 3], id="no measure"),
    ],
)
def test_a_table_without_measures_is_asked_about_and_never_dropped(table: list[tuple[str, ...]]) -> None:
    found = imported(table)
    assert items(found) == []
    assert asked(found, "table")
    assert found.counts["question"] == len(table)


def test_a_question_about_a_plan_names_its_columns_and_offers_roles() -> None:
    rows = [("1 мая 2027 г.", "Зал", "Завуч"), ("2 мая 2027 г.", "Зал", "Завуч"), ("3 мая 2027 г.", "Двор", "Завуч")]
    found = imported([("Дата", "Место", "Ответственные"), *rows])
    (whole,) = asked(found, "table")
    assert "«Дата», «Место», «Ответственные»" in whole.proposed
    offered = {question.words: question.choices for question in asked(found, "column")}
    assert offered["Дата"][0] == "срок"
    assert offered["Ответственные"][0] == "ответственный"
    settled = imported([("Дата", "Место", "Ответственные"), *rows], answers=[("column", "Место", "мероприятие")])
    assert len(items(settled)) == 3


@pytest.mark.parametrize(
    ("headings", "cells", "term"),
    [
        pytest.param(("2027 год", "2028 год"), ("март", ""), "март 2027 г.", id="a month under a year"),
        pytest.param(("2027", "2028"), ("апрель", "май"), "апрель 2027 г., май 2028 г.", id="a month under each year"),
        pytest.param(("янв.", "фев.", "мар."), ("+", "", "х"), "январь, март", id="marks under months"),
        pytest.param(("Январь", "Февраль"), ("15", "до 20"), "15 января, до 20 февраля", id="days under months"),
        pytest.param(
            ("I кв. 2027 г.", "II кв. 2027 г.", "III кв. 2027 г."),
            ("+", "-", "+"),
            "I квартал 2027 г., III квартал 2027 г.",
            id="marks under quarters with a year",
        ),
        pytest.param(("1 полугодие 2027", "2 полугодие 2027"), ("", "✓"), "II полугодие 2027 г.", id="half-years"),
    ],
)
def test_a_mark_under_a_year_a_quarter_or_a_month_is_the_term(
    headings: tuple[str, ...], cells: tuple[str, ...], term: str
) -> None:
    found = imported([("№", "Мероприятие", *headings, "Исполнитель"), ("1", "Семинар", *cells, "ИМЦ")])
    assert words(found) == [("1", "Семинар", term, "ИМЦ")]
    assert asked(found, "column", "row") == []


def test_a_head_of_two_rows_may_hold_years_over_half_years() -> None:
    head = [("№", "Мероприятие", "2027 год", "", "Отв."), ("", "", "I полугодие", "II полугодие", "")]
    found = imported([*head, ("1", "Семинар", "", "+", "ИМЦ")])
    assert words(found) == [("1", "Семинар", "II полугодие 2027 г.", "ИМЦ")]


def test_a_month_beside_a_day_is_one_term() -> None:
    table = [("Месяц", "Число", "Мероприятие", "Ответственный"), ("март", "12", "Совещание директоров", "Завуч")]
    found = imported([*table, ("апрель", "1", "Педагогический совет", "Завуч")])
    assert [row[2] for row in words(found)] == ["12 марта", "1 апреля"]
    assert asked(found, *OPEN) == []


def test_a_timetable_is_no_plan() -> None:
    lessons = [
        ("9:00", "Математика в кабинете 5", "Чтение"),
        ("10:00", "Русский язык", "Труд"),
        ("11:00", "Пение", "Бег"),
    ]
    found = imported([("Время", "Понедельник", "Вторник"), *lessons])
    assert items(found) == []
    assert found.counts["question"] == 4


def test_the_period_takes_in_the_years_that_stand_as_columns() -> None:
    found = imported([("№", "Мероприятие", "2027 год", "2028 год"), ("1", "Семинар", "май", "май")])
    assert found.period is not None
    assert found.period[1].year == 2028


def test_sums_of_money_by_years_are_no_terms_and_one_question() -> None:
    head = ("№", "Мероприятие", "Срок", "2027 год", "2028 год", "Исполнитель")
    found = imported([head, ("1", "Семинар", "май 2027 г.", "100,5", "200", "ИМЦ")])
    assert [row[2] for row in words(found)] == ["май 2027 г."]
    (question,) = asked(found, "column")
    assert question.words == "2027 год / 2028 год"
