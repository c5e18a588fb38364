"""Who takes part in an item besides those who have its points, and what the document calls him."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from roadmap.catalogue.schema import Catalogue, Item
from roadmap.language.normalise import plain

CO_EXECUTOR = "соисполнитель"
RESPONSIBLE = "ответственный по документу"


def takes_part(catalogue: Catalogue, item: Item) -> tuple[str, ...]:
    """Codes of the co-executors, and of the responsible body that a fan-out leaves without a point of its own."""
    members = next((body.members for body in catalogue.bodies if body.code == item.fan_out), ())
    return (*item.co_executors, *([item.owner] if _left_out(item.owner, item.fan_out, members) else []))


def _left_out(owner: str, fan_out: str | None, members: Iterable[str]) -> bool:
    return fan_out is not None and owner != fan_out and owner not in members


def first_word_of(heading: str) -> str:
    """«ответственный исполнитель» of «Ответственный исполнитель (соисполнители)»; empty where all are alike there."""
    before, bracket, inside = heading.partition("(")
    if not bracket or not inside.casefold().startswith(CO_EXECUTOR[:-1]):
        return ""
    return before.strip()[:1].casefold() + before.strip()[1:]


def first_named(words: str, names: Mapping[str, Sequence[str]]) -> str | None:
    """The code whose name the words begin with, the longest name counts; None where no name does."""
    text = f"{plain(words)} "
    known = ((plain(name), code) for code, several in names.items() for name in several)
    found = [(len(name), code) for name, code in known if name and text.startswith(f"{name} ")]
    return max(found)[1] if found else None


def roles(catalogue: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """(item, co-executor) → what the document calls him, of a stored edition; only those not simply co-executors."""
    word = first_word_of(catalogue.get("executors_heading") or "")
    names = {
        body["code"]: (body["name"], body["short"], *(body.get("aliases") or ()))
        for body in catalogue.get("bodies") or ()
    }
    members = {body["code"]: body.get("members") or () for body in catalogue.get("bodies") or ()}
    found: dict[tuple[str, str], str] = {}
    for part in ("items", "directives", "duties"):
        for item in catalogue.get(part) or ():
            group = item.get("fan_out")
            if _left_out(item["owner"], group, members.get(group, ())):
                found[item["code"], item["owner"]] = RESPONSIBLE
            if not word:
                continue
            bodies = (item["owner"], *(item.get("co_executors") or ()))
            first = first_named(item.get("executors") or "", {code: names[code] for code in bodies})
            if first is not None and first != item["owner"]:
                found[item["code"], first] = word
    return found
