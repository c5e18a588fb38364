"""The command that reads an order: what was found, every row accounted for, a draft with questions."""

import os
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli import output
from deployments.cli.look import Json
from roadmap.catalogue.yaml_reading import UnreadableYaml, read_yaml
from roadmap.documents.draft import draft
from roadmap.documents.found import Found, find
from roadmap.documents.neutral import together
from roadmap.documents.questions import Answers, AnswersError
from tasks.read_document import read_document

CLASS_RU = {
    "item": "мероприятия и показатели",
    "continuation": "продолжения",
    "heading": "заголовки",
    "header": "шапки",
    "question": "вопросы",
}


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="ФАЙЛ…", help="Приказ: .docx, .pdf, .html или .txt.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="ЧЕРНОВИК", help="Куда записать черновик.")
    ] = None,
    answers: Annotated[Path | None, typer.Option("--answers", metavar="ОТВЕТЫ", help="Файл answers.yaml.")] = None,
    as_json: Json = False,
) -> None:
    """Прочитать приказ: мероприятия, поручения, показатели, учёт каждой строки и черновик каталога."""
    found = find(together(read_document(path) for path in files), _answers(answers))
    if out is not None:
        _write(out, draft(found))
    if as_json:
        return output.as_json(found.to_json())
    return _show(found, out)


def _answers(path: Path | None) -> Answers:
    if path is None:
        return Answers()
    try:
        return Answers(read_yaml(path.read_text(encoding="utf-8-sig")) or ())
    except FileNotFoundError:
        output.fail(f"{path.name}: файла нет — проверьте путь {path}")
    except (OSError, UnicodeDecodeError):
        output.fail(f"{path.name}: файл не читается — нужен YAML в UTF-8")
    except (UnreadableYaml, AnswersError) as problem:
        output.fail(f"{path.name}: {problem}")


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
    questions = found.all_questions()
    for question in questions:
        say(f"ВОПРОС {question.line}", markup=False)
    say(f"Вопросов: {len(questions)}" if questions else "Вопросов нет.")
    say(f"Черновик: {out}" if out else "Черновик не записан: добавьте -o draft.yaml", markup=False)
