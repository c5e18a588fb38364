"""``vekha measures``: the form of a round written, filled ones taken back, what was answered, a correction."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlmodel import Session, col

from deployments.cli import facts, output
from deployments.cli.control import Actor
from deployments.cli.roadmap.look import Code, Json, known_roadmap
from models import Body, IndicatorValue, Round, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.lifecycle.transitions import Refused
from roadmap.catalogue.file import NotTaken, read_file
from roadmap.language import counted
from roadmap.monitoring.indicators.submission import Fields, answer_words, counted_indicators, read_answer
from tasks.files.errors import DocumentRefused
from tasks.files.spreadsheets import LARGEST
from tasks.monitoring.submissions.progress import Answered, Progress, answered, progress
from tasks.monitoring.submissions.record import record, settle_data
from tasks.monitoring.submissions.rows import given_of, indicators_of, period_of, the_round
from tasks.monitoring.submissions.workbooks import (
    FormRefused,
    Source,
    Taken,
    form_name,
    form_of,
    take_forms,
    write_form,
)

ACTIONS = ("show", "template", "import", "correct")
SHOWN = 40
SOURCE_RU = {"form": "форма", "xlsx": "файл", "points": "контрольная точка", "hand": "координатор"}

Action = Annotated[
    str,
    typer.Argument(
        metavar="[show|template|import|correct]",
        help="show — что передано (так и без слова), template — записать форму .xlsx, import — принять заполненные, "
        "correct — исправить одно значение.",
    ),
]
Files = Annotated[list[Path] | None, typer.Argument(metavar="ФАЙЛ…", help="Заполненные формы .xlsx.")]
PeriodOf = Annotated[
    str | None, typer.Option("--period", metavar="2026-Q3", help="Раунд; без ключа — тот, что собирает данные сейчас.")
]
BodyCode = Annotated[str | None, typer.Option("--body", metavar="КОД", help="Один орган; без ключа — все.")]
Target = Annotated[Path | None, typer.Option("-o", "--output", metavar="ФАЙЛ.xlsx", help="Куда записать форму.")]
Partly = Annotated[bool, typer.Option("--partly", help="Принять верное, остальное перечислить и оставить.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Только проверить и показать; ничего не записать.")]
Number = Annotated[str | None, typer.Option(metavar="ЧИСЛО", help="Без чисел: данных нет, причина — в --reason.")]


class _DryRun(Exception):
    """Ends a unit of work that must not be kept."""


def measures(
    code: Code,
    action: Action = "show",
    files: Files = None,
    body: BodyCode = None,
    target: Target = None,
    period: PeriodOf = None,
    partly: Partly = False,
    dry_run: DryRun = False,
    indicator: Annotated[str | None, typer.Option("--indicator", metavar="КОД", help="Показатель.")] = None,
    numerator: Number = None,
    denominator: Number = None,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Почему исправляется или почему данных нет.")] = "",
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Данные раунда мониторинга: форма .xlsx для органов, приём заполненных, просмотр, исправление с причиной."""
    if action not in ACTIONS:
        output.fail(f"«{action}»: нужно одно из {', '.join(ACTIONS)}, например: vekha measures КОД import форма.xlsx")
    if (action == "import") != bool(files):
        output.fail("Укажите файлы: import ФАЙЛ…" if not files else "Файлы принимает слово import: import ФАЙЛ…")
    if action == "import":
        return _import(code, files or [], period, by, partly=partly, dry_run=dry_run, as_json=as_json)
    if action == "correct":
        typed = {"numerator": numerator, "denominator": denominator, "reason": reason}
        return _correct(code, period, body, indicator, typed, by=by, dry_run=dry_run, as_json=as_json)
    with open_session(ready_engine()) as session:
        known_roadmap(session, code)
        round_ = the_round(session, code, period)
        if action == "template":
            return _write(session, round_, body, target, as_json=as_json)
        if body is None:
            return _show_all(round_, progress(session, round_), as_json=as_json)
        one = _body(session, code, body)
        return _show_body(round_, one, answered(session, round_, one.id or 0), as_json=as_json)


