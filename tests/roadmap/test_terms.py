"""The deadline language: the documents' own phrases, the rules around them, and what must stay a question."""

import json
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from roadmap.reading import Reading, Window
from roadmap.terms import RULES, read
from roadmap.terms.words import MONTHS

GOLD = Path(__file__).parent / "gold_terms.jsonl"
SHARED_GOLD = Path(__file__).parents[3] / "shared" / "gold" / "seed_terms.jsonl"
LINES = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
START, END = date(2022, 1, 1), date(2024, 12, 31)


def read_here(text: str, start: date = START, end: date = END) -> Reading:
    return read(text, start=start, end=end)


def spans(reading: Reading) -> list[str]:
    return [f"{w.start or ''}..{w.due}" if w.start != w.due else f"{w.due}" for w in reading.windows]


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['doc']} {line['n']}: {line['text']}")
def test_every_phrase_of_the_five_documents_is_read_exactly(line):
    start, end = map(date.fromisoformat, line["period"])
    found = read(line["text"], start=start, end=end).to_json()
    for key in ("kind", "windows", "plan", "relative"):
        assert found.get(key) == line.get(key), key
    assert found["problems"] == []
    assert found["rule"] in RULES


@pytest.mark.skipif(not SHARED_GOLD.exists(), reason="the shared gold lies beside the repository only here")
def test_the_copy_of_the_gold_is_the_gold():
    assert GOLD.read_text(encoding="utf-8") == SHARED_GOLD.read_text(encoding="utf-8")


def test_a_reading_survives_its_own_json():
    for line in LINES:
        start, end = map(date.fromisoformat, line["period"])
        reading = read(line["text"], start=start, end=end)
        assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


WINDOWS = [
    ("a quarter in Roman figures ends on its last day", "I квартал 2024 г.", "2024-01-01..2024-03-31"),
    ("a quarter in words and in another case", "в первом квартале 2024 года", "2024-01-01..2024-03-31"),
    ("a half-year in an Arabic figure", "2 полугодие 2023 года", "2023-07-01..2023-12-31"),
    ("a half-year with an ordinal ending", "2-е полугодие 2023 года", "2023-07-01..2023-12-31"),
    ("quarters in a list share the year", "I, III кварталы 2024 года", "2024-01-01..2024-03-31 2024-07-01..2024-09-30"),
    ("quarters joined by a dash are one window", "I–II кварталы 2024 г.", "2024-01-01..2024-06-30"),
    ("the end of a year has no start", "до конца 2022 года", "..2022-12-31"),
    ("the end of a month", "до конца февраля 2024 г.", "..2024-02-29"),
    ("the end of a quarter", "до конца II квартала 2024 г.", "..2024-06-30"),
    ("«до» includes the day", "до 1 декабря 2024 г.", "..2024-12-01"),
    ("«включительно» says it again", "в срок до 31 августа 2023 года включительно", "..2023-08-31"),
    ("«до мая включительно» is the end of May", "до мая 2023 г. включительно", "..2023-05-31"),
    ("«не позднее» with figures", "не позднее 01.09.2023", "..2023-09-01"),
    ("«к» a date", "к 1 сентября 2024 года", "..2024-09-01"),
    ("«до» twice is two due dates", "до 1 сентября 2023 г., до 1 декабря 2023 г.", "..2023-09-01 ..2023-12-01"),
    ("one year alone is a window", "2024 год", "2024-01-01..2024-12-31"),
    ("years in a list are windows", "2023 и 2024 годы", "2023-01-01..2023-12-31 2024-01-01..2024-12-31"),
    ("a month without «г.»", "апрель 2024", "2024-04-01..2024-04-30"),
    ("a date in ISO order", "2023-09-01", "2023-09-01"),
    ("figures with a dash", "01.09.2023 - 31.12.2023", "2023-09-01..2023-12-31"),
    ("the first date borrows the year of the last", "с 01.09 по 15.10.2023", "2023-09-01..2023-10-15"),
    ("the first day borrows the month too", "с 1 по 15 мая 2024 г.", "2024-05-01..2024-05-15"),
    ("days joined by a dash", "1—15 мая 2024 г.", "2024-05-01..2024-05-15"),
    ("days in a list share the month", "1, 15 мая 2024 г.", "2024-05-01 2024-05-15"),
    ("«до» closes a range of days and includes the day", "с 1 мая до 15 мая 2024 г.", "2024-05-01..2024-05-15"),
    ("months joined by a dash", "сентябрь-октябрь 2023 г.", "2023-09-01..2023-10-31"),
    ("a range over the new year", "декабрь 2023 г. - январь 2024 г.", "2023-12-01..2024-01-31"),
    ("a range in words over the new year", "с сентября 2023 г. по май 2024 г.", "2023-09-01..2024-05-31"),
    ("a month in the genitive after «в течение»", "в течение мая, июня 2023 г.",
     "2023-05-01..2023-05-31 2023-06-01..2023-06-30"),
    ("months before a year share it", "март, июнь 2023 г.", "2023-03-01..2023-03-31 2023-06-01..2023-06-30"),
    ("a month that cannot continue the list before it opens the next year",
     "май 2023 г., апрель, май 2024 г.", "2023-05-01..2023-05-31 2024-04-01..2024-04-30 2024-05-01..2024-05-31"),
    ("order in the text does not matter", "май 2024 г., май 2023 г.", "2023-05-01..2023-05-31 2024-05-01..2024-05-31"),
    ("the same window said twice is one", "май 2023 г., Май 2023 года", "2023-05-01..2023-05-31"),
    ("short names of months", "15 сент. 2023 г., дек. 2023 г.", "2023-09-15 2023-12-01..2023-12-31"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in WINDOWS], ids=[case[0] for case in WINDOWS])
