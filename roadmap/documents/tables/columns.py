"""What the columns of a table hold, told by its header in any order and wording."""

import re
from dataclasses import dataclass, field
from typing import Literal

from roadmap.documents.neutral import Row
from roadmap.language.normalise import plain_with_signs

Role = Literal[
    "number", "group", "title", "responsible", "executors", "term", "term_start", "term_end", "result",
    "indicator", "value", "method", "unit", "unused", "unknown",
]  # fmt: skip
LONGEST_HEADING = 160

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("number", re.compile(r"^(№|n|номер|п/п|№ ?п/?п|n ?п/?п|№ ?пункта|№ ?пп)( п/п| п п)?$")),
    ("method", re.compile(r"\bметод|инструмент|источник (информации|данных)")),
    ("unit", re.compile(r"единиц|^ед\b")),
    ("result", re.compile(r"результат|вид документа|подтвержда|^документ|индикатор|форма (отчет|заверш|реализ)|выход")),
    ("term_start", re.compile(r"начал")),
    ("term_end", re.compile(r"окончан|заверш")),
    ("term", re.compile(r"\bсрок|\bпериод|^дата|^время|график")),
    ("executors", re.compile(r"соисполнит|соответственн|участник")),
    ("responsible", re.compile(r"ответственн|исполнител")),
    ("value", re.compile(r"значени|целев|^план|норматив")),
    ("indicator", re.compile(r"показател")),
    ("group", re.compile(r"^(направлени|раздел|блок|задач)")),
    ("title", re.compile(r"мероприят|наименован|содержан|действи|поручен|^меры|^мера|задач|^вопрос|вид(ы)? работ|шаг")),
)

#: What an answer may call a column.
ROLE_RU: dict[str, Role] = {
    "номер": "number",
    "группа": "group",
    "мероприятие": "title",
    "ответственный": "responsible",
    "исполнители": "executors",
    "срок": "term",
    "результат": "result",
    "не нужна": "unused",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a table: the column of each role and the words of columns that nobody knows."""

    kind: Literal["roadmap", "indicators"]
    at: dict[Role, int]
    words: tuple[str, ...]
    unknown: tuple[int, ...] = field(default=())

    def cell(self, row: Row, role: Role) -> str:
        """The words of a role in a row; empty where the table has no such column or the row is short."""
        at = self.at.get(role)
        return row.cells[at] if at is not None and at < len(row.cells) else ""

    @property
    def nested(self) -> bool:
        """Numbered groups of measures that carry no number of their own."""
        return "group" in self.at and "number" in self.at


def columns_of(words: tuple[str, ...], answers: dict[str, Role] | None = None) -> Columns | None:
    """The columns that a header names, or None where the words are no header of a roadmap or of indicators."""
    if any(len(cell) > LONGEST_HEADING for cell in words) or sum(map(bool, words)) < 2:
        return None
    roles = [_role(cell, answers or {}) for cell in words]
    _settle_pairs(roles, words)
    at: dict[Role, int] = {}
    for n, role in enumerate(roles):
        if role not in ("unknown", "unused"):
            at.setdefault(role, n)
    unknown = tuple(n for n, role in enumerate(roles) if words[n] and (role == "unknown" or at.get(role, n) != n))
    named = plain_with_signs(" ".join(words))
    if "title" in at and at.keys() & {"term", "term_end", "responsible"}:
        return Columns("roadmap", at, words, unknown)
    if "indicator" in at and at.keys() & {"value", "method", "unit"} and "мероприят" not in named:
        return Columns("indicators", at, words, unknown)
    return None


def _role(cell: str, answers: dict[str, Role]) -> Role:
    if cell in answers:
        return answers[cell]
    words = plain_with_signs(cell)
    return next((role for role, pattern in _ROLES if pattern.search(words)), "unknown")


def _settle_pairs(roles: list[Role], words: tuple[str, ...]) -> None:
    """Two columns of one meaning: the wider measure before the measure, the one who answers before who carries out."""
    titles = [n for n, role in enumerate(roles) if role == "title"]
    if len(titles) == 2:
        roles[titles[0]] = "group"
    if not titles and "group" in roles:
        roles[roles.index("group")] = "title"
    people = [n for n, role in enumerate(roles) if role == "responsible"]
    if len(people) == 2 and "executors" not in roles:
        second = next((n for n in people if "соисполнит" in plain_with_signs(words[n])), None)
        if second is None:
            second = next((n for n in people if "ответствен" not in plain_with_signs(words[n])), people[1])
        roles[second] = "executors"
    carrying = [n for n, role in enumerate(roles) if role == "executors"]
    if not people and carrying:
        roles[carrying[0]] = "responsible"
    if "title" in roles or "term" in roles:
        if "indicator" in roles and "result" not in roles and "title" in roles:
            roles[roles.index("indicator")] = "result"
    elif "result" in roles and "indicator" not in roles:
        return
    if "term" in roles:
        for n, role in enumerate(roles):
            if role in ("term_start", "term_end"):
                roles[n] = "unknown"


_NUMBERS = re.compile(r"^\d{1,2}$")


def is_column_numbers(row: Row) -> bool:
    """«1 2 3 …» under the header and on top of every page, one of them possibly lost."""
    filled = row.filled
    return (
        len(filled) >= 2
        and len(filled) >= len(row.cells) - 1
        and all(_NUMBERS.match(row.cells[at]) and int(row.cells[at]) == at + 1 for at in filled)
    )


def is_rule(row: Row) -> bool:
    """A row of dashes only, as Markdown draws it."""
    return bool(row.filled) and all(re.fullmatch(r":?[-–—]{2,}:?", row.cells[at]) for at in row.filled)


def is_repeated(row: Row, columns: Columns) -> bool:
    """The words of the header once more."""
    return bool(row.filled) and [plain_with_signs(cell) for cell in row.cells if cell] == [
        plain_with_signs(w) for w in columns.words if w
    ]
