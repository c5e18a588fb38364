"""Decisions of a session become items on control, with control points of their own."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Edition, Item, Roadmap
from models.lifecycle.transitions import Refused
from models.queries.printed_numbers import number_of, shared_numbers
from roadmap import terms
from roadmap.calendar import WorkCalendar
from roadmap.catalogue import schema
from roadmap.control.planning import PlannedPoint, plan_item, working_day_is_past
from roadmap.language import cited
from roadmap.processes.form_words import DecisionLine, Unclear, read_decisions
from roadmap.reading import Reading
from tasks.editions.add_item import add_item, catalogue_of_added
from tasks.editions.point_rows import store_points

DATED = ("windows", "recurring", "continuous", "relative")


def add_decisions(
    session: Session, point: ControlPoint, text: str, *, on: date, proof: str, today: date, calendar: WorkCalendar
) -> list[str]:
    """Put the decisions «исполнитель | что сделать | срок» on control; returns the codes of the new items.

    ``on`` is the day of the session: terms without a start and «в 10-дневный срок» are counted from it. ``Refused``
    names every line that is not clear; then nothing is written. A line that is on control already is left out.
    """
    roadmap = session.get_one(Roadmap, point.roadmap_code)
    parent = session.get_one(Item, point.item_id)
    try:
        lines = read_decisions(text, body_names(session, roadmap.code))
    except Unclear as unclear:
        raise Refused(str(unclear)) from unclear
    bodies = {body.code: body for body in session.execute(_bodies(roadmap.code)).scalars()}
    catalogue = catalogue_of_added(
        roadmap, bodies.values(), start=on, end=roadmap.period_end, document="протокол", ground="день сессии"
    )
    read = {one.line: terms.read(one.term, start=on, end=roadmap.period_end, calendar=calendar) for one in lines}
    _refuse_terms(lines, read)
    number_in_print = number_of(parent, shared_numbers(session))
    by_day = f"Протокол от {on:%d.%m.%Y}, "
    place = f"Протокол: {proof.strip()}" if proof.strip() else by_day + cited(number_in_print, parent.title)
    # Earlier releases cited the item by the code that only the program knows.
    places = (place, f"{by_day}пункт {parent.code}")
    known = _known(session, parent)
    added, number = [], _last_number(known.values())
    for line in lines:
        if any((line.owner, line.todo, line.term, one) in known for one in places):
            continue
        number += 1
        entry = _entry(f"{parent.code}.r{number}", line, on=on, place=place)
        add_item(
            session,
            roadmap.code,
            entry,
            read[line.line],
            number=f"{number_in_print}, решение {number}",
            owner_id=bodies[line.owner].id or 0,
            parent=parent,
            calendar=calendar,
        )
        planned = plan_item(catalogue, entry, read[line.line], calendar=calendar)
        if all(one.deadline_on < today for one in planned):
            raise Refused(f"Решения сессии не внесены — строка {line.line}: {_past(line.term, planned, today)}")
        store_points(session, roadmap.code, planned, controlled_from=today, today=today)
        added.append(entry.code)
    return added


def body_names(session: Session, code: str) -> dict[str, tuple[str, ...]]:
    """Every name of each body of a roadmap by its code, aliases of the newest edition included; the short one first."""
    newest = select(Edition).where(col(Edition.roadmap_code) == code).order_by(col(Edition.id).desc()).limit(1)
    edition = session.execute(newest).scalar_one_or_none()
    listed = edition.catalogue.get("bodies", ()) if edition else ()
    aliases = {body["code"]: tuple(body.get("aliases", ())) for body in listed}
    bodies = session.execute(_bodies(code)).scalars()
    return {body.code: (body.short, body.name, *aliases.get(body.code, ())) for body in bodies}


def _bodies(code: str) -> Select[tuple[Body]]:
    return select(Body).where(col(Body.roadmap_code) == code)


def _refuse_terms(lines: list[DecisionLine], read: Mapping[int, Reading]) -> None:
    wrong = [problem for one in lines if (problem := _term_problem(one, read[one.line]))]
    if wrong:
        raise Refused(f"Решения сессии не внесены — {'; '.join(wrong)}")


def _term_problem(line: DecisionLine, reading: Reading) -> str:
    if reading.kind in DATED and not (reading.kind == "relative" and reading.event):
        return ""
    reason = "; ".join(reading.problems).rstrip(".") or "день по этим словам не определяется"
    return f"строка {line.line}: срок «{line.term}»: {reason} — назовите дату, например «до 31.05.2027»"


def _past(term: str, planned: Sequence[PlannedPoint], today: date) -> str:
    if all(one.due_on < today for one in planned):
        return f"срок «{term}» уже прошёл"
    return f"срок «{term}»: {working_day_is_past(planned[-1].due_on)}"


def _entry(code: str, line: DecisionLine, *, on: date, place: str) -> schema.Item:
    return schema.Item(
        code=code,
        title=line.todo,
        responsible=line.owner_words,
        owner=line.owner,
        term=line.term,
        kind="activity",
        event=schema.Event(words="решение сессии", on=on),
        source=schema.Source(place=place),
    )


def _known(session: Session, parent: Item) -> dict[tuple[str, str, str, str], str]:
    """(owner, duty, term, source) → code of the decisions under an item that are on control."""
    rows = session.execute(
        select(Item, col(Body.code))
        .join(Body, col(Body.id) == col(Item.owner_id))
        .where(col(Item.roadmap_code) == parent.roadmap_code, col(Item.code).startswith(f"{parent.code}.r"))
    )
    return {(owner, item.title, item.term, item.source): item.code for item, owner in rows}


def _last_number(codes: object) -> int:
    tails = [str(code).rpartition(".r")[2] for code in codes]  # type: ignore[attr-defined]
    return max((int(tail) for tail in tails if tail.isdigit()), default=0)
