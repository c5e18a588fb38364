"""Parts of a letter that are not about single points: the week's table, and the question whether letters arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from roadmap.control.discipline import Discipline, total
from roadmap.language import counted
from roadmap.letters.letter import Part, part

SHOWN_BODIES = 25
BODIES = ("орган", "органа", "органов")


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What the week's table is made of; ``rows`` come with the worst first."""

    since: date
    until: date
    rows: Sequence[Discipline]
    heartbeat: str
    """One line: points watched, letters sent, undelivered."""
    earlier: int = 0
    """So much is overdue of deadlines before ``since``: it is not in the rows."""
    muted: tuple[str, ...] = ()
    """Items and bodies about which nothing is sent at present, each in words."""
    unproven: int = 0
    """Officials of whom it is not proven that letters arrive."""
    unreached: Sequence[str] = ()
    """Officials to whom letters do not get through, each with the reason and since when."""


def digest_part(digest: Digest) -> Part:
    """The table by body, the worst first, with the line that shows that Vekha is alive."""
    why = "раз в неделю приходит таблица исполнительской дисциплины"
    return part("digest", "дисциплина за неделю", why, _shown(digest), is_after=True)


def reachability_part(url: str) -> Part:
    """The question whether letters arrive; ``url`` leads to a page with a button."""
    return part("drill", "проверка связи", "координатор проверяет, доходят ли письма", {"url": url})


def correction_part(remarks: Sequence[str]) -> Part:
    """What must be put right of earlier letters, a paragraph each."""
    why = "раньше письма были составлены по неверной дате"
    values = {"remarks": list(dict.fromkeys(remarks))}
    return part("correction", "уточнение к прежним письмам", why, values)


def unreached_part(people: Sequence[str]) -> Part:
    """To the controller: letters do not get through to the coordinator, so nobody decides what waits."""
    why = "письма координатору дорожной карты не доходят"
    return part("unreached", "координатор не на связи", why, {"people": people})


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """A point under the personal control of whoever reads, in words."""

    what: str
    owner: str
    stands: str
    """«срок 12.12.2026, просрочено на 3 рабочих дня»."""
    said: str = ""
    """What was demanded or ordered about it and is still in force."""


def personal_part(points: Sequence[Personal]) -> Part:
    """To the controller, weekly: every point under personal control until it is done."""
    why = "вы взяли пункты на личный контроль; о них сообщается раз в неделю, пока они не исполнены"
    return part("personal", f"на личном контроле — {len(points)}", why, {"points": points})


def unreached_words(post: str, failure: str, since: date) -> str:
    """«Ректор — почтовый сервер не принял адрес (550), с 01.12.2026»"""
    return f"{post} — {failure}, с {since:%d.%m.%Y}"


def muted_words(what: str, *, overdue: int, until: date, by: str, reason: str) -> str:
    """«п. 1.3, просрочено 2, до 31.12.2026 (координатор: ждём приказа)»"""
    late = f", просрочено {overdue}" if overdue else ""
    return f"{what}{late}, до {until:%d.%m.%Y} ({by}: {reason})"


def _shown(digest: Digest) -> dict[str, Any]:
    """The digest as words for the templates of the letter."""
    flawed = [row for row in digest.rows if row.late or row.overdue]
    clean = [row for row in digest.rows if not (row.late or row.overdue)]
    rest = flawed[SHOWN_BODIES:]
    rows = [_cells(row) for row in flawed[:SHOWN_BODIES]]
    if rest:
        rows.append(_cells(total(rest, title=f"ещё {counted(len(rest), *BODIES)}")))
    if clean:
        rows.append(_cells(total(clean, title=f"Без замечаний: {counted(len(clean), *BODIES)}")))
    notes = [digest.heartbeat]
    whole = total(digest.rows)
    if whole.excused and whole.own_share is not None:
        notes.insert(0, f"Без опозданий не по вине органов доля в срок — {round(whole.own_share * 100)} %.")
    if digest.earlier:
        notes.insert(0, f"Сверх того просрочено со сроками до {digest.since:%d.%m.%Y}: {digest.earlier}.")
    if digest.muted:
        notes.append(f"Письма исполнителям приостановлены: {'; '.join(digest.muted)}.")
    if digest.unreached:
        notes.append(f"Письма не доходят: {'; '.join(digest.unreached)}.")
    if digest.unproven:
        notes.append(f"Связь не подтверждена у должностных лиц: {digest.unproven}.")
    base = f": наступило или исполнено досрочно {whole.due}. Доли — от этого числа, у органа — от числа его сроков"
    return {
        "heading": "Исполнительская дисциплина",
        "period": f"Сроки с {digest.since:%d.%m.%Y} по {digest.until:%d.%m.%Y}{base if whole.due else ''}.",
        "columns": COLUMNS,
        "rows": rows,
        "total": _cells(total(digest.rows)) if len(digest.rows) > 1 else None,
        "notes": notes,
    }


COLUMNS = ("Орган", "В срок", "Позже срока", "Просрочено", "Доля в срок")


def _cells(row: Discipline) -> tuple[str, ...]:
    share = "—" if row.share is None else f"{round(row.share * 100)} %"
    numbers = (row.in_time, row.late, row.overdue, row.excused, row.returned, row.extended)
    return (row.body, share, *(str(number) for number in numbers))
