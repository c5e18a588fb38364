"""What a document says against itself: each kind of finding, and what must not be found."""

from datetime import date
from typing import Any

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.catalogue.schema import Catalogue
from roadmap.language.matching import same_duty
from roadmap.review.check import Finding, check, load
from roadmap.review.words import unknown_bodies


def item(code: str, title: str, **facts: Any) -> dict[str, Any]:
    return {
        "code": code, "number": code, "section": "1", "title": title, "responsible": "Министерство", "owner": "min",
        "term": "май 2024 г.", "kind": "document", "source": {"place": f"строка {code}"},
    } | facts  # fmt: skip


def catalogue(*items: dict[str, Any], **facts: Any) -> Catalogue:
    return Catalogue.model_validate(
        {
            "code": "demo",
            "region": "Область",
            "title": "Комплекс мер",
            "act": {"kind": "приказ", "number": "1", "on": date(2024, 1, 15), "authority": "М", "document": "d.txt"},
            "period": {"start": date(2024, 1, 15), "end": date(2024, 12, 31), "ground": "приказ"},
            "zone": "Europe/Moscow",
            "bodies": [
                {"code": "min", "name": "Министерство образования", "short": "Министерство", "level": "regional"},
                {"code": "inst", "name": "Институт развития", "short": "ИРО", "level": "regional"},
            ],
            "sections": [{"code": "1", "title": "Раздел"}],
            "items": list(items),
        }
        | facts
    )


def found(kind: str, *items: dict[str, Any], **facts: Any) -> list[Finding]:
    of = catalogue(*items, **facts)
    return [finding for finding in check(of, calendar_of(of)) if finding.kind == kind]


@pytest.mark.parametrize(
    ("term", "says"),
    [
        pytest.param("до 12 января 2024 г.", "вне периода", id="a day before the period is a question already"),
        pytest.param("31 июня 2024 г.", "Такой даты нет", id="a day that does not exist"),
    ],
)
def test_a_term_that_is_not_read_is_found(term: str, says: str) -> None:
    (finding,) = found("unread", item("1", "Отчёт", term=term))
    assert (finding.severity, finding.place) == ("error", "1 (строка 1)")
    assert says in finding.words


EARLY = {"start": date(2024, 1, 1), "end": date(2024, 12, 31), "ground": "заголовок"}


@pytest.mark.parametrize(
    ("term", "severities"),
    [
        pytest.param("до 12 января 2024 г.", ["error"], id="before the act"),
        pytest.param("до 15 января 2024 г.", ["question"], id="on the day of the act"),
        pytest.param("до 19 января 2024 г.", ["question"], id="four working days after it"),
        pytest.param("до 22 января 2024 г.", [], id="five working days after it"),
        pytest.param("ежемесячно", [], id="a rhythm of a period that began before the act"),
    ],
)
def test_a_term_too_near_to_the_act_is_found(term: str, severities: list[str]) -> None:
    early = found("early", item("1", "Отчёт", term=term), period=EARLY)
    assert [finding.severity for finding in early] == severities


def test_an_act_without_a_date_is_said_not_skipped() -> None:
    act = {"kind": "приказ", "authority": "М", "document": "d.txt"}
    assert "дата акта не названа" in found("early", item("1", "Отчёт"), act=act)[0].words


@pytest.mark.parametrize(
    ("title", "count"),
    [
        pytest.param("Обучить по программе наставничества педагогов школ", 1, id="the words of its result"),
        pytest.param("Подвести итоги по пункту 1", 1, id="its number"),
        pytest.param("Подвести итоги по пункту 11", 0, id="another number"),
        pytest.param("Обучить наставников", 0, id="some of its words are not certain"),
    ],
)
def test_an_item_due_before_what_it_names_is_found(title: str, count: int) -> None:
    first = item("1", "Разработать", term="сентябрь 2024 г.", result="Программа наставничества педагогов")
    assert len(found("order", first, item("2", title, term="май 2024 г."))) == count
    assert found("order", first, item("2", title, term="ноябрь 2024 г.")) == []


def test_one_duty_with_two_owners_is_found_by_its_place() -> None:
    (finding,) = [
        one for one in check(built_in("krasnodar"), calendar_of(built_in("krasnodar"))) if one.kind == "owner"
    ]
    assert finding.place == "p3 (пункт 3)"
    assert "«Управление общего образования»" in finding.words
    assert "«Министерство» (1.2 (приложение, раздел 1, строка 2))" in finding.words


def test_drafting_an_agreement_is_another_duty_than_concluding_it() -> None:
    assert same_duty("заключить соглашения между школами и районами", "Заключены соглашения между районами и школами")
    assert not same_duty("заключить соглашения", "Заключены соглашения")


