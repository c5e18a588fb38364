"""What only a person can settle: a question names its place, the words and what is proposed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from roadmap.catalogue.answers import Answer
from roadmap.language.normalise import plain_with_signs

About = Literal["term", "row", "responsible", "column", "act", "period", "zone", "table", "number", "indicator"]
ABOUT_RU: dict[About, str] = {
    "act": "реквизиты акта",
    "period": "период",
    "zone": "регион",
    "table": "таблица",
    "column": "графа",
    "row": "строка",
    "number": "номер",
    "term": "срок",
    "responsible": "ответственный",
    "indicator": "показатель",
}
#: Answers that always stand, whatever the document; a question may offer others before them.
_STANDING: dict[About, tuple[str, ...]] = {
    "row": ("пропустить", "мероприятие", "продолжение", "заголовок"),
    "table": ("пропустить",),
    "term": ("назвать даты",),
    "number": ("оставить оба",),
}
_IN_MARKS = re.compile(r"«([^«»]+)»")
_PLACES_SHOWN = 5


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
        """The question as one line of the draft."""
        return self.line_at(self.place)

    def line_at(self, places: str) -> str:
        """The question as one line, asked of these places."""
        # A field of the draft is named beside what is asked about, as answers.yaml wants it; words are the document's.
        is_field = self.words.isascii() and self.words.isidentifier()
        key = f"{self.about}: {self.words}" if is_field else self.about
        shown = f" «{self.words}» —" if self.words and not is_field else ""
        return f"({key}) {places}:{shown} {self.why.rstrip('. ')}. Предлагается: {self.proposed}"

    @property
    def likeliest(self) -> str:
        """The answer that is proposed as it stands; empty where the proposal is an instruction to write one's own."""
        if self.choices:
            return self.choices[0]
        if self.proposed in _STANDING.get(self.about, ()):
            return self.proposed
        return named[1] if (named := _IN_MARKS.match(self.proposed)) else ""

    @property
    def offered(self) -> tuple[str, ...]:
        """Answers that may be given as they stand: its choices, what its proposal names, what always stands."""
        named = _IN_MARKS.findall(self.proposed) if self.proposed.startswith("«") else []
        offered = self.choices or (self.likeliest, *named, *_STANDING.get(self.about, ()))
        return tuple(dict.fromkeys(filter(None, offered)))

    @property
    def may_be_empty(self) -> bool:
        """Whether the document may leave it blank: then an empty answer settles the question."""
        return self.about == "act"

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        said = {name: getattr(self, name) for name in ("about", "place", "words", "why", "proposed")}
        return said | {"choices": list(self.choices)}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked once: the first of the equal questions, and every place that asks the same."""

    question: Question
    places: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What finds its answer: equal for equal questions."""
        return key_of(self.question.about, self.question.words)

    @property
    def where(self) -> str:
        """The places in words; of many the first ones and how many more there are."""
        more = len(self.places) - _PLACES_SHOWN
        shown = "; ".join(self.places[:_PLACES_SHOWN] if more > 0 else self.places)
        return f"{shown} и ещё {more}" if more > 0 else shown

    @property
    def line(self) -> str:
        """The question as one line of the screen."""
        return self.question.line_at(self.where)

    def to_json(self) -> dict[str, Any]:
        """The public JSON form: that of the question, with all its places."""
        return self.question.to_json() | {"places": list(self.places)}


def key_of(about: str, words: str) -> tuple[str, str]:
    """What a question and its answer are matched by: the words without regard to case, marks and blanks."""
    return about, plain_with_signs(words)


def asked_once(questions: Iterable[Question]) -> list[Asked]:
    """Equal questions as one, in the order of their first places: one answer settles them all."""
    first: dict[tuple[str, str], Question] = {}
    places: dict[tuple[str, str], list[str]] = {}
    for question in questions:
        key = key_of(question.about, question.words)
        first.setdefault(key, question)
        places.setdefault(key, []).append(question.place)
    return [Asked(question, tuple(dict.fromkeys(places[key]))) for key, question in first.items()]


class Answers:
    """Answers by what was asked; the words match without regard to case, marks and blanks."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._answers = {key_of(answer.about, answer.words): answer.answer for answer in answers}

    def of(self, about: About, words: str) -> str | None:
        """The answer to a question with these words, or None."""
        return self._answers.get(key_of(about, words))

    def about(self, about: About) -> dict[str, str]:
        """All answers of one kind by the plain words."""
        return {words: answer for (kind, words), answer in self._answers.items() if kind == about}
