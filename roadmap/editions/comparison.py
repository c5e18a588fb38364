"""Two editions of a roadmap compared: what is kept, changed, moved, renumbered, added and dropped.

The new edition is returned in the codes of the old one, for codes are part of the keys of control points: an item that
is found again keeps its code, whatever number the new document prints.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from roadmap.catalogue.schema import Catalogue, Item, Origin
from roadmap.control.planning import read_item
from roadmap.editions.bodies import in_old_bodies
from roadmap.editions.codes import recoded, stable_codes
from roadmap.editions.header import header_changes
from roadmap.editions.keep_reviewed import (
    CONTROL,
    Kept,
    as_reviewed,
    carried_over,
    split_before,
    with_known_items,
)
from roadmap.editions.matching import Candidate, Entry, Matching, match
from roadmap.language.matching import alike
from roadmap.reading import Reading

Kind = Literal["words", "term", "owner", "number", "control"]
DROPPED = "dropped"
KEPT = "kept"
"""Answers that name no new item: the old one goes by the act, or goes on as it is."""

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
    """A doubt that a person settles: which new item an old one has become (``proposed``), ``DROPPED`` or ``KEPT``."""

    old: Item
    candidates: tuple[Candidate, ...]
    titles: Mapping[str, str]
    proposed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Each item of the old edition is in ``kept``, ``changed`` or ``dropped``, each of the new in the first two or
    ``added``. ``edition`` is the new edition in stable codes; while there are ``questions``, it follows the proposals.
    ``settings`` go on though the draft does not state them; ``carried`` are items of ``kept`` that it does not have.
    """

    kept: tuple[Pair, ...]
    changed: tuple[Pair, ...]
    added: tuple[Item, ...]
    dropped: tuple[Item, ...]
    questions: tuple[Question, ...]
    header: tuple[Change, ...]
    edition: Catalogue
    settings: tuple[Kept, ...] = ()
    carried: tuple[Item, ...] = ()

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
    is_read: bool = False,
    as_drafted: Collection[str] = (),
) -> Plan:
    """What leads from the old edition to the new one.

    ``answers``: old code → code in the new edition, ``DROPPED`` or ``KEPT``. ``reserved``: codes that new items must
    not take (items dropped by earlier editions). ``is_read``: the draft was read from a document, so that what it
    proposes for the same words settles nothing, and standing duties it does not find go on. ``as_drafted``: old codes
    of items that take every setting from the draft. ``AnswerRefused`` for an item that is not there.
    """
    new, whole = split_before(old, in_old_bodies(old, new)) if is_read else (in_old_bodies(old, new), ())
    answers = dict.fromkeys(whole, KEPT) | dict(answers or {})
    olds, news = dict(_by_code(old)), dict(_by_code(new))
    _refuse_unknown(as_drafted, olds)
    found = _matched(old, new, answers)
    pairs = found.pairs
    carried = [code for code in olds if code not in pairs and _goes_on(code, olds[code][0], answers, is_read=is_read)]
    codes = stable_codes(pairs, olds, news, reserved)
    edition, settings = as_reviewed(old, recoded(old, new, codes), found=pairs, is_read=is_read, as_drafted=as_drafted)
    edition = with_known_items(carried_over(old, edition, carried))
    coded = dict(_by_code(edition))
    both = [code for code in olds if code in pairs or code in carried]
    paired = [_pair(old, edition, olds[code], coded[code], new_code=pairs.get(code, "")) for code in both]
    plan = Plan(
        kept=tuple(pair for pair in paired if not pair.changes),
        changed=tuple(pair for pair in paired if pair.changes),
        added=tuple(coded[codes[code]][1] for code in news if code not in pairs.values()),
        dropped=tuple(item for code, (_, item) in olds.items() if code not in both),
        questions=tuple(_questions(found, olds, news, carried)),
        header=tuple(Change("words", *change) for change in header_changes(old, edition)),
        edition=edition,
        settings=settings,
        carried=tuple(olds[code][1] for code in carried),
    )
    _check_conservation(plan, olds, coded)
    return plan


