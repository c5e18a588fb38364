"""Plans that are lists and no tables: «1. Провести семинар. Срок: … Ответственный: …» in any of their layouts.

A list is a plan where a title of one stands above it, or where its lines are labelled; each of its entries is an item,
and one whose term or owner is not told is asked about like a row of a table.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from roadmap.documents.neutral import Paragraph
from roadmap.documents.orders import headings
from roadmap.documents.orders.entry import Entry, said_in, under
from roadmap.documents.orders.labels import labelled
from roadmap.documents.orders.order import BULLET, PAREN, SUB, TOP
from roadmap.documents.orders.terms_in_text import Reads, spans, trimmed
from roadmap.documents.orders.verbs import infinitives
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.rows import FoundItem
from roadmap.documents.text.accounting import ParagraphClass
from roadmap.documents.text.passages import listed

_NUMBER_ALONE = re.compile(r"^(?P<n>\d{1,3}(?:\.\d{1,3})*)\s?[.)]?$")
_SECTION = re.compile(
    r"^(?:(?:раздел|этап|направление|блок|модуль|глава|часть)\s+(?:№\s*)?(?:\d+|[IVXІХ]+)(?!\w)|[IVXІХ]{1,5}[.)]?\s+(?=[А-ЯЁ])"
    r"|(?:\d+|[IVXІХ]+)(?:-?[йя])?\s+(?:раздел|этап)(?!\w))",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"^(?:«?приложени|«?утвержд[её]н|«?\s*(?:ПОЛОЖЕНИЕ|ПОРЯДОК|РЕГЛАМЕНТ|СОСТАВ)(?!\w)|показатели\s|понятия|согласовано)"
)
#: «1. 15 марта – …»: the number of a line, and a day after it.
_BEFORE_DAY = re.compile(r"^(?P<n>\d{1,3})[.)]\s+(?P<words>\d{1,2}(?:\s+[а-яё]{3,8}|\.\d{2})\b.*)$")
_LED = re.compile(r"^(?P<term>[^:]{3,40}):\s+(?P<words>\S.*)$")
SHOWN = 120


@dataclass(slots=True)
class Listed:
    """The items of listed plans, their sections by code, what each paragraph became, and questions."""

    items: list[FoundItem] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)
    entries: set[int] = field(default_factory=set)
    """The numbers of the paragraphs that begin an item."""
    headings: set[int] = field(default_factory=set)
    rest: set[int] = field(default_factory=set)
    """Paragraphs that go on with an item."""
    questions: list[Question] = field(default_factory=list)

    @property
    def taken(self) -> set[int]:
        """All paragraphs that belong to the plans."""
        return self.entries | self.headings | self.rest

    @property
    def classes(self) -> dict[int, ParagraphClass]:
        """The class of each paragraph of the plans."""
        named: tuple[tuple[set[int], ParagraphClass], ...]
        named = ((self.headings, "heading"), (self.rest, "continuation"), (self.entries, "item"))
        return {n: name for paragraphs, name in named for n in paragraphs}

    def number_sections(self, taken: Iterable[str]) -> dict[str, str]:
        """The sections by codes that no section of a table has (``taken``); the items get these codes."""
        tables = set(taken)
        codes = {code: f"list.{code}" if code in tables else code for code in self.sections}
        for item in self.items:
            item.section_code = codes[item.section_code]
        return {codes[code]: title for code, title in self.sections.items()}


def listed_plans(paragraphs: Sequence[Paragraph], taken: set[int], reads: Reads, answers: Answers) -> Listed:
    """The plans among the paragraphs that are not ``taken`` (the order's own points, definitions)."""
    found = Listed()
    for title, lines in _blocks(paragraphs, taken):
        reader = _Reader(reads, bool(title))
        for n in lines:
            reader.read(n, paragraphs[n])
        if reader.is_plan:
            _keep(reader, title, found)
        elif title and (asked := _prose(title, [paragraphs[n] for n in lines], reads)):
            found.questions += [asked] if answers.of("row", asked.words) is None else []
    return found


def _blocks(paragraphs: Sequence[Paragraph], taken: set[int]) -> Iterator[tuple[str, list[int]]]:
    """(the title, or empty; the paragraphs below it) for each stretch that may be a plan."""
    titles = {first: (last, words) for first, last, words in headings.titles(paragraphs) if first not in taken}
    title, lines, skip = "", list[int](), -1
    for n, paragraph in enumerate(paragraphs):
        if n <= skip:
            continue
        if n in titles:
            yield title, lines
            skip, title = titles[n]
            lines = []
        elif n in taken or _ENDS.match(paragraph.text.casefold() if paragraph.text[:1].islower() else paragraph.text):
            yield title, lines
            title, lines = "", []
        elif paragraph.text:
            lines.append(n)
    yield title, lines


class _Reader:
    """Reads the lines of one stretch in order; ``titled``: a title of a plan stands above it."""

    def __init__(self, reads: Reads, titled: bool) -> None:
        self.reads, self.titled = reads, titled
        self.entries: list[Entry] = []
        self.sections: dict[int, str] = {}
        self.headings: set[int] = set()
        self.default = ""
        """The term that heads the lines below it: «Март 2027 г.»."""
        self.labels = 0
        self.closed = False

    @property
    def is_plan(self) -> bool:
        """Entries with terms under a title, or labels of terms and owners without one."""
        told = sum(bool(entry.term) for entry in self.entries)
        if not self.titled:
            return self.labels >= 2 and 2 * self.labels >= len(self.entries)
        return bool(self.entries) and (3 * told >= len(self.entries) or self.labels >= 2)

    def read(self, n: int, paragraph: Paragraph) -> None:
        """1. labels; 2. sections; 3. a number alone; 4. terms that head lines; 5. entries; 6. what goes on with one."""
        text, labels = paragraph.text, labelled(paragraph.text)
        last = self.entries[-1] if self.entries else None
        if labels.is_only_labels:
            self.labels += 1
            if last:
                last.take(labels, n)
            return
        if _SECTION.match(text) and not labels.has_labels and not spans(text, self.reads):
            self.sections[len(self.entries)] = trimmed(text)
            self.headings.add(n)
            return
        if match := _NUMBER_ALONE.match(text):
            self.entries.append(Entry(n, paragraph.place, match["n"], "", open_=True))
            return
        if self._heads(text, n, paragraph, last):
            return
        number, words = _numbered(text)
        if number is not None or (self.default and self.titled and not text[:1].islower()):
            self._enter(n, paragraph, number or "", words)
        elif last:
            under(last, text, n, self.reads)
        elif self.titled and infinitives(text) and spans(text, self.reads):
            self._enter(n, paragraph, "", words)
        else:
            self.headings.add(n)

    def _heads(self, text: str, n: int, paragraph: Paragraph, last: Entry | None) -> bool:
        """«Март 2027 г.» over lines, «Март: провести …»."""
        if not self.titled or (last and last.open_ and not last.term):
            return False
        led = _LED.match(text)
        if led and self.reads(led["term"].strip()) and not _numbered(text)[0]:
            self.default = led["term"].strip()
            for piece in listed(led["words"]):
                self._enter(n, paragraph, "", piece)
            return True
        if self.reads(trimmed(text)) and not (last and not last.term and not self.default):
            self.default = trimmed(text)
            self.headings.add(n)
            return True
        return False

    def _enter(self, n: int, paragraph: Paragraph, number: str, words: str) -> None:
        entry = said_in(words, self.reads, Entry(n, paragraph.place, number, ""))
        entry.term = entry.term or self.default
        self.labels += labelled(words).has_labels
        self.entries.append(entry)


def _numbered(text: str) -> tuple[str | None, str]:
    if match := _BEFORE_DAY.match(text):
        return match["n"], match["words"]
    for pattern in (SUB, TOP, PAREN):
        if match := pattern.match(text):
            return match["n"], match["words"]
    bullet = BULLET.match(text)
    return ("", bullet["words"]) if bullet else (None, text)


def _keep(reader: _Reader, title: str, found: Listed) -> None:
    """The entries as items; a numbered line without a term over «n.1», «n.2» is the heading of a section."""
    base = "roadmap" if "roadmap" not in found.sections else f"list{len(found.sections) + 1}.roadmap"
    prefix = base.removesuffix("roadmap")
    code, heading = base, title
    parents = {entry.number.rpartition(".")[0] for entry in reader.entries if "." in entry.number}
    for n, entry in enumerate(reader.entries):
        if n in reader.sections:
            heading = reader.sections[n]
            code = f"{prefix}{1 + sum(key.removeprefix(prefix).isdigit() for key in found.sections)}"
        if entry.number in parents and not entry.term and not entry.who:
            code, heading = f"{prefix}{entry.number}", trimmed(entry.words)
            found.headings.add(entry.first)
            continue
        found.sections.setdefault(code, heading)
        found.items.append(_item(entry, code, heading))
        found.entries.add(entry.first)
        found.rest |= entry.rest
    found.rest -= found.entries
    found.headings |= reader.headings


def _item(entry: Entry, code: str, heading: str) -> FoundItem:
    item = FoundItem(entry.number, heading, code, "", None, entry.place)
    item.words = {"title": trimmed(entry.words), "responsible": entry.who, "term": entry.term}
    if entry.more:
        item.words["executors"] = entry.more
    if entry.result:
        item.words["result"] = entry.result
    return item


def _prose(title: str, paragraphs: Sequence[Paragraph], reads: Reads) -> Question | None:
    """A plan that is told in sentences: its terms are seen, its measures are not."""
    terms = [span for paragraph in paragraphs for span in spans(paragraph.text, reads)]
    if len(terms) < 2:
        return None
    why = f"план изложен сплошным текстом: сроков в нём {len(terms)}, мероприятия не выделены"
    return Question(
        "row", paragraphs[0].place, title[:SHOWN], why, "дать мероприятиям номера или «пропустить»", ("пропустить",)
    )
