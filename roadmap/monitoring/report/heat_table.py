"""The heat table of the note (карта дефицитов) with its colours. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from roadmap.monitoring.indicators.gaps import EXECUTION, LEVEL_RU, Cell, Level, deficits
from roadmap.monitoring.snapshot import Snapshot

TONES: dict[Level, str] = {-2: "F3A8A0", -1: "FBDDA8", 0: "F4F6F7", 1: "D5EBD3", 2: "A9D6A5"}
COLOUR_RU: dict[Level, str] = {-2: "красный", -1: "жёлтый", 0: "белый", 1: "светло-зелёный", 2: "зелёный"}
UNKNOWN = "DFE4E7"
NO_DATA = "н/д"


@dataclass(frozen=True, slots=True)
class HeatCell:
    """The number in words, and the ground (RRGGBB)."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One body's cells, in the order of the columns."""

    name: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """The table, the greatest deficits first; ``columns`` are codes of indicators, the last the execution."""

    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    compared: str
    """What each column is compared with, in words."""
    more: str = ""

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """(ground, meaning) of each colour."""
        return (*((TONES[level], LEVEL_RU[level]) for level in LEVEL_RU), (UNKNOWN, f"{NO_DATA} — нет данных"))

    @property
    def legend_words(self) -> str:
        """The legend where no colour can be shown."""
        said = (f"{COLOUR_RU[level]} — {LEVEL_RU[level]}" for level in LEVEL_RU)
        return f"Цвет ячейки: {'; '.join(said)}; серый ({NO_DATA}) — нет данных."

    def shortened(self, limit: int, more: str) -> "Heat":
        """The first rows only, with words on the rest."""
        return replace(self, rows=self.rows[:limit], more=more)


def heat_of(snapshot: Snapshot) -> Heat | None:
    """The heat table of a snapshot; None where it has no indicators or nobody was asked."""
    found = deficits(snapshot)
    if not found.rows or len(found.columns) < 2:
        return None
    rows = (HeatRow(row.body, tuple(_cells(row.cells))) for row in found.rows)
    compared = "; ".join(f"{_name(one.code).replace(chr(0xAD), '')} — {one.compared}" for one in found.columns)
    return Heat(tuple(_name(one.code) for one in found.columns), tuple(rows), f"С чем сравнивается: {compared}.")


def _name(code: str) -> str:
    return "Испол\u00adнение" if code == EXECUTION else code


def _cells(cells: Iterable[Cell | None]) -> Iterable[HeatCell]:
    for cell in cells:
        if cell is None:
            yield HeatCell("—", "FFFFFF")
        elif cell.words == "нет данных":
            yield HeatCell(NO_DATA, UNKNOWN)
        else:
            yield HeatCell(cell.words, "FFFFFF" if cell.level is None else TONES[cell.level])
