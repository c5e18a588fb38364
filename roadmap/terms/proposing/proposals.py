"""The wordings that may be meant by a phrase that is not read, likeliest first, each of which would be read."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from roadmap.reading import Reading
from roadmap.terms.grammar.nodes import UnclearError
from roadmap.terms.grammar.parsing import parse
from roadmap.terms.meaning.rhythms import Limits
from roadmap.terms.proposing.from_parts import from_parts
from roadmap.terms.proposing.from_words import from_words, longest_piece
from roadmap.terms.proposing.seasons import seasonal

Read = Callable[[str], Reading]
MOST = 12
# Of a longer period nobody wants to choose a year, and of a longer text nobody a piece.
MOST_YEARS, LONGEST = 15, 160


def proposals(text: str, period: Limits, read: Read) -> tuple[str, ...]:
    """At most ``MOST`` wordings; ``read`` reads one inside the period and raises UnclearError where it cannot.

    None for a period of which no end is known, or for a text that is no short phrase.
    """
    if period.end.year - period.start.year > MOST_YEARS or period.end < period.start or len(text) > LONGEST:
        return ()
    parts, _ = parse(text)
    sources = (seasonal(text, period), from_parts(text, parts, period), from_words(text, period))
    found = _read_of(chain.from_iterable(map(_possible, sources)), read)
    return found or _read_of(longest_piece(text, read, at_signs=bool(parts)), read)


def _read_of(candidates: Iterable[str], read: Read) -> tuple[str, ...]:
    """Those that are read, each meaning once."""
    found: dict[tuple[object, ...], str] = {}
    for words in candidates:
        try:
            reading = read(words)
        except UnclearError:
            continue
        found.setdefault((reading.kind, reading.windows, reading.relative, reading.event, reading.plan), words)
        if len(found) == MOST:
            break
    return tuple(found.values())


def _possible(candidates: Iterable[str]) -> Iterator[str]:
    """The candidates up to one whose days do not exist."""
    try:
        yield from candidates
    except (UnclearError, ValueError, OverflowError):
        return
