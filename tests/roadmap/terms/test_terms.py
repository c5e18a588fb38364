"""The deadline language: the documents' own phrases, the rules around them, and what must stay a question."""

import json
import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from roadmap.reading import Reading, Window
from roadmap.terms import RULES, read
from tests.places import DOCS, needs_shared
from tests.places import GOLD as SHARED_GOLD

GOLD = Path(__file__).parent / "gold_terms.jsonl"
LINES = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
CASES = [json.loads(line) for line in (GOLD.parent / "terms_cases.jsonl").read_text(encoding="utf-8").splitlines()]
START, END = date(2022, 1, 1), date(2024, 12, 31)


def read_here(text: str, start: date = START, end: date = END) -> Reading:
    return read(text, start=start, end=end)


def spans(reading: Reading) -> list[str]:
    return [f"{w.start or ''}..{w.due}" if w.start != w.due else f"{w.due}" for w in reading.windows]


def cases_of(group: str) -> pytest.MarkDecorator:
    """Each case stands under the sentence of its rule."""
    found = [case for case in CASES if case["group"] == group]
    return pytest.mark.parametrize("case", found, ids=[case["rule"] for case in found])


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['doc']} {line['n']}: {line['text']}")
def test_every_phrase_of_the_five_documents_is_read_exactly(line: dict[str, Any]) -> None:
    start, end = map(date.fromisoformat, line["period"])
    found = read(line["text"], start=start, end=end).to_json()
    for key in ("kind", "windows", "plan", "relative"):
        assert found.get(key) == line.get(key), key
    assert found["problems"] == []
    assert found["rule"] in RULES


@needs_shared
def test_the_copy_of_the_gold_is_the_gold() -> None:
    assert GOLD.read_text(encoding="utf-8") == SHARED_GOLD.read_text(encoding="utf-8")


def test_a_reading_survives_its_own_json() -> None:
    for line in LINES:
        start, end = map(date.fromisoformat, line["period"])
        reading = read(line["text"], start=start, end=end)
        assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


@cases_of("windows")
def test_a_dated_phrase_gives_its_windows(case: dict[str, Any]) -> None:
    reading = read_here(case["text"])
    assert (reading.kind, spans(reading), reading.problems) == ("windows", case["windows"], ())


NOISE = [
    ("capitals", "МАЙ 2023 Г."),
    ("hard blanks and a thin one", "Май\u00a02023\u2009г."),
    ("no blanks at all", "май2023г."),
    ("Latin look-alikes", "Mай 2023 г."),
    ("a soft hyphen", "ма\u00adй 2023 г."),
    ("a letter split into base and mark", "маи\u0306 2023 г."),
    ("commas and blanks at the edges", " , май 2023 г.; "),
    ("two full stops at the end", "май 2023 г.."),
    ("line breaks", "май\n2023\r\nгода"),
    ("a preposition", "в мае 2023 года"),
]


@pytest.mark.parametrize("text", [case[1] for case in NOISE], ids=[case[0] for case in NOISE])
def test_the_noise_of_documents_changes_nothing(text: str) -> None:
    assert read_here(text).windows == (Window(date(2023, 5, 1), date(2023, 5, 31)),)
    assert read_here(text).text == text


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
def test_every_dash_joins_a_range(dash: str) -> None:
    assert spans(read_here(f"май {dash} июнь 2023 г.")) == ["2023-05-01..2023-06-30"]


@cases_of("recurring")
def test_a_rhythm_fills_the_period(case: dict[str, Any]) -> None:
    reading = read_here(case["text"])
    assert (reading.kind, reading.every, reading.problems) == ("recurring", case["every"], ())
    assert (len(reading.windows), spans(reading)[0]) == (case["count"], case["first"])
    assert spans(reading)[-1] == case.get("last", spans(reading)[-1])
    assert list(reading.windows) == sorted(set(reading.windows), key=lambda w: (w.due, w.start or w.due))


def test_a_rhythm_is_clipped_by_the_period_at_both_ends() -> None:
    reading = read_here("ежемесячно", date(2023, 5, 23), date(2023, 7, 9))
    assert spans(reading) == ["2023-05-23..2023-05-31", "2023-06-01..2023-06-30", "2023-07-01..2023-07-09"]


def test_a_rhythm_with_its_own_years_runs_past_the_period() -> None:
    reading = read_here("ежегодно в 2023-2026 гг.")
    assert spans(reading)[-1] == "2026-01-01..2026-12-31"


def test_the_report_on_the_last_unit_falls_after_it_and_after_the_period() -> None:
    report = "ежеквартально до 10 числа месяца, следующего за отчетным, в 2023 году"
    assert spans(read_here(report)) == ["..2023-04-10", "..2023-07-10", "..2023-10-10", "..2024-01-10"]
    assert spans(read_here(report, END.replace(2022), END.replace(2023)))[-1] == "..2024-01-10"


@cases_of("continuous")
def test_a_span_is_continuous(case: dict[str, Any]) -> None:
    reading = read_here(case["text"])
    assert (reading.kind, spans(reading)) == ("continuous", case["windows"])


@cases_of("external")
def test_a_plan_to_come_keeps_its_name(case: dict[str, Any]) -> None:
    assert (read_here(case["text"]).kind, read_here(case["text"]).plan) == ("external", case["plan"])


@cases_of("on_demand")
def test_a_demand_has_no_dates(case: dict[str, Any]) -> None:
    assert (read_here(case["text"]).kind, read_here(case["text"]).windows) == ("on_demand", ())


@cases_of("relative")
def test_a_count_from_an_event_keeps_the_words_of_the_event(case: dict[str, Any]) -> None:
    reading = read_here(case["text"])
    assert (reading.kind, list(reading.relative or ()), reading.event) == ("relative", case["relative"], case["event"])


@cases_of("question")
def test_what_is_unclear_stays_a_question_that_says_where(case: dict[str, Any]) -> None:
    reading = read_here(case["text"])
    assert (reading.kind, reading.windows, reading.text) == ("unreadable", (), case["text"])
    assert len(reading.problems) == 1
    assert case["says"] in reading.problems[0]


def test_every_rule_that_a_reading_names_is_explained_in_russian() -> None:
    named = {read_here(case["text"]).rule for case in CASES}
    assert named <= set(RULES)
    assert all(sentence.endswith(".") for sentence in RULES.values())


def test_a_very_long_text_is_refused_in_a_short_message() -> None:
    assert len(read_here("май 2023 г. " + "и далее " * 5000).problems[0]) < 200


def test_the_page_of_all_forms_is_up_to_date() -> None:
    written = runpy.run_path(str(DOCS / "make_reading.py"))["page"]()
    assert (DOCS / "reading.md").read_text(encoding="utf-8") == written
