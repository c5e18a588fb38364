"""Wordings for a phrase whose words are not all understood: the sign that is lost, the piece that is read."""

import re
from collections.abc import Callable, Iterator

from roadmap.reading import Reading
from roadmap.terms.grammar.nodes import UnclearError
from roadmap.terms.meaning.rhythms import Limits
from roadmap.terms.wording.wording import say

_PIECES, _CLAUSES = re.compile(r"\S+"), re.compile(r"[^,;()\s][^,;()]*")
_NOT_BEFORE = re.compile(r"\bне\s+ранее\s+(?:чем\s+)?(?:с\s+)?", re.IGNORECASE)
_WHOLE_YEAR = re.compile(
    r"(?:(?:в\s+теч\w*\.?|на\s+протяжении)\s+(?:всего\s+)?|весь\s+|круглый\s+)(?:календарного\s+)?года?", re.IGNORECASE
)
_UNTIL_LIST, _NEXT_DAY = re.compile(r"\bдо\s[^,;]+[,;]\s*[0-9]"), re.compile(r"([,;])\s*(?=[0-9])")
_MOST_TRIES, _MOST_WORDS = 60, 14
# Of «мая 2024 г.» nobody means the year.
_TOO_WIDE = ("year-window", "years-span")
_DATED = ("windows", "recurring", "continuous")


def from_words(text: str, period: Limits) -> Iterator[str]:
    """«Не ранее» as «с», a comma or a dash in the place of a blank."""
    text = " ".join(text.split())
    if _NOT_BEFORE.search(text):
        yield _NOT_BEFORE.sub("с ", text)
    if _WHOLE_YEAR.fullmatch(text.strip(" ,;.")):
        yield from (f"в течение {year} г." for year in range(period.start.year, period.end.year + 1))
        yield "ежегодно"
        yield "весь период"
    if _UNTIL_LIST.search(text):
        yield _NEXT_DAY.sub(r"\1 до ", text)
    blanks = [found.start() for found in re.finditer(" ", text)]
    if len(blanks) < _MOST_WORDS:
        for place in blanks:
            yield f"{text[:place]} – {text[place + 1 :]}"
            yield f"{text[:place]}, {text[place + 1 :]}"


def longest_piece(text: str, read: Callable[[str], Reading], *, at_signs: bool) -> Iterator[str]:
    """The longest run of words that gives days, in words of its own; ``at_signs``: only between commas and brackets."""
    pieces = list((_CLAUSES if at_signs else _PIECES).finditer(text))
    tries = 0
    for length in range(len(pieces) - 1, 0, -1):
        for first in range(len(pieces) - length + 1):
            tries += 1
            if tries > _MOST_TRIES:
                return
            piece = text[pieces[first].start() : pieces[first + length - 1].end()]
            try:
                reading = read(piece)
            except UnclearError:
                continue
            if reading.kind in _DATED and reading.rule not in _TOO_WIDE:
                yield say(reading)
                if not at_signs:
                    return
