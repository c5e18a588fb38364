"""Lines of a paragraph or of a cell, and the small marks above the line, alike in every kind of file."""

import re
from collections.abc import Iterable, Sequence

from roadmap.documents.neutral import clean

_STARTS_ANEW = re.compile(
    r"\s*(?:\d+(?:\.\d+)*[.)]\s*(?=[А-ЯЁа-яё«\"])|[а-я]\)\s|[-–—•]\s|(?:срок|ответственн|исполнител)\w*\s*[:–—-])",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:[йяе]|[а-яё]{2,3})$")
_MARK = re.compile(r"[\d*)(\[\],;\s⁎†‡¹²³⁰-⁹]+$")


def cleaned(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that hold words, each as one line."""
    return tuple(line for line in map(clean, lines) if line)


def lines_of_cells(cells: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """``Row.lines`` for cells given by their lines: empty where none has more than one."""
    return tuple(map(tuple, cells)) if any(len(lines) > 1 for lines in cells) else ()


def paragraphs_of(lines: Iterable[str]) -> list[str]:
    """Lines broken inside one paragraph as paragraphs: a number, a dash or «Срок:» begins another one."""
    found: list[str] = []
    for line in cleaned(lines):
        if found and not _STARTS_ANEW.match(line):
            found[-1] += f" {line}"
        else:
            found.append(line)
    return found


def above_the_line(words: str, before: str) -> str:
    """What words in superscript say after ``before``: the sign of a note says nothing.

    «10» and a raised «00» is an hour, «1» and a raised «й» an ordinal; a letter of its own stays where no digit is.
    """
    last = before[-1:]
    if words.strip() == "00" and last.isdigit():
        return ":00"
    if last.isdigit():
        return words if _ORDINAL.match(words.strip()) else ""
    return "" if _MARK.match(words) else words
