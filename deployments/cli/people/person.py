"""``vekha person``: what is kept about a person, and blanking it (152-ФЗ)."""

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli import facts, output
from deployments.cli.control import Actor
from deployments.cli.roadmap.look import Json, known_roadmap
from models import Body, Official, Roadmap, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.personal import only
from models.settings import Settings
from roadmap.language import counted, day
from tasks.people.contacts_file import Place, contacts_without
from tasks.people.erasure import Erasure, erase_person, plan_erasure
from tasks.people.lookup import official_of
from tasks.people.personal_data import export_person, people_of, person

app = typer.Typer(
    help="Персональные данные лица: показать всё, что хранится, или удалить имя и адреса.", no_args_is_help=True
)
Whom = Annotated[str, typer.Argument(metavar="КОД|НОМЕР", help="Номер лица (vekha people КОД) или код дорожной карты.")]
Post = Annotated[
    str | None, typer.Argument(metavar="ДОЛЖНОСТЬ", help="После кода дорожной карты: должность или номер.")
]


@app.command("export")
def export(
    whom: Whom,
    post: Post = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="ПАПКА", help="Сложить сюда сведения (JSON) и файлы.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Показать всё, что хранится о лице: имя, адреса, письма, решения, отчёты, файлы; без должности — о всех лицах."""
    settings, engine = Settings(), ready_engine()
    with open_session(engine) as session:
        if whom.isdecimal() or post is not None:
            told: Any = export_person(session, settings, _person(session, whom, post))
            everybody = [told]
        else:
            known_roadmap(session, whom)
            everybody = [export_person(session, settings, one) for one in people_of(session, whom)]
            told = {"roadmap": whom, "people": everybody}
    if to is not None:
        _put(settings, to, everybody)
    if as_json:
        return output.as_json(told)
    for one in everybody:
        _show(one)
    if to is not None:
        output.screen.print(f"Сведения и файлы сложены в папку {to}", markup=False)
    return None


@app.command("erase")
def erase(
    whom: Whom,
    post: Post = None,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Основание; без него не удаляется.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Удалить; без него — показать, что будет, и спросить.")] = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Удалить имя, адреса и файлы лица; в истории остаются номер и должность. Вернуть удалённое нельзя."""
    if not reason.strip():
        output.fail("Укажите основание: заявление, увольнение, истёкший срок (--reason)")
    if not whom.isdecimal() and post is None:
        output.fail(f"Назовите одно лицо: номер или «{whom} ДОЛЖНОСТЬ»; список: vekha people {whom}")
    engine, at, settings = ready_engine(), clock.now(), Settings()
    with open_session(engine) as session:
        official = _person(session, whom, post)
        today = facts.today_of(session.get_one(Roadmap, official.roadmap_code), at)
        body = session.get(Body, official.body_id) if official.body_id else None
        place = Place(
            roadmap=official.roadmap_code, role=official.role, body=body.code if body else None, post=official.post
        )
        known, number = only(official), official.id or 0
        plan = plan_erasure(session, settings, official, today=today)
    is_asked = not as_json and not yes and not plan.is_done
    if is_asked:
        _show_plan(plan, applied=False)
    applies = not plan.is_done and (yes or (is_asked and sys.stdin.isatty() and typer.confirm("Удалить?")))
    is_named = False
    if applies:
        with contacts_without(settings.contacts, place, known) as is_named, open_session(engine) as session:
            plan = erase_person(session, settings, person(session, number), reason=reason, actor=by, today=today, at=at)
    if as_json:
        return output.as_json(asdict(plan) | {"applied": applies, "contacts_rewritten": is_named})
    if applies or plan.is_done:
        _show_plan(plan, applied=applies)
    else:
        output.screen.print("Ничего не изменено. Чтобы удалить, повторите с --yes.", markup=False)
    return None


def _person(session: Any, whom: str, post: str | None) -> Official:
    if post is None:
        return person(session, int(whom))
    known_roadmap(session, whom)
    return person(session, int(post)) if post.isdecimal() else official_of(session, whom, post)


def _put(settings: Settings, folder: Path, everybody: list[dict[str, Any]]) -> None:
    """A JSON file a person, and copies of the files under their places in the data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in everybody:
        text = json.dumps(one, ensure_ascii=False, indent=2, default=lambda other: other.isoformat())
        (folder / f"person-{one['number']}.json").write_text(text + "\n", encoding="utf-8")
        for file in one["files"]:
            source, target = settings.data / file["path"], folder / file["path"]
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


def _show(one: dict[str, Any]) -> None:
    gone = f"имя и адреса удалены {day(one['erased_at'].date())}" if one["erased_at"] else "имя не указано"
    addresses = ", ".join(f"{way['kind']} {way['address']}" for way in one["addresses"] if way["address"])
    counts = (
        ("письма", one["letters"]),
        ("просьбы", one["requests"]),
        ("события в истории", one["history"]),
        ("подтверждения", one["evidence"]),
        ("значения показателей", one["values"]),
        ("отсутствия", one["absences"]),
        ("записи журнала", one["audit"]),
    )
    rows = [("имя", one["name"] or gone), ("адреса", addresses or "нет"), ("телефон", one["phone"] or "нет")]
    rows += [(title, str(len(kept))) for title, kept in counts]
    rows += [("файл", file["path"]) for file in one["files"]]
    output.table(f"№ {one['number']}, {one['post']}", ("что", "хранится"), rows, wide=("хранится",))


def _show_plan(plan: Erasure, *, applied: bool) -> None:
    head = f"№ {plan.number}, {plan.post}"
    if plan.is_done:
        return output.screen.print(f"{head}: имя и адреса уже удалены, делать нечего", markup=False)
    passes = plan.passes_to or "некому: координатор получит вопрос"
    rows = [
        ("адреса", str(plan.addresses)),
        ("неотправленные письма снимаются", str(plan.letters)),
        ("записи об отсутствии прекращаются", str(plan.absences)),
    ]
    rows += [("точки на контроле", str(plan.points)), ("переходят к", passes)] if plan.points else []
    rows += [("письмо в папке", path) for path in plan.mailbox]
    rows += [("файл подтверждения", name) for name in plan.evidence]
    rows += [("остаются: документы органа без имени", counted(plan.kept, "файл", "файла", "файлов"))]
    output.table(f"{head}: {'удалено' if applied else 'будет удалено'}", ("что", "сколько"), rows, wide=("сколько",))
    if plan.same:
        numbers = ", ".join(f"№ {number}" for number in plan.same)
        output.errors.print(f"То же имя или адрес есть и у других записей: {numbers}", style="yellow", markup=False)
    return None
