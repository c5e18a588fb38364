"""Commands that do the work without Prefect's clock: load, contacts, control, deliver, sync, rehearse."""

import asyncio
import time
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, select

from deployments.cli import facts, output
from deployments.cli.roadmap.look import Code, Json, as_day, known_roadmap
from models import Roadmap, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.catalogue.loading import built_in, built_in_codes, load_catalogue
from roadmap.catalogue.schema import Catalogue
from roadmap.language import day
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import control_day
from tasks.daily.simulate import Simulation
from tasks.daily.simulate import simulate as simulate_letters
from tasks.editions.load import load_roadmap
from tasks.editions.training_copies import load_training_copy
from tasks.installation import establish, refuse_foreign
from tasks.letters.deliver import deliver as deliver_letters
from tasks.monitoring.rounds.sweep import plan_rounds
from tasks.people.contacts import apply_contacts


def _own_engine() -> Engine:
    """The database, once it is known to be this installation's; who comes first to a new one says what that is."""
    engine, settings = ready_engine(), Settings()
    with open_session(engine) as session:
        establish(session, settings, at=clock.now())
        refuse_foreign(session, settings)
    return engine


DryRun = Annotated[bool, typer.Option("--dry-run", help="Только показать, ничего не записывать.")]


class _Rehearsed(Exception):
    """Leaves a unit of work unwritten: a dry run."""


