"""What is asked of a table as a whole: columns that nobody knows, a table that is none of ours, rows above a header."""

import re
from collections.abc import Callable, Iterable, Iterator

from roadmap.documents.columns.content import Content, contents_of, is_term
from roadmap.documents.columns.grid import FEWEST, spans_of
from roadmap.documents.columns.layout import Columns, offered
from roadmap.documents.columns.roles import NAME_RU
from roadmap.documents.neutral import Row, clean
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.joined import WholeTable
from roadmap.documents.tables.rows import RowClass

SHOWN = 120
HEADER_ROWS = 3
_STAMP_ROWS, _STAMP_CELLS = 8, 3
_UNUSED = NAME_RU["unused"]


def of_columns(columns: Columns, place: str, answers: Answers) -> Iterator[Question]:
    """A question for each column that nobody knows; years or months beside a term are one."""
    spans = [at for at, _ in spans_of(columns.words) if at in columns.unknown]
    together = spans if len(spans) > 1 else []
    for at in columns.unknown:
        if at in together[1:]:
            continue
        words = " / ".join(columns.words[n] for n in together) if at in together else columns.words[at]
        if answers.of("column", words) is None:
            choices = columns.offered(at)
            yield Question("column", place, words, _why(columns, at), _proposed(choices[0]), choices)


def _why(columns: Columns, at: int) -> str:
    content = columns.contents[at] if at < len(columns.contents) else Content()
    if content.is_term and "term" in columns.at:
        return f"в графе стоят сроки, а срок взят из графы «{columns.words[columns.at['term']]}»"
    return "графа не распознана"


def _proposed(choice: str) -> str:
    return f"«{choice}»" + (" (слова графы в черновик не войдут)" if choice == _UNUSED else "")


def of_unknown(table: WholeTable, answers: Answers, reads: Callable[[str], bool]) -> tuple[RowClass, list[Question]]:
    """The class of all rows of a table without columns, and what is asked: a stamp is a heading, any other a question.

    A table in which a column reads as terms is never a stamp: its columns are named, and roles are offered.
    """
    words = clean(" ".join(row.words for row in table.rows))
    name = words[:SHOWN]
    if not words or (answers.of("table", name) or "").casefold() == "пропустить":
        return "header", []
    contents = contents_of(table.rows, max(len(row.cells) for row in table.rows), reads)
    spanned = any(len(spans_of(row.cells)) >= FEWEST for row in table.rows[:HEADER_ROWS])
    planned = not table.doubt and (spanned or any(content.filled > 1 and content.is_term for content in contents))
    if not planned and not table.doubt and is_stamp(table, words):
        return "heading", []
    place = table.rows[0].place
    if table.doubt:
        return "question", [Question("table", place, name, table.doubt, "взять документ в .docx или «пропустить»")]
    why = f"таблица без понятной шапки, строк: {len(table.rows)}"
    if not planned:
        return "question", [Question("table", place, name, why, "«пропустить» или назвать графы", ("пропустить",))]
    columns = list(_of_headings(table.rows, contents, answers))
    named = ", ".join(f"«{question.words}»" for question in columns)
    proposed = "назвать, где мероприятие, срок и ответственный" + (f", среди граф {named}" if named else "")
    return "question", [Question("table", place, name, why, f"{proposed}, или «пропустить»"), *columns]


def _of_headings(rows: Iterable[Row], contents: tuple[Content, ...], answers: Answers) -> Iterator[Question]:
    """A question for each column of what may be the header."""
    head = next((row for row in rows if len(row.filled) > 1), None)
    if head is None or any(is_term(head.cells[at], lambda _: False) and len(head.cells[at]) > 12 for at in head.filled):
        return
    for at in head.filled:
        if answers.of("column", head.cells[at]) is None:
            choices = offered(contents[at])
            yield Question("column", head.place, head.cells[at], "что в графе, неясно", _proposed(choices[0]), choices)


def of_rows_above(table: WholeTable, answers: Answers) -> tuple[list[RowClass], list[Question]]:
    """What stands in the table above its header: a title is a heading; a row of many cells or a term is a question."""
    classes: list[RowClass] = []
    questions = []
    for row in table.above:
        dated = len(row.filled) > 1 and any(is_term(row.cells[at], lambda _: False) for at in row.filled)
        if (len(row.filled) <= 2 and not dated) or answers.of("row", row.words) is not None:
            classes.append("heading")
            continue
        classes.append("question")
        why = "строка стоит над шапкой таблицы"
        questions.append(Question("row", row.place, row.words, why, "пропустить", ("пропустить",)))
    return classes, questions


def is_stamp(table: WholeTable, words: str) -> bool:
    """«УТВЕРЖДЕНО приказом…», a signature, the number and date of the act: few rows of few cells, none numbered."""
    if len(table.rows) > _STAMP_ROWS or any(len(row.filled) > _STAMP_CELLS for row in table.rows):
        return False
    if len(table.rows) > 2 and all(len(row.filled) == 3 for row in table.rows):  # a list of people or of addresses
        return False
    if any(re.match(r"№\s*п|\d+[.)]?$", row.cells[0]) for row in table.rows if row.cells):
        return False
    return bool(re.search(r"утвержд|приложени|согласован|[А-ЯЁ]\.\s?[А-ЯЁ]\.|№|\bот\b", words, re.IGNORECASE))
