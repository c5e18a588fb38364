"""A term that stands inside the words of a duty itself: «проведение ежегодных рабочих совещаний», «ежегодный план»."""

import re

from roadmap.catalogue.schema import Item
from roadmap.reading import Every

#: Stem of the adjective → what it says.
_RHYTHMS: dict[str, Every] = {
    "ежегодн": "year",
    "ежеквартальн": "quarter",
    "ежемесячн": "month",
    "еженедельн": "week",
}
_ENDING = r"(?:ый|ая|ое|ые|ого|ому|ым|ом|ой|ую|ых|ыми)"
_ADJECTIVE = re.compile(rf"(?<![\w-])({'|'.join(_RHYTHMS)}){_ENDING}(?![\w-])", re.IGNORECASE)


def rhythm_in_words(item: Item) -> tuple[Every, str] | None:
    """The rhythm that an adjective of the title names, and the adjective as it stands there.

    Only where the document gives the item no other term and the catalogue has the same rhythm: «назначить ежемесячную
    выплату» is done once, and whether an adjective tells of the work or of its subject is for a reviewer to say. Two
    rhythms in one title say nothing certain.
    """
    if item.term.strip() or item.rhythm is None:
        return None
    found = list(_ADJECTIVE.finditer(item.title))
    if {_RHYTHMS[one[1].casefold()] for one in found} != {item.rhythm}:
        return None
    return item.rhythm, found[0][0]
