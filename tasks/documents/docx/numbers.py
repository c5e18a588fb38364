"""The numbers that Word shows but does not store: «1.», «1.2.», «а)» of lists, in cells as well."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn

from tasks.documents.docx.text import is_gone

MOST = 60
_VAL, _STYLE, _LVL = qn("w:val"), qn("w:style"), qn("w:lvl")
_NUM_ID, _ILVL, _ABSTRACT = qn("w:numId"), qn("w:ilvl"), qn("w:abstractNumId")
_NUMBERED = f"{qn('w:pPr')}/{qn('w:numPr')}"
_PARAGRAPH_STYLE = f"{qn('w:pPr')}/{qn('w:pStyle')}"
_BULLET = "– "
_DECIMAL = re.compile(r"\d+(\.\d+)*[.)]? $")
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    words: str
    start: int


@dataclass(frozen=True, slots=True)
class _List:
    """One list: lists of one pattern (``abstract``) count on together unless one starts anew."""

    abstract: str
    levels: dict[int, _Level]
    restarts: dict[int, int]


def is_decimal(number: str) -> bool:
    """Whether a number, as it was made here, is one of digits: «1. », «2.3) »."""
    return bool(_DECIMAL.match(number))


class Numbers:
    """Counts the paragraphs of one document in their order."""

    def __init__(self, opened: Any) -> None:
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[str] = set()
        styles = ((style.get(qn("w:styleId")), style.find(_NUMBERED)) for style in opened.styles.element.iter(_STYLE))
        self._styled = {name: numbered for name, numbered in styles if numbered is not None}
        try:
            root = opened.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        patterns = {node.get(_ABSTRACT): node for node in root.findall(qn("w:abstractNum"))}
        linked = {
            link.get(_VAL): node for node in patterns.values() if (link := node.find(qn("w:styleLink"))) is not None
        }
        for num in root.findall(qn("w:num")):
            name = num.find(_ABSTRACT)
            node = patterns.get(name.get(_VAL)) if name is not None else None
            if node is not None and (link := node.find(qn("w:numStyleLink"))) is not None:
                node = linked.get(link.get(_VAL), node)
            if node is not None:
                self._lists[num.get(_NUM_ID)] = _list(num, node)

    def of(self, paragraph: Any) -> str:
        """The number that stands before the paragraph, with a blank after it; empty for plain text."""
        found = self._place(paragraph)
        if found is None or is_gone(paragraph):
            return ""
        name, at = found
        numbered = self._lists[name]
        level = numbered.levels.get(at, _Level("none", "", 1))
        if level.form == "bullet":
            return _BULLET
        counts = self._counts[numbered.abstract]
        if name not in self._begun:
            self._begun.add(name)
            for deep, first in numbered.restarts.items():
                counts.pop(deep, None)
                numbered.levels[deep] = replace(numbered.levels.get(deep, level), start=first)
        counts[at] = counts.get(at, level.start - 1) + 1
        for deeper in [deep for deep in counts if deep > at]:
            del counts[deeper]
        words = level.words
        for deep in range(at + 1):
            above = numbered.levels.get(deep, level)
            words = words.replace(f"%{deep + 1}", _shown(above.form, counts.get(deep, above.start)))
        return f"{words} " if words and level.form != "none" else ""

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """The list and the level of a paragraph, by itself or by its style."""
        properties = paragraph.find(_NUMBERED)
        if self._styled and (properties is None or properties.find(_NUM_ID) is None):
            style = paragraph.find(_PARAGRAPH_STYLE)
            properties = self._styled.get(style.get(_VAL)) if style is not None else None
        link = properties.find(_NUM_ID) if properties is not None else None
        if link is None or link.get(_VAL) not in self._lists:
            return None
        return link.get(_VAL), number_in(properties.find(_ILVL), 0)


def number_in(element: Any, otherwise: int) -> int:
    """The number that an element says, at most ``MOST``."""
    value = element.get(_VAL, "") if element is not None else ""
    return min(int(value), MOST) if value.isdecimal() and len(value) < 10 else otherwise


def _list(num: Any, pattern: Any) -> _List:
    levels = dict(map(_level, pattern.findall(_LVL)))
    restarts: dict[int, int] = {}
    for changed in num.findall(qn("w:lvlOverride")):
        at = changed.get(_ILVL, "0")
        level, start = changed.find(_LVL), changed.find(qn("w:startOverride"))
        if level is not None:
            levels.update([_level(level)])
        if start is not None and at.isdecimal():
            restarts[int(at)] = number_in(start, 1)
    return _List(pattern.get(_ABSTRACT), levels, restarts)


def _level(node: Any) -> tuple[int, _Level]:
    def value(tag: str, otherwise: str) -> str:
        found = node.find(qn(tag))
        return str(found.get(_VAL, otherwise)) if found is not None else otherwise

    at, start = node.get(_ILVL, "0"), value("w:start", "1")
    first = int(start) if start.isdecimal() and len(start) < 10 else 1
    return (int(at) if at.isdecimal() else 0), _Level(value("w:numFmt", "decimal"), value("w:lvlText", ""), first)


def _shown(form: str, n: int) -> str:
    """A number as Word writes it; Russian letters without «ё», «й» and the signs."""
    letters = {"russian": _RUSSIAN, "lower": _LATIN, "upper": _LATIN}
    kind = next((kind for kind in letters if form.startswith(kind)), "")
    if form.endswith("Roman"):
        said = _roman(n)
    elif kind and form in ("russianLower", "russianUpper", "lowerLetter", "upperLetter") and n > 0:
        alphabet = letters[kind]
        said = alphabet[(n - 1) % len(alphabet)] * min((n - 1) // len(alphabet) + 1, 9)
    elif form == "decimalZero":
        said = f"{n:02}"
    else:
        return "" if form == "none" else str(n)
    return said.upper() if "upper" in form.lower() else said


def _roman(n: int) -> str:
    said = ""
    for value, letters in _ROMAN:
        times, n = divmod(n, value) if n < 4000 else (0, n)
        said += letters * times
    return said or str(n)
