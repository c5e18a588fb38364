"""Which earlier item another one may need: it uses what the earlier one makes, by the stems of the words.

Certain is only what a document names (a number, the words of a result); everything found here is «возможно».
"""

import re
from collections.abc import Iterator

from roadmap.catalogue.schema import Item
from roadmap.language.matching import STEM, key_word
from roadmap.language.normalise import plain_with_hyphens

#: «Разработка …», «Утверждено …», «Заключить …»: what follows is made by the item.
MAKES = {
    "разра", "созда", "утвер", "опред", "подпи", "заклю", "форми", "подго", "соста", "издан", "приня", "откры", "учреж",
}  # fmt: skip
#: «По итогам …», «реализация …»: what follows must be there already.
USES = {
    "реали", "внедр", "итога", "итоги", "резул", "основ", "соотв", "испол", "анали", "монит", "апроб", "экспе", "инфор",
    "обуче", "выпол", "оценк", "подве", "защит", "публи", "согла", "напра", "утвер",
}  # fmt: skip
#: What is drafted is approved afterwards, so approving uses what another item makes.
APPROVES = {"утвер", "согла"}
_PARTICLES = {"и", "или", "а", "также"}
_LINKS = {
    "в", "во", "на", "по", "для", "с", "со", "о", "об", "обо", "из", "от", "до", "при", "между", "к", "ко", "под",
    "через", "за",
}  # fmt: skip
_CLAUSE = re.compile(r"[;,:(]|\s[-\u2013\u2014]\s")
NAMED_WORDS = 2
USED_WITHIN = 2


def possible_need(item: Item, earlier: Item) -> str | None:
    """The words of ``earlier`` that ``item`` uses, or None.

    They are what the earlier title says it makes, or its result; at least two words, in the same order, right behind a
    word of use in the title of ``item``. An item that makes the same itself needs nobody.
    """
    title = _words(item.title)
    first, before = title[0][:STEM] if title else "", _words(earlier.title)[0][:STEM] if _words(earlier.title) else ""
    if not title or (first in MAKES and not (first in APPROVES and before not in APPROVES)):
        return None
    for made in _made(earlier):
        keys = [key_word(word) for word in made]
        for place in _places(keys, title):
            if any(word[:STEM] in USES for word in title[max(place - USED_WITHIN, 0) : place]):
                return " ".join(made)
    return None


def _made(item: Item) -> Iterator[list[str]]:
    title = _words(_CLAUSE.split(item.title)[0], links=True)
    if title and title[0][:STEM] in MAKES:
        yield from _enough(_until_link(title[1:]))
    result = _words(_CLAUSE.split(item.result)[0], links=True)
    yield from _enough(_until_link(result))


def _enough(words: list[str]) -> Iterator[list[str]]:
    if len(words) >= NAMED_WORDS:
        yield words


def _until_link(words: list[str]) -> list[str]:
    end = next((n for n, word in enumerate(words) if word in _LINKS), len(words))
    return words[:end]


def _words(text: str, *, links: bool = False) -> list[str]:
    left_out = _PARTICLES if links else _PARTICLES | _LINKS
    return [word for word in plain_with_hyphens(text).split() if word not in left_out]


def _places(keys: list[str], words: list[str]) -> Iterator[int]:
    stems = [key_word(word) for word in words]
    return (n for n in range(len(stems) - len(keys) + 1) if stems[n : n + len(keys)] == keys)
