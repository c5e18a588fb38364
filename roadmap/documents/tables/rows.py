"""Row accounting: each row is an item, an indicator, a continuation of one, a heading, a header, or a question."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from roadmap.documents.neutral import Row, healed, join_torn
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.columns import Columns, Role, is_column_numbers, is_repeated, is_rule
from roadmap.documents.tables.sections import Sections

RowClass = Literal["item", "indicator", "continuation", "heading", "header", "question"]
CLASSES: tuple[RowClass, ...] = ("item", "indicator", "continuation", "heading", "header", "question")
WORDS: tuple[Role, ...] = ("title", "responsible", "executors", "term", "result")
ANSWERS: dict[str, RowClass] = {
    "мероприятие": "item",
    "продолжение": "continuation",
    "заголовок": "heading",
    "пропустить": "header",
}

_NUMBER = re.compile(r"^\d+(\.\d+)*[.)]?$|^[IVX]+[.)]?$|^[а-я][.)]$")


@dataclass(slots=True)
class Group:
    """The numbered wider measure that several measures stand under."""

    number: str
    title: str
    members: int = 0


@dataclass(slots=True)
class FoundItem:
    """One row of a roadmap with what the rows after it added; words are those of the document."""

    number: str
    section: str
    section_code: str
    parent: str
    group: Group | None
    place: str
    words: dict[Role, str] = field(default_factory=dict)
    term_answered: bool = False
    act_words: dict[Role, str] = field(default_factory=dict)
    """The document's words of a role whose words were answered by a person; empty where it has none."""

    def add(self, role: Role, words: str) -> None:
        self.words[role] = join_torn(self.words.get(role, ""), words)


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one table in order. ``reads`` says whether words are a term."""

    columns: Columns
    reads: Callable[[str], bool]
    answers: Answers
    items: list[FoundItem] = field(default_factory=list)
    counts: Counter[RowClass] = field(default_factory=Counter)
    questions: list[Question] = field(default_factory=list)
    sections: Sections = field(default_factory=Sections)
    group: Group | None = None
    last: FoundItem | None = None
    numbered: bool = False
    _named: frozenset[int] = frozenset()
    _after_break: bool = False
    _after_heading: bool = False

    def __post_init__(self) -> None:
        named = (at for at, words in enumerate(self.columns.words) if words)
        self._named = frozenset((*named, *self.columns.at.values()))

    def read(self, row: Row) -> RowClass:
        """The class of the row, which is counted; its words went where they belong."""
        row = self._aligned(row)
        self._after_break |= row.after_break
        found = self._class(row)
        self.counts[found] += 1
        if found in ("item", "continuation") and row.filled:
            self._after_break = False
        self._after_heading = found == "heading"
        return found

    def _class(self, row: Row) -> RowClass:
        """1. empty rows; 2. headers; 3. headings; 4. numbered rows; 5. rows without a number."""
        if not row.filled:
            return "continuation"
        if is_rule(row) or is_repeated(row, self.columns):
            return "header"
        if is_column_numbers(row):
            self._after_break = True
            return "header"
        if (answer := ANSWERS.get((self.answers.of("row", row.words) or "").casefold())) is not None:
            return self._answered(row, answer)
        if len(row.filled) == 1 and (found := self._lonely(row)):
            return found
        if stray := [row.cells[at] for at in row.filled if at not in self._named]:
            return self._ask(row, f"слова стоят вне граф: «{stray[0]}»", "пропустить")
        number = self._cell(row, "number")
        if number and not _NUMBER.match(number):
            return self._ask(row, f"в графе номера стоит «{number}»", "мероприятие")
        if number:
            return self._numbered(row)
        return self._numberless(row)

    def _answered(self, row: Row, answer: RowClass) -> RowClass:
        if answer == "item":
            return self._item(row)
        if answer == "heading":
            return self._heading(row)
        return self._continue(row) if answer == "continuation" and self.last else "header"

    def _lonely(self, row: Row) -> RowClass | None:
        """A row with one filled cell: a heading where it starts the row, else the rest of a torn cell."""
        at = row.filled[0]
        words = row.cells[at]
        free_row = not (row.covered - {at})
        if at == 0 and self.columns.at.get("number") == 0 and not _NUMBER.match(words):
            return self._heading(row)
        if at == 0 and "number" not in self.columns.at and free_row and not words[0].islower():
            return self._heading(row)
        if _NUMBER.match(words) and at == self.columns.at.get("number"):
            return self._ask(row, "в строке один номер без слов", "пропустить")
        return None

    def _heading(self, row: Row) -> RowClass:
        self.sections.add(row.words, row.place, adjacent=self._after_heading, torn=self._after_break)
        self.group, self.last = None, None
        return "heading"

    def _numbered(self, row: Row) -> RowClass:
        title, number = self._cell(row, "title"), self._cell(row, "number")
        if self.columns.nested:
            wider = self.columns.cell(row, "group")
            if wider:
                self.group = Group(number.rstrip(".)"), wider)
                if not title and not self._term(row):
                    return "heading"
            if title:
                return self._item(row)
        elif title:
            self.numbered = True
            return self._item(row)
        return self._ask(row, "у строки есть номер, но нет мероприятия", "пропустить")

    def _numberless(self, row: Row) -> RowClass:
        title, term = self._cell(row, "title"), self._term(row)
        if self.columns.nested and (wider := self.columns.cell(row, "group")):
            if self.group is None:
                return self._ask(row, "строка без номера стоит не под мероприятием", "мероприятие")
            if wider != self.group.title:
                self.group.title = join_torn(self.group.title, wider)
        torn = self._after_break and self.last is not None
        inherits = bool(row.covered & {self.columns.at.get(role, -1) for role in WORDS})
        if torn and term and self._completes(term):
            return self._continue(row)
        if self.columns.nested or not self.numbered:
            if title and (term or inherits) and not (torn and title[0].islower() and not self.columns.nested):
                return self._item(row)
            if title and "number" not in self.columns.at and self._cell(row, "responsible") and not torn:
                return self._item(row)
        elif title and term and title[0].isupper():
            return self._ask(row, "у строки со своим сроком нет номера", "мероприятие")
        if self.last is None:
            return self._ask(row, "строка ничего не продолжает", "пропустить")
        if not torn and title and title[0].isupper() and self._cell(row, "responsible"):
            return self._ask(row, "строка без номера и срока похожа на отдельное мероприятие", "продолжение")
        if not torn and term and not title:
            return self._ask(row, "у мероприятия второй срок в отдельной строке", "продолжение")
        return self._continue(row)

    def _completes(self, term: str) -> bool:
        """Whether a torn term is whole only together with the words after the page break."""
        before = self.last.words.get("term", "") if self.last else ""
        return bool(before) and not self.reads(before) and self.reads(join_torn(before, term))

    def _item(self, row: Row) -> RowClass:
        number = self._cell(row, "number").rstrip(".)")
        if self.columns.nested and self.group is not None:
            self.group.members += 1
            number = f"{self.group.number}.{self.group.members}"
        heading = self.sections.current
        item = FoundItem(
            number=number,
            section=heading.title if heading else "",
            section_code=heading.code if heading else "",
            parent=self.sections.parent,
            group=self.group,
            place=row.place,
        )
        for role in WORDS:
            words = self._term(row) if role == "term" else self._cell(row, role)
            at = self.columns.at.get("term_end" if role == "term" and "term" not in self.columns.at else role, -1)
            if not words and at in row.covered and self.items:
                words = self.items[-1].words.get(role, "")
            if words:
                item.add(role, words)
        self.items.append(item)
        self.last = item
        return "item"

    def _continue(self, row: Row) -> RowClass:
        assert self.last is not None
        for role in WORDS:
            if words := self._term(row) if role == "term" else self._cell(row, role):
                self.last.add(role, words)
        return "continuation"

    def _ask(self, row: Row, why: str, proposed: str) -> RowClass:
        self.questions.append(Question("row", row.place, row.words, why, proposed))
        return "question"

    def _cell(self, row: Row, role: Role) -> str:
        return self.columns.cell(row, role)

    def _term(self, row: Row) -> str:
        if "term" in self.columns.at or "term_end" not in self.columns.at:
            return self._cell(row, "term")
        return " – ".join(filter(None, (self._cell(row, "term_start"), self._cell(row, "term_end"))))

    def _aligned(self, row: Row) -> Row:
        """A row whose cells slid to the left is laid out again by the one cell that reads as a term.

        Only where the cell of the number holds words and the cells around the term fill their columns exactly.
        """
        at, first = self.columns.at.get("term", -1), self.columns.at.get("number", -1)
        if first != 0 or at <= 0 or len(row.filled) < 3 or not row.cells[0] or _NUMBER.match(row.cells[0]):
            return row
        terms = [n for n in row.filled if n != at and self.reads(row.cells[n])]
        if len(terms) != 1 or (at < len(row.cells) and self.reads(row.cells[at])):
            return row
        before = [n for n in row.filled if n < terms[0]]
        after = [n for n in row.filled if n > terms[0]]
        left = sorted(n for role, n in self.columns.at.items() if n < at and role not in ("number", "group"))
        right = sorted(n for n in self.columns.at.values() if n > at)
        if len(before) != len(left) or len(after) > len(right):
            return row
        cells = [""] * len(self.columns.words)
        for source, target in zip([*before, terms[0], *after], [*left, at, *right], strict=False):
            cells[target] = row.cells[source]
        return replace(row, cells=tuple(cells))


def heal(item: FoundItem) -> FoundItem:
    """The item with hyphenated words made whole once every torn half is in."""
    item.words = {role: healed(words) for role, words in item.words.items()}
    return item
