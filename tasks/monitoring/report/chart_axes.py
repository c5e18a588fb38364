"""What the charts of a note have in common: sizes, colours, axes, legends, the font. No global state."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, GRID = "#263238", "#607d8b", "#dfe5e8"
BLUE, GREEN, AMBER, RED, GREY = "#1f4e8c", "#2e7d32", "#e0a030", "#c0392b", "#b0bec5"
WIDTH_MM = 165
#: Two charts of an indicator side by side.
HALF_MM, PAIR_MM = 81.5, 54
SHOWN = 10
LONGEST_NAME, LONGEST_HALF = 40, 22
MM = 25.4


def bar_height(rows: int, *, lines: int = 1) -> float:
    """How tall a chart of so many bars is, mm; ``lines``: of a name."""
    return 18 + rows * (4.5 if lines == 1 else 7)


def bar_axes(axes: "Axes", names: Sequence[str], *, lines: int = 1, longest: int = LONGEST_NAME) -> None:
    """Names on the left, the first on top."""
    axes.set_yticks(range(len(names)), [_folded(name, lines, longest) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    plain_ticks(axes)


def _folded(name: str, lines: int, longest: int) -> str:
    """A name in so many lines; what does not fit is an ellipsis, so that nothing runs out of the picture."""
    parts = wrap(name, longest) or [""]
    if len(parts) > lines:
        parts = [*parts[: lines - 1], parts[lines - 1][: longest - 1].rstrip(" ,.;") + "…"]
    return "\n".join(parts)


def figure_of(height_mm: float, width_mm: float = WIDTH_MM) -> "tuple[Figure, Axes]":
    """An empty chart of that size, with a line below only."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_mm / MM, height_mm / MM), layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06)  # type: ignore[union-attr, call-arg]
    axes = figure.add_subplot()
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    return figure, axes


def plain_ticks(axes: "Axes") -> None:
    """Names at the axes without ticks."""
    axes.tick_params(length=0, colors=SOFT, pad=4)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font(8))
        label.set_color(INK)


def legend(axes: "Axes", title: str = "") -> None:
    """Above the chart, where it hides nothing; with what is left out."""
    figure: Any = axes.figure
    size = 7 if figure.get_figwidth() * MM < WIDTH_MM else 8
    handles, labels = axes.get_legend_handles_labels()
    columns = 2 if size == 7 and len(handles) > 3 else 4
    figure.legend(handles, labels, loc="outside upper left", ncols=columns, frameon=False, prop=font(size),
                  handlelength=1.4, columnspacing=1.0, handletextpad=0.5, title=title or None,
                  title_fontproperties=font(size), alignment="left", borderaxespad=0.2)  # fmt: skip


def locator(*, whole: bool = False) -> Any:
    """Five numbers at an axis at most; ``whole``: no fractions."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=5, integer=whole)


@lru_cache(maxsize=8)
def font(size: float) -> Any:
    """DejaVu Sans as matplotlib ships it."""
    import matplotlib
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), size=size)
