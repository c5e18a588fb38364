"""Signs of notes in a PDF: small letters raised above the word that they stand at."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

_MARK = re.compile(r"[\d*)\]†‡]+$")
_SMALL, _CLOSE, _RAISED = 0.85, 0.5, 0.15
_HOUR = "00"


def without_notes(page: Any) -> Any:
    """The page without the signs of notes; minutes raised beside an hour stand in its line, «10:00»."""
    gone = set(map(id, _signs(page.chars)))
    return page.filter(lambda thing: id(thing) not in gone) if gone else page


def _signs(letters: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The letters of each run that is smaller and higher than the letter before it, where they are a sign."""
    base: dict[str, Any] | None = None
    bases: list[dict[str, Any] | None] = []
    for letter in letters:
        is_raised = base is not None and _is_raised(letter, base, follows=bool(bases) and bases[-1] is base)
        bases.append(base if is_raised else None)
        if not is_raised and letter["text"].strip():
            base = letter
    for _, run in groupby(zip(letters, bases, strict=True), key=lambda pair: id(pair[1])):
        pairs = list(run)
        signs, below = [letter for letter, _ in pairs], pairs[0][1]
        text = "".join(letter["text"] for letter in signs).strip()
        if below is None or not _MARK.match(text):
            continue
        if text != _HOUR or not below["text"].isdecimal():
            yield from signs
            continue
        signs[0]["text"] = f":{signs[0]['text']}"
        for letter in signs:
            letter.update(top=below["top"], bottom=below["bottom"], doctop=below["doctop"])


def _is_raised(letter: dict[str, Any], base: dict[str, Any], *, follows: bool) -> bool:
    height = base["bottom"] - base["top"]
    small = letter["size"] < base["size"] * _SMALL
    higher = base["bottom"] - letter["bottom"] > height * _RAISED and letter["top"] < base["bottom"] - height * 0.3
    near = follows or -1 <= letter["x0"] - base["x1"] < height * _CLOSE
    return bool(small and higher and near and letter["upright"])
