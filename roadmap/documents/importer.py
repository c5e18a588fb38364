"""Everything found in one document, every row of its tables accounted for."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from roadmap.documents.act import head
from roadmap.documents.act.periods import find_period
from roadmap.documents.act.regions import region_of
from roadmap.documents.bodies import OFFICIALS, Bodies, Body
from roadmap.documents.columns.shown import TableShown
from roadmap.documents.entries import Entry, entries_of, reader_of
from roadmap.documents.neutral import Document, Paragraph
from roadmap.documents.orders import headings, points
from roadmap.documents.orders.directives import directives
from roadmap.documents.orders.listed import listed_plans
from roadmap.documents.orders.order import order_of
from roadmap.documents.questions import Answers, Question, asked_once
from roadmap.documents.tables import indicators
from roadmap.documents.tables.captions import caption_of
from roadmap.documents.tables.items import FoundItem
from roadmap.documents.tables.joined import WholeTable
from roadmap.documents.tables.reading import TablesRead, read_tables, tables_of
from roadmap.documents.tables.rows import CLASSES, RowClass
from roadmap.documents.text.accounting import PARAGRAPH_CLASSES, ParagraphClass, classes_of
from roadmap.documents.text.definitions import definitions_of
from roadmap.documents.text.regulations import Regulation, regulation_of
from roadmap.reading import Reading

_WIDE = (date(2000, 1, 1), date(2099, 12, 31))
#: In which a term without a year reads too.
_SOME_YEAR = (date(2001, 1, 1), date(2001, 12, 31))
_SOME_YEAR = (date(2001, 1, 1), date(2001, 12, 31))


@dataclass(slots=True)
class Found:
    """What one document holds; ``counts`` has every source row of every table once."""

    name: str
    act: head.FoundAct
    period: tuple[date, date, str] | None = None
    """First and last day, both included, and why these; None where the document names no year at all."""
    title: str = ""
    region: str = ""
    items: list[Entry] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    definitions: list[dict[str, str]] = field(default_factory=list)
    controller: dict[str, Any] | None = None
    bodies: Bodies = field(default_factory=Bodies)
    counts: Counter[RowClass] = field(default_factory=Counter)
    rows: int = 0
    row_classes: dict[str, RowClass] = field(default_factory=dict)
    """What each row of a table became, by its place."""
    texts: Counter[ParagraphClass] = field(default_factory=Counter)
    """Every paragraph of the running text once, by its class."""
    text_classes: list[ParagraphClass] = field(default_factory=list)
    """What each paragraph of the running text became, in order."""
    questions: list[Question] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    """(place, words) of the points that the act carries out by being signed."""
    tables: list[TableShown] = field(default_factory=list)
    """What each column of each table was taken for."""

    def take(self, read: TablesRead) -> None:
        """What the tables hold."""
        self.sections |= read.sections
        self.indicators += read.indicators
        self.questions += read.questions
        self.counts.update(read.counts)
        self.row_classes |= read.classes
        self.rows += read.rows
        self.tables += read.shown

    def table_lines(self) -> list[str]:
        """The roles of the columns, a line for each table: what people check first."""
        return [table.line for table in self.tables]

    def all_questions(self) -> list[Question]:
        """Questions of the document and of its items."""
        return [*self.questions, *(question for entry in self.items for question in entry.questions)]

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        start, end, ground = self.period or (None, None, "")
        period = [start.isoformat(), end.isoformat()] if start and end else []
        return {
            "act": self.act.to_json() | {"period": period, "period_ground": ground},
            "items": [entry.to_json() for entry in self.items],
            "indicators": self.indicators,
            "tables": [table.to_json() for table in self.tables],
            "bodies": [body.to_entry() for body in self.bodies.all if body.kind not in OFFICIALS],
            "people": [body.to_person() for body in self.bodies.all if body.kind in OFFICIALS],
            "rows": {"total": self.rows} | {name: self.counts[name] for name in CLASSES},
            "paragraphs": {"total": sum(self.texts.values())} | {name: self.texts[name] for name in PARAGRAPH_CLASSES},
            "questions": [asked.to_json() for asked in asked_once(self.all_questions())],
        }


def find(document: Document, answers: Answers | None = None) -> Found:
    """1. the act; 2. tables and their rows; 3. the period; 4. items with readings; 5. the rest of the words."""
    answers = answers or Answers()
    paragraphs = [block for block in document.blocks if isinstance(block, Paragraph)]
    act = _answered_act(head.find_act(paragraphs), answers)
    found = Found(document.name, act)
    rough, some_year = reader_of(*_WIDE), reader_of(*_SOME_YEAR)

    def reads(words: str) -> bool:
        return rough(words).kind != "unreadable"

    def is_whole(words: str) -> bool:
        return reads(words) or some_year(words).kind != "unreadable"

    tables = tables_of(document, answers, reads)
    found.title = _title(tables, paragraphs, act)
    read = read_tables(tables, answers, reads, is_whole=is_whole, title=found.title)
    found.take(read)
    raw = [("table", "", item) for item in read.items]
    raw += _read_text(paragraphs, found, answers, rough)
    found.controller = head.find_controller(paragraphs)
    words = [item.words.get("term", "") for _, _, item in raw]
    found.period = _with_years(_period(found, tables, words, paragraphs, answers), read.years)
    found.items = entries_of(raw, found.period, found.bodies, answers, authority=act.authority)
    found.questions += found.bodies.level_questions(_bearers(found.items), answers)
    found.questions += found.bodies.unknown_questions(_named(found.items), answers)
    _ask_about_act(found, answers)
    named = region_of([act.authority, found.title, act.title])
    found.region = answers.of("zone", "region") or named
    if not found.region:
        proposed = "вписать регион, например «Краснодарский край»"
        found.questions.append(Question("zone", "начало документа", "region", "регион не назван", proposed))
    return found


def _read_text(
    paragraphs: list[Paragraph], found: Found, answers: Answers, rough: Callable[[str], Reading]
) -> list[tuple[str, str, FoundItem]]:
    """The directives and the standing duties; indicators and definitions of the text; each paragraph is counted."""

    near = reader_of(*_SOME_YEAR)

    def reads(words: str) -> bool:
        return rough(words).kind != "unreadable"

    def reads_inside(words: str) -> bool:
        return any(_is_term_inside(reader(words)) for reader in (near, rough))

    order = order_of(paragraphs)
    told = directives(points.points(order.lines), reads_inside, answers)
    found.questions += [*told.questions, *order.questions(answers)]
    found.done = told.done
    ordered = {line.source for line in order.lines}
    plans = listed_plans(paragraphs, ordered | set(definitions_of(paragraphs).paragraphs), reads_inside, answers)
    found.questions += plans.questions
    found.sections |= plans.number_sections(found.sections)
    regulation = regulation_of(paragraphs, ordered, reads, found.bodies, listed=plans.taken)
    found.sections |= regulation.number_sections(found.sections)
    found.indicators += indicators.from_paragraphs(paragraphs)
    found.indicators, doubts = indicators.settled(found.indicators, answers)
    found.questions += doubts
    definitions = definitions_of(paragraphs)
    found.definitions = definitions.to_entries()
    unread = definitions.questions(answers)
    found.questions += unread
    known: dict[int, ParagraphClass] = {**dict.fromkeys(told.sources, "item"), **plans.classes}
    _count_paragraphs(found, paragraphs, regulation, known, unread)
    return [*(("list", "", item) for item in plans.items), *told.items, *regulation.duties]


def _is_term_inside(reading: Reading) -> bool:
    """Inside a sentence «в соответствии с планом» is no term, and a day without a year is one."""
    if reading.kind == "unreadable":
        return any(problem.startswith("Не назван год") for problem in reading.problems)
    return reading.kind != "external"


def _bearers(items: list[Entry]) -> Iterator[tuple[Body, str]]:
    """Who bears the standing duties, and where the document says so."""
    duties = (entry for entry in items if entry.origin == "duty" and entry.item.words["responsible"])
    return ((entry.bodies[0], entry.item.place) for entry in duties)


def _named(items: list[Entry]) -> Iterator[tuple[Body, str]]:
    """Whom the rows and the directives name, and where."""
    return ((body, entry.item.place) for entry in items if entry.origin != "duty" for body in entry.bodies)


def _count_paragraphs(
    found: Found,
    paragraphs: list[Paragraph],
    regulation: Regulation,
    known: dict[int, ParagraphClass],
    asked: list[Question],
) -> None:
    found.text_classes = classes_of(
        paragraphs,
        regulation,
        known=known,
        named=[
            *(("indicator", entry["source"]["place"], entry["title"]) for entry in found.indicators),
            *(("question", question.place, question.words) for question in asked),
        ],
    )
    found.texts = Counter(found.text_classes)


def _title(tables: list[WholeTable], paragraphs: list[Paragraph], act: head.FoundAct) -> str:
    captions = (caption_of(table) for table in tables if table.columns and table.columns.kind == "roadmap")
    caption = next(filter(None, captions), "")
    regulation = head.title_of_regulation(paragraphs)
    return caption or (regulation if act.amends else "") or act.title or regulation


def _answered_act(act: head.FoundAct, answers: Answers) -> head.FoundAct:
    values = {name: answers.of("act", name) or getattr(act, name) for name in ("kind", "number", "title", "authority")}
    on = head.day_of(answers.of("act", "on") or "") or act.on
    return head.FoundAct(on=on, amends=act.amends, **values)


def _period(
    found: Found, tables: list[WholeTable], terms: list[str], paragraphs: list[Paragraph], answers: Answers
) -> tuple[date, date, str] | None:
    """The period, and a question where it is not told surely; None where no year is named anywhere."""
    texts = [paragraph.text for paragraph in paragraphs]
    answer = re.findall(r"\d{2}\.\d{2}\.\d{4}", answers.of("period", "period") or "")
    days = [day for words in answer if (day := head.day_of(words))]
    if len(days) == 2 and days[0] <= days[1]:
        return days[0], days[1], "назван при импорте"
    plans = (words for _, _, words in headings.titles(paragraphs))
    titles = [
        title for title in (found.title, *(caption_of(table) for table in tables), *plans, found.act.title) if title
    ]
    if known := find_period(found.act, titles, terms, texts):
        found.questions += [known.question] if known.question else []
        return known.start, known.end, known.ground
    years = [int(year) for term in terms for year in re.findall(r"(?<!\d)20\d{2}(?!\d)", term)]
    first = found.act.on.year if found.act.on else min(years, default=0)
    if not first:
        why = "год не назван нигде: даты не вычислены"
        proposed = "вписать первый и последний день, например «01.01.2027 – 31.12.2027»"
        found.questions.append(Question("period", "заголовок", "period", why, proposed))
        return None
    start, end = found.act.on or date(first, 1, 1), date(max([first, *years]), 12, 31)
    proposed = f"{start:%d.%m.%Y} – {end:%d.%m.%Y}"
    why = "период действия не назван"
    found.questions.append(Question("period", "заголовок", "period", why, f"«{proposed}»", (proposed,)))
    return start, end, f"предложен при импорте: «{proposed}»"


def _with_years(period: tuple[date, date, str] | None, years: tuple[int, ...]) -> tuple[date, date, str] | None:
    """The period with the years that stand as columns of the plan: its title may name only the first one."""
    if period is None or not years or (period[0].year <= years[0] and years[-1] <= period[1].year):
        return period
    start, end, ground = period
    first = start if start.year <= years[0] else date(years[0], 1, 1)
    last = end if years[-1] <= end.year else date(years[-1], 12, 31)
    return first, last, f"{ground}; графы таблицы: {years[0]}–{years[-1]} гг."


def _ask_about_act(found: Found, answers: Answers) -> None:
    act = found.act
    missing = {"kind": act.kind, "authority": act.authority, "number": act.number, "on": act.on}
    names = {"kind": "вид акта", "authority": "орган, издавший акт", "number": "номер акта", "on": "дата акта"}
    for name, value in missing.items():
        if not value and answers.of("act", name) is None:
            why = f"не найдено: {names[name]}"
            found.questions.append(
                Question("act", "начало документа", name, why, "вписать, как в документе, или оставить пустым")
            )
