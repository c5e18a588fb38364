"""The items that the rows of one table make: a row's words go into its item, under its section and its group."""

from collections.abc import Callable
from dataclasses import dataclass, field

from roadmap.documents.columns.content import DAYS
from roadmap.documents.columns.grid import said_under, span_named
from roadmap.documents.columns.layout import Columns
from roadmap.documents.columns.roles import Role
from roadmap.documents.names import names_in
from roadmap.documents.neutral import Row
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.items import ASIDE, WORDS, Cells, FoundItem, Group, of_above, stacked
from roadmap.documents.tables.sections import Sections
from roadmap.language.normalise import plain_with_signs


@dataclass(slots=True)
class Filling:
    """What has been found in a table up to a row. ``reads`` says whether words are a term."""

    columns: Columns
    reads: Callable[[str], bool]
    answers: Answers
    items: list[FoundItem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    sections: Sections = field(default_factory=Sections)
    group: Group | None = None
    last: FoundItem | None = None
    nested: bool = False

    def add_item(self, row: Row) -> None:
        """A new item, or several where its cells number several actions."""
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

    def go_on(self, row: Row) -> None:
        """More words for the last item."""
        assert self.last is not None
        cells = Cells(self.columns, row)
        for role in (*WORDS, *ASIDE):
            if words := cells.of(role):
                self.last.add(role, words, cells.lines(role))

    def ask_of_groups(self) -> None:
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

    def _cell(self, row: Row, role: Role) -> str:
        return self.columns.cell(row, role)

    def _number(self, row: Row) -> str:
        return Cells(self.columns, row).number

    def _title(self, row: Row) -> str:
        return Cells(self.columns, row).of("title")

    def _term(self, row: Row) -> str:
        return Cells(self.columns, row).of("term")
