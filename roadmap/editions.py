"""Two editions of a roadmap compared: what is kept, changed, moved, renumbered, added and dropped.

The new edition is returned in the codes of the old one, for codes are part of the keys of control points: an item that
is found again keeps its code, whatever number the new document prints.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from roadmap.catalogue.schema import Catalogue, Item, Origin
from roadmap.edition_bodies import in_old_bodies
from roadmap.edition_codes import CONTROL, controlled_as_before, recoded, stable_codes
from roadmap.edition_matching import Candidate, Entry, Matching, match
from roadmap.planning import read_item
from roadmap.reading import Reading

Kind = Literal["words", "term", "owner", "number", "control"]
DROPPED = "dropped"

WORDS = ("title", "group", "responsible", "executors", "result", "term")


class AnswerRefused(ValueError):
    """An answer that fits no item; one Russian line."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs, in words for people; ``kind`` says what sort of change it is."""

    kind: Kind
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An item of both editions. ``new`` bears the old code; ``new_code`` is its code in the draft."""

    old: Item
    new: Item
    new_code: str
    changes: tuple[Change, ...]
    before: Reading
    after: Reading

    @property
    def kinds(self) -> frozenset[Kind]:
        """The sorts of change; empty for an item that is kept as it was."""
        return frozenset(change.kind for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A doubt that a person settles: which new item an old one has become, or none. ``proposed`` None: dropped."""

    old: Item
    candidates: tuple[Candidate, ...]
    titles: Mapping[str, str]
    proposed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Each item of the old edition is in ``kept``, ``changed`` or ``dropped``, each of the new in the first two or
    ``added``. ``edition`` is the new edition in stable codes; while there are ``questions``, it follows the proposals.
    """

    kept: tuple[Pair, ...]
    changed: tuple[Pair, ...]
    added: tuple[Item, ...]
    dropped: tuple[Item, ...]
    questions: tuple[Question, ...]
    header: tuple[Change, ...]
    edition: Catalogue

    @property
    def is_empty(self) -> bool:
        """Nothing that anybody would notice differs."""
        return not (self.changed or self.added or self.dropped or self.questions or self.header)

    def count(self, kind: Kind) -> int:
        """How many items changed in this way; an item may count in several."""
        return sum(kind in pair.kinds for pair in self.changed)

    @property
    def sums(self) -> dict[str, int]:
        """«old = kept + changed + dropped» and «new = kept + changed + added», as numbers."""
        kept, changed = len(self.kept), len(self.changed)
        return {
            "old": kept + changed + len(self.dropped),
            "new": kept + changed + len(self.added),
            "kept": kept,
            "changed": changed,
            "dropped": len(self.dropped),
            "added": len(self.added),
        }


def compare(
    old: Catalogue,
    new: Catalogue,
    *,
    answers: Mapping[str, str] | None = None,
    reserved: Collection[str] = (),
    keep_control: bool = False,
) -> Plan:
    """What leads from the old edition to the new one.

    ``answers``: old code → code in the new edition, or ``dropped``. ``reserved``: codes that new items must not take
    (items dropped by earlier editions). ``keep_control``: kind, rhythm, fan-out, event and control of an item found
    again stay as they were, for a draft read from a document does not know them. ``AnswerRefused`` for an answer about
    an item that is not there.
    """
    answers = answers or {}
    new = in_old_bodies(old, new)
    olds, news = dict(_by_code(old)), dict(_by_code(new))
    _refuse_answers(answers, olds, news)
    answered = {code: target for code, target in answers.items() if target != DROPPED}
    found = match(
        [_entry(old, item) for code, (_, item) in olds.items() if code not in answers],
        [_entry(new, item) for code, (_, item) in news.items() if code not in answered.values()],
    )
    pairs = {**found.pairs, **answered}
    codes = stable_codes(pairs, olds, news, reserved)
    edition = recoded(old, new, codes)
    if keep_control:
        edition = controlled_as_before(edition, {code: item for code, (_, item) in olds.items() if code in pairs})
    coded = {item.code: (origin, item) for origin, item in edition.duties_by_origin()}
    paired = [_pair(old, edition, olds[code], coded[code], new_code=pairs[code]) for code in olds if code in pairs]
    plan = Plan(
        kept=tuple(pair for pair in paired if not pair.changes),
        changed=tuple(pair for pair in paired if pair.changes),
        added=tuple(coded[codes[code]][1] for code in news if code not in pairs.values()),
        dropped=tuple(item for code, (_, item) in olds.items() if code not in pairs),
        questions=tuple(_questions(found, olds, news)),
        header=tuple(_header(old, edition)),
        edition=edition,
    )
    _check_conservation(plan, olds, coded)
    return plan


def _by_code(catalogue: Catalogue) -> Iterator[tuple[str, tuple[Origin, Item]]]:
    return ((item.code, (origin, item)) for origin, item in catalogue.duties_by_origin())


def _refuse_answers(answers: Mapping[str, str], olds: Collection[str], news: Collection[str]) -> None:
    seen: dict[str, str] = {}
    for code, target in answers.items():
        if code not in olds:
            raise AnswerRefused(f"ответ на «{code}»: в прежней редакции нет такого пункта — исправьте код")
        if target == DROPPED:
            continue
        if target not in news:
            raise AnswerRefused(f"ответ «{code}: {target}»: в новой редакции нет пункта «{target}» — исправьте код")
        if target in seen:
            raise AnswerRefused(
                f"ответы «{seen[target]}» и «{code}» указывают на один пункт «{target}» — оставьте один"
            )
        seen[target] = code


def _entry(catalogue: Catalogue, item: Item) -> Entry:
    around = (item.number, _section(catalogue, item), item.responsible, item.executors, item.term, item.result)
    return Entry(item.code, item.title, around)


def _section(catalogue: Catalogue, item: Item) -> str:
    return next((section.title for section in catalogue.sections if section.code == item.section), "")


def _pair(
    old: Catalogue,
    edition: Catalogue,
    was: tuple[Origin, Item],
    now: tuple[Origin, Item],
    *,
    new_code: str,
) -> Pair:
    before, after = read_item(old, was[1]), read_item(edition, now[1])
    changes = _changes(old, edition, was, now, is_moved=_meaning(before) != _meaning(after))
    return Pair(old=was[1], new=now[1], new_code=new_code, changes=tuple(changes), before=before, after=after)


def _meaning(reading: Reading) -> tuple[object, ...]:
    """What a reading comes to, whatever its words and its rule."""
    return reading.kind, reading.windows, reading.every, reading.plan, reading.relative, reading.event


def _changes(
    old: Catalogue, new: Catalogue, was: tuple[Origin, Item], now: tuple[Origin, Item], *, is_moved: bool
) -> Iterator[Change]:
    (origin, a), (other_origin, b) = was, now
    if a.number != b.number:
        yield Change("number", "number", a.number, b.number)
    for field in WORDS:
        if (before := getattr(a, field)) != (after := getattr(b, field)) and not (field == "term" and is_moved):
            yield Change("words", field, before, after)
    if (before := _section(old, a)) != (after := _section(new, b)):
        yield Change("words", "section", before, after)
    if is_moved:
        yield Change("term", "term", a.term, b.term)
    if a.owner != b.owner:
        yield Change("owner", "owner", _shorts(old, [a.owner]), _shorts(new, [b.owner]))
    if set(a.co_executors) != set(b.co_executors):
        yield Change("owner", "co_executors", _shorts(old, a.co_executors), _shorts(new, b.co_executors))
    if origin != other_origin:
        yield Change("control", "origin", origin, other_origin)
    for field in CONTROL:
        if (before := getattr(a, field)) != (after := getattr(b, field)):
            yield Change("control", field, _shown(before), _shown(after))


def _shorts(catalogue: Catalogue, codes: Collection[str]) -> str:
    names = {body.code: body.short for body in catalogue.bodies}
    return ", ".join(names[code] for code in codes)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "да" if value else "нет"
    if value is None:
        return ""
    on, words = getattr(value, "on", None), getattr(value, "words", None)
    return str(value) if words is None else f"{words}, {on:%d.%m.%Y}" if on else str(words)


def _header(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    """What differs above the items: act, title, period, rules, bodies and indicators."""
    facts = {
        "act": (old.act.words, new.act.words),
        "title": (old.title, new.title),
        "period": tuple(f"{c.period.start:%d.%m.%Y} – {c.period.end:%d.%m.%Y}" for c in (old, new)),
        "roll": (old.roll, new.roll),
        "report_by": (old.report_by, new.report_by),
    }
    for field, (before, after) in facts.items():
        if before != after:
            yield Change("words", field, before, after)
    for part, words in (("bodies", "name"), ("indicators", "title")):
        was = {entry.code: getattr(entry, words) for entry in getattr(old, part)}
        now = {entry.code: getattr(entry, words) for entry in getattr(new, part)}
        for code in dict.fromkeys([*was, *now]):
            if was.get(code) != now.get(code):
                yield Change("words", part, was.get(code, ""), now.get(code, ""))


def _questions(
    found: Matching, olds: Mapping[str, tuple[Origin, Item]], news: Mapping[str, tuple[Origin, Item]]
) -> Iterator[Question]:
    for code, candidates in found.doubts.items():
        titles = {candidate.code: news[candidate.code][1].title for candidate in candidates}
        yield Question(old=olds[code][1], candidates=candidates, titles=titles, proposed=found.pairs.get(code))


def _check_conservation(plan: Plan, olds: Collection[str], news: Collection[str]) -> None:
    """Nothing disappears: each side is the sum of its parts, without repetition."""
    both = [pair.old.code for pair in (*plan.kept, *plan.changed)]
    for side, rest in ((olds, plan.dropped), (news, plan.added)):
        parts = sorted([*both, *(item.code for item in rest)])
        if parts != sorted(side):
            raise RuntimeError(f"the plan loses or repeats items: {set(parts) ^ set(side) or 'repeated'}")
