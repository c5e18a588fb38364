"""One reader of a typed day: three forms, the Russian abbreviation, and one line for all else."""

from datetime import date, datetime

import pytest

from roadmap.language.dates import NotADay, read_cell, read_day


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("31.05.2027", date(2027, 5, 31)),
        ("31.05.2027 г.", date(2027, 5, 31)),
        ("31.05.2027г.", date(2027, 5, 31)),
        (" 1.5.2027 ", date(2027, 5, 1)),
        ("01.5.2027", date(2027, 5, 1)),
        ("29.02.2028", date(2028, 2, 29)),
        ("2027-05-31", date(2027, 5, 31)),
        ("", None),
        ("  ", None),
    ],
)
def test_a_day_is_read_as_people_and_browsers_write_it(words: str, day: date | None) -> None:
    assert read_day(words) == day


@pytest.mark.parametrize(
    "words",
    [
        *("31.05.27", "31/05/2027", "05-31-2027", "2027-5-31", "20270531", "2027-W01-1", "31.13.2027", "29.02.2027"),
        *(
            "31 мая 2027",
            "завтра",
            "г.",
            "31.05.2027 05:00",
            "2027-05-31 г.",
            "٣١.٠٥.٢٠٢٧",
            "0.0.0000",
            "31.05.2027 г. г.",
        ),
    ],
)
def test_what_is_no_day_is_refused_in_one_russian_line(words: str) -> None:
    with pytest.raises(NotADay) as refused:
        read_day(words)
    assert f"{refused.value}" == f"«{words}» — не дата; напишите, например, 31.05.2027"


def test_a_cell_holds_a_day_an_instant_words_or_nothing() -> None:
    day = date(2027, 5, 31)
    assert [read_cell(cell) for cell in (day, datetime(2027, 5, 31, 9), "31.05.2027", None, "")] == [  # noqa: DTZ001
        *(day, day, day, None, None)
    ]
    with pytest.raises(NotADay):
        read_cell(46_173)
