"""Rows of a table on agreements → facts, or every fault with its cell. Pure: the file was read elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from roadmap.catalogue.municipalities import Cell, Problem, at, columns_of
from roadmap.language.dates import read_cell
from roadmap.language.normalise import plain
from roadmap.processes.schema import Process

HEADERS: dict[str, tuple[str, ...]] = {
    "case": ("муниципалитет", "название", "муниципальное образование", "сторона"),
    "stage": ("этап",),
    "on": ("дата",),
    "evidence": ("реквизиты", "подтверждение", "документ"),
    "refusal": ("отказ", "причина", "отказ причина", "отказ причина отказа", "причина отказа"),
}
CASE, EVIDENCE, REFUSAL = "Муниципалитет", "Реквизиты", "Отказ, причина"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing said of one agreement: a stage was done on a day, or (``refusal``) the municipality will not sign."""

    case: str | None
    """Code of the municipality; None for a stage that is common to all."""
    stage: str = ""
    on: date | None = None
    evidence: str = ""
    refusal: str = ""
    cell: str = ""
    """Where it was said, for whoever has to mend it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a table may name: the process, and the code of a municipality by its names as ``plain`` gives them."""

    process: Process
    cases: Mapping[str, str]

    def stage(self, words: str) -> str | None:
        """The code of a stage that its title, code, or word for «done» names."""
        wanted = plain(words)
        for stage in self.process.stages:
            if wanted in {plain(stage.title), plain(stage.code), plain(stage.done or stage.title)}:
                return stage.code
        return None

    def is_common(self, stage: str) -> bool:
        """Done once for all municipalities."""
        return self.process.stage(stage).common


def read_facts(rows: Sequence[Sequence[Cell]], known: Known) -> tuple[list[Fact], list[Problem]]:
    """The facts of a table, and every fault with its cell; with faults the facts are not to be used.

    Two shapes, headers in any order: «муниципалитет, этап, дата, реквизиты, отказ», one fact a row; or one row a
    municipality with a column of dates for each stage, under its title. «Реквизиты» then belong to the last date.
    """
    columns, others = columns_of(rows[0], HEADERS)
    dated = {place: known.stage(str(rows[0][place])) for place in others}
    problems = [
        Problem(at(1, place), f"столбец «{rows[0][place]}» — не этап этого соглашения и не повторение: исправьте")
        for place, stage in dated.items()
        if stage is None or list(dated.values()).count(stage) > 1
    ]
    if "case" not in columns:
        problems.append(Problem("A1", "нет столбца «муниципалитет»"))
    elif "stage" in columns and "on" not in columns:
        problems.append(Problem("A1", "есть столбец «этап», но нет столбца «дата»"))
    if problems:
        return [], problems
    stages = {place: stage for place, stage in dated.items() if stage}
    facts: list[Fact] = []
    for number, cells in enumerate(rows[1:], start=2):
        row = _Row(number, cells, columns)
        if not row.is_empty:
            found, wrong = _read_row(row, stages, known)
            facts += found
            problems += wrong
    return facts, problems


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Sequence[Cell]
    columns: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        return not any(cell is not None and str(cell).strip() for cell in self.cells)

    def raw(self, place: int | None) -> Cell:
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def text(self, name: str) -> str:
        cell = self.raw(self.columns.get(name))
        return "" if cell is None else " ".join(str(cell).split())

    def cell(self, name: str) -> str:
        return at(self.number, self.columns.get(name, 0))


def _read_row(row: _Row, stages: Mapping[int, str], known: Known) -> tuple[list[Fact], list[Problem]]:
    words = row.text("case")
    case = known.cases.get(plain(words))
    if words and case is None:
        return [], [Problem(row.cell("case"), f"среди участников соглашения нет «{words}»")]
    refusal = row.text("refusal")
    if refusal:
        if case is None:
            return [], [Problem(row.cell("case"), "укажите, какой муниципалитет отказался")]
        return [Fact(case=case, refusal=refusal, cell=row.cell("refusal")), *_dated(row, stages, case, known)[0]], []
    if row.text("stage"):
        return _named(row, case, known)
    if "stage" in row.columns:
        return [], [Problem(row.cell("stage"), "укажите этап")]
    return _dated(row, stages, case, known)


def _named(row: _Row, case: str | None, known: Known) -> tuple[list[Fact], list[Problem]]:
    stage = known.stage(row.text("stage"))
    if stage is None:
        titles = ", ".join(f"«{one.title}»" for one in known.process.stages)
        return [], [Problem(row.cell("stage"), f"этапа «{row.text('stage')}» нет; есть: {titles}")]
    on, wrong = _day(row, row.columns["on"])
    if wrong or on is None:
        return [], [wrong or Problem(row.cell("on"), "укажите дату")]
    return _fact(row, row.columns["on"], stage, on, case, known, evidence=row.text("evidence"))


def _dated(row: _Row, stages: Mapping[int, str], case: str | None, known: Known) -> tuple[list[Fact], list[Problem]]:
    order = {stage.code: n for n, stage in enumerate(known.process.stages)}
    facts: list[Fact] = []
    problems: list[Problem] = []
    days = [(place, stage, *_day(row, place)) for place, stage in stages.items()]
    problems += [wrong for *_, wrong in days if wrong]
    given = sorted(((order[stage], place, stage, on) for place, stage, on, _ in days if on), key=lambda one: one[0])
    for n, (_, place, stage, on) in enumerate(given):
        evidence = row.text("evidence") if n == len(given) - 1 else ""
        found, wrong = _fact(row, place, stage, on, case, known, evidence=evidence)
        facts += found
        problems += wrong
    return facts, problems


def _fact(
    row: _Row, place: int, stage: str, on: date, case: str | None, known: Known, *, evidence: str
) -> tuple[list[Fact], list[Problem]]:
    common = known.is_common(stage)
    if case is None and not common:
        return [], [Problem(row.cell("case"), "укажите муниципалитет: этот этап у каждого свой")]
    cell = at(row.number, place)
    return [Fact(case=None if common else case, stage=stage, on=on, evidence=evidence, cell=cell)], []


def _day(row: _Row, place: int) -> tuple[date | None, Problem | None]:
    try:
        return read_cell(row.raw(place)), None
    except ValueError as wrong:
        return None, Problem(at(row.number, place), str(wrong))