def _matched(old: Catalogue, new: Catalogue, answers: Mapping[str, str]) -> Matching:
    """The pairs of both editions, those that were answered first; doubts about the rest."""
    _refuse_answers(answers, dict(_by_code(old)), dict(_by_code(new)))
    answered = {code: target for code, target in answers.items() if target not in (DROPPED, KEPT)}
    taken = set(answered.values())
    found = match(
        [_entry(old, item) for _, item in old.duties_by_origin() if item.code not in answers],
        [_entry(new, item) for _, item in new.duties_by_origin() if item.code not in taken],
    )
    return Matching({**found.pairs, **answered}, found.doubts)


def _goes_on(code: str, origin: Origin, answers: Mapping[str, str], *, is_read: bool) -> bool:
    """Import finds the duties of a regulation only in part: that one is missing there is no decision."""
    return answers.get(code, KEPT if is_read and origin == "duty" else DROPPED) == KEPT


def _by_code(catalogue: Catalogue) -> Iterator[tuple[str, tuple[Origin, Item]]]:
    return ((item.code, (origin, item)) for origin, item in catalogue.duties_by_origin())


def _refuse_unknown(codes: Collection[str], olds: Collection[str]) -> None:
    if unknown := [code for code in codes if code not in olds]:
        raise AnswerRefused(f"в прежней редакции нет пункта «{unknown[0]}» — исправьте код")


def _refuse_answers(answers: Mapping[str, str], olds: Collection[str], news: Collection[str]) -> None:
    seen: dict[str, str] = {}
    for code, target in answers.items():
        if code not in olds:
            raise AnswerRefused(f"ответ на «{code}»: в прежней редакции нет такого пункта — исправьте код")
        if target in (DROPPED, KEPT):
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
        before, after = getattr(a, field), getattr(b, field)
        if not alike(before, after) and not (field == "term" and is_moved):
            yield Change("words", field, before, after)
    for field, before in a.words.items():
        # The answer goes on, but the words that it was given to are others now.
        if not alike(before, after := b.words.get(field, getattr(b, field))) and alike(
            getattr(a, field), getattr(b, field)
        ):
            yield Change("words", field, before, after)
    if not alike(before := _section(old, a), after := _section(new, b)):
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
            yield Change("control", field, shown(before), shown(after))


def _shorts(catalogue: Catalogue, codes: Collection[str]) -> str:
    names = {body.code: body.short for body in catalogue.bodies}
    return ", ".join(names[code] for code in codes)


def shown(value: object) -> str:
    """A setting in words for people."""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if value is None:
        return ""
    on, words = getattr(value, "on", None), getattr(value, "words", None)
    return str(value) if words is None else f"{words}, {on:%d.%m.%Y}" if on else str(words)


def _questions(
    found: Matching,
    olds: Mapping[str, tuple[Origin, Item]],
    news: Mapping[str, tuple[Origin, Item]],
    carried: Collection[str],
) -> Iterator[Question]:
    for code, candidates in found.doubts.items():
        titles = {candidate.code: news[candidate.code][1].title for candidate in candidates}
        proposed = found.pairs.get(code) or (KEPT if code in carried else DROPPED)
        yield Question(old=olds[code][1], candidates=candidates, titles=titles, proposed=proposed)


def _check_conservation(plan: Plan, olds: Collection[str], news: Collection[str]) -> None:
    """Nothing disappears: each side is the sum of its parts, without repetition."""
    both = [pair.old.code for pair in (*plan.kept, *plan.changed)]
    for side, rest in ((olds, plan.dropped), (news, plan.added)):
        parts = sorted([*both, *(item.code for item in rest)])
        if parts != sorted(side):
            raise RuntimeError(f"the plan loses or repeats items: {set(parts) ^ set(side) or 'repeated'}")
