"""Bodies and their other names, from the cells that name them and from «далее – …»."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from roadmap.documents.neutral import clean, plain

_ALIAS = re.compile(r"\(\s*далее(?:\s+(?:совместно|соответственно))?\s*[-–—]?\s*([^()]+?)\s*\)")
_PERSON = re.compile(r"\s*\((?:[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё\-]+|[А-ЯЁ][а-яё\-]+\s+[А-ЯЁ]\.\s?[А-ЯЁ]\.)\)")
_GOES_ON = re.compile(r"^(?:науки|культуры|спорта|молод|семь|труда|туризма|физической|государственной|кадров|опеки|и )")
_LATIN = dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye", strict=True)) | {
    "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": "",
}  # fmt: skip
_LEVELS = (
    ("municipal", re.compile(r"муниципал|\bмо[уц]|\bммс\b|район|городск|администраци")),
    ("institutional", re.compile(r"образовательны(?:е|х) организаци|\bоо\b|школ|площадк|детск(?:ий|ие) сад")),
    ("federal", re.compile(r"федеральн\w+ (?:оператор|координатор|центр)|минпросвещения|российской федерации")),
)
LONGEST = 48


def aliases(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(the words before, the short name) for each «(далее – …)»."""
    for text in texts:
        for match in _ALIAS.finditer(text):
            yield clean(text[: match.start()]), match[1].strip()


@dataclass(slots=True)
class Body:
    """One body: its code is ours, made from the short name."""

    code: str
    name: str
    short: str
    other: list[str] = field(default_factory=list)

    def to_entry(self) -> dict[str, Any]:
        """The body as the catalogue keeps it."""
        level = next((level for level, words in _LEVELS if words.search(self.name.casefold())), "regional")
        found: dict[str, Any] = {"code": self.code, "name": self.name, "short": self.short, "level": level}
        return found | ({"aliases": self.other} if self.other else {})


class Bodies:
    """The bodies of one document in the order in which they are met; one name, one body."""

    def __init__(self) -> None:
        self.all: list[Body] = []
        self._by_name: dict[str, Body] = {}
        self._codes: set[str] = set()

    def named_in(self, cell: str) -> list[Body]:
        """The bodies that a cell names, new ones among them, each once."""
        found: list[Body] = []
        for words in _pieces(cell):
            body = self._body(words)
            if body is not None and body not in found:
                found.append(body)
        return found

    def _body(self, words: str) -> Body | None:
        alias = _ALIAS.search(words)
        short = alias[1] if alias else ""
        name = clean(_PERSON.sub("", _ALIAS.sub("", words))).strip(" .,;:")
        if not plain(name):
            return None
        known = self._by_name.get(plain(name)) or (self._by_name.get(plain(short)) if short else None)
        if known is None:
            known = Body(self._code(short or name), name, short or _shortened(name))
            self.all.append(known)
        for other in (name, short):
            if other and plain(other) not in self._by_name:
                self._by_name[plain(other)] = known
                if other not in (known.name, known.short):
                    known.other.append(other)
        return known

    def _code(self, words: str) -> str:
        stem, n = latin(words), 1
        code = stem
        while code in self._codes:
            n += 1
            code = f"{stem}-{n}"
        self._codes.add(code)
        return code


def latin(words: str) -> str:
    """A code in Latin letters, digits and hyphens, at most 40 characters."""
    letters = "".join(_LATIN.get(letter, letter) for letter in words.casefold().replace("ё", "е"))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].strip("-") or "organ"


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def _pieces(cell: str) -> Iterator[str]:
    """The names in a cell: parted by «;» where there is one, else by commas outside brackets and quotes."""
    mark = ";" if ";" in _outside(cell) else ","
    piece, depth, quoted = "", 0, False
    found: list[str] = []
    for letter in cell:
        depth += (letter in "(«") - (letter in ")»")
        quoted ^= letter == '"'
        if letter == mark and depth <= 0 and not quoted:
            found.append(piece)
            piece = ""
        else:
            piece += letter
    names: list[str] = []
    for words in map(clean, [*found, piece]):
        if names and _GOES_ON.match(words):
            names[-1] += f", {words}"
        else:
            names.append(words)
    yield from names


def _outside(cell: str) -> str:
    return re.sub(r"\([^()]*\)|«[^«»]*»", "", cell)
