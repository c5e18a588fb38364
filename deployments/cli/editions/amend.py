"""Commands for editions of a roadmap: amend, next-edition."""

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine
from sqlmodel import Session

from deployments.cli import facts, output
from deployments.cli.editions import show_plan
from deployments.cli.roadmap.look import Code, Json, known_roadmap
from models import Roadmap, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.catalogue.answers import AnswersError, read_answers
from roadmap.catalogue.draft_yaml import MARK
from roadmap.catalogue.file import NotTaken, read_text
from roadmap.catalogue.loading import CatalogueError, built_in, built_in_codes, load_catalogue
from roadmap.catalogue.schema import Catalogue
from roadmap.editions.answers import by_code
from roadmap.editions.keep_reviewed import is_read_from_document
from roadmap.editions.next import next_edition as derive
from roadmap.language import counted, plural
from tasks.editions.amend import Amendment, AmendRefused, Choices, loaded_edition, preview
from tasks.editions.amend import amend as put_on_control


def amend(
    code: Code,
    draft: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Каталог новой редакции, .yaml, или код встроенной.")],
    apply: Annotated[bool, typer.Option("--apply", help="Применить; без него — только показать.")] = False,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="ОТВЕТЫ", help="Файл answers.yaml; готовые строки показывает сравнение."),
    ] = None,
    as_drafted: Annotated[
        list[str] | None,
        typer.Option(
            "--as-drafted",
            metavar="ПУНКТ",
            help="Исполнителя и порядок контроля этого пункта взять из проекта; можно повторять.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Сравнить новую редакцию с той, что на контроле, и с --apply поставить её на контроль.

    Чего в проекте нет (вид, ритм, разбивка по органам, контроль), остаётся как прежде. Код встроенной дорожной карты
    вместо файла берёт её каталог таким, каким он пришёл с этим выпуском программы.
    """
    new, is_read = _edition(draft, unsettled=not apply)
    engine, at, days = ready_engine(), clock.now(), Settings().window_days
    with open_session(engine) as session:
        today = clock.today(known_roadmap(session, code).zone, at)
        answered = _answers(answers, loaded_edition(session, code)[0], new) if answers else {}
        choices = Choices(answers=answered, is_read=is_read, as_drafted=tuple(as_drafted or ()))
        if apply:
            done = put_on_control(session, code, new, today=today, at=at, choices=choices, window_days=days)
        else:
            done = preview(session, code, new, today=today, choices=choices, window_days=days)
    if not as_json:
        _show(done, is_applied=apply and done.is_new)
    # Asked again when nothing is new: a command that was killed after its transaction is finished by the next.
    synced = _sync(engine) if apply else None
    if as_json:
        told = {"prefect": synced.to_json()} if synced else {}
        return output.as_json(show_plan.to_json(done, applied=apply and done.is_new) | told)
    if synced:
        output.screen.print(synced.line, markup=False, soft_wrap=True)
    return None


def _edition(draft: Path, *, unsettled: bool) -> tuple[Catalogue, bool]:
    """The new edition, and whether it was read from a document; a file stands before a built-in of the same name."""
    if str(draft) in built_in_codes() and not draft.exists():
        return built_in(str(draft)), False
    return load_catalogue(draft, unsettled=unsettled), is_read_from_document(read_text(draft))


@dataclass(frozen=True, slots=True)
class _Synced:
    """What became of the Prefect server after an amendment; ``counts`` None: it was out of reach."""

    line: str
    counts: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {"synced": True, **self.counts} if self.counts else {"synced": False, "problem": self.line}


def _sync(engine: Engine) -> _Synced:
    """Bring the server up to date; the database is amended whether or not it answers."""
    import httpx  # with Prefect it takes seconds to import

    from deployments.sync import PrefectUnreachable
    from deployments.sync import sync as sync_prefect

    try:
        with output.progress("Сверка с Prefect") as advance:
            report = sync_prefect(engine, settings=Settings(), at=clock.now(), progress=advance)
    except (PrefectUnreachable, httpx.HTTPError):
        return _Synced("Сервер Prefect сейчас не отвечает: запуски обновит следующий запуск vekha up или vekha sync")
    return _Synced(report.summary(), facts.counts(report))


def _show(done: Amendment, *, is_applied: bool) -> None:
    if not done.is_new:
        output.screen.print(f"{done.roadmap_code}: эта редакция уже на контроле, изменений нет", markup=False)
        return
    for line in show_plan.lines(done):
        output.screen.print(line, soft_wrap=True)
    asked = len(done.plan.questions)
    if is_applied:
        output.screen.print("Применено.", style="bold")
    elif asked:
        words = plural(asked, "вопрос", "вопроса", "вопросов")
        output.screen.print(f"Открыто {asked} {words}: ответьте в файле --answers", style="magenta bold")
    else:
        output.screen.print("Ничего не записано; применить: --apply", style="bold")


def _answers(path: Path, old: Catalogue, new: Catalogue) -> dict[str, str]:
    try:
        text = read_text(path)
    except NotTaken as unread:
        raise AmendRefused(f"{path.name}: {unread}") from unread
    except (OSError, UnicodeDecodeError) as unread:
        raise AmendRefused(
            f"{path.name}: файл ответов не читается — проверьте путь {path} и кодировку UTF-8"
        ) from unread
    try:
        found, unmatched = by_code(read_answers(text, path.name), old, new)
    except AnswersError as refused:
        raise AmendRefused(str(refused)) from refused
    for answer in unmatched:
        line = f"{path.name}: ответ о «{answer.words}» не понадобился — такого пункта на контроле нет"
        output.errors.print(line, style="yellow", markup=False)
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
    with open_session(ready_engine()) as session:
        old = _known(session, code)
    made = derive(old, first=first, last=last)
    if out is None:
        sys.stdout.write(made.to_yaml())
        return
    _write(out, made.to_yaml())
    asked = counted(made.asked, "вопрос", "вопроса", "вопросов")
    line = f"{out}: проект «{made.catalogue.code}», {asked} в строках «{MARK.strip()}»"
    output.screen.print(line, markup=False, soft_wrap=True)


def _years(words: str) -> tuple[int, int]:
    found = re.fullmatch(r"(20\d\d)(?:\s*[-–—]\s*(20\d\d))?", words.strip())
    if found is None:
        output.fail(f"--years «{words}»: напишите годы, например 2027-2029")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        output.fail(f"--years «{words}»: годы идут назад — поставьте меньший первым")
    return first, last


def _known(session: Session, code: str) -> Catalogue:
    """The edition on control, else the built-in system."""
    if session.get(Roadmap, code) is not None:
        return loaded_edition(session, code)[0]
    try:
        return built_in(code)
    except CatalogueError:
        known_roadmap(session, code)
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
