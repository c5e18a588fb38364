"""What the schema cannot see: codes that repeat, references to nothing, names that belong to two bodies."""

from collections.abc import Iterable, Iterator
from itertools import chain
from zoneinfo import ZoneInfo

from roadmap.catalogue.schema import Body, Catalogue, Item


def inconsistencies(catalogue: Catalogue) -> Iterator[str]:
    """One Russian line for each, in the order of the file: entry, field, what is wrong, remedy."""
    yield from _unknown_zone(catalogue)
    yield from _repeated_codes(catalogue)
    yield from _shared_names(catalogue.bodies)
    yield from _wrong_members(catalogue.bodies)
    for part in ("items", "directives", "duties"):
        for index, item in enumerate(getattr(catalogue, part)):
            yield from (f"{part}[{index}] ({item.code}), {line}" for line in _wrong_references(item, catalogue))


def _unknown_zone(catalogue: Catalogue) -> Iterator[str]:
    try:
        ZoneInfo(catalogue.zone)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; odd paths fail otherwise
        yield f"поле zone: нет часового пояса «{catalogue.zone}» — впишите имя IANA, например Europe/Moscow"


def _repeated_codes(catalogue: Catalogue) -> Iterator[str]:
    for parts in (("bodies",), ("sections",), ("directives", "items", "duties"), ("indicators",)):
        first_seen: dict[str, str] = {}
        for part in parts:
            for index, entry in enumerate(getattr(catalogue, part)):
                place = f"{part}[{index}]"
                if entry.code in first_seen:
                    yield (
                        f"{place} ({entry.code}), поле code: код «{entry.code}» уже занят в "
                        f"{first_seen[entry.code]} — дайте другой код"
                    )
                first_seen.setdefault(entry.code, place)


def _shared_names(bodies: Iterable[Body]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for index, body in enumerate(bodies):
        for field, name in chain(
            [("name", body.name), ("short", body.short)],
            ((f"aliases[{n}]", alias) for n, alias in enumerate(body.aliases)),
        ):
            holder = owners.setdefault(name.casefold(), body.code)
            if holder != body.code:
                yield (
                    f"bodies[{index}] ({body.code}), поле {field}: «{name}» уже названо у органа «{holder}» — "
                    "оставьте имя у одного органа"
                )


def _wrong_members(bodies: tuple[Body, ...]) -> Iterator[str]:
    groups = {body.code: bool(body.members) for body in bodies}
    for index, body in enumerate(bodies):
        for n, member in enumerate(body.members):
            place = f"bodies[{index}] ({body.code}), поле members[{n}]"
            if member not in groups:
                yield f"{place}: {_no_body(member)}"
            elif groups[member]:
                yield f"{place}: «{member}» сам является группой — перечислите его участников"


def _wrong_references(item: Item, catalogue: Catalogue) -> Iterator[str]:
    bodies = {body.code: body for body in catalogue.bodies}
    if item.section is not None and item.section not in {section.code for section in catalogue.sections}:
        yield f"поле section: нет раздела с кодом «{item.section}» — добавьте его в sections или исправьте код"
    if item.owner not in bodies:
        yield f"поле owner: {_no_body(item.owner)}"
    for n, code in enumerate(item.co_executors):
        if code not in bodies:
            yield f"поле co_executors[{n}]: {_no_body(code)}"
    if item.fan_out is not None and item.fan_out not in bodies:
        yield f"поле fan_out: {_no_body(item.fan_out)}"
    elif item.fan_out is not None and not bodies[item.fan_out].members:
        yield f"поле fan_out: «{item.fan_out}» — не группа: впишите members этого органа или уберите fan_out"


def _no_body(code: str) -> str:
    return f"нет органа с кодом «{code}» — добавьте его в bodies или исправьте код"
