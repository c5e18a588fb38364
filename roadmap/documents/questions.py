"""What only a person can settle: a question names its place, the words and what is proposed."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from roadmap.documents.neutral import plain

About = Literal["term", "row", "responsible", "column", "act", "period", "zone", "table", "number"]
MARK = "# ВОПРОС"
_OPEN = re.compile(rf"^\s*{MARK}\b:?\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``about`` and ``words`` find its answer in the next import."""

    about: About
    place: str
    words: str
    why: str
    proposed: str

    @property
    def line(self) -> str:
        """The question as one line of the draft and of the screen."""
        shown = f" «{self.words}»" if self.words else ""
        return f"({self.about}) {self.place}:{shown} — {self.why}. Предлагается: {self.proposed}"

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        return {name: getattr(self, name) for name in ("about", "place", "words", "why", "proposed")}


class AnswersError(ValueError):
    """Answers that cannot be used; one Russian line."""


class Answers:
    """Answers by what was asked: ``[{about, words, answer}]``; the words match without regard to case and blanks."""

    def __init__(self, entries: Any = ()) -> None:
        if isinstance(entries, dict) and set(entries) == {"answers"}:
            entries = entries["answers"]
        if not isinstance(entries, (list, tuple)):
            raise AnswersError("ответы: нужен список записей «about, words, answer» под ключом answers")
        self._answers: dict[tuple[str, str], str] = {}
        for n, entry in enumerate(entries):
            fields = ("about", "words", "answer")
            if not isinstance(entry, dict) or set(entry) != set(fields):
                raise AnswersError(f"answers[{n}]: нужны ровно поля about, words и answer")
            if not all(isinstance(entry[name], str) for name in fields):
                raise AnswersError(f"answers[{n}]: about, words и answer — строки; возьмите значение в кавычки")
            self._answers[entry["about"], plain(entry["words"])] = entry["answer"].strip()

    def of(self, about: About, words: str) -> str | None:
        """The answer to a question with these words, or None."""
        return self._answers.get((about, plain(words)))

    def about(self, about: About) -> dict[str, str]:
        """All answers of one kind by the plain words."""
        return {words: answer for (kind, words), answer in self._answers.items() if kind == about}


def open_questions(text: str) -> list[str]:
    """The questions that stand open in a draft, «строка N: …» each; empty for a catalogue that may be loaded."""
    found = ((n, _OPEN.match(line)) for n, line in enumerate(text.splitlines(), start=1))
    return [f"строка {n}: {match[1].strip()}" for n, match in found if match]
