"""Several actions in one cell with terms of their own beside them: «1) положение; 2) жюри» | «1) до 1 марта; 2) …»."""

import re
from collections.abc import Callable, Sequence

from roadmap.documents.neutral import clean

_MARK = re.compile(r"(?:(?<=^)|(?<=[\s;:.]))(\d{1,2})[.)]\s+(?=\S)")
_BULLET = re.compile(r"^[-–—•·▪]\s*")
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


def list_of_terms(words: str, lines: Sequence[str], is_term: Callable[[str], bool]) -> str:
    """Terms under each other, by lines, bullets or numbers, as one list; as they stand where one part is no term."""
    for parts in (
        [_BULLET.sub("", clean(line)).strip(" ;,") for line in lines],
        [part.strip(" ;,") for part in _BULLETS.split(words)] if _BULLET.match(words) else [],
        list(numbered_parts(words)[1]) if not numbered_parts(words)[0] else [],
    ):
        named = [part for part in parts if part]
        if len(named) > 1 and all(map(is_term, named)):
            return "; ".join(named)
    return words
