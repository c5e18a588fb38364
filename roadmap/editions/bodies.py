"""The bodies of a new edition under the codes of the old one, so that a body named alike is the same body."""

from collections.abc import Mapping

from roadmap.catalogue.schema import Body, Catalogue, Item
from roadmap.language.normalise import plain


def in_old_bodies(old: Catalogue, new: Catalogue) -> Catalogue:
    """``new`` with the old codes for its bodies: known by full name, short name or alias, else by code."""
    codes = _codes(old, new)
    if all(code == kept for code, kept in codes.items()):
        return new
    bodies = tuple(
        body.model_copy(update={"code": codes[body.code], "members": tuple(codes[code] for code in body.members)})
        for body in new.bodies
    )
    parts = {
        part: tuple(_renamed(item, codes) for item in getattr(new, part)) for part in ("items", "directives", "duties")
    }
    return new.model_copy(update={"bodies": bodies, **parts})


def _renamed(item: Item, codes: Mapping[str, str]) -> Item:
    """A group that the draft does not name stays unnamed: what a draft leaves out is told from what it takes away."""
    facts = {"owner": codes[item.owner], "co_executors": tuple(codes[code] for code in item.co_executors)}
    return item.model_copy(update=facts | ({"fan_out": codes[item.fan_out]} if item.fan_out else {}))


def _codes(old: Catalogue, new: Catalogue) -> dict[str, str]:
    """Code in the new edition → code to keep; one that only the new edition has gets a code of its own."""
    codes = _known(old, new)
    there = {body.code for body in old.bodies}
    taken = there | set(codes.values())
    for body in new.bodies:
        if body.code in codes:
            continue
        free, n = body.code, 2
        if body.code not in there or body.code in codes.values():
            while free in taken:
                free, n = f"{body.code}-{n}", n + 1
        codes[body.code] = free
        taken.add(free)
    return codes


def _known(old: Catalogue, new: Catalogue) -> dict[str, str]:
    """The bodies found again: those named in full first, so that no body loses its own name to another's alias."""
    codes: dict[str, str] = {}
    for names in (_own_names, _names):
        holders = {name: body.code for body in reversed(old.bodies) for name in names(body)}
        for body in new.bodies:
            known = [holders[name] for name in names(body) if name in holders]
            if body.code not in codes and known and known[0] not in codes.values():
                codes[body.code] = known[0]
    return codes


def _own_names(body: Body) -> list[str]:
    return [plain(name) for name in (body.name, body.short)]


def _names(body: Body) -> list[str]:
    return [plain(name) for name in (body.name, body.short, *body.aliases)]