@pytest.mark.parametrize(
    ("cell", "unknown"),
    [
        pytest.param("министерство; ИРО", [], id="known by short name and in any case of letters"),
        pytest.param("Министерством образования, Институту развития", [], id="whatever the endings"),
        pytest.param("министерство; Центр туризма", ["Центр туризма"], id="a body defined nowhere"),
        pytest.param("ИРО (Денисова О.Г.)", [], id="a person in brackets"),
        pytest.param("Иванова А.Б.", [], id="a person"),
        pytest.param("Институт развития области (далее – ИРО)", [], id="defined on the spot"),
        pytest.param("ИРО в рамках проекта «Лига», Фонд поддержки", ["Фонд поддержки"], id="a project is no body"),
        pytest.param("Министерство просвещения", ["Министерство просвещения"], id="half of a name is another body"),
        pytest.param("", [], id="an empty cell"),
    ],
)
def test_a_body_defined_nowhere_is_found(cell: str, unknown: list[str]) -> None:
    assert unknown_bodies(cell, ["Министерство образования", "Министерство", "Институт развития", "ИРО"]) == unknown
    assert len(found("body", item("1", "Отчёт", responsible=cell))) == len(unknown)


def test_a_body_known_by_half_says_which_half() -> None:
    (finding,) = found("body", item("1", "Отчёт", responsible="ИРО; Министерство просвещения"))
    assert finding.words == "орган «Министерство просвещения» опознан не целиком, определён только «Министерство»"


def test_an_abbreviation_given_twice_is_a_question_when_its_words_differ() -> None:
    one = item("1", "Отчёт", responsible="Министерство образования (далее – МО)")
    same = item("2", "План", responsible="Министерство образования (далее - МО)")
    other = item("3", "Смета", responsible="Муниципальный округ (далее – МО)")
    assert [finding.severity for finding in found("alias", one, same)] == ["note"]
    assert [finding.severity for finding in found("alias", one, other)] == ["question"]
    assert found("alias", one) == []


def test_the_same_item_twice_is_found_and_one_title_for_two_owners_is_not() -> None:
    one, same = item("1", "Провести форум."), item("2", "провести  форум")
    assert [finding.place for finding in found("twice", one, same)] == ["2 (строка 2)"]
    assert found("twice", one, same | {"owner": "inst"}) == []


def test_a_deadline_on_a_day_off_says_when_it_is_due() -> None:
    (finding,) = found("day_off", item("1", "Отчёт", term="до 1 июня 2024 г."))
    assert finding.words == "срок 01.06.2024 — нерабочий день (суббота, исполнить до 31.05.2024)"
    assert found("day_off", item("1", "Отчёт", term="до 3 июня 2024 г.")) == []


def test_a_peak_is_a_month_with_twice_the_average() -> None:
    many = [item(f"1.{n}", f"Дело номер {n}", term="до 3 июня 2024 г.") for n in range(6)]
    few = [item(f"2.{n}", f"Работа номер {n}", term=f"до 3 {month} 2024 г.")
           for n, month in enumerate(("апреля", "июля", "октября"))]  # fmt: skip
    (finding,) = found("load", *many, *few)
    assert "06.2024: 6" in finding.words
    assert found("load", *many) == []


def test_the_load_counts_every_controlled_deadline() -> None:
    of = catalogue(item("1", "Отчёт", term="ежеквартально"), item("2", "План", term="до 3 июня 2024 г."))
    rows = load(of, WorkCalendar())
    assert [(row.month.month, row.count) for row in rows] == [(3, 1), (6, 2), (9, 1), (12, 1)]


@pytest.mark.parametrize("code", built_in_codes())
def test_the_built_in_documents_have_no_unread_term(code: str) -> None:
    of = built_in(code)
    assert [finding for finding in check(of, calendar_of(of)) if finding.kind == "unread"] == []


def places(code: str, kind: str) -> list[str]:
    of = built_in(code)
    return [one.place.split(" (")[0] for one in check(of, calendar_of(of)) if one.kind == kind]


@pytest.mark.parametrize(
    ("code", "entries"),
    [
        ("kirov", ["7.2-6", "7.2-7", "7.2-8"]),
        ("moscow-oblast", []),
        ("bashkortostan", ["5.3-1", "5.3-2"]),
        ("surgut", ["6.1.1", "6.1.2", "6.1.3", "6.1.5"]),
    ],
)
def test_an_indicator_that_only_uncontrolled_duties_answer_is_found(code: str, entries: list[str]) -> None:
    assert places(code, "watch") == [f"показатель {entry}" for entry in entries]


@pytest.mark.parametrize(
    ("code", "items"), [("surgut", ["1", "2"]), ("moscow-oblast", ["1.1.2"]), ("krasnodar", []), ("kirov", [])]
)
def test_what_the_act_itself_does_is_said(code: str, items: list[str]) -> None:
    assert places(code, "done") == items


def test_what_an_indicator_counts_and_nobody_defines_is_asked_once() -> None:
    found = {code: entries for code in built_in_codes() if (entries := places(code, "define"))}
    assert found == {
        "kirov": ["показатель 7.2-4"],
        "moscow-oblast": ["показатель 4"],
        "bashkortostan": ["показатель 5.2-2"],
    }
