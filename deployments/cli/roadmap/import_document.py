"""The command that reads an order: what was found, every row accounted for, a draft with questions."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from deployments.cli import output
from deployments.cli.roadmap import ask
from deployments.cli.roadmap.look import Json
from deployments.cli.roadmap.show_import import show, show_wrong
from deployments.cli.whole_file import write_whole
from roadmap.catalogue.answers import Answer, AnswersError, read_answers
from roadmap.catalogue.contacts import filled_in
from roadmap.catalogue.file import NotTaken, read_text
from roadmap.catalogue.yaml import UnreadableYaml, read_yaml
from roadmap.documents.contacts_draft import contacts_draft
from roadmap.documents.contradictions import contradictions
from roadmap.documents.draft import draft
from roadmap.documents.importer import find
from roadmap.documents.interview import Interview
from roadmap.documents.neutral import Document, together
from roadmap.documents.questions import Answers
from roadmap.documents.review_form import review_of
from tasks.documents.reader import read_document


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="ФАЙЛ…", help="Приказ: .docx, .xlsx, .pdf, .html, .txt, .doc, .odt, .zip…")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="ЧЕРНОВИК", help="Куда записать черновик.")
    ] = None,
    answers: Annotated[Path | None, typer.Option("--answers", metavar="ОТВЕТЫ", help="Файл answers.yaml.")] = None,
    asks: Annotated[
        bool, typer.Option("--ask", help="Спросить обо всём в терминале; ответы — в answers.yaml рядом с черновиком.")
    ] = False,
    contacts: Annotated[
        Path | None,
        typer.Option("--contacts", metavar="КОНТАКТЫ", help="Куда записать бланк contacts.yaml; без него — рядом."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Заменить черновик, если он есть.")] = False,
    as_json: Json = False,
) -> None:
    """Прочитать приказ: мероприятия, поручения, показатели, учёт каждой строки и черновик каталога.

    Чего документ не говорит, остаётся вопросом. «--ask» спросит обо всём по порядку; или впишите ответы в файл:

    \b
    answers:
    - {about: term, words: к лету, answer: до 1 июня 2027 г.}
    - {about: column, words: Дела, answer: мероприятие}
    - {about: period, words: period, answer: 01.01.2027 – 31.12.2027}

    \b
    about — слово в скобках из вопроса;
    words — слова вопроса в «ёлочках»;
    answer — решение; числа и даты без слов — в кавычках.

    Дать их: vekha import ПРИКАЗ -o ЧЕРНОВИК --answers answers.yaml
    """
    if asks:
        _may_ask(out, as_json=as_json)
    if out is not None:
        _may_write(out, files, force=force)
    if contacts is not None:
        _may_write(contacts, files, force=False)
    document = together(read_document(path) for path in files)
    if asks and out is not None:
        keep = answers or out.with_name("answers.yaml")
        given = _asked(document, keep, files)
    else:
        given = Answers(_answers(answers) if answers else ())
    found = find(document, given)
    addressed = None
    if out is not None:
        write_whole(out, draft(found))
        addressed = contacts or out.with_name("contacts.yaml")
        if contacts is not None or _is_blank(addressed):
            write_whole(addressed, contacts_draft(found))
    wrong = contradictions(found)
    if as_json:
        findings = [asdict(finding) for finding in wrong or ()]
        return output.as_json(found.to_json() | {"findings": findings, "blocks": review_of(found, document)})
    show(found, out, addressed)
    return show_wrong(wrong)


def _is_blank(contacts: Path) -> bool:
    """Whether the file is not there, or nobody has filled anything in: then the next blank may take its place."""
    if not contacts.exists():
        return True
    try:
        data = read_yaml(read_text(contacts))
    except (OSError, UnicodeDecodeError, NotTaken, UnreadableYaml):
        return False
    return isinstance(data, dict) and bool(data) and not filled_in(data)


def _asked(document: Document, keep: Path, files: list[Path]) -> Answers:
    """The answers that a person gives now, with those kept before; ends the command where he goes on later."""
    if any(keep.exists() and file.exists() and keep.samefile(file) for file in files):
        output.fail(f"{keep}: это сам документ — выберите для ответов другое имя")
    before = _answers(keep) if keep.exists() else []
    interview = Interview.of(lambda given: find(document, given), before)
    if not ask.ask_all(interview, keep):
        left = f"осталось вопросов: {interview.left}" if interview.left else "вопросов больше нет"
        kept = f"Ответы сохранены: {keep}" if interview.answers else "Ответов пока нет"
        output.screen.print(f"{kept}; {left}. Продолжить: та же команда.", markup=False, soft_wrap=True)
        raise typer.Exit
    return Answers(interview.answers)


def _may_ask(out: Path | None, *, as_json: bool) -> None:
    if as_json:
        output.fail("--ask спрашивает человека, --json отвечает программе: оставьте одно из двух")
    if out is None:
        output.fail("--ask составляет черновик: укажите, куда его записать, например -o draft.yaml")
    if not ask.is_terminal():
        output.fail("--ask спрашивает в терминале, а здесь его нет: впишите ответы в answers.yaml и дайте --answers")


def _answers(path: Path) -> list[Answer]:
    try:
        return read_answers(read_text(path), path.name)
    except FileNotFoundError:
        output.fail(f"{path.name}: файла нет — проверьте путь {path}")
    except (OSError, UnicodeDecodeError):
        output.fail(f"{path.name}: файл не читается — нужен YAML в UTF-8")
    except NotTaken as problem:
        output.fail(f"{path.name}: {problem}")
    except AnswersError as problem:
        output.fail(str(problem))


def _may_write(out: Path, files: list[Path], *, force: bool) -> None:
    """Refused before anything is read: a draft that a person has worked on, and the order itself."""
    try:
        there, the_order = out.exists(), any(out.exists() and out.samefile(file) for file in files if file.exists())
    except OSError:
        output.fail(f"{out}: сюда не записать — проверьте путь и права")
    if out.is_dir():
        output.fail(f"{out}: это папка — укажите имя файла, например {out / 'draft.yaml'}")
    if the_order:
        output.fail(f"{out}: это сам документ — выберите для черновика другое имя")
    if there and not force:
        output.fail(f"{out}: файл уже есть — выберите другое имя или укажите --force")
