"""What is wrong in a document itself, each with its place, before it is put on control.

Checked is only what the words make certain:

- ``unread``: a term that is a question;
- ``early``: a term before the act's date, or fewer than five working days after it;
- ``outside``: a named deadline outside the period that the roadmap runs for;
- ``order``: an item due before an earlier one of its section that it names (by number, or by the words of its result);
- ``need``: an item of the table due before an earlier one whose result it may use;
- ``owner``: a directive and a row of the table with the same duty and different owners;
- ``body``: words in the cells of responsible bodies of a controlled item that no body of the catalogue bears;
- ``fit``: a controlled item whose proof does not fit its kind;
- ``alias``: «далее – …» given twice;
- ``twice``: two items with the same title and owner;
- ``day_off``: a named deadline on a day off;
- ``done``: an item that the act itself does, as the catalogue has it or the document says;
- ``names``, ``section``: of the document alone, where it is imported (roadmap/documents/contradictions.py);
- ``watch``: an indicator whose duties are all off control;
- ``define``: an indicator that counts what the document defines nowhere;
- ``load``: the month in which a body has at least five deadlines and twice its own average.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.control.planning import plan, read_item
from roadmap.language.matching import same_duty
from roadmap.language.normalise import plain_with_hyphens
from roadmap.reading import Reading
from roadmap.review.indicators import undefined, unwatched
from roadmap.review.kinds import misfit
from roadmap.review.needs import possible_need
from roadmap.review.words import aliases_given, known_part, mentions, unknown_bodies

Kind = Literal[
    "unread", "early", "outside", "order", "need", "owner", "body", "fit", "alias", "twice", "day_off", "load",
    "done", "names", "section", "watch", "define",
]  # fmt: skip
Severity = Literal["error", "question", "note"]

WORKING_DAYS_TO_ACT = 5
PEAK_AT_LEAST = 5
SHOWN_DATES = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction: ``place`` is the item's code and where it stands, ``words`` say in Russian what is wrong."""

    kind: Kind
    place: str
    words: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Load:
    """How many deadlines a body has in a month (its first day)."""

    body: str
    month: date
    count: int


Read = list[tuple[Item, Reading]]


def check(catalogue: Catalogue, calendar: WorkCalendar, *, working_days: int = WORKING_DAYS_TO_ACT) -> list[Finding]:
    """Every finding, in the order of the kinds above and of the document; none is an error of the program."""
    items: Read = [(item, read_item(catalogue, item)) for _, item in catalogue.duties_by_origin()]
    return [
        *_unread(items),
        *_early(catalogue, items, calendar, working_days),
        *_outside(catalogue, items),
        *_order(items),
        *_needs(catalogue),
        *_owners(catalogue),
        *_bodies(catalogue),
        *(Finding("fit", _place(item), said, "question") for item, _ in items if (said := misfit(item))),
        *_aliases(catalogue),
        *_twice(catalogue),
        *_days_off(catalogue, items, calendar),
        *_done(items),
        *(Finding("watch", place, words, "question") for place, words in unwatched(catalogue)),
        *(Finding("define", place, words, "question") for place, words in undefined(catalogue)),
        *_peaks(catalogue, calendar),
    ]


def load(catalogue: Catalogue, calendar: WorkCalendar) -> list[Load]:
    """Deadlines of each body by month, peaks and all, ordered by body and month."""
    counts: Counter[tuple[str, date]] = Counter()
    for *_, points in plan(catalogue, calendar=calendar):
        counts.update((point.owner_code, point.deadline_on.replace(day=1)) for point in points)
    return [Load(body, month, count) for (body, month), count in sorted(counts.items())]


def _place(item: Item) -> str:
    return f"{item.code} ({item.source.place})"


def _unread(items: Read) -> Iterator[Finding]:
    for item, reading in items:
        if reading.kind == "unreadable" and item.term.strip():
            words = f"срок «{item.term}» не прочитан: {'; '.join(reading.problems)}"
            yield Finding("unread", _place(item), words, "error" if item.controlled else "note")


