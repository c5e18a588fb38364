"""A new edition under the codes of the old one, for codes are part of the keys of control points."""

from collections.abc import Collection, Mapping

from roadmap.catalogue.schema import Catalogue
from roadmap.editions.matching import Entry, match


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
    indicators = tuple(
        entry.model_copy(
            update={"code": known[entry.code]}
            | {
                # Items the draft names are named by their codes to keep; the others are left to be seen as unknown.
                field: tuple(codes.get(code, code) for code in getattr(entry, field))
                for field in ("proven_by", "answered_by")
                if field in entry.model_fields_set
            }
        )
        for entry in new.indicators
    )
    return new.model_copy(update=parts | {"code": old.code, "indicators": indicators})
