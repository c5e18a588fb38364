"""The map of deficits: levels, columns, order."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.compute import AskedBody, Counted, Given, results
from roadmap.monitoring.indicators.gaps import LEVEL_RU, deficits, level_of
from roadmap.monitoring.periods import parse_period
from roadmap.monitoring.snapshot import ExecutionRow, Snapshot

PERIOD = parse_period("2026-Q3")
TOWNS = (AskedBody("a", "Анапа"), AskedBody("e", "Ейск"), AskedBody("s", "Сочи"))


def indicator(code: str, **facts: Any) -> Indicator:
    usual = {"unit": "percent", "comparison": "at_least", "target": 30.0, "target_year": 2025}
    return Indicator(code=code, title=f"Показатель {code}", source=Source(place="п. 1"), **{**usual, **facts})


def snapshot(*counted: tuple[Indicator, dict[str, Given]], by_body: Any = (), towns: Any = TOWNS) -> Snapshot:
    made = [
        Counted(indicator=entry, number=n, asked=towns, given=said) for n, (entry, said) in enumerate(counted, start=1)
    ]
    return Snapshot(
        roadmap="krai", region="Край", title="Комплекс мер", act="приказ", rhythm="quarter", period=PERIOD.title,
        period_start=PERIOD.start, period_end=PERIOD.end, as_of=datetime(2026, 10, 14, tzinfo=UTC),
        due_on=date(2026, 10, 7), note_on=date(2026, 10, 14), bodies_asked=3, bodies_answered=3, silent=(), remarks=(),
        indicators=results(made, period=PERIOD), by_body=by_body, by_section=(), by_kind=(),
        execution=ExecutionRow(name="Всего", due=0, in_time=0, late=0, overdue=0, excused=0), overdue=(), advice=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "compared", "comparison", "level"),
    [
        pytest.param(30.0, 30.0, "at_least", 0, id="equal"),
        pytest.param(28.5, 30.0, "at_least", 0, id="a twentieth below"),
        pytest.param(28.4, 30.0, "at_least", -1, id="more than a twentieth below"),
        pytest.param(22.5, 30.0, "at_least", -2, id="a quarter below"),
        pytest.param(32.0, 30.0, "at_least", 1, id="above"),
        pytest.param(40.0, 30.0, "at_least", 2, id="a quarter above"),
        pytest.param(320.0, 250.0, "at_most", -2, id="above, where less is better"),
        pytest.param(200.0, 250.0, "at_most", 1, id="below, where less is better"),
        pytest.param(0.0, 0.0, "at_least", 0, id="nothing against nothing"),
        pytest.param(1.0, 0.0, "at_least", 2, id="something against nothing"),
        pytest.param(20.0, 30.0, None, -2, id="no comparison: more is better"),
    ],
)
def test_level(value: float, compared: float, comparison: str | None, level: int) -> None:
    assert level_of(value, compared, comparison) == level
    assert level in LEVEL_RU


def test_in_the_target_year_the_target_decides_before_it_all_together() -> None:
    said = {"a": Given(10, 100), "e": Given(12, 100), "s": Given(14, 100)}
    now = deficits(snapshot((indicator("x"), said)))
    early = deficits(snapshot((indicator("x", target_year=2030), said)))
    assert [(row.body, row.cells[0].level) for row in now.rows if row.cells[0]] == [
        ("Анапа", -2),
        ("Ейск", -2),
        ("Сочи", -2),
    ]
    assert [(row.body, row.cells[0].level) for row in early.rows if row.cells[0]] == [
        ("Анапа", -1),
        ("Ейск", 0),
        ("Сочи", 1),
    ]
    assert [one.columns[0].compared for one in (now, early)] == [
        "целевое значение: 30\u00a0%",
        "среднее по региону: 12\u00a0%",
    ]


def test_no_data_have_no_level_and_a_total_is_not_compared() -> None:
    total = indicator("n", unit="count", target=None, comparison=None)
    (columns, rows) = (lambda one: (one.columns, one.rows))(
        deficits(snapshot((indicator("x"), {"a": Given(1, 100)}), (total, {"a": Given(7)})))
    )
    cells = {row.body: [(cell.words, cell.level) if cell else None for cell in row.cells] for row in rows}
    assert cells["Анапа"] == [("1\u00a0%", -2), ("7", None), None]
    assert cells["Сочи"] == [("нет данных", None), ("нет данных", None), None]
    assert [column.compared for column in columns] == ["целевое значение: 30\u00a0%", "не сравнивается", "всё в срок"]


def test_flags_are_yes_or_no() -> None:
    flag = indicator("f", unit="yes_no", comparison="equals", target=1.0)
    rows = deficits(snapshot((flag, {"a": Given(1), "e": Given(0)}))).rows
    assert [(row.body, row.cells[0].words, row.cells[0].level) for row in rows if row.cells[0]] == [
        ("Ейск", "нет", -2),
        ("Анапа", "да", 0),
        ("Сочи", "нет данных", None),
    ]


def test_bodies_of_the_roadmap_stand_in_the_map_with_their_execution() -> None:
    late = ExecutionRow(name="ЦНППМ", due=4, in_time=2, late=1, overdue=1, excused=0)
    none = ExecutionRow(name="ИРО", due=1, in_time=0, late=0, overdue=1, excused=1)
    found = deficits(snapshot((indicator("x"), {}), by_body=(late, none)))
    last = {row.body: row.cells[-1] for row in found.rows}
    assert [(cell.words, cell.level) for cell in (last["ЦНППМ"], last["ИРО"]) if cell] == [
        ("50\u00a0%", -2),
        ("нет данных", None),
    ]
    assert last["Анапа"] is None
    assert found.rows[0].body == "ЦНППМ"
    without = deficits(snapshot((indicator("x"), {}), by_body=(late,)), with_execution=False)
    assert [len(without.columns), len(without.rows)] == [1, 3]


def test_two_bodies_of_one_short_name_keep_rows_of_their_own() -> None:
    said = {"n": Given(10, 100), "o": Given(40, 100)}
    both = (AskedBody("n", "Октябрьский"), AskedBody("o", "Октябрьский"))
    late = ExecutionRow(name="Октябрьский", due=4, in_time=2, late=1, overdue=1, excused=0)
    found = deficits(snapshot((indicator("x"), said), by_body=(late,), towns=both))
    assert [(row.body, [cell.words if cell else None for cell in row.cells]) for row in found.rows] == [
        ("Октябрьский", ["10\u00a0%", None]),
        ("Октябрьский", ["40\u00a0%", None]),
    ], "execution does not say whose it is"


def test_the_worst_come_first() -> None:
    said = {"a": Given(40, 100), "e": Given(1, 100), "s": Given(27, 100)}
    found = deficits(snapshot((indicator("x"), said), (indicator("y"), said)))
    assert [(row.body, row.deficit) for row in found.rows] == [("Ейск", 4), ("Сочи", 2), ("Анапа", 0)]
