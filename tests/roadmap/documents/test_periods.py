"""The frame of time: the span that a title names, whole; else from the act's day; never an invented one."""

from datetime import date

import pytest

from roadmap.catalogue.answers import Answer
from roadmap.catalogue.loading import CatalogueError, parse_catalogue
from roadmap.documents.act.head import FoundAct
from roadmap.documents.act.periods import titled
from roadmap.documents.act.title_periods import spans_of
from roadmap.documents.draft import draft
from roadmap.documents.importer import Found, find
from roadmap.documents.plain_text import from_text
from roadmap.documents.questions import Answers

ROWS = "№\tМероприятие\tСрок\tОтветственный\n1\tПровести заседание\tежемесячно\tМетодический центр"


def said(title: str) -> list[str]:
    return [f"{start:%d.%m.%Y}-{end:%d.%m.%Y}" for start, end in spans_of(title)]


def imported(head: str, answers: Answers | None = None, *, rows: str = ROWS) -> Found:
    return find(from_text(f"{head}\n\n{rows}", "order.txt"), answers)


@pytest.mark.parametrize(
    ("title", "span"),
    [
        ("План работы на 2027 год", "01.01.2027-31.12.2027"),
        ("О мерах по подготовке школ в 2027 году", "01.01.2027-31.12.2027"),
        ("План на 2027г.", "01.01.2027-31.12.2027"),
        ("План на 2026/2027 учебный год", "01.09.2026-31.08.2027"),
        ("План на 2026-27 уч. г.", "01.09.2026-31.08.2027"),
        ("План на 2026 – 2027 учебный год", "01.09.2026-31.08.2027"),
        ("Учебный год 2025/2026: план внутришкольного контроля", "01.09.2025-31.08.2026"),
        ("О контроле в 2026/2027 учебном году", "01.09.2026-31.08.2027"),
        ("План на 2025/2026 и 2026/2027 учебные годы", "01.09.2025-31.08.2027"),
        ("Программа на 2026–2028 годы", "01.01.2026-31.12.2028"),
        ("Программа на 2027 – 2028 гг.", "01.01.2027-31.12.2028"),
        ("План на 2027 и 2028 годы", "01.01.2027-31.12.2028"),
        ("План с 2027 по 2030 год", "01.01.2027-31.12.2030"),
        ("План на 2027 год и на плановый период 2028 и 2029 годов", "01.01.2027-31.12.2029"),
        ("План на I полугодие 2027 года", "01.01.2027-30.06.2027"),
        ("План на второе полугодие 2027 года", "01.07.2027-31.12.2027"),
        ("План на III квартал 2027 г.", "01.07.2027-30.09.2027"),
        ("План на I – II кварталы 2027 года", "01.01.2027-30.06.2027"),
        ("План на март 2027 года", "01.03.2027-31.03.2027"),
        ("План на апрель – июнь 2027 года", "01.04.2027-30.06.2027"),
        ("План на сентябрь 2026 г. – май 2027 г.", "01.09.2026-31.05.2027"),
        ("План с 1 сентября 2026 года по 31 мая 2027 года", "01.09.2026-31.05.2027"),
        ("План на период с 01.09.2026 по 31.05.2027", "01.09.2026-31.05.2027"),
        ("Об итогах 2026 года и плане на 2027 год", "01.01.2027-31.12.2027"),
        ("О плане на 2027 год по реализации программы 2025–2030 годов", "01.01.2027-31.12.2027"),
        ("План на 2026–2028 годы по реализации Стратегии на период до 2030 года", "01.01.2026-31.12.2028"),
    ],
)
def test_a_title_names_its_span_whole(title: str, span: str) -> None:
    assert said(title) == [span]


@pytest.mark.parametrize(
    "title",
    [
        "План мероприятий",
        "О внесении изменений в приказ от 20.12.2026 № 5",
        "Отчёт за 2026 год",
        "Меры начиная с 2026 года",
    ],
)
def test_other_years_name_no_span(title: str) -> None:
    assert said(title) == []


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("План на 2027 учебный год", 2),
        ("План на первое полугодие 2026/2027 учебного года", 3),
        ("Отдых детей в летний период 2027 года", 2),
    ],
)
def test_a_title_that_leaves_a_choice_is_a_question_with_every_span(title: str, number: int) -> None:
    found = titled(FoundAct(), [title])
    assert found is not None
    assert found.question is not None
    assert len(found.question.choices) == number


@pytest.mark.parametrize("signed", ["20.12.2026", "15.01.2027", "30.11.2027"])
def test_the_year_of_the_title_is_whole_whenever_the_act_was_signed(signed: str) -> None:
    found = imported(f"ПРИКАЗ\n\nот {signed} № 5\n\nОб утверждении плана\n\nПлан мероприятий на 2027 год")
    assert found.period is not None
    assert found.period[:2] == (date(2027, 1, 1), date(2027, 12, 31))
    assert len(found.items[0].reading.windows) == 12


def test_a_title_over_several_lines_and_one_of_the_act_tell_the_period() -> None:
    found = imported(
        "ПРИКАЗ\n\nот 01.08.2026 № 5\n\nОб утверждении плана\n\nПЛАН\n\nработы\n\nна 2026/2027 учебный год"
    )
    assert found.period is not None
    assert found.period[:2] == (date(2026, 9, 1), date(2027, 8, 31))
    found = imported(
        "ПРИКАЗ\n\nот 01.08.2026 № 5\n\nОб утверждении плана\n\nработы на 2027 год\n\nВ целях работы приказываю:"
    )
    assert found.period is not None
    assert found.period[:2] == (date(2027, 1, 1), date(2027, 12, 31))


def test_where_no_title_names_a_year_the_act_begins_the_period() -> None:
    rows = ROWS.replace("ежемесячно", "до 1 декабря 2028 г.")
    found = imported("ПРИКАЗ\n\nот 15.03.2027 № 5\n\nОб утверждении плана", rows=rows)
    assert found.period is not None
    assert found.period[0] == date(2027, 3, 15)
    assert found.period[1].year == 2028


def test_no_year_anywhere_is_one_question_and_no_period() -> None:
    found = imported("Комитет образования Тульской области\n\nПлан мероприятий")
    (question,) = (each for each in found.all_questions() if each.about in ("period", "term"))
    assert question.about == "period"
    assert found.period is None
    assert found.to_json()["act"]["period"] == []
    assert [(entry.reading.kind, entry.reading.windows) for entry in found.items] == [("recurring", ())]
    with pytest.raises(CatalogueError):
        parse_catalogue(draft(found).encode(), "draft.yaml")


def test_an_answer_gives_the_period() -> None:
    answers = Answers([Answer("period", "period", "01.01.2027 – 31.12.2027")])
    found = imported("План мероприятий", answers)
    assert found.period is not None
    assert len(found.items[0].reading.windows) == 12
    assert parse_catalogue(draft(found).encode(), "draft.yaml").period.end == date(2027, 12, 31)


def test_a_period_of_a_hundred_years_is_not_loaded() -> None:
    answers = Answers([Answer("period", "period", "01.01.2000 – 31.12.2099")])
    with pytest.raises(CatalogueError, match="длиннее 10 лет"):
        parse_catalogue(draft(imported("План мероприятий", answers)).encode(), "draft.yaml")
