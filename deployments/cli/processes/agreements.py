"""Commands about the municipalities of a region and the agreements with them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from deployments.cli import facts, output
from deployments.cli.control import Actor
from deployments.cli.roadmap.look import Code, Json, known_roadmap
from models import clock
from models.db import open_session
from models.db.migrate import ready_engine
from roadmap.language import counted, day, in_working_days, numbered
from roadmap.processes.ledger import Correction, Held, Ledger, Line
from roadmap.processes.schema import CASE_RU
from tasks.context.working_calendar import calendar_of
from tasks.prefect.push import push_point
from tasks.processes.agreement_import import import_agreements
from tasks.processes.agreements import AgreementState, ledger_of, the_agreement, write_template
from tasks.processes.municipalities import Imported, Listed, TableRefused, import_municipalities
from tasks.processes.municipalities import municipalities as listed
from tasks.processes.sweep import advance

Action = Annotated[
    str, typer.Argument(metavar="[list|import]", help="list — показать (так и без слова), import — принять таблицу.")
]
Table = Annotated[Path | None, typer.Argument(metavar="ФАЙЛ", help="Таблица .xlsx или .csv.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Только показать, что изменится; ничего не записать.")]
SHOWN = 40


class _DryRun(Exception):
    """Ends a unit of work that must not be kept."""


def municipalities(
    code: Code, action: Action = "list", file: Table = None, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Муниципалитеты региона: список, приём таблицы (муниципалитет, орган, должность, ФИО, почта, с даты, по дату…)."""
    if _action(action, file) == "import":
        assert file is not None
        return _import_municipalities(code, file, dry_run=dry_run, as_json=as_json)
    with open_session(ready_engine()) as session:
        known_roadmap(session, code)
        rows = listed(session, code)
    if as_json:
        return output.as_json({"roadmap": code, "municipalities": [asdict(row) for row in rows]})
    if not rows:
        output.screen.print(f"Муниципалитетов нет; принять список: vekha municipalities {code} import ФАЙЛ")
        return None
    columns = ("Муниципалитет", "Код", "Участвует", "Должностных лиц", "С адресом")
    output.table(f"Муниципалитеты: {len(rows)}", columns, map(_municipality, rows), wide=("Муниципалитет",))
    return None


def _municipality(row: Listed) -> tuple[str, ...]:
    days = f"с {day(row.since)}" + (f" по {day(row.until)}" if row.until else "")
    into = f", вошёл в «{row.merged_into}»" if row.merged_into else ""
    return row.name, row.code, days + into, str(row.officials), str(row.reachable)


def _import_municipalities(code: str, file: Path, *, dry_run: bool, as_json: bool) -> None:
    def take(session: Session, today: date) -> dict[str, Any]:
        return asdict(import_municipalities(session, code, file))

    done = Imported(**_taken(code, take, at=clock.now(), dry_run=dry_run, as_json=as_json))
    if as_json:
        return output.as_json({"roadmap": code, "dry_run": dry_run, **asdict(done)})
    would = "Изменилось бы" if dry_run else "Принято"
    output.screen.print(
        f"{would}: в таблице {done.listed}, новых {done.added}, изменено {done.changed}, "
        f"должностных лиц и адресов изменено {done.officials}"
    )
    return None


