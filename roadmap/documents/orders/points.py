"""The numbered points of an act's own text under their numbers, each with the words that it continues."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from roadmap.documents.orders.labels import Labelled, labelled
from roadmap.documents.orders.order import BULLET, PAREN, SUB, TOP, Line
from roadmap.documents.orders.verbs import infinitives
from roadmap.documents.text import rhythms


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the act's text under its number; ``above`` are the words it continues, outermost first.

    ``labels`` are those on lines of their own below it: «Срок: …», «Ответственный: …».
    """

    code: str
    number: str
    text: str
    place: str
    source: int
    above: tuple[str, ...] = ()
    bulleted: bool = False
    listed: bool = False
    """It is a line of a list under its point: «1) …», «а) …», «– …»."""
    leaf: bool = True
    labels: Labelled = Labelled("")  # noqa: RUF009 - frozen


@dataclass(slots=True)
class _Numbers:
    """The number, the depth and the words of the points that are open."""

    path: list[tuple[int, str, str]]
    inner: int = 0
    unnumbered: int = 0

    def enter(self, depth: int, number: str, words: str) -> tuple[str, ...]:
        """Opens a point and returns the words above it."""
        self.path = [open_ for open_ in self.path if open_[0] < depth]
        above = tuple(said for _, _, said in self.path)
        self.path.append((depth, number, words))
        self.inner = 0
        return above


def points(lines: Sequence[Line]) -> list[Point]:
    """The operative points with the words above each, in order; a label on a line of its own goes to its point."""
    found: list[Point] = []
    numbers = _Numbers([])
    for line in lines:
        labels = labelled(line.text)
        if found and labels.is_only_labels:
            _label(found, labels)
        else:
            found.append(_point(line, numbers))
    opened = {words for point in found for words in point.above}
    return [replace(point, leaf=not (point.text in opened and _only_opens(point.text))) for point in found]


def _only_opens(text: str) -> bool:
    """The line lays no duty without those below it."""
    return text.rstrip().endswith((":", ",", "–")) or not infinitives(text)


def _point(line: Line, numbers: _Numbers) -> Point:
    text = line.text
    if match := TOP.match(text):
        numbers.enter(1, match["n"], match["words"])
        return Point(f"p{match['n']}", match["n"], match["words"], line.place, line.source)
    if match := SUB.match(text):
        parts = match["n"].split(".")
        above = numbers.enter(len(parts), match["n"], match["words"])
        return Point(f"p{match['n']}", match["n"], match["words"], line.place, line.source, above)
    dotted = [number for depth, number, _ in numbers.path if depth < 10]
    if match := PAREN.match(text):
        latin = match["n"] if match["n"].isdigit() else str(ord(match["n"]) - ord("а") + 1)
        depth = 10 if match["n"].isdigit() else 11
        above = numbers.enter(depth, latin, match["words"])
        number = ".".join([*dotted[-1:], *(n for d, n, _ in numbers.path if d >= 10)])
        return Point(f"p{number}", number, match["words"], line.place, line.source, above, listed=bool(above))
    bullet = BULLET.match(text)
    own = [n for depth, n, _ in numbers.path if depth >= 10]
    number = ".".join([*dotted[-1:], *own])
    words = bullet["words"] if bullet else text
    open_ = numbers.path[-1][2] if numbers.path else ""
    if not bullet and not open_.endswith((":", ";", ",")) and not words[:1].islower():
        numbers.unnumbered += 1 if not number else 0
        numbers.inner += 1 if number else 0
        name = f"{number}.{numbers.inner}" if number else str(numbers.unnumbered)
        if not number:
            numbers.path = [(0, "", words)] if words.endswith(":") else []
        return Point(f"p{name}", number or name, words, line.place, line.source)
    numbers.inner += 1
    above = tuple(said for _, _, said in numbers.path)
    name = ".".join(filter(None, (number, str(numbers.inner))))
    return Point(f"p{name}", number or name, words, line.place, line.source, above, bullet is not None, bool(above))


def _label(found: list[Point], labels: Labelled) -> None:
    """A label below a list without terms of its own is of the whole list, else of the line above it."""
    last = found[-1]
    at = [len(found) - 1]
    if last.listed:
        siblings = [n for n, point in enumerate(found) if point.listed and point.above == last.above]
        at = siblings if not any(found[n].labels.has_labels for n in siblings) else at
    for n in at:
        old = found[n].labels
        found[n] = replace(
            found[n],
            labels=Labelled(
                "", old.term or labels.term, old.who or labels.who, old.more or labels.more, old.result or labels.result
            ),
        )


def names_a_term(text: str) -> bool:
    """Whether the words hold something that looks like a term or a rhythm: «до 35 лет» does not."""
    return rhythms.is_named(text)


def sentences_of_duty(text: str) -> Iterator[str]:
    """The sentences of a point: the stop after «г.» ends one where the next begins with a capital and an order."""
    yield from (piece.strip() for piece in re.split(r"(?<=[а-яё»)\d]\.)\s+(?=[А-ЯЁ«])", text) if piece.strip(" .;"))
