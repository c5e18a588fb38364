"""Charts are looked at as pictures: not blank, nothing cut off at the border, colours where they should be."""

import io
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from PIL import Image

from roadmap.monitoring.indicators.ranking import lagging
from roadmap.monitoring.snapshot import ExecutionRow, Snapshot, TrendPoint
from tasks.monitoring.report.chart_axes import HALF_MM, MM, PAIR_MM, WIDTH_MM
from tasks.monitoring.report.charts import DOTS, Chart, charts_of, execution, lagging_bodies, trend, worst_bodies
from tests.places import OUT

RED, BLUE = (192, 57, 43), (31, 78, 140)


def pixels(chart: Chart) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(chart.content)).convert("RGB")).astype(np.int16)


def has(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(picture - colour).sum(axis=2) < 20).sum() > 20)


def assert_whole(chart: Chart) -> None:
    """Ink in it, none at the border (nothing is cut off), several colours, and the size it says."""
    picture = pixels(chart)
    dark = picture.sum(axis=2) < 600
    assert 0.003 < dark.mean() < 0.6, f"{chart.name}: blank or black"
    for edge in (dark[:3], dark[-3:], dark[:, :3], dark[:, -3:]):
        assert not edge.any(), f"{chart.name}: ink at the border"
    assert len(np.unique(picture[::7, ::7].reshape(-1, 3), axis=0)) > 4, f"{chart.name}: no colours"
    wide = chart.width_mm / MM * DOTS["paper"]
    assert abs(picture.shape[1] - wide) <= 2
    assert abs(picture.shape[0] - chart.height_mm / MM * DOTS["paper"]) <= 2


@pytest.mark.parametrize(
    ("code", "count", "kinds"),
    [
        pytest.param("moscow-oblast", 54, {"trend", "worst", "lagging", "sections", "bodies"}, id="Moscow"),
        pytest.param("surgut", 44, {"trend", "worst", "lagging", "sections", "bodies"}, id="Surgut, not judged"),
        pytest.param("krasnodar", 44, {"sections", "bodies"}, id="Krasnodar, no indicators"),
        pytest.param("moscow-oblast", 2400, {"trend", "worst", "lagging", "sections", "bodies"}, id="2,400 bodies"),
    ],
)
def test_every_chart_is_whole(
    code: str, count: int, kinds: set[str], snapshot_of: Callable[..., Snapshot], drawn: Callable[..., dict[str, Chart]]
) -> None:
    charts = drawn(snapshot_of(code, count=count))
    assert {key.split("/")[0] for key in charts} == kinds
    for key, chart in charts.items():
        OUT.mkdir(exist_ok=True)
        (OUT / f"chart-{code}-{count}-{key.replace('/', '-')}.png").write_bytes(chart.content)
        assert_whole(chart)


@pytest.mark.usefixtures("unpainted")
def test_a_round_in_which_nobody_gave_anything_draws_no_indicator(snapshot_of: Callable[..., Snapshot]) -> None:
    charts = charts_of(snapshot_of(count=54, silent=54))
    assert not [key for key in charts if key.startswith(("trend/3", "worst", "lagging"))]


