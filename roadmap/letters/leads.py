"""What a letter begins with: how its reader stands in all, in a few lines, and what is overdue and due as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from roadmap.language import counted, plural
from roadmap.letters.letter import Lead, Part, part

#: Bodies that the first lines name, and rows of a table; the rest are counted.
NAMED_BODIES, SHOWN_ROWS = 3, 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One row: a point, or a duty that was not done for several terms."""

    what: str
    owner: str
    deadline_on: date
    """The oldest of its terms."""
    stands: str
    """«просрочено на 14 дней (10 рабочих)», «в работе»."""
    missed: str = ""
    """«не исполнено за 13 сроков подряд: …»; empty of a single point."""
    times: int = 1
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """How a roadmap stands on a day; every number is of the whole roadmap."""

    on_control: int
    has_stages: bool
    """Some of what is on control, or overdue, are parts of another point."""
    overdue: int
    fresh: int
    """Overdue since the last seven days."""
    owners: Sequence[tuple[str, int]]
    """Bodies with what they have overdue, the worst first."""
    longest: Owed | None
    to_decide: int
    extensions: int
    undecided: int
    orders: int
    week: int
    week_ends_on: date


def coordinator_lead(of: Overall) -> Lead:
    """What is overdue, what waits for a decision, what is due this week."""
    others = f", из них решает контролирующее лицо — {of.extensions}" if of.extensions else ""
    fresh = f", за последние семь дней — {of.fresh}" if of.fresh else ""
    lines = [
        *_overdue(of, fresh),
        f"Ждёт решения: {of.to_decide}{others}." if of.to_decide else "Решения ничего не ждёт.",
        _week(of),
    ]
    return Lead(subject=_subject(of, with_week=True), lines=tuple(lines), is_alarming=of.overdue > 0)


def controller_lead(of: Overall) -> Lead:
    """How much is overdue and whose, what is the longest, what waits for the reader, what is due this week."""
    waits = [(of.undecided, "просроченное, о котором вам сообщалось,"), (of.extensions, "просьбы о переносе срока")]
    named = ", ".join(f"{words} — {n}" for n, words in waits if n)
    decide = f"Ждёт вашего решения: {of.undecided + of.extensions} ({named})." if named else ""
    lines = [*_overdue(of), decide or "Вашего решения ничего не ждёт."]
    if of.orders:
        lines.append(f"Ваши поручения, на которые координатор ещё не ответил: {of.orders}.")
    return Lead(subject=_subject(of, with_week=False), lines=(*lines, _week(of)), is_alarming=of.overdue > 0)


def overdue_lead(total: int, told: int, *, stands_in: bool, page: str) -> Lead:
    """To one who answers: how much is overdue in all, and how much of it the letter tells."""
    whose = "Всего за вами и за теми, кого вы замещаете," if stands_in else "Всего за вами"
    where = f"все — на странице «{page}»" if page else ""
    match told:
        case 0:
            more = f" В этом письме — о другом; {where}." if where else " В этом письме — о другом."
        case _ if told >= total:
            more = " В этом письме — всё."
        case _:
            more = f" В этом письме — {told}" + (f", {where}." if where else ".")
    return Lead(subject=f"просрочено — {total}", lines=(f"{whose} просрочено: {total}.{more}",), is_alarming=True)


def owed_part(
    overdue: Sequence[Owed], week: Sequence[Owed], *, late: int, until: date, page: str, url: str
) -> Part | None:
    """What is overdue and what falls due this week, a table each; None where there is neither.

    ``late``: so much of the week is overdue already and stands in the first table.
    """
    above = f"Из них уже просрочено и названо выше: {late}." if late else ""
    listed = (
        ("Просрочено", overdue, 0, "", "#b3261e"),
        (f"Срок на этой неделе, по {until:%d.%m.%Y}", week, late, above, "#9a6700"),
    )
    tables = [
        {
            "heading": heading,
            "total": sum(one.times for one in rows) + elsewhere,
            "rows": rows[:SHOWN_ROWS],
            "rest": sum(one.times for one in rows[SHOWN_ROWS:]),
            "note": note,
            "colour": colour,
        }
        for heading, rows, elsewhere, note, colour in listed
        if rows or elsewhere
    ]
    if not tables:
        return None
    why = "раз в неделю приходит перечень просроченного и того, чей срок наступает"
    return part("owed", "", why, {"tables": tables, "page": page, "url": url})


def _overdue(of: Overall, fresh: str = "") -> list[str]:
    stages = " и этапов" if of.has_stages else ""
    if not of.overdue:
        points = "точек и этапов" if of.has_stages else plural(of.on_control, "точка", "точки", "точек")
        return [f"Просроченного нет; на контроле — {of.on_control} {points}."]
    points = counted(of.on_control, "точек" if of.has_stages else "точки", "точек", "точек") + stages
    named = ", ".join(f"{owner} — {n}" for owner, n in of.owners[:NAMED_BODIES])
    rest = of.owners[NAMED_BODIES:]
    if rest:
        bodies = plural(len(rest), "органа", "органов", "органов")
        named += f", ещё у {len(rest)} {bodies} — {sum(n for _, n in rest)}"
    lines = [f"Просрочено: {of.overdue} из {points} на контроле{fresh}.", f"По органам: {named}."]
    if of.longest:
        missed = f", {of.longest.missed}" if of.longest.missed else ""
        lines.append(f"Дольше всего: {of.longest.what} ({of.longest.owner}) — {of.longest.stands}{missed}.")
    return lines


def _week(of: Overall) -> str:
    if not of.week:
        return f"До конца недели (по {of.week_ends_on:%d.%m.%Y}) сроков нет."
    return f"Срок на этой неделе (по {of.week_ends_on:%d.%m.%Y}): {of.week}."


def _subject(of: Overall, *, with_week: bool) -> str:
    late = f"просрочено — {of.overdue}" if of.overdue else "просроченного нет"
    return f"{late}, срок на этой неделе — {of.week}" if with_week and of.week else late