def test_a_dated_phrase_gives_its_windows(text, expected):
    reading = read_here(text)
    assert (reading.kind, spans(reading), reading.problems) == ("windows", expected.split(), ())


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
def test_the_noise_of_documents_changes_nothing(text):
    assert read_here(text).windows == (Window(date(2023, 5, 1), date(2023, 5, 31)),)
    assert read_here(text).text == text


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
def test_every_dash_joins_a_range(dash):
    assert spans(read_here(f"май {dash} июнь 2023 г.")) == ["2023-05-01..2023-06-30"]


RECURRING = [
    ("yearly until a day", "ежегодно до 1 декабря", "year", 3, "..2022-12-01"),
    ("the same in the other order", "до 1 декабря каждого года", "year", 3, "..2022-12-01"),
    ("once a year until a day", "один раз в год до 01.03", "year", 3, "..2022-03-01"),
    ("yearly in a month", "ежегодно в мае", "year", 3, "2022-05-01..2022-05-31"),
    ("yearly in two months", "ежегодно, июнь, декабрь", "year", 6, "2022-06-01..2022-06-30"),
    ("yearly in a quarter", "ежегодно, IV квартал", "year", 3, "2022-10-01..2022-12-31"),
    ("yearly between days", "ежегодно с 1 сентября по 31 октября", "year", 3, "2022-09-01..2022-10-31"),
    ("yearly from a year on", "ежегодно до 1 декабря, начиная с 2023 года", "year", 2, "..2023-12-01"),
    ("yearly, reported in the next year and never after the period",
     "ежегодно до 15 января года, следующего за отчётным", "year", 2, "..2023-01-15"),
    ("quarters", "ежеквартально", "quarter", 12, "2022-01-01..2022-03-31"),
    ("quarters, reported by the 10th of the next month and never after the period",
     "ежеквартально до 10 числа месяца, следующего за отчетным", "quarter", 11, "..2022-04-10"),
    ("the same with «кварталом»", "ежеквартально, не позднее 10-го числа месяца, следующего за отчетным кварталом",
     "quarter", 11, "..2022-04-10"),
    ("a day of the last month of the quarter", "ежеквартально до 15 числа последнего месяца квартала",
     "quarter", 12, "..2022-03-15"),
    ("at least once a quarter", "не реже одного раза в квартал", "quarter", 12, "2022-01-01..2022-03-31"),
    ("half-years", "раз в полугодие", "half_year", 6, "2022-01-01..2022-06-30"),
    ("twice a year is half-years", "2 раза в год", "half_year", 6, "2022-01-01..2022-06-30"),
    ("a day of each month", "ежемесячно до 5 числа", "month", 36, "..2022-01-05"),
    ("the same in the other order", "до 5 числа каждого месяца", "month", 36, "..2022-01-05"),
    ("months up to the end of a year", "ежемесячно до конца 2023 года", "month", 24, "2022-01-01..2022-01-31"),
    ("months of a named stretch", "ежемесячно с сентября по декабрь 2023 г.", "month", 4, "2023-09-01..2023-09-30"),
    ("each Tuesday", "каждый вторник", "week", 157, "2022-01-04"),
    ("Fridays", "еженедельно по пятницам", "week", 156, "2022-01-07"),
    ("two days of the week", "по вторникам и четвергам", "week", 313, "2022-01-04"),
    ("a day of the week in brackets", "еженедельно (по четвергам)", "week", 156, "2022-01-06"),
    ("the same rhythm said twice", "ежегодно, не реже 1 раза в год", "year", 3, "2022-01-01..2022-12-31"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "every", "count", "first"), [case[1:] for case in RECURRING], ids=[case[0] for case in RECURRING]
)
def test_a_rhythm_fills_the_period(text, every, count, first):
    reading = read_here(text)
    assert (reading.kind, reading.every, reading.problems) == ("recurring", every, ())
    assert (len(reading.windows), spans(reading)[0]) == (count, first)
    assert list(reading.windows) == sorted(set(reading.windows), key=lambda w: (w.due, w.start or w.due))


