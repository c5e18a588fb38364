"""Row accounting: each row is an item, an indicator, a continuation of one, a heading, a header, or a question."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from roadmap.documents.columns.aligned import aligned
from roadmap.documents.columns.content import DAYS
from roadmap.documents.columns.grid import said_under, span_named
from roadmap.documents.columns.layout import Columns, is_column_numbers, is_repeated, is_rule
from roadmap.documents.columns.roles import Role
from roadmap.documents.names import names_in
from roadmap.documents.neutral import Row, join_torn
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables import headings
from roadmap.documents.tables.items import ASIDE, WORDS, Cells, of_above, stacked
from roadmap.documents.tables.items import FoundItem as FoundItem
from roadmap.documents.tables.items import Group as Group
from roadmap.documents.tables.numbers import NUMBER, ROMAN, heads_of, restarts_after
from roadmap.documents.tables.sections import Sections
from roadmap.language.normalise import plain_with_signs

RowClass = Literal["item", "indicator", "continuation", "heading", "header", "question"]
CLASSES: tuple[RowClass, ...] = ("item", "indicator", "continuation", "heading", "header", "question")
ANSWERS: dict[str, RowClass] = {
    "мероприятие": "item",
    "продолжение": "continuation",
    "заголовок": "heading",
    "пропустить": "header",
}


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one table in order. ``reads`` says whether words are a term."""

    columns: Columns
    reads: Callable[[str], bool]
    answers: Answers
    items: list[FoundItem] = field(default_factory=list)
    counts: Counter[RowClass] = field(default_factory=Counter)
    classes: dict[str, RowClass] = field(default_factory=dict)
    """What each row became, by its place."""
    questions: list[Question] = field(default_factory=list)
    sections: Sections = field(default_factory=Sections)
    group: Group | None = None
    last: FoundItem | None = None
    numbered: bool = False
    nested: bool = False
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
        self._ask_of_groups()

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
            return self._item(row)
        if answer == "heading":
            return self._heading(row)
        if answer == "continuation":
            return self._continue(row) if self.last else "header"
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
                return self._item(row)
        elif title:
            self.numbered = "number" in self.columns.at
            return self._item(row)
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
            return self._continue(row)
        if self.nested or not self.numbered:
            if title and (term or inherits) and not (self._torn and title[0].islower() and not self.nested):
                return self._item(row)
            if title and "number" not in self.columns.at and self._cell(row, "responsible") and not self._torn:
                return self._item(row)
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
            return self._continue(row)
        if title and title[0].isupper() and self._cell(row, "responsible"):
            return self._ask(row, "строка без номера и срока похожа на отдельное мероприятие", "продолжение")
        if term and not title:
            return self._ask(row, "у мероприятия второй срок в отдельной строке", "продолжение")
        unfinished = headings.is_unfinished(self.last.words.get("title", ""))
        if title and title[0].isupper() and not row.covered and not unfinished:
            return self._ask(row, "строка без номера и срока начинается заново", "мероприятие", "заголовок")
        return self._continue(row)

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

    def _item(self, row: Row) -> RowClass:
        cells = Cells(self.columns, row)
        number = cells.number.rstrip(".)")
        group = self._group_of(row, number)
        if self.nested and group is not None:
            group.members += 1
            number = f"{group.number}.{group.members}"
        heading = self.sections.current
        item = FoundItem(
            number=number,
            section=heading.title if heading else "",
            section_code=heading.code if heading else "",
            parent=self.sections.parent,
            group=group,
            place=row.place,
        )
        for role in (*WORDS, *ASIDE):
            self._fill(item, role, cells)
        if term := self._under_month(item.words.get("term", "")):
            item.words["term"], item.lines["term"] = term, ()
        if group and group.responsible and not item.words.get("responsible"):
            item.add("responsible", group.responsible)
        parts = stacked(item, self.reads)
        self.items += parts
        self.last = parts[-1]
        return "item"

    def _under_month(self, term: str) -> str:
        """The term of a measure under «Сентябрь»: the month, or the day of it that the row names."""
        heading = self.sections.current
        span = span_named(heading.title) if heading else None
        if span is None or (term and not (span.kind == "month" and DAYS.fullmatch(term))):
            return ""
        return said_under(term, span) if term else span.words

    def _group_of(self, row: Row, number: str) -> Group | None:
        """The wider measure above an item: of nested numbers, of a column of its own, or «1» over 1.1."""
        if self.nested:
            return self.group
        if self.group and self.group.number and not number.startswith(f"{self.group.number}."):
            self.group = None
        wider = self.columns.cell(row, "group")
        if wider and not (self.group and self.group.title == wider):
            self.group = Group("", wider)
        return self.group

    def _fill(self, item: FoundItem, role: Role, cells: Cells) -> None:
        """The words of one role: of the row's own cell, or of the row above where it says so or is merged with it."""
        above = self.items[-1] if self.items else None
        words, lines = cells.of(role), cells.lines(role)
        at = self.columns.at.get("term_end" if role == "term" and "term" not in self.columns.at else role, -1)
        if not words and at in cells.row.covered and above:
            words, lines = above.words.get(role, ""), above.lines.get(role, ())
        if role not in ("title", *ASIDE):
            said, doubt = of_above(words, above, role)
            if said != words:
                words, lines = said, above.lines.get(role, ()) if above and said == above.words.get(role) else ()
            if doubt and role in ("responsible", "executors"):
                answer = self.answers.of("responsible", item.words.get("title", ""))
                words, lines = (answer, ()) if answer else (words if above else "", lines)
                if answer:
                    item.act_words = item.act_words | {role: cells.of(role)}
                else:
                    self._ask_who(item, words, lines, doubt)
        if words:
            item.add(role, words, lines)

    def _ask_who(self, item: FoundItem, words: str, lines: tuple[str, ...], doubt: str) -> None:
        """Which of several «он же» is; or who, where the first row says it."""
        names = names_in(words, lines) if words else []
        choices = tuple(dict.fromkeys(filter(None, ("; ".join(names), *names))))
        proposed = f"«{choices[0]}»" if choices else "назвать орган"
        title = item.words.get("title", "")
        self.questions.append(Question("responsible", item.place, title, doubt, proposed, choices))

    def _continue(self, row: Row) -> RowClass:
        assert self.last is not None
        cells = Cells(self.columns, row)
        for role in (*WORDS, *ASIDE):
            if words := cells.of(role):
                self.last.add(role, words, cells.lines(role))
        return "continuation"

    def _ask_of_groups(self) -> None:
        """Who stands beside the heading of a group and beside none of its rows is nobody's executor yet."""
        for group in {
            id(item.group): item.group for item in self.items if item.group and item.group.responsible
        }.values():
            under = [item.words for item in self.items if item.group is group]
            said = plain_with_signs(" ".join(f"{own.get('responsible')} {own.get('executors')}" for own in under))
            words = f"{group.number}. {group.title} | {group.responsible}"
            if plain_with_signs(group.responsible) not in said and self.answers.of("row", words) is None:
                why = "у строк под этой другие ответственные; если он исполнитель и там, впишите его в пункты"
                self.questions.append(Question("row", group.place, words, why, "пропустить", ("пропустить",)))

    def _ask(self, row: Row, why: str, *likely: str) -> RowClass:
        choices = tuple(dict.fromkeys((*likely, *ANSWERS)))
        self.questions.append(Question("row", row.place, row.words, why, likely[0], choices))
        return "question"

    def _cell(self, row: Row, role: Role) -> str:
        return self.columns.cell(row, role)

    def _number(self, row: Row) -> str:
        return Cells(self.columns, row).number

    def _title(self, row: Row) -> str:
        return Cells(self.columns, row).of("title")

    def _term(self, row: Row) -> str:
        return Cells(self.columns, row).of("term")
