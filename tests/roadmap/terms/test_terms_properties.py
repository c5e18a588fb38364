"""What holds for the deadline language on any text, any period and any damage to the letters."""

import json
import string
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from roadmap.reading import Reading, Window
from roadmap.terms import read
from roadmap.terms.grammar.words import MONTHS
from roadmap.terms.wording.wording import say

START, END = date(2022, 1, 1), date(2024, 12, 31)


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()]


def phrases(name: str) -> list[str]:
    """The phrases of one of the tables beside this file, questions left out."""
    return [case["text"] for case in _lines(name) if case.get("group") != "question"]


def period_of(case: dict[str, Any]) -> tuple[date, date]:
    """First and last day of the period of a case, that of the tables where it names none."""
    if "period" not in case:
        return START, END
    start, end = map(date.fromisoformat, case["period"])
    return start, end


READABLE = sorted({*phrases("terms_cases.jsonl"), *phrases("gold_terms.jsonl")})
QUESTIONS = [case for case in _lines("terms_cases.jsonl") if case.get("group") == "question"]
IN_PERIODS = _lines("period_cases.jsonl")
PLACED = [case for case in IN_PERIODS if case["kind"] != "unreadable"]


def read_here(text: str, start: date = START, end: date = END) -> Reading:
    return read(text, start=start, end=end)


ALPHABET = "абвгдежзийклмнопрстуфхцчшщьыъэюяё" + string.digits + " .,-–()«»IVX\u00ad\u00a0" + string.ascii_letters
WORDS = """
    май мая 2023 2024 г. гг. до с по в 1 15 31 I II квартал полугодие ежегодно ежемесячно каждый вторник , - и числа
    месяца следующего за отчетным весь период начиная конца не позднее раз год по плану НИКУ дней рабочих со дня
    в течение 01.09.2023 01.09 постоянно запросу ( ) включительно
"""
PIECES = st.sampled_from(WORDS.split())


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.text(ALPHABET), st.lists(PIECES, max_size=9).map(" ".join)))
def test_reading_never_raises_and_says_either_what_or_why(text: str) -> None:
    reading = read_here(text)
    assert reading.text == text
    assert (reading.kind == "unreadable") == bool(reading.problems)
    assert reading == read_here(text)
    if reading.kind in ("windows", "recurring", "continuous"):
        assert reading.windows
        assert all(window.start is None or window.start <= window.due for window in reading.windows)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(READABLE), st.dates(), st.integers(-90, 900))
def test_no_period_makes_reading_raise(text: str, start: date, days: int) -> None:
    end = date.fromordinal(min(max(start.toordinal() + days, 1), date.max.toordinal()))
    reading = read_here(text, start, end)
    assert (reading.kind == "unreadable") == bool(reading.problems)


def is_between_roman_figures(text: str, place: int) -> bool:
    """«I–II» without its dash is «III»: nobody can tell."""
    around = text[max(place - 1, 0) : place], text[place + 1 : place + 2]
    return all(set(sign) & set("IVX\u0406") for sign in around)


DAYS = st.dates(START, END)
NUMBERS = st.integers(1, 12)


def in_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][1]} {day.year} г."


@st.composite
def canonical(draw: st.DrawFn) -> tuple[str, Window]:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return draw(
        st.sampled_from(
            [
                (in_words(first), Window(first, first)),
                (f"до {in_words(first)}", Window(None, first)),
                (f"не позднее {first:%d.%m.%Y}", Window(None, first)),
                (f"с {in_words(first)} по {in_words(last)}", Window(first, last)),
                (f"{first:%d.%m.%Y} – {last:%d.%m.%Y}", Window(first, last)),
                (f"{MONTHS[0][0]} – {MONTHS[last.month - 1][0]} {last.year} года",
                 Window(date(last.year, 1, 1), _month_end(last))),
            ]
        )
    )  # fmt: skip


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


@settings(max_examples=100, deadline=None)
@given(canonical())
def test_a_canonical_phrase_is_read_back_to_its_window(phrase: tuple[str, Window]) -> None:
    text, window = phrase
    assert read_here(text).windows == (window,)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(READABLE), st.data())
