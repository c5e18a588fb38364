"""Items with their codes, readings, bodies and questions, from the rows and paragraphs that hold them."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from roadmap.calendar import WorkCalendar
from roadmap.documents.bodies import Bodies, Body, is_of_kind
from roadmap.documents.names import readings_of
from roadmap.documents.orders import points
from roadmap.documents.questions import Answers, Question
from roadmap.documents.tables.items import ASIDE, FoundItem
from roadmap.reading import Reading
from roadmap.terms import read

#: The answer that leaves an item without a term: its dates are to be named later.
NO_TERM = "назвать даты"
MOST_PROPOSED = 3
_UNREADABLE = re.compile(r"\ufffd|\(cid:\d+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item with all that the document says of it and what we read in it."""

    code: str
    origin: str
    item: FoundItem
    reading: Reading
    bodies: tuple[Body, ...]
    questions: tuple[Question, ...]

    @property
    def part(self) -> str:
        """The part of the catalogue that it belongs to: a plan that is a list is a plan like a table."""
        return "table" if self.origin == "list" else self.origin

    @property
    def group(self) -> str:
        """The wider measure, or the heading above the section."""
        return self.item.group.title if self.item.group else self.item.parent

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        words = {name: self.item.words.get(name, "") for name in ("title", "responsible", "executors", "term")}
        return {
            "number": self.item.number,
            "origin": self.origin,
            "section": self.item.section,
            "group": self.group,
            **words,
            "reading": self.reading.to_json(),
            "result": self.item.words.get("result", ""),
            **{role: said for role in ASIDE if (said := self.item.words.get(role))},
            "source": self.item.place,
        }


#: A draft knows no regional days off yet: where they matter, loading reads the words again.
FEDERAL = WorkCalendar()


def reader_of(start: date, end: date) -> Callable[[str], Reading]:
    """Reads terms inside a period, each phrase once."""

    @cache
    def reading(words: str) -> Reading:
        return read(words, start=start, end=end, calendar=FEDERAL)

    return reading


@cache
def _undated(words: str) -> Reading:
    """What the words say where no year is known: a rhythm stays one, but has no dates."""
    some_year = reader_of(date(2001, 1, 1), date(2001, 12, 31))
    return replace(some_year(words), windows=(), proposals=())


def entries_of(
    raw: list[tuple[str, str, FoundItem]],
    period: tuple[date, date, str] | None,
    known: Bodies,
    answers: Answers,
    *,
    authority: str,
) -> list[Entry]:
    """The items with codes, readings inside the period, bodies (added to those known) and questions.

    Without a period the kinds of the terms are read, but no dates are: there is one question, what the period is.
    """
    reading = reader_of(*period[:2]) if period else _undated
    taken: Counter[str] = Counter()
    entries: list[Entry] = []
    asked_of_all: set[str] = set()
    ordinals: Counter[str] = Counter()
    for origin, code, item in raw:
        ordinals[item.section_code] += 1
        wanted = code or _code(item, ordinals[item.section_code])
        taken[wanted] += 1
        questions: list[Question] = []
        if taken[wanted] > 1:
            if not code:
                questions.append(
                    Question("number", item.place, item.number, "этот номер в разделе уже был", "оставить оба")
                )
            wanted = f"{wanted}-{taken[wanted]}"
        term = _answered_term(item, answers)
        meaning = reading(term)
        questions += _term_questions(origin, item, meaning)
        if any(_UNREADABLE.search(words) for words in item.words.values()):
            why = "в словах есть знаки, которые не прочитались"
            questions.append(
                Question("row", item.place, item.words.get("title", ""), why, "вписать слова, как в документе")
            )
        bodies = _bodies(item, known, answers, authority, questions)
        questions = [q for q in questions if q.about == "term" or answers.of(q.about, q.words) is None]
        questions = [q for q in questions if not _is_asked_of_all(q, item, asked_of_all)]
        entry = Entry(
            code=wanted, origin=origin, item=item, reading=meaning, bodies=tuple(bodies), questions=tuple(questions)
        )
        entries.append(entry)
    return entries


