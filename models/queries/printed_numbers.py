"""How an item is cited: by the number printed in the document, and by its place there where the number says nothing."""

import re
from collections.abc import Collection

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.tables.roadmap import Item

Shared = Collection[tuple[str, str]]
"""Printed numbers, each with its roadmap, that several items share."""

#: Words of a place, shortened as делопроизводство does; the rest stands as it is.
_SHORT = (
    (re.compile(r"^раздел\s+", re.IGNORECASE), "разд. "),
    (re.compile(r"^направление\s+", re.IGNORECASE), "напр. "),
    (re.compile(r"^(пункт|п\.)\s*", re.IGNORECASE), "п. "),
    (re.compile(r"^абзац\s+", re.IGNORECASE), "абз. "),
    (re.compile(r"^последний абзац$", re.IGNORECASE), "последний абз."),
)
_ROW = re.compile(r"^строка\s+\d+$", re.IGNORECASE)
#: What rows of a table are numbered by: it begins anew in each section.
_BARE = re.compile(r"\d+\.?")
_WHOLE = re.compile(r"^(приложение|таблица)\b", re.IGNORECASE)


def shown_number(roadmap_code: str, number: str, place: str, kind: str, shared: Shared) -> str:
    """The printed number; «разд. 2, напр. 1, п. 12» where several items share it; a dash for a round.

    ``place`` is where the document asks for the item: «приложение, раздел 2, направление 1, строка 12».
    """
    if kind == "round":
        return "—"
    if number and (roadmap_code, number) not in shared:
        return number
    cited = cited_place(place, number)
    return cited if any(sign.isdigit() for sign in cited) else number


def number_of(item: Item, shared: Shared) -> str:
    """The number by which people know an item."""
    return shown_number(item.roadmap_code, item.number, item.source, item.kind, shared)


def cited_place(place: str, number: str = "") -> str:
    """A place in the document in short words; a row of a table is cited by the number printed in it."""
    parts = [part.strip() for part in place.split(",")]
    return ", ".join(filter(None, (_cited(part, number) for part in parts)))


def _cited(part: str, number: str) -> str:
    if _WHOLE.match(part):
        return ""
    if _ROW.match(part) and number:
        return f"п. {number}"
    for words, short in _SHORT:
        if words.match(part):
            return words.sub(short, part)
    return part


def shared_numbers(session: Session) -> frozenset[tuple[str, str]]:
    """The printed numbers, each with its roadmap, that several items share: such a number says nothing.

    Where rows are numbered anew in each section, no row's number says anything: that «12» happens to stand once would
    make one row of a section cited otherwise than its neighbours.
    """
    printed = (col(Item.roadmap_code), col(Item.number))
    counted = col(Item.is_controlled) | col(Item.dropped_on).is_not(None)
    rows = session.execute(select(*printed, func.count()).where(counted).group_by(*printed)).all()
    shared = {(code, number) for code, number, times in rows if times > 1}
    anew = {code for code, number in shared if _BARE.fullmatch(number)}
    return frozenset(shared | {(code, number) for code, number, _ in rows if code in anew and _BARE.fullmatch(number)})
