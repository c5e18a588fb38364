"""The terms that a document defines: «термин – значение» under «понятия»."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roadmap.documents.neutral import Paragraph
from roadmap.documents.questions import Answers, Question
from roadmap.documents.text.passages import Passage, whole

SHOWN = 120
_LONGEST_HEADING = 300

_HEADING = re.compile(r"понятия|термины|определения", re.IGNORECASE)
#: The term ends at the first dash outside brackets: «центр (далее – ЦНППМ) – структурное подразделение».
_ENTRY = re.compile(
    r"^(?!\d+[.)])(?P<term>(?=[«А-ЯЁа-яё])(?:[^()–—]|\((?:[^()]|\([^()]*\))*\)){2,300}?)\s+[–—-]\s+(?P<meaning>[а-яё«].{10,})$"
)
_ENDS = re.compile(r"^(?:\d+(?:\.\d+)*\.|Приложение|«?УТВЕРЖД|Комплекс мер)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions with the paragraphs that hold them, and what stands among them but is none."""

    read: tuple[tuple[Passage, str, str], ...]
    unread: tuple[Passage, ...]

    @property
    def paragraphs(self) -> Iterator[int]:
        """The numbers of the source paragraphs that hold definitions."""
        return (n for passage, _, _ in self.read for n in range(passage.first, passage.last + 1))

    def to_entries(self) -> list[dict[str, str]]:
        """Each term once, as the catalogue keeps it; of two meanings the first."""
        found: dict[str, str] = {}
        for _, term, meaning in self.read:
            found.setdefault(term, meaning)
        return [{"term": term, "meaning": meaning} for term, meaning in found.items()]

    def questions(self, answers: Answers) -> list[Question]:
        """One for each entry of a list of notions that cannot be read as «термин – значение»."""
        return [
            Question(
                "row", passage.place, passage.text[:SHOWN], "в перечне понятий строка без определения", "пропустить"
            )
            for passage in self.unread
            if answers.of("row", passage.text[:SHOWN]) is None
        ]


def definitions_of(paragraphs: Sequence[Paragraph]) -> Definitions:
    """The lists of notions in the paragraphs; between two definitions everything else is unread."""
    read: list[tuple[Passage, str, str]] = []
    unread: list[Passage] = []
    listing, between = False, list[Passage]()
    for passage in whole(paragraphs):
        match = _ENTRY.match(passage.text)
        if len(passage.text) < _LONGEST_HEADING and _HEADING.search(passage.text) and not match:
            listing, between = True, []
        elif listing and _ENDS.match(passage.text):
            listing = False
        elif listing and match:
            unread += between
            between = []
            read.append((passage, match["term"], match["meaning"].rstrip(" ;")))
        elif listing and passage.text and read:
            between.append(passage)
    return Definitions(tuple(read), tuple(unread))
