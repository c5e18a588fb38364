"""Paragraph accounting: each paragraph of the running text is counted once, as what it was read as."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from roadmap.documents.neutral import Paragraph
from roadmap.documents.text.regulations import Regulation

ParagraphClass = Literal["item", "indicator", "definition", "continuation", "heading", "statement", "question"]
SHOWN = 40
PARAGRAPH_CLASSES: tuple[ParagraphClass, ...] = get_args(ParagraphClass)


def classes_of(
    paragraphs: Sequence[Paragraph],
    regulation: Regulation,
    *,
    known: Mapping[int, ParagraphClass],
    named: Iterable[tuple[ParagraphClass, str, str]],
) -> list[ParagraphClass]:
    """The class of each paragraph, in order.

    ``known`` are the classes of paragraphs by number that hold directives or listed plans, ``named`` (class, place,
    first words) of what other readers found in the text. A statement lays no duty on anybody: a goal, a ground, a
    principle. The second and later paragraphs of a torn passage are continuations.
    """
    classes: dict[int, ParagraphClass] = {}
    for passage, read_as in regulation.classes:
        classes[passage.first] = read_as
        for n in range(passage.first + 1, passage.last + 1):
            classes[n] = "continuation"
    at: dict[str, list[tuple[ParagraphClass, str]]] = {}
    for name, place, words in named:
        at.setdefault(place, []).append((name, words[:SHOWN]))
    found: list[ParagraphClass] = []
    for n, paragraph in enumerate(paragraphs):
        named_as: ParagraphClass = known.get(n) or classes.get(n, "statement")
        if named_as not in ("item", "continuation"):
            named_as = next((name for name, words in at.get(paragraph.place, ()) if words in paragraph.text), named_as)
        found.append(named_as)
    return found
