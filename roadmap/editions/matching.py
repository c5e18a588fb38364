"""Which item of a new edition is which item of the old one: by words first, the number only supports them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log

from roadmap.language.matching import title_stems
from roadmap.language.normalise import plain

SURE = 0.8
"""From here on two items are the same one, unless another comes close."""
DOUBTFUL = 0.5
"""From here on they may be the same one: a question. Below, they are two items."""
CLOSE = 0.08
"""Two candidates nearer to each other than this are a question, however alike."""
CONTEXT_WEIGHT = 0.3
SAME_PLACE = 0.8
NEAREST = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """What an item is recognised by: its title, and around it the number, bodies, term and result."""

    code: str
    title: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A new item that an old one may have become, and how alike they are, 0 to 1."""

    code: str
    score: float


@dataclass(frozen=True, slots=True)
class Matching:
    """``pairs``: old code → new code; one may be in doubt. ``doubts``: old code → candidates, the likeliest first."""

    pairs: Mapping[str, str]
    doubts: Mapping[str, tuple[Candidate, ...]]


def match(old: Sequence[Entry], new: Sequence[Entry]) -> Matching:
    """Pair the items of two editions; each is in one pair at most.

    1. the same title, one on each side, is the same item; of several the surroundings decide;
    2. then the likeliest pairs, while they are sure and nothing else comes close;
    3. what is left and alike is paired as a proposal and is a question.
    """
    pairs = _same_titles(old, new)
    left_old = [entry for entry in old if entry.code not in pairs]
    taken = set(pairs.values())
    left_new = [entry for entry in new if entry.code not in taken]
    scores = _scores(left_old, left_new, weights=_weights([*old, *new]))
    pairs |= _sure(scores)
    taken = set(pairs.values())
    doubts = {
        code: tuple(Candidate(other, score) for other, score in _ranked(row) if other not in taken)
        for code, row in scores.items()
        if code not in pairs
    }
    doubts = {code: candidates for code, candidates in doubts.items() if candidates}
    return Matching(pairs | _proposed(doubts), doubts)


def _same_titles(old: Sequence[Entry], new: Sequence[Entry]) -> dict[str, str]:
    there: dict[str, list[Entry]] = defaultdict(list)
    for entry in new:
        there[plain(entry.title)].append(entry)
    here: dict[str, list[Entry]] = defaultdict(list)
    for entry in old:
        here[plain(entry.title)].append(entry)
    pairs: dict[str, str] = {}
    for title, olds in here.items():
        news = list(there.get(title, ()))
        alike = sorted(
            ((-_context(a, b), i, j) for i, a in enumerate(olds) for j, b in enumerate(news)),
        )
        used: set[int] = set()
        for _, i, j in alike:
            if olds[i].code not in pairs and j not in used:
                pairs[olds[i].code] = news[j].code
                used.add(j)
    return pairs


def _context(old: Entry, new: Entry) -> float:
    """The share of the surroundings that did not change; what is blank on both sides says nothing."""
    told = [(a, b) for a, b in zip(old.context, new.context, strict=True) if a or b]
    return sum(plain(a) == plain(b) for a, b in told) / len(told) if told else 0.0


def _weights(entries: Iterable[Entry]) -> dict[str, float]:
    """A word that many titles share («проведение», «педагогических») says little of which item it is."""
    counted: Counter[str] = Counter()
    total = 0
    for entry in entries:
        counted.update(set(title_stems(entry.title)))
        total += 1
    return {stem: 0.2 + log((total + 1) / count) for stem, count in counted.items()}


def _scores(old: Sequence[Entry], new: Sequence[Entry], *, weights: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """For each old item its nearest new ones with their likeness; the unlike are left out.

    Every pair is not compared: only those that share the rarest words.
    """
    stems = {entry.code: title_stems(entry.title) for entry in new}
    holders: dict[str, list[str]] = defaultdict(list)
    for code, words in stems.items():
        for stem in dict.fromkeys(words):
            holders[stem].append(code)
    by_code = {entry.code: entry for entry in new}
    scores: dict[str, dict[str, float]] = {}
    for entry in old:
        mine = title_stems(entry.title)
        shared: dict[str, float] = defaultdict(float)
        for stem in dict.fromkeys(mine):
            for code in holders.get(stem, ()):
                shared[code] += weights[stem]
        nearest = sorted(shared, key=lambda code: (-_dice(shared[code], mine, stems[code], weights), code))[:NEAREST]
        if entry.code in by_code and entry.code not in nearest:
            nearest.append(entry.code)
        row = {code: _alike(entry, by_code[code], mine, stems[code], weights) for code in nearest}
        scores[entry.code] = {code: score for code, score in row.items() if score >= DOUBTFUL}
    return scores


def _dice(shared: float, one: Iterable[str], other: Iterable[str], weights: Mapping[str, float]) -> float:
    whole = sum(weights[stem] for stem in set(one)) + sum(weights[stem] for stem in set(other))
    return 2 * shared / whole if whole else 0.0


def _alike(old: Entry, new: Entry, mine: Sequence[str], theirs: Sequence[str], weights: Mapping[str, float]) -> float:
    shared = sum(weights[stem] for stem in set(mine) & set(theirs))
    order = SequenceMatcher(None, mine, theirs, autojunk=False).ratio()
    title = 0.7 * _dice(shared, mine, theirs, weights) + 0.3 * order
    context = _context(old, new)
    if title < DOUBTFUL:
        # Other words under the same number, body, term and result: a person says whether it is the same item.
        return DOUBTFUL if old.code == new.code and context >= SAME_PLACE else round(title, 3)
    return round(max(title, (1 - CONTEXT_WEIGHT) * title + CONTEXT_WEIGHT * context), 3)


def _ranked(row: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(row.items(), key=lambda one: (-one[1], one[0]))


def _sure(scores: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """The likeliest pair first; a pair that is taken is no rival to those that follow."""
    columns: dict[str, dict[str, float]] = defaultdict(dict)
    for old, row in scores.items():
        for new, score in row.items():
            columns[new][old] = score
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    ordered = sorted(((s, old, new) for old, row in scores.items() for new, s in row.items()), key=lambda p: (-p[0], p))
    found = True
    while found:
        found = False
        for score, old, new in ordered:
            if score < SURE or old in pairs or new in taken:
                continue
            rivals = [s for code, s in scores[old].items() if code != new and code not in taken]
            rivals += [s for code, s in columns[new].items() if code != old and code not in pairs]
            if all(score - rival >= CLOSE for rival in rivals):
                pairs[old] = new
                taken.add(new)
                found = True
    return pairs


def _proposed(doubts: Mapping[str, tuple[Candidate, ...]]) -> dict[str, str]:
    """The likeliest answer to each question; no new item is proposed twice."""
    ordered = sorted(
        ((candidate.score, old, candidate.code) for old, row in doubts.items() for candidate in row),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    pairs: dict[str, str] = {}
    for _, old, new in ordered:
        if old not in pairs and new not in pairs.values():
            pairs[old] = new
    return pairs
