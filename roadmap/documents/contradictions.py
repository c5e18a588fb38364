"""What is wrong in a document itself, found while it is imported: the checks of a catalogue, and of the document alone.

- ``done``: a point that the act carries out by being signed, so that there is nothing to put on control;
- ``names``: two names that may be of one body: an abbreviation and what it may stand for, the same words declined;
- ``section``: a number that two sections bear.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from pydantic import ValidationError

from roadmap.catalogue.schema import Catalogue
from roadmap.documents.bodies import Body
from roadmap.documents.draft import drafted
from roadmap.documents.entries import FEDERAL
from roadmap.documents.importer import Found
from roadmap.documents.tables.sections import number_of
from roadmap.review.check import Finding, check

#: A term that was not read stands among the questions of the import already.
ASKED_ANYWAY = frozenset({"unread"})
_SECTION = re.compile(
    r"^(?P<word>раздел|этап|направление|блок|глава)?\s*№?\s*(?P<n>\d{1,2}|[IVXІХ]{1,5})(?:[.):]|\s|$)", re.IGNORECASE
)
_QUOTED = re.compile(r"[«\"](?P<name>[^«»\"]+)[»\"]")
_SMALL = frozenset({"и", "в", "по", "на", "для", "с", "о", "при"})
SHOWN = 160


def contradictions(found: Found) -> list[Finding] | None:
    """The findings in the order of the document; None while the draft lacks what a catalogue must have."""
    try:
        catalogue = Catalogue.model_validate(drafted(found))
    except ValidationError:
        return None
    return [
        *(finding for finding in check(catalogue, FEDERAL) if finding.kind not in ASKED_ANYWAY),
        *_done(found),
        *_names(found.bodies.all),
        *_sections(found),
    ]


def _done(found: Found) -> Iterator[Finding]:
    for place, words in found.done:
        said = words if len(words) <= SHOWN else words[: SHOWN - 1].rstrip() + "…"
        yield Finding("done", place, f"исполнено самим актом, на контроль не ставится: «{said}»", "note")


def _names(bodies: list[Body]) -> Iterator[Finding]:
    for one, other in combinations(bodies, 2):
        if any(may_be_one(a, b) or may_be_one(b, a) for a in (one.name, one.short) for b in (other.name, other.short)):
            words = (
                f"«{one.name}» и «{other.name}» — возможно, один орган под двумя именами: "
                "оставьте одно, второе впишите в aliases"
            )
            yield Finding("names", f"органы {one.code}, {other.code}", words, "question")


def may_be_one(short: str, name: str) -> bool:
    """Whether a name may stand for another: its initials, the name in its quotes, the same words in other cases."""
    first, second = _words(short), _words(name)
    if not first or not second or first == second:
        return first == second != []
    if len(first) == 1 and len(short.strip('«»"')) > 1 and short.strip('«»" ').isupper():
        quoted = _QUOTED.search(name)
        if quoted and _words(quoted["name"]) == first:
            return True
        initials = "".join(word[0] for word in second if word not in _SMALL)
        return len(first[0]) > 2 and initials == first[0]
    return len(first) == len(second) and all(_alike(a, b) for a, b in zip(first, second, strict=True))


def _words(name: str) -> list[str]:
    return re.findall(r"[а-яa-z0-9]+", name.casefold().replace("ё", "е"))


def _alike(one: str, other: str) -> bool:
    """The same word in another case: one beginning, endings of at most three letters."""
    if one == other:
        return True
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return same >= 4 and max(len(one), len(other)) - same <= 3 and not re.search(r"\d", one + other)


def _sections(found: Found) -> Iterator[Finding]:
    titles: dict[tuple[str, str, str, int | None], dict[str, str]] = defaultdict(dict)
    for entry in found.items:
        if match := _SECTION.match(entry.item.section):
            group = "text" if entry.part != "table" else entry.origin
            key = (group, entry.item.parent, (match["word"] or "").casefold(), number_of(match["n"]))
            titles[key].setdefault(entry.item.section, entry.item.place)
    for (_, _, _, n), named in titles.items():
        if len(named) > 1:
            where = "; ".join(f"«{title}» ({place})" for title, place in named.items())
            yield Finding("section", next(iter(named.values())), f"номер раздела {n} дан дважды: {where}", "question")