def _early(catalogue: Catalogue, items: Read, calendar: WorkCalendar, working_days: int) -> Iterator[Finding]:
    act = catalogue.act.on
    if act is None:
        words = "дата акта не названа: не проверено, успевают ли исполнители после его подписания"
        yield Finding("early", f"акт ({catalogue.act.words})", words, "note")
        return
    for item, reading in items:
        dues = [window.due for window in reading.windows]
        past = [due for due in dues if due < act]
        if past and (reading.kind == "windows" or catalogue.period.start >= act):
            words = f"срок {_dates(past)} раньше даты акта, {act:%d.%m.%Y}"
            yield Finding("early", _place(item), words, "error" if reading.kind == "windows" else "note")
        for due in dues if reading.kind == "windows" else []:
            left = calendar.working_days_between(act, due)
            if due >= act and left < working_days:
                words = f"срок {due:%d.%m.%Y} оставляет рабочих дней после акта от {act:%d.%m.%Y}: {left}"
                yield Finding("early", _place(item), words, "question")


def _outside(catalogue: Catalogue, items: Read) -> Iterator[Finding]:
    start, end = catalogue.period.start, catalogue.period.end
    for item, reading in items:
        dues = [window.due for window in reading.windows] if reading.kind in ("windows", "continuous") else []
        if outside := [due for due in dues if not start <= due <= end]:
            words = f"срок {_dates(outside)} вне периода дорожной карты, {start:%d.%m.%Y}–{end:%d.%m.%Y}"
            yield Finding("outside", _place(item), words, "question")


def _order(items: Read) -> Iterator[Finding]:
    """Of two items of one section the later names the earlier, yet ends before it."""
    seen: dict[str, Read] = defaultdict(list)
    for item, reading in items:
        if item.section is None:
            continue
        for earlier, its in seen[item.section]:
            if reading.kind != "windows" or its.kind != "windows" or not (by := mentions(item, earlier)):
                continue
            due, needed = (min(window.due for window in one.windows) for one in (reading, its))
            if due < needed:
                words = (
                    f"срок {due:%d.%m.%Y} раньше срока пункта {earlier.code} ({needed:%d.%m.%Y}), "
                    f"названного словами «{by}»"
                )
                yield Finding("order", _place(item), words, "error")
        seen[item.section].append((item, reading))


def _needs(catalogue: Catalogue) -> Iterator[Finding]:
    """Of two rows of the table the later uses what the earlier makes, yet ends before it; both places are said."""
    read = [(item, read_item(catalogue, item)) for item in catalogue.items]
    dated = [(item, min(w.due for w in reading.windows)) for item, reading in read if reading.kind == "windows"]
    for n, (item, due) in enumerate(dated):
        for earlier, needed in dated[:n]:
            same_section = item.section == earlier.section and item.section is not None
            if due >= needed or (same_section and mentions(item, earlier)):
                continue
            if words := possible_need(item, earlier):
                said = (
                    f"возможно, нужен результат более раннего пункта «{words}»: срок {due:%d.%m.%Y} раньше "
                    f"его срока {needed:%d.%m.%Y} ({_place(earlier)})"
                )
                yield Finding("need", _place(item), said, "question")


def _owners(catalogue: Catalogue) -> Iterator[Finding]:
    names = {body.code: body.short for body in catalogue.bodies}
    for directive in catalogue.directives:
        for item in catalogue.items:
            if directive.owner != item.owner and directive.kind == item.kind and same_duty(directive.title, item.title):
                words = (
                    f"одна обязанность — разные ответственные: в поручении «{names[directive.owner]}», "
                    f"в таблице «{names[item.owner]}» ({_place(item)})"
                )
                yield Finding("owner", _place(directive), words, "question")


