"""What only a person can settle: a question names its place, the words and what is proposed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from roadmap.catalogue.answers import Answer
from roadmap.language.normalise import plain_with_signs

About = Literal["term", "row", "responsible", "column", "act", "period", "zone", "table", "number", "indicator"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``about`` and ``words`` find its answer in the next import."""

    about: About
    place: str
    words: str
    why: str
    proposed: str
    choices: tuple[str, ...] = ()
    """Answers that may be given as they stand, the likeliest first; empty where only a person's own words will do."""

    @property
    def line(self) -> str:
        """The question as one line of the draft and of the screen."""
        shown = f" «{self.words}»" if self.words else ""
        return f"({self.about}) {self.place}:{shown} — {self.why}. Предлагается: {self.proposed}"

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        said = {name: getattr(self, name) for name in ("about", "place", "words", "why", "proposed")}
        return said | {"choices": list(self.choices)}


class Answers:
    """Answers by what was asked; the words match without regard to case, marks and blanks."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._answers = {(answer.about, plain_with_signs(answer.words)): answer.answer for answer in answers}

    def of(self, about: About, words: str) -> str | None:
        """The answer to a question with these words, or None."""
        return self._answers.get((about, plain_with_signs(words)))

    def about(self, about: About) -> dict[str, str]:
        """All answers of one kind by the plain words."""
        return {words: answer for (kind, words), answer in self._answers.items() if kind == about}