def test_a_rhythm_is_clipped_by_the_period_at_both_ends():
    reading = read_here("ежемесячно", date(2023, 5, 23), date(2023, 7, 9))
    assert spans(reading) == ["2023-05-23..2023-05-31", "2023-06-01..2023-06-30", "2023-07-01..2023-07-09"]


def test_a_rhythm_with_its_own_years_runs_past_the_period():
    reading = read_here("ежегодно в 2023-2026 гг.")
    assert spans(reading)[-1] == "2026-01-01..2026-12-31"


def test_the_report_on_the_last_named_unit_may_fall_after_it_but_not_after_the_period():
    report = "ежеквартально до 10 числа месяца, следующего за отчетным, в 2023 году"
    assert spans(read_here(report)) == ["..2023-04-10", "..2023-07-10", "..2023-10-10", "..2024-01-10"]
    assert spans(read_here(report, END.replace(2022), END.replace(2023)))[-1] == "..2023-10-10"


CONTINUOUS = [
    ("all the period", "в течение всего периода", "2022-01-01..2024-12-31"),
    ("all the term of the roadmap", "в течение всего срока реализации комплекса мер", "2022-01-01..2024-12-31"),
    ("always", "постоянно", "2022-01-01..2024-12-31"),
    ("always, in other words", "на постоянной основе", "2022-01-01..2024-12-31"),
    ("years joined by a dash", "2022-2024 годы", "2022-01-01..2024-12-31"),
    ("years with a mark each", "2023 г. – 2024 г.", "2023-01-01..2024-12-31"),
    ("years in words", "с 2022 по 2023 год", "2022-01-01..2023-12-31"),
    ("one year as a span", "в течение 2023 года", "2023-01-01..2023-12-31"),
    ("always from a day on", "постоянно, начиная с 1 сентября 2023 года", "2023-09-01..2024-12-31"),
]


@pytest.mark.parametrize(("text", "span"), [case[1:] for case in CONTINUOUS], ids=[case[0] for case in CONTINUOUS])
def test_a_span_is_continuous(text, span):
    reading = read_here(text)
    assert (reading.kind, spans(reading)) == ("continuous", [span])


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("по плану НИКУ", "НИКУ"),
        ("в соответствии с планом НИКУ", "НИКУ"),
        ("по отдельному плану", "отдельный план"),
        ("по графику Минпросвещения", "Минпросвещения"),
        ("по плану-графику ЦНППМ АСОУ", "ЦНППМ АСОУ"),
    ],
)
def test_a_plan_to_come_keeps_its_name(text, plan):
    assert (read_here(text).kind, read_here(text).plan) == ("external", plan)


@pytest.mark.parametrize(
    "text", ["по мере необходимости", "при необходимости", "по запросу", "по запросу Министерства"]
)
def test_a_demand_has_no_dates(text):
    assert (read_here(text).kind, read_here(text).windows) == ("on_demand", ())


