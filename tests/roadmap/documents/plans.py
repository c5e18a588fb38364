"""Orders with a plan in a table, built cell by cell; a new line in a cell is a line of its own."""

from collections.abc import Iterable, Sequence

from roadmap.catalogue.answers import Answer
from roadmap.documents.entries import Entry
from roadmap.documents.importer import Found, find
from roadmap.documents.neutral import Document, Paragraph, Row, Table
from roadmap.documents.questions import Answers, Question

Cells = tuple[str, ...]
HEADER: Cells = ("№", "Мероприятие", "Срок", "Ответственный")
ROWS: tuple[Cells, ...] = (
    ("1", "Утвердить положение о методическом совете", "до 1 марта 2027 г.", "Управление образования"),
    ("2", "Провести семинар для методистов", "апрель 2027 г.", "Информационно-методический центр"),
    ("3", "Собрать отчёты школ", "до 10 мая 2027 г.", "Информационно-методический центр"),
    ("4", "Подвести итоги года", "декабрь 2027 г.", "Управление образования"),
)
_ACT = (
    "ДЕПАРТАМЕНТ ОБРАЗОВАНИЯ ОМСКОЙ ОБЛАСТИ",
    "ПРИКАЗ",
    "от 15.01.2027 № 12",
    "Об утверждении плана мероприятий на 2027 год",
    "ПРИКАЗЫВАЮ:",
    "1. Утвердить прилагаемый план мероприятий.",
    "План мероприятий на 2027 год",
)


def order(*tables: Sequence[Cells], between: Iterable[str] = ()) -> Document:
    """An order for 2027 with these tables; ``between`` are the paragraphs before each table but the first."""
    blocks: list[Paragraph | Table] = [Paragraph(words, f"абзац {n}") for n, words in enumerate(_ACT, 1)]
    for k, table in enumerate(tables, 1):
        if k > 1:
            blocks += [Paragraph(words, f"перед таблицей {k}") for words in between]
        blocks.append(Table(tuple(_row(cells, f"таблица {k}, строка {n}") for n, cells in enumerate(table, 1))))
    return Document("plan.docx", tuple(blocks))


def _row(cells: Cells, place: str) -> Row:
    lines = tuple(tuple(cell.split("\n")) if cell else () for cell in cells)
    several = any(len(own) > 1 for own in lines)
    return Row(tuple(" ".join(cell.split("\n")) for cell in cells), place, lines=lines if several else ())


def imported(
    *tables: Sequence[Cells], between: Iterable[str] = (), answers: Iterable[tuple[str, str, str]] = ()
) -> Found:
    """What is found in such an order, with answers (about, words, answer)."""
    given = [Answer(about=about, words=words, answer=said) for about, words, said in answers]
    return find(order(*tables, between=between), Answers(given))


def items(found: Found) -> list[Entry]:
    """The rows that became items."""
    return [entry for entry in found.items if entry.origin == "table"]


def words(found: Found) -> list[Cells]:
    """Number, title, term and responsible of each item, as a row of ``ROWS``."""
    return [
        (entry.item.number, *(entry.item.words.get(role, "") for role in ("title", "term", "responsible")))
        for entry in items(found)
    ]


def bodies(found: Found) -> list[list[str]]:
    """The names of those who answer for each item."""
    return [[body.name for body in entry.bodies] for entry in items(found)]


def asked(found: Found, *about: str) -> list[Question]:
    """The questions about these."""
    return [question for question in found.all_questions() if question.about in about]