def _bodies(catalogue: Catalogue) -> Iterator[Finding]:
    names = [name for body in catalogue.bodies for name in (body.name, body.short, *body.aliases)]
    found: dict[str, list[Item]] = {}
    for _, item in catalogue.duties_by_origin():
        for cell in (item.responsible, item.executors) if item.controlled else ():
            for words in unknown_bodies(cell, names):
                places = found.setdefault(words, [])
                if item not in places:
                    places.append(item)
    for words, places in found.items():
        more = f" и ещё {len(places) - 1}" if len(places) > 1 else ""
        known = known_part(words, names)
        said = (
            f"орган «{words}» опознан не целиком, определён только «{known}»"
            if known
            else (f"орган «{words}» нигде не определён")
        )
        yield Finding("body", _place(places[0]) + more, said, "question")


def _aliases(catalogue: Catalogue) -> Iterator[Finding]:
    given: dict[str, list[tuple[str, str, str]]] = {}
    for _, item in catalogue.duties_by_origin():
        for cell in (item.title, item.responsible, item.executors, item.result):
            for alias, before in aliases_given(cell):
                given.setdefault(plain_with_hyphens(alias), []).append((alias, before or alias, _place(item)))
    for found in given.values():
        if len(found) > 1:
            severity: Severity = "question" if len({plain_with_hyphens(words) for _, words, _ in found}) > 1 else "note"
            where = "; ".join(f"{words} — {place}" for _, words, place in found)
            yield Finding("alias", found[0][2], f"сокращение «{found[0][0]}» введено повторно: {where}", severity)
    for body in catalogue.bodies:
        names = Counter(plain_with_hyphens(name) for name in (body.name, *body.aliases))
        for name, count in names.items():
            if count > 1:
                yield Finding("alias", f"орган {body.code}", f"имя «{name}» указано {count} раза", "note")


def _twice(catalogue: Catalogue) -> Iterator[Finding]:
    first: dict[tuple[str, str], Item] = {}
    for _, item in catalogue.duties_by_origin():
        same = first.setdefault((item.owner, plain_with_hyphens(item.title)), item)
        if same is not item:
            yield Finding("twice", _place(item), f"то же мероприятие, что и {_place(same)}", "question")


def _days_off(catalogue: Catalogue, items: Read, calendar: WorkCalendar) -> Iterator[Finding]:
    for item, reading in items:
        if reading.kind not in ("windows", "recurring"):
            continue
        named = reading.kind == "windows"
        dues = [w.due for w in reading.windows if named or w.start in (None, w.due)]
        off = [due for due in dues if not calendar.is_working(due)]
        if not off:
            continue
        moved = calendar.roll(off[0], catalogue.roll)
        then = f", исполнить до {moved:%d.%m.%Y}" if moved != off[0] else ""
        words = f"срок {_dates(off)} — нерабочий день ({calendar.day_off_name(off[0])}{then})"
        if item.kind == "session":
            # People are asked to come: whether on a day off or on another is not for a rule to say.
            words = f"{words}; подтвердите, что мероприятие проводится в нерабочий день, или назовите другой"
        yield Finding("day_off", _place(item), words, "question" if item.kind == "session" else "note")


def _done(items: Read) -> Iterator[Finding]:
    for item, _ in items:
        if item.done_by is not None and item.controlled:
            words = f"исполнено самим актом ({item.done_by.place}): подтверждением служит акт, исполнять нечего"
            yield Finding("done", _place(item), words, "note")


def _peaks(catalogue: Catalogue, calendar: WorkCalendar) -> Iterator[Finding]:
    names = {body.code: body.short for body in catalogue.bodies}
    by_body: dict[str, list[Load]] = defaultdict(list)
    for row in load(catalogue, calendar):
        by_body[row.body].append(row)
    for body, rows in by_body.items():
        average = sum(row.count for row in rows) / len(rows)
        for row in rows:
            if row.count >= PEAK_AT_LEAST and row.count >= 2 * average:
                mean = f"{average:.1f}".replace(".", ",")
                words = f"сроков за {row.month:%m.%Y}: {row.count}, в среднем за месяц {mean}"
                yield Finding("load", f"орган {body} ({names[body]})", words, "note")


def _dates(days: list[date]) -> str:
    shown = ", ".join(f"{day:%d.%m.%Y}" for day in days[:SHOWN_DATES])
    return shown if len(days) <= SHOWN_DATES else f"{shown} и ещё {len(days) - SHOWN_DATES}"
