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
from roadmap.documents.bodies import Bodies, Body
from roadmap.documents.entries import Entry, entries_of, reader_of
from roadmap.documents.neutral import Document, Paragraph, Table, clean
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables import indicators
from roadmap.documents.tables.columns import ROLE_RU
from roadmap.documents.tables.joined import WholeTable, whole_tables
from roadmap.documents.tables.rows import CLASSES, FoundItem, RowClass, RowReader, heal
from roadmap.documents.text import headings, points
from roadmap.documents.text.accounting import PARAGRAPH_CLASSES, ParagraphClass, count_paragraphs
from roadmap.documents.text.definitions import definitions_of
from roadmap.documents.text.directives import directives
from roadmap.documents.text.listed import listed_plans
from roadmap.documents.text.order import order_of
from roadmap.documents.text.regulations import Regulation, regulation_of
from roadmap.language.normalise import plain_with_signs
from roadmap.reading import Reading

_TITLE = re.compile(
    r"^«?\s*(комплекс мер|план\b|план-график|«?дорожная карта|перечень мероприятий|мероприятия\b)", re.IGNORECASE
)
_WIDE = (date(2000, 1, 1), date(2099, 12, 31))
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
    texts: Counter[ParagraphClass] = field(default_factory=Counter)
    """Every paragraph of the running text once, by its class."""
    questions: list[Question] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    """(place, words) of the points that the act carries out by being signed."""

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
            "bodies": [body.to_entry() for body in self.bodies.all],
            "rows": {"total": self.rows} | {name: self.counts[name] for name in CLASSES},
            "paragraphs": {"total": sum(self.texts.values())} | {name: self.texts[name] for name in PARAGRAPH_CLASSES},
            "questions": [question.to_json() for question in self.all_questions()],
        }


def find(document: Document, answers: Answers | None = None) -> Found:
    """1. the act; 2. tables and their rows; 3. the period; 4. items with readings; 5. the rest of the words."""
    answers = answers or Answers()
    paragraphs = [block for block in document.blocks if isinstance(block, Paragraph)]
    act = _answered_act(head.find_act(paragraphs), answers)
    found = Found(document.name, act)
    tables = list(whole_tables(document, _answered_roles(document, answers)))
    found.title = _title(tables, paragraphs, act)
    rough = reader_of(*_WIDE)
    raw = [row for n, table in enumerate(tables) for row in _read_table(table, n, found, answers, rough)]
    raw += _read_text(paragraphs, found, answers, rough)
    found.controller = head.find_controller(paragraphs)
    words = [item.words.get("term", "") for _, _, item in raw]
    found.period = _period(found, tables, words, paragraphs, answers)
    found.items = entries_of(raw, found.period, found.bodies, answers, authority=act.authority)
    found.questions += found.bodies.level_questions(_bearers(found.items), answers)
    _ask_about_act(found, answers)
    named = region_of([act.authority, found.title, act.title])
    found.region = answers.of("zone", "region") or named
    if not found.region:
        proposed = "вписать region, например «Краснодарский край», и zone"
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
    return [*(("table", "", item) for item in plans.items), *told.items, *regulation.duties]


def _is_term_inside(reading: Reading) -> bool:
    """Inside a sentence «в соответствии с планом» is no term, and a day without a year is one."""
    if reading.kind == "unreadable":
        return any(problem.startswith("Не назван год") for problem in reading.problems)
    return reading.kind != "external"


def _bearers(items: list[Entry]) -> Iterator[tuple[Body, str]]:
    """Who bears the standing duties, and where the document says so."""
    duties = (entry for entry in items if entry.origin == "duty" and entry.item.words["responsible"])
    return ((entry.bodies[0], entry.item.place) for entry in duties)


def _count_paragraphs(
    found: Found,
    paragraphs: list[Paragraph],
    regulation: Regulation,
    known: dict[int, ParagraphClass],
    asked: list[Question],
) -> None:
    found.texts = count_paragraphs(
        paragraphs,
        regulation,
        known=known,
        named=[
            *(("indicator", entry["source"]["place"], entry["title"]) for entry in found.indicators),
            *(("question", question.place, question.words) for question in asked),
        ],
    )


def _answered_roles(document: Document, answers: Answers) -> dict[str, Any]:
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