def test_a_lost_letter_never_gives_another_due_date_silently(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    assume(text[place].isalpha() and text[place] not in "IVX\u0406О")  # «О» may stand for a nought
    whole, damaged = read_here(text), read_here(text[:place] + text[place + 1 :])
    # «С 1 марта» without «с» is «1 марта»: nobody can tell.
    assume(whole.rule != "from-day-on" or place != text.find("с "))
    if damaged.kind != "unreadable":
        assert [w.due for w in damaged.windows] == [w.due for w in whole.windows]


SPANS = st.tuples(DAYS, DAYS).map(lambda pair: f"с {in_words(min(pair))} по {in_words(max(pair))}")
RHYTHMS = st.sampled_from(
    [
        "еженедельно", "ежемесячно", "ежеквартально", "раз в полугодие", "ежегодно", "каждый вторник",
        "по понедельникам и пятницам", "ежемесячно до 5 числа", "1 и 15 числа каждого месяца",
        "ежеквартально до 10 числа месяца, следующего за отчётным", "последняя пятница месяца",
        "второй вторник квартала", "ежеквартально до 15 числа последнего месяца квартала", "ежегодно до 1 декабря",
        "3 раза в год", "2 раза в месяц", "ежегодно с сентября по май", "ежемесячно с сентября по май",
        "последний день месяца",
        "вторая декада каждого месяца", "с 1 по 5 число каждого месяца", "ежегодно до конца февраля",
        "ежегодно до 15 января года, следующего за отчётным", "ежегодно в мае",
        "ежегодно в I и III кварталах", "ежегодно с 10 февраля по 3 июня", "раз в 2 недели", "каждые 4 месяца",
        "постоянно",
    ]
)  # fmt: skip


def meaning(reading: Reading) -> Reading:
    """The reading without its words, and without the rule, of which several may give the same days."""
    return replace(reading, text="", rule="")


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(READABLE), st.dates(date(2021, 1, 1), date(2023, 12, 31)), st.integers(366, 2000))
def test_a_reading_said_in_canonical_russian_is_read_back_to_itself(text: str, start: date, days: int) -> None:
    end = date.fromordinal(start.toordinal() + days)
    whole = read_here(text, start, end)
    assert meaning(read_here(say(whole), start, end)) == meaning(whole)


@settings(max_examples=250, deadline=None)
@given(RHYTHMS, SPANS)
def test_a_rhythm_in_any_span_is_read_back_to_itself(rhythm: str, span: str) -> None:
    whole = read_here(f"{rhythm}, {span}")
    assert meaning(read_here(say(whole))) == meaning(whole)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACED))
def test_a_term_placed_in_its_year_is_read_back_to_itself(case: dict[str, Any]) -> None:
    period = period_of(case)
    whole = read_here(case["text"], *period)
    assert meaning(read_here(say(whole), *period)) == meaning(whole)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACED), st.data())
def test_damage_to_a_term_without_a_year_never_gives_another_due_date(
    case: dict[str, Any], data: st.DataObject
) -> None:
    text, period = case["text"], period_of(case)
    place = data.draw(st.integers(0, len(text) - 1))
    assume(not text[place].isdigit() and text[place] not in "IVX\u0406" and not is_between_roman_figures(text, place))
    whole, damaged = read_here(text, *period), read_here(text[:place] + text[place + 1 :], *period)
    assume(whole.rule not in ("from-day-on", "own-span") or place != text.find("с "))
    assert damaged.kind == "unreadable" or [w.due for w in damaged.windows] == [w.due for w in whole.windows]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.sampled_from([*QUESTIONS, *IN_PERIODS]).map(lambda case: (case["text"], period_of(case))),
        st.tuples(
            st.lists(PIECES, max_size=7).map(" ".join), st.sampled_from([(START, END), (START, date(2022, 12, 31))])
        ),
    )
)
def test_what_is_proposed_would_be_read(phrase: tuple[str, tuple[date, date]]) -> None:
    text, period = phrase
    reading = read_here(text, *period)
    assert reading.kind == "unreadable" or not reading.proposals
    assert len(set(reading.proposals)) == len(reading.proposals)
    assert all(read_here(proposal, *period).kind != "unreadable" for proposal in reading.proposals)


@settings(max_examples=100, deadline=None)
@given(st.lists(canonical(), min_size=1, max_size=4))
def test_a_list_of_dates_is_read_back_to_itself(phrases: list[tuple[str, Window]]) -> None:
    whole = read_here(", ".join(text for text, _ in phrases))
    assert meaning(read_here(say(whole))) == meaning(whole)


SLIPS = {
    "с": "c",
    "о": "o",
    "е": "e",
    "а": "a",
    "р": "p",
    "х": "x",
    "I": "І",
    "–": "—",
    "-": "‑",
    " ": "\u00a0",
    "ё": "е",
}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(READABLE), st.data())
def test_a_slip_of_the_scanner_gives_the_same_days_or_a_question(text: str, data: st.DataObject) -> None:
    places = [place for place, sign in enumerate(text) if sign in SLIPS]
    assume(places)
    chosen = data.draw(st.sets(st.sampled_from(places), min_size=1))
    damaged = "".join(SLIPS[sign] if place in chosen else sign for place, sign in enumerate(text))
    whole, found = read_here(text), read_here(damaged)
    assert found.kind == "unreadable" or found.windows == whole.windows


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(READABLE), st.data())
def test_a_lost_blank_or_sign_gives_the_same_due_days_or_a_question(text: str, data: st.DataObject) -> None:
    places = [place for place, sign in enumerate(text) if sign in " .,–-"]
    assume(places)
    place = data.draw(st.sampled_from(places))
    assume(not is_between_roman_figures(text, place))
    whole, found = read_here(text), read_here(text[:place] + text[place + 1 :])
    assert found.kind == "unreadable" or [w.due for w in found.windows] == [w.due for w in whole.windows]
