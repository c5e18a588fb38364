"""The tables of a document read: items, indicators, the roles of columns, questions, every row counted once."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from roadmap.documents.columns.layout import Columns
from roadmap.documents.columns.roles import ROLE_RU, Role
from roadmap.documents.columns.shown import TableShown, shown
from roadmap.documents.neutral import Document, Row, Table
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables import doubts, indicators
from roadmap.documents.tables.captions import caption_of
from roadmap.documents.tables.items import FoundItem, heal
from roadmap.documents.tables.joined import WholeTable, whole_tables
from roadmap.documents.tables.rows import RowClass, RowReader
from roadmap.language.normalise import plain_with_signs


@dataclass(slots=True)
class TablesRead:
    """What the tables hold; ``counts`` has every source row once, ``rows`` how many there are."""

    items: list[FoundItem] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    counts: Counter[RowClass] = field(default_factory=Counter)
    classes: dict[str, RowClass] = field(default_factory=dict)
    """What each row became, by its place."""
    rows: int = 0
    shown: list[TableShown] = field(default_factory=list)
    years: tuple[int, ...] = ()
    """The years that stand as columns."""

    def count(self, kind: RowClass, rows: Sequence[Row]) -> None:
        """Rows that are all of one class."""
        self.counts[kind] += len(rows)
        self.classes |= {row.place: kind for row in rows}


def tables_of(document: Document, answers: Answers, reads: Callable[[str], bool]) -> list[WholeTable]:
    """The tables with their parts joined and their columns told."""
    return list(whole_tables(document, _answered_roles(document, answers), reads))


def read_tables(
    tables: Sequence[WholeTable],
    answers: Answers,
    reads: Callable[[str], bool],
    *,
    is_whole: Callable[[str], bool],
    title: str,
) -> TablesRead:
    """Every row of every table; ``title`` is the section of items that stand under no heading.

    ``is_whole`` says whether words are a term as they stand, in whatever year.
    """
    read = TablesRead()
    for n, table in enumerate(tables):
        _Reading(read, answers, reads, is_whole).table(table, n, title)
    return read


def _answered_roles(document: Document, answers: Answers) -> dict[str, Role]:
    """Columns that an answer names, by their words as they stand in the document."""
    named = {
        words: ROLE_RU[answer.casefold()]
        for words, answer in answers.about("column").items()
        if answer.casefold() in ROLE_RU
    }
    if not named:
        return {}
    rows = (row for block in document.blocks if isinstance(block, Table) for row in block.rows)
    return {
        cell: named[plain_with_signs(cell)] for row in rows for cell in row.cells if plain_with_signs(cell) in named
    }


@dataclass(slots=True)
class _Reading:
    read: TablesRead
    answers: Answers
    reads: Callable[[str], bool]
    is_whole: Callable[[str], bool]

    def table(self, table: WholeTable, n: int, title: str) -> None:
        """The rows of one table, counted; its items have their sections."""
        read = self.read
        read.rows += sum(1 for _ in table.all_rows)
        classes, questions = doubts.of_rows_above(table, self.answers)
        for kind, row in zip(classes, table.above, strict=True):
            read.count(kind, [row])
        read.count("header", table.header)
        read.questions += questions
        if table.columns is None:
            kind, questions = doubts.of_unknown(table, self.answers, self.reads)
            read.count(kind, table.rows)
            read.questions += questions
            return
        place = (table.header or table.rows)[0].place
        read.shown.append(shown(table.columns, place))
        read.questions += doubts.of_columns(table.columns, place, self.answers)
        if table.columns.kind == "indicators":
            self._indicators(table, table.columns)
            return
        if table.columns.grid:
            read.years = tuple(sorted({*read.years, *table.columns.grid.years}))
        items = self._items(table, table.columns)
        if "responsible" not in table.columns.at:
            for item in items:
                item.unowned = f"Все пункты: {place}"
        self._give_sections(items, n, caption_of(table) or title)
        read.items += items

    def _indicators(self, table: WholeTable, columns: Columns) -> None:
        entries, classes, questions = indicators.from_rows(table.rows, columns)
        for row, kind in classes:
            self.read.count(kind, [row])
        self.read.indicators += entries
        self.read.questions += questions

    def _items(self, table: WholeTable, columns: Columns) -> list[FoundItem]:
        reader = RowReader(columns, self.reads, self.answers)
        if table.section:
            reader.sections.add(table.section.text, table.section.place, adjacent=False, torn=False)
        reader.read_all(table.rows)
        self.read.counts.update(reader.counts)
        self.read.classes |= reader.classes
        self.read.questions += reader.questions
        return [heal(item, self.is_whole) for item in reader.items]

    def _give_sections(self, items: list[FoundItem], n: int, title: str) -> None:
        """The codes of sections are those of the headings, with the number of the table where two would be one."""
        sections = self.read.sections
        headed = all(item.section_code for item in items) and not any(code.endswith("roadmap") for code in sections)
        clash = not headed or any(item.section_code in sections for item in items)
        prefix = f"t{n + 1}." if sections and clash else ""
        for item in items:
            if item.section_code:
                item.section_code = prefix + item.section_code
            else:
                item.section_code, item.section = f"{prefix}roadmap", title
            sections[item.section_code] = item.section
