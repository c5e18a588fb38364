"""Row accounting: each row is an item, an indicator, a continuation of one, a heading, a header, or a question."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from roadmap.documents.columns.aligned import aligned
from roadmap.documents.columns.layout import is_column_numbers, is_repeated, is_rule
from roadmap.documents.neutral import Row, join_torn
from roadmap.documents.questions import Question
from roadmap.documents.tables import headings
from roadmap.documents.tables.filling import Filling
from roadmap.documents.tables.items import WORDS
from roadmap.documents.tables.items import FoundItem as FoundItem
from roadmap.documents.tables.items import Group as Group
from roadmap.documents.tables.numbers import NUMBER, ROMAN, heads_of, restarts_after

RowClass = Literal["item", "indicator", "continuation", "heading", "header", "question"]
CLASSES: tuple[RowClass, ...] = ("item", "indicator", "continuation", "heading", "header", "question")
ANSWERS: dict[str, RowClass] = {
    "мероприятие": "item",
    "продолжение": "continuation",
    "заголовок": "heading",
    "пропустить": "header",
}


@dataclass(slots=True)
class RowReader(Filling):
    """Reads the rows of one table in order: what each is, and where its words go."""

    counts: Counter[RowClass] = field(default_factory=Counter)
    classes: dict[str, RowClass] = field(default_factory=dict)
    """What each row became, by its place."""
    numbered: bool = False
    _named: frozenset[int] = frozenset()
    _heads: frozenset[str] = frozenset()
    _restarts: frozenset[str] = frozenset()
    _inside: frozenset[str] = frozenset()
    """The places of rows that a numbered row stands below: what ends a table names no section."""
    _after_break: bool = False
    _after_heading: bool = False

    def __post_init__(self) -> None:
        named = {at for at, words in enumerate(self.columns.words) if words}
        headless = not any(self.columns.words)
        self._named = frozenset((*(range(len(self.columns.words)) if headless else named), *self.columns.at.values()))
        self.nested = self.columns.nested

    def read_all(self, rows: Iterable[Row]) -> None:
        """Every row in its order; what stands under a number tells whether that row is a group."""
        laid = [aligned(row, self.columns, self.reads) for row in rows]
        numbers = [(self._number(row), row.place) for row in laid if row.filled]
        self._heads, self._restarts = heads_of(numbers), restarts_after(numbers)
        last = max((n for n, row in enumerate(laid) if row.filled and self._number(row)), default=0)
        self._inside = frozenset(row.place for row in laid[:last])
        self.nested = self.columns.nested and any(
            self._cell(row, "title") and not self._cell(row, "number") for row in laid
        )
        for row in laid:
            self.read(row)
        self.ask_of_groups()

    def read(self, row: Row) -> RowClass:
        """The class of the row, which is counted; its words went where they belong."""
        self._after_break |= row.after_break
        found = self._class(row)
        self.counts[found] += 1
        self.classes[row.place] = found
        if found in ("item", "continuation") and row.filled:
            self._after_break = False
        self._after_heading = found == "heading"
        return found

    def _class(self, row: Row) -> RowClass:
        """The first class that a row shows signs of; a row that shows none is asked about."""
        for classified in (
            *(self._blank, self._header, self._answered, self._total, self._merged, self._labelled, self._lonely),
            *(self._stray, self._odd_number, self._over_others, self._numbered, self._numberless, self._continuation),
        ):
            if (found := classified(row)) is not None:
                return found
        return self._ask(row, "строка не понята", "мероприятие")

    def _blank(self, row: Row) -> RowClass | None:
        return None if row.filled else "continuation"

    def _header(self, row: Row) -> RowClass | None:
        if is_column_numbers(row):
            self._after_break = True
            return "header"
        return "header" if is_rule(row) or is_repeated(row, self.columns) else None

    def _answered(self, row: Row) -> RowClass | None:
        answer = ANSWERS.get((self.answers.of("row", row.words) or "").casefold())
        if answer == "item":
            return self._new_item(row)
        if answer == "heading":
            return self._heading(row)
        if answer == "continuation":
            return self._continuing(row) if self.last else "header"
        return answer

    def _total(self, row: Row) -> RowClass | None:
        """«Итого: 4 мероприятия» and footnotes: they name no section and go on with nothing."""
        words = row.cells[row.filled[0]]
        total = headings.is_total(words) and not self._term(row)
        if not total and not (len(row.filled) == 1 and headings.is_note(words)):
            return None
        self.last = None
        return "heading"

    def _merged(self, row: Row) -> RowClass | None:
        """One cell over the whole row, or what looks like one: words in the column of numbers."""
        if len(row.filled) != 1 or row.filled[0] != 0:
            return None
        words, free_row = row.cells[0], not (row.covered - {0})
        if self.columns.at.get("number") == 0:
            if headings.names_an_action(words):
                return self._ask(row, "у строки нет ни номера, ни срока, ни ответственного", "мероприятие", "заголовок")
            return None if NUMBER.match(words) else self._heading(row)
        if "number" in self.columns.at or not free_row or words[0].islower():
            return None
        if self.columns.at["title"] == 0 and headings.names_an_action(words):
            return self._ask(row, "у строки нет ни срока, ни ответственного", "мероприятие", "заголовок")
        return self._heading(row)

    def _labelled(self, row: Row) -> RowClass | None:
        """A section whose words stand alone in the column of measures."""
        at = self.columns.at["title"]
        if row.filled != (at,) or row.covered:
            return None
        words = row.cells[at]
        if headings.is_labelled(words):
            return self._heading(row)
        begun = (
            not self._torn
            and row.place in self._inside
            and not (self.last and headings.is_unfinished(self.last.words.get("title", "")))
        )
        return (
            self._heading(row)
            if begun and self._is_numbered and headings.is_title(words, first=self.last is None)
            else None
        )

    def _lonely(self, row: Row) -> RowClass | None:
        at = row.filled[0]
        if len(row.filled) == 1 and NUMBER.match(row.cells[at]) and at == self.columns.at.get("number"):
            return self._ask(row, "в строке один номер без слов", "пропустить")
        return None

    def _stray(self, row: Row) -> RowClass | None:
        if stray := [row.cells[at] for at in row.filled if at not in self._named]:
            return self._ask(row, f"слова стоят вне граф: «{stray[0]}»", "пропустить")
        return None

    def _odd_number(self, row: Row) -> RowClass | None:
        number = self._cell(row, "number")
        if number and not NUMBER.match(number):
            return self._ask(row, f"в графе номера стоит «{number}»", "мероприятие")
        return None

    def _over_others(self, row: Row) -> RowClass | None:
        """A numbered row without a term over rows of its own: «1» over 1.1; «II», or «2» over 1, 2, 3 again."""
        number, title = self._number(row).rstrip(".)"), self._title(row)
        if not number or not title or self._term(row) or self.nested:
            return None
        if number in self._heads:
            self.group = Group(number, title, responsible=self._cell(row, "responsible"), place=row.place)
            self.last = None
            return "heading"
        alone = not any(self._cell(row, role) for role in ("responsible", "executors", "result"))
        restarts = row.place in self._restarts and headings.is_title(title)
        if alone and (ROMAN.fullmatch(number) or restarts):
            return self._heading(row, f"{number}. {title}")
        return None

    def _numbered(self, row: Row) -> RowClass | None:
        title, number = self._title(row), self._number(row)
        if not number:
            return None
        if self.nested:
            wider = self.columns.cell(row, "group")
            if wider:
                self.group = Group(number.rstrip(".)"), wider)
                if not title and not self._term(row):
                    return "heading"
            if title:
                return self._new_item(row)
        elif title:
            self.numbered = "number" in self.columns.at
            return self._new_item(row)
        return self._ask(row, "у строки есть номер, но нет мероприятия", "пропустить")

    def _numberless(self, row: Row) -> RowClass | None:
        if self._number(row):
            return None
        title, term = self._title(row), self._term(row)
        if self.nested and (wider := self.columns.cell(row, "group")):
            if self.group is None:
                return self._ask(row, "строка без номера стоит не под мероприятием", "мероприятие")
            if wider != self.group.title:
                self.group.title = join_torn(self.group.title, wider)
        inherits = bool(row.covered & {self.columns.at.get(role, -1) for role in WORDS})
        if self._torn and term and self._completes(term):
            return self._continuing(row)
        if self.nested or not self.numbered:
            if title and (term or inherits) and not (self._torn and title[0].islower() and not self.nested):
                return self._new_item(row)
            if title and "number" not in self.columns.at and self._cell(row, "responsible") and not self._torn:
                return self._new_item(row)
        elif title and term and title[0].isupper():
            return self._ask(row, "у строки со своим сроком нет номера", "мероприятие", "продолжение")
        return None

    def _continuation(self, row: Row) -> RowClass | None:
        """The rest of a torn cell: after a page break, or words that do not begin anew."""
        if self._number(row):
            return None
        title, term = self._title(row), self._term(row)
        if self.last is None:
            return self._ask(row, "строка ничего не продолжает", "мероприятие", "заголовок")
        if self._torn:
            return self._continuing(row)
        if title and title[0].isupper() and self._cell(row, "responsible"):
            return self._ask(row, "строка без номера и срока похожа на отдельное мероприятие", "продолжение")
        if term and not title:
            return self._ask(row, "у мероприятия второй срок в отдельной строке", "продолжение")
        unfinished = headings.is_unfinished(self.last.words.get("title", ""))
        if title and title[0].isupper() and not row.covered and not unfinished:
            return self._ask(row, "строка без номера и срока начинается заново", "мероприятие", "заголовок")
        return self._continuing(row)

    @property
    def _torn(self) -> bool:
        return self._after_break and self.last is not None

    @property
    def _is_numbered(self) -> bool:
        return "number" in self.columns.at

    def _heading(self, row: Row, words: str = "") -> RowClass:
        self.sections.add(words or row.words, row.place, adjacent=self._after_heading, torn=self._after_break)
        self.group, self.last = None, None
        return "heading"

    def _completes(self, term: str) -> bool:
        """Whether a torn term is whole only together with the words after the page break."""
        before = self.last.words.get("term", "") if self.last else ""
        return bool(before) and not self.reads(before) and self.reads(join_torn(before, term))

    def _new_item(self, row: Row) -> RowClass:
        self.add_item(row)
        return "item"

    def _continuing(self, row: Row) -> RowClass:
        self.go_on(row)
        return "continuation"

    def _ask(self, row: Row, why: str, *likely: str) -> RowClass:
        choices = tuple(dict.fromkeys((*likely, *ANSWERS)))
        self.questions.append(Question("row", row.place, row.words, why, likely[0], choices))
        return "question"
