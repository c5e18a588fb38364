"""Nothing vanishes: what one classifier no longer knows becomes a question or an item, never silence."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from roadmap.documents.importer import Found
from roadmap.documents.tables import doubts, joined
from roadmap.documents.tables import items as cells
from roadmap.documents.tables.rows import RowReader
from tests.roadmap.documents.plans import HEADER, Cells, imported, items

ROWS_KNOWN_BY = (
    "_header",
    "_total",
    "_merged",
    "_labelled",
    "_over_others",
    "_numbered",
    "_numberless",
    "_continuation",
)
_TERMS = ("до 1 марта 2027 г.", "апрель 2027 г.", "ежемесячно", "декабрь 2027 г.")
_WHO = ("ИМЦ", "Управление образования", "Директор", "-//-", "те же")


def plan(seed: int) -> list[Cells]:
    """A plan of every kind of row in some order."""
    chance = random.Random(seed)
    rows: list[Cells] = [HEADER, ("1", "Провести встречу 0", _TERMS[0], "ИМЦ")]
    for n in range(2, 14):
        measure = (str(n), f"Провести встречу {n}", chance.choice(_TERMS), chance.choice(_WHO))
        rows += chance.choice(
            [
                [measure],
                [("", f"Раздел {n}. Отчётность {n}", "", ""), measure],
                [(f"Направление {n} работы", "", "", ""), measure],
                [("", f"Итого: {n}", "", "")],
                [("IV", f"Нормативная работа {n}", "", ""), measure],
                [(str(n), f"Организация {n}:", "", ""), (f"{n}.1", *measure[1:])],
                [measure, ("", f"в районе {n}", "", "")],
                [HEADER, measure],
                [("1", "2", "3", "4"), measure],
                [("", f"Провести {n} без номера", "май 2027 г.", "ИМЦ")],
            ]
        )
    return rows


def silent(found: Found) -> int:
    """The rows that nobody is asked about and that are no items."""
    return found.counts["header"] + found.counts["heading"] + found.counts["continuation"]


def told(found: Found) -> int:
    """The rows that became items, and the questions."""
    return found.counts["item"] + len(found.all_questions())


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("classifier", ROWS_KNOWN_BY)
def test_a_row_that_one_classifier_no_longer_knows_is_an_item_or_a_question(
    classifier: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = imported(plan(seed))
    monkeypatch.setattr(RowReader, classifier, lambda self, row: None)
    without = imported(plan(seed))
    assert without.rows == whole.rows == sum(without.counts.values())
    assert silent(without) <= silent(whole)
    assert told(without) >= told(whole)
    if without.counts != whole.counts:
        assert len(without.all_questions()) > len(whole.all_questions())


@pytest.mark.parametrize("seed", range(12))
def test_the_words_of_every_row_stand_in_an_item_a_heading_or_a_question(seed: int) -> None:
    rows = plan(seed)
    found = imported(rows)
    entries = items(found)
    said = " ".join(
        [
            *(words for entry in entries for words in entry.item.words.values()),
            *(words for entry in entries for words in (entry.item.section, entry.group, entry.item.number)),
            *(question.words for question in found.all_questions()),
        ]
    )
    unused = {f"Итого: {n}" for n in range(20)} | {f"Отчётность {n}" for n in range(20)}
    for row in rows[1:]:
        title = row[1] or row[0]
        last_of_all = title.startswith(("Раздел", "Направление", "Нормативная", "Организация"))
        assert title in said or title in unused or row in (HEADER, ("1", "2", "3", "4")) or last_of_all, row


@pytest.mark.parametrize(
    ("room", "classifier", "off", "tables"),
    [
        pytest.param(doubts, "is_stamp", lambda table, words: False, [[("УТВЕРЖДЕНО приказом", "№ 12")]], id="a stamp"),
        pytest.param(
            joined,
            "_goes_on",
            lambda part, last, between: False,
            [[HEADER, ("1", "Семинар", "май 2027 г.", "ИМЦ")], [("", "для школ", "", "")]],
            id="a part of a table",
        ),
        pytest.param(
            cells,
            "is_ditto",
            lambda words: False,
            [[HEADER, ("1", "Семинар", "май 2027 г.", "ИМЦ"), ("2", "Форум", "июнь 2027 г.", "те же")]],
            id="the row above",
        ),
        pytest.param(
            joined,
            "contents_of",
            lambda rows, width, reads: (),
            [[("№", "Повестка", "Финиш", "Персона"), *[("1", "Семинар", "май 2027 г.", "ИМЦ")] * 3]],
            id="the cells of a column",
        ),
    ],
)
def test_what_a_table_is_no_longer_known_by_is_asked(
    room: Any,
    classifier: str,
    off: Callable[..., Any],
    tables: list[list[Cells]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = imported(*tables)
    monkeypatch.setattr(room, classifier, off)
    without = imported(*tables)
    assert without.rows == whole.rows == sum(without.counts.values())
    assert silent(without) <= silent(whole)
    assert len(without.all_questions()) > len(whole.all_questions())
