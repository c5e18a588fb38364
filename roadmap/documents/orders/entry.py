"""One entry of a listed plan: its words, its term and its owner, wherever the line keeps them."""

import re
from dataclasses import dataclass, field

from roadmap.documents.names import kind_of
from roadmap.documents.neutral import join_torn
from roadmap.documents.orders.addressees import is_addressee
from roadmap.documents.orders.labels import Labelled, labelled
from roadmap.documents.orders.terms_in_text import Parted, Reads, part, spans, trimmed
from roadmap.documents.orders.verbs import infinitives, without_quotes

_BRACKET = re.compile(r"\s*\((?P<words>[^()]*(?:\([^()]*\)[^()]*)*)\)\s*[.;]*$")
_DASH = re.compile(r"\s+[–—-]\s+|\s*\|\s*|\s*;\s+|\t")
LONGEST_NAME = 160


@dataclass(slots=True)
class Entry:
    """``first`` is the number of its paragraph, ``rest`` those of the lines that go on with it.

    ``open_``: its number stood alone, so that its words, term and owner are the lines below.
    """

    first: int
    place: str
    number: str
    words: str
    term: str = ""
    who: str = ""
    more: str = ""
    result: str = ""
    open_: bool = False
    rest: set[int] = field(default_factory=set)

    def take(self, labels: Labelled, n: int | None = None) -> None:
        """What the labels say; the first word on each stands."""
        self.term, self.who = self.term or labels.term, self.who or labels.who
        self.more, self.result = self.more or labels.more, self.result or labels.result
        if n is not None:
            self.rest.add(n)


def said_in(text: str, reads: Reads, entry: Entry) -> Entry:
    """The entry with what its own line says: labels, else a bracket at its end, else parts between dashes."""
    labels = labelled(text)
    entry.take(labels)
    words = trimmed(labels.words) or _after_term(reads, entry)
    if not (entry.term and entry.who):
        words = _bracketed(words, reads, entry)
    if not (entry.term and entry.who):
        words = _dashed(words, reads, entry)
    if not entry.term:
        parted = part(words, reads)
        if not parted.others:
            words, entry.term = parted.rest, parted.term
    entry.words = _addressed(words, entry)
    return entry


def _after_term(reads: Reads, entry: Entry) -> str:
    """«Срок: до 1 марта. Провести семинар.»: what stands after the term of a line that begins with its label."""
    found = [] if reads(entry.term) else spans(entry.term, reads)
    if not found or found[0].start:
        return ""
    words, entry.term = entry.term[found[0].end :], found[0].words
    return words.strip(" .,;–-")


def under(entry: Entry, text: str, n: int, reads: Reads) -> None:
    """A line without a number below an entry: its term, its owner, or more of its words."""
    entry.rest.add(n)
    if entry.open_ and not entry.words:
        said_in(text, reads, entry)
    elif not entry.term and is_term(text, reads):
        entry.term = trimmed(text)
    elif not entry.who and is_name(text):
        entry.who = trimmed(text)
    elif entry.open_ and not text[:1].islower():
        entry.result = join_torn(entry.result, text)
    else:
        entry.words = join_torn(entry.words, text)


def is_term(words: str, reads: Reads) -> bool:
    """The words are a term and nothing else."""
    said = trimmed(words)
    if not said:
        return False
    found = spans(said, reads)
    return reads(said) or (len(found) == 1 and not said.replace(found[0].words, "").strip(" .,"))


def is_name(words: str) -> bool:
    """The words name a body, a post or a person and nothing else."""
    said = trimmed(words)
    return 0 < len(said) < LONGEST_NAME and kind_of(said) != "unknown" and not infinitives(said)


def _bracketed(words: str, reads: Reads, entry: Entry) -> str:
    """«… (Управление образования, до 1 марта)»: term and owner in either order; another bracket stays."""
    match = _BRACKET.search(words)
    if match is None:
        return words
    said = part(match["words"], reads)
    owner = said.rest.strip(" ,;–-")
    pieces = [piece.strip() for piece in owner.split(",")]
    unknown = [piece for piece in pieces if not is_name(piece)]
    if not said.term and not entry.term and len(pieces) > 1 and len(unknown) == 1:
        owner = ", ".join(piece for piece in pieces if piece not in unknown)
        said = Parted(owner, unknown[0])  # beside a name there stands a term, be it one to ask about
    named = is_name(owner)
    if said.others or not (said.term or named) or (entry.term and not named):
        return words
    entry.term, entry.who = entry.term or said.term, entry.who or owner * named
    before = trimmed(words[: match.start()])
    return before if named or not owner else f"{before} ({owner})"


def _dashed(words: str, reads: Reads, entry: Entry) -> str:
    """«… – до 1 марта – Управление образования», «15 марта – …»: parts that are wholly a term or a name."""
    edges = [(found.start(), found.end()) for found in _DASH.finditer(without_quotes(words))]
    starts, ends = [0, *(end for _, end in edges)], [*(start for start, _ in edges), len(words)]
    parts = [(a, b) for a, b in zip(starts, ends, strict=True)]
    if len(parts) > 1 and not entry.term and is_term(words[slice(*parts[0])], reads):
        entry.term = trimmed(words[slice(*parts.pop(0))])
    while len(parts) > 1:
        last = words[slice(*parts[-1])]
        if not entry.term and is_term(last, reads):
            entry.term = trimmed(last)
        elif not entry.who and is_name(last):
            entry.who = trimmed(last)
        else:
            break
        parts.pop()
    return trimmed(words[parts[0][0] : parts[-1][1]])


def _addressed(words: str, entry: Entry) -> str:
    """«Отделу кадров подготовить список» in a plan names its owner as an order does."""
    verbs = infinitives(words)
    before = words[: verbs[0].start()].strip(" ,:") if verbs else ""
    if before and not entry.who and is_addressee(before):
        entry.who = before
        return words[verbs[0].start() :]
    return words
