"""Small YAML that would cost minutes or end in a traceback is one line with its place, before anything is built."""

import time

import pytest

from roadmap.catalogue.yaml import UnreadableYaml, read_yaml

NO_VALUE = r"^строка 1, столбец 4: нет такой даты или числа: {} — исправьте значение$"
REFUSED = {
    "a number by sixties, computed for minutes": ("a: 1" + ":00" * 600_000, NO_VALUE.format(r"1(:00){13}…")),
    "a fraction by sixties": ("a: 1" + ":00" * 500 + ".0", NO_VALUE.format(r"1(:00){13}…")),
    "a number of a thousand signs": ("a: " + "9" * 100_000, NO_VALUE.format("9{40}…")),
    "a number that no database holds": ("a: 9223372036854775808", NO_VALUE.format("9223372036854775808")),
    "one of hexadecimal signs": ("a: 0x" + "f" * 100_000, NO_VALUE.format("0xf{38}…")),
    "no end": ("a: -.inf", NO_VALUE.format(r"-\.inf")),
    "no number": ("a: .NaN", NO_VALUE.format(r"\.NaN")),
    "a moment that is none": ("a: !!timestamp foo", NO_VALUE.format("foo")),
    "an empty number": ("a: !!int ''", NO_VALUE.format("")),
    "an empty fraction": ("a: !!float ''", NO_VALUE.format("")),
    "neither yes nor no": ("a: !!bool x", NO_VALUE.format("x")),
    "a set that is a list": ("a: !!set [1]", "^строка 1, столбец 4: ошибка в записи YAML"),
    "a long text by reference": (
        "a: &a " + "я " * 100_000 + "\nb:\n" + "- *a\n" * 50_000,
        r"^строка \d+, столбец 3: ссылки YAML повторяют слишком длинный текст",
    ),
    "half a sign": (r'a: "\ud800"', "^строка 1, столбец 7: ошибка в записи YAML"),
    "the sign that ends a text": (r'a: "b\0"', "^строка 1, столбец 4: в значении служебный знак"),
    "a sign that colours a terminal": (r'"\x1b[31m": 1', "^строка 1, столбец 1: в значении служебный знак"),
    "no sign of Unicode": (r'a: "\Uffffffff"', "^строка 1, столбец "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_trap_is_refused_at_its_place(name: str) -> None:
    text, words = REFUSED[name]
    began = time.process_time()
    with pytest.raises(UnreadableYaml, match=words) as refused:
        read_yaml(text)
    assert "\n" not in str(refused.value)
    assert time.process_time() - began < 5


def test_what_people_write_is_read_as_before() -> None:
    text = 'day: 2027-05-31\nshare: 12.5\nnumber: -7\nhour: 9:30\nmail: &m "a\\tb\\nc"\nother: [*m, *m]\n'
    found = read_yaml(text)
    assert (found["day"].isoformat(), found["share"], found["number"]) == ("2027-05-31", 12.5, -7)
    assert found["other"] == ("a\tb\nc", "a\tb\nc")
