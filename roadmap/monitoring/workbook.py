"""The .xlsx form of a round: what stands in which cell, and what a filled one says. Pure: the file is read elsewhere.

Row 1 and columns A–C are hidden: the key of the round, the version of the form, whose form it is; the codes by which
rows are known when somebody has sorted them. Everything but the answers is locked, and is compared on the way back.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from roadmap.catalogue.municipalities import Problem
from roadmap.catalogue.schema import Indicator
from roadmap.language import plural
from roadmap.monitoring.indicators.submission import (
    Fields,
    Given,
    Typed,
    denominator_words,
    numerator_words,
    read_answer,
    unit_words,
)

SHEET = "Показатели"
MARK = "vekha-measures-1"
EVERYBODY = "*"
HEADER_ROW = 4
HEADER = (
    "код органа",
    "код показателя",
    "вид",
    "Орган",
    "№",
    "Показатель",
    "Цель по документу",
    "Ед. изм.",
    "Что указать",
    "Ответ",
    "Что указать в знаменателе",
    "Ответ: знаменатель",
    "Причина: нет данных или исправление",
    "Прошлое значение",
)
BODY, INDICATOR, WAY, NAME, NUMBER, TITLE, TARGET, UNIT, WHAT, FIRST, OF, SECOND, REASON, LAST = range(len(HEADER))
HIDDEN, ANSWERS = (BODY, INDICATOR, WAY), (FIRST, SECOND, REASON)
#: What a past value was may have been corrected since the form was handed out.
COMPARED = tuple(column for column in range(len(HEADER)) if column not in (*ANSWERS, LAST))
NOTES = (
    "Заполняются светлые ячейки. Нет данных — оставьте числа пустыми и назовите причину: пустая строка не значит ноль. "
    "Исправляете переданное раньше — назовите причину рядом с новым числом. Долю в процентах посчитаем сами."
)
SHOWN_BODIES = 5


@dataclass(frozen=True, slots=True)
class FormRow:
    """One indicator asked of one body; ``known``: what it has answered so far, ``last``: a past value in words."""

    body: str
    """Code."""
    name: str
    number: int
    indicator: Indicator
    last: str = ""
    known: Given | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Codes of the body and the indicator."""
        return self.body, self.indicator.code

    @property
    def cells(self) -> tuple[Typed, ...]:
        """The row as it is handed out."""
        one, known = self.indicator, self.known
        first: Typed = known.numerator if known else None
        if one.counted == "flag" and first is not None:
            first = "да" if first else "нет"
        return (
            *(self.body, one.code, one.counted, self.name, self.number),
            *(" ".join(filter(None, (one.title, one.unclear))), one.words or "не установлена"),
            *(unit_words(one), numerator_words(one), first, denominator_words(one)),
            *(known.denominator if known else None, known.reason if known and known.is_missing else None, self.last),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a round: of one body, or (``body`` is ``EVERYBODY``) of all that are asked."""

    key: str
    """Of the round's control point."""
    version: str
    body: str
    title: str
    rows: tuple[FormRow, ...]
    spare: frozenset[tuple[str, str]] = frozenset()
    """Rows, by codes of body and indicator, that control points have come to prove: passed over on the way back."""

    @property
    def head(self) -> tuple[tuple[Typed, ...], ...]:
        """The rows above the first answer; the notes stand in the first visible column."""
        blank = (None,) * NAME
        return (MARK, self.key, self.version, self.body), (*blank, self.title), (*blank, NOTES), HEADER


@dataclass(frozen=True, slots=True)
class Meta:
    """What the hidden row of a form says."""

    key: str
    version: str
    body: str


@dataclass(slots=True)
class Filled:
    """What a filled form says: answers by code of the body, faults by cell, the cells of rows nobody filled in."""

    given: defaultdict[str, list[Given]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    empty: list[Problem] = field(default_factory=list)


def version_of(indicators: Sequence[Indicator]) -> str:
    """Of the words and the kind of each indicator: a form of other indicators is another form."""
    asked = [(i.code, i.title, i.counted, i.words, i.numerator, i.denominator) for i in indicators]
    return hashlib.sha256(json.dumps([MARK, asked], ensure_ascii=False).encode()).hexdigest()[:12]


def address(row: int, column: int) -> str:
    """«H7»: the row from 1, the column from 0 as the names above count them."""
    return f"{chr(ord('A') + column)}{row}"


def read_meta(rows: Sequence[Sequence[Typed]]) -> Meta | Problem:
    """Which round's form it is, or why it is none."""
    first = [_words(cell) for cell in (*(rows[0] if rows else ()), None, None, None, None)[:4]]
    if first[0] != MARK or not all(first):
        return Problem("A1", "это не форма показателей, или из неё удалена первая строка: скачайте форму заново")
    return Meta(*first[1:])


def read_filled(rows: Sequence[Sequence[Typed]], form: Form, *, name: str) -> Filled:
    """Check a filled form against the one that would be handed out now; ``name``: of the file, for the places."""
    filled, expected = Filled(), {row.key: row for row in form.rows}
    seen: dict[tuple[str, str], int] = {}
    filled.problems += _changed_header(rows)
    for number, cells in enumerate(rows[HEADER_ROW:], start=HEADER_ROW + 1):
        padded = (*cells, *(None,) * (len(HEADER) - len(cells)))
        if all(cell is None or cell == "" for cell in padded):
            continue
        key = _words(padded[BODY]), _words(padded[INDICATOR])
        row = expected.get(key)
        if key in form.spare:
            continue
        if row is None:
            filled.problems.append(_unknown(key, number, form))
        elif (before := seen.setdefault(key, number)) != number:
            again = f"строка повторяется: «{row.name}», показатель {row.number} есть в строке {before} — оставьте одну"
            filled.problems.append(Problem(address(number, INDICATOR), again))
        elif changed := list(_changed(padded, row, number)):
            filled.problems += changed
        else:
            _read_row(padded, row, number, filled, name=name)
    filled.problems += _missing(form, seen, max(len(rows), HEADER_ROW) + 1)
    return filled


def _read_row(cells: Sequence[Typed], row: FormRow, number: int, filled: Filled, *, name: str) -> None:
    places = {"numerator": FIRST, "denominator": SECOND, "reason": REASON}
    fields = Fields(
        numerator=cells[FIRST],
        denominator=cells[SECOND],
        reason=cells[REASON],
        places={which: address(number, column) for which, column in places.items()},
    )
    given, problems = read_answer(row.indicator, fields)
    filled.problems += problems
    if given is not None:
        place = f"{name}, {address(number, FIRST)}"
        filled.given[row.body].append(Given(given.indicator, given.numerator, given.denominator, given.reason, place))
    elif not problems and row.known is None:
        blank = f"«{row.name}», показатель {row.number}: нет ни числа, ни причины, по которой данных нет"
        filled.empty.append(Problem(address(number, FIRST), blank))


def _changed(cells: Sequence[Typed], row: FormRow, number: int) -> Iterator[Problem]:
    ours = row.cells
    for column in COMPARED:
        if _words(cells[column]) != _words(ours[column]):
            words = (
                f"изменена закрытая ячейка «{HEADER[column]}»: было «{_words(ours[column])[:60]}» — верните как было"
            )
            yield Problem(address(number, column), words)


def _changed_header(rows: Sequence[Sequence[Typed]]) -> Iterator[Problem]:
    there = rows[HEADER_ROW - 1] if len(rows) >= HEADER_ROW else ()
    for column, words in enumerate(HEADER):
        if (_words(there[column]) if column < len(there) else "") != words:
            fault = f"изменён заголовок «{words}»: столбцы нельзя переставлять и удалять"
            yield Problem(address(HEADER_ROW, column), fault)


def _unknown(key: tuple[str, str], number: int, form: Form) -> Problem:
    if key[0] not in {row.body for row in form.rows}:
        who = f"орган «{key[0]}»" if key[0] else "орган без кода"
        return Problem(address(number, BODY), f"{who}: у него в этом раунде ничего не запрашивается")
    what = f"показатель «{key[1]}»" if key[1] else "показатель без кода"
    return Problem(address(number, INDICATOR), f"{what}: в этом раунде он не запрашивается — скачайте форму заново")


def _missing(form: Form, seen: dict[tuple[str, str], int], after: int) -> Iterator[Problem]:
    """Bodies, and indicators of bodies that are there, without a row; their place is the row after the last."""
    there = {body for body, _ in seen}
    gone = dict.fromkeys(row.name for row in form.rows if row.body not in there)
    if gone:
        shown = ", ".join(list(gone)[:SHOWN_BODIES]) + (
            f" и ещё {len(gone) - SHOWN_BODIES}" if len(gone) > SHOWN_BODIES else ""
        )
        said = f"нет строк {plural(len(gone), 'органа', 'органов', 'органов')}: {shown} — верните их"
        yield Problem(address(after, BODY), said)
    for row in form.rows:
        if row.body in there and row.key not in seen:
            said = f"нет строки показателя {row.number}, «{row.name}» — верните её"
            yield Problem(address(after, INDICATOR), said)


def _words(cell: Typed) -> str:
    """A cell as words: 3.0 and «3» are the same, so are runs of blanks."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(f"{'' if cell is None else cell}".split())
