"""What the schema cannot see: codes that repeat, references to nothing, names that belong to two bodies."""

from collections.abc import Iterable, Iterator
from itertools import chain
from zoneinfo import ZoneInfo

from roadmap import terms
from roadmap.calendar.spans import add_years
from roadmap.catalogue.schema import Body, Catalogue, Indicator, Item, Period

#: Years. A longer period is a mistyped year: «ежемесячно» would become hundreds of control points. Refused where a file
#: is read, not in the schema: an edition that is on control already must go on being shown.
LONGEST_PERIOD = 10


def inconsistencies(catalogue: Catalogue) -> Iterator[str]:
    """One Russian line for each, in the order of the file: entry, field, what is wrong, remedy."""
    yield from _unknown_zone(catalogue)
    yield from _endless_period(catalogue.period)
    yield from _repeated_codes(catalogue)
    yield from _shared_names(catalogue.bodies)
    yield from _wrong_members(catalogue.bodies)
    yield from _circles(catalogue)
    for part in ("items", "directives", "duties"):
        for index, item in enumerate(getattr(catalogue, part)):
            yield from (f"{part}[{index}] ({item.code}), {line}" for line in _wrong_references(item, catalogue))
    for index, entry in enumerate(catalogue.indicators):
        yield from (f"indicators[{index}] ({entry.code}), {line}" for line in _wrong_measuring(entry, catalogue))
    yield from _repeated_rhythms(catalogue)
    if (by := catalogue.monitoring_by) is not None and (said := _not_one_body(by.body, catalogue)):
        yield f"monitoring_by, поле body: {said}"


def _not_one_body(code: str, catalogue: Catalogue) -> str:
    """What keeps the code from being that of a single body; empty when nothing does."""
    body = next((body for body in catalogue.bodies if body.code == code), None)
    if body is None:
        return _no_body(code)
    return f"«{code}» — группа: назовите один орган" if body.members else ""


def _unknown_zone(catalogue: Catalogue) -> Iterator[str]:
    try:
        ZoneInfo(catalogue.zone)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; odd paths fail otherwise
        yield f"поле zone: нет часового пояса «{catalogue.zone}» — впишите имя IANA, например Europe/Moscow"


def _endless_period(period: Period) -> Iterator[str]:
    if period.end >= add_years(period.start, LONGEST_PERIOD):
        yield (
            f"поле period: {period.start:%d.%m.%Y} – {period.end:%d.%m.%Y} длиннее {LONGEST_PERIOD} лет — "
            "впишите период, который назван в документе"
        )


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

    for party, code in item.parties.items():
        if code not in bodies:
            yield f"поле parties.{party}: {_no_body(code)}"
        elif bodies[code].members:
            yield f"поле parties.{party}: «{code}» — группа: назовите один орган"
    yield from _wrong_co_terms(item, catalogue)
    known = {entry.code for _, entry in catalogue.duties_by_origin()}
    for n, code in enumerate(item.after):
        if code not in known:
            yield f"поле after[{n}]: нет записи с кодом «{code}» — исправьте код"


def _wrong_co_terms(item: Item, catalogue: Catalogue) -> Iterator[str]:
    for n, co_term in enumerate(item.co_terms):
        place = f"поле co_terms[{n}]"
        reading = terms.read(co_term.term, start=catalogue.period.start, end=catalogue.period.end)
        if reading.kind == "unreadable":
            yield f"{place}: срок «{co_term.term}» не прочитан ({'; '.join(reading.problems)}) — уточните term"
        if co_term.body not in item.co_executors:
            yield f"{place}: «{co_term.body}» не назван в co_executors — добавьте его туда"
        if item.fan_out is not None:
            yield f"{place}: пункт уже разделён по участникам группы (fan_out) — уберите одно из двух"


def _wrong_measuring(entry: Indicator, catalogue: Catalogue) -> Iterator[str]:
    """How an indicator is asked and computed; one that says nothing of it is asked for by its title."""
    known = {item.code for _, item in catalogue.duties_by_origin()}
    for field in ("proven_by", "answered_by"):
        for n, code in enumerate(getattr(entry, field)):
            if code not in known:
                yield f"поле {field}[{n}]: нет записи с кодом «{code}» — исправьте код"
    yield from _wrong_asking(entry, catalogue)
    if entry.proven_by and entry.counted != "flag":
        yield "поле proven_by: исполнением пунктов подтверждается только «да/нет» — уберите proven_by"
    words = {"numerator": entry.numerator.strip(), "denominator": entry.denominator.strip()}
    if entry.counted in ("share", "ratio"):
        if entry.way is not None or any(words.values()):
            for field in (field for field, said in words.items() if not said):
                yield f"поле {field}: для доли и отношения нужны оба слова — впишите, что считать"
    elif words["denominator"]:
        yield "поле denominator: сумма и «да/нет» знаменателя не имеют — уберите его или исправьте way"
    rhythms = {one.rhythm for one in catalogue.monitoring} or {"quarter"}
    for n, rhythm in enumerate(entry.rounds):
        if rhythm not in rhythms:
            yield f"поле rounds[{n}]: ритма «{rhythm}» нет в monitoring — добавьте его туда или уберите здесь"


def _wrong_asking(entry: Indicator, catalogue: Catalogue) -> Iterator[str]:
    """Of the ways to say who gives the number only one is taken."""
    bodies = {body.code for body in catalogue.bodies}
    for n, code in enumerate(entry.asked_of):
        if code not in bodies:
            yield f"поле asked_of[{n}]: {_no_body(code)}"
    if entry.asked is not None and entry.asked_of:
        yield "поле asked_of: кого спрашивать, уже сказано в asked — оставьте одно из двух"
    if entry.computed_from is not None:
        if entry.counted != "share":
            yield "поле computed_from: по контрольным точкам считается только доля — уберите computed_from или way"
        for field in ("asked", "asked_of", "proven_by"):
            if getattr(entry, field):
                yield f"поле {field}: показатель считает программа (computed_from) — оставьте одно из двух"


def _repeated_rhythms(catalogue: Catalogue) -> Iterator[str]:
    seen: set[str] = set()
    for index, one in enumerate(catalogue.monitoring):
        if one.rhythm in seen:
            yield f"monitoring[{index}], поле rhythm: ритм «{one.rhythm}» уже назван выше — оставьте один"
        seen.add(one.rhythm)


def _circles(catalogue: Catalogue) -> Iterator[str]:
    """An item that, through others, must wait for itself."""
    after = {item.code: item.after for _, item in catalogue.duties_by_origin()}
    for code in after:
        seen: set[str] = set()
        ahead = list(after[code])
        while ahead:
            one = ahead.pop()
            if one == code:
                yield f"запись ({code}), поле after: пункт ждёт сам себя — разорвите круг"
                break
            if one not in seen:
                seen.add(one)
                ahead += after.get(one, ())


def _no_body(code: str) -> str:
    return f"нет органа с кодом «{code}» — добавьте его в bodies или исправьте код"
