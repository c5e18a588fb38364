"""What was reviewed stays: where a new edition does not say otherwise, the settings of the edition on control go on.

A draft that ``vekha import`` made proposes kinds, owners and more from the words alone; such a proposal changes nothing
that a person has settled for the same words.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roadmap.catalogue.schema import AnsweredField, Catalogue, Indicator, Item, Origin
from roadmap.documents.draft import kind_of
from roadmap.language.matching import alike
from roadmap.language.normalise import even, plain

CONTROL = ("kind", "rhythm", "control", "fan_out", "event", "controlled")
"""What the catalogue says of an item beside the document's words."""
MEASURED = (
    *("way", "numerator", "denominator", "asked", "asked_of", "computed_from", "unclear"),
    *("rounds", "proven_by", "answered_by"),
)
"""How an indicator is asked and computed: ours, no document says it."""
ASKING = ("asked", "asked_of", "computed_from", "proven_by")
"""The fields of these that say who gives the number."""
QUIET = ("co_terms", "after", "parties", "renews", "criteria", "done_by")
"""What only a reviewer can have set: it goes on without a word."""
HEAD = (
    *("roll", "report_by", "ladder", "extensions_by", "days_off", "controller", "coordinator", "definitions"),
    *("monitoring", "monitoring_by", "working_days"),
)
AROUND = ("group", "responsible", "executors", "result")
KEPT_FIELDS = (*CONTROL, "owner", "co_executors", *AROUND)
MADE_BY_IMPORT = "составленный при импорте"
"""Stands in the first line of every draft that ``vekha import`` writes."""
PARTS: dict[Origin, str] = {"table": "items", "directive": "directives", "duty": "duties"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A setting of an item that goes on, though the draft leaves it out or proposes another; bodies by short name."""

    code: str
    field: str
    value: Any
    drafted: Any


def is_read_from_document(text: str) -> bool:
    """Whether the text of a draft is what ``vekha import`` wrote, edited or not."""
    return MADE_BY_IMPORT in text.lstrip("\ufeff").partition("\n")[0]


def as_reviewed(
    old: Catalogue, edition: Catalogue, *, found: Collection[str], is_read: bool, as_drafted: Collection[str] = ()
) -> tuple[Catalogue, tuple[Kept, ...]]:
    """The edition (in stable codes) with the settings it does not state taken from ``old``, and which those are.

    ``found``: codes of the items found again. ``is_read``: the draft comes from a document. ``as_drafted``: items that
    take everything from the draft.
    """
    if is_read:
        edition = _in_old_bodies(old, edition)
    edition = edition.model_copy(update=_head(old, edition, is_read=is_read))
    groups = {body.code for body in edition.bodies if body.members}
    before = {item.code: item for _, item in old.duties_by_origin() if item.code in found}
    shorts = {body.code: body.short for body in edition.bodies}
    kept: list[Kept] = []

    def reviewed(item: Item, origin: Origin) -> Item:
        if (was := before.get(item.code)) is None or item.code in as_drafted:
            return item
        facts = _settled(was, item, origin, is_read=is_read)
        if (facts.get("fan_out") or "") and facts["fan_out"] not in groups:
            del facts["fan_out"]
        answered = _answered(was, item) if is_read else {}
        facts |= {field: getattr(was, field) for field in answered}
        differing = {field: value for field, value in facts.items() if value != getattr(item, field)}
        for field, value in differing.items():
            kept.append(Kept(item.code, field, _named(value, shorts), _named(getattr(item, field), shorts)))
        quiet = {field: getattr(was, field) for field in QUIET if field not in item.model_fields_set}
        words = {"words": {**item.words, **answered}} if answered else {}
        return item.model_copy(update=differing | quiet | words)

    parts = {part: tuple(reviewed(item, origin) for item in getattr(edition, part)) for origin, part in PARTS.items()}
    edition = edition.model_copy(update=parts)
    return (_without_idle_bodies(old, edition) if is_read else edition), tuple(kept)


def split_before(old: Catalogue, new: Catalogue) -> tuple[Catalogue, tuple[str, ...]]:
    """The draft without the items whose words the old edition has as several in a row, and the codes of those.

    A reviewer may have taken one paragraph apart; read again it is whole, and says nothing new.
    """
    rows = [(item.code, plain(item.title)) for _, item in old.duties_by_origin()]
    whole = {words for _, words in rows}
    parts: dict[str, tuple[str, ...]] = {}
    for _, item in new.duties_by_origin():
        title = plain(item.title)
        if title not in whole and (codes := _in_a_row(title, rows)):
            parts[item.code] = codes
    if not parts:
        return new, ()
    kept = {part: tuple(item for item in getattr(new, part) if item.code not in parts) for part in PARTS.values()}
    return new.model_copy(update=kept), tuple(dict.fromkeys(code for codes in parts.values() for code in codes))


def _named(value: Any, shorts: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return ", ".join(shorts[code] for code in value)
    return shorts.get(value, value) if isinstance(value, str) else value


def _in_a_row(title: str, rows: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The codes of the rows that one after another make up the title; none when no such rows are there."""
    for start, (_, words) in enumerate(rows):
        end, joined = start + 1, words
        while title.startswith(f"{joined} ") and end < len(rows):
            joined, end = f"{joined} {rows[end][1]}", end + 1
            if joined == title:
                return tuple(code for code, _ in rows[start:end])
    return ()


def carried_over(old: Catalogue, edition: Catalogue, codes: Collection[str]) -> Catalogue:
    """The edition with these items of the old one as they were: the draft does not have them, and they go on."""
    titles = {section.title: section.code for section in edition.sections}
    taken = {section.code for section in edition.sections}
    sections, parts = list(edition.sections), {part: list(getattr(edition, part)) for part in PARTS.values()}
    there = {section.code: section for section in old.sections}
    for origin, item in old.duties_by_origin():
        if item.code not in codes:
            continue
        section = there.get(item.section or "")
        if section and section.title not in titles:
            code = section.code
            while code in taken:
                code += "-"
            taken.add(code)
            titles[section.title] = code
            sections.append(section.model_copy(update={"code": code}))
        place = titles[section.title] if section else None
        parts[PARTS[origin]].append(item.model_copy(update={"section": place}))
    bodies = {body.code: body for body in (*edition.bodies, *old.bodies)}
    present = {body.code for body in edition.bodies}
    needed = [bodies[code] for code in _used(old, codes) if code not in present]
    facts = {part: tuple(items) for part, items in parts.items()}
    return edition.model_copy(
        update=facts | {"sections": tuple(sections), "bodies": (*edition.bodies, *dict.fromkeys(needed))}
    )


def _settled(was: Item, item: Item, origin: Origin, *, is_read: bool) -> dict[str, Any]:
    """The settings to keep: those the draft does not state, and of those that import proposes the reviewed ones."""
    fields = {field for field in CONTROL if field not in item.model_fields_set}
    facts: dict[str, Any] = {}
    if is_read:
        if item.kind == kind_of(f"{item.title} {item.result}"):
            fields.add("kind")
        if origin == "duty" and not item.term.strip() and not item.controlled:
            fields.add("controlled")
        if alike(was.term, item.term):
            fields.add("event")
        around = set(_cut_otherwise(was, item)) if origin == "duty" else set()
        fields |= around
        if "responsible" in around or alike(was.responsible, item.responsible):
            fields.add("owner")
            if "executors" in around or alike(was.executors, item.executors):
                fields.add("co_executors")
            else:
                facts["co_executors"] = tuple(code for code in item.co_executors if code != was.owner)
    return {field: getattr(was, field) for field in KEPT_FIELDS if field in fields} | facts


def _answered(was: Item, item: Item) -> dict[AnsweredField, str]:
    """The document's words that a person has answered and that the draft has once more, not answered this time."""
    return {
        field: said
        for field, said in was.words.items()
        if field not in item.words and alike(said, getattr(item, field)) and getattr(was, field)
    }


def _cut_otherwise(was: Item, item: Item) -> Iterator[str]:
    """What stands around a duty in running text and was only cut out differently: nothing, or a part of the same."""
    if not (alike(was.title, item.title) and alike(was.term, item.term)):
        return
    for field in AROUND:
        one, other = even(getattr(was, field)), even(getattr(item, field))
        if one in other or other in one:
            yield field


def _head(old: Catalogue, edition: Catalogue, *, is_read: bool) -> Mapping[str, Any]:
    """What stays above the items; a document read again under the same act brings no other title or period."""
    kept = [field for field in HEAD if field not in edition.model_fields_set]
    was = {entry.code: entry for entry in old.indicators}
    if not is_read:
        measured = tuple(_measured_as(was.get(entry.code), entry) for entry in edition.indicators)
        return {field: getattr(old, field) for field in kept} | {"indicators": measured}
    kept += ["region", "zone"]
    if old.act.words == edition.act.words:
        kept += ["act", "title", "period", "controller"]
    facts = {field: getattr(old, field) for field in kept}
    indicators = tuple(_reviewed_indicator(was.get(entry.code), entry) for entry in edition.indicators)
    return facts | {"indicators": indicators or old.indicators}


def _reviewed_indicator(was: Indicator | None, entry: Indicator) -> Indicator:
    is_same = was is not None and alike(was.words, entry.words) and alike(was.title, entry.title)
    return was if was and is_same else _measured_as(was, entry)


def _measured_as(was: Indicator | None, entry: Indicator) -> Indicator:
    """The indicator asked and computed as before where the draft says nothing of it and its unit is the same."""
    if was is None or was.unit != entry.unit:
        return entry
    said = entry.model_fields_set
    unsaid = [field for field in MEASURED if field not in said]
    if said & {"asked_of", "computed_from"}:
        # Who is asked was said anew: what used to say it goes, though the draft does not take it away in so many words.
        unsaid = [field for field in unsaid if field not in ASKING]
    return entry.model_copy(update={field: getattr(was, field) for field in unsaid})


def with_known_items(edition: Catalogue) -> Catalogue:
    """The edition whose indicators name only items and rounds it has: what was dropped proves and answers nothing."""
    known = {item.code for _, item in edition.duties_by_origin()}
    rhythms = {one.rhythm for one in edition.monitoring} or {"quarter"}
    indicators = tuple(
        entry.model_copy(
            update={
                field: tuple(code for code in getattr(entry, field) if code in known)
                for field in ("proven_by", "answered_by")
            }
            | {"rounds": tuple(rhythm for rhythm in entry.rounds if rhythm in rhythms)}
        )
        for entry in edition.indicators
    )
    return edition.model_copy(update={"indicators": indicators})


def _in_old_bodies(old: Catalogue, edition: Catalogue) -> Catalogue:
    """The reviewed bodies, groups included, and after them those that only the draft has."""
    there = {body.code for body in old.bodies}
    return edition.model_copy(
        update={"bodies": (*old.bodies, *(body for body in edition.bodies if body.code not in there))}
    )


def _without_idle_bodies(old: Catalogue, edition: Catalogue) -> Catalogue:
    """What import took for a body and no item needs is left out."""
    there = {body.code for body in old.bodies}
    used = set(_used(edition, {item.code for _, item in edition.duties_by_origin()}))
    return edition.model_copy(
        update={"bodies": tuple(body for body in edition.bodies if body.code in there or body.code in used)}
    )


def _used(catalogue: Catalogue, codes: Collection[str]) -> Iterator[str]:
    """Codes of the bodies that these items name, members of their groups included."""
    members = {body.code: body.members for body in catalogue.bodies}
    for _, item in catalogue.duties_by_origin():
        if item.code in codes:
            named = (item.owner, *item.co_executors, *([item.fan_out] if item.fan_out else []))
            for code in named:
                yield from (code, *members[code])
