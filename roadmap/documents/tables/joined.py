"""Tables as the reader of a document sees them: parts on several pages are one, the header says what they hold."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from roadmap.documents.columns.columns import columns_by_cells, columns_of
from roadmap.documents.columns.content import contents_of, is_term
from roadmap.documents.columns.grid import FEWEST, spans_of
from roadmap.documents.columns.layout import Columns, is_column_numbers, is_repeated
from roadmap.documents.columns.roles import Role, heading_of
from roadmap.documents.neutral import Document, Paragraph, Row, Table
from roadmap.documents.tables.sections import SECTION
from roadmap.language.normalise import plain_with_signs

DEEPEST_HEADER = 6
#: Rows under a header that are looked at: as many as a sample needs, headings among them.
DEEPEST_SAMPLE = 40
LONGEST_SECTION = 250


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


Reads = Callable[[str], bool]
#: Letters of a running head between two parts of a table.
LONGEST_RUNNING_HEAD = 60
_NUMBER = re.compile(r"(?P<stem>(?:\d+\.)*)(?P<n>\d+)[.)]?")


def _is_never_a_term(words: str) -> bool:
    return False


def whole_tables(document: Document, answers: dict[str, Role], reads: Reads = _is_never_a_term) -> Iterator[WholeTable]:
    """The tables in order; one of the same width without a header, or with the same one, goes on with the last.

    ``reads`` says whether words are a term: where words of a header are silent, its cells tell what a column holds.
    """
    words: list[Paragraph] = []
    last: WholeTable | None = None
    for block in document.blocks:
        if isinstance(block, Paragraph):
            words.append(block)
            continue
        if not block.rows:
            continue
        for part in _parts(block, answers, reads):
            section = next((p for p in words[-2:] if SECTION.match(p.text) and len(p.text) <= LONGEST_SECTION), None)
            if last is not None and not part.doubt and _goes_on(_beheaded(part, last, words), last, words):
                part = _beheaded(part, last, words)
                if section is not None:
                    yield last
                    last = replace(part, columns=last.columns, caption=tuple(words), section=section)
                    continue
                last.above += part.above
                last.header += part.header
                last.rows += [replace(row, after_break=n == 0 or row.after_break) for n, row in enumerate(part.rows)]
                continue
            if part.columns is None and not part.doubt:
                part.columns = _without_header(part, last, reads)
            if last is not None:
                yield last
            part.caption, part.section = tuple(words), section
            last = part
        words = []
    if last is not None:
        yield last


def _beheaded(part: WholeTable, last: WholeTable, between: list[Paragraph]) -> WholeTable:
    """A part whose «header» only its cells made one, right under a table as wide: its first rows go on."""
    columns = part.columns
    if columns is None or last.columns is None or len(columns.words) != len(last.columns.words):
        return part
    named = any(heading_of(cell, {}).role != "unknown" for cell in columns.words if cell)
    if named or _letters(between) > LONGEST_RUNNING_HEAD:
        return part
    return replace(part, columns=None, above=[], header=[], rows=[*part.above, *part.header, *part.rows])


def _goes_on(part: WholeTable, last: WholeTable, between: list[Paragraph]) -> bool:
    """The same width under a page number or a short running head, the column numbers on top, or the next number.

    Where the header is repeated, words between are those of another table or of a section, so there are none.
    """
    if last.columns is None:
        return False
    if part.columns is not None:
        between_pages = not any(sum(map(str.isalpha, paragraph.text)) > 3 for paragraph in between)
        return between_pages and _header_words(part.columns) == _header_words(last.columns)
    if not part.rows:
        return False
    same = len(part.rows[0].cells) == len(last.columns.words)
    short = _letters(between) <= LONGEST_RUNNING_HEAD
    near = short and not _denies_terms(part, last.columns)
    return (same and (near or _numbers_go_on(part, last))) or is_column_numbers(part.rows[0])


def _denies_terms(part: WholeTable, columns: Columns) -> bool:
    """Whether other words than terms stand where the table above has terms: it is another table of the same width."""
    at = columns.at.get("term")
    cells = [row.cells[at] for row in part.rows if at is not None and at < len(row.cells) and row.cells[at]]
    return len(cells) > 1 and not any(is_term(cell, _is_never_a_term) for cell in cells)


def _letters(between: list[Paragraph]) -> int:
    return sum(len(paragraph.text) for paragraph in between)


def _numbers_go_on(part: WholeTable, last: WholeTable) -> bool:
    """Whether the first number of a part is the next one: 3 after 2, 2.3 after 2.2, 3.1 after 2.2."""
    at = last.columns.at.get("number", 0) if last.columns else 0
    before, after = _numbers(reversed(last.rows), at), _numbers(part.rows, at)
    if before is None or after is None:
        return False
    in_order = after[:-1] == before[:-1] and after[-1] == before[-1] + 1
    return in_order or (len(after) > 1 and after[0] == before[0] + 1 and after[-1] == 1)


def _numbers(rows: Iterable[Row], at: int) -> tuple[int, ...] | None:
    """The first number in the column of numbers, by its parts."""
    cells = (row.cells[at].strip() for row in rows if at < len(row.cells))
    found = next((match for cell in cells if (match := _NUMBER.fullmatch(cell))), None)
    return (*map(int, found["stem"].split(".")[:-1]), int(found["n"])) if found else None


def _without_header(part: WholeTable, last: WholeTable | None, reads: Reads) -> Columns | None:
    """The columns of a table without a header: those of the last one where its cells fit, else what its cells tell."""
    if len(part.rows) < 2:
        return None
    width = len(part.rows[0].cells)
    contents = contents_of(part.rows, width, reads)
    if last is not None and last.columns and last.columns.kind == "roadmap" and len(last.columns.words) == width:
        term, title = last.columns.at.get("term"), last.columns.at["title"]
        if term is not None and contents[term].is_term and contents[title].is_words:
            return last.columns
    return columns_by_cells(width, contents)


def _header_words(columns: Columns) -> list[str]:
    return [plain_with_signs(words) for words in columns.words if words]


def _parts(table: Table, answers: dict[str, Role], reads: Reads) -> Iterator[WholeTable]:
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
        again = current.columns is not None and is_repeated(row, current.columns)
        may_be = not again and _may_be_header(row, current, since)
        found, deep = _header_at(table.rows, n, answers, reads) if may_be else (None, 0)
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


def _header_at(rows: tuple[Row, ...], n: int, answers: dict[str, Role], reads: Reads) -> tuple[Columns | None, int]:
    """The header that begins with the row, and how many rows it takes: a second one stands under merged cells."""
    row = rows[n]
    below = rows[n + 1] if n + 1 < len(rows) else None
    parted = below is not None and _parts_header(row, below)
    if len(row.filled) < 2 or _holds_data(row, answers, spans_below=parted):
        return None, 1
    found = _columns(row.cells, rows[n + 1 :], answers, reads)
    if below is None or not parted:
        return found, 1
    if found is not None and any(at in below.covered for at in below.filled) and not spans_of(below.cells):
        return found, 1
    both = _columns(_stacked(row, below), rows[n + 2 :], answers, reads)
    better = both is not None and (found is None or (both.grid and not found.grid) or len(both.at) > len(found.at))
    return (both, 2) if better else (found, 1)


def _columns(words: tuple[str, ...], below: tuple[Row, ...], answers: dict[str, Role], reads: Reads) -> Columns | None:
    return columns_of(words, answers, contents_of(below[:DEEPEST_SAMPLE], len(words), reads))


def _holds_data(row: Row, answers: dict[str, Role], *, spans_below: bool) -> bool:
    """Whether a row is no header whatever stands under it: it begins with a number or has a term in it.

    One year is a heading only over halves or quarters in the row below; alone it is a term.
    """
    first = row.cells[row.filled[0]]
    if _NUMBER.fullmatch(first) and not is_column_numbers(row):
        return True
    named = spans_of(row.cells)
    spans = {at for at, _ in named} if len(named) >= FEWEST or spans_below else set()
    return any(
        is_term(row.cells[at], _is_never_a_term) and heading_of(row.cells[at], answers).role == "unknown"
        for at in row.filled
        if at not in spans
    )


def _parts_header(row: Row, below: Row) -> bool:
    """Whether the row below only parts cells of the header: short words under it, blanks or merged cells elsewhere."""
    if (
        len(below.cells) != len(row.cells)
        or len(row.filled) < 2
        or any(len(below.cells[at]) >= 40 for at in below.filled)
    ):
        return False
    spans = {at for at, _ in spans_of(_stacked(row, below))}
    if below.filled and len(spans & set(below.filled)) == len(below.filled) > 1:
        return True
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
