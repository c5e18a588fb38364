"""Tables as the reader of a document sees them: parts on several pages are one, the header says what they hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from roadmap.documents.columns import Columns, Role, columns_of, is_column_numbers
from roadmap.documents.neutral import Document, Paragraph, Row, Table

DEEPEST_HEADER = 6


@dataclass(slots=True)
class WholeTable:
    """A table with all its parts; without ``columns`` nobody knows what it is. ``caption``: the words before it."""

    caption: tuple[Paragraph, ...]
    columns: Columns | None
    above: list[Row] = field(default_factory=list)
    header: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def all_rows(self) -> Iterable[Row]:
        """Every source row of the table."""
        return (*self.above, *self.header, *self.rows)


def whole_tables(document: Document, answers: dict[str, Role]) -> Iterator[WholeTable]:
    """The tables in order; one without a header of its own and of the same width goes on where the last one ended."""
    words: list[Paragraph] = []
    last: WholeTable | None = None
    for block in document.blocks:
        if isinstance(block, Paragraph):
            words.append(block)
            continue
        for part in _parts(block, answers):
            if part.columns is None and last is not None and last.columns is not None and _goes_on(part, last, words):
                first, *rest = part.rows
                last.rows += [replace(first, after_break=True), *rest]
                continue
            if last is not None:
                yield last
            part.caption = tuple(words)
            last = part
        words = []
    if last is not None:
        yield last


def _goes_on(part: WholeTable, last: WholeTable, between: list[Paragraph]) -> bool:
    """The same width, or the column numbers on top; at most a page number or a running head between."""
    assert last.columns is not None
    same = any(len(row.cells) == len(last.columns.words) for row in part.rows[:1])
    few = sum(len(paragraph.text) for paragraph in between) <= 60
    return (few and same) or is_column_numbers(part.rows[0])


def _parts(table: Table, answers: dict[str, Role]) -> Iterator[WholeTable]:
    """A table of the file, cut where another header begins."""
    current = WholeTable((), None)
    skip = 0
    since = 0
    for n, row in enumerate(table.rows):
        if skip:
            skip -= 1
            continue
        found, deep = _header_at(table.rows, n, answers) if _may_be_header(row, current, since) else (None, 0)
        since += 1
        known = current.columns
        if found is None or (known is not None and (found.at, found.kind) == (known.at, known.kind)):
            current.rows.append(row)
        else:
            before = current.rows
            if current.columns is not None or len(before) > DEEPEST_HEADER:
                yield current
                before = []
            header = list(table.rows[n : n + deep])
            current, skip, since = WholeTable((), found, before, header), deep - 1, 0
    yield current


def _may_be_header(row: Row, current: WholeTable, since: int) -> bool:
    """A cheap look before the words are judged: at the top of a table, or where «№» or «п/п» begins a row."""
    if current.columns is None and since <= DEEPEST_HEADER:
        return True
    first = row.cells[0].casefold() if row.cells else ""
    return first.startswith(("№", "п/п", "n п"))


def _header_at(rows: tuple[Row, ...], n: int, answers: dict[str, Role]) -> tuple[Columns | None, int]:
    """The header that begins with the row, and how many rows it takes: a second one stands under merged cells."""
    row = rows[n]
    found = columns_of(row.cells, answers)
    below = rows[n + 1] if n + 1 < len(rows) else None
    if below is None or not below.covered or len(below.cells) != len(row.cells) or len(row.filled) < 2:
        return found, 1
    if not all(len(below.cells[at]) < 40 for at in below.filled) or len(below.covered) < len(row.cells) - 4:
        return found, 1
    if found is not None and any(at in below.covered for at in below.filled):
        return found, 1
    both = columns_of(_stacked(row, below), answers)
    better = both is not None and (found is None or len(both.at) > len(found.at))
    return (both, 2) if better else (found, 1)


def _stacked(row: Row, below: Row) -> tuple[str, ...]:
    """Two header rows as one: «Срок» above «начало» and «окончание»."""
    out: list[str] = []
    last = ""
    for at, cell in enumerate(row.cells):
        last = cell or last
        under = below.cells[at]
        out.append(f"{last} {under}".strip() if under else cell)
    return tuple(out)
