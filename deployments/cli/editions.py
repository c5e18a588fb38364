"""Commands for editions of a roadmap: amend, next-edition."""

import re
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from deployments.cli import edition_view, output
from deployments.cli.look import Code, Json, known_roadmap
from models import Roadmap, clock
from models.db import session
from models.migrate import ready_engine
from models.settings import Settings
from roadmap.catalogue.loading import CatalogueError, built_in, load_catalogue
from roadmap.catalogue.schema import Catalogue
from roadmap.catalogue.yaml_reading import UnreadableYaml, read_yaml
from roadmap.edition_drafts import MARK
from roadmap.messages.words import plural
from roadmap.next_edition import next_edition as derive
from tasks.amend_roadmap import Amendment, AmendRefused, loaded_edition, preview
from tasks.amend_roadmap import amend as put_on_control


def amend(
    code: Code,
    draft: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Каталог новой редакции, .yaml.")],
    apply: Annotated[bool, typer.Option("--apply", help="Применить; без него — только показать.")] = False,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", help='Ответы на вопросы, .yaml: "прежний код": "новый код" или dropped.'),
    ] = None,
    keep_control: Annotated[
        bool,
        typer.Option(
            "--keep-control",
            help="Вид, ритм, разбивку по органам и контроль взять из прежней редакции.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Сравнить новую редакцию с той, что на контроле, и с --apply поставить её на контроль."""
    new = load_catalogue(draft, unsettled=not apply)
    answered = _answers(answers) if answers else {}
    with session(ready_engine()) as work:
        today, days = clock.today(known_roadmap(work, code).zone), Settings().window_days
        asked: dict[str, Any] = {"answers": answered, "keep_control": keep_control, "window_days": days}
        if apply:
            done = put_on_control(work, code, new, today=today, at=clock.now(), **asked)
        else:
            done = preview(work, code, new, today=today, **asked)
    is_applied = apply and done.is_new
    if as_json:
        return output.as_json(edition_view.to_json(done, applied=is_applied))
    return _show(done, is_applied=is_applied)


def _show(done: Amendment, *, is_applied: bool) -> None:
    if not done.is_new:
        output.screen.print(f"{done.roadmap_code}: эта редакция уже на контроле, изменений нет", markup=False)
        return
    for line in edition_view.lines(done):
        output.screen.print(line, soft_wrap=True)
    asked = len(done.plan.questions)
    if is_applied:
        output.screen.print("Применено. Запуски Prefect обновятся при сверке: vekha sync", style="bold")
    elif asked:
        words = plural(asked, "вопрос", "вопроса", "вопросов")
        output.screen.print(f"Открыто {asked} {words}: ответьте в файле --answers", style="magenta bold")
    else:
        output.screen.print("Ничего не записано; применить: --apply", style="bold")


def _answers(path: Path) -> dict[str, str]:
    try:
        found = read_yaml(path.read_text(encoding="utf-8-sig")) or {}
    except (OSError, UnicodeDecodeError) as unread:
        raise AmendRefused(
            f"{path.name}: файл ответов не читается — проверьте путь {path} и кодировку UTF-8"
        ) from unread
    except UnreadableYaml as broken:
        raise AmendRefused(f"{path.name}: {broken}") from broken
    if not isinstance(found, dict):
        raise AmendRefused(f'{path.name}: нужны строки вида "прежний код": "новый код" или dropped')
    for old, new in found.items():
        if not isinstance(old, str) or not isinstance(new, str):
            raise AmendRefused(f'{path.name}: код — строка; возьмите в кавычки: "{old}": "{new}"')
    return found


def next_edition(
    code: Code,
    years: Annotated[str, typer.Option("--years", metavar="ГОДЫ", help="Годы новой карты: 2027-2029 или 2027.")],
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Куда записать; без него — на экран.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Заменить файл, если он есть.")] = False,
) -> None:
    """Проект следующей дорожной карты по прежней: сроки сдвинуты, сомнительное — вопросами."""
    first, last = _years(years)
    if out is not None and out.exists() and not force:
        output.fail(f"{out}: файл уже есть — выберите другое имя или укажите --force")
    with session(ready_engine()) as work:
        old = _known(work, code)
    made = derive(old, first=first, last=last)
    if out is None:
        sys.stdout.write(made.to_yaml())
        return
    _write(out, made.to_yaml())
    asked = f"{made.asked} {plural(made.asked, 'вопрос', 'вопроса', 'вопросов')}"
    output.screen.print(f"{out}: проект «{made.catalogue.code}», {asked} в строках «{MARK.strip()}»", markup=False)


def _years(words: str) -> tuple[int, int]:
    found = re.fullmatch(r"(20\d\d)(?:\s*[-–—]\s*(20\d\d))?", words.strip())
    if found is None:
        output.fail(f"--years «{words}»: напишите годы, например 2027-2029")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        output.fail(f"--years «{words}»: годы идут назад — поставьте меньший первым")
    return first, last


def _known(work: Session, code: str) -> Catalogue:
    """The edition on control, else the built-in system."""
    if work.get(Roadmap, code) is not None:
        return loaded_edition(work, code)[0]
    try:
        return built_in(code)
    except CatalogueError:
        known_roadmap(work, code)
        raise


def _write(out: Path, text: str) -> None:
    """All of the file or nothing of it."""
    beside = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=out.parent, prefix=f".{out.name}.", delete=False
        ) as file:
            beside = Path(file.name)
            file.write(text)
        beside.chmod(0o644)
        beside.replace(out)
    except OSError as refused:
        if beside is not None:
            beside.unlink(missing_ok=True)
        output.fail(f"{out}: записать не удалось ({refused.strerror}) — выберите другую папку")
