"""Who is named first in the column of executors: «Ответственный исполнитель (соисполнители)» calls him so."""

from collections.abc import Mapping, Sequence
from typing import Any

from roadmap.language.normalise import plain

CO_EXECUTOR = "соисполнитель"


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
    if not word:
        return {}
    names = {
        body["code"]: (body["name"], body["short"], *(body.get("aliases") or ()))
        for body in catalogue.get("bodies") or ()
    }
    found: dict[tuple[str, str], str] = {}
    for part in ("items", "directives", "duties"):
        for item in catalogue.get(part) or ():
            bodies = (item["owner"], *(item.get("co_executors") or ()))
            first = first_named(item.get("executors") or "", {code: names[code] for code in bodies})
            if first is not None and first != item["owner"]:
                found[item["code"], first] = word
    return found
