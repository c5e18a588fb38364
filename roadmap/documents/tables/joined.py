"""Tables as the reader of a document sees them: parts on several pages are one, the header says what they hold."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from roadmap.documents.neutral import Document, Paragraph, Row, Table
from roadmap.documents.tables.columns import Columns, Role, columns_of, is_column_numbers
from roadmap.language.normalise import plain_with_signs

DEEPEST_HEADER = 6
LONGEST_SECTION = 250
SECTION = re.compile(
    r"(?:направление|раздел|этап|блок|задача|цель|подраздел)\s+[№\dIVXІХ]|[IVXІХ]+[.)]\s", re.IGNORECASE
)


@dataclass(slots=True)
class WholeTable:
    """A table with all its parts; without ``columns`` nobody knows what it is. ``caption``: the words before it."""

    caption: tuple[Paragraph, ...]
    columns: Columns | None
    above: list[Row] = field(default_factory=list)
    header: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    doubt: str = ""
    section: Paragraph | None = None
    """The heading that stands right before the table: «Раздел 2. …»."""

    @property
    def all_rows(self) -> Iterable[Row]:
        """Every source row of the table."""
        return (*self.above, *self.header, *self.rows)


def whole_tables(document: Document, answers: dict[str, Role]) -> Iterator[WholeTable]:
    """The tables in order; one of the same width without a header, or with the same one, goes on with the last."""
    words: list[Paragraph] = []
    last: WholeTable | None = None
    for block in document.blocks:
        if isinstance(block, Paragraph):
            words.append(block)
            continue
        if not block.rows:
            continue
        for part in _parts(block, answers):
            section = next((p for p in words[-2:] if SECTION.match(p.text) and len(p.text) <= LONGEST_SECTION), None)
            if last is not None and not part.doubt and _goes_on(part, last, words):
                if section is not None:
                    yield last
                    last = replace(part, columns=last.columns, caption=tuple(words), section=section)
                    continue
                last.above += part.above
                last.header += part.header
                last.rows += [replace(row, after_break=n == 0 or row.after_break) for n, row in enumerate(part.rows)]
                continue
            if last is not None:
                yield last
            part.caption, part.section = tuple(words), section
            last = part
        words = []
    if last is not None:
        yield last


def _goes_on(part: WholeTable, last: WholeTable, between: list[Paragraph]) -> bool:
    """The same width, or the column numbers on top; at most a page number or a running head between.

    Where the header is repeated, words between are those of another table or of a section, so there are none.
    """
    if last.columns is None:
        return False
    if part.columns is not None:
        between_pages = not any(sum(map(str.isalpha, paragraph.text)) > 3 for paragraph in between)
        return between_pages and _header_words(part.columns) == _header_words(last.columns)
    same = any(len(row.cells) == len(last.columns.words) for row in part.rows[:1])
    few = sum(len(paragraph.text) for paragraph in between) <= 60
    return (few and same) or is_column_numbers(part.rows[0])


def _header_words(columns: Columns) -> list[str]:
    return [plain_with_signs(words) for words in columns.words if words]


def _parts(table: Table, answers: dict[str, Role]) -> Iterator[WholeTable]:
    """A table of the file, cut where another header begins."""
    current = WholeTable((), None, doubt=table.doubt)
    if table.doubt:
        current.rows += table.rows
        yield current
        return
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
    if below is None or not _parts_header(row, below):
        return found, 1
    if found is not None and any(at in below.covered for at in below.filled):
        return found, 1
    both = columns_of(_stacked(row, below), answers)
    better = both is not None and (found is None or len(both.at) > len(found.at))
    return (both, 2) if better else (found, 1)


def _parts_header(row: Row, below: Row) -> bool:
    """Whether the row below only parts cells of the header: short words under it, blanks or merged cells elsewhere."""
    if (
        len(below.cells) != len(row.cells)
        or len(row.filled) < 2
        or any(len(below.cells[at]) >= 40 for at in below.filled)
    ):
        return False
    if below.covered:
        return len(below.covered) >= len(row.cells) - 4
    parted = [at for at in below.filled if not row.cells[at]]
    words = "".join(below.cells)
    return bool(parted) and len(below.filled) > len(parted) and not any(map(str.isdigit, words)) and below.filled[0] > 0


def _stacked(row: Row, below: Row) -> tuple[str, ...]:
    """Two header rows as one: «Срок» above «начало» and «окончание»."""
    out: list[str] = []
    last = ""
    for at, cell in enumerate(row.cells):
        last = cell or last
        under = below.cells[at]
        out.append(f"{last} {under}".strip() if under else cell)
    return tuple(out)
