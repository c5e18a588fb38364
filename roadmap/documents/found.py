"""Everything found in one document, every row of its tables accounted for."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from roadmap.documents import acts, indicators, points
from roadmap.documents.bodies import Bodies
from roadmap.documents.columns import ROLE_RU
from roadmap.documents.definitions import find_definitions
from roadmap.documents.entries import Entry, entries_of, reader_of
from roadmap.documents.neutral import Document, Paragraph, Table, clean, plain
from roadmap.documents.questions import Answers, Question
from roadmap.documents.regions import region_of
from roadmap.documents.regulations import standing_duties
from roadmap.documents.rows import CLASSES, FoundItem, RowClass, RowReader, heal
from roadmap.documents.tables import WholeTable, whole_tables
from roadmap.reading import Reading

_TITLE = re.compile(
    r"^«?\s*(комплекс мер|план\b|план-график|«?дорожная карта|перечень мероприятий|мероприятия\b)", re.IGNORECASE
)
_WIDE = (date(2000, 1, 1), date(2099, 12, 31))


@dataclass(slots=True)
class Found:
    """What one document holds; ``counts`` has every source row of every table once."""

    name: str
    act: acts.FoundAct
    period: tuple[date, date, str]
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
    questions: list[Question] = field(default_factory=list)

    def all_questions(self) -> list[Question]:
        """Questions of the document and of its items."""
        return [*self.questions, *(question for entry in self.items for question in entry.questions)]

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        start, end, ground = self.period
        return {
            "act": self.act.to_json() | {"period": [start.isoformat(), end.isoformat()], "period_ground": ground},
            "items": [entry.to_json() for entry in self.items],
            "indicators": self.indicators,
            "bodies": [body.to_entry() for body in self.bodies.all],
            "rows": {"total": self.rows} | {name: self.counts[name] for name in CLASSES},
            "questions": [question.to_json() for question in self.all_questions()],
        }


def find(document: Document, answers: Answers | None = None) -> Found:
    """1. the act; 2. tables and their rows; 3. the period; 4. items with readings; 5. the rest of the words."""
    answers = answers or Answers()
    paragraphs = [block for block in document.blocks if isinstance(block, Paragraph)]
    act = _answered_act(acts.find_act(paragraphs), answers)
    found = Found(document.name, act, (*_WIDE, ""))
    tables = list(whole_tables(document, _answered_roles(document, answers)))
    found.title = _title(tables, paragraphs, act)
    rough = reader_of(*_WIDE)
    raw = [row for n, table in enumerate(tables) for row in _read_table(table, n, found, answers, rough)]
    text = points.points(list(points.operative(paragraphs)))
    raw += list(points.directives(text, lambda words: rough(words).kind != "unreadable"))
    raw += list(
        standing_duties(paragraphs, {point.place for point in text}, lambda words: rough(words).kind != "unreadable")
    )
    found.indicators += indicators.from_paragraphs(paragraphs)
    found.definitions = find_definitions(paragraphs)
    found.controller = acts.find_controller(paragraphs)
    words = [item.words.get("term", "") for _, _, item in raw]
    found.period = _period(found, tables, words, [p.text for p in paragraphs], answers)
    found.items = entries_of(raw, found.period, found.bodies, answers, authority=act.authority)
    _ask_about_act(found, answers)
    named = region_of([act.authority, found.title, act.title])
    found.region = answers.of("zone", "region") or named
    if not found.region:
        proposed = "вписать region, например «Краснодарский край», и zone"
        found.questions.append(Question("zone", "начало документа", "region", "регион не назван", proposed))
    return found


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
    return {cell: named[plain(cell)] for row in rows for cell in row.cells if plain(cell) in named}


def _read_table(
    table: WholeTable, n: int, found: Found, answers: Answers, rough: Callable[[str], Reading]
) -> list[tuple[str, str, FoundItem]]:
    """The items of one table; its rows are counted, its questions asked."""
    found.rows += sum(1 for _ in table.all_rows)
    found.counts["heading"] += len(table.above)
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
    for row in table.rows:
        reader.read(row)
    found.counts.update(reader.counts)
    found.questions += reader.questions
    prefix = f"t{n + 1}." if found.sections else ""
    items = [heal(item) for item in reader.items]
    caption = _caption(table) or found.title
    for item in items:
        if not item.section_code:
            item.section_code, item.section = f"{prefix}roadmap", caption
        else:
            item.section_code = prefix + item.section_code
        found.sections[item.section_code] = item.section
    return [("table", "", item) for item in items]


def _unknown_table(table: WholeTable, found: Found, answers: Answers) -> None:
    """A table of signatures or stamps is a heading; any other one is a question about all of its rows."""
    words = clean(" ".join(row.words for row in table.rows))
    stamp = len(table.rows) <= 8 and re.search(
        r"утвержд|приложени|согласован|[А-ЯЁ]\.\s?[А-ЯЁ]\.|№|\bот\b", words, re.IGNORECASE
    )
    shown = words[:120]
    answer = (answers.of("table", shown) or "").casefold()
    if stamp or not words or answer == "пропустить":
        found.counts["heading" if stamp else "header"] += len(table.rows)
        return
    found.counts["question"] += len(table.rows)
    why = f"таблица без понятной шапки, строк: {len(table.rows)}"
    found.questions.append(Question("table", table.rows[0].place, shown, why, "«пропустить» или дать графам шапку"))


def _caption(table: WholeTable) -> str:
    """The title right before the table, from «Комплекс мер» or the like on."""
    at = next((n for n in range(len(table.caption) - 1, -1, -1) if _TITLE.match(table.caption[n].text)), None)
    if at is None or len(table.caption) - at > 5:
        return ""
    words = clean(" ".join(paragraph.text for paragraph in table.caption[at:]))
    first = re.match(r"[^а-яё]+(?=\s|$)", words)
    shouted = first[0].strip() if first and sum(map(str.isalpha, first[0])) > 5 else ""
    return shouted.capitalize() + words[len(shouted) :] if shouted else words


def _title(tables: list[WholeTable], paragraphs: list[Paragraph], act: acts.FoundAct) -> str:
    captions = (_caption(table) for table in tables if table.columns and table.columns.kind == "roadmap")
    caption = next(filter(None, captions), "")
    if caption or act.title:
        return caption or act.title
    return next((p.text for p in paragraphs if re.match(r"(?:ПОЛОЖЕНИЕ|Положение)\s", p.text)), "")


def _answered_act(act: acts.FoundAct, answers: Answers) -> acts.FoundAct:
    values = {name: answers.of("act", name) or getattr(act, name) for name in ("kind", "number", "title", "authority")}
    on = acts.day_of(answers.of("act", "on") or "") or act.on
    return acts.FoundAct(on=on, amends=act.amends, **values)


def _period(
    found: Found, tables: list[WholeTable], terms: list[str], texts: list[str], answers: Answers
) -> tuple[date, date, str]:
    answer = re.findall(r"\d{2}\.\d{2}\.\d{4}", answers.of("period", "period") or "")
    days = [day for words in answer if (day := acts.day_of(words))]
    if len(days) == 2 and days[0] <= days[1]:
        return days[0], days[1], "назван при импорте"
    titles = [title for title in (found.title, *(_caption(table) for table in tables), found.act.title) if title]
    if known := acts.find_period(found.act, titles, terms, texts):
        return known
    years = [int(year) for term in terms for year in re.findall(r"(?<!\d)20\d{2}(?!\d)", term)]
    first = found.act.on.year if found.act.on else min(years, default=0)
    start, end = (date(first, 1, 1), date(max([first, *years]), 12, 31)) if first else _WIDE
    start = found.act.on or start
    proposed = f"«{start:%d.%m.%Y} – {end:%d.%m.%Y}»"
    found.questions.append(Question("period", "заголовок", "period", "период действия не назван", proposed))
    return start, end, "предложен при импорте: " + proposed


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
