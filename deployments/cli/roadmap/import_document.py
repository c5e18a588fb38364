"""The command that reads an order: what was found, every row accounted for, a draft with questions."""

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli import output
from deployments.cli.roadmap.look import Json
from roadmap.catalogue.answers import AnswersError, read_answers
from roadmap.catalogue.file import NotTaken, read_text
from roadmap.documents.contradictions import contradictions
from roadmap.documents.draft import draft
from roadmap.documents.importer import Found, find
from roadmap.documents.neutral import together
from roadmap.documents.questions import Answers
from roadmap.review.check import Finding
from roadmap.review.words import SEVERITY_RU
from tasks.documents.reader import read_document

PARAGRAPH_RU = {
    "item": "поручения и обязанности",
    "indicator": "показатели",
    "definition": "определения",
    "continuation": "продолжения",
    "heading": "заголовки",
    "statement": "положения без обязанностей",
    "question": "вопросы",
}
CLASS_RU = {
    "item": "мероприятия",
    "indicator": "показатели",
    "continuation": "продолжения",
    "heading": "заголовки",
    "header": "шапки",
    "question": "вопросы",
}


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="ФАЙЛ…", help="Приказ: .docx, .xlsx, .pdf, .html, .txt, .doc, .odt, .zip…")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="ЧЕРНОВИК", help="Куда записать черновик.")
    ] = None,
    answers: Annotated[Path | None, typer.Option("--answers", metavar="ОТВЕТЫ", help="Файл answers.yaml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Заменить черновик, если он есть.")] = False,
    as_json: Json = False,
) -> None:
    """Прочитать приказ: мероприятия, поручения, показатели, учёт каждой строки и черновик каталога."""
    if out is not None:
        _may_write(out, files, force=force)
    found = find(together(read_document(path) for path in files), _answers(answers))
    if out is not None:
        _write(out, draft(found))
    wrong = contradictions(found)
    if as_json:
        return output.as_json(found.to_json() | {"findings": [asdict(finding) for finding in wrong or ()]})
    _show(found, out)
    return _show_wrong(wrong)


def _answers(path: Path | None) -> Answers:
    if path is None:
        return Answers()
    try:
        return Answers(read_answers(read_text(path), path.name))
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


def _write(path: Path, text: str) -> None:
    """The whole file or nothing: a reader never meets half a draft."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError:
        output.fail(f"{path}: сюда не записать — проверьте, что папка есть и доступна")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        output.fail(f"{path}: сюда не записать — проверьте путь и свободное место")


def _show_wrong(wrong: list[Finding] | None) -> None:
    """What is wrong in the document itself; the load by month is left to «vekha check»."""
    if wrong is None:
        return output.screen.print("Противоречия не проверены: в черновике не хватает нужного, см. вопросы.")
    shown = [finding for finding in wrong if finding.kind != "load"]
    for finding in shown:
        words = f"{SEVERITY_RU[finding.severity].upper()} {finding.place}: {finding.words}"
        output.screen.print(words, markup=False, style="yellow")
    peaks = len(wrong) - len(shown)
    more = f"; пики нагрузки: {peaks}, см. vekha check" if peaks else ""
    return output.screen.print(f"Замечаний к документу: {len(shown)}{more}")


def _show(found: Found, out: Path | None) -> None:
    say = output.screen.print
    act = found.act
    on = f" от {act.on:%d.%m.%Y}" if act.on else ""
    number = f" № {act.number}" if act.number else ""
    say(f"{act.kind or 'Акт'}{on}{number}, {act.authority or 'орган не назван'}", markup=False)
    start, end, ground = found.period
    say(f"Период: {start:%d.%m.%Y} – {end:%d.%m.%Y} ({ground})", markup=False)
    origins = [entry.origin for entry in found.items]
    say(
        f"Мероприятий в таблицах: {origins.count('table')}, поручений: {origins.count('directive')}, "
        f"обязанностей: {origins.count('duty')}, показателей: {len(found.indicators)}"
    )
    counted: list[Any] = [f"{words} {found.counts[name]}" for name, words in CLASS_RU.items()]  # type: ignore[index]
    say(f"Строк таблиц: {found.rows} = {' + '.join(counted)}")
    counted = [f"{words} {found.texts[name]}" for name, words in PARAGRAPH_RU.items()]  # type: ignore[index]
    say(f"Абзацев текста: {sum(found.texts.values())} = {' + '.join(counted)}")
    questions = found.all_questions()
    for question in questions:
        say(f"ВОПРОС {question.line}", markup=False)
    say(f"Вопросов: {len(questions)}" if questions else "Вопросов нет.")
    say(f"Черновик: {out}" if out else "Черновик не записан: добавьте -o draft.yaml", markup=False)