@pytest.mark.parametrize(
    ("text", "relative", "event"),
    [
        ("в 10-дневный срок со дня подписания", (10, "calendar_days"), "подписания"),
        ("в десятидневный срок после подписания", (10, "calendar_days"), "подписания"),
        ("в 3-х дневный срок после завершения мероприятия", (3, "calendar_days"), "завершения мероприятия"),
        ("в течение 3 (трёх) рабочих дней со дня поступления", (3, "working_days"), "поступления"),
        ("не позднее 5 рабочих дней с даты регистрации", (5, "working_days"), "регистрации"),
        ("не позднее чем через пять дней после окончания отчётного квартала", (5, "calendar_days"),
         "окончания отчётного квартала"),
        ("в недельный срок со дня подписания", (7, "calendar_days"), "подписания"),
        ("в течение двух недель после утверждения", (14, "calendar_days"), "утверждения"),
        ("в течение месяца со дня регистрации", None, "регистрации"),
    ],
)  # fmt: skip
def test_a_count_from_an_event_keeps_the_words_of_the_event(text, relative, event):
    reading = read_here(text)
    assert (reading.kind, reading.relative, reading.event) == ("relative", relative, event)


QUESTIONS = [
    ("an empty phrase", "", "пустая строка"),
    ("a blank phrase", " \u00a0\t", "пустая строка"),
    ("a day that does not exist", "31 июня 2023 г.", "«31 июня 2023 года»"),
    ("29 February of a common year", "29.02.2023", "«29 февраля 2023 года»"),
    ("a month that does not exist", "01.13.2023", "Такой даты нет"),
    ("a quarter that does not exist", "5 квартал 2023 г.", "5 квартал 2023 года"),
    ("29 February every year", "ежегодно до 29 февраля", "Такой даты нет"),
    ("the 31st of every month", "ежемесячно до 31 числа", "31 числа"),
    ("months backwards", "июнь-май 2023 г.", "Начало позже конца: «июнь – май 2023 года»"),
    ("days backwards", "с 30 по 16 октября 2023 г.", "Начало позже конца"),
    ("years backwards", "2024-2022", "Начало позже конца"),
    ("a winter without its first year", "декабрь-январь 2024 г.", "Начало позже конца"),
    ("words left over", "Май 2023 г. и далее", "«и далее»"),
    ("unknown words", "по согласованию", "«по согласованию»"),
    ("a school year", "2023/2024 учебный год", "учебный год"),
    ("a phrase cut short", "с 1 мая 2023 г. по", "не полностью"),
    ("a month without a year", "май", "Не назван год: «май»"),
    ("a day without a year", "до 1 мая", "Не назван год: «1 мая»"),
    ("a year missing at the end of a list", "май 2023 г., август", "Не назван год: «август»"),
    ("a year missing at the end of a range", "с 1 мая 2023 г. по 15 июня", "Не назван год"),
    ("a month between two years", "октябрь 2023 г., декабрь, январь 2024 г.", "«декабрь»"),
    ("a month that could belong to either year", "май 2023 г., июнь, июль 2024 г.", "2023 или 2024"),
    ("a year of two figures", "01.09.23", "двумя цифрами"),
    ("up to a year, which may or may not count", "до 2024 года", "«2024 год»"),
    ("up to a month, which may or may not count", "до мая 2024 г.", "«мая 2024 года»"),
    ("a stretch without an end", "с 1 сентября 2023 г.", "Не назван конец срока"),
    ("a bare date after «до»", "до 1 сентября, 1 декабря 2023 г.", "«1 декабря 2023 года»"),
    ("windows that overlap", "май 2023 г., 15 мая 2023 г.", "накладываются"),
    ("a whole period and a month", "весь период, май 2023 г.", "Противоречие: «весь период» и «май 2023 года»"),
    ("two rhythms", "ежегодно, ежемесячно", "Противоречие: «ежегодно» и «ежемесячно»"),
    ("always and monthly", "постоянно, ежемесячно", "Противоречие"),
    ("yearly and one day", "ежегодно до 1 декабря 2024 г.", "Противоречие"),
    ("quarterly in one month", "ежеквартально в мае 2023 г.", "Противоречие"),
    ("a plan and a date", "по плану НИКУ, до 1 мая 2023 г.", "Противоречие"),
    ("a date hidden in the name of a plan", "по плану НИКУ до 1 мая 2023 г.", "Противоречие"),
    ("bounds backwards", "ежемесячно, начиная с 2024 года, до конца 2023 года", "в обратном порядке"),
    ("yearly by a day of no month", "ежегодно, до 15 числа", "Не назван месяц"),
    ("three times a year", "3 раза в год", "3 раза"),
    ("once in two years", "1 раз в 2 года", "вести счёт"),
    ("a count without an event", "в течение 10 дней", "Не названо событие"),
    ("a month without an event", "в течение месяца", "Не названо событие"),
    ("a number said twice, differently", "в течение 3 (пяти) дней со дня подписания", "3 (пяти)"),
    ("a month after the period", "май 2030 г.", "вне периода комплекса мер: 01.01.2022–31.12.2024"),
    ("one window of several outside the period", "май 2023 г., май 2025 г.", "вне периода"),
    ("a rhythm outside the period", "ежемесячно в течение 2026-2027 гг.", "вне периода"),
    ("a bare day of the week", "вторник", "День недели"),
    ("daily, which has no windows of ours", "ежедневно", "«ежедневно»"),
    ("an ellipsis where a dash may have stood", "май...июнь 2023 г.", "Не понято"),
    ("two dates that lost the sign between them", "01.09.2023  31.12.2023", "нет ни запятой, ни тире"),
    ("two years that lost it", "2023 г. 2024 г.", "нет ни запятой, ни тире"),
    ("a range that lost its «с»", "1 мая до 15 мая 2024 г.", "нет ни запятой, ни тире"),
    ("a month that lost its day", "мая 2024 г.", "потеряно число месяца: «мая 2024 года»"),
    ("a range whose last day is lost", "с 1 мая по июня 2024 г.", "потеряно число месяца: «июня 2024 года»"),
    ("a range from a month to a day", "с мая по 15 июня 2024 г.", "названы по-разному"),
    ("a plan cut short", "по плану в", "не полностью"),
    ("brackets that add a date", "май 2023 г. (июнь 2024 г.)", "июнь 2024 г."),
]