def test_a_trend_shows_value_target_and_forecast(snapshot_of: Callable[..., Snapshot]) -> None:
    one = next(one for one in snapshot_of().indicators if one.code == "3")
    chart = trend(one)
    assert chart is not None
    assert has(pixels(chart), BLUE)
    assert has(pixels(chart), RED)
    assert "III квартал 2024 г.: 11,1\u00a0%" in chart.alt
    without = trend(one.model_copy(update={"target": None, "expected": None}))
    assert without is not None
    assert not has(pixels(without), RED)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param((None, 8.0, 9.0), id="a gap before"),
        pytest.param((9.0, None, 11.0), id="a gap between"),
        pytest.param((0.0, 0.0), id="zeros"),
        pytest.param((11.9, 12.0, 12.1), id="close to the target"),
        pytest.param((1e7, 2.5e7), id="millions"),
        pytest.param(tuple(float(n % 9) for n in range(40)), id="ten years of quarters"),
    ],
)
def test_a_trend_of_any_shape_is_whole(values: tuple[float | None, ...], snapshot_of: Callable[..., Snapshot]) -> None:
    one = next(one for one in snapshot_of().indicators if one.code == "3")
    names = ("I", "II", "III", "IV")
    ends = [date(2015 + n // 4, n % 4 * 3 + 3, 28) for n in range(len(values))]
    points = [
        TrendPoint(period=f"{names[n % 4]} квартал {day.year} г.", ends_on=day, value=value)
        for n, (day, value) in enumerate(zip(ends, values, strict=True))
    ]
    chart = trend(one.model_copy(update={"trend": tuple(points), "value": values[-1], "expected": None}))
    assert chart is not None
    assert_whole(chart)


@pytest.mark.parametrize("values", [(9.0,), (None, None, 9.0), (9.0, None), (None,), ()])
def test_one_value_is_no_trend(values: tuple[float | None, ...], snapshot_of: Callable[..., Snapshot]) -> None:
    one = next(one for one in snapshot_of().indicators if one.code == "3")
    points = tuple(
        TrendPoint(period=f"{n} полугодие 2024 г.", ends_on=date(2024, n + 1, 28), value=value)
        for n, value in enumerate(values)
    )
    assert trend(one.model_copy(update={"trend": points})) is None


@pytest.mark.usefixtures("unpainted")
def test_two_charts_of_an_indicator_stand_side_by_side_and_one_alone_is_wide(
    snapshot_of: Callable[..., Snapshot],
) -> None:
    snapshot = snapshot_of()
    charts = charts_of(snapshot)
    for kind in ("trend", "worst"):
        assert (charts[f"{kind}/3"].width_mm, charts[f"{kind}/3"].height_mm) == (HALF_MM, PAIR_MM)
    first = tuple(one.model_copy(update={"trend": one.trend[-1:]}) for one in snapshot.indicators)
    alone = charts_of(snapshot.model_copy(update={"indicators": first}))
    assert "trend/3" not in alone
    assert alone["worst/3"].width_mm == WIDTH_MM


def test_long_names_are_shortened_not_cut_off() -> None:
    long = "Муниципальное казённое учреждение «Информационно-методический центр управления образования» " * 3
    rows = [ExecutionRow(name=long, due=4, in_time=1, late=1, overdue=2, excused=1) for _ in range(3)]
    chart = execution("Исполнение по исполнителям", rows)
    assert chart is not None
    assert_whole(chart)


def test_the_same_data_give_the_same_bytes(
    snapshot_of: Callable[..., Snapshot], drawn: Callable[..., dict[str, Chart]]
) -> None:
    """One of each kind."""
    first, snapshot = drawn(snapshot_of()), snapshot_of()
    one = next(one for one in snapshot.indicators if {f"trend/{one.code}", f"worst/{one.code}"} <= first.keys())
    again = {
        f"trend/{one.code}": trend(one, wide=HALF_MM),
        f"worst/{one.code}": worst_bodies(one, wide=HALF_MM),
        "lagging": lagging_bodies(lagging(snapshot)),
        "sections": execution("Исполнение по разделам", snapshot.by_section),
    }
    assert [key for key, chart in again.items() if chart is None or chart.content != first[key].content] == []


def test_of_many_the_10_worst_are_shown_and_the_rest_counted(
    snapshot_of: Callable[..., Snapshot], drawn: Callable[..., dict[str, Chart]]
) -> None:
    charts = drawn(snapshot_of(count=2400))
    assert charts["worst/3"].alt.count(";") == 9
    assert "показаны 10 с наибольшим отрывом, ещё 1" in charts["worst/3"].alt
