"""A new edition under the codes and settings of the old one: codes are part of keys, settings are no words."""

from collections.abc import Collection, Mapping

from roadmap.catalogue.schema import Catalogue, Item
from roadmap.edition_matching import Entry, match

CONTROL = ("kind", "rhythm", "fan_out", "event", "controlled")
"""What the catalogue says of an item beside the document's words."""


def stable_codes(
    pairs: Mapping[str, str], olds: Collection[str], news: Collection[str], reserved: Collection[str]
) -> dict[str, str]:
    """Code in the draft → code to keep: the old one, or for an added item one that was never used."""
    codes = {new: old for old, new in pairs.items()}
    taken = {*olds, *reserved}
    for code in news:
        if code in codes:
            continue
        free, n = code, 2
        while free in taken:
            free, n = f"{code}-{n}", n + 1
        codes[code] = free
        taken.add(free)
    return codes


def recoded(old: Catalogue, new: Catalogue, codes: Mapping[str, str]) -> Catalogue:
    """The new edition under the codes to keep; indicators are found again by their titles."""
    parts = {
        part: tuple(item.model_copy(update={"code": codes[item.code]}) for item in getattr(new, part))
        for part in ("items", "directives", "duties")
    }
    found = match(
        [Entry(entry.code, entry.title, (entry.words,)) for entry in old.indicators],
        [Entry(entry.code, entry.title, (entry.words,)) for entry in new.indicators],
    )
    there = {entry.code for entry in old.indicators}
    known = stable_codes(found.pairs, there, [entry.code for entry in new.indicators], ())
    indicators = tuple(entry.model_copy(update={"code": known[entry.code]}) for entry in new.indicators)
    return new.model_copy(update=parts | {"code": old.code, "indicators": indicators})


def controlled_as_before(edition: Catalogue, before: Mapping[str, Item]) -> Catalogue:
    """The edition with what the document does not say taken from the items before, by code.

    A group that the edition does not have cannot be fanned out to: then its own setting stays.
    """
    groups = {body.code for body in edition.bodies if body.members}

    def kept(item: Item) -> Item:
        if (was := before.get(item.code)) is None:
            return item
        facts = {field: getattr(was, field) for field in CONTROL}
        return item.model_copy(update=facts | ({} if was.fan_out in groups else {"fan_out": item.fan_out}))

    parts = {part: tuple(kept(item) for item in getattr(edition, part)) for part in ("items", "directives", "duties")}
    return edition.model_copy(update=parts)
