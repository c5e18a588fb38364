"""The terms that a document defines: «термин – значение» under «понятия»."""

import re
from collections.abc import Sequence

from roadmap.documents.neutral import Paragraph

_HEADING = re.compile(r"понятия|термины|определения", re.IGNORECASE)
_ENTRY = re.compile(r"^(?!\d+[.)])(?P<term>[«А-ЯЁа-яё][^–—]{2,160}?)\s+[–—-]\s+(?P<meaning>[а-яё«].{10,})$")
_ENDS = re.compile(r"^(?:\d+\.|Приложение|«?УТВЕРЖД|Комплекс мер)", re.IGNORECASE)


def find_definitions(paragraphs: Sequence[Paragraph]) -> list[dict[str, str]]:
    """The definitions of a list of notions, up to the next point or annex."""
    found: dict[str, str] = {}
    listing = False
    for paragraph in paragraphs:
        if len(paragraph.text) < 300 and _HEADING.search(paragraph.text) and not _ENTRY.match(paragraph.text):
            listing = True
        elif listing and _ENDS.match(paragraph.text):
            listing = False
        elif listing and (match := _ENTRY.match(paragraph.text)):
            found.setdefault(match["term"], match["meaning"].rstrip(" ;"))
    return [{"term": term, "meaning": meaning} for term, meaning in found.items()]
