"""One point of an order parted into its duties: sentences that order anew, clauses with a verb and a term each."""

import re

from roadmap.documents.orders.addressees import is_addressee
from roadmap.documents.orders.labels import labelled
from roadmap.documents.orders.points import sentences_of_duty
from roadmap.documents.orders.terms_in_text import Reads, Span, part, spans
from roadmap.documents.orders.verbs import hidden, infinitives

#: Verbs that hand a duty on: whom follows them, and what is to be done follows that.
HANDS_ON = re.compile(
    r"^(?:рекомендовать|поручить|предложить|обязать|предписать|просить|уполномочить|разрешить|указать|потребовать)$",
    re.IGNORECASE,
)
_AND = re.compile(r"(?:[,;]\s*(?:а\s+также\s+|и\s+)?|\s+и\s+)$")
_NEW_ADDRESSEE = re.compile(r"[,;]\s*(?:а\s+|и\s+|а\s+также\s+)?(?P<who>[^,;]+)$")


def duties_in(text: str, reads: Reads) -> list[str]:
    """The duties of a point in order; each has its own verb, and the addressee that it shares with the first."""
    pieces: list[str] = []
    for sentence in sentences_of_duty(text):
        if pieces and not _orders_anew(sentence):
            pieces[-1] += f" {sentence}"
        else:
            pieces.append(sentence)
    return [clause for piece in pieces for clause in _clauses(piece, reads)]


def _orders_anew(sentence: str) -> bool:
    verbs = infinitives(sentence)
    before = sentence[: verbs[0].start()].strip() if verbs else ""
    return bool(verbs) and (not before or is_addressee(before)) and not labelled(sentence).is_only_labels


def _clauses(text: str, reads: Reads) -> list[str]:
    """1. another addressee; 2. verbs parted by «;»; 3. verbs with a term each, else it is one duty."""
    verbs = infinitives(text)
    first = 1 if verbs and HANDS_ON.match(verbs[0][0]) else 0
    if len(verbs) < first + 2:
        return [text]
    terms = spans(text, reads)
    edges: list[tuple[int, int, bool]] = []
    """(end of the clause before, start of the next, whether it is parted for sure)."""
    others: set[int] = set()
    for before, verb in zip(verbs[first:], verbs[first + 1 :], strict=False):
        start = _start(text, verb, terms)
        new = _NEW_ADDRESSEE.search(hidden(text)[before.end() : start])
        if new and is_addressee(text[before.end() + new.start("who") : start]):
            others.add(before.end() + new.start("who"))
            edges.append((before.end() + new.start(), before.end() + new.start("who"), True))
        elif mark := _AND.search(text[:start]):
            edges.append((mark.start(), start, mark[0].startswith(";")))
    cuts = [edge for edge in edges if edge[2]]
    pieces = _cut(text, edges)
    if all(part(piece, reads).term for piece in pieces):
        cuts = edges
    return _led(text, _cut(text, cuts), [start in others for _, start, _ in cuts], verbs[first], reads)


def _start(text: str, verb: re.Match[str], terms: list[Span]) -> int:
    """Where a clause begins: its term may stand before its verb, «…, до 15 февраля провести отбор»."""
    before = (t for t in terms if t.end <= verb.start() and not text[t.end : verb.start()].strip())
    return next((span.start for span in before), verb.start())


def _cut(text: str, edges: list[tuple[int, int, bool]]) -> list[str]:
    starts, ends = [0, *(start for _, start, _ in edges)], [*(end for end, _, _ in edges), len(text)]
    return [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def _led(text: str, pieces: list[str], is_other: list[bool], verb: re.Match[str], reads: Reads) -> list[str]:
    """The further clauses with the addressee and the term that stand before the first verb."""
    said = part(text[: verb.start()], reads)
    addressee = _addressed(said.rest.strip(" ,"))
    led = [pieces[0]]
    for piece, other in zip(pieces[1:], is_other, strict=True):
        term = said.term if said.term and not part(piece, reads).term else ""
        if other:
            led.append(f"{piece}, {term}" if term else piece)
        else:
            led.append(" ".join(filter(None, (addressee, term, piece))))
    return led


def _addressed(before: str) -> str:
    """The addressee (with the verb that hands on) that the further clauses share; empty where none is named."""
    if not before:
        return ""
    who = re.sub(r"^\S+\s+", "", before) if HANDS_ON.match(before.split()[0]) else before
    return before if is_addressee(who) else ""
