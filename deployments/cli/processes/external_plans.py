"""``vekha plan``: the days of an event that a plan outside the roadmap names («по плану НИКУ»)."""

from datetime import datetime
from typing import Annotated

import typer

from deployments.cli import facts, output
from deployments.cli.control import Actor
from deployments.cli.roadmap.look import Json, known_roadmap
from models import clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.lifecycle.transitions import STATUS_RU
from roadmap.processes.external_plans import PlanRefused
from tasks.processes.external_plans import PlanSet, known_roadmaps, plans, set_plan

app = typer.Typer(help="Сроки по внешнему плану: внести, перенести, посмотреть.", no_args_is_help=True)
Roadmaps = Annotated[
    str | None, typer.Option("--roadmap", metavar="КОД", help="Только эта дорожная карта; без ключа — все, где ждут.")
]


@app.command("set")
def set_(
    name: Annotated[str, typer.Argument(metavar="ПЛАН", help="Название плана из срока: НИКУ.")],
    starts: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Первый день, ГГГГ-ММ-ДД.")],
    ends: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Последний день, ГГГГ-ММ-ДД.")],
    roadmap: Roadmaps = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Только показать, ничего не записывать.")] = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Внести дни по плану; внесённые раньше дни того же события переносятся, исполнители узнают об этом письмом."""
    with open_session(ready_engine()) as session:
        codes = [known_roadmap(session, roadmap).code] if roadmap else list(known_roadmaps(session, name))
        if not codes:
            known = sorted({one.plan for one in plans(session)})
            hint = f"ждут: {', '.join(known)}" if known else "пунктов «по плану …» на контроле нет"
            raise PlanRefused(f"Плана «{name}» не ждёт ни одна дорожная карта; {hint}")
        done, at = [], clock.now()
        for code in codes:
            today = facts.today_of(known_roadmap(session, code), at)
            done.append(set_plan(session, name, starts.date(), ends.date(), code=code, today=today, at=at, actor=by))
        if dry_run:
            session.rollback()
    if as_json:
        return output.as_json({"dry_run": dry_run, "roadmaps": [_json(one) for one in done]})
    for one in done:
        output.screen.print(_line(one, dry_run=dry_run), markup=False)
    if not dry_run and any(one.new or one.moved or one.named for one in done):
        output.screen.print("Запуски Prefect обновятся при ближайшей сверке; сразу: vekha sync")
    return None


@app.command("list")
def list_(roadmap: Roadmaps = None, as_json: Json = False) -> None:
    """Показать, какие пункты ждут плана и какие дни внесены."""
    with open_session(ready_engine()) as session:
        if roadmap:
            known_roadmap(session, roadmap)
        found = plans(session, roadmap)
    if as_json:
        return output.as_json(
            [
                {
                    "roadmap": one.roadmap_code,
                    "item": one.item_code,
                    "plan": one.plan,
                    "key": one.key or None,
                    "status": one.status or None,
                    "due_on": one.due_on,
                    "deadline_on": one.deadline_on,
                    "note": one.note,
                }
                for one in found
            ]
        )
    rows = (
        (
            one.plan,
            f"{one.roadmap_code}/{one.item_code}",
            one.title,
            one.note or "план ещё не внесён",
            STATUS_RU[one.status] if one.status else "—",
        )
        for one in found
    )
    output.table(
        "Сроки по внешним планам",
        ("план", "пункт", "мероприятие", "дни", "состояние"),
        rows,
        wide=("мероприятие", "дни"),
    )
    return None


def _json(one: PlanSet) -> dict[str, object]:
    return {"roadmap": one.roadmap_code, "named": one.named, "new": one.new, "moved": one.moved, "kept": one.kept}


def _line(one: PlanSet, *, dry_run: bool) -> str:
    counts = (
        ("новых сроков", one.new),
        ("перенесено", one.moved),
        ("без изменений", one.kept),
        ("закрыто «внести план»", one.named),
    )
    said = ", ".join(f"{words}: {len(keys)}" for words, keys in counts if keys)
    would = "будет: " if dry_run else ""
    return f"{one.roadmap_code}: {would}{said}" + "".join(f"\n  {key}" for key in (*one.new, *one.moved))
