"""The document beside its draft: every paragraph and every row with what became of it, for a page that shows both.

``[{"kind": "paragraph", "place", "words", "became"} | {"kind": "table", "rows": [{"place", "cells", "became"}]}]`` in
the order of the document. ``became`` is ``{"class", "items", "questions", "why"}``: the class that the accounting gave,
codes of the items of the draft, numbers (from 0) of the questions as the import lists them, and in Russian what the
class means where neither an item nor a question says it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from roadmap.documents.importer import Found
from roadmap.documents.neutral import Document, Paragraph, Row
from roadmap.documents.questions import asked_once

#: Why something is no item and no question, by its class.
WHY_RU = {
    "item": "мероприятие",
    "indicator": "показатель",
    "definition": "определение",
    "continuation": "продолжает предыдущее",
    "heading": "заголовок",
    "header": "шапка таблицы или пропущенная строка",
    "statement": "положение без обязанностей",
    "question": "вопрос",
}
DONE_RU = "исполнено самим актом"
_SHOWN = 40


@dataclass(slots=True)
class _Placed:
    """What of the draft stands at which paragraph (by its number) and at which row (by its place)."""

    paragraphs: dict[str, list[tuple[int, str]]]
    rows: frozenset[str]
    at_paragraph: defaultdict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    at_row: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: str, words: str, value: Any) -> None:
        """``place`` may name a point before the place itself: «п. 3.2.1, строка 141».

        Paragraphs that share a place (a page) are told apart by the words; where none has them, it is the first.
        """
        while place not in self.rows and place not in self.paragraphs and ", " in place:
            place = place.partition(", ")[2]
        if place in self.rows:
            self.at_row[place].append(value)
        elif here := self.paragraphs.get(place):
            self.at_paragraph[next((n for n, text in here if words[:_SHOWN] in text), here[0][0])].append(value)


def review_of(found: Found, document: Document) -> list[dict[str, Any]]:
    """The blocks of the document that ``found`` was read from, each with what it became."""
    items, questions = _items(found, _empty(document)), _questions(found, _empty(document))
    done = _empty(document)
    for place, words in found.done:
        done.add(place, words, place)
    out: list[dict[str, Any]] = []
    n = 0
    for block in document.blocks:
        if isinstance(block, Paragraph):
            kind = found.text_classes[n] if n < len(found.text_classes) else ""
            became = _became(kind, items.at_paragraph[n], questions.at_paragraph[n])
            if done.at_paragraph[n]:
                became["why"] = DONE_RU
            out.append({"kind": "paragraph", "place": block.place, "words": block.text, "became": became})
            n += 1
        elif block.rows:
            out.append({"kind": "table", "rows": list(_rows(block.rows, found, items, questions))})
    return out


def _empty(document: Document) -> _Placed:
    paragraphs: dict[str, list[tuple[int, str]]] = {}
    for n, block in enumerate(block for block in document.blocks if isinstance(block, Paragraph)):
        paragraphs.setdefault(block.place, []).append((n, block.text))
    tables = (block for block in document.blocks if not isinstance(block, Paragraph))
    return _Placed(paragraphs, frozenset(row.place for table in tables for row in table.rows))


def _rows(rows: Iterable[Row], found: Found, items: _Placed, questions: _Placed) -> Iterable[dict[str, Any]]:
    """A row that goes on with the item above belongs to that item."""
    last: list[Any] = []
    for row in rows:
        kind = found.row_classes.get(row.place, "")
        own = items.at_row[row.place]
        if kind != "continuation":
            last = own
        became = _became(kind, own or (last if kind == "continuation" else []), questions.at_row[row.place])
        yield {"place": row.place, "cells": list(row.cells), "became": became}


def _became(kind: str, items: list[Any], questions: list[Any]) -> dict[str, Any]:
    why = "" if items or questions else WHY_RU.get(kind, "")
    return {"class": kind, "items": items, "questions": sorted(set(questions)), "why": why}


def _items(found: Found, items: _Placed) -> _Placed:
    for entry in found.items:
        items.add(entry.item.place, entry.item.words.get("title", ""), entry.code)
    for indicator in found.indicators:
        items.add(indicator["source"]["place"], indicator["title"], indicator["code"])
    return items


def _questions(found: Found, questions: _Placed) -> _Placed:
    """A question stands at each of its places; one about the whole act at none of the blocks."""
    for number, asked in enumerate(asked_once(found.all_questions())):
        for place in asked.places:
            questions.add(place, asked.question.words, number)
    return questions
