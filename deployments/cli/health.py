"""Commands that ask whether it works: execution discipline, the reachability drill, the outside watcher."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer
from sqlmodel import col, select

from deployments.cli import facts, output
from deployments.cli.roadmap.look import Code, From, Json, To, as_day, known_roadmap
from deployments.cli.run.daily import DryRun
from models import AuditEntry, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.calendar.office_hours import OfficeHours
from roadmap.calendar.zones import zone_of
from roadmap.control.discipline import EXCUSE_RU, Discipline, by_body, total
from roadmap.language import day
from tasks.discipline import judged
from tasks.letters.heartbeat import watch as look
from tasks.reminders.reachability import Drilled
from tasks.reminders.reachability import check_reachability as ask

CHANNEL_RU = {"email": "почта", "telegram": "Telegram", "url": "другое", None: "нет канала"}


def discipline(code: Code, start: From = None, end: To = None, as_json: Json = False) -> None:
    """Исполнительская дисциплина по органам; опоздания не по вине органа — отдельно."""
    with open_session(ready_engine()) as session:
        today = facts.today_of(known_roadmap(session, code))
        since, until = as_day(start) or date(today.year, 1, 1), as_day(end) or today
        if until < since:
            output.fail(
                f"Период кончается ({day(until)}) раньше, чем начинается ({day(since)}): поправьте --from и --to"
            )
        every = judged(session, code, today=today, since=since, until=until)
    rows = by_body(every)
    excused = [one for one in every if one.excuse]
    if as_json:
        bodies = [asdict(row) | {"due": row.due, "share": row.share, "own_share": row.own_share} for row in rows]
        late = [{"key": one.record.key, "outcome": one.outcome, "excuse": one.excuse} for one in excused]
        return output.as_json({"from": since, "to": until, "bodies": bodies, "excused": late})
    columns = ("орган", "в срок, %", "в срок", "с опозд.", "просроч.", "из них не по вине", "возвр.", "перен.")
    listed = [*rows, total(rows)] if len(rows) > 1 else rows
    output.table(f"{code}: сроки с {day(since)} по {day(until)}", columns, map(_cells, listed), wide=("орган",))
    for one in excused:
        assert one.excuse is not None
        output.screen.print(f"{one.record.key}: {EXCUSE_RU[one.excuse]}", markup=False, style="yellow")
    return None


def _cells(row: Discipline) -> tuple[str, ...]:
    share = "—" if row.share is None else f"{round(row.share * 100)}"
    return (
        row.body,
        share,
        *(str(n) for n in (row.in_time, row.late, row.overdue, row.excused, row.returned, row.extended)),
    )


def drill(
    code: Code,
    everyone: Annotated[bool, typer.Option("--all", help="Спросить и тех, чья связь уже подтверждена.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Проверка связи: в ближайшем письме каждого попросят подтвердить получение кнопкой."""
    settings = Settings()
    hours = OfficeHours(settings.office_from, settings.office_to)
    with open_session(ready_engine()) as session:
        known_roadmap(session, code)
        rows = ask(session, code, at=clock.now(), hours=hours, everyone=everyone, dry_run=dry_run)
    if as_json:
        return output.as_json([asdict(row) for row in rows])
    output.table(
        f"{code}: связь с должностными лицами",
        ("должность", "орган", "канал", "подтверждён", "спросим"),
        ((row.post, row.body, CHANNEL_RU[row.channel], day(row.proven_on), day(row.asks_on)) for row in rows),
        wide=("должность", "орган"),
    )
    _summary(rows, dry_run=dry_run)
    return None


def _summary(rows: list[Drilled], *, dry_run: bool) -> None:
    silent = sum(row.channel is None for row in rows)
    unproven = sum(row.channel is not None and row.proven_on is None for row in rows)
    asked = sum(row.asks_on is not None for row in rows)
    said = "пробный прогон, никого не спрашиваем" if dry_run else f"писем с вопросом: {asked}"
    output.screen.print(
        f"Не подтверждено: {unproven}, без канала: {silent}; {said}",
        style="yellow" if silent or unproven else None,
    )


def watch(as_json: Json = False) -> None:
    """Жива ли Веха: письма за неделю; сигнал внешнему наблюдателю из VEKHA_WATCH_URL. Код 1, если нет."""
    found = look(ready_engine(), settings=Settings(), at=clock.now())
    if as_json:
        output.as_json(asdict(found))
    else:
        output.screen.print(found.heartbeat.line)
        for problem in found.problems:
            output.screen.print(f"Тревога: {problem}", style="red", markup=False)
        told = "Наблюдатель извещён." if found.called else "Наблюдатель не задан: VEKHA_WATCH_URL."
        output.screen.print(told)
    if found.problems:
        raise typer.Exit(1)


def audit(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Сколько последних записей.")] = 50,
    as_json: Json = False,
) -> None:
    """Журнал: кто что сделал на страницах и командами о людях и ссылках; записи нельзя изменить."""
    with open_session(ready_engine()) as session:
        newest = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
        entries = list(session.exec(newest))
    if as_json:
        return output.as_json([entry.model_dump() for entry in entries])
    zone = zone_of(Settings().zone)
    output.table(
        "Журнал, последние записи сверху",
        ("когда", "кто", "что", "о чём"),
        (
            (
                f"{e.at.astimezone(zone):%d.%m.%Y %H:%M}",
                e.actor,
                e.action,
                "\n".join(filter(None, (e.subject, e.detail))),
            )
            for e in entries
        ),
        wide=("кто", "что", "о чём"),
    )
    return None
