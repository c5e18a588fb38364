"""What the period of a plan adds to the words: the year they leave out, and what may be meant where it adds nothing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from roadmap.reading import Reading, Window
from roadmap.terms import is_deadline, read

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "period_cases.jsonl").read_text(encoding="utf-8").splitlines()
]
YEAR = date(2027, 1, 1), date(2027, 12, 31)
THREE_YEARS = date(2022, 1, 1), date(2024, 12, 31)


def read_in(period: tuple[date, date], text: str) -> Reading:
    return read(text, start=period[0], end=period[1])


def spans(reading: Reading) -> list[str]:
    return [f"{w.start or ''}..{w.due}" if w.start != w.due else f"{w.due}" for w in reading.windows]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['period'][0]}: {case['text']}" for case in CASES])
def test_words_without_a_year_are_placed_by_the_period_or_asked(case: dict[str, Any]) -> None:
    start, end = map(date.fromisoformat, case["period"])
    reading = read_in((start, end), case["text"])
    assert reading.kind == case["kind"]
    if case["kind"] == "unreadable":
        assert case["says"] in reading.problems[0]
        assert list(reading.proposals) == case["proposals"]
    else:
        assert (reading.rule, spans(reading)) == (case["rule"], case["windows"])


@pytest.mark.parametrize(
    ("text", "proposals"),
    [
        ("март", ["март 2022 г.", "март 2023 г.", "март 2024 г.", "ежегодно март"]),
        (
            "ноябрь, апрель",
            ["ноябрь 2022 г., апрель 2023 г.", "ноябрь 2023 г., апрель 2024 г.", "ежегодно ноябрь, апрель"],
        ),
        ("до мая 2024 г.", ["до 31 мая 2024 г.", "до 30 апреля 2024 г."]),
        ("31 июня 2023 г.", ["30 июня 2023 г."]),
        ("декабрь-январь 2024 г.", ["декабрь 2023 г. – январь 2024 г."]),
        ("01.09.2023  31.12.2023", ["01.09.2023 – 31.12.2023", "01.09.2023, 31.12.2023"]),
        ("до 1 сентября, 1 декабря 2023 г.", ["до 1 сентября 2023 г., до 1 декабря 2023 г."]),
        ("до 15 марта 2021 г.", ["до 15 марта 2022 г.", "до 15 марта 2023 г.", "до 15 марта 2024 г."]),
        ("до 25 числа", ["ежемесячно до 25 числа", "ежемесячно до 25 числа месяца, следующего за отчётным"]),
        ("раз в две недели", ["раз в две недели, начиная с 1 января 2022 г."]),
        ("не ранее 1 марта 2023 г.", ["с 1 марта 2023 г."]),
        ("май 2023 г. и далее", ["май 2023 г."]),
        ("по согласованию", []),
    ],
)
def test_a_question_proposes_what_its_words_and_the_period_allow(text: str, proposals: list[str]) -> None:
    reading = read_in(THREE_YEARS, text)
    assert (reading.kind, list(reading.proposals)) == ("unreadable", proposals)


def test_nothing_is_proposed_for_a_period_of_a_hundred_years() -> None:
    assert read_in((date(2000, 1, 1), date(2099, 12, 31)), "март").proposals == ()


@pytest.mark.parametrize(
    ("period", "window"),
    [
        pytest.param((date(2027, 3, 10), date(2027, 12, 31)), Window(date(2027, 3, 10), date(2027, 12, 31)), id="rest"),
        pytest.param((date(2026, 9, 1), date(2027, 5, 31)), Window(date(2026, 9, 1), date(2027, 5, 31)), id="lessons"),
        pytest.param((date(2027, 1, 1), date(2027, 6, 30)), None, id="half of a year is no year"),
        pytest.param((date(2026, 3, 1), date(2027, 2, 28)), None, id="a year that is neither"),
    ],
)
def test_all_the_year_is_all_of_a_period_of_one_year(period: tuple[date, date], window: Window | None) -> None:
    reading = read_in(period, "в течение года")
    assert (reading.windows or (None,)) == (window,)


@pytest.mark.parametrize("text", ["март", "до 1 марта", "ежегодно", "по плану НИКУ", "- до 1 марта", "31 июня 2023 г."])
def test_words_of_a_deadline_are_known_without_a_period(text: str) -> None:
    assert is_deadline(text)


@pytest.mark.parametrize("text", ["", "Управление образования", "провести семинар", "март на согласовании"])
def test_other_words_are_no_deadline(text: str) -> None:
    assert not is_deadline(text)
