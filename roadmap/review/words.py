"""Comparing the words of a document: the same duty, a body, an abbreviation, whatever the case endings."""

import re
from collections.abc import Iterable, Iterator

from roadmap.catalogue.schema import Item
from roadmap.language.matching import NAMED_WORDS, stems

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_PART = re.compile(r"[^;,:]+")
_ASIDE = re.compile(r"\([^()]*\)|\bв рамках [^;,()]*")
_PERSON = re.compile(r"[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё-]+|[А-ЯЁ][а-яё-]+\s[А-ЯЁ]\.\s?[А-ЯЁ]\.")
_ALIAS = re.compile(r"([^;,()]*)\(\s*далее(?:\s+совместно)?\s*[-–—]?\s*([^()]{2,60}?)\s*\)")
_POINT = re.compile(r"(?:пункт(?:ом|а|у|е)?|п\.)\s*(\d+(?:\.\d+)*)", re.IGNORECASE)
_NO_BODY = {"и", "далее", "совме", "все", "по", "согла", "в", "на", "при", "участ"}


def mentions(item: Item, earlier: Item) -> str | None:
    """The words by which an item names an earlier one: its number, or its result in three words or more."""
    for found in _POINT.finditer(f"{item.title} {item.result}"):
        if found[1] in (earlier.code, earlier.number):
            return found[0]
    result = stems(earlier.result)
    if (
        len(result) >= NAMED_WORDS
        and stems(earlier.result) != stems(item.result)
        and _inside(result, stems(item.title))
    ):
        return earlier.result
    return None


def _inside(part: list[str], whole: list[str]) -> bool:
    return any(whole[n : n + len(part)] == part for n in range(len(whole) - len(part) + 1))


def aliases_given(cell: str) -> Iterator[tuple[str, str]]:
    """«… (далее – ЦНППМ)»: the abbreviation and the words it stands for."""
    for found in _ALIAS.finditer(cell):
        yield found[2], " ".join(found[1].split())


def unknown_bodies(cell: str, names: Iterable[str]) -> list[str]:
    """The parts of a cell of responsible bodies that known names do not cover whole: «Министерство просвещения» is not
    «Министерство».

    What stands in brackets explains, a part with a person's name is a person, «… (далее – X)» is the body X.
    """
    known = {tuple(stems(form)) for name in names for form in (name, _ASIDE.sub(" ", name))} - {()}
    text = _ALIAS.sub(lambda found: f"{found[2]}" if tuple(stems(found[2])) in known else found[0], cell)
    text = _ASIDE.sub(lambda aside: " " * len(aside[0]), text)
    words = list(_WORD.finditer(text))
    covered = _covered([key for word in words for key in stems(word[0])], known)
    unknown = []
    for part in _PART.finditer(text):
        inside = [n for n, word in enumerate(words) if part.start() <= word.start() < part.end()]
        if not _PERSON.search(part[0]) and not all(covered[n] for n in inside):
            unknown.append(" ".join(part[0].split()))
    return unknown


def known_part(words: str, names: Iterable[str]) -> str:
    """The words of a part that known names do cover, particles left out; empty where there are none."""
    known = {tuple(stems(form)) for name in names for form in (name, _ASIDE.sub(" ", name))} - {()}
    found = _WORD.findall(words)
    keys = [key for word in found for key in stems(word)]
    covered = _covered(keys, known)
    return " ".join(
        word for word, key, is_known in zip(found, keys, covered, strict=True) if is_known and key not in _NO_BODY
    )


def _covered(keys: list[str], known: set[tuple[str, ...]]) -> list[bool]:
    """For each word whether it belongs to a known name, or is a particle that names nobody."""
    covered = [key in _NO_BODY for key in keys]
    for name in known:
        for n in range(len(keys) - len(name) + 1):
            if tuple(keys[n : n + len(name)]) == name:
                covered[n : n + len(name)] = [True] * len(name)
    return covered


SEVERITY_RU = {"error": "ошибка", "question": "вопрос", "note": "к сведению"}
