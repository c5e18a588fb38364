"""Answers as people type them: what is read, what is refused and why, how a value is put into words."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some

from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.submission import (
    Fields,
    Given,
    answer_words,
    counted_indicators,
    number_words,
    read_answer,
    read_number,
)

PLACES = {"numerator": "J7", "denominator": "L7", "reason": "M7"}


def indicator(way: str, **facts: Any) -> Indicator:
    return Indicator(code="x", title="Доля", way=way, source=Source(place="приложение"), **facts)


def read(way: str, numerator: Any = None, denominator: Any = None, reason: Any = None, **more: Any) -> Any:
    fields = Fields(numerator=numerator, denominator=denominator, reason=reason, places=PLACES, **more)
    given, problems = read_answer(indicator(way), fields)
    return (given.numerator, given.denominator, given.reason) if given else [one.line for one in problems]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        pytest.param("120", 120, id="digits"),
        pytest.param(" 12,5 ", 12.5, id="a comma, as Russian has it"),
        pytest.param("12.5", 12.5, id="a point"),
        pytest.param("1 234 567,5", 1234567.5, id="thousands set apart"),
        pytest.param("1\u00a0234", 1234, id="by a blank that does not break"),
        pytest.param("1\u202f234", 1234, id="by a narrow one"),
        pytest.param(0, 0, id="zero is a number"),
        pytest.param(7.25, 7.25, id="a number of a spreadsheet"),
        pytest.param("+3", 3, id="a plus"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: Any, number: float) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        pytest.param("много", "«много» — не число", id="words"),
        pytest.param("12 человек", "не число", id="a number with words"),
        pytest.param("1 2", "не число", id="two numbers"),
        pytest.param("1,234,567", "не число", id="commas between thousands"),
        pytest.param("12%", "процент, а нужно число", id="a percent"),
        pytest.param("=A1/B1", "формула", id="a formula"),
        pytest.param("-5", "не может быть отрицательным", id="negative"),
        pytest.param("\u22125", "не может быть отрицательным", id="negative with a minus sign"),
        pytest.param(-0.5, "не может быть отрицательным", id="a negative number"),
        pytest.param("1e5", "не число", id="scientific"),
        pytest.param("nan", "не число", id="nan"),
        pytest.param(float("inf"), "слишком большое", id="infinity"),
        pytest.param("9" * 15, "слишком большое", id="two numbers run together"),
        pytest.param(10**400, "слишком большое", id="a whole number of a spreadsheet that is no float"),
        pytest.param("٣", "не число", id="digits of another script"),
        pytest.param(True, "нужно число", id="a tick of a spreadsheet"),
        pytest.param(date(2026, 5, 1), "здесь дата 01.05.2026, а нужно число", id="a date made of «1.5»"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(typed: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_number(typed)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(read("share", "12", "100"), (12, 100, ""), id="a share"),
        pytest.param(read("share", "100", "100"), (100, 100, ""), id="the whole of it"),
        pytest.param(read("share", "0", "0"), (0, 0, ""), id="nothing of nothing: there are no such schools"),
        pytest.param(read("share", 12, 100, "опечатка"), (12, 100, "опечатка"), id="a correction with its reason"),
        pytest.param(read("ratio", "500", "2"), (500, 2, ""), id="a ratio may be more than one"),
        pytest.param(read("total", "7"), (7, None, ""), id="a total has one number"),
        pytest.param(read("flag", "Да"), (1, None, ""), id="yes"),
        pytest.param(read("flag", 0), (0, None, ""), id="no, as a number of a spreadsheet"),
        pytest.param(
            read("share", None, "", "  нет \n учёта "), (None, None, "нет учёта"), id="a reason alone: no data"
        ),
        pytest.param(
            read("share", "1", "2", "болеет", is_missing=True),
            ["J7: здесь число, а ниже отмечено «Данных нет»: оставьте одно из двух"],
            id="numbers beside a tick: one of the two is wrong",
        ),
        pytest.param(
            read("share", None, "", "болеет", is_missing=True), (None, None, "болеет"), id="a tick with its reason"
        ),
        pytest.param(read("share"), [], id="nothing filled in is nothing said"),
        pytest.param(read("total", "  "), [], id="blanks are nothing"),
        pytest.param(
            read("share", "120", "100"),
            ["J7: часть (120) больше целого (100): проверьте оба числа"],
            id="a part larger than the whole",
        ),
        pytest.param(read("share", "12"), ["L7: не заполнено: Сколько всего"], id="no denominator"),
        pytest.param(read("share", None, "100"), ["J7: не заполнено: Сколько из них"], id="no numerator"),
        pytest.param(
            read("total", "7", "9"),
            ["L7: здесь число не нужно: у показателя одно значение — уберите его"],
            id="a denominator too many",
        ),
        pytest.param(read("flag", "наверное"), ["J7: здесь нужно «да» или «нет»"], id="neither yes nor no"),
        pytest.param(read("flag", 2), ["J7: здесь нужно «да» или «нет»"], id="a number that is no flag"),
        pytest.param(
            read("share", "x", "-1"),
            [
                "J7: «x» — не число: впишите его цифрами, например 120",
                "L7: число не может быть отрицательным: -1",
            ],
            id="every fault is told",
        ),
        pytest.param(
            read("share", is_missing=True), ["M7: назовите причину, по которой данных нет"], id="no data, no reason"
        ),
        pytest.param(read("total", "1", None, "х" * 501), ["M7: слишком длинно: 501 знаков, можно до 500"], id="long"),
        pytest.param(read("total", "1", None, "=1+1"), ["M7: здесь формула, а нужны слова"], id="a formula for words"),
        pytest.param(
            read("total", "1", None, "a\x00b"), ["M7: в тексте служебные знаки: наберите его заново"], id="\\0"
        ),
    ],
)
def test_an_answer_is_read_or_every_fault_has_its_place(found: Any, expected: Any) -> None:
    assert found == expected


@pytest.mark.parametrize(
    ("way", "given", "words"),
    [
        ("share", Given("x", 45, 120), "45 из 120 (37,5\u00a0%)"),
        ("share", Given("x", 0, 0), "0 из 0"),
        ("ratio", Given("x", 1234, 5), "1\u00a0234 на 5 (246,8)"),
        ("total", Given("x", 1234.5), "1\u00a0234,5"),
        ("total", Given("x", 1.00001), "1"),
        ("flag", Given("x", 1), "да"),
        ("flag", Given("x", 0), "нет"),
        ("share", Given("x", None, None, "учёт не ведётся"), "нет данных: учёт не ведётся"),
    ],
)
def test_a_value_in_words(way: str, given: Given, words: str) -> None:
    assert answer_words(indicator(way), given) == words


def test_the_count_of_indicators_has_the_right_plural() -> None:
    words = ["1 показатель", "3 показателя", "9 показателей", "11 показателей"]
    assert [counted_indicators(n) for n in (1, 3, 9, 11)] == words


@for_any(some.decimals(min_value=0, max_value=10**9, places=3))
def test_a_number_that_is_shown_is_read_back_as_itself(number: Any) -> None:
    assert read_number(number_words(float(number))) == pytest.approx(float(number))


@for_any(some.text(max_size=30), some.text(max_size=30), some.text(max_size=30), some.booleans())
def test_whatever_is_typed_is_an_answer_or_a_fault_or_nothing(a: str, b: str, c: str, tick: bool) -> None:
    for way in ("share", "ratio", "total", "flag"):
        fields = Fields(numerator=a, denominator=b, reason=c, is_missing=tick, places=PLACES)
        given, problems = read_answer(indicator(way), fields)
        assert given is None or not problems
        assert given is None or given.numerator is None or given.numerator >= 0
