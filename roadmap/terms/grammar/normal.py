"""Text → tokens of the grammar: the noise of documents ends here.

Dashes of every kind, hard and missing blanks («декабрь2024»), capitals, ё/е, Latin look-alikes, soft hyphens, split
letters and Roman numerals come out as the same tokens, each with its place in the text. What is unknown stays a token
of its own, so that the grammar can refuse it by name: nothing is dropped.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from roadmap.terms.grammar.words import MONTH_SHORT, OTHER_SHORT, lexicon

# Endings of numbers in figures: «5-го», «5 - ти», «25-ого», «2-х»; a lone vowel only stands close by («2-а»).
_LONG_ENDINGS = "ого|его|го|ому|му|ый|ий|ой|ое|ых|ым|ом|ая|ую|ти|ми|ех|ух|й|е|м|я|ю|х"
_ENDING = rf"""(?:\s?[-\u2010-\u2013]\s?(?:{_LONG_ENDINGS})(?![^\W\d_])|[-\u2010\u2011](?:а|и)(?![^\W\d_])
        |(?:ого|го|ый|ой|ое|ти)(?![^\W\d_]))"""
_UNITS = "перв|втор|трет|четв|пят|шест|седьм|сем|восьм|восем|девят|одн|один|два|две|дву|три|трех|трёх|четыр"
_PIECE = re.compile(
    rf"""(?P<SPACE>[\s\u00ad\u200b-\u200d\u2060\ufeff]+)
    |(?P<ROMAN>(?:[IІ]{{1,3}}|[IІ]V)(?:{_ENDING}|(?=кварт|полуг|кв\b)))
    |(?P<HALFSHORT>п/г(?![^\W\d_]))
    |(?P<COMPOUND>(?:двадцат|тридцат)(?:ь|и)\s+(?:{_UNITS})[^\W\d_]*)
    |(?P<WORD>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060])*)
    |(?P<SHORTDATE>[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{2}}(?![0-9]))
    |(?P<SCHOOLYEARS>[0-9]{{4}}\s?/\s?(?:[0-9]{{4}}|[0-9]{{2}})(?![0-9])
        |[0-9]{{4}}\s?[-\u2010-\u2015]\s?(?:[0-9]{{4}}|[0-9]{{2}})(?=\s*[уy]ч))
    |(?P<DATE>[0-9]{{1,2}}\s?\.\s?[0-9]{{1,2}}\s?\.\s?[0-9]{{4}}(?![0-9])
        |[0-9]{{1,2}}[.,][0-9]{{2}}[.,][0-9]{{4}}(?![0-9])
        |[0-9]{{1,2}}(?P<sign>[/-])[0-9]{{2}}(?P=sign)[0-9]{{4}}(?![0-9]))
    |(?P<ISO>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?![0-9]|-))
    |(?P<MONTHYEAR>(?:0?[1-9]|1[0-2])\s?[./]\s?(?:19|20)[0-9]{{2}}(?![0-9]|\s?[./]\s?[0-9]))
    |(?P<DAYMONTH>[0-9]{{1,2}}\.[0-9]{{2}}(?![0-9]|\s?\.\s?[0-9])\.?
        |[0-9]{{1,2}}\.\s[0-9]{{2}}(?![0-9]|\s?\.\s?[0-9]|\s*[^\W\d_])\.?)
    |(?P<TERM>[0-9]{{1,3}}(?:\s?-?\s?(?:ти|х|и))?\s?-?\s?(?P<span>дневн|недельн|месячн)(?:ый|ого)(?![^\W\d_]))
    |(?P<SPELLED>[0-9]{{1,3}}\s?\([^\W\d_]+\))
    |(?P<SHORTYEAR>[23][0-9](?=\s?(?:гг?|году|года|год|годы)(?![^\W\d_])))
    |(?P<NUM>[0-9]+{_ENDING}?)
    |(?P<DASH>[-\u2010-\u2015\u2212]+)
    |(?P<LP>\()|(?P<RP>\))
    |(?P<COLON>:)
    |(?P<SLASH>/)
    |(?P<ELLIPSIS>\.{{2,}}|…)
    |(?P<SEP>[,;.])
    |(?P<ELSE>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_DIGITS = re.compile("[0-9]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060))
_LOOK_ALIKES = str.maketrans("ABCEHKMOPTXYaceopxyk", "АВСЕНКМОРТХУасеорхук")
_ROMAN = str.maketrans({"І": "I", "і": "i", "Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III", "Ⅳ": "IV"})
_WORDS = lexicon()
_ABBREVIATIONS = {*MONTH_SHORT, *OTHER_SHORT}
_FIGURES = {
    *("NUM", "DATE", "SHORTDATE", "SHORTYEAR", "ISO", "DAYMONTH", "MONTHYEAR", "TERM", "SPELLED", "SCHOOLYEARS"),
    *("COMPOUND",),
}
# «плануРОО», «срокдо»: a word that ran into the next one, which begins with a capital.
_GLUED = re.compile(r"(?<=[а-яё])(?=[А-ЯЁIVA-Z])")
# «Месяца, следующего за…», «по графику, утверждённому…»: the comma says nothing.
_AFTER_COMMA = ("NEXT", "APPROVED")
# Longer runs of letters are no words; remembering them would fill the memory.
LONGEST_WORD = 40
YEARS = range(1990, 2100)


class Token:
    """A terminal of the grammar with its value (a number, a name, the word itself) and its place in the text."""

    __slots__ = ("end_pos", "start_pos", "type", "value")

    def __init__(self, kind: str, value: Any, start_pos: int, end_pos: int) -> None:
        self.type = kind
        self.value = value
        self.start_pos = start_pos
        self.end_pos = end_pos

    def __str__(self) -> str:
        return str(self.value)


@lru_cache(maxsize=4096)
def _classify(raw: str) -> tuple[str, Any, bool]:
    """Terminal, value and whether a full stop after the word belongs to it."""
    word = unicodedata.normalize("NFC", raw.translate(_INVISIBLE))
    for folded in (word.translate(_ROMAN), word.translate(_LOOK_ALIKES)):
        key = folded.lower().replace("ё", "е")
        if key in _WORDS:
            return *_WORDS[key], key in _ABBREVIATIONS
    return "WORD", raw, False


@lru_cache(maxsize=4096)
def _number(raw: str) -> tuple[str, Any]:
    digits = _DIGITS.match(raw)
    text = digits.group() if digits else ""
    if len(text) == 4 and int(text) in YEARS:
        return "YEAR", int(text)
    return ("NUM", int(text)) if len(text) <= 3 else ("WORD", raw)


def _spelled(raw: str) -> tuple[str, Any]:
    """«3 (трёх)»: the number said twice must agree."""
    number, word = _DIGITS.findall(raw)[0], _LETTERS.findall(raw)[0]
    terminal, value, _ = _classify(word)
    return ("NUM", value) if terminal in ("CNT", "ORD") and value == int(number) else ("WORD", raw)


def _compound(raw: str) -> tuple[str, Any]:
    """«Двадцать пятого», «тридцать одного»: a ten and a unit are one number."""
    ten, unit = raw.split()
    (_, tens, _), (terminal, value, _) = _classify(ten), _classify(unit)
    return (terminal, tens + value) if terminal in ("CNT", "ORD") and value < 10 else ("WORD", raw)


def _figures(kind: str, raw: str) -> tuple[str, Any]:
    if kind == "NUM":
        return _number(raw)
    if kind == "SPELLED":
        return _spelled(raw)
    if kind == "COMPOUND":
        return _compound(raw)
    numbers = [int(digits) for digits in _DIGITS.findall(raw)]
    match kind:
        case "SHORTYEAR":
            return "YEAR", 2000 + numbers[0]
        case "SHORTDATE":
            day, month, year = numbers
            return "DATE", [day, month, 2000 + year if 2000 + year in YEARS else 1900 + year]
        case "TERM":
            return _term(numbers[0], raw)
        case "ISO":
            return "DATE", numbers[::-1]
        case "SCHOOLYEARS":
            first, last = numbers
            return kind, [first, last if last > 99 else first // 100 * 100 + last]
        case "DAYMONTH" if not 1 <= numbers[1] <= 12 and numbers[0] < 25 and numbers[1] < 60:
            return "CLOCK", raw
    return kind, numbers


def _term(number: int, raw: str) -> tuple[str, Any]:
    """«10-дневный», «2-недельный», «3-месячный» term."""
    if "месяч" in raw.lower():
        return "NMONTH", number
    return "NDAY", 7 * number if "недел" in raw.lower() else number


def _known_head(raw: str) -> int:
    """How many letters of an unknown word are a known one that ran into the next: «плануРОО»."""
    cut = _GLUED.search(raw)
    return cut.start() if cut and _classify(raw[: cut.start()])[0] != "WORD" else 0


def tokens(text: str) -> Iterator[Token]:
    """The tokens of one phrase; separators at its edges and runs of them are one or none."""
    last, dot_belongs = "SEP", False
    pending: Token | None = None
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup
        if kind == "SPACE":
            continue
        raw = piece.group()
        if kind == "SEP":
            if last != "SEP" and not (dot_belongs and raw == "."):
                pending = Token("SEP", raw, piece.start(), piece.end())
                last = "SEP"
            dot_belongs = False
            continue
        if raw == ".." and dot_belongs:
            continue
        dot_belongs, value, start = False, raw, piece.start()
        if kind == "WORD" and len(raw) <= LONGEST_WORD:
            kind, value, dot_belongs = _classify(raw)
            if kind == "WORD" and (head := _known_head(raw)):
                if pending is not None:
                    yield pending
                    pending = None
                yield Token(*_classify(raw[:head])[:2], start, start + head)
                start += head
                kind, value, dot_belongs = _classify(raw[head:])
        elif kind in _FIGURES:
            kind, value = _figures(kind, raw)
        elif kind == "ROMAN":
            kind, value, _ = _classify(_LETTERS.findall(raw)[0])
        elif kind == "HALFSHORT":
            kind, value = "SUBYEAR", "half_year"
        elif kind == "ELSE":
            kind = "OTHER"
        if kind == "YM" and last == "YM":
            continue
        if pending is not None and kind not in _AFTER_COMMA:
            yield pending
        pending = None
        last = kind or "OTHER"
        yield Token(last, value, start, piece.end())