def _read_table(
    table: WholeTable, n: int, found: Found, answers: Answers, rough: Callable[[str], Reading]
) -> list[tuple[str, str, FoundItem]]:
    """The items of one table; its rows are counted, its questions asked."""
    found.rows += sum(1 for _ in table.all_rows)
    _rows_above(table, found, answers)
    found.counts["header"] += len(table.header)
    columns = table.columns
    if columns is None:
        _unknown_table(table, found, answers)
        return []
    for at in columns.unknown:
        if answers.of("column", columns.words[at]) is None:
            proposed = "«не нужна» (слова графы в черновик не войдут)"
            found.questions.append(
                Question("column", table.header[0].place, columns.words[at], "графа не распознана", proposed)
            )
    if columns.kind == "indicators":
        entries, classes, questions = indicators.from_rows(table.rows, columns)
        found.counts.update(kind for _, kind in classes)
        found.indicators += entries
        found.questions += questions
        return []
    reader = RowReader(columns, lambda words: rough(words).kind != "unreadable", answers)
    if table.section:
        reader.sections.add(table.section.text, table.section.place, adjacent=False, torn=False)
    for row in table.rows:
        reader.read(row)
    found.counts.update(reader.counts)
    found.questions += reader.questions
    items = [heal(item) for item in reader.items]
    headed = all(item.section_code for item in items) and not any(code.endswith("roadmap") for code in found.sections)
    clash = not headed or any(item.section_code in found.sections for item in items)
    prefix = f"t{n + 1}." if found.sections and clash else ""
    caption = _caption(table) or found.title
    for item in items:
        if not item.section_code:
            item.section_code, item.section = f"{prefix}roadmap", caption
        else:
            item.section_code = prefix + item.section_code
        found.sections[item.section_code] = item.section
    return [("table", "", item) for item in items]


def _rows_above(table: WholeTable, found: Found, answers: Answers) -> None:
    """What stands in the table above its header: a title is a heading, a row of many cells is a question."""
    for row in table.above:
        if len(row.filled) <= 2 or answers.of("row", row.words) is not None:
            found.counts["heading"] += 1
            continue
        found.counts["question"] += 1
        why = "строка стоит над шапкой таблицы"
        found.questions.append(Question("row", row.place, row.words, why, "пропустить"))


def _unknown_table(table: WholeTable, found: Found, answers: Answers) -> None:
    """A table of signatures or stamps is a heading; any other one is a question about all of its rows."""
    words = clean(" ".join(row.words for row in table.rows))
    shown = words[:120]
    answer = (answers.of("table", shown) or "").casefold()
    stamp = not table.doubt and _is_stamp(table, words)
    if stamp or not words or answer == "пропустить":
        found.counts["heading" if stamp else "header"] += len(table.rows)
        return
    found.counts["question"] += len(table.rows)
    why = table.doubt or f"таблица без понятной шапки, строк: {len(table.rows)}"
    remedy = "взять документ в .docx" if table.doubt else "дать графам шапку"
    found.questions.append(Question("table", table.rows[0].place, shown, why, f"{remedy} или «пропустить»"))


def _is_stamp(table: WholeTable, words: str) -> bool:
    """«УТВЕРЖДЕНО приказом…», a signature, the number and date of the act: few rows of few cells, none numbered."""
    if len(table.rows) > 8 or any(len(row.filled) > 3 for row in table.rows):
        return False
    if len(table.rows) > 2 and all(len(row.filled) == 3 for row in table.rows):  # a list of people or of addresses
        return False
    if any(re.match(r"№\s*п|\d+[.)]?$", row.cells[0]) for row in table.rows if row.cells):
        return False
    return bool(re.search(r"утвержд|приложени|согласован|[А-ЯЁ]\.\s?[А-ЯЁ]\.|№|\bот\b", words, re.IGNORECASE))


def _caption(table: WholeTable) -> str:
    """The title right before the table, from «Комплекс мер» or the like on."""
    at = next((n for n in range(len(table.caption) - 1, -1, -1) if _TITLE.match(table.caption[n].text)), None)
    if at is None or len(table.caption) - at > 5:
        return ""
    words = clean(" ".join(paragraph.text for paragraph in table.caption[at:]))
    first = re.match(r"[^а-яё]+(?=\s|$)", words)
    shouted = first[0].strip() if first and sum(map(str.isalpha, first[0])) > 5 else ""
    return shouted.capitalize() + words[len(shouted) :] if shouted else words


def _title(tables: list[WholeTable], paragraphs: list[Paragraph], act: head.FoundAct) -> str:
    captions = (_caption(table) for table in tables if table.columns and table.columns.kind == "roadmap")
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
        title for title in (found.title, *(_caption(table) for table in tables), *plans, found.act.title) if title
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