def _write(session: Session, round_: Round, body: str | None, target: Path | None, *, as_json: bool) -> None:
    one = _body(session, round_.roadmap_code, body) if body else None
    path = target or Path(form_name(round_, one))
    if path.suffix.lower() != ".xlsx":
        output.fail(f"{path.name}: форма записывается как .xlsx — поправьте имя файла")
    form = form_of(session, round_, body=body)
    write_form(form, path)
    if as_json:
        return output.as_json({"round": period_of(round_).written, "file": str(path), "rows": len(form.rows)})
    rows = counted(len(form.rows), "строка", "строки", "строк")
    output.screen.print(f"Форма за {period_of(round_).title} записана: {path}, {rows}", markup=False)
    return None


def _import(
    code: str, files: list[Path], period: str | None, by: str, *, partly: bool, dry_run: bool, as_json: bool
) -> None:
    contents = [(path.name, _content(path)) for path in files]
    done, at = Taken(), clock.now()
    try:
        with open_session(ready_engine()) as session:
            today = facts.today_of(known_roadmap(session, code), at)
            round_ = the_round(session, code, period) if period else None
            source = Source(actor=f"{by} (форма)", at=at, today=today, round_=round_)
            done = take_forms(session, code, contents, source=source, partly=partly)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    except FormRefused as refused:
        _say_faults(code, refused, as_json=as_json)
    left = [{"file": one.file, "cell": one.cell, "words": one.words} for one in done.left_out]
    counts = {"bodies": len(done.bodies), "new": done.new, "known": done.known, "settled": done.settled}
    if as_json:
        return output.as_json({"roadmap": code, "dry_run": dry_run, "rounds": done.rounds, **counts, "left_out": left})
    would = "Было бы принято" if dry_run else "Принято"
    output.screen.print(
        f"{would}: органов {len(done.bodies)}, новых значений {done.new}, известно раньше {done.known}, "
        f"данные сданы полностью: {done.settled}"
    )
    for fault in done.left_out[:SHOWN]:
        output.errors.print(f"Не принято: {fault.line}", markup=False)
    return None


def _say_faults(code: str, refused: FormRefused, *, as_json: bool) -> None:
    faults = refused.problems
    if as_json:
        listed = [{"file": one.file, "cell": one.cell, "words": one.words} for one in faults]
        output.as_json({"roadmap": code, "problems": listed})
    else:
        for fault in faults[:SHOWN]:
            output.errors.print(fault.line, markup=False)
        if len(faults) > SHOWN:
            output.errors.print(f"…и ещё {len(faults) - SHOWN}; все — с ключом --json")
    wrong = counted(len(faults), "ошибка", "ошибки", "ошибок")
    output.fail(f"{wrong}, ничего не записано; принять верное, оставив остальное: --partly")