def agreements(
    code: Code,
    action: Action = "list",
    file: Table = None,
    item: Annotated[str | None, typer.Option("--item", help="Код пункта, если соглашений несколько.")] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="ФАЙЛ.xlsx", help="Записать заполненную форму для приёма.")
    ] = None,
    late: Annotated[bool, typer.Option("--late", help="Только просроченные.")] = False,
    dry_run: DryRun = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="Исправить записанное раньше: другие даты и реквизиты из таблицы верны.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Основание исправления.")] = "",
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Соглашения с муниципалитетами: у кого каждое и сколько дней, приём таблицы с датами и отказами, исправления."""
    is_import = _action(action, file) == "import"
    ground = _ground(reason, correct=correct, is_import=is_import)
    if is_import:
        assert file is not None
        actor = f"{by} (таблица)"
        return _import_agreements(code, file, item, actor=actor, correction=ground, dry_run=dry_run, as_json=as_json)
    with open_session(ready_engine()) as session:
        roadmap = known_roadmap(session, code)
        standing = the_agreement(session, code, item, ended=True)
        if template is not None:
            return _write(session, standing, template)
        today = facts.today_of(roadmap)
        found = ledger_of(session, standing, today=today, calendar=calendar_of(session, code))
    if as_json:
        return output.as_json({"roadmap": code, "point": standing.one.parent.key, "on": today} | asdict(found))
    return _show(standing, found, late=late)


def _ground(reason: str, *, correct: bool, is_import: bool) -> str:
    """The ground of a correction; empty where nothing is to be corrected."""
    ground = " ".join(reason.split())
    if correct and not is_import:
        output.fail("Исправляет таблица: vekha agreements КОД import ФАЙЛ --correct --reason «основание»")
    if correct and not ground:
        output.fail("Назовите основание исправления: --correct --reason «основание»")
    if ground and not correct:
        output.fail("Основание нужно только исправлению: добавьте --correct или уберите --reason")
    return ground


def _write(session: Session, standing: AgreementState, path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        output.fail(f"{path.name}: форма записывается как .xlsx — поправьте имя файла")
    rows = write_template(session, standing, path)
    output.screen.print(f"Форма записана: {path}, {counted(rows, 'строка', 'строки', 'строк')}", markup=False)


def _import_agreements(
    code: str, file: Path, item: str | None, *, actor: str, correction: str, dry_run: bool, as_json: bool
) -> None:
    at = clock.now()

    def take(session: Session, today: date) -> dict[str, Any]:
        standing, done = import_agreements(
            session, code, file, item=item, actor=actor, today=today, at=at, correction=correction
        )
        keys, calendar = [point.key for point in standing.one.points], calendar_of(session, code)
        swept = [advance(session, code, today=today, at=at, calendar=calendar, only=key) for key in keys]
        session.expire_all()
        again = the_agreement(session, code, keys[0].split("/")[1], ended=True)
        ended = [key for one in swept for key in one.ended]
        return {
            "point": keys[0],
            "points": keys,
            **asdict(done),
            "started": sum(one.started for one in swept),
            "ended": bool(ended) and not any(point.status in ("open", "returned") for point in again.one.points),
            "ended_points": ended,
            "owed": ledger_of(session, again, today=today, calendar=calendar).owed,
        }

    done = _taken(code, take, at=at, dry_run=dry_run, as_json=as_json)
    for key in () if dry_run else done["points"] if done["moves_whole"] else done["ended_points"]:
        _push(key, at)
    if as_json:
        return output.as_json({"roadmap": code, "dry_run": dry_run, **done})
    if dry_run or correction:
        _show_changes(done["changes"], dry_run=dry_run)
    would = "Было бы записано" if dry_run else "Записано"
    corrected = f", исправлено {done['corrected']}" if correction else ""
    output.screen.print(
        f"{would}: этапов исполнено {done['done']}{corrected}, отказов {done['refused']}, "
        f"известно раньше {done['known']}; начато следующих этапов {done['started']}"
        + ("; все соглашения завершены" if done["ended"] else "")
    )
    for words in done["owed"]:
        output.screen.print(f"Не хватает: {words}", markup=False)
    if done["other_proof"]:
        output.errors.print(
            f"Реквизиты, отличные от записанных, не приняты: {done['other_proof']}; "
            "принять их: --correct --reason «основание»",
            markup=False,
        )
    return None


def _show_changes(changes: Sequence[Mapping[str, Any]], *, dry_run: bool) -> None:
    if not changes:
        return
    columns = ("Муниципалитет", "Этап", "Было", "Станет" if dry_run else "Стало", "Реквизиты или основание")
    rows = (
        (
            one["name"] or "все",
            one["stage"] or "отказ: снятие с контроля",
            day(one["was"]),
            day(one["on"]),
            one["evidence"] or one["ground"],
        )
        for one in changes[:SHOWN]
    )
    output.table(f"Изменения: {len(changes)}", columns, rows, wide=("Муниципалитет", "Этап", columns[-1]))
    if len(changes) > SHOWN:
        output.screen.print(f"Показано {SHOWN}, ещё {len(changes) - SHOWN}; все — с --json")


def _taken(code: str, take: Any, *, at: datetime, dry_run: bool, as_json: bool) -> dict[str, Any]:
    """What an import did, every fault shown; a dry run does it all and keeps nothing."""
    done: dict[str, Any] = {}
    try:
        with open_session(ready_engine()) as session:
            done = take(session, facts.today_of(known_roadmap(session, code), at))
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    except TableRefused as refused:
        if as_json:
            output.as_json({"roadmap": code, "problems": [asdict(one) for one in refused.problems]})
        else:
            for problem in refused.problems[:SHOWN]:
                output.errors.print(problem.line, markup=False)
        output.fail(str(refused))
    return done


def _push(key: str, at: datetime) -> None:
    """Show the end in Prefect at once if it is up; the nightly sync does it otherwise."""
    push_point(ready_engine(), key, at=at)


def _action(action: str, file: Path | None) -> str:
    if action not in ("list", "import"):
        output.fail(f"«{action}»: нужно list или import, например: vekha municipalities КОД import список.xlsx")
    if (action == "import") != (file is not None):
        output.fail("Укажите таблицу: import ФАЙЛ" if file is None else "Таблицу принимает слово import: import ФАЙЛ")
    return action


def _show(standing: AgreementState, found: Ledger, *, late: bool) -> None:
    say = output.screen.print
    title = numbered(standing.number, standing.title, stop="")
    say(f"{title} · до {day(standing.one.parent.deadline_on)}", markup=False)
    say(found.main, markup=False)
    lines = [line for line in found.lines if line.is_late or not late]
    who = CASE_RU.get(standing.one.process.per, "Муниципалитет")
    columns = (who, "У кого", "Этап", "С", "Дней", "Срок", "Просрочка")
    rows = [row for line in lines for row in _rows(line)]
    output.table(f"Соглашения: {len(lines)}", columns, rows, wide=(who, "Этап"))
    for words in found.owed:
        say(f"Не хватает: {words}", markup=False)
    for body, held, behind in found.holders:
        overdue = f", просрочено {behind}" if behind else ""
        say(f"{body}: {held}{overdue}", markup=False)
    if found.corrections:
        _show_corrections(found.corrections, who)


def _show_corrections(corrections: Sequence[Correction], who: str) -> None:
    columns = (who, "Этап", "Было", "Стало", "Кто и когда", "Основание")
    rows = map(_correction, corrections[-SHOWN:])
    output.table(f"Исправлено: {len(corrections)}", columns, rows, wide=(who, "Этап", "Основание"))


def _correction(one: Correction) -> tuple[str, ...]:
    days = (day(one.was), day(one.on)) if one.on else ("—", "другие реквизиты")
    return one.name or "все", one.title, *days, f"{one.actor}, {day(one.corrected_on)}", one.reason


def _rows(line: Line) -> list[tuple[str, ...]]:
    if not line.held:
        said = f"{line.outcome}: {line.ground}" if line.ground else line.outcome
        return [(line.name, "—", said, day(line.done_on), "—", "—", "—")]
    return [_held_row(line.name, one) for one in line.held]


def _held_row(name: str, one: Held) -> tuple[str, ...]:
    behind = in_working_days(one.days_late) if one.days_late else "—"
    days = (day(one.since), str(one.working_days), day(one.due_on))
    return name, one.holder, one.title, *days, behind
