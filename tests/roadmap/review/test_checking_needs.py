"""What an item of the table may need from an earlier one: found by its words, and only when the terms are wrong."""

from datetime import date

import pytest

from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.review.check import Finding, check
from roadmap.review.needs import possible_need


def item(code: str, title: str, term: str = "", result: str = "") -> Item:
    return Item.model_validate(
        {
            "code": code, "number": code, "section": "1", "title": title, "owner": "min", "term": term,
            "result": result, "kind": "document", "source": {"place": f"строка {code}"},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "later", "words"),
    [
        pytest.param(
            item("1", "Разработка модели наставничества"),
            item("2", "Внедрение модели наставничества в школах"),
            "модели наставничества",
            id="what is put to use must have been worked out",
        ),
        pytest.param(
            item("1", "Разработать программу стажировок и форму отчёта"),
            item("2", "Утверждение программы стажировок и формы отчёта"),
            "программу стажировок форму отчета",
            id="what is approved must have been drafted",
        ),
        pytest.param(
            item("1", "Провести опрос", result="карта профессиональных дефицитов; справка"),
            item("2", "Анализ карты профессиональных дефицитов"),
            "карта профессиональных дефицитов",
            id="the result is used",
        ),
        pytest.param(
            item("1", "Разработка модели наставничества"),
            item("2", "Разработка модели наставничества в вузах"),
            None,
            id="who makes the same needs nobody",
        ),
        pytest.param(
            item("1", "Разработка программы"), item("2", "Реализация программы"), None, id="one word is not enough"
        ),
        pytest.param(
            item("1", "Разработка модели наставничества"),
            item("2", "Форум о модели наставничества"),
            None,
            id="a mention is no use",
        ),
        pytest.param(
            item("1", "Проведение форума молодых учителей"),
            item("2", "Мониторинг форума молодых учителей"),
            None,
            id="what is held is not made",
        ),
    ],
)
def test_a_need_is_found_by_what_is_made_and_used(earlier: Item, later: Item, words: str | None) -> None:
    assert possible_need(later, earlier) == words


def needs(*items: Item) -> list[Finding]:
    of = Catalogue.model_validate(
        {
            "code": "demo",
            "region": "Область",
            "title": "Комплекс мер",
            "act": {"kind": "приказ", "number": "1", "on": date(2024, 1, 15), "authority": "М", "document": "d.txt"},
            "period": {"start": date(2024, 1, 15), "end": date(2024, 12, 31), "ground": "приказ"},
            "zone": "Europe/Moscow",
            "bodies": [{"code": "min", "name": "Министерство", "short": "Министерство", "level": "regional"}],
            "sections": [{"code": "1", "title": "Раздел"}],
            "items": [one.model_dump() for one in items],
        }
    )
    return [finding for finding in check(of, calendar_of(of)) if finding.kind == "need"]


def test_only_a_term_before_that_of_what_is_needed_is_a_question_with_both_places() -> None:
    first = item("1", "Разработка модели наставничества", "сентябрь 2024 г.")
    (finding,) = needs(first, item("2", "Внедрение модели наставничества", "май 2024 г."))
    assert (finding.place, finding.severity) == ("2 (строка 2)", "question")
    assert finding.words == (
        "возможно, нужен результат более раннего пункта «модели наставничества»: срок 31.05.2024 раньше его срока "
        "30.09.2024 (1 (строка 1))"
    )
    assert needs(first, item("2", "Внедрение модели наставничества", "ноябрь 2024 г.")) == []
    assert needs(first, item("2", "Внедрение модели наставничества", "весь период")) == []


@pytest.mark.parametrize("code", built_in_codes())
def test_the_built_in_documents_raise_no_false_alarm(code: str) -> None:
    of = built_in(code)
    assert [finding for finding in check(of, calendar_of(of)) if finding.kind in ("need", "order", "body")] == []