def load(
    file: Annotated[str, typer.Argument(metavar="ФАЙЛ", help="Файл каталога .yaml или код встроенной системы.")],
    controlled_from: Annotated[
        datetime | None,
        typer.Option("--controlled-from", formats=["%Y-%m-%d"], help="С какого дня на контроле; без него — с сегодня."),
    ] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="Репетиция: годы сдвинуты к нынешнему.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Поставить дорожную карту на контроль: пункты, сроки, контрольные точки."""
    catalogue = _catalogue(file)
    at, settings = clock.now(), Settings()
    today = clock.today(catalogue.zone, at)
    report, rounds = None, 0
    try:
        with open_session(ready_engine()) as session:
            if rehearsal:
                report = load_training_copy(session, catalogue, today=today, at=at)
            else:
                since = as_day(controlled_from)
                report = load_roadmap(
                    session, catalogue, today=today, at=at, controlled_from=since, window_days=settings.window_days
                )
            rounds = plan_rounds(
                session, catalogue.code, today=today, at=at, calendar=calendar_of(session, catalogue.code)
            ).planned
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass
    assert report is not None
    words = "Пробный прогон, ничего не записано" if dry_run else "На контроле"
    if as_json:
        return output.as_json({"roadmap": catalogue.code, "dry_run": dry_run, **facts.counts(report), "rounds": rounds})
    output.screen.print(
        f"{words}: {catalogue.code} — пунктов {report.items}, новых контрольных точек {report.points_new}, "
        f"прежних {report.points_kept}, в истории {report.history}"
        + (f", раундов мониторинга {rounds}" if rounds else "")
    )
    for moved in report.moved:
        words = f"{moved.key}: срок перенесён с {day(moved.before)} на {day(moved.after)} — уточнён календарь"
        output.screen.print(words, style="yellow", markup=False)
    for key, problem in report.unread:
        output.screen.print(f"{key}: срок не прочитан — {problem}", style="yellow", markup=False)
    return None


def _catalogue(file: str) -> Catalogue:
    return built_in(file) if file in built_in_codes() else load_catalogue(Path(file))


def contacts(
    file: Annotated[
        Path | None, typer.Argument(metavar="ФАЙЛ", help="Файл контактов; без него — contacts.yaml папки данных.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Применить контакты: кто из должностных лиц за какой орган отвечает и как ему писать."""
    with open_session(ready_engine()) as session:
        report = apply_contacts(session, file or Settings().contacts)
    if as_json:
        return output.as_json([{"roadmap": code, **facts.counts(entry)} for code, entry in report.items()])
    if not report:
        output.screen.print("Контакты ещё не вписаны: ничего не изменено", style="yellow")
    for code, entry in report.items():
        output.screen.print(f"{code}: должностных лиц {entry.officials}, каналов {entry.channels}")
        for body in entry.without_channel:
            output.screen.print(f"{code}: некому писать — «{body}»", style="yellow", markup=False)
        for name in entry.unusable:
            line = f"{code}: {name} в адрес не подставляется — назовите переменную иначе, без VEKHA_ и PREFECT_"
            output.screen.print(line, style="yellow", markup=False)
    return None


def control(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="За какой день; без него — за сегодня.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="И за день, который ещё не наступил; без «--on» — часы верны, не ждать.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Работа одного дня без Prefect: открыть точки, отметить просрочку, подготовить письма, составить справки."""
    from tasks.monitoring.rounds.produce import run_rounds  # charts take seconds to import

    engine, at, today = _own_engine(), clock.now(), as_day(on)
    if today is not None:
        _question_day(engine, today, at, is_forced=force)
    report = control_day(engine, today=today, at=at, is_clock_right=force and today is None)
    rounds = run_rounds(engine, today=today, at=at, settings=Settings())
    if as_json:
        output.as_json(facts.counts(report) | {"rounds": facts.counts(rounds)})
    else:
        columns = ("дорожная карта", "день", "открыто", "просрочено впервые", "писем", "поводов", "некому")
        rows = (_day_cells(entry) for entry in report.days)
        output.table("Ежедневный контроль", columns, rows)
    for entry in report.days:
        if entry.remark:
            output.errors.print(f"{entry.code}, {day(entry.on)}: {entry.remark}", style="yellow", markup=False)
    if rounds.outcomes and not as_json:
        notes = ", ".join(f"{one.key.partition('/')[0]} {one.title}" for one in rounds.outcomes)
        output.screen.print(f"Справки мониторинга: {notes}", markup=False)
    if failed := [*report.failed, *rounds.failed]:
        output.fail(f"Контроль не выполнен: {', '.join(failed)}; подробности в журнале", code=1)


def _question_day(engine: Engine, on: date, at: datetime, *, is_forced: bool) -> None:
    """A day that has not come is refused unless it is forced; of a day that is past it is said what is done for it."""
    with open_session(engine) as session:
        zones = [roadmap.zone for roadmap in session.execute(select(Roadmap)).scalars()]
    days = {clock.today(zone, at) for zone in zones or [Settings().zone]}
    if on > min(days) and not is_forced:
        output.fail(
            f"День {day(on)} ещё не наступил, сегодня {day(min(days))}: контроль открыл бы будущие точки, записал "
            "просрочки и разослал письма раньше времени. Посмотреть, не записывая, — vekha rehearse КОД --from … "
            "--to …, учебная копия — vekha load КОД --rehearsal; если день верен, добавьте --force"
        )
    if on < min(days):
        output.errors.print(
            f"День {day(on)} прошёл: будет сделано только то, чего не сделал контроль за более поздние дни; "
            "сделанное остаётся.",
            style="yellow",
        )


def _day_cells(entry: Any) -> tuple[str, ...]:
    on = day(entry.on) if entry.is_working else f"{day(entry.on)}, выходной"
    told = entry.told
    counts = (entry.opened, entry.overdue, told.notices, told.lines, told.undeliverable)
    return (entry.code, on, *(str(count) for count in counts))


def deliver(as_json: Json = False) -> None:
    """Отправить письма, которые ждут в исходящих."""
    report = deliver_letters(_own_engine(), settings=Settings(), at_source=clock.now)
    if as_json:
        return output.as_json(facts.counts(report))
    output.screen.print(
        f"Отправлено {report.sent}, не понадобилось {report.dropped}, "
        f"не удалось и будет повторено {report.failed}, не доставлено окончательно {report.dead}, "
        f"ждёт рабочих часов {report.waiting}"
    )
    return None


def rehearse(
    code: Code,
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Первый день, ГГГГ-ММ-ДД.")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Последний день, ГГГГ-ММ-ДД.")],
    as_json: Json = False,
) -> None:
    """Каждое письмо, которое ушло бы за период, и нагрузка по адресатам; ничего не записывается."""
    engine = ready_engine()
    with open_session(engine) as session:
        known_roadmap(session, code)
    if end < start:
        output.fail(f"Период кончается ({day(end.date())}) раньше, чем начинается ({day(start.date())})")
    report = simulate_letters(engine, code, start=start.date(), end=end.date())
    if as_json:
        load = {"by_official": report.by_official, "by_month": report.by_month, "peak": report.peak}
        return output.as_json(facts.counts(report) | load | {"most_in_a_week": report.most_in_a_week})
    _show_simulation(code, report)
    return None


def _show_simulation(code: str, report: Simulation) -> None:
    letters = (
        (day(letter.on), letter.official, ", ".join(f"{facts.REASON_RU[reason]}: {n}" for reason, n in letter.reasons))
        for letter in report.letters
    )
    output.table(f"{code}: письма за период", ("день", "кому", "о чём"), letters, wide=("кому", "о чём"))
    months = list(next(iter(report.by_month.values()), {}))
    load = (
        (who, str(n), *(str(report.by_month[who][month]) for month in months), str(report.most_in_a_week[who]))
        for who, n in report.by_official.items()
    )
    columns = ("кому", "писем", *(f"{month[5:]}.{month[:4]}" for month in months), "больше всего за неделю")
    output.table("Нагрузка по адресатам", columns, load, wide=("кому",))
    if report.peak:
        output.screen.print(f"Больше всего писем — {day(report.peak[0])}: {report.peak[1]}")
    if report.undeliverable:
        output.screen.print(f"Некому писать: поводов {report.undeliverable}; впишите contacts.yaml", style="yellow")


def sync(
    resume: Annotated[bool, typer.Option("--resume", help="Включить всё, что приостановлено в Prefect.")] = False,
    wait: Annotated[
        int,
        typer.Option(
            "--wait", metavar="СЕКУНД", min=0, max=3600, help="Сколько ждать сервер Prefect, если он запускается."
        ),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Сверить Prefect с базой: создать, обновить и закрыть развёртывания и запуски; сказать, что в нём стоит."""
    from deployments.sync import sync as sync_prefect  # Prefect takes seconds to import
    from tasks.prefect.health import keep_watch, resume_everything

    engine, settings = _own_engine(), Settings()
    _await_server(settings, seconds=wait)
    with output.progress("Сверка с Prefect") as advance:
        report = sync_prefect(engine, settings=settings, at=clock.now(), progress=advance)
    switched_on = asyncio.run(resume_everything(settings)) if resume else 0
    standing = asyncio.run(keep_watch(engine, settings, at=clock.now()))
    if as_json:
        return output.as_json(facts.counts(report) | {"switched_on": switched_on, "standing": standing})
    output.screen.print(report.summary())
    if resume:
        output.screen.print(f"Снова включено: {switched_on}")
    for words in standing.values():
        output.screen.print(f"Тревога: {words}", style="red", markup=False)
    return None


def _await_server(settings: Settings, *, seconds: int) -> None:
    """Until the Prefect server answers, or so long; what then goes without it says itself that it is away."""
    from deployments.serve.prefect import answers
    from tasks.prefect.names import api_url

    until = time.monotonic() + seconds
    with output.step("Ждём сервер Prefect") if seconds else nullcontext():
        while time.monotonic() < until and not answers(f"{api_url(settings)}/health"):
            time.sleep(0.5)