def _is_asked_of_all(question: Question, item: FoundItem, asked: set[str]) -> bool:
    """Whether the question is of all the items of a table, and stands above the first one of them."""
    if not item.unowned or question.words != item.unowned:
        return False
    again = question.words in asked
    asked.add(question.words)
    return again


def _code(item: FoundItem, ordinal: int) -> str:
    number = item.number if re.fullmatch(r"\d+(\.\d+)*", item.number) else str(ordinal)
    section = item.section_code
    if section.endswith("roadmap"):
        return section.removesuffix("roadmap") + number
    return number if number.startswith(f"{section}.") else f"{section}.{number}"


def _answered_term(item: FoundItem, answers: Answers) -> str:
    """The item's term, with the answer in the place of words that were asked about."""
    term = item.words.get("term", "")
    answer = answers.of("term", term or item.words.get("title", ""))
    if answer is not None:
        item.act_words = item.act_words | {"term": term}
        item.words["term"] = "" if answer.casefold() == NO_TERM else answer
        item.term_answered = True
    return item.words.get("term", "")


def _term_questions(origin: str, item: FoundItem, reading: Reading) -> list[Question]:
    if item.term_answered and (not reading.text or reading.kind != "unreadable"):
        return []
    if reading.text:
        if item.term_doubt and not item.term_answered:
            return [Question("term", item.place, reading.text, item.term_doubt, *_proposed(()))]
        if reading.kind != "unreadable":
            return []
        why = "; ".join(reading.problems) or "срок не читается"
        if item.term_answered:
            # Asked by the document's words: an answer that cannot be read is replaced, not answered in its turn.
            words, why = item.act_words["term"] or item.words["title"], f"ответ «{reading.text}» не читается: {why}"
            return [Question("term", item.place, words, why, "вписать срок другими словами")]
        return [Question("term", item.place, reading.text, why, *_proposed(reading.proposals))]
    title = item.words.get("title", "")
    if origin in ("table", "list"):
        return [Question("term", item.place, title, "срок не указан", NO_TERM, (NO_TERM,))]
    if points.names_a_term(title):
        return [
            Question(
                "term", item.place, title, "в словах есть срок, но он не прочитан", "вписать срок или «назвать даты»"
            )
        ]
    return []


def _proposed(wordings: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """What is proposed for a term that is not read, and what may be answered as it stands."""
    if not wordings:
        return f"вписать срок другими словами или «{NO_TERM}»", ()
    return " или ".join(f"«{words}»" for words in wordings[:MOST_PROPOSED]), (*wordings, NO_TERM)


def _bodies(item: FoundItem, known: Bodies, answers: Answers, authority: str, questions: list[Question]) -> list[Body]:
    said, title = item.words.get("responsible", ""), item.words.get("title", "")
    asked = [said] if said else [title, item.unowned]
    answer = next((named for words in asked if words and (named := answers.of("responsible", words))), "")
    answer = "" if is_of_kind(answer) else answer
    lines = () if answer else item.lines.get("responsible", ())
    bodies = known.named_in(answer or said, lines, answers)
    if answer and bodies:
        item.act_words = item.act_words | {"responsible": said}
        item.words["responsible"] = answer
    if not bodies:
        why = "в таблице нет графы ответственного" if item.unowned else "ответственный не назван"
        proposed, choices = authority or "назвать орган", (authority,) if authority else ()
        questions.append(Question("responsible", item.place, item.unowned or title, why, proposed, choices))
        bodies = known.named_in(authority or "Ответственный не назван")
    elif both := readings_of(lines):
        why = "новая строка может быть и другим исполнителем, и продолжением должности"
        questions.append(Question("responsible", item.place, said, why, " или ".join(f"«{one}»" for one in both), both))
    executors = known.named_in(item.words.get("executors", ""), item.lines.get("executors", ()), answers)
    return bodies + [body for body in executors if body not in bodies]
