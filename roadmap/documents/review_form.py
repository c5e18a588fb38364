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
_SHOWN = 40


@dataclass(slots=True)
class _Places:
    """What of the draft stands at which place of the document, with the first words that find it there."""

    at: defaultdict[str, list[tuple[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: str, words: str, value: Any) -> None:
        """``place`` may name a point before the place itself: «п. 3.2.1, строка 141»."""
        self.at[place].append((words[:_SHOWN], value))

    def of(self, place: str, text: str, *, alone: bool) -> list[Any]:
        """What stands here; where several paragraphs share a place, only what the words of this one hold."""
        found = self.at.get(place, [])
        return [value for words, value in found if alone or words in text]


def review_of(found: Found, document: Document) -> list[dict[str, Any]]:
    """The blocks of the document that ``found`` was read from, each with what it became."""
    paragraphs = [block for block in document.blocks if isinstance(block, Paragraph)]
    places = [paragraph.place for paragraph in paragraphs]
    known = {
        *places,
        *(row.place for block in document.blocks if not isinstance(block, Paragraph) for row in block.rows),
    }
    items, questions = _items(found, known), _questions(found, known)
    shared = {place for place in places if places.count(place) > 1} if len(set(places)) < len(places) else set[str]()
    classes = iter(found.text_classes)
    out: list[dict[str, Any]] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            alone = block.place not in shared
            own, asked = (by.of(block.place, block.text, alone=alone) for by in (items, questions))
            became = _became(next(classes, ""), own, asked)
            out.append({"kind": "paragraph", "place": block.place, "words": block.text, "became": became})
        elif block.rows:
            out.append({"kind": "table", "rows": list(_rows(block.rows, found, items, questions))})
    return out


def _rows(rows: Iterable[Row], found: Found, items: _Places, questions: _Places) -> Iterable[dict[str, Any]]:
    """A row that goes on with the item above belongs to that item."""
    last: list[Any] = []
    for row in rows:
        kind = found.row_classes.get(row.place, "")
        own = items.of(row.place, "", alone=True)
        if kind != "continuation":
            last = own
        became = _became(kind, own or (last if kind == "continuation" else []), questions.of(row.place, "", alone=True))
        yield {"place": row.place, "cells": list(row.cells), "became": became}


def _became(kind: str, items: list[Any], questions: list[Any]) -> dict[str, Any]:
    why = "" if items or questions else WHY_RU.get(kind, "")
    return {"class": kind, "items": items, "questions": sorted(set(questions)), "why": why}


def _items(found: Found, known: set[str]) -> _Places:
    items = _Places()
    for entry in found.items:
        items.add(_known(entry.item.place, known), entry.item.words.get("title", ""), entry.code)
    for indicator in found.indicators:
        items.add(_known(indicator["source"]["place"], known), indicator["title"], indicator["code"])
    return items


def _questions(found: Found, known: set[str]) -> _Places:
    """A question stands at each of its places; one about the whole act at none of the blocks."""
    questions = _Places()
    for number, asked in enumerate(asked_once(found.all_questions())):
        for place in asked.places:
            questions.add(_known(place, known), asked.question.words, number)
    return questions


def _known(place: str, known: set[str]) -> str:
    """The place of the block itself: of «п. 3.2.1, строка 141» the end."""
    while place not in known and ", " in place:
        place = place.partition(", ")[2]
    return place
