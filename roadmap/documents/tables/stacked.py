"""Several actions in one cell with terms of their own beside them: «1) положение; 2) жюри» | «1) до 1 марта; 2) …»."""

import re
from collections.abc import Callable, Sequence

from roadmap.documents.neutral import clean

_MARK = re.compile(r"(?:(?<=^)|(?<=[\s;:.]))(\d{1,2})[.)]\s+(?=\S)")
_BULLET = re.compile(r"^[-–—•·▪]\s*")
_GOES_ON = re.compile(
    r"(?:по|и|или|а также|включительно|года?|г\.)(?!\w)|[-–—]|20\d\d\s*(?:г\.?|год\w*)?$", re.IGNORECASE
)
_BULLETS = re.compile(r"(?:^|\s)[-–—•·▪]\s+(?=\S)")


def numbered_parts(words: str) -> tuple[str, tuple[str, ...]]:
    """(the words before the first part, the parts that are numbered 1, 2, … in a row)."""
    marks: list[re.Match[str]] = []
    for found in _MARK.finditer(words):
        if int(found[1]) == len(marks) + 1:
            marks.append(found)
    if len(marks) < 2:
        return words, ()
    ends = [*(found.start() for found in marks[1:]), len(words)]
    parts = tuple(words[found.end() : end].strip(" ;,") for found, end in zip(marks, ends, strict=True))
    return words[: marks[0].start()].strip(), parts if all(parts) else ()


def list_of_terms(
    words: str, lines: Sequence[str], reads: Callable[[str], bool], *, is_term: Callable[[str], bool]
) -> str:
    """Terms under each other, by lines, bullets or numbers, as one list.

    As they stand where the words read as one term, or where a part goes on with the one before: «с 1 марта / по 30
    апреля», «май / 2027 г.».
    """
    if reads(words):
        return words
    for parts in (
        [_BULLET.sub("", clean(line)).strip(" ;,") for line in lines],
        [part.strip(" ;,") for part in _BULLETS.split(words)] if _BULLET.match(words) else [],
        list(numbered_parts(words)[1]) if not numbered_parts(words)[0] else [],
    ):
        named = [part for part in parts if part]
        if len(named) > 1 and all(map(is_term, named)) and not any(map(_GOES_ON.match, named[1:])):
            return "; ".join(named)
    return words
