"""Rows of a list of municipalities → entries, or every fault with its cell. Pure: the file was read elsewhere."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from roadmap.catalogue.contacts import ChannelEntry
from roadmap.language import normalise
from roadmap.language.dates import read_cell
from roadmap.language.normalise import PASSPORT, plain

Cell = str | date | int | float | None
#: Column → how its header may be worded; compared without case, ё and punctuation.
HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("муниципалитет", "название", "муниципальное образование", "наименование"),
    "body": ("орган", "орган управления образованием", "наименование органа"),
    "post": ("должность",),
    "person": ("фио", "ф и о", "фамилия имя отчество"),
    "email": ("почта", "электронная почта", "email", "e mail", "адрес электронной почты"),
    "telegram": ("telegram", "телеграм"),
    "code": ("код",),
    "since": ("с даты", "участвует с"),
    "until": ("по дату", "участвует по"),
    "merged_into": ("вошел в", "вошел в состав", "присоединен к"),
}
SHOWN = {
    "name": "муниципалитет",
    "body": "орган",
    "post": "должность",
    "person": "ФИО",
    "email": "почта",
    "telegram": "telegram",
    "code": "код",
    "since": "с даты",
    "until": "по дату",
    "merged_into": "вошёл в",
}
CODE = re.compile(r"[a-z0-9][a-z0-9.\-]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of the list: the cell («D5») and one Russian line."""

    cell: str
    words: str

    @property
    def line(self) -> str:
        """«D5: …»."""
        return f"{self.cell}: {self.words}"


@dataclass(frozen=True, slots=True)
class Person:
    """An official of a municipality, with the addresses that reach him."""

    post: str
    name: str
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Entry:
    """One municipality of the list; what the list does not say is None or empty."""

    name: str
    cell: str
    code: str | None = None
    body: str = ""
    since: date | None = None
    until: date | None = None
    merged_into: str = ""
    people: list[Person] = field(default_factory=list)


def code_of(name: str) -> str:
    """A stable Latin code of a name: «г. Сочи» → «g-sochi», «Ейский район» → «eiskii-raion»."""
    return normalise.code_of(name, PASSPORT, longest=60)


def columns_of(header: Sequence[Cell], known: Mapping[str, Sequence[str]]) -> tuple[dict[str, int], list[int]]:
    """Column name → its place from 0, and the places of headers that are not known."""
    names = {words: name for name, several in known.items() for words in several}
    found: dict[str, int] = {}
    unknown = []
    for place, cell in enumerate(header):
        if cell is None or not str(cell).strip():
            continue
        name = names.get(plain(str(cell)))
        if name is None or name in found:
            unknown.append(place)
        else:
            found[name] = place
    return found, unknown


def read_municipalities(rows: Sequence[Sequence[Cell]]) -> tuple[list[Entry], list[Problem]]:
    """The municipalities of a list with headers in its first row, in any order; rows of one are put together.

    Every fault is told with its cell; with faults the entries are not to be used.
    """
    columns, unknown = columns_of(rows[0], HEADERS)
    problems = [Problem(at(1, n), f"столбец «{rows[0][n]}» не нужен или повторяется — уберите его") for n in unknown]
    if "name" not in columns:
        return [], [*problems, Problem("A1", "нет столбца «муниципалитет»")]
    entries: dict[str, Entry] = {}
    for number, row in enumerate(rows[1:], start=2):
        if any(cell is not None and str(cell).strip() for cell in row):
            _read_row(_Row(number, row, columns), entries, problems)
    problems += _twice(entries.values())
    return list(entries.values()), problems


def at(row: int, place: int) -> str:
    """«D5»: the row from 1, the place of the column from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Sequence[Cell]
    columns: Mapping[str, int]

    def raw(self, name: str) -> Cell:
        place = self.columns.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def text(self, name: str) -> str:
        cell = self.raw(name)
        return "" if cell is None else " ".join(str(cell).split())

    def cell(self, name: str) -> str:
        return at(self.number, self.columns.get(name, 0))

    def fault(self, name: str, words: str) -> Problem:
        return Problem(self.cell(name), f"«{SHOWN[name]}»: {words}")


def _read_row(row: _Row, entries: dict[str, Entry], problems: list[Problem]) -> None:
    name = row.text("name")
    if not name:
        problems.append(row.fault("name", "название не указано"))
        return
    entry = entries.setdefault(plain(name), Entry(name, row.cell("name")))
    code = row.text("code") or None
    if code and (not CODE.fullmatch(code) or len(code) > 60):
        problems.append(row.fault("code", f"«{code}» — только строчные латинские буквы, цифры, точка и дефис"))
    found: dict[str, object] = {"code": code, "body": row.text("body"), "merged_into": row.text("merged_into")}
    for column in ("since", "until"):
        try:
            found[column] = read_cell(row.raw(column))
        except ValueError as wrong:
            problems.append(row.fault(column, str(wrong)))
    for column, value in found.items():
        before = getattr(entry, column)
        if value and before and before != value:
            problems.append(row.fault(column, f"в другой строке «{name}» сказано иначе — оставьте одно"))
        elif value:
            setattr(entry, column, value)
    if entry.since and entry.until and entry.until < entry.since:
        problems.append(row.fault("until", "раньше, чем «с даты»"))
    if entry.merged_into and not entry.until:
        problems.append(row.fault("merged_into", "укажите и «по дату» — последний день самостоятельного участия"))
    _add_person(row, entry, problems)


def _add_person(row: _Row, entry: Entry, problems: list[Problem]) -> None:
    post, name = row.text("post"), row.text("person")
    addresses = [(kind, row.text(kind)) for kind in ("email", "telegram") if row.text(kind)]
    if not post:
        if name or addresses:
            problems.append(row.fault("post", "укажите должность того, кто назван в строке"))
        return
    if post in (person.post for person in entry.people):
        problems.append(row.fault("post", f"«{post}» у «{entry.name}» названа дважды — оставьте одну строку"))
    for kind, address in addresses:
        if set("${}") & set(address):
            # The list comes from outside: it must not name what stands in the environment here.
            problems.append(row.fault(kind, "знаков $, { и } в адресе быть не может — впишите сам адрес"))
            continue
        try:
            ChannelEntry.model_validate({"kind": kind, "address": address})
        except ValidationError as wrong:
            problems.append(row.fault(kind, wrong.errors()[0]["msg"].removeprefix("Value error, ")))
    entry.people.append(Person(post, name, tuple(addresses)))


def _twice(entries: Iterable[Entry]) -> list[Problem]:
    seen: dict[str, Entry] = {}
    problems = []
    for entry in entries:
        code = entry.code or code_of(entry.name)
        if not code:
            problems.append(Problem(entry.cell, f"для «{entry.name}» впишите столбец «код»"))
        elif code in seen:
            problems.append(Problem(entry.cell, f"код «{code}» у «{entry.name}» тот же, что у «{seen[code].name}»"))
        seen.setdefault(code, entry)
    return problems
