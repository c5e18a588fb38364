"""Terms that count working days of a month: read with the region's calendar, a question without it."""

from datetime import date

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.reading import Reading
from roadmap.terms import RULES, read
from roadmap.terms.wording.wording import say

START, END = date(2024, 1, 1), date(2024, 6, 30)


def read_here(text: str, calendar: WorkCalendar | None) -> Reading:
    return read(text, start=START, end=END, calendar=calendar)


def days(reading: Reading) -> list[str]:
    return [f"{window.due:%d.%m}" for window in reading.windows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "последний рабочий день месяца",
            ["31.01", "29.02", "29.03", "27.04", "31.05", "28.06"],
            id="a worked Saturday before a moved Tuesday is the last of April",
        ),
        pytest.param(
            "ежемесячно до 5-го рабочего дня месяца, следующего за отчётным",
            ["07.02", "07.03", "05.04", "08.05", "07.06", "05.07"],
            id="the month after the reported one, the last one after the period",
        ),
        pytest.param("до последнего рабочего дня квартала", ["29.03", "28.06"], id="of a quarter"),
        pytest.param(
            "ежемесячно, в первый рабочий день",
            ["09.01", "01.02", "01.03", "01.04", "02.05", "03.06"],
            id="the first after the holidays",
        ),
        pytest.param(
            "ежеквартально, не позднее 3-го рабочего дня месяца, следующего за отчётным кварталом",
            ["03.04", "03.07"],
            id="after the reported quarter",
        ),
        pytest.param(
            "до 1-го рабочего дня месяца, следующего за отчётным",
            ["01.02", "01.03", "01.04", "02.05", "03.06", "01.07"],
            id="«следующего за отчётным» alone is said of each month",
        ),
    ],
)
def test_working_days_are_counted_in_the_calendar(text: str, expected: list[str]) -> None:
    reading = read_here(text, WorkCalendar())
    assert (reading.kind, days(reading)) == ("recurring", expected)
    assert reading.rule in RULES
    assert "зависят от календаря региона" in read_here(text, None).problems[0]


def test_a_regional_day_off_moves_the_day() -> None:
    own = WorkCalendar({date(2024, 2, 1): "региональный праздник"})
    assert days(read_here("ежемесячно, в первый рабочий день", own))[1] == "02.02"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("до 5 рабочих дней месяца", "число дней это или день по счёту"),
        ("до 30-го рабочего дня месяца", "Рабочего дня с таким номером нет"),
        ("до 5-го рабочего дня месяца, следующего за отчётным периодом", "Не сказано, какого месяца и как часто"),
        ("ежеквартально до 5-го рабочего дня месяца", "Противоречие"),
    ],
)
def test_what_is_unclear_stays_a_question(text: str, says: str) -> None:
    assert says in read_here(text, WorkCalendar()).problems[0]


def test_the_days_are_said_one_by_one() -> None:
    reading = read_here("последний рабочий день квартала", WorkCalendar())
    assert say(reading) == "29 марта 2024 г., 28 июня 2024 г."
