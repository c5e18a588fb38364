"""Questions of an import asked one after another: each once, with a way back, until nothing is asked any more. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from roadmap.catalogue.answers import Answer
from roadmap.documents.act.head import day_of
from roadmap.documents.bodies import LEVELS_RU
from roadmap.documents.columns.roles import ROLE_RU
from roadmap.documents.entries import reader_of
from roadmap.documents.importer import Found
from roadmap.documents.questions import About, Answers, Asked, asked_once, key_of
from roadmap.documents.tables.rows import ANSWERS
from roadmap.reading import Reading

#: What is asked first, for other questions come or go by it: what the act is, then the tables, then their rows.
_STAGES: tuple[frozenset[About], ...] = (
    frozenset({"act", "zone", "period"}),
    frozenset({"table", "column"}),
    frozenset({"row"}),
)
_DAY = re.compile(r"\d{2}\.\d{2}\.\d{4}")
Key = tuple[str, str]


@dataclass(slots=True)
class Interview:
    """Where the questions stand. ``read`` imports the document with the answers given so far.

    The queue holds what was asked (before ``at``) and what is still to be asked. Questions are made anew whenever a
    stage ends in which something was answered: a column that is named takes the questions of its rows away, a row
    that is an item brings its own.
    """

    read: Callable[[Answers], Found]
    given: dict[Key, Answer]
    found: Found = field(init=False)
    queue: list[Asked] = field(default_factory=list)
    at: int = 0
    _skipped: set[Key] = field(default_factory=set)
    _changed: bool = False

    def __post_init__(self) -> None:
        self._read_again()

    @classmethod
    def of(cls, read: Callable[[Answers], Found], answers: Iterable[Answer]) -> Self:
        """Begins with the answers of a file, those to other commands among them: they stay as they are."""
        return cls(read, {key_of(answer.about, answer.words): answer for answer in answers})

    @property
    def current(self) -> Asked | None:
        """What is asked now; None when everything was."""
        return self.queue[self.at] if self.at < len(self.queue) else None

    @property
    def left(self) -> int:
        """How many questions are still to be asked, as far as it is known."""
        return len(self.queue) - self.at

    @property
    def answers(self) -> list[Answer]:
        """The answers given, in order."""
        return list(self.given.values())

    def given_to(self, asked: Asked) -> str:
        """The answer that stands; empty where there is none."""
        answer = self.given.get(asked.key)
        return answer.answer if answer else ""

    def doubt(self, asked: Asked, words: str) -> str:
        """Why the words are no answer to the question, in Russian; empty where nothing speaks against them."""
        about, offered = asked.question.about, asked.question.offered
        if not words:
            return "" if asked.question.may_be_empty else "пустой ответ"
        if about == "column" and words.casefold() not in ROLE_RU:
            return f"графа может быть такой: {', '.join(ROLE_RU)}"
        if about == "row" and asked.question.likeliest and words.casefold() not in {*ANSWERS, *offered}:
            return f"можно ответить: {', '.join(offered)}"
        if about == "responsible" and LEVELS_RU.keys() >= set(offered) > set() and words.casefold() not in LEVELS_RU:
            return f"уровень может быть таким: {', '.join(offered)}"
        if about == "act" and asked.question.words == "on" and day_of(words) is None:
            return "нужна дата вида 12.01.2027"
        if about == "period" and len(_DAY.findall(words)) != 2:
            return "нужны два дня вида 01.01.2027 – 31.12.2027"
        if about == "term" and (reading := self.reading_of(asked, words)) and reading.kind == "unreadable":
            return "срок не читается: " + "; ".join(reading.problems).rstrip(". ")
        return ""

    def reading_of(self, asked: Asked, words: str) -> Reading | None:
        """What an answer about a term comes to; None for other answers and while the period is unknown."""
        if asked.question.about != "term" or words.casefold() == "назвать даты" or not self.found.period:
            return None
        return reader_of(*self.found.period[:2])(words)

    def answer(self, words: str) -> None:
        """Takes the answer to the question asked now and goes on."""
        asked = self.queue[self.at]
        before = self.given.get(asked.key)
        if before is None or before.answer != words:
            self.given.pop(asked.key, None)
            self.given[asked.key] = Answer(asked.question.about, asked.question.words, words)
            self._changed = True
        self._skipped.discard(asked.key)
        self._go_on(asked)

    def skip(self) -> None:
        """Leaves the question open, whatever was answered to it, and goes on."""
        asked = self.queue[self.at]
        self._changed |= self.given.pop(asked.key, None) is not None
        self._skipped.add(asked.key)
        self._go_on(asked)

    def back(self) -> bool:
        """To the question before, whose answer stands until another is given; False at the first."""
        if self.at == 0:
            return False
        self.at -= 1
        return True

    def _go_on(self, asked: Asked) -> None:
        self.at += 1
        following = self.current
        if self._changed and (following is None or _stage(following) > _stage(asked)):
            self._read_again()

    def _read_again(self) -> None:
        """Asks what the document asks now; an answer that did not do is asked for once more."""
        self.found, self._changed = self.read(Answers(self.answers)), False
        done = self.queue[: self.at]
        settled = {asked.key for asked in done} - self.given.keys() | self._skipped
        asked = [asked for asked in asked_once(self.found.all_questions()) if asked.key not in settled]
        self.queue = done + sorted(asked, key=_stage)


def _stage(asked: Asked) -> int:
    return next((n for n, about in enumerate(_STAGES) if asked.question.about in about), len(_STAGES))
