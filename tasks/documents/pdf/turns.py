"""Pages that lie on their side, and words written upwards in the head of a table."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pdfplumber.page import Page
from pdfplumber.utils.clustering import cluster_objects
from pdfplumber.utils.text import WordExtractor

FEWEST_LETTERS = 20
_MOSTLY = 0.8
_NEAR = 3


def upright(page: Any) -> Any:
    """The page turned so that most of its letters stand upright."""
    turns = Counter(map(_turn, page.chars))
    total = sum(turns.values())
    most, count = turns.most_common(1)[0] if turns else (0, 0)
    if not most or total < FEWEST_LETTERS or count < total * _MOSTLY:
        return page
    turned = (page.rotation + most) % 360
    page.close()
    page.page_obj.attrs["Rotate"] = page.page_obj.rotate = turned
    return Page(page.pdf, page.page_obj, page.page_number, page.initial_doctop)


def _turn(letter: dict[str, Any]) -> int:
    """By how many degrees a page must be turned clockwise for the letter to stand."""
    a, b, *_ = letter["matrix"]
    if abs(b) > abs(a):
        return 90 if b > 0 else 270
    return 180 if a < 0 else 0


def lines_in(letters: Sequence[dict[str, Any]]) -> list[tuple[str, float]]:
    """The lines of a cell in reading order, each with its right edge; 0 for one that is written upwards."""
    if not letters:
        return []
    upwards = sum(_turn(letter) == 90 for letter in letters) * 2 >= sum(not letter["upright"] for letter in letters)
    extractor = WordExtractor(char_dir_rotated="btt", line_dir_rotated="ltr") if upwards else WordExtractor()
    words = extractor.extract_words(list(letters))
    flat = [word for word in words if word.get("upright", True)]
    stood = [word for word in words if not word.get("upright", True)]
    lines = [_line(line) for line in cluster_objects(flat, "top", _NEAR)]
    for line in sorted(cluster_objects(stood, "x0", _NEAR), key=lambda line: line[0]["x0"] * (1 if upwards else -1)):
        ordered = sorted(line, key=lambda word: -word["bottom"] if upwards else word["top"])
        lines.append((" ".join(word["text"] for word in ordered), 0.0))
    return lines


def _line(words: Sequence[dict[str, Any]]) -> tuple[str, float]:
    return " ".join(word["text"] for word in words), max(word["x1"] for word in words)
