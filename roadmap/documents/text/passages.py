"""Running text as whole passages: what a page break tore is joined, what one paragraph lists is parted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roadmap.documents.neutral import Paragraph, join_torn

_BULLET = re.compile(r"^[-–—•·]\s*")
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*[.)]|[а-я]\)|[IVXІХ]+[.)])\s")
_ENDED = re.compile(r"[.;:!?]\s*[»\"”]?[.;]?$")
_GOES_ON = re.compile(r"^[а-яё(«][^.;]")
#: Two entries of a list without marks between them: both start with a verb, or both with the noun of a doing.
_ENTRIES = (
    re.compile(r"^[а-яё\-]+(?:ет|ёт|ют|ит|ят|ут|ат)(?:ся)?\s"),
    re.compile(r"^[а-яё\-]+(?:ние|ция|цию|тка|тку|вка|вку|ство)\s"),
)
LONGEST = 4000
_SENTENCE = re.compile(r"(?<=[а-яё»)\d])\.\s+(?=[А-ЯЁ«])(?<!\bг\.\s)(?<!\bим\.\s)(?<!\bт\.\s)")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that stand on their own; ``first`` and ``last`` are the source paragraphs they come from."""

    text: str
    place: str
    first: int
    last: int


def whole(paragraphs: Sequence[Paragraph]) -> list[Passage]:
    """The paragraphs, those torn in the middle of a sentence joined again, each source paragraph in one passage."""
    found: list[Passage] = []
    for n, paragraph in enumerate(paragraphs):
        if found and _is_torn(found[-1].text, paragraph.text):
            before = found[-1]
            found[-1] = Passage(join_torn(before.text, paragraph.text), before.place, before.first, n)
        else:
            found.append(Passage(paragraph.text, paragraph.place, n, n))
    return found


def _is_torn(before: str, after: str) -> bool:
    if (
        not before
        or not after
        or len(before) > LONGEST
        or _ENDED.search(before[-8:])
        or _NUMBERED.match(after)
        or _BULLET.match(after)
    ):
        return False
    if any(kind.match(before) and kind.match(after) for kind in _ENTRIES):
        return False
    return bool(_GOES_ON.match(after)) and not after.startswith("«")


def listed(text: str) -> list[str]:
    """The entries of a list that one paragraph holds: parted at «;» outside brackets and quotes."""
    found, piece, depth = [], "", 0
    for letter in text:
        depth = max(0, depth + (letter in "(«") - (letter in ")»"))
        piece += letter
        if letter == ";" and not depth:
            found.append(piece)
            piece = ""
    return [words.strip() for words in (*found, piece) if words.strip(" .;»")]


def sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph, without the stops between them."""
    yield from (sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip(" .;"))


def bare(text: str) -> str:
    """The words without the mark of a bullet before them and the stop after them."""
    words = _BULLET.sub("", text).rstrip(" .;")
    return words[:-1].rstrip(" .;") if words.endswith("»") and words.count("»") > words.count("«") else words