@pytest.mark.parametrize(("text", "part"), [case[1:] for case in QUESTIONS], ids=[case[0] for case in QUESTIONS])
def test_what_is_unclear_stays_a_question_that_says_where(text, part):
    reading = read_here(text)
    assert (reading.kind, reading.windows, reading.text) == ("unreadable", (), text)
    assert len(reading.problems) == 1
    assert part in reading.problems[0]


def test_every_rule_that_a_reading_names_is_explained_in_russian():
    texts = [case[1] for case in (*WINDOWS, *RECURRING, *CONTINUOUS, *QUESTIONS)]
    named = {read_here(text).rule for text in texts}
    assert named <= set(RULES)
    assert all(sentence.endswith(".") for sentence in RULES.values())


def test_a_very_long_text_is_refused_in_a_short_message():
    assert len(read_here("май 2023 г. " + "и далее " * 5000).problems[0]) < 200


ALPHABET = "абвгдежзийклмнопрстуфхцчшщьыъэюяё" + string.digits + " .,-–()«»IVX\u00ad\u00a0" + string.ascii_letters
WORDS = """
    май мая 2023 2024 г. гг. до с по в 1 15 31 I II квартал полугодие ежегодно ежемесячно каждый вторник , - и числа
    месяца следующего за отчетным весь период начиная конца не позднее раз год по плану НИКУ дней рабочих со дня
    в течение 01.09.2023 01.09 постоянно запросу ( ) включительно
"""
PIECES = st.sampled_from(WORDS.split())


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.text(ALPHABET), st.lists(PIECES, max_size=9).map(" ".join)))
def test_reading_never_raises_and_says_either_what_or_why(text):
    reading = read_here(text)
    assert reading.text == text
    assert (reading.kind == "unreadable") == bool(reading.problems)
    assert reading == read_here(text)
    if reading.kind in ("windows", "recurring", "continuous"):
        assert reading.windows
        assert all(window.start is None or window.start <= window.due for window in reading.windows)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from([case[1] for case in (*WINDOWS, *RECURRING, *CONTINUOUS)]), st.dates(), st.integers(-90, 900))
def test_no_period_makes_reading_raise(text, start, days):
    end = date.fromordinal(min(max(start.toordinal() + days, 1), date.max.toordinal()))
    reading = read_here(text, start, end)
    assert (reading.kind == "unreadable") == bool(reading.problems)


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
def test_a_canonical_phrase_is_read_back_to_its_window(phrase):
    text, window = phrase
    assert read_here(text).windows == (window,)


DAMAGED = sorted({case[1] for case in (*WINDOWS, *RECURRING, *CONTINUOUS)} | {line["text"] for line in LINES})


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(DAMAGED), st.data())
def test_a_lost_letter_never_gives_another_due_date_silently(text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    assume(text[place].isalpha() and text[place] not in "IVX")
    whole, damaged = read_here(text), read_here(text[:place] + text[place + 1 :])
    if damaged.kind != "unreadable":
        assert [w.due for w in damaged.windows] == [w.due for w in whole.windows]