def _correct(
    code: str,
    period: str | None,
    body: str | None,
    indicator: str | None,
    typed: dict[str, str | None],
    *,
    by: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    if not body or not indicator or not (typed["reason"] or "").strip():
        output.fail("Назовите орган, показатель и причину: correct --body КОД --indicator КОД --numerator N --reason …")
    at = clock.now()
    try:
        with open_session(ready_engine()) as session:
            today = facts.today_of(known_roadmap(session, code), at)
            round_ = the_round(session, code, period)
            one = _body(session, code, body)
            name = one.short
            asked = {each.code: each for each in indicators_of(round_)}
            if indicator not in asked:
                raise Refused(f"Показателя «{indicator}» в раунде нет; есть: {', '.join(asked)}")
            fields = Fields(
                numerator=typed["numerator"],
                denominator=typed["denominator"],
                reason=typed["reason"],
                places={name: f"--{name}" for name in typed},
            )
            given, problems = read_answer(asked[indicator], fields)
            if given is None:
                raise Refused(problems[0].line)
            assert round_.id is not None
            new = record(session, round_.id, one.id or 0, [given], actor=by, source="hand", at=at)
            settled = settle_data(session, round_.id, at=at, today=today, bodies=[one.id or 0])
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    assert given is not None
    words = answer_words(asked[indicator], given)
    if as_json:
        return output.as_json(
            {"body": body, "indicator": indicator, "new": new, "settled": settled, "value": words, "dry_run": dry_run}
        )
    said = "Было бы записано" if dry_run and new else "Записано" if new else "Без изменений"
    output.screen.print(f"{said}: {name}, {indicator}: {words}", markup=False)
    return None


def _show_all(round_: Round, rows: list[Progress], *, as_json: bool) -> None:
    complete = sum(not one.left for one in rows)
    if as_json:
        return output.as_json(_round(round_) | {"bodies": [_progress(one) for one in rows], "complete": complete})
    cells = ((one.name, one.code, *map(str, (one.asked, one.given, one.no_data, one.left))) for one in rows)
    title = f"Данные за {period_of(round_).title}: передали {complete} из {len(rows)}, срок {round_.due_on:%d.%m.%Y}"
    columns = ("Орган", "Код", "Запрошено", "Передано", "Нет данных", "Осталось")
    output.table(title, columns, cells, wide=("Орган",))
    return None


def _show_body(round_: Round, body: Body, rows: list[Answered], *, as_json: bool) -> None:
    if as_json:
        return output.as_json(_round(round_) | {"body": body.code, "indicators": [_answered(one) for one in rows]})
    columns = ("№", "Показатель", "Значение", "Откуда", "Кто", "Раньше")
    left = sum(one.now is None and not one.proof for one in rows)
    title = f"{body.short}, {period_of(round_).title}: {counted_indicators(len(rows))}, осталось {left}"
    output.table(title, columns, map(_cells, rows), wide=("Показатель", "Значение", "Раньше"))
    return None


def _cells(one: Answered) -> tuple[str, ...]:
    title = f"{one.indicator.code}: {one.indicator.title}"
    if one.now is None:
        return str(one.number), title, "подтверждено" if one.proof else "не передано", one.proof or "—", "—", "—"
    late = ", получено после справки" if one.now.id in one.after_note else ""
    words = f"{answer_words(one.indicator, given_of(one.now))}{late}"
    older = "; ".join(f"{answer_words(one.indicator, given_of(row))} ({row.actor})" for row in one.older)
    why = f" — {one.now.reason}" if one.older and one.now.reason else ""
    source = ", ".join(filter(None, (SOURCE_RU[one.now.source], one.now.place)))
    return str(one.number), title, words, source, one.now.actor, f"{older}{why}" if older else "—"


def _round(round_: Round) -> dict[str, Any]:
    days = {"opens_on": round_.opens_on, "due_on": round_.due_on, "note_on": round_.note_on}
    return {"roadmap": round_.roadmap_code, "round": period_of(round_).written} | days


def _progress(one: Progress) -> dict[str, Any]:
    status = one.point.status if one.point else None
    counts = {"asked": one.asked, "given": one.given, "no_data": one.no_data, "left": one.left}
    return {"body": one.code, "name": one.name, **counts, "status": status}


def _answered(one: Answered) -> dict[str, Any]:
    rows = [_row(one, row) for row in (*((one.now,) if one.now else ()), *one.older)]
    return {"indicator": one.indicator.code, "proven_by": one.proof or None, "values": rows}


def _row(one: Answered, row: IndicatorValue) -> dict[str, Any]:
    numbers = {"numerator": row.numerator, "denominator": row.denominator, "reason": row.reason}
    said = {"source": row.source, "place": row.place, "actor": row.actor, "recorded_at": row.recorded_at}
    return numbers | said | {"after_note": row.id in one.after_note}


def _content(path: Path) -> bytes:
    try:
        too_large = f"файл больше {LARGEST // 2**20} МБ — пришлите саму форму, без вложений"
        return read_file(path, most=LARGEST, too_large=too_large)
    except NotTaken as error:
        raise DocumentRefused(f"{path.name}: {error}") from error
    except OSError as error:
        raise DocumentRefused(f"{path.name}: файл не читается ({error.strerror}) — проверьте путь {path}") from error


def _body(session: Session, code: str, body: str) -> Body:
    same = (col(Body.roadmap_code) == code, col(Body.code) == body)
    found: Body | None = session.execute(select(Body).where(*same)).scalar_one_or_none()
    if found is None:
        raise Refused(f"Органа «{body}» в «{code}» нет; коды: vekha measures {code} show")
    return found
